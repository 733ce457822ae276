"""``camflix notes list|write|remove``."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument, count_option, title_of
from camflix.errors import CamFlixError
from camflix.i18n import _
from camflix.operations import delete_note, get_movie, list_notes, resolve_movie, save_note
from camflix.operations.inputs import MovieRef, Paged, ResolveMovie, SaveNote
from camflix.settings import load_settings
from camflix.tui.editor import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

app = new_app(help=_("Your own notes on films, for nobody else."))


@app.command("list", cls=TranslatedCommand, help=_("Your notes, last changed first."))
def list_(
    n: Annotated[int, count_option(_("How many notes."))] = 50, user: UserOption = None, use_json: JsonOption = False
) -> None:
    """List notes."""
    with open_client(user) as client:
        page = client.call(list_notes, Paged(n))
    if use_json:
        print_json(page)
        return
    from camflix.cli.own_views import show_notes  # noqa: PLC0415 - rich

    show_notes(page)


@app.command(cls=TranslatedCommand, help=_("Write the note of a film; without TEXT in the editor ($EDITOR)."))
def write(
    film: FilmArgument,
    text: Annotated[str | None, typer.Argument(metavar=_("TEXT"), help=_("Up to 500 characters."))] = None,
    spoiler: Annotated[bool, typer.Option("--spoiler", help=_("It tells how the film ends."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Write the note of a film."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        if text is None:
            known = client.call(get_movie, MovieRef(movie.id))
            body = SaveNote(movie.id, edited(known.note or ""), spoiler, known.note_version)
            with _kept_if_refused(body.text):
                note = client.call(save_note, body)
        else:
            note = client.call(save_note, SaveNote(movie.id, text, spoiler))
    if use_json:
        print_json(note)
    else:
        print_words(_("{film}: note saved", film=title_of(note.movie)))


@contextmanager
def _kept_if_refused(text: str) -> Iterator[None]:
    """Keep what came from an editor in a file, and name it, where it cannot be saved as a note."""
    try:
        yield
    except CamFlixError as error:
        if text and error.code != "queued":
            folder = load_settings().paths.state
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = mkstemp(".txt", "note-", folder)
            os.close(descriptor)
            Path(name).write_text(text, encoding="utf-8")
            print_words(_("What you wrote is kept in {file}", file=name), err=True)
        raise


@app.command(cls=TranslatedCommand, help=_("Remove the note of a film."))
def remove(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Remove the note of a film."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        note = client.call(delete_note, MovieRef(movie.id))
    if use_json:
        print_json(note)
    else:
        print_words(_("{film}: note removed", film=title_of(note.movie)))
