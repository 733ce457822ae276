"""A bounded sample of the tests, for ``make check``: ``pytest --sample``.

Without the option all tests run. With it

* those marked ``long`` are left out: each says at length what shorter ones beside it say too;
* of those that run on both databases a third runs on PostgreSQL, the others on SQLite alone;
* of a test with many cases every third runs, ten at most, unless it is marked ``whole``;
* Hypothesis tries a third of its examples.

The same tests are taken each time.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

FEW_CASES = 4
MOST_CASES = 10
STEP = 3


def taken(tests: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the tests of the sample, in their order."""
    n_on_postgresql = 0
    short = (test for test in tests if test.get_closest_marker("long") is None)
    for _function, cases in groupby(short, key=lambda test: test.nodeid.partition("[")[0]):
        together = list(cases)
        if len(together) > FEW_CASES and together[0].get_closest_marker("whole") is None:
            together = together[:: max(STEP, -(-len(together) // MOST_CASES))]
        for test in together:
            if "postgresql" in test.nodeid.partition("[")[2]:
                n_on_postgresql += 1
                if n_on_postgresql % STEP:
                    continue
            yield test
