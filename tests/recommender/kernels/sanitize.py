"""Run the kernels' tests with address and undefined-behaviour sanitizers in the kernels.

    python tests/recommender/kernels/sanitize.py [--sample] [pytest arguments]

builds the extension once more, with sanitizers, into a folder of its own, and runs the tests of all kernels on it in a
process with the sanitizers' library loaded first; test_sanitizers.py starts it among the other tests. numpy's memory
comes from malloc then, so a kernel that reads or writes one byte outside an array ends the run with a report. Leaks are
not looked for: the interpreter leaves many.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULE = "camflix.recommender.kernels._kernels"
EXTENSION = "CAMFLIX_SANITIZED_EXTENSION"
LIBRARIES = ("libasan.so", "libubsan.so")


def main() -> int:
    """Build, and start this program again under the sanitizers; or run the tests, when started so."""
    sys.path.insert(0, str(ROOT))
    if EXTENSION in os.environ:
        return run_tests(Path(os.environ[EXTENSION]))
    with tempfile.TemporaryDirectory() as folder:
        extension = build_sanitized(Path(folder))
        uncovered = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        environment = uncovered | {
            EXTENSION: str(extension),
            "LD_PRELOAD": " ".join(library(name) for name in LIBRARIES),
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
    """Return where the compiler keeps a library of its own; the bare name when it has none."""
    compiler = os.environ.get("CC", "gcc")
    found = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def missing() -> str:
    """Return what this machine lacks to run the kernels with sanitizers, in words; nothing when it lacks nothing."""
    compiler = os.environ.get("CC", "gcc")
    if sys.platform != "linux":
        return "the sanitizers' library is loaded first as Linux does it"
    if shutil.which(compiler) is None:
        return f"there is no compiler: {compiler}"
    for name in LIBRARIES:
        if not Path(library(name)).is_absolute():
            return f"the compiler {compiler} has no {name}"
    return ""


def run_tests(extension: Path) -> int:
    """Put the sanitized extension in the place of the usual one, and run the tests of this folder."""
    del os.environ["LD_PRELOAD"]  # not for the processes that tests start
    spec = importlib.util.spec_from_file_location(MODULE, extension)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[MODULE] = module
    # Of the slow cases that differ in the scores alone, one.
    options = ["-q", "-p", "no:cacheprovider", "--noconftest", "--no-cov", "-k", "not 4500 or levels0"]
    own = Path(__file__).parent
    suites = [f"--ignore={own / 'test_sanitizers.py'}", str(own), str(own.parent / "test_likely_kernels.py")]
    asked = [argument for argument in sys.argv[1:] if argument != "--sample"]
    fewer = Fewer(sample=len(asked) < len(sys.argv) - 1)
    return int(pytest.main([*options, *suites, *asked], [fewer]))


class Fewer:
    """Says how many tests there are and how many examples Hypothesis tries; conftest.py does it elsewhere.

    The same tests run with more without sanitizers, and faster.
    """

    def __init__(self, *, sample: bool) -> None:
        self._sample = sample

    def pytest_configure(self) -> None:
        """Choose the number of examples."""
        from hypothesis import settings  # noqa: PLC0415 - pytest wants to load it itself

        n_examples = 6 if self._sample else 20
        settings.register_profile("sanitized", max_examples=n_examples, deadline=None, derandomize=True)
        settings.load_profile("sanitized")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take the sample, where one is asked for."""
        if self._sample:
            from tests.sample import taken  # noqa: PLC0415 - needs the path set above

            items[:] = taken(items)


if __name__ == "__main__":
    sys.exit(main())
