"""scikit-surprise, in an environment of its own that the benchmarks make when they first need it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / ".venv-peers"
PACKAGES = ("scikit-surprise==1.1.5",)


def python_with_surprise() -> Path | None:
    """Return an interpreter that has scikit-surprise, making it where need be; None, said in words, where it fails."""
    python = FOLDER / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if python.exists() and _runs([str(python), "-c", "import surprise"]):
        return python
    print(f"making {FOLDER} with {', '.join(PACKAGES)}: a minute", file=sys.stderr, flush=True)
    made = _runs([sys.executable, "-m", "venv", str(FOLDER)]) and _runs(
        [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *PACKAGES]
    )
    if not made:
        print("scikit-surprise could not be installed: there is nothing to compare with", file=sys.stderr, flush=True)
        return None
    return python


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
