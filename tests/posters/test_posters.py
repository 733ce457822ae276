"""Posters over real HTTP, in real files, made by Pillow."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.posters import PosterCache, PosterStore
from camflix.posters.pictures import decoded, half_blocks
from tests.posters.serving import Images, picture, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def images() -> Iterator[Images]:
    with serving() as server:
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> PosterCache:
    return PosterCache(tmp_path / "posters")


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_a_poster_is_fetched_once_and_shown_from_the_disk_afterwards(
    format_: str, images: Images, cache: PosterCache
) -> None:
    images.pages = {"/a.jpg": picture(format_), "/noise.jpg": b"another"}
    first = PosterStore(cache, images.base).picture("/a.jpg")
    again = PosterStore(cache, images.base).picture("/a.jpg")
    assert first is not None
    assert again is not None
    assert first.tobytes() == again.tobytes()
    assert images.asked == ["/a.jpg"]
    (above, _), *_ = half_blocks(first, 10, 8)[0]
    (_, below), *_ = half_blocks(first, 10, 8)[-1]
    assert above[0] > 200  # red on top
    assert above[2] < 60
    assert below[2] > 200  # blue at the bottom
    assert below[0] < 60


def test_a_poster_on_the_disk_needs_no_network(images: Images, cache: PosterCache) -> None:
    cache.put("http://127.0.0.1:1/a.png", picture())
    assert PosterStore(cache, "http://127.0.0.1:1").picture("/a.png")
    assert images.asked == []


@pytest.mark.parametrize(
    "content",
    [
        lambda: None,
        lambda: b"",
        lambda: b"<html>not a picture</html>",
        lambda: picture()[:40],
        lambda: picture() + bytes(1024 * 1024),
        lambda: picture("GIF"),
        lambda: picture(size=(3000, 2000)),
        lambda: picture(size=(20000, 8000)),
    ],
    ids=["missing", "empty", "a page", "cut off", "too many bytes", "another format", "too many pixels", "a bomb"],
)
def test_what_is_no_poster_shows_nothing_is_not_kept_and_not_asked_again_at_once(
    content: Callable[[], bytes | None], images: Images, cache: PosterCache, tmp_path: Path
) -> None:
    served = content()
    images.pages = {} if served is None else {"/a.png": served}
    store = PosterStore(cache, images.base)
    assert store.picture("/a.png") is None
    assert store.picture("/a.png") is None
    assert images.asked == ["/a.png"]
    assert not (tmp_path / "posters").exists()


def test_without_an_address_only_what_is_on_the_disk_is_shown(cache: PosterCache) -> None:
    cache.put("/a.png", picture())
    store = PosterStore(cache, "")
    assert store.picture("/a.png") is not None
    assert store.picture("/b.png") is None


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "http://127.0.0.1:99999999", "http://[", "http://"])
def test_a_dead_network_or_address_shows_nothing(base: str, cache: PosterCache) -> None:
    assert PosterStore(cache, base).picture("/a.png") is None


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense", "ftp://x", "http://127.0.0.1:1"])
def test_a_proxy_that_is_none_shows_nothing(
    proxy: str, images: Images, cache: PosterCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    images.pages = {"/a.png": picture()}
    assert PosterStore(cache, images.base).picture("/a.png") is None


def test_a_server_that_drips_is_left(images: Images, cache: PosterCache) -> None:
    assert PosterStore(cache, images.base, patience=0.1).picture("/drip.png") is None


@pytest.mark.parametrize(
    "path", ["a.png", "//evil/a.png", "/../a.png", "/a.png?x", "@evil/a.png", "/a.svg", "/a.png\n", ""]
)
def test_a_path_that_leads_elsewhere_is_never_asked(path: str, images: Images, cache: PosterCache) -> None:
    assert PosterStore(cache, images.base).picture(path) is None
    assert images.asked == []


def test_a_file_broken_on_the_disk_is_fetched_anew(images: Images, cache: PosterCache) -> None:
    images.pages = {"/a.png": picture()}
    cache.put(images.base + "/a.png", picture()[:40])
    assert PosterStore(cache, images.base).picture("/a.png")
    assert cache.get(images.base + "/a.png") == picture()


def test_posters_longest_unread_make_room(tmp_path: Path) -> None:
    cache = PosterCache(tmp_path, max_bytes=250)
    for age, name in enumerate("abc"):
        cache.put(name, name.encode() * 100)
        for file in tmp_path.iterdir():
            os.utime(file, (file.stat().st_mtime - 10 - age, file.stat().st_mtime - 10 - age))
        if name == "b":
            cache.get("a")
    assert [name for name in "abc" if cache.get(name)] == ["a", "c"]


def test_a_part_left_by_a_killed_process_is_removed_and_one_being_written_is_not(tmp_path: Path) -> None:
    for name, age in (("old.part", 7200), ("new.part", 0)):
        (tmp_path / name).write_bytes(b"half")
        moment = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (moment, moment))
    PosterCache(tmp_path).put("a", b"whole")
    assert sorted(file.name for file in tmp_path.glob("*.part")) == ["new.part"]


def test_where_nothing_can_be_written_the_poster_is_shown_all_the_same(images: Images, tmp_path: Path) -> None:
    (tmp_path / "posters").write_text("a file where the folder should be")
    images.pages = {"/a.png": picture()}
    assert PosterStore(PosterCache(tmp_path / "posters"), images.base).picture("/a.png")


def test_a_full_disk_keeps_nothing_and_leaves_no_part(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path; from camflix.posters import PosterCache\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "PosterCache(Path(sys.argv[1])).put('a', bytes(1000))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "posters")], check=True)
    assert list((tmp_path / "posters").iterdir()) == []


def test_writers_and_readers_at_once_see_whole_posters_only(tmp_path: Path) -> None:
    contents = [bytes([letter]) * 50_000 for letter in b"ab"]

    def work(number: int) -> set[bytes | None]:
        cache = PosterCache(tmp_path, max_bytes=120_000)
        seen = set()
        for _ in range(50):
            cache.put("same", contents[number % 2])
            cache.put(f"own {number}", contents[number % 2])
            seen.add(cache.get("same"))
        return seen

    with ThreadPoolExecutor(4) as pool:
        assert set().union(*pool.map(work, range(4))) <= {None, *contents}


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 60), st.integers(1, 40))
def test_a_picture_of_any_size_fills_the_cells_it_is_given(width: int, height: int, columns: int, lines: int) -> None:
    found = decoded(picture(size=(width, height)))
    assert found is not None
    drawn = half_blocks(found, columns, lines)
    assert len(drawn) == lines
    assert {len(line) for line in drawn} == {columns}


@given(st.binary(max_size=200), st.sampled_from([b"", picture()[:50], picture("JPEG")[:300], picture("WEBP")[:30]]))
def test_whatever_bytes_come_there_is_a_picture_or_none(noise: bytes, start: bytes) -> None:
    found = decoded(start + noise)
    assert found is None or found.mode == "RGB"


def test_the_room_loads_neither_pillow_nor_httpx_before_a_poster_is_asked_for() -> None:
    code = "import sys, camflix.posters; sys.exit(bool({'PIL', 'httpx'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
