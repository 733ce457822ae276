"""Make the pictures of the README, docs/images/app.svg and recommend.svg, from the sample community.

Usage: python scripts/picture.py
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import tempfile
from pathlib import Path

from rich.console import Console

WIDTH = 92
IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = (112, 30)


def main() -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({f"XDG_{name}_HOME": f"{folder}/{name}" for name in ("CONFIG", "DATA", "CACHE", "STATE")})
        os.environ["LANGUAGE_CODE"] = "en"
        pictures = {"recommend": _draw(), "app": asyncio.run(_draw_app())}
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        # Rich names a font on somebody's server; the reader's own serves.
        plain = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)
        (IMAGES / f"{name}.svg").write_text(plain, encoding="utf-8")


def _draw() -> str:
    from camflix.bootstrap import CamFlix  # noqa: PLC0415 - after the environment is set
    from camflix.cli import receipt, views  # noqa: PLC0415
    from camflix.cli.main import choose_language  # noqa: PLC0415
    from camflix.client.local import LocalClient  # noqa: PLC0415
    from camflix.operations import inputs, recommend, why  # noqa: PLC0415
    from camflix.settings import load_settings  # noqa: PLC0415

    choose_language()
    camflix = CamFlix(load_settings(), "en")
    with camflix.transaction(writes=True) as services:
        services.demo.load()
    client = LocalClient(camflix, "demo", "demo")
    recorder = Console(record=True, width=WIDTH, highlight=False, emoji=False, markup=False, file=io.StringIO())
    for module in (views, receipt):
        vars(module)["console"] = lambda: recorder
    found = client.call(recommend, inputs.AskRecommendations(8))
    views.show_recommendations(found)
    receipt.show_receipt(client.call(why, inputs.MovieRef(found.recommendations[0].movie.id)))
    camflix.close()
    return recorder.export_svg(title="camflix recommend; camflix why", unique_id="camflix")


async def _draw_app() -> str:
    from camflix.cli.terminal_app import app_for  # noqa: PLC0415 - after the environment is set

    app = app_for("demo")
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(100):
            await pilot.pause(0.05)
            if app.username and not app.calls.n_waiting:
                break
        await pilot.pause(1)
        return app.export_screenshot(title="camflix")


if __name__ == "__main__":
    main()
