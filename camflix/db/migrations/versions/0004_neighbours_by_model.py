"""Neighbours of two models side by side: whoever rates and whoever stores a new model meet in no row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = ("user_id", "model_id", "rank")


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_neighbour", "neighbour", type_="primary")
        op.create_primary_key("pk_neighbour", "neighbour", list(_KEY))
        return
    # SQLite cannot change a key; nothing refers to this table.
    op.rename_table("neighbour", "neighbour_before")
    op.create_table(
        "neighbour",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("neighbour_id", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("taste_distance", sa.Double(), nullable=True),
        sa.Column("n_common", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_neighbour_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_neighbour")),
        sqlite_with_rowid=False,
    )
    columns = "user_id, model_id, rank, neighbour_id, similarity, taste_distance, n_common"
    op.execute(f"INSERT INTO neighbour ({columns}) SELECT {columns} FROM neighbour_before")  # noqa: S608 - our names
    op.drop_table("neighbour_before")
