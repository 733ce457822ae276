"""``camflix serve``."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from camflix.cli.output import say
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.settings import load_settings

app = new_app()
_ALLOCATIONS_BEFORE_COLLECTING = 100_000  # a server lives long, unlike other commands: its cycles must go


@app.command(cls=TranslatedCommand)
def serve(
    host: Annotated[str, typer.Option(metavar=_("ADDRESS"), help=_("The address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar=_("NUMBER"), min=0, max=65535, help=_("The port; 0 for any."))] = 8000,
    threads: Annotated[
        int, typer.Option(metavar=_("NUMBER"), min=1, max=64, help=_("How many requests are answered at once."))
    ] = 8,
) -> None:
    """Serve the API until interrupted."""
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTING, 50, 50)
    settings = load_settings()
    from camflix.server.serve import serve as run  # noqa: PLC0415 - Flask

    def announce(actual: int) -> None:
        say(
            _(
                "CamFlix listens on http://{host}:{port}/ (the API: /api/docs/). Ctrl-C stops it.",
                host=host,
                port=actual,
            )
        )

    run(settings, host, port, threads, announce)
