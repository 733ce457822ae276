"""Importing files that are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.importers.mapping import parse_mapping
from camflix.operations.declare import Context, operation
from camflix.operations.inputs import ImportRef, StartImport
from camflix.results import ImportJob

if TYPE_CHECKING:
    from camflix.operations.declare import Preparing
    from camflix.services.import_jobs import LookedAt

_LIMIT = "10 per minute"


def _look(camflix: Preparing, user_id: int, body: StartImport) -> LookedAt:
    mapping = parse_mapping(body.scale, body.map)
    with camflix.transaction(writes=False) as services:
        is_admin, jobs = services.users.is_admin(user_id), services.import_jobs
    # Files are read without a transaction: however long it takes, nobody waits for it.
    return jobs.look_at(user_id, body.source, body.name, body.content, is_admin=is_admin, mapping=mapping)


@operation("POST", "/api/imports/", status=202, limit=_LIMIT, prepare=_look)
def start_import(context: Context, body: StartImport) -> ImportJob:
    """Send a file to be imported; it is looked at now, taken afterwards. Errors: InvalidFileError, InvalidInputError.

    The file may also be the whole body, of any type but JSON; the other fields then stand in the query.
    """
    return context.services.import_jobs.accept(
        context.user_id, context.proof, is_admin=context.is_admin, is_trial=body.trial
    )


@operation("GET", "/api/imports/{import_id}/", scope="rate")
def get_import(context: Context, body: ImportRef) -> ImportJob:
    """See how far an import is, and its report when it has ended. Errors: NotFoundError."""
    return context.services.import_jobs.of(context.user_id, body.import_id)
