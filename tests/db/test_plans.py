"""The queries that the services make find an index, on both databases."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from camflix.importers.letterboxd import LetterboxdExport
from camflix.queries import MovieFilter
from tests.db.plans import QUERIES, fill, plan, scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from camflix.bootstrap import CamFlix
    from camflix.services.container import Services

ACTIONS: dict[str, Callable[[Services], object]] = {
    "rate": lambda s: s.ratings.rate(7, 11, 55, None),
    "rate anew": lambda s: s.ratings.rate(7, 11, 60, None),
    "remove": lambda s: s.ratings.remove(7, 11),
    "undo a removal": lambda s: s.undo.undo(7),
    "see one's ratings": lambda s: s.ratings.page(7, "user-7", 20),
    "see one's profile": lambda s: s.profiles.of(7, 5),
    "see a film": lambda s: s.movies.get(11),
    "resolve a title": lambda s: s.movies.resolve("Film 77 (1957)"),
    "resolve an id": lambda s: s.movies.resolve("tmdb:77"),
    "the catalogue by ratings": lambda s: _two_pages(s, "ratings"),
    "the catalogue by title": lambda s: _two_pages(s, "title"),
    "the catalogue by year": lambda s: _two_pages(s, "year"),
    "search a beginning": lambda s: s.movies.search("film 7", 20),
    "search a word": lambda s: s.movies.search("77", 20),
    "search with a slip": lambda s: s.movies.search("flim 77", 20),
    "search what is not there": lambda s: s.movies.search("nothing like it", 20),
    "search a frequent word with filters": lambda s: s.listing.page(
        7, "fil year:1960..1961 runtime:<9", MovieFilter(), "ratings", 20, None
    ),
    "search two words in a year": lambda s: s.movies.search("film 7 (1957)", 20),
    "search one's ratings": lambda s: s.rating_list.page(7, "user-7", "film 7", MovieFilter(), "recent", 20, None),
    "search one's ratings with a slip": lambda s: s.rating_list.page(
        7, "user-7", "flim (1957)", MovieFilter(), "recent", 20, None
    ),
    "the middle of a long list": lambda s: s.listing.window(7, "title", 2000, 50),
    "the next window of it": lambda s: s.listing.window(7, "title", 2050, 50),
    "films not seen": lambda s: s.listing.page(7, "-seen", MovieFilter(), "ratings", 20, None),
    "films of some years": lambda s: s.listing.page(7, "year:1960..1961", MovieFilter(), "year", 20, None),
    "see all of a film": lambda s: s.details.of(11, 7),
    "one's ratings of some years": lambda s: s.rating_list.page(
        7, "user-7", "year:1960..1969", MovieFilter(), "recent", 20, None
    ),
    "one's numbers": lambda s: s.stats.of(7, "user-7", 10, 1),
    "a year in review": lambda s: s.stats.year(7, "user-7", 2026),
    "what to rate next": lambda s: s.feed.next_films(7, 10),
    "the diary": lambda s: (s.diary.add(7, 11, "2026-01-02", None), s.diary.page(7, 2026, 1, None, 20, None)),
    "the queue": lambda s: s.diary.queue(7, 20, None),
    "the watchlist": lambda s: (s.watchlist.add(7, 11), s.watchlist.page(7, "added", 20, None)),
    "a list": lambda s: s.lists.add(7, s.lists.create(7, "Mine", "", is_public=False).id, 11, None),
    "one's own data": lambda s: s.export.document(7, "json"),
    "who is that": lambda s: s.users.id_of("user-7"),
    "is the engine old": lambda s: s.engine.is_stale(),
}


def _two_pages(services: Services, sort: Any) -> object:
    return services.movies.page(sort, 20, services.movies.page(sort, 20, None).next_cursor)


@contextmanager
def statements(services: Services) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is sent to the database, with its parameters."""
    connection = services.users._session.connection()
    sent: list[tuple[str, Any]] = []

    def collect(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    event.listen(connection, "before_cursor_execute", collect)
    yield sent
    event.remove(connection, "before_cursor_execute", collect)


def scans_of(connection: Connection, sent: list[tuple[str, Any]]) -> list[str]:
    """Return the scans of big tables in the plans of statements as they were sent.

    What reads a stage cannot be explained: it is gone by then. PostgreSQL is told to scan only where there is no other
    way: for a few thousand films it would rather read them all.
    """
    found: list[str] = []
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN (COSTS OFF)"
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, parameters in sent:
        verb = statement.split(None, 1)[0]
        if (
            verb not in {"SELECT", "UPDATE", "DELETE", "INSERT"}
            or isinstance(parameters, list)
            or "_stage" in statement
        ):
            continue
        cursor = connection.connection.cursor()
        cursor.execute(f"{explain} {statement}", parameters)
        lines = [row[0] if connection.dialect.name == "postgresql" else row[3] for row in cursor.fetchall()]
        found += [f"{line.strip()}   in   {statement}" for line in scans(lines)]
        cursor.close()
    return found


def test_no_main_query_reads_a_big_table_from_end_to_end(camflix: CamFlix) -> None:
    with camflix.transaction(writes=True) as services:
        session = services.users._session
        fill(session)
        found = {title: scans(plan(session.connection(), query)) for title, query in QUERIES.items()}
    assert {title: lines for title, lines in found.items() if lines} == {}


@pytest.mark.long
def test_a_scan_is_recognised(camflix: CamFlix) -> None:
    with camflix.transaction(writes=True) as services:
        session = services.users._session
        fill(session)
        assert scans(plan(session.connection(), "SELECT * FROM rating WHERE source = 'x'"))
        assert scans(plan(session.connection(), "SELECT * FROM movie_title WHERE title = 'x'"))
        assert scans_of(session.connection(), [("SELECT * FROM rating WHERE source = 'x'", ())])


@pytest.mark.long
def test_nothing_that_people_do_all_day_reads_a_big_table_from_end_to_end(camflix: CamFlix) -> None:
    found: dict[str, list[str]] = {}
    with camflix.transaction(writes=True) as services:
        fill(services.users._session)
    for title, act in ACTIONS.items():
        with camflix.transaction(writes=True) as services:
            with statements(services) as sent:
                act(services)
            assert sent
            found[title] = scans_of(services.users._session.connection(), sent)
    assert {title: lines for title, lines in found.items() if lines} == {}


@pytest.mark.long
def test_neither_does_the_import_of_ones_own_ratings_nor_its_undoing(camflix: CamFlix, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    rows = [f"2020-01-01,Film {n},{1950 + n % 70},,3.5\n" for n in range(1, 60)]
    file.write_text("Date,Name,Year,Letterboxd URI,Rating\n" + "".join(rows), encoding="utf-8")
    with camflix.transaction(writes=True) as services:
        fill(services.users._session)
    for act in (_import(file), lambda s: s.undo.undo(7)):
        with camflix.transaction(writes=True) as services:
            with statements(services) as sent:
                act(services)
            assert scans_of(services.users._session.connection(), sent) == []


def _import(file: Path) -> Callable[[Services], object]:
    return lambda s: s.imports.letterboxd(LetterboxdExport(file), file.name, 7, lambda _n: None)
