"""Small data sets, written by hand for each test."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOVIES = """\
movieId,title,genres
1,Toy Story (1995),Adventure|Animation|Children
6,Heat (1995),Action|Crime|Thriller
29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Adventure|Sci-Fi
40697,Babylon 5,(no genres listed)
"""
LINKS = "movieId,imdbId,tmdbId\n1,0114709,862\n6,0113277,949\n29,0112682,\n40697,10105246,1\n"
RATINGS = "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,6,0.5,964981247\n2,29,5.0,1445714835\n"


@pytest.fixture
def write_folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files, named with "_" for ".", into a folder and returns it."""

    def write(folder: str = "data", **files: str | bytes) -> Path:
        target = tmp_path / folder
        target.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (target / name.replace("_", ".")).write_bytes(data)
        return target

    return write


@pytest.fixture
def write_zip(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Return a function that packs texts by member name into a ZIP and returns it."""

    def write(members: dict[str, str]) -> Path:
        target = tmp_path / "data.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return target

    return write
