"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import camflix.db.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    op.create_table(
        "data_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_version")),
    )
    op.create_table(
        "engine_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=16), nullable=False),
        sa.Column("chosen_by", sa.String(length=8), nullable=False),
        sa.Column("chosen_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("chosen_by IN ('hand', 'holdout')", name=op.f("ck_engine_choice_chosen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_choice")),
    )
    op.create_table(
        "engine_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_change_id", sa.BigInteger(), nullable=False),
        sa.Column("n_users", sa.Integer(), nullable=False),
        sa.Column("n_movies", sa.Integer(), nullable=False),
        sa.Column("n_ratings", sa.BigInteger(), nullable=False),
        sa.Column("fitted_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fit_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_model")),
    )
    with op.batch_alter_table("engine_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_model_engine"), ["engine"], unique=False)

    op.create_table(
        "genre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("tmdb_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genre")),
        sa.UniqueConstraint("slug", name=op.f("uq_genre_slug")),
        sa.UniqueConstraint("tmdb_id", name=op.f("uq_genre_tmdb_id")),
    )
    op.create_table(
        "movie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tmdb_id", sa.Integer(), nullable=True),
        sa.Column("imdb_id", sa.String(length=16), nullable=True),
        sa.Column("movielens_id", sa.Integer(), nullable=True),
        sa.Column("title_en", sa.String(length=500), nullable=False),
        sa.Column("title_fr", sa.String(length=500), nullable=True),
        sa.Column("title_original", sa.String(length=500), nullable=True),
        sa.Column(
            "title_folded",
            sa.String(length=500).with_variant(sa.String(length=500, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("release_date", sa.Date(), nullable=True),
        sa.Column("runtime_minutes", sa.Integer(), nullable=True),
        sa.Column("overview_fr", sa.Text(), nullable=True),
        sa.Column("overview_en", sa.Text(), nullable=True),
        sa.Column("poster_path", sa.String(length=255), nullable=True),
        sa.Column("popularity", sa.Double(), server_default="0", nullable=False),
        sa.Column("vote_average", sa.Double(), nullable=True),
        sa.Column("n_votes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_ratings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie")),
        sa.UniqueConstraint("imdb_id", name=op.f("uq_movie_imdb_id")),
        sa.UniqueConstraint("movielens_id", name=op.f("uq_movie_movielens_id")),
        sa.UniqueConstraint("tmdb_id", name=op.f("uq_movie_tmdb_id")),
    )
    with op.batch_alter_table("movie", schema=None) as batch_op:
        batch_op.create_index("ix_movie_n_ratings_id", ["n_ratings", "id"], unique=False)
        batch_op.create_index("ix_movie_popularity_id", ["popularity", "id"], unique=False)
        batch_op.create_index("ix_movie_title_folded_id", ["title_folded", "id"], unique=False)
        batch_op.create_index("ix_movie_year_id", ["year", "id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tmdb_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("tmdb_id", name=op.f("uq_person_tmdb_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_name_folded", ["name_folded"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("avatar", sa.String(length=500), server_default="", nullable=False),
        sa.Column("language", sa.String(length=2), server_default="fr", nullable=False),
        sa.Column("time_zone", sa.String(length=64), server_default="Europe/Paris", nullable=False),
        sa.Column("privacy", sa.String(length=8), server_default="private", nullable=False),
        sa.Column("contributes_anonymously", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("source", sa.String(length=16), server_default="local", nullable=False),
        sa.Column("created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("privacy IN ('public', 'members', 'private')", name=op.f("ck_user_account_privacy")),
        sa.CheckConstraint("length(username) BETWEEN 1 AND 64", name=op.f("ck_user_account_username_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_source"), ["source"], unique=False)

    op.create_table(
        "credit",
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_credit_movie_id_movie"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_credit_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("movie_id", "person_id", "role", name=op.f("pk_credit")),
    )
    with op.batch_alter_table("credit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_person_id"), ["person_id"], unique=False)

    op.create_table(
        "engine_array",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("dtype", sa.String(length=8), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["engine_model.id"], name=op.f("fk_engine_array_model_id_engine_model"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", "name", "piece", name=op.f("pk_engine_array")),
    )
    op.create_table(
        "hidden_movie",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("hidden_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_hidden_movie_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_hidden_movie_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_hidden_movie")),
    )
    with op.batch_alter_table("hidden_movie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hidden_movie_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("started_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", camflix.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_at", camflix.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("first_change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("n_created", sa.Integer(), nullable=False),
        sa.Column("n_updated", sa.Integer(), nullable=False),
        sa.Column("n_unchanged", sa.Integer(), nullable=False),
        sa.Column("n_ambiguous", sa.Integer(), nullable=False),
        sa.Column("n_not_found", sa.Integer(), nullable=False),
        sa.Column("n_invalid", sa.Integer(), nullable=False),
        sa.Column("n_skipped_not_film", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_import_batch_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_user_id"), ["user_id"], unique=False)

    op.create_table(
        "movie_genre",
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("genre_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["genre_id"], ["genre.id"], name=op.f("fk_movie_genre_genre_id_genre"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_movie_genre_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("movie_id", "genre_id", name=op.f("pk_movie_genre")),
    )
    with op.batch_alter_table("movie_genre", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movie_genre_genre_id"), ["genre_id"], unique=False)

    op.create_table(
        "movie_title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column(
            "folded",
            sa.String(length=500).with_variant(sa.String(length=500, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_movie_title_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie_title")),
    )
    with op.batch_alter_table("movie_title", schema=None) as batch_op:
        batch_op.create_index("ix_movie_title_folded_movie_id", ["folded", "movie_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_movie_title_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_rating_score")),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_rating_movie_id_movie"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_rating_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_rating")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index("ix_rating_movie_id_score", ["movie_id", "score"], unique=False)

    op.create_table(
        "watchlist_entry",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("added_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_watchlist_entry_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_watchlist_entry_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_watchlist_entry")),
    )
    with op.batch_alter_table("watchlist_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watchlist_entry_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "rating_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("old_score", sa.SmallInteger(), nullable=True),
        sa.Column("old_created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("old_updated_at", camflix.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("old_source", sa.String(length=16), nullable=True),
        sa.Column("new_score", sa.SmallInteger(), nullable=True),
        sa.Column("changed_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("predicted_score", sa.Double(), nullable=True),
        sa.Column("predicted_by", sa.String(length=16), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("reverts_change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "old_score IS NOT NULL OR new_score IS NOT NULL", name=op.f("ck_rating_change_something_changed")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_rating_change_import_batch_id_import_batch"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_rating_change_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_rating_change_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_change")),
    )
    with op.batch_alter_table("rating_change", schema=None) as batch_op:
        batch_op.create_index("ix_rating_change_user_id_movie_id_id", ["user_id", "movie_id", "id"], unique=False)
