"""The main queries with their plans, on a database filled like a real one; docs/database.md shows what this prints.

Usage: python -m tests.db.plans    (prints the plans of SQLite, and of PostgreSQL where CAMFLIX_TEST_PG_URL names one)
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from camflix.db.bulk import insert_rows, upsert_ratings
from camflix.importers.text import fold_title
from camflix.models import Movie, MovieTitle, User
from camflix.services.title_index import TitleIndex

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.orm import Session

    from camflix.models import Base

N_USERS, N_MOVIES, N_RATINGS_EACH = 300, 4000, 60
_NOW = datetime(2026, 1, 1, tzinfo=UTC)

QUERIES: dict[str, str] = {
    "a user's ratings, best first": "SELECT * FROM rating WHERE user_id = 7 ORDER BY score DESC, updated_at DESC",
    "how often a user gave each score": "SELECT score, count(*) FROM rating WHERE user_id = 7 GROUP BY score",
    "one rating": "SELECT * FROM rating WHERE user_id = 7 AND movie_id = 11",
    "the scores of a film": "SELECT score FROM rating WHERE movie_id = 11",
    "a title": "SELECT movie_id FROM movie_title WHERE folded = 'film 77'",
    "titles by prefix": "SELECT movie_id FROM movie_title WHERE folded >= 'film 77' AND folded < 'film 77\U0010ffff'",
    "films with a word": "SELECT movie_id FROM title_word WHERE word = '77'",
    "words by their beginning": "SELECT movie_id FROM title_word WHERE word >= '77' AND word < '77\U0010ffff'",
    "words a slip away": "SELECT word FROM word_form WHERE form IN ('flim', 'lim', 'fim', 'flm', 'fli')",
    "a page of the catalogue by year": (
        "SELECT id FROM movie WHERE year IS NOT NULL AND (year < 1990 OR year = 1990 AND id < 7) "
        "ORDER BY year DESC, id DESC LIMIT 20"
    ),
    "a user's diary": "SELECT * FROM viewing WHERE user_id = 7 AND seen_on BETWEEN '2026-01-01' AND '2026-01-31'",
    "a list in order": "SELECT movie_id FROM movie_list_entry WHERE list_id = 1 ORDER BY position",
    "titles of an import, in blocks": (
        "SELECT t.folded, m.id, m.year FROM movie_title t JOIN movie m ON m.id = t.movie_id "
        "WHERE t.folded IN ('film 1', 'film 2', 'film 3')"
    ),
    "the catalogue, most rated first": "SELECT id FROM movie ORDER BY n_ratings DESC, id DESC LIMIT 20",
    "the catalogue by title": "SELECT id FROM movie ORDER BY title_folded, id LIMIT 20",
    "a film by a foreign id": "SELECT id FROM movie WHERE tmdb_id = 77",
    "a user by name": "SELECT id FROM user_account WHERE username = 'user-7'",
    "later changes of one rating": "SELECT 1 FROM rating_change WHERE user_id = 7 AND movie_id = 11 AND id > 5",
    "a user's changes": "SELECT id FROM rating_change WHERE user_id = 7 AND import_batch_id IS NULL ORDER BY id DESC",
    "the changes of an import": "SELECT 1 FROM rating_change WHERE id BETWEEN 100 AND 200 AND import_batch_id = 1",
    "what changed since the last fit": "SELECT count(*) FROM rating_change WHERE id > 17990",
    "the newest model": "SELECT id FROM engine_model WHERE engine = 'classic' ORDER BY id DESC LIMIT 1",
}
BIG_TABLES = ("rating", "rating_change", "movie", "movie_title", "title_word", "word_form")


def fill(session: Session) -> None:
    """Fill an empty database: people, films, ratings, and their history."""
    rng = random.Random(5)
    connection = session.connection()
    people = [
        (u, f"user-{u}", "", "", "fr", "UTC", "public", False, True, "local", _NOW) for u in range(1, N_USERS + 1)
    ]
    columns = "id username bio avatar language time_zone privacy contributes_anonymously is_active source created_at"
    insert_rows(connection, _table(User), columns.split(), people)
    movie_columns = ["id", "title_en", "title_folded", "year", "tmdb_id", "created_at", "updated_at"]
    films = [(m, f"Film {m}", f"film {m}", 1950 + m % 70, m, _NOW, _NOW) for m in range(1, N_MOVIES + 1)]
    insert_rows(
        connection,
        _table(Movie),
        movie_columns,
        films,
    )
    titles = [(m, "main", f"Film {m}", fold_title(f"Film {m}")) for m in range(1, N_MOVIES + 1)]
    insert_rows(connection, _table(MovieTitle), ["movie_id", "kind", "title", "folded"], titles)
    rows = [
        (user, movie, rng.randrange(101), _NOW)
        for user in range(1, N_USERS + 1)
        for movie in rng.sample(range(1, N_MOVIES + 1), N_RATINGS_EACH)
    ]
    upsert_ratings(connection, rows, source="test", batch_id=None, now=_NOW)
    TitleIndex(session).rebuild()
    connection.execute(text("ANALYZE"))


def plan(connection: Connection, query: str) -> list[str]:
    """Return the plan of a query as lines."""
    if connection.dialect.name == "postgresql":
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {query}")]
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]


def scans(lines: list[str]) -> list[str]:
    """Return those lines of a plan that read a big table from end to end without an index."""
    found = []
    for line in lines:
        words = line.strip(" ->").split()
        if words[:1] == ["SCAN"] and words[1] in (*BIG_TABLES, "t", "m") and "INDEX" not in words:
            found.append(line)
        if words[:3] == ["Seq", "Scan", "on"] and words[3] in BIG_TABLES:
            found.append(line)
    return found


def _table(model: type[Base]) -> Table:
    return model.__table__  # type: ignore[return-value]


def main() -> None:
    """Print the plans of both databases as Markdown."""
    import tempfile  # noqa: PLC0415 - only where this is run by hand
    from pathlib import Path  # noqa: PLC0415

    from camflix.bootstrap import CamFlix  # noqa: PLC0415
    from camflix.settings import load_settings  # noqa: PLC0415
    from tests.postgres import running_postgres  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgresql:
        for name, url in (("SQLite", f"sqlite:///{Path(folder) / 'c.db'}"), ("PostgreSQL", postgresql)):
            camflix = CamFlix(load_settings({"HOME": folder, "DATABASE_URL": url}), "en")
            print(f"### {name}\n\n```")  # noqa: T201 - this is what it is for
            with camflix.transaction(writes=True) as services:
                session = services.users._session
                fill(session)
                for title, query in QUERIES.items():
                    print(f"-- {title}\n{query.replace(chr(0x10FFFF), '…')};")  # noqa: T201
                    print("\n".join(f"   {line}" for line in plan(session.connection(), query)))  # noqa: T201
            print("```\n")  # noqa: T201
            camflix.close()


if __name__ == "__main__":
    main()
