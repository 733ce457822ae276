"""``camflix export``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from camflix.cli.output import print_json, say
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.controls import plain
from camflix.errors import StorageError, Word
from camflix.i18n import _, plural
from camflix.operations import export_data
from camflix.operations.inputs import AskExport

app = new_app()


class Format(StrEnum):
    """As what data go out."""

    JSON = "json"
    CSV = "csv"


@app.command(cls=TranslatedCommand)
def export(
    format_: Annotated[
        Format, typer.Option("--format", help=_("json: everything you have here; csv: your ratings."))
    ] = Format.JSON,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar=_("FILE"), help=_("Where to; to the screen if not given."))
    ] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Take one's own data out."""
    with open_client(user) as client:
        document = client.call(export_data, AskExport(format_.value))
    if use_json:
        print_json(document)
    elif output is None:
        # As it is for programs; a terminal is not to be moved by the words in it.
        typer.echo(plain(document.content) if sys.stdout.isatty() else document.content, nl=False)
    else:
        _write(output, document.content)
        say(plural("{n} rating written to {file}", "{n} ratings written to {file}", document.n_ratings, file=output))


def _write(file: Path, content: str) -> None:
    try:
        file.write_bytes(content.encode())
    except OSError as error:
        raise StorageError(
            "The file {file} cannot be written: {reason}.", file=str(file), reason=Word(error.strerror or error)
        ) from error
