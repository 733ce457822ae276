"""What users did last besides rating, so that it can be undone; no number of a user, list or viewing is given twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import camflix.db.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("user_account", "movie_list", "viewing"):
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
    op.create_table(
        "write_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("written_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_write_record_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_write_record_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_record")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_write_record_user_id_id", "write_record", ["user_id", "id"])
    op.create_index(op.f("ix_write_record_movie_id"), "write_record", ["movie_id"])
