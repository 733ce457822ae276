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
    """Run suites by name; ``engine`` and ``tui`` take options of their own, and ``tui`` runs only when asked for."""
    if names[:1] in (["tui"], ["engine"]):
        import_module({"tui": "bench.bench_tui", "engine": "bench.engine"}[names[0]]).main(names[1:])
        return
    for name in names or SUITES:
        print(f"\n# {name}\n", flush=True)
        import_module(f"bench.{SUITES.get(name, name)}").main()


main(sys.argv[1:])
