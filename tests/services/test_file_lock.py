"""The lock by a file: one at a time; whoever is patient waits for it, whoever is not is told at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from camflix.services.file_lock import locked

if TYPE_CHECKING:
    from pathlib import Path

_LONG_SECONDS = 60.0


def test_the_second_is_told_that_it_is_taken(tmp_path: Path) -> None:
    with locked(tmp_path / "lock") as is_first, locked(tmp_path / "lock") as is_second:
        assert (is_first, is_second) == (True, False)
    with locked(tmp_path / "lock") as is_third:
        assert is_third


def test_whoever_is_patient_gets_it_when_it_is_given_back(tmp_path: Path) -> None:
    asked, given_back = threading.Event(), threading.Event()
    order: list[object] = []

    def wait_for_it() -> None:
        asked.set()
        with locked(tmp_path / "lock", patience=_LONG_SECONDS) as is_mine:
            order.append(is_mine)
            assert given_back.wait(_LONG_SECONDS)

    waiting = threading.Thread(target=wait_for_it)
    with locked(tmp_path / "lock") as is_mine:
        assert is_mine
        waiting.start()
        assert asked.wait(_LONG_SECONDS)
        order.append("given back")
    given_back.set()
    waiting.join()
    assert order == ["given back", True]


def test_patience_has_an_end(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), locked(tmp_path / "lock", patience=0.05) as is_mine:
        assert not is_mine
