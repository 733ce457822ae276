"""Lists of films."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import (
    CreateList,
    EditList,
    ListEntry,
    ListEntryRef,
    ListLists,
    ListRef,
    MoveListEntry,
    SharedListRef,
)
from camflix.results import ListChange, MovieList, MovieListPage, MovieListSummary


@operation("GET", "/api/lists/", audience="anyone")
def list_lists(context: Context, body: ListLists) -> MovieListPage:
    """See one's own lists, or those that another user shows. Errors: NotFoundError."""
    username = body.username or context.username
    return context.services.lists.page(username, context.user_id, is_admin=context.is_admin)


@operation("POST", "/api/lists/", status=201)
def create_list(context: Context, body: CreateList) -> MovieListSummary:
    """Make a list. Errors: InvalidInputError, ConflictError."""
    return context.services.lists.create(context.user_id, body.name, body.description, is_public=body.is_public)


@operation("GET", "/api/lists/{list_id}/", audience="anyone")
def get_list(context: Context, body: ListRef) -> MovieList:
    """See a list with its films in order. Errors: NotFoundError."""
    return context.services.lists.get(context.user_id, body.list_id, is_admin=context.is_admin)


@operation("POST", "/api/lists/{list_id}/")
def edit_list(context: Context, body: EditList) -> ListChange:
    """Change a list's name, description, or who may see it. Errors: NotFoundError, ConflictError, InvalidInputError."""
    return context.services.lists.edit(
        context.user_id, body.list_id, body.version, body.name, body.description, body.is_public
    )


@operation("DELETE", "/api/lists/{list_id}/")
def delete_list(context: Context, body: ListRef) -> MovieListSummary:
    """Remove a list. Errors: NotFoundError."""
    return context.services.lists.remove(context.user_id, body.list_id)


@operation("POST", "/api/lists/{list_id}/movies/", status=201)
def add_to_list(context: Context, body: ListEntry) -> ListChange:
    """Put a film into a list. Errors: NotFoundError, InvalidInputError."""
    return context.services.lists.add(context.user_id, body.list_id, body.movie_id, body.position)


@operation("DELETE", "/api/lists/{list_id}/movies/{movie_id}/")
def remove_from_list(context: Context, body: ListEntryRef) -> ListChange:
    """Take a film out of a list. Errors: NotFoundError."""
    return context.services.lists.take_out(context.user_id, body.list_id, body.movie_id)


@operation("POST", "/api/lists/{list_id}/movies/{movie_id}/move/")
def move_in_list(context: Context, body: MoveListEntry) -> ListChange:
    """Put a film of a list in another place. Errors: NotFoundError, ConflictError."""
    return context.services.lists.move(context.user_id, body.list_id, body.movie_id, body.position, body.version)


@operation("POST", "/api/lists/{list_id}/share/")
def share_list(context: Context, body: ListRef) -> ListChange:
    """Give a list a new secret link. Errors: NotFoundError."""
    return context.services.lists.share(context.user_id, body.list_id, shared=True)


@operation("DELETE", "/api/lists/{list_id}/share/")
def unshare_list(context: Context, body: ListRef) -> ListChange:
    """Take a list's secret link away. Errors: NotFoundError."""
    return context.services.lists.share(context.user_id, body.list_id, shared=False)


@operation("GET", "/api/shared/{token}/", audience="anyone")
def get_shared_list(context: Context, body: SharedListRef) -> MovieList:
    """See the list that a secret link leads to. Errors: NotFoundError."""
    return context.services.lists.shared(context.user_id, body.token)
