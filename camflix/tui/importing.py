"""What the import screen is given: formats by name, files looked at before they are taken, rows one by one after.

The screen knows no format. Whoever starts the app gives it an importer; a new format needs no new screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.results import ImportReport, RowProblem


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row as it would be taken: the film as the file names it, the score on our scale, and the score as it stands."""

    film: str
    written: str
    score: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A file looked at.

    Attributes:
        path: the file.
        format: the id of its format, for ``bring_in``.
        format_words: the format's name.
        n_rows: how many ratings it holds.
        is_community: whether it brings other people's ratings (a data set) rather than one's own.
        rows: the first of them.
        mapping: each rating as written in those rows, and the score it becomes; lowest first.
    """

    path: Path
    format: str
    format_words: str
    n_rows: int
    is_community: bool
    rows: tuple[SampleRow, ...]
    mapping: tuple[tuple[str, int], ...]


class Importer(Protocol):
    """Looks at files and takes them. Both are called in threads."""

    def look(self, path: Path) -> Preview:
        """Return what a file holds, its format recognised by its content.

        Raises:
            CamFlixError: nothing is there, or it is of no format known.
        """
        ...

    def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
        """Take a file; ``progress`` is told how many rows have been read.

        Raises:
            CamFlixError: it cannot be read, or nothing can be written.
        """
        ...

    def score_of(self, preview: Preview, problem: RowProblem) -> int | None:
        """Return the score of a row that was not taken, so that it can be resolved by hand; None where it has none."""
        ...
