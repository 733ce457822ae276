"""``camflix diary list|add|remove|queue``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument, count_option, title_of
from camflix.i18n import _
from camflix.operations import add_viewing, delete_viewing, list_diary, list_queue, resolve_movie
from camflix.operations.inputs import AddViewing, ListDiary, Paged, ResolveMovie, ViewingRef
from camflix.results import Diary

app = new_app(help=_("When you saw which films."))


@app.command("list", cls=TranslatedCommand, help=_("When you saw which films, newest first."))
def list_(
    n: Annotated[int, count_option(_("How many viewings."))] = 50,
    year: Annotated[int | None, typer.Option(metavar=_("YEAR"), min=1, max=9999, help=_("Only this year."))] = None,
    month: Annotated[int | None, typer.Option(metavar=_("MONTH"), min=1, max=12, help=_("Only this month."))] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List the diary."""
    with open_client(user) as client:
        diary = client.call(list_diary, ListDiary(year, month, None, n))
        if not use_json:
            use_chosen_display(client)
    _print(diary, use_json=use_json)


@app.command(cls=TranslatedCommand, help=_("Write down that you saw a film."))
def add(
    film: FilmArgument,
    on: Annotated[str | None, typer.Option("--on", metavar=_("DAY"), help=_("The day, as 2026-11-23."))] = None,
    again: Annotated[
        bool | None, typer.Option("--again/--first", help=_("Not for the first time; found out when not said."))
    ] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Write down that one saw a film."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        viewing = client.call(add_viewing, AddViewing(movie.id, on, again))
    if use_json:
        print_json(viewing)
    else:
        print_words(_("{film}: in the diary, number {number}", film=title_of(viewing.movie), number=viewing.id))


@app.command(cls=TranslatedCommand, help=_("Remove an entry of the diary."))
def remove(
    number: Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, help=_("The number of the entry."))],
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Remove an entry."""
    with open_client(user) as client:
        viewing = client.call(delete_viewing, ViewingRef(number))
    if use_json:
        print_json(viewing)
    else:
        print_words(_("{film}: taken out of the diary", film=title_of(viewing.movie)))


@app.command(cls=TranslatedCommand, help=_("The films you saw and have not rated."))
def queue(
    n: Annotated[int, count_option(_("How many films."))] = 50, user: UserOption = None, use_json: JsonOption = False
) -> None:
    """List the films that wait for a rating."""
    with open_client(user) as client:
        diary = client.call(list_queue, Paged(n))
        if not use_json:
            use_chosen_display(client)
    _print(diary, use_json=use_json)


def _print(diary: Diary, *, use_json: bool) -> None:
    if use_json:
        print_json(diary)
        return
    from camflix.cli.own_views import show_diary  # noqa: PLC0415 - rich

    show_diary(diary)
