"""Which tokens were made by signing in, the oldest of which give way to new ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    op.add_column("api_token", sa.Column("is_login", sa.Boolean(), server_default=sa.false(), nullable=False))
    # By this name camflix login asks for them.
    op.execute("UPDATE api_token SET is_login = true WHERE name LIKE 'camflix @ %'")
