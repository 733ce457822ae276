"""Run every measurement, or those named: ``python -m bench [NAME ...]``; ``--big`` for the engine's largest too."""

from __future__ import annotations

import sys
from importlib import import_module

SUITES = ("commands", "imports", "engine")


def main(names: list[str]) -> None:
    """Run suites by name."""
    for name in [name for name in names if not name.startswith("-")] or SUITES:
        print(f"\n# {name}\n", flush=True)
        import_module(f"bench.{name}").main()


main(sys.argv[1:])
