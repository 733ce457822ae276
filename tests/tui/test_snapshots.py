"""Every screen and every box, as pictures kept beside this file: both languages, two sizes, three themes.

After a change that is meant: ``pytest tests/tui/test_snapshots.py --snapshot-update``, and look at the pictures.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]
from textual.events import Paste

from tests.tui.conftest import SETTLED, press, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion
    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}
# French is drawn wider: what fits there fits in English.
LANGUAGES = ["fr", pytest.param("en", marks=pytest.mark.long)]

SCREENS: dict[str, tuple[str, ...]] = {
    "discover": (),
    "catalogue": ("l",),
    "search": ("slash", *"voyage", "enter"),
    "nothing_found": ("slash", *"qqqqqqqqq"),
    "score": ("j", "8", "7"),
    "note": ("e", *"slow rain, in the second hour"),
    "film": ("j", "enter"),
    "receipt": ("j", "y"),
    "rate": ("R", "8", "7", "enter", "s"),
    "my_ratings": ("M",),
    "diary": ("v", "enter", "M", "l"),
    "watchlist": ("w", "M", "l", "l", "l"),
    "list": ("plus", "enter", *"Dimanche", "enter", "M", "h", "enter"),
    "twins": ("T",),
    "person": ("T", "enter"),
    "together": ("T", "p", "T", "j", "p", "j"),
    "stats": ("S",),
    "groups_by_percentile": ("S", "l"),
    "accuracy": ("8", "7", "enter", "S", "l", "l"),
    "year": ("S", "h"),
    "import": ("I",),
    "settings": ("comma",),
    "help": ("question_mark",),
    "palette": ("ctrl+p", *"ma"),
    "choose": ("plus",),
}
MAIN = ("discover", "film", "receipt", "my_ratings", "stats")


class Pictures:
    """What an app shows after some keys, at each size: it is drawn at the smaller, and its terminal then grows."""

    def __init__(self) -> None:
        self._drawn: dict[Hashable, dict[str, str]] = {}

    def of(self, what: Hashable, size: str, make_app: Callable[[], CamFlixApp], keys: tuple[str, ...]) -> str:
        """Return the picture at a size; those at the other sizes are kept for their tests."""
        if size not in self._drawn.get(what, {}):
            self._drawn[what] = asyncio.run(self._draw(make_app(), keys))
        return self._drawn[what].pop(size)

    async def _draw(self, app: CamFlixApp, keys: tuple[str, ...]) -> dict[str, str]:
        async with app.run_test(size=next(iter(SIZES.values()))) as pilot:
            await settle(pilot)
            await press(pilot, *keys)
            drawn = {}
            for name, size in SIZES.items():
                await pilot.resize_terminal(*size)
                await settle(pilot)
                await pilot.wait_for_scheduled_animations()
                drawn[name] = app.export_screenshot(title=app.title, simplify=True)
            return drawn


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Return the pictures drawn so far."""
    return Pictures()


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the picture kept beside this file."""
    return snapshot.use_extension(SVGImageExtension)


def run_before_of(keys: tuple[str, ...]) -> Callable[[Pilot[None]], Any]:
    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    return run_before


@pytest.mark.whole
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_screen(
    picture: Any, pictures: Pictures, make_app: Callable[..., Any], name: str, size: str, language: str
) -> None:
    drawn = pictures.of((name, language), size, lambda: make_app(language=language), SCREENS[name])

    assert drawn == picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("shown", "name"),
    [(shown, name) for shown in ("10", "stars") for name in ("discover", "score", "my_ratings")]
    + [("stars", name) for name in ("film", "receipt", "rate")],
)
def test_scores_shown_otherwise(
    picture: Any,
    pictures: Pictures,
    make_app: Callable[..., Any],
    shown_as: Callable[[str], None],
    shown: str,
    name: str,
    size: str,
    language: str,
) -> None:
    typed = {"score": ("j", "3", "full_stop", "5"), "rate": ("R", "4", "full_stop", "5", "enter", "s", "8", "enter")}
    shown_as(shown)
    keys = typed.get(name, SCREENS[name])
    drawn = pictures.of((shown, name, language), size, lambda: make_app(language=language), keys)

    assert drawn == picture


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize("name", MAIN)
def test_theme(snap_compare: Any, make_app: Callable[..., Any], name: str, theme: str) -> None:
    app = make_app(language="en", theme=theme)

    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=run_before_of(SCREENS[name]))


@pytest.mark.parametrize("name", ["discover", "receipt"])
def test_no_colour(snap_compare: Any, make_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(language="en")

    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=run_before_of(SCREENS[name]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("keys", [(), ("j", "enter"), ("enter",)], ids=["welcome", "groups", "first_film"])
def test_first_run(snap_compare: Any, make_app: Callable[..., Any], keys: tuple[str, ...], language: str) -> None:
    app = make_app(user=None, language=language)

    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=run_before_of(keys))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", [("D",), ("M",), ("T",), ("E",), ("S",)], ids=lambda keys: keys[0])
def test_nothing_there_yet(
    snap_compare: Any, make_first_app: Callable[..., Any], section: tuple[str, ...], language: str
) -> None:
    app = make_first_app(user=None, language=language)

    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=run_before_of(("q", *section)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["shown_before", "never_shown", "score_refused", "group_refused"])
def test_away(snap_compare: Any, make_app: Callable[..., Any], cable: Any, state: str, language: str) -> None:
    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        cable.is_unplugged = True
        keys = {
            "shown_before": ("f5",),
            "never_shown": ("T",),
            "score_refused": ("8", "8", "enter"),
            "group_refused": ("E", "m", *"zoe", "enter"),
        }
        await press(pilot, *keys[state])

    assert snap_compare(make_app(language=language), terminal_size=SIZES["80x24"], run_before=run_before)


def export_of(folder: Path, *rows: str) -> None:
    """Write a person's export."""
    text = "".join(f"2024-01-01,{row}\n" for row in rows)
    (folder / "ratings.csv").write_text(f"Date,Name,Year,Letterboxd URI,Rating\n{text}")


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["too_long", "no_editor"])
def test_note(
    snap_compare: Any, make_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, state: str, language: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)

    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, "e", *"slow rain")
        if state == "too_long":
            pilot.app.post_message(Paste(", and again" * 50))
        await press(pilot, "enter" if state == "too_long" else "f4")

    assert snap_compare(make_app(language=language), terminal_size=SIZES["80x24"], run_before=run_before)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["preview", "report", "resolve", "refused"])
def test_import(
    snap_compare: Any,
    make_app: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    language: str,
) -> None:
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    export_of(tmp_path, "Heat,1995,x,4.5", "Amelie,2000,x,3.5", "Nosuch,2000,x,3", "Alien,1979,x,seven")
    (tmp_path / "notes.csv").write_text("hello,there\n")
    file = "notes.csv" if state == "refused" else "ratings.csv"
    taken = (SETTLED, "G", "enter")
    more = {"preview": (), "refused": (), "report": taken, "resolve": (*taken, SETTLED, "G", "enter")}
    keys = ("I", "f", "ctrl+u", *file, "enter", *more[state])

    assert snap_compare(make_app(language=language), terminal_size=SIZES["80x24"], run_before=run_before_of(keys))


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", ["mapped", "asked"])
def test_import_by_a_mapping(
    picture: Any,
    pictures: Pictures,
    make_app: Callable[..., Any],
    tmp_path: Path,
    state: str,
    size: str,
    language: str,
) -> None:
    rows = [f"Heat,{1990 + number},x,{number / 2:g}" for number in range(1, 12)]
    export_of(tmp_path, *rows, *rows[5:8], "Alien,1979,x,seven", "Alien,1979,x,7")
    file = ("I", "f", "ctrl+u", *"ratings.csv", "enter", SETTLED)
    changes = ("j", "enter", "enter", "enter", "G", "k", "enter", *"68", "enter", "k", "k", "enter", *"93", "enter")
    keys = (*file, *changes, *(("j", "enter", *"9") if state == "asked" else ()))
    drawn = pictures.of(("mapping", state, language), size, lambda: make_app(language=language), keys)

    assert drawn == picture
