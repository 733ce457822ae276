"""Run every measurement, or those named: ``python -m bench [NAME ...]``."""

from __future__ import annotations

import sys
from importlib import import_module

SUITES = {
    "commands": "commands",
    "imports": "imports",
    "engine": "engine",
    "catalogue": "catalogue",
    "server": "bench_server",
    "sign_in": "bench_sign_in",
}


def main(names: list[str]) -> None:
    """Run suites by name; ``tui`` takes options of its own and minutes, and runs only when asked for."""
    if names[:1] == ["tui"]:
        import_module("bench.bench_tui").main(names[1:])
        return
    for name in names or SUITES:
        print(f"\n# {name}\n", flush=True)
        import_module(f"bench.{SUITES.get(name, name)}").main()


main(sys.argv[1:])
