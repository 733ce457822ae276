"""A million generated films: searches as one types, windows of long lists; SQLite and PostgreSQL."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from camflix.bootstrap import CamFlix
from camflix.db.bulk import insert_rows
from camflix.models import Movie, MovieTitle
from camflix.models.base import table_of
from camflix.queries import MovieFilter
from camflix.services.title_index import TitleIndex
from camflix.settings import load_settings
from tests.postgres import running_postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.services.container import Services
    from camflix.services.movie_order import MovieSort

N_FILMS = 1_000_000
_BLOCK = 20_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SYLLABLES = "ka lo mi ren tos ver an el dor shi ban que zor pha lim gro ste nu wa ix".split()  # noqa: SIM905
_COMMON = "the of a love man la le night story life girl last big day my war death".split()  # noqa: SIM905
_SORTS: tuple[MovieSort, ...] = ("ratings", "title", "year", "popularity")


def main() -> None:
    """Print milliseconds."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgresql:
        for url in (f"sqlite:///{Path(folder) / 'camflix.db'}", postgresql):
            print(url.split(":", maxsplit=1)[0], flush=True)
            camflix = CamFlix(load_settings({"HOME": folder, "DATABASE_URL": url}), "en")
            _fill(camflix)
            camflix.refresh_engine(wait=True)  # as after an import
            _measure(camflix)
            camflix.close()


def _fill(camflix: CamFlix) -> None:
    rng = random.Random(5)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(60_000)]
    columns = ["id", "title_en", "title_folded", "year", "n_ratings", "popularity", "created_at", "updated_at"]
    with camflix.transaction(writes=True) as services:
        session = services.users._session  # noqa: SLF001 - films are written as an import writes them
        for start in range(1, N_FILMS + 1, _BLOCK):
            films, titles = [], []
            for movie_id in range(start, start + _BLOCK):
                title = " ".join(_word(rng, words) for _ in range(min(6, max(1, int(rng.gauss(3, 1))))))
                n_ratings = min(300_000, int(rng.paretovariate(0.4)) - 1) if rng.random() < 0.2 else 0
                popularity = rng.random() * (100 if rng.random() < 0.3 else 1)
                year = 1900 + int(rng.random() ** 0.5 * 126)
                films.append((movie_id, title.title(), title, year, n_ratings, popularity, _NOW, _NOW))
                titles.append((movie_id, "main", title.title(), title))
            insert_rows(session.connection(), table_of(Movie), columns, films)
            insert_rows(session.connection(), table_of(MovieTitle), ["movie_id", "kind", "title", "folded"], titles)
        began = time.perf_counter()
        TitleIndex(session).rebuild()
        print(f"index of words: {time.perf_counter() - began:.1f} s", flush=True)
        session.execute(text("ANALYZE"))


def _word(rng: random.Random, words: list[str]) -> str:
    if rng.random() < 0.35:
        return rng.choice(_COMMON)
    return words[(min(int(rng.paretovariate(0.6)) - 1, len(words) - 1)) % len(words)]


def _measure(camflix: CamFlix) -> None:
    rng = random.Random(7)
    with camflix.transaction(writes=False) as services:
        session = services.users._session  # noqa: SLF001 - to know what can be asked for
        titles = list(session.scalars(text("SELECT folded FROM movie_title WHERE movie_id % 5003 = 7 ORDER BY id")))[
            :150
        ]
    for n_letters in (1, 2, 3, 5, 8):
        _report(camflix, f"first {n_letters} letters", [_search(title[:n_letters]) for title in titles[:40]])
    _report(camflix, "whole title", [_search(title) for title in titles])
    slips = [_slip(rng, title) for title in titles if len(title) > 8]
    _report(camflix, "one slip", [_search(title) for title in slips])
    _report(camflix, "common words", [_search(f"{one} {two}") for one in _COMMON[:6] for two in _COMMON[6:12]])
    for sort in _SORTS:
        _report(camflix, f"ends by {sort}", [_window(sort, offset) for offset in (0, 50, 500, N_FILMS - 60)])
        places = [int(N_FILMS * share) for share in (0.2, 0.35, 0.5, 0.7)]
        _report(camflix, f"anywhere by {sort}", [_window(sort, offset) for offset in places])
        _report(camflix, f"the next window by {sort}", [_window(sort, offset + 50) for offset in places])


def _slip(rng: random.Random, title: str) -> str:
    place = rng.randrange(len(title) - 1)
    kinds = (
        title[:place] + title[place + 1 :],
        title[:place] + title[place + 1] + title[place] + title[place + 2 :],
        title[:place] + "x" + title[place + 1 :],
    )
    return rng.choice(kinds)


def _search(query: str) -> Callable[[Services], object]:
    return lambda services: services.listing.page(0, query, MovieFilter(), "ratings", 20, None)


def _window(sort: MovieSort, offset: int) -> Callable[[Services], object]:
    return lambda services: services.listing.window(0, sort, offset, 50)


def _report(camflix: CamFlix, name: str, calls: list[Callable[[Services], object]]) -> None:
    elapsed = []
    for call in calls:
        began = time.perf_counter()
        with camflix.transaction(writes=False) as services:
            call(services)
        elapsed.append((time.perf_counter() - began) * 1000)
    elapsed.sort()
    high = elapsed[int(0.95 * (len(elapsed) - 1))]
    print(
        f"{name:30} median {statistics.median(elapsed):7.1f} ms   95 % {high:7.1f}   longest {elapsed[-1]:7.1f}",
        flush=True,
    )
