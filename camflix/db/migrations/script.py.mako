"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import camflix.db.types

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    ${upgrades if upgrades else "pass"}
