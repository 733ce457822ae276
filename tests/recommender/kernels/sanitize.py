"""Run the kernels' tests with address and undefined-behaviour sanitizers in the kernels.

    python tests/recommender/kernels/sanitize.py [pytest arguments]

builds the extension once more, with sanitizers, into a folder of its own, and runs the tests of this folder on it in a
process with the sanitizers' library loaded first. numpy's memory comes from malloc then, so a kernel that reads or
writes one byte outside an array ends the run with a report. Leaks are not looked for: the interpreter leaves many.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULE = "camflix.recommender.kernels._kernels"
EXTENSION = "CAMFLIX_SANITIZED_EXTENSION"


def main() -> int:
    """Build, and start this program again under the sanitizers; or run the tests, when started so."""
    sys.path.insert(0, str(ROOT))
    if EXTENSION in os.environ:
        return run_tests(Path(os.environ[EXTENSION]))
    with tempfile.TemporaryDirectory() as folder:
        extension = build_sanitized(Path(folder))
        environment = os.environ | {
            EXTENSION: str(extension),
            "LD_PRELOAD": " ".join(library(name) for name in ("libasan.so", "libubsan.so")),
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=86",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
            "PYTHONMALLOC": "malloc",
        }
        return subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=environment, check=False).returncode


def build_sanitized(folder: Path) -> Path:
    """Return the sanitized extension, built into ``folder``."""
    from camflix.recommender.kernels.build import build  # noqa: PLC0415 - needs the path set above

    return build(ROOT, folder, sanitize=True)


def library(name: str) -> str:
    """Return where the compiler keeps a library of its own."""
    compiler = os.environ.get("CC", "gcc")
    found = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def run_tests(extension: Path) -> int:
    """Put the sanitized extension in the place of the usual one, and run the tests of this folder."""
    del os.environ["LD_PRELOAD"]  # not for the processes that tests start
    spec = importlib.util.spec_from_file_location(MODULE, extension)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[MODULE] = module
    options = ["-q", "-p", "no:cacheprovider", "--noconftest", "--hypothesis-profile=ci"]
    return int(pytest.main([*options, str(Path(__file__).parent), *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
