"""What the import screen is given: formats by name, files looked at before they are taken, rows one by one after.

The screen knows no format. Whoever starts the app gives it an importer; a new format needs no new screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from camflix.results import ImportReport, RowProblem, ScaleChoice


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row as it would be taken: the film as the file names it, the rating as it stands, the score it becomes."""

    film: str
    written: str
    score: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """A rating that a file holds, and what becomes of it.

    Attributes:
        written: the rating, the same for ``4`` and ``4.0``; "" stands for all that are no numbers.
        score: what it becomes; None when its rows would be refused.
        n_rows: how many rows have it, among those counted.
        is_own: whether a person gave it this score.
    """

    written: str
    score: int | None
    n_rows: int
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """A file looked at.

    Attributes:
        path: the file.
        format: the id of its format, for ``bring_in``.
        format_words: the format's name.
        n_rows: how many ratings it holds.
        is_community: whether it brings other people's ratings (a data set) rather than one's own.
        rows: the first that would be taken.
        mapping: each rating that it holds and the score it becomes, lowest first; those that are no numbers at the end.
        n_counted: how many rows the counts of the mapping come from: all, but of a very large file the first.
        scale: where its scale ends.
        highest: the same as a number.
        scores: the scores that a person gave to single ratings.
    """

    path: Path
    format: str
    format_words: str
    n_rows: int
    is_community: bool
    rows: tuple[SampleRow, ...]
    mapping: tuple[Mapped, ...]
    n_counted: int
    scale: ScaleChoice
    highest: int
    scores: Mapping[str, int]


class GivenScore(NamedTuple):
    """A score of a file, and when it was given where the file says."""

    score: int
    rated_at: datetime | None


class Importer(Protocol):
    """Looks at files and takes them. Both are called in threads."""

    def look(self, path: Path) -> Preview:
        """Return what a file holds, its format recognised by its content.

        Raises:
            CamFlixError: nothing is there, or it is of no format known.
        """
        ...

    def mapped(self, preview: Preview, scale: ScaleChoice, scores: Mapping[str, int]) -> Preview:
        """Return what the file would become by another scale and by scores for single ratings; nothing is counted anew.

        Raises:
            CamFlixError: the file is gone, or another one meanwhile.
        """
        ...

    def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
        """Take a file as its preview shows it; ``progress`` is told how many rows have been read.

        Raises:
            CamFlixError: it cannot be read, or nothing can be written.
        """
        ...

    def score_of(self, preview: Preview, problem: RowProblem) -> GivenScore | None:
        """Return the score of a row that was not taken, so that it can be resolved by hand; None where it has none."""
        ...
