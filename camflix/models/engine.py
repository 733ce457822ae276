"""What the recommendation engine stores: fitted models, as named arrays, the same for every process and host."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base


class EngineModel(Base):
    """A fitted model with the snapshot of ratings it was fitted on.

    ``last_change_id`` is the newest rating change that the snapshot holds; ``epoch`` the DataVersion it belongs to.
    The newest complete row of an engine is the one served; the one before it is kept.
    """

    __tablename__ = "engine_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    engine: Mapped[str] = mapped_column(String(16), index=True)
    preset: Mapped[str] = mapped_column(String(8))
    epoch: Mapped[int]
    last_change_id: Mapped[int] = mapped_column(BigInteger)
    n_users: Mapped[int]
    n_movies: Mapped[int]
    n_ratings: Mapped[int] = mapped_column(BigInteger)
    fitted_at: Mapped[datetime]
    fit_seconds: Mapped[float]


class EngineArray(Base):
    """A piece of one array of a model; the pieces of a name in order make its bytes (C order, little endian)."""

    __tablename__ = "engine_array"

    model_id: Mapped[int] = mapped_column(ForeignKey("engine_model.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    piece: Mapped[int] = mapped_column(Integer, primary_key=True)
    dtype: Mapped[str] = mapped_column(String(8))
    shape: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class EngineChoice(Base):
    """One row: the engine that serves, chosen by hand or by how well each told held-out ratings."""

    __tablename__ = "engine_choice"
    __table_args__ = (CheckConstraint("chosen_by IN ('hand', 'holdout')", name="chosen_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    engine: Mapped[str] = mapped_column(String(16))
    chosen_by: Mapped[str] = mapped_column(String(8))
    chosen_at: Mapped[datetime]


class Neighbour(Base):
    """One of the users most like a user, by rank from 1; ``model_id`` is the model whose snapshot told.

    It stands in the key so that whoever rates while a new model is stored writes rows of the old one beside the new.

    Whoever has no rows of the model that serves is worked out when asked for. There are no foreign keys, for the sake
    of millions of rows written at once: whoever goes takes these along (services/leaving.py), and is shown to nobody.
    """

    __tablename__ = "neighbour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    model_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    neighbour_id: Mapped[int]
    similarity: Mapped[float]
    taste_distance: Mapped[float | None]
    n_common: Mapped[int]


class DataVersion(Base):
    """One row: a number that grows whenever ratings change in bulk, so that models know that they are old."""

    __tablename__ = "data_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(default=0)
