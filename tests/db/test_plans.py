"""The queries that the services make find an index, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.db.plans import QUERIES, fill, plan, scans

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix


def test_no_main_query_reads_a_big_table_from_end_to_end(camflix: CamFlix) -> None:
    with camflix.transaction(writes=True) as services:
        session = services.users._session
        fill(session)
        found = {title: scans(plan(session.connection(), query)) for title, query in QUERIES.items()}
    assert {title: lines for title, lines in found.items() if lines} == {}


def test_a_scan_is_recognised(camflix: CamFlix) -> None:
    with camflix.transaction(writes=True) as services:
        session = services.users._session
        fill(session)
        assert scans(plan(session.connection(), "SELECT * FROM rating WHERE source = 'x'"))
        assert scans(plan(session.connection(), "SELECT * FROM movie_title WHERE title = 'x'"))
