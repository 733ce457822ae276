"""What the operations of imports take."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from camflix.operations.text_kinds import ANY_TEXT

MAX_FILE_BYTES = 16 << 20
"""Of a file that is sent: some half a million ratings as text, several millions in a ZIP."""


class StartImport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file to import. ``trial``: nothing is saved, and the report says what would become of each row.

    ``scale`` says where the scale of its ratings ends, ``auto`` being that of its format; ``map`` gives scores to
    single ratings, as ``3.5=75``.
    """

    source: Literal["letterboxd", "movielens"]
    content: Annotated[bytes, Meta(min_length=1, max_length=MAX_FILE_BYTES)]
    name: Annotated[str, Meta(min_length=1, max_length=255, extra=ANY_TEXT)] = "upload"
    trial: bool = False
    scale: Literal["auto", "10", "100"] = "auto"
    map: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=1000)] = ()


class ImportRef(Struct, frozen=True, forbid_unknown_fields=True):
    """An import that was begun."""

    import_id: Annotated[str, Meta(min_length=1, max_length=64)]
