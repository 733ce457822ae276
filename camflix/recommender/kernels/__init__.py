"""The parts of the engine that are written in C, each with a plain numpy twin that gives the same.

``neighbours`` compares all pairs of users, ``everybody`` one person with all; ``border`` checks what they are given,
and ``build`` compiles the C files beside it.

``AVAILABLE`` says whether the extension was built (setup.py makes it optional). ``lib`` and ``ffi`` are cffi's; calls
release the interpreter's lock, so threads are Python's.
"""

from __future__ import annotations

from typing import Any

AVAILABLE: bool
lib: Any
ffi: Any

try:
    from camflix.recommender.kernels._kernels import ffi, lib
except ImportError:
    AVAILABLE, lib, ffi = False, None, None
else:
    AVAILABLE = True

__all__ = ["AVAILABLE", "ffi", "lib"]
