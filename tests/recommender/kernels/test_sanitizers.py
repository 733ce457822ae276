"""The kernels' own tests once more, in a process of their own, with sanitizers in the kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.recommender.kernels import sanitize

LACKING = sanitize.missing()


@pytest.mark.skipif(bool(LACKING), reason=f"The kernels cannot be built with sanitizers here: {LACKING}.")
def test_no_kernel_touches_a_byte_outside_its_arrays_or_does_what_c_leaves_undefined(
    pytestconfig: pytest.Config,
) -> None:
    pytest.importorskip("setuptools", reason="Newer Pythons bring no setuptools, and the kernels are built with it.")
    sample = ["--sample"] if pytestconfig.getoption("sample") else []
    program = [sys.executable, str(Path(sanitize.__file__)), *sample]
    ran = subprocess.run(program, capture_output=True, text=True, check=False, timeout=600)
    assert ran.returncode == 0, f"{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
    assert "passed" in ran.stdout
