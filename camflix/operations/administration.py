"""The verbs of administrators."""

from __future__ import annotations

from camflix.operations.account_inputs import ListUsers
from camflix.operations.declare import Context, operation
from camflix.operations.inputs import UserRef
from camflix.results import UserList, UserSummary


@operation("GET", "/api/admin/users/", audience="admin", scope="admin")
def list_users(context: Context, body: ListUsers) -> UserList:
    """See the users by name, page by page."""
    return context.services.users.page(body.limit, body.cursor)


@operation("POST", "/api/admin/users/{username}/disable/", audience="admin", scope="admin")
def disable_user(context: Context, body: UserRef) -> UserSummary:
    """Disable a user: nobody can act as them, their ratings feed no predictions. Errors: NotFoundError."""
    user = context.services.users.disable(body.username)
    context.services.sessions.revoke_all(user.id)
    context.services.tokens.revoke_all(user.id)
    context.services.epochs.advance()
    return user


@operation("POST", "/api/admin/users/{username}/enable/", audience="admin", scope="admin")
def enable_user(context: Context, body: UserRef) -> UserSummary:
    """Take a disabled user back. Errors: NotFoundError."""
    user = context.services.users.enable(body.username)
    context.services.epochs.advance()
    return user
