"""History and neighbours without foreign keys, a third of a bulk import's time; titles of films found in one reading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import camflix.db.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HISTORY = (
    "id, user_id, movie_id, old_score, old_created_at, old_updated_at, old_source, new_score, changed_at, source, "
    "predicted_score, predicted_by, import_batch_id, reverts_change_id"
)
_NEIGHBOURS = "user_id, model_id, rank, neighbour_id, similarity, taste_distance, n_common"


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    op.drop_index("ix_movie_title_movie_id", "movie_title")
    op.create_index("ix_movie_title_movie_id_folded", "movie_title", ["movie_id", "folded"])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_rating_change_user_id_user_account", "rating_change", type_="foreignkey")
        op.drop_constraint("fk_neighbour_user_id_user_account", "neighbour", type_="foreignkey")
        return
    # SQLite cannot drop a constraint; nothing refers to these tables.
    op.rename_table("rating_change", "rating_change_before")
    _create_history()
    _move("rating_change", _HISTORY)
    op.create_index("ix_rating_change_user_id_movie_id_id", "rating_change", ["user_id", "movie_id", "id"])
    op.rename_table("neighbour", "neighbour_before")
    _create_neighbours()
    _move("neighbour", _NEIGHBOURS)


def _move(table: str, columns: str) -> None:
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_before")  # noqa: S608 - our names
    op.drop_table(f"{table}_before")


def _create_history() -> None:
    moment = camflix.db.types.UtcDateTime(timezone=True)
    op.create_table(
        "rating_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("old_score", sa.SmallInteger(), nullable=True),
        sa.Column("old_created_at", moment, nullable=True),
        sa.Column("old_updated_at", moment, nullable=True),
        sa.Column("old_source", sa.String(length=16), nullable=True),
        sa.Column("new_score", sa.SmallInteger(), nullable=True),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("predicted_score", sa.Double(), nullable=True),
        sa.Column("predicted_by", sa.String(length=16), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("reverts_change_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "old_score IS NOT NULL OR new_score IS NOT NULL", name=op.f("ck_rating_change_something_changed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_change")),
    )


def _create_neighbours() -> None:
    op.create_table(
        "neighbour",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("neighbour_id", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("taste_distance", sa.Double(), nullable=True),
        sa.Column("n_common", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "model_id", "rank", name=op.f("pk_neighbour")),
        sqlite_with_rowid=False,
    )
