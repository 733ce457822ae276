"""Who the community is: the people whose ratings feed other people's predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_

from camflix.models import Privacy, User

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

MIN_EVIDENCE = 20
"""A film enters a list only with this many ratings of others behind its prediction; fewer in small communities."""
_EVIDENCE_SHARE = 0.035


def contributing() -> ColumnElement[bool]:
    """Return the condition on users whose ratings feed other people's predictions."""
    return User.is_active & or_(User.privacy != Privacy.PRIVATE, User.contributes_anonymously)


def evidence_floor(n_users: int) -> int:
    """Return how many ratings must stand behind a film on a list: a share of the community, from 1 to MIN_EVIDENCE."""
    return max(1, min(MIN_EVIDENCE, round(_EVIDENCE_SHARE * n_users)))
