"""What someone wants of the terminal app on this machine: ``tui.toml`` by hand, ``tui.json`` by the app itself.

``tui.toml`` in the folder of settings::

    theme = "light"          # dark, light, contrast
    posters = "auto"         # auto, kitty, sixel, halfblocks, none

    [keys]                   # by action id; the help page (?) names them
    "film.rate" = "r, ctrl+k"
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from camflix.errors import SettingsError, Word
from camflix.tui.keys import ACTIONS, normalized
from camflix.tui.pictures import DEFAULT_WAY, WAYS
from camflix.tui.themes import DEFAULT_THEME, NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from camflix.settings import Paths

FILE = "tui.toml"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen. ``keys``: by action id, for those remapped. The others: None when not chosen."""

    theme: str | None = None
    language: str | None = None
    posters: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_theme(self) -> str:
        """Return the theme to begin with."""
        return self.theme or DEFAULT_THEME

    @property
    def first_posters(self) -> str:
        """Return how posters are shown to begin with."""
        return self.posters or DEFAULT_WAY


def load_preferences(paths: Paths) -> Preferences:
    """Return what was written by hand, else what was chosen in the app.

    Raises:
        SettingsError: ``tui.toml`` is broken, names an unknown theme, way of showing posters or action.
    """
    chosen = _chosen(paths.state / "tui.json")
    written = _written(paths.config / FILE)
    theme = _one_of(paths, "theme", sorted(NAMES), written, chosen)
    posters = _one_of(paths, "posters", WAYS, written, chosen)
    keys = written.get("keys", {})
    if not isinstance(keys, dict):
        raise _wrong(paths, "keys", str(keys), ["[keys]"])
    for name, text in keys.items():
        if name not in ACTIONS:
            raise _wrong(paths, "keys", name, sorted(ACTIONS))
        if not isinstance(text, str) or not normalized(text):
            raise _wrong(paths, name, str(text), [ACTIONS[name].keys])
    language = chosen.get("language")
    return Preferences(
        theme=theme,
        posters=posters,
        language=language if language in {"fr", "en"} else None,
        keys={name: ",".join(normalized(text)) for name, text in keys.items()},
    )


def _one_of(
    paths: Paths, name: str, choices: Sequence[str], written: Mapping[str, object], chosen: Mapping[str, str]
) -> str | None:
    """Return what was written by hand, else what was chosen in the app, if it can still be chosen."""
    if name in written:
        value = written[name]
        if not isinstance(value, str) or value not in choices:
            raise _wrong(paths, name, str(value), choices)
        return value
    return chosen[name] if chosen.get(name) in choices else None


def save_choice(paths: Paths, name: str, value: str) -> None:
    """Remember a choice made in the app; where nothing can be written it holds until the app ends."""
    file = paths.state / "tui.json"
    import json  # noqa: PLC0415 - not at the start

    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**_chosen(file), name: value}), encoding="utf-8")


def _chosen(file: Path) -> dict[str, str]:
    # The app's own file: what is broken in it is forgotten, not a person's work.
    with suppress(OSError, ValueError):
        import json  # noqa: PLC0415 - not at the start

        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(name): str(value) for name, value in found.items()}
    return {}


def _written(file: Path) -> dict[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("{file} cannot be read: {reason}.", file=str(file), reason=Word(error)) from error
    import tomllib  # noqa: PLC0415 - most people have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from camflix.settings import not_toml  # noqa: PLC0415 - nobody needs it while the file is sound

        raise not_toml(file, text, error) from error


def _wrong(paths: Paths, name: str, value: str, choices: Sequence[str]) -> SettingsError:
    return SettingsError(
        "{file}, {name}: “{value}” cannot be used here.",
        hint="One of these: {choices}.",
        file=str(paths.config / FILE),
        name=name,
        value=value,
        choices=", ".join(choices),
    )
