"""What texts may hold, said in their types; what says nothing is one line, without control characters."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args

import msgspec

LINES = {"text": "lines"}
"""For ``Meta(extra=...)``: many lines, with tabs."""
ANY_TEXT = {"text": "any"}
"""For ``Meta(extra=...)``: any characters; nobody else is shown them."""


@lru_cache(maxsize=256)
def text_kinds(type_: Any) -> dict[str, str]:
    """Return what the fields of an input may hold: ``line``, ``lines`` or ``any``."""
    return {field.name: _kind(field.type) for field in msgspec.structs.fields(type_)}


def _kind(type_: Any) -> str:
    for meta in getattr(type_, "__metadata__", ()):
        if meta.extra and "text" in meta.extra:
            return str(meta.extra["text"])
    kinds = {_kind(part) for part in get_args(type_)} - {"line"}
    return kinds.pop() if kinds else "line"
