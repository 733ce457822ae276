"""The whole app by keyboard alone: every section, every action, what each does to the database."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from textual.binding import Binding

from camflix.errors import QueuedError
from camflix.scores import percentiles_of_counts, tier
from camflix.tui.app import CamFlixApp
from camflix.tui.keys import ACTIONS
from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.groups import Groups
from camflix.tui.screens.movie_list import MovieListScreen
from camflix.tui.screens.my_films import MyFilms
from camflix.tui.screens.person import PersonScreen
from camflix.tui.screens.rate import Rate
from camflix.tui.screens.receipt import ReceiptScreen
from camflix.tui.screens.welcome import Welcome
from tests.tui.conftest import SETTLED, press, settle, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot
    from textual.screen import Screen

    from tests.conftest import Home

Make: TypeAlias = "Callable[..., CamFlixApp]"


def walk(
    app: CamFlixApp, steps: Callable[[Pilot[None]], Coroutine[Any, Any, None]], size: tuple[int, int] = (100, 30)
) -> None:
    """Run the app in a terminal of so many columns and lines and take steps in it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await steps(pilot)

    asyncio.run(run())


def screen(pilot: Pilot[None], kind: type[Screen[Any]]) -> Any:
    assert isinstance(pilot.app.screen, kind), pilot.app.screen
    return pilot.app.screen


def words(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app, CamFlixApp)
    return shown(pilot.app)


@pytest.mark.long
def test_words_of_others_do_not_move_the_terminal(make_app: Make, demo: Home) -> None:
    evil = "\x1b]0;pwned\x07\x9b31m\x7f\u202eback\x1b[2J"
    with closing(sqlite3.connect(demo.database)) as database, database:
        database.execute("UPDATE movie SET title_en = ?1 || title_en, title_fr = ?1 || title_fr", (evil,))
        database.execute("UPDATE user_account SET bio = ?", (evil,))

    async def steps(pilot: Pilot[None]) -> None:
        for keys in (("d",), ("enter",), ("w",)):
            await press(pilot, *keys)
            assert "back" in words(pilot)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", words(pilot))

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_every_section_has_a_key(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        for key, mode in zip("RMTESI", ("rate", "films", "twins", "together", "stats", "import"), strict=True):
            await press(pilot, key)
            assert pilot.app.current_mode == mode
            assert len(words(pilot).splitlines()) > 3
        await press(pilot, "comma")
        assert pilot.app.current_mode == "settings"
        await press(pilot, "D", "tab")
        assert pilot.app.current_mode == "rate"
        await press(pilot, "shift+tab")
        assert pilot.app.current_mode == "discover"

    walk(make_app(), steps)


def test_a_film_is_rated_from_the_list_by_digits_and_undone(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        film = screen(pilot, Discover).film
        await press(pilot, "8", "7", "enter")
        assert f"{film.title} ({film.year}): 87" in words(pilot)
        assert "percentile" in words(pilot)
        assert screen(pilot, Discover).film != film, "what is rated leaves the list, which is filled up again"
        await press(pilot, "u")
        assert "Undone" in words(pilot)
        assert screen(pilot, Discover).film == film

    walk(make_app(language="en"), steps)


def test_percentile_and_tier_are_told_while_a_score_is_typed(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r", "9", "9")
        assert "percentile 98" in words(pilot)
        await press(pilot, "backspace", "backspace", "5")
        assert "percentile 1," in words(pilot)
        await press(pilot, "escape")
        assert not screen(pilot, Discover).prompt.is_open

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_of_film_after_film_the_place_told_while_typing_is_the_one_that_is_saved(make_app: Make, demo: Home) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "R")
        rating = screen(pilot, Rate)
        for score in (75, 60, 80, 95, 40):
            await press(pilot, *str(score))
            told = re.search(r"percentile \d+, tier \d+", rating.prompt.render_line(0).text)
            await press(pilot, "enter")
            saved = rating._given[0].saved
            assert told is not None
            assert told[0] == f"percentile {saved.percentile}, tier {saved.tier}"
        # Each further score moves those before it: the list tells where they stand now.
        assert _places(words(pilot)) == _ranked(demo, (40, 95, 80, 60, 75))
        await press(pilot, "u")
        assert _places(words(pilot)) == _ranked(demo, (95, 80, 60, 75))

    walk(make_app(language="en"), steps)


def _places(shown_words: str) -> list[tuple[int, int]]:
    return [(int(rank), int(place)) for rank, place in re.findall(r"percentile (\d+), tier (\d+) ·", shown_words)]


def _ranked(demo: Home, scores: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return percentile and tier of scores among all that the demonstration's person gave, as the database has them."""
    with closing(sqlite3.connect(demo.database)) as database:
        query = "SELECT score FROM rating JOIN user_account u ON u.id = user_id WHERE username = 'demo'"
        ranks = percentiles_of_counts(Counter(score for (score,) in database.execute(query)))
    assert ranks is not None
    return [(ranks[score], tier(ranks[score])) for score in scores]


@pytest.mark.parametrize("typed", [["1", "0", "1"], ["9", "9", "9"]])
def test_a_number_over_100_is_refused_with_the_remedy_and_writes_nothing(make_app: Make, typed: list[str]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        film = screen(pilot, Discover).film
        await press(pilot, *typed, "enter")
        assert "from 0 to 100" in words(pilot)
        assert screen(pilot, Discover).film == film

    walk(make_app(language="en"), steps)


def test_a_receipt_is_one_key_away_and_adds_up_to_the_prediction(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "y")
        receipt = screen(pilot, ReceiptScreen)._receipt
        assert round(sum(line.amount for line in receipt.lines), 3) == receipt.total
        assert receipt.prediction.predicted_score == receipt.total
        assert "other people together" in words(pilot)
        await press(pilot, "a", "G")
        assert "other people together" not in words(pilot)
        assert f"{receipt.total:.3f}" in words(pilot)
        lines = [line for line in screen(pilot, ReceiptScreen).paper._lines if line.target is not None]
        assert len(lines) == sum(1 for line in receipt.lines if line.username)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_from_a_receipt_one_goes_on_to_a_person_and_their_favourites(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "y", "enter")
        person = screen(pilot, PersonScreen)
        assert person.title_words.startswith("sample-")
        assert "Loved there, not seen by you" in words(pilot)
        await press(pilot, "enter")
        screen(pilot, FilmScreen)
        await press(pilot, "q", "q", "q")
        screen(pilot, Discover)

    walk(make_app(language="en"), steps)


def test_search_finds_as_one_types_with_slips_and_without_accents(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"amelei")
        assert "Amélie" in words(pilot)
        await press(pilot, "enter", "enter")
        assert "Amélie" in screen(pilot, FilmScreen).film.title
        await press(pilot, "q", "q")
        assert screen(pilot, Discover).query_text == ""

    walk(make_app(), steps)


def test_keys_typed_ahead_of_the_screen_go_where_they_were_meant(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        # All at once, while nothing has been drawn in between.
        for key in ("slash", *"solaris", "enter", "7", "7", "enter"):
            pilot.app.simulate_key(key)
        await settle(pilot)
        assert "Solaris (1972): 77" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_filter_that_cannot_be_understood_says_so_and_keeps_the_list(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"genre:dramat")
        assert "There is no genre" in words(pilot)
        assert screen(pilot, Discover).rows.n_lines > 0

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_views_and_orders_of_the_catalogue(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        rows = screen(pilot, Discover).rows
        best = rows.row(0)
        await press(pilot, "o", "o")
        assert rows.row(0) != best
        await press(pilot, "l")
        assert rows.n_lines == 310
        most = rows.row(0).movie.n_ratings
        await press(pilot, "o")
        assert rows.row(0).movie.n_ratings < most
        await press(pilot, "l", "G", "ctrl+u", "ctrl+d", "g", "j", "k", "h")
        assert rows.cursor == 0

    walk(make_app(), steps)


def test_watchlist_and_hiding_from_any_list(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        first = screen(pilot, Discover).film
        await press(pilot, "w")
        second = screen(pilot, Discover).rows.row(1).movie
        await press(pilot, "j", "x")
        assert second.title in words(pilot)
        await press(pilot, "M", "l", "l", "l")
        assert screen(pilot, MyFilms).film == first
        await press(pilot, "l")
        assert screen(pilot, MyFilms).film == second
        await press(pilot, "delete", "h", "delete")
        assert screen(pilot, MyFilms).rows.n_lines == 0

    walk(make_app(), steps)


def test_diary_note_and_list_of_a_film(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        film = screen(pilot, Discover).film
        await press(pilot, "e", *"fine", "enter", "plus", "enter", *"Sundays", "enter")
        assert "Sundays" in words(pilot)
        await press(pilot, "enter")
        assert "fine" in words(pilot)
        # Seen, it leaves the list of films to see.
        await press(pilot, "v", "enter")
        assert "2026-11-22" in words(pilot)
        await press(pilot, "q", "M", "l")
        assert film.title in words(pilot)
        await press(pilot, "l")
        assert film.title in words(pilot), "seen, and not rated yet"
        await press(pilot, "h", "h", "h", "enter")
        assert screen(pilot, MovieListScreen).film == film
        await press(pilot, "delete")
        assert screen(pilot, MovieListScreen).film is None
        await press(pilot, "q", "delete", "j", "enter")
        assert screen(pilot, MyFilms).rows.n_lines == 0

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_films_of_a_list_change_places(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M", "h", "n", *"Two", "enter", "D")
        for _film in range(2):
            await press(pilot, "plus", "enter", "j")
        await press(pilot, "M", "enter")
        rows = screen(pilot, MovieListScreen).rows
        first, second = rows.row(0).movie, rows.row(1).movie
        await press(pilot, "J")
        assert (rows.row(0).movie, rows.row(1).movie) == (second, first)
        await press(pilot, "K")
        assert rows.row(0).movie == first

    walk(make_app(), steps)


@pytest.mark.long
def test_ratings_are_removed_sorted_filtered_and_rescaled(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M")
        rows = screen(pilot, MyFilms).rows
        assert (rows.n_lines, rows.row(0).score) == (32, 97)
        await press(pilot, "o", "o", "slash", *"stalker", "enter")
        assert rows.n_lines == 1
        await press(pilot, "escape", "delete")
        assert rows.n_lines == 31
        await press(pilot, "u", "z", "1", "0", "enter")
        assert "10" in words(pilot)
        await press(pilot, "escape")

    walk(make_app(), steps)


def test_twenty_films_take_at_most_sixty_keys_and_each_is_saved(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "R")
        keys = [key for number in range(20) for key in (*f"{40 + number}", "enter")]
        assert len(keys) == 60
        await press(pilot, *keys)
        given = screen(pilot, Rate)._given
        assert [each.score for each in given] == list(range(59, 39, -1))
        assert all(each.saved is not None for each in given)
        await press(pilot, "M", "o")
        assert [screen(pilot, MyFilms).rows.n_lines] == [52]

    walk(make_app(), steps)


def test_a_score_that_is_kept_until_the_server_is_back_stays_on_the_list(
    make_app: Make, cable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged_in = cable.call

    def call(self: Any, operation: Any, body: Any) -> Any:
        if operation.writes and cable.is_unplugged:
            raise QueuedError("The server {url} does not answer.", hint="This is kept here.", url="there")
        return plugged_in(self, operation, body)

    monkeypatch.setattr(cable, "call", call)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "R")
        first = screen(pilot, Rate).film
        cable.is_unplugged = True
        await press(pilot, "6", "2", "enter")
        assert screen(pilot, Rate).film != first
        assert "kept until the server is back" in words(pilot)
        assert "This is kept here." in words(pilot)
        assert "was not saved" not in words(pilot)

    walk(make_app(language="en"), steps)


def test_the_feed_asks_no_more_for_what_was_not_seen_or_skipped(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "R")
        first = screen(pilot, Rate).film
        await press(pilot, "s")
        second = screen(pilot, Rate).film
        await press(pilot, "n", "b")
        assert "blind" in words(pilot)
        assert screen(pilot, Rate).film not in {first, second}
        assert "ratings ·" not in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_help_is_made_from_the_keys_that_mean_something_here(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "question_mark")
        assert "film.why" in words(pilot)
        assert "entry.new" not in words(pilot)
        await press(pilot, "q", "T", "question_mark")
        assert "film.why" not in words(pilot)

    walk(make_app(language="en"), steps)


def test_the_palette_runs_actions_and_opens_films(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+p", *"matrix", "enter")
        assert screen(pilot, FilmScreen).film.year == 1999
        await press(pilot, "colon", *"go to tw", "enter")
        assert pilot.app.current_mode == "twins"

    walk(make_app(language="en"), steps)


def test_language_and_theme_change_at_once_and_are_remembered(make_app: Make, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "For you" in words(pilot)
        await press(pilot, "f3", "f2")
        assert "Pour vous" in words(pilot)
        assert pilot.app.theme == "light"

    walk(make_app(language="en"), steps)

    chosen = tmp_path / "xdg" / "state" / "camflix" / "tui.json"
    assert chosen.read_text() == '{"language": "fr", "theme": "light"}'


def test_settings_are_changed_by_enter(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "comma", "enter")
        assert pilot.app.theme == "light"
        await press(pilot, "left", "j", "j", "j", "enter")
        assert "members" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_the_first_run_offers_ways_and_groups_give_a_first_list(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen(pilot, Welcome)
        await press(pilot, "j", "enter")
        groups = screen(pilot, Groups)
        for number in range(4):
            await press(pilot, *f"{95 - 20 * number}", "enter", "j", "j", "j")
        assert list(groups._scores.values()) == [95, 75, 55, 35]
        await press(pilot, "s", "1", "5", "enter", "q")
        assert len(screen(pilot, Discover)._personal.recommendations) > 0
        assert screen(pilot, Discover)._personal.personal

    walk(make_app(user=None), steps)


@pytest.mark.long
def test_an_empty_database_is_met_with_what_to_do(make_first_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "q")
        assert "camflix demo" in words(pilot)
        for key in "RMTS":
            await press(pilot, key)
        await press(pilot, "comma", "I")

    walk(make_first_app(user=None, language="en"), steps)


@pytest.mark.long
@pytest.mark.parametrize(
    ("shown", "typed", "refused", "words_now"),
    [
        ("100", "75", "101", ": 75 · "),
        ("10", "7.5", "75", ": 7.5 · "),
        ("stars", "3.5", "8", ": ★★★½ · "),
    ],
)
def test_a_score_is_typed_on_the_scale_on_which_it_is_shown(
    make_app: Make, shown_as: Callable[[str], None], shown: str, typed: str, refused: str, words_now: str
) -> None:
    keys = ["full_stop" if letter == "." else letter for letter in typed]

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *refused, "enter")
        assert f"{refused} is no score" in words(pilot)
        await press(pilot, *keys)
        assert ("75/100" if shown == "10" else "70/100" if shown == "stars" else "percentile") in words(pilot)
        await press(pilot, "enter")
        assert words_now in words(pilot)
        await press(pilot, "R", *keys, "enter")
        assert words_now[2:-3] in words(pilot)

    shown_as(shown)
    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_how_scores_are_shown_is_chosen_in_the_settings_and_seen_at_once(
    make_app: Make, shown_as: Callable[[str], None]
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "0 to 100" in words(pilot)
        await press(pilot, "comma", "j", "j", "j", "j", "j", "enter")
        assert "0 to 10" in words(pilot)
        await press(pilot, "D")
        assert "0 to 10 " in words(pilot)
        await press(pilot, "j", "y")
        assert "in points of 100; " in words(pilot)

    del shown_as
    walk(make_app(language="en"), steps)


def test_a_file_is_looked_at_taken_and_its_unclear_row_resolved(make_app: Make, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    rows = ("Heat,1995,x,4.5", "Amelie,2000,x,3.5", "Nosuch,2000,x,3")
    file.write_text("Date,Name,Year,Letterboxd URI,Rating\n" + "".join(f"2026-11-23,{row}\n" for row in rows))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "I", "f", "ctrl+u", *file.name, "enter")
        assert "4.5 →        90         1" in words(pilot)
        await press(pilot, "G", "enter")
        assert "ambiguous               1" in words(pilot)
        await press(pilot, "G", "enter", "enter")
        assert "Amélie (2001): 70" in words(pilot)
        assert "✓" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_an_unclear_row_that_is_resolved_leaves_a_later_score_alone(make_app: Make, tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(
        "Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Heat,1995,x,4.5\n2024-01-01,Amelie,2000,x,3.5\n"
    )

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"amelie", "enter", "9", "1", "enter")
        await press(pilot, "I", "f", "ctrl+u", *"ratings.csv", "enter", SETTLED, "G", "enter")
        await press(pilot, "G", "enter", "enter")
        assert "keeps 91" in words(pilot)
        assert "✓" in words(pilot)

    walk(make_app(language="en"), steps)


def test_what_is_no_score_stays_on_the_line_to_be_corrected(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "8", "full_stop", "5", "enter")
        assert "8.5 is no score" in words(pilot)
        await press(pilot, "7", "2", "enter")
        assert ": 72" in words(pilot), "what is typed takes its place"
        await press(pilot, "R", "1", "0", "1", "enter", "backspace", "0", "enter")
        assert "100 " in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_which_score_a_rating_becomes_is_changed_before_anything_is_written(make_app: Make, tmp_path: Path) -> None:
    rows = ("Heat,1995,x,4.5", "Amélie,2001,x,3.5", "Alien,1979,x,3.5", "Se7en,1995,x,8", "Nosuch,2000,x,good")
    (tmp_path / "ratings.csv").write_text(
        "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(f"2024-01-01,{row}\n" for row in rows)
    )

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "I", "f", "ctrl+u", *"ratings.csv", "enter")
        assert "3.5 →        70         2" in words(pilot)
        assert "8 →   refused         1" in words(pilot)
        assert "no number →   refused         1" in words(pilot)
        await press(pilot, "j", "enter")
        assert "0 to 10" in words(pilot)
        assert "3.5 →        35         2" in words(pilot)
        assert "8 →        80         1" in words(pilot)
        await press(pilot, "enter", "enter")
        assert "0 to 5, as its format says" in words(pilot)
        await press(pilot, "j", "enter", "1", "0", "1", "enter")
        assert "from 0 to 100" in words(pilot)
        await press(pilot, "enter", "7", "5", "enter")
        assert "3.5 →        75         2   given by me" in words(pilot)
        await press(pilot, "j", "j", "enter", "8", "8", "enter")
        assert "8 →        88         1   given by me" in words(pilot)
        await press(pilot, "enter", "backspace", "backspace", "enter")
        assert "8 →   refused         1" in words(pilot)
        await press(pilot, "G", "enter")
        assert "invalid                 2" in words(pilot)
        await press(pilot, "I", "D", "ctrl+p", *"Alien 1979", "enter")
        assert "75" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_file_of_no_format_is_refused_with_the_reason(make_app: Make, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "I", "f", "ctrl+u", *"notes.txt", "enter")
        assert "notes.txt" in words(pilot)
        await press(pilot, "f", "ctrl+u", *"nowhere", "enter")
        assert "nowhere" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_what_was_shown_stays_with_its_age_when_the_database_is_away(make_app: Make, cable: type) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        n_rows = screen(pilot, Discover).rows.n_lines
        cable.is_unplugged = True  # type: ignore[attr-defined]
        await press(pilot, "f5")
        assert screen(pilot, Discover).rows.n_lines == n_rows
        assert "no answer · shown: 0 s ago" in words(pilot)
        await press(pilot, "8", "8", "enter")
        assert "Try again when it is back." in words(pilot)
        cable.is_unplugged = False  # type: ignore[attr-defined]
        await press(pilot, "f5")
        assert "no answer" not in words(pilot)

    walk(make_app(language="en"), steps)


def test_the_mouse_works_too(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        rows = screen(pilot, Discover).rows
        await pilot.click(rows, offset=(10, 3))
        await settle(pilot)
        assert rows.cursor == 3
        film = screen(pilot, Discover).film
        await pilot.click(rows, offset=(10, 3))
        await settle(pilot)
        assert screen(pilot, FilmScreen).film == film

    walk(make_app(), steps)


def test_keys_are_remapped_by_action_and_a_clash_is_named(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "film.why" in words(pilot)
        assert "film.watch" in words(pilot)
        await press(pilot, "t")
        screen(pilot, ReceiptScreen)

    walk(make_app(language="en", keys={"film.why": "t,w"}), steps)


def test_every_action_is_a_key_of_some_screen() -> None:
    from camflix.tui.modals import base as modal  # noqa: PLC0415
    from camflix.tui.screens import base, film_list, import_, my_films, rate, receipt, settings, stats, together, twins  # noqa: PLC0415
    from camflix.tui.widgets import lines  # noqa: PLC0415

    classes = (
        CamFlixApp,
        base.CamFlixScreen,
        film_list.FilmListScreen,
        import_.Import,
        my_films.MyFilms,
        MovieListScreen,
        rate.Rate,
        receipt.ReceiptScreen,
        settings.Settings,
        stats.StatsScreen,
        together.Together,
        twins.Twins,
        modal.Modal,
        lines.Lines,
    )
    bound = {
        binding.id: owner
        for owner in classes
        for binding in owner.BINDINGS
        if isinstance(binding, Binding) and binding.id is not None
    }

    assert set(ACTIONS) - set(bound) == set()
    assert [name for name, owner in bound.items() if not any(_has(kind, name) for kind in classes)] == []


def _has(owner: type, name: str) -> bool:
    return hasattr(owner, "action_" + name.replace(".", "_"))


def test_a_film_shows_those_like_it_and_one_goes_on_to_them(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        film = screen(pilot, Discover).film
        await press(pilot, "enter", "G")
        assert "Films like it" in words(pilot)
        await press(pilot, "enter")
        assert screen(pilot, FilmScreen).film != film

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_person_shows_agreements_and_what_they_love_that_i_have_not_seen(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "enter")
        assert "Loved there, not seen by you" in words(pilot)
        person = screen(pilot, PersonScreen)
        found = person._comparison
        assert person.film == found.favourites[0].movie
        await press(pilot, "w")
        assert "on your watchlist" in words(pilot)
        await press(pilot, "8", "7", "enter", "q", "enter")
        kept = {film.movie.id for film in screen(pilot, PersonScreen)._comparison.favourites}
        assert found.favourites[0].movie.id not in kept

    walk(make_app(language="en"), steps)


def test_genres_are_named_in_the_readers_language(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S", "l")
        assert "drama" in words(pilot)
        await press(pilot, "f3")
        assert "drame" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_note_is_marked_as_telling_the_end_and_stays_so_when_it_is_changed(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "exclamation_mark")
        assert "no note on" in words(pilot)
        await press(pilot, "e", *"Rain", "enter", "exclamation_mark")
        assert "it tells the end" in words(pilot)
        await press(pilot, "e", *"drop", "enter", "enter")
        details = screen(pilot, FilmScreen)._details
        assert (details.note, details.note_has_spoiler) == ("Raindrop", True)
        await press(pilot, "exclamation_mark")
        assert not screen(pilot, FilmScreen)._details.note_has_spoiler

    walk(make_app(language="en"), steps)
