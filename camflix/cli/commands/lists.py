"""``camflix lists list|show|new|edit|add|remove|move|delete|share``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument, title_of
from camflix.i18n import _
from camflix.operations import (
    add_to_list,
    create_list,
    delete_list,
    edit_list,
    get_list,
    get_shared_list,
    list_lists,
    move_in_list,
    remove_from_list,
    resolve_movie,
    share_list,
    unshare_list,
)
from camflix.operations.inputs import (
    CreateList,
    EditList,
    ListEntry,
    ListEntryRef,
    ListLists,
    ListRef,
    MoveListEntry,
    ResolveMovie,
)

app = new_app(help=_("Lists of films of your own making."))


def list_argument() -> object:
    """Return the argument that names a list."""
    return typer.Argument(metavar=_("LIST"), min=1, help=_("The number of a list; see: camflix lists list"))


def place_argument() -> object:
    """Return the argument that names a place."""
    return typer.Argument(metavar=_("PLACE"), min=1, help=_("A place in the list, the first is 1."))


ListArgument = Annotated[int, list_argument()]


@app.command("list", cls=TranslatedCommand, help=_("Your lists, or those that someone shows."))
def list_(
    of: Annotated[str | None, typer.Option("--of", metavar=_("NAME"), help=_("Whose lists."))] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List the lists."""
    with open_client(user) as client:
        page = client.call(list_lists, ListLists(of))
    if use_json:
        print_json(page)
        return
    from camflix.cli.own_views import show_lists  # noqa: PLC0415 - rich

    show_lists(page)


@app.command(cls=TranslatedCommand, help=_("A list with its films in order."))
def show(number: ListArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Show a list."""
    with open_client(user) as client:
        found = client.call(get_list, ListRef(number))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_list  # noqa: PLC0415 - rich

    show_list(found)


@app.command(cls=TranslatedCommand, help=_("Make a list."))
def new(
    name: Annotated[str, typer.Argument(metavar=_("NAME"), help=_("Up to 100 characters."))],
    description: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("What it is about."))] = "",
    public: Annotated[bool, typer.Option("--public", help=_("For all who may see you."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Make a list."""
    with open_client(user) as client:
        made = client.call(create_list, CreateList(name, description, public))
    if use_json:
        print_json(made)
    else:
        print_words(_("List {number}: {name}", number=made.id, name=made.name))


@app.command(cls=TranslatedCommand, help=_("Change a list's name, description, or who may see it."))
def edit(
    number: ListArgument,
    name: Annotated[str | None, typer.Option(metavar=_("NAME"), help=_("Up to 100 characters."))] = None,
    description: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("What it is about."))] = None,
    public: Annotated[
        bool | None, typer.Option("--public/--private", help=_("For all who may see you, or for yourself."))
    ] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Change a list."""
    with open_client(user) as client:
        done = client.call(edit_list, EditList(number, name, description, public))
    if use_json:
        print_json(done)
    else:
        print_words(_("List {number}: {name}", number=done.list.id, name=done.list.name))


@app.command(cls=TranslatedCommand, help=_("Put a film into a list."))
def add(
    number: ListArgument,
    film: FilmArgument,
    place: Annotated[
        int | None, typer.Option("--place", metavar=_("PLACE"), min=1, help=_("A place in the list, the first is 1."))
    ] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Put a film into a list."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        done = client.call(add_to_list, ListEntry(number, movie.id, None if place is None else place - 1))
    if use_json:
        print_json(done)
    else:
        print_words(_("{film}: in the list {name}", film=title_of(movie), name=done.list.name))


@app.command(cls=TranslatedCommand, help=_("Take a film out of a list."))
def remove(number: ListArgument, film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Take a film out of a list."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        done = client.call(remove_from_list, ListEntryRef(number, movie.id))
    if use_json:
        print_json(done)
    else:
        print_words(_("{film}: not in the list {name}", film=title_of(movie), name=done.list.name))


@app.command(cls=TranslatedCommand, help=_("Put a film of a list in another place."))
def move(
    number: ListArgument,
    film: FilmArgument,
    place: Annotated[int, place_argument()],
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Put a film of a list in another place."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        done = client.call(move_in_list, MoveListEntry(number, movie.id, place - 1))
    if use_json:
        print_json(done)
    else:
        print_words(_("{film}: in the list {name}", film=title_of(movie), name=done.list.name))


@app.command(cls=TranslatedCommand, help=_("Remove a list."))
def delete(number: ListArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Remove a list."""
    with open_client(user) as client:
        gone = client.call(delete_list, ListRef(number))
    if use_json:
        print_json(gone)
    else:
        print_words(_("List removed: {name}", name=gone.name))


@app.command(cls=TranslatedCommand, help=_("Give a list a new secret link, or take it away."))
def share(
    number: ListArgument,
    stop: Annotated[bool, typer.Option("--stop", help=_("Take the link away."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Share a list."""
    with open_client(user) as client:
        done = client.call(unshare_list if stop else share_list, ListRef(number))
    if use_json:
        print_json(done)
    elif done.list.share_token is None:
        print_words(_("{name} has no secret link", name=done.list.name))
    else:
        print_words(get_shared_list.path.format(token=done.list.share_token))
