"""What an import answers."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from camflix.results.films import MovieSummary


class RowProblem(Struct, frozen=True):
    """A row that was not taken: where, why in the reader's language, and films it may have meant."""

    file: str
    line: int
    outcome: Literal["ambiguous", "not_found", "invalid", "skipped_not_film"]
    message: str
    candidates: tuple[MovieSummary, ...] = ()


class ImportReport(Struct, frozen=True):
    """What became of each row: created + updated + … + skipped_not_film == rows.

    ``films_read`` and ``films_created`` tell of the catalogue; problems of films are no rows.
    """

    source: str
    batch_id: int
    rows: int
    created: int
    updated: int
    unchanged: int
    ambiguous: int
    not_found: int
    invalid: int
    skipped_not_film: int
    films_read: int
    films_created: int
    users_created: int
    seconds: float
    problems: tuple[RowProblem, ...]
    n_problems_left_out: int


ImportSource: TypeAlias = Literal["letterboxd", "movielens"]
ScaleChoice: TypeAlias = Literal["auto", "10", "100"]
"""Where the scale of a file's ratings ends; ``auto``: that of its format."""
ImportState: TypeAlias = Literal["waiting", "running", "done", "failed", "interrupted"]


class ImportJob(Struct, frozen=True):
    """A file sent to be imported, and how far that is.

    ``interrupted``: the server ended in between and nothing was saved; send the file again. ``n_rows`` is how many it
    seems to hold; ``error`` says why it failed, in the reader's language, ``error_code`` in one word.
    """

    id: str
    source: ImportSource
    file_name: str
    state: ImportState
    is_trial: bool
    n_rows_read: int
    n_rows: int
    report: ImportReport | None
    error: str | None
    error_code: str | None
