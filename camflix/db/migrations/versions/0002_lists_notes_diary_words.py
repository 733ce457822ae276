"""Lists, notes, diary, and the words of titles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import camflix.db.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BLOCK = 20_000


def upgrade() -> None:
    """Bring a database of the revision before to this one."""
    op.create_table(
        "title_word",
        sa.Column(
            "word", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("movie_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "movie_id", name=op.f("pk_title_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "word_form",
        sa.Column(
            "form", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "word", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("form", "word", name=op.f("pk_word_form")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_answer",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("answered_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('not_seen', 'skip')", name=op.f("ck_feed_answer_answer")),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_feed_answer_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_feed_answer_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_feed_answer")),
    )
    with op.batch_alter_table("feed_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_answer_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "movie_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("share_token", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_movie_list_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie_list")),
        sa.UniqueConstraint("share_token", name=op.f("uq_movie_list_share_token")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_movie_list_user_id_name")),
    )
    op.create_table(
        "movie_note",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("has_spoiler", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_movie_note_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_movie_note_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_movie_note")),
    )
    with op.batch_alter_table("movie_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movie_note_movie_id"), ["movie_id"], unique=False)
        batch_op.create_index("ix_movie_note_user_id_updated_at", ["user_id", "updated_at"], unique=False)

    op.create_table(
        "viewing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("is_rewatch", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_viewing_movie_id_movie"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_viewing_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
    )
    with op.batch_alter_table("viewing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_viewing_movie_id"), ["movie_id"], unique=False)
        batch_op.create_index("ix_viewing_user_id_movie_id", ["user_id", "movie_id"], unique=False)
        batch_op.create_index("ix_viewing_user_id_seen_on_id", ["user_id", "seen_on", "id"], unique=False)

    op.create_table(
        "movie_list_entry",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", camflix.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["movie_list.id"], name=op.f("fk_movie_list_entry_list_id_movie_list"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movie.id"], name=op.f("fk_movie_list_entry_movie_id_movie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "movie_id", name=op.f("pk_movie_list_entry")),
    )
    with op.batch_alter_table("movie_list_entry", schema=None) as batch_op:
        batch_op.create_index("ix_movie_list_entry_list_id_position", ["list_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_movie_list_entry_movie_id"), ["movie_id"], unique=False)

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("score_display", sa.String(length=5), server_default="100", nullable=False))
        batch_op.add_column(sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False))
    _index_words(op.get_bind())


def _index_words(connection: sa.Connection) -> None:
    """Write the words of the titles that are there, and their forms."""
    titles = connection.execute(sa.text("SELECT movie_id, folded FROM movie_title ORDER BY movie_id"))
    pairs: set[tuple[str, int]] = set()
    words: set[str] = set()
    for movie_id, folded in titles.yield_per(_BLOCK):
        pairs |= {(word[:64], movie_id) for word in folded.split()}
        if len(pairs) > _BLOCK:
            words |= _write_words(connection, pairs)
            pairs.clear()
    words |= _write_words(connection, pairs)
    rows = sorted({(form, word) for word in words for form in _forms(word)})
    for start in range(0, len(rows), _BLOCK):
        block = [{"form": form, "word": word} for form, word in rows[start : start + _BLOCK]]
        connection.execute(sa.text("INSERT INTO word_form (form, word) VALUES (:form, :word)"), block)


def _write_words(connection: sa.Connection, pairs: set[tuple[str, int]]) -> set[str]:
    if pairs:
        rows = [{"word": word, "movie_id": movie_id} for word, movie_id in sorted(pairs)]
        statement = "INSERT INTO title_word (word, movie_id) VALUES (:word, :movie_id) ON CONFLICT DO NOTHING"
        connection.execute(sa.text(statement), rows)
    return {word for word, _movie_id in pairs}


def _forms(word: str) -> set[str]:
    start = word[:7]
    return {start} | {start[:i] + start[i + 1 :] for i in range(len(start))} - {""}
