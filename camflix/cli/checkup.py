"""What ``camflix doctor`` examines, part by part; each answers for itself, whatever the others found."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from camflix import i18n
from camflix.cli.session import open_camflix
from camflix.errors import CamFlixError
from camflix.i18n import _, decimal, plural, say
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LITTLE_SPACE_MB = 500
_KERNELS = "camflix.recommender.kernels._kernels"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation: ``ok``, a ``hint`` at what could be better, or ``failed``."""

    part: str
    state: Literal["ok", "hint", "failed"]
    words: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Return what was found."""
    return [_safely(part, check) for part, check in _checks().items()]


def _checks() -> dict[str, Callable[[str], Finding]]:
    return {
        _("settings"): _settings,
        _("database"): _database,
        _("engine"): _engine,
        _("kernels"): _kernels,
        _("cache"): _cache,
        _("disk"): _disk,
        _("language"): _language,
    }


def _safely(part: str, check: Callable[[str], Finding]) -> Finding:
    try:
        return check(part)
    except CamFlixError as error:
        return Finding(part, "failed", say(error))


def _settings(part: str) -> Finding:
    settings = load_settings()
    file = settings.paths.config / "config.toml"
    words = _("from {file} and the environment", file=file) if file.exists() else _("from the environment")
    return Finding(part, "ok", words)


def _database(part: str) -> Finding:
    with open_camflix() as camflix, camflix.transaction(writes=False) as services:
        n_users = len(services.users.all())
    words = plural("{kind} answers; {n} user", "{kind} answers; {n} users", n_users, kind=camflix.database_kind)
    return Finding(part, "ok", words)


def _engine(part: str) -> Finding:
    with open_camflix() as camflix, camflix.transaction(writes=False) as services:
        status = services.engine.status()
    if status.fitted_at is None:
        remedy = _("Bring some: camflix demo, or camflix import movielens FOLDER")
        return Finding(part, "hint", _("there are no ratings to learn from yet"), remedy)
    words = _("{engine}, learnt from {n} ratings", engine=status.engine, n=status.n_ratings)
    if status.is_stale:
        return Finding(part, "hint", words, _("The ratings have changed since: camflix engine refit"))
    return Finding(part, "ok", words)


def _kernels(part: str) -> Finding:
    if find_spec(_KERNELS) is not None:
        return Finding(part, "ok", _("compiled"))
    words = _("not compiled: the engine computes the same in numpy, ten to forty times slower")
    remedy = _("Install a C compiler (Debian: apt install gcc python3-dev), then install CamFlix again.")
    return Finding(part, "hint", words, remedy)


def _cache(part: str) -> Finding:
    folder = load_settings().paths.cache
    if os.access(_nearest_existing(folder), os.W_OK):
        return Finding(part, "ok", str(folder))
    words = _("{folder} cannot be written to", folder=folder)
    return Finding(part, "hint", words, _("Models are read from the database each time: slower, not wrong."))


def _disk(part: str) -> Finding:
    folder = _nearest_existing(load_settings().paths.data)
    free_mb = shutil.disk_usage(folder).free / 1e6
    words = _("{free} MB free in {folder}", free=decimal(free_mb, 0), folder=folder)
    if free_mb < _LITTLE_SPACE_MB:
        return Finding(part, "hint", words, _("Make room: a full disk refuses every rating."))
    return Finding(part, "ok", words)


def _language(part: str) -> Finding:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    words = _("{language}, output in {encoding}", language=i18n.current_language(), encoding=sys.stdout.encoding)
    if encoding != "utf8":
        return Finding(part, "hint", words, _("Accents may be lost; set LC_ALL=C.UTF-8 or PYTHONUTF8=1."))
    return Finding(part, "ok", words)


def _nearest_existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())
