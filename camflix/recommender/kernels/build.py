"""Build the kernels: the C files beside this one become one extension module, ``_kernels``.

Each kernel is a pair: ``NAME.c``, and ``NAME.cdef`` with the plain C declarations of what it offers to Python. The
same text is given to cffi and included by the C file, so that the compiler holds one against the other. A new kernel
needs no change here but its name in ``KERNELS``.

setup.py calls ``builder()`` through cffi; by hand, to build in place::

    python camflix/recommender/kernels/build.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

KERNELS = (
    "ratings",
    "neighbours",
    "few",
    "person",
    "heard",
    "votes",
    "distances",
    "standing",
    "factors",
    "smoother",
    "likely",
)

MODULE = "camflix.recommender.kernels._kernels"

HERE = Path("camflix/recommender/kernels")
"""From the project's root; setuptools wants relative paths, and runs there."""

# For gcc and clang; what another compiler refuses is left out, as without a compiler.
# Sums of floats keep the order in which they are written, and a * b + c is rounded twice on every machine: the same
# ratings give the same bits whichever instructions the processor has. So no -ffast-math, no contraction. Nobody reads
# errno or floating-point exceptions; without a thought to them, loops with roots and comparisons become vectors.
FLAGS = (
    *("-std=c11", "-D_DEFAULT_SOURCE", "-O3", "-g0", "-fvisibility=hidden", "-Wall", "-Wextra"),
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
)

SANITIZER_FLAGS = (
    *("-std=c11", "-D_DEFAULT_SOURCE", "-O1", "-g", "-fno-omit-frame-pointer", "-ffp-contract=off"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)


def builder(root: Path = Path(), *, optional: bool = True, sanitize: bool = False) -> FFI:
    """Return the builder of the extension, from the kernels found under ``root``.

    Args:
        root: the project's root; the working directory when setuptools asks.
        optional: whether setuptools goes on when the compiler refuses.
        sanitize: with address and undefined-behaviour sanitizers, for the tests.
    """
    # cffi gives this file no __file__ that helps when setuptools runs it, hence paths from the root.
    kernels = [name for name in KERNELS if (root / HERE / f"{name}.c").exists()]
    declarations = "\n".join((root / HERE / f"{name}.cdef").read_text(encoding="utf-8") for name in kernels)
    ffi = FFI()
    ffi.cdef(declarations)
    ffi.set_source(
        MODULE,
        f"#include <stdint.h>\n{declarations}",
        sources=[(root / HERE / f"{name}.c").as_posix() for name in kernels],
        depends=sorted(path.as_posix() for path in (root / HERE).glob("*.[ch]*")),
        include_dirs=[(root / HERE).as_posix()],
        extra_compile_args=list(SANITIZER_FLAGS if sanitize else FLAGS),
        extra_link_args=list(SANITIZER_FLAGS) if sanitize else [],
        libraries=[] if sys.platform == "win32" else ["m"],
        optional=optional,
    )
    return ffi


def build(root: Path, folder: Path, *, sanitize: bool = False) -> Path:
    """Compile the extension and put it into ``folder`` in one step, so that a running process keeps the old one.

    Returns:
        Path of the extension module.

    Raises:
        cffi.VerificationError: the compiler refused, or there is none.
    """
    with tempfile.TemporaryDirectory() as scratch:
        built = Path(builder(root.resolve(), optional=False, sanitize=sanitize).compile(tmpdir=scratch))
        # What cffi makes loads in any later Python too; under the name pip gives it, no stale twin shadows it.
        suffix = next((suffix for suffix in EXTENSION_SUFFIXES if "abi3" in suffix), built.suffix)
        target = folder / f"{MODULE.rpartition('.')[2]}{suffix}"
        arriving = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(built, arriving)
        return arriving.replace(target)


if __name__ == "__main__":
    project = Path(__file__).resolve().parents[3]
    sys.stdout.write(f"{build(project, project / HERE)}\n")
