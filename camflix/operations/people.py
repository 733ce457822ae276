"""Oneself and others: profiles, settings, numbers, one's own data."""

from __future__ import annotations

import msgspec

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import (
    AskComparison,
    AskExport,
    AskProfile,
    AskStats,
    AskYear,
    ChangeSettings,
    Nothing,
    UserRef,
)
from camflix.results import Comparison, ExportDocument, Profile, PublicProfile, Stats, UserSettings, YearInReview


@operation("GET", "/api/users/profile/")
def profile(context: Context, body: AskProfile) -> Profile:
    """See one's own profile."""
    return context.services.profiles.of(context.user_id, body.n_extremes)


@operation("GET", "/api/users/{username}/", audience="anyone")
def public_profile(context: Context, body: UserRef) -> PublicProfile:
    """See another user, as far as they let one. Errors: NotFoundError."""
    return context.services.profiles.public(body.username, context.user_id, is_admin=context.is_admin)


@operation("GET", "/api/users/{username}/compare/")
def compare(context: Context, body: AskComparison) -> Comparison:
    """See where one's taste and another's agree and part, and what they love that one has not seen.

    Errors: NotFoundError.
    """
    return context.services.comparison.of(context.user_id, body.username, body.n, is_admin=context.is_admin)


@operation("GET", "/api/settings/")
def get_settings(context: Context, body: Nothing) -> UserSettings:
    """See what one decided about oneself."""
    del body
    return context.services.settings.of(context.user_id)


@operation("POST", "/api/settings/")
def change_settings(context: Context, body: ChangeSettings) -> UserSettings:
    """Change language, time zone, privacy and the like. Errors: InvalidInputError."""
    return context.services.settings.change(context.user_id, **msgspec.structs.asdict(body))


@operation("GET", "/api/stats/")
def stats(context: Context, body: AskStats) -> Stats:
    """See one's ratings in numbers."""
    return context.services.stats.of(context.user_id, context.username, body.n, body.min_films)


@operation("GET", "/api/stats/years/{year}/")
def year_in_review(context: Context, body: AskYear) -> YearInReview:
    """Look back on a year."""
    return context.services.stats.year(context.user_id, context.username, body.year)


@operation("GET", "/api/export/")
def export_data(context: Context, body: AskExport) -> ExportDocument:
    """Take all of one's own data out as one document."""
    return context.services.export.document(context.user_id, body.format)
