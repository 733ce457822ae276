"""Fitted models: in the database for every process and host, memory-mapped from a local cache.

A model is written whole or not at all (one transaction); readers take the newest; the one before it is kept. The cache
folder holds one ``.npy`` file an array, which all processes of a host share as pages; losing it, or some of it, costs
one read. Folders are put there and taken away by renaming, so that a process that is killed leaves no half of one; what
it leaves under another name is taken away later.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import bindparam, delete, select

from camflix.models import EngineArray, EngineModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

_PIECE_BYTES = 8 << 20
_N_KEPT = 2
_BUILDING, _GONE = ".building-", ".gone-"
_LEFT_SECONDS = 3600.0
"""A folder of these names that nothing was done in for so long was left by a process that was killed."""


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """Which model, and what it was fitted on."""

    id: int
    engine: str
    preset: str
    epoch: int
    last_change_id: int
    n_ratings: int
    fitted_at: datetime


_HEADERS = select(
    EngineModel.id,
    EngineModel.engine,
    EngineModel.preset,
    EngineModel.epoch,
    EngineModel.last_change_id,
    EngineModel.n_ratings,
    EngineModel.fitted_at,
)
_NAMES = select(EngineArray.name).where(EngineArray.model_id == bindparam("model"), EngineArray.piece == 0)
_NEWEST = (
    _HEADERS.where(EngineModel.engine == bindparam("engine_name"))
    # Whoever finds none of its arrays asks for the newest again: it must not be the same.
    .where(select(EngineArray.model_id).where(EngineArray.model_id == EngineModel.id).exists())
    .order_by(EngineModel.id.desc())
    .limit(1)
)


class ModelStore:
    """Models of one database.

    Args:
        session: the database.
        cache: the folder of the local cache; it need not exist, nor be writable.
    """

    def __init__(self, session: Session, cache: Path) -> None:
        self._session = session
        bind = session.get_bind()
        key = hashlib.sha256(bind.engine.url.render_as_string(hide_password=True).encode()).hexdigest()[:16]
        self._cache = cache / "engine" / key
        self._dropped: list[ModelHeader] = []

    def newest(self, engine: str) -> ModelHeader | None:
        """Return the header of the newest model of an engine."""
        row = self._session.execute(_NEWEST, {"engine_name": engine}).first()
        return ModelHeader(*row) if row else None

    def all(self) -> list[ModelHeader]:
        """Return the headers of all models, of every engine."""
        return [ModelHeader(*row) for row in self._session.execute(_HEADERS.order_by(EngineModel.id))]

    def drop(self, header: ModelHeader) -> None:
        """Remove a model from the database, and with ``clear_cache`` from this host's cache."""
        self._session.execute(delete(EngineArray).where(EngineArray.model_id == header.id))
        self._session.execute(delete(EngineModel).where(EngineModel.id == header.id))
        self._dropped.append(header)

    def clear_cache(self) -> None:
        """Remove the models that were dropped from this host's cache; after the commit, before which they serve."""
        while self._dropped:
            _remove(self._folder(self._dropped.pop()))

    def load_one(self, header: ModelHeader, name: str) -> np.ndarray | None:
        """Return one array of a model; None when it has none of that name."""
        return self._read_arrays(EngineArray.model_id == header.id, EngineArray.name == name).get(name)

    def save(self, model: EngineModel, arrays: Mapping[str, np.ndarray]) -> ModelHeader:
        """Write a model; drop those of its engine before the last two."""
        self._session.add(model)
        self._session.flush()
        for name, array in arrays.items():
            self._write_array(model.id, name, np.ascontiguousarray(array))
        kept = select(EngineModel.id).where(EngineModel.engine == model.engine)
        kept = kept.order_by(EngineModel.id.desc()).limit(_N_KEPT)
        old = select(EngineModel.id).where(EngineModel.engine == model.engine, EngineModel.id.not_in(kept))
        self._session.execute(delete(EngineArray).where(EngineArray.model_id.in_(old)))
        self._session.execute(
            delete(EngineModel).where(EngineModel.engine == model.engine, EngineModel.id.not_in(kept))
        )
        return ModelHeader(
            *(model.id, model.engine, model.preset, model.epoch),
            *(model.last_change_id, model.n_ratings, model.fitted_at),
        )

    def load(self, header: ModelHeader) -> dict[str, np.ndarray] | None:
        """Return a model's arrays: mapped from the cache, or read from the database and put there.

        None when they are in the database no more: on PostgreSQL a model may be dropped between its header and these.
        """
        folder, names = self._folder(header), set(self._session.scalars(_NAMES, {"model": header.id}))
        mapped = _map_arrays(folder)
        if mapped and mapped.keys() == names:
            return mapped
        if mapped is not None:
            # Something cleaned the cache, or damaged it; or the model was dropped elsewhere.
            _remove(folder)
        arrays = self._read_arrays(EngineArray.model_id == header.id) if names else {}
        if not arrays:
            return None
        self._fill_cache(folder, arrays)
        mapped = _map_arrays(folder)
        return mapped if mapped and mapped.keys() == names else arrays

    def _folder(self, header: ModelHeader) -> Path:
        # The moment tells apart the models of two databases that stood one after the other at the same place.
        return self._cache / f"{header.engine}-{header.id}-{header.fitted_at:%Y%m%d%H%M%S%f}"

    def _write_array(self, model_id: int, name: str, array: np.ndarray) -> None:
        data = array.tobytes()
        shape = ",".join(str(length) for length in array.shape)
        for piece, start in enumerate(range(0, max(len(data), 1), _PIECE_BYTES)):
            self._session.execute(
                EngineArray.__table__.insert(),  # type: ignore[attr-defined]
                {
                    "model_id": model_id,
                    "name": name,
                    "piece": piece,
                    "dtype": array.dtype.str,
                    "shape": shape,
                    "data": data[start : start + _PIECE_BYTES],
                },
            )

    def _read_arrays(self, *conditions: ColumnElement[bool]) -> dict[str, np.ndarray]:
        query = (
            select(EngineArray.name, EngineArray.dtype, EngineArray.shape, EngineArray.data)
            .where(*conditions)
            .order_by(EngineArray.name, EngineArray.piece)
        )
        buffers: dict[str, tuple[str, str, bytearray]] = {}
        for name, dtype, shape, data in self._session.execute(query):
            buffers.setdefault(name, (dtype, shape, bytearray()))[2].extend(data)
        return {
            name: np.frombuffer(buffer, dtype=dtype).reshape([int(n) for n in shape.split(",") if n])
            for name, (dtype, shape, buffer) in buffers.items()
        }

    def _fill_cache(self, folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
        """Put arrays into the cache, all or none."""
        self._remove_left()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder.parent))
        except OSError:
            return
        try:
            for name, array in arrays.items():
                np.save(building / f"{name}.npy", array, allow_pickle=False)
            building.rename(folder)
        except OSError:
            # The disk is full, or another process was first.
            shutil.rmtree(building, ignore_errors=True)
        else:
            self._drop_old(folder)

    def _drop_old(self, newest: Path) -> None:
        # By age, not by number: another database that stood at the same place may have got further.
        engine = newest.name.split("-", 1)[0]
        with suppress(OSError):
            others = [folder for folder in self._cache.glob(f"{engine}-*") if folder != newest]
            for folder in sorted(others, key=lambda folder: -folder.stat().st_mtime_ns)[_N_KEPT - 1 :]:
                _remove(folder)

    def _remove_left(self) -> None:
        """Remove what processes that were killed had begun to put into the cache or to remove from it."""
        with suppress(OSError):
            for folder in (*self._cache.glob(f"{_BUILDING}*"), *self._cache.glob(f"{_GONE}*")):
                if time.time() - folder.stat().st_mtime > _LEFT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)


def _map_arrays(folder: Path) -> dict[str, np.ndarray] | None:
    """Return what there is of a cached model's arrays: none of them when one is damaged; None without a folder."""
    try:
        if not folder.is_dir():
            return None
        return {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in sorted(folder.glob("*.npy"))}
    except (OSError, ValueError, EOFError):
        return {}


def _remove(folder: Path) -> None:
    """Remove a cached model: at once for those who look for it, whatever happens to this process meanwhile."""
    gone = folder.with_name(f"{_GONE}{secrets.token_hex(8)}")
    with suppress(OSError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
