"""Make docs/images/recommend.svg, the picture at the top of the README, from the sample community.

Usage: python scripts/picture.py
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from pathlib import Path

from rich.console import Console

WIDTH = 92
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "recommend.svg"


def main() -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({f"XDG_{name}_HOME": f"{folder}/{name}" for name in ("CONFIG", "DATA", "CACHE", "STATE")})
        os.environ["LANGUAGE_CODE"] = "en"
        picture = _draw()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    # Rich names a font on somebody's server; the reader's own serves.
    PICTURE.write_text(re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL), encoding="utf-8")


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


if __name__ == "__main__":
    main()
