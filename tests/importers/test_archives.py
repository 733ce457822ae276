from __future__ import annotations

import errno
import os
import threading
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import CamFlixError, InvalidFileError, NotFoundError, StorageError
from camflix.importers.archives import MAX_LINE_CHARACTERS, open_source, reading_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read(path: Path, name: str = "ratings.csv") -> list[str]:
    return list(open_source(path).lines(name))


def test_a_folder_gives_its_files(write_folder: Callable[..., Path]) -> None:
    source = open_source(write_folder(ratings_csv="a\nb\n"))
    assert source.names == {"ratings.csv"}
    assert list(source.lines("ratings.csv")) == ["a\n", "b\n"]


def test_a_folder_inside_the_folder_gives_its_files(write_folder: Callable[..., Path]) -> None:
    folder = write_folder("outer/ml-latest-small", ratings_csv="a\n").parent
    (folder / ".DS_Store").touch()
    (folder / "__MACOSX").mkdir()
    assert read(folder) == ["a\n"]


def test_files_deeper_down_stay_out_of_sight(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(diary_csv="a\n")
    write_folder("data/deleted", ratings_csv="b\n")
    assert "ratings.csv" not in open_source(folder)


@pytest.mark.parametrize("member", ["ratings.csv", "ml-latest-small/ratings.csv", "ml-latest-small\\ratings.csv"])
def test_a_zip_gives_its_members_at_the_top_or_in_its_one_folder(
    member: str, write_zip: Callable[[dict[str, str]], Path]
) -> None:
    path = write_zip({member: "a\nb\n", "__MACOSX/ratings.csv": "junk", ".DS_Store": "junk"})
    source = open_source(path)
    assert source.names == {"ratings.csv"}
    assert list(source.lines("ratings.csv")) == ["a\n", "b\n"]
    assert source.place_of("ratings.csv").startswith(str(path))


def test_a_zip_without_the_suffix_is_told_by_its_content(write_zip: Callable[[dict[str, str]], Path]) -> None:
    path = write_zip({"ratings.csv": "a\n"})
    assert read(path.rename(path.with_suffix(".download"))) == ["a\n"]


def test_one_file_is_a_source_of_its_own(write_folder: Callable[..., Path]) -> None:
    path = write_folder(my_csv="a\n") / "my.csv"
    source = open_source(str(path))
    assert source.is_single_file
    assert source.place_of("my.csv") == str(path)
    assert list(source.lines("my.csv")) == ["a\n"]


def test_what_comes_through_a_pipe_can_be_read_several_times(tmp_path: Path) -> None:
    pipe = tmp_path / "ratings.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("a\nb\n",))
    writer.start()
    source = open_source(pipe)
    writer.join()
    assert source.is_single_file
    assert [list(source.lines("ratings.csv")) for _ in range(2)] == [["a\n", "b\n"]] * 2
    assert source.count_lines("ratings.csv") == 2


def test_a_byte_order_mark_is_taken_off(write_folder: Callable[..., Path]) -> None:
    assert read(write_folder(ratings_csv=b"\xef\xbb\xbfDate\n")) == ["Date\n"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(end: str, write_folder: Callable[..., Path]) -> None:
    assert [line.rstrip() for line in read(write_folder(ratings_csv=f"a{end}b{end}c"))] == ["a", "b", "c"]


@pytest.mark.parametrize(("content", "n"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\r\nb\r\n", 2)])
def test_lines_are_counted_without_being_read(content: str, n: int, write_folder: Callable[..., Path]) -> None:
    assert open_source(write_folder(ratings_csv=content)).count_lines("ratings.csv") == n


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path / "nowhere" / "ratings.csv"):
        with pytest.raises(NotFoundError, match="nowhere"):
            open_source(path)


def test_a_path_through_a_file_is_not_found(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(NotFoundError):
        open_source(write_folder(ratings_csv="a") / "ratings.csv" / "more")


def test_a_file_that_goes_away_before_it_is_read_is_not_found(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(ratings_csv="a")
    source = open_source(folder)
    (folder / "ratings.csv").unlink()
    with pytest.raises(NotFoundError, match=r"ratings\.csv"):
        list(source.lines("ratings.csv"))


@pytest.mark.skipif(os.geteuid() == 0, reason="The superuser may read everything.")
def test_a_file_without_read_permission_names_the_remedy(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(ratings_csv="a")
    (folder / "ratings.csv").chmod(0)
    with pytest.raises(StorageError, match="may not be read"):
        read(folder)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, NotFoundError),
        (errno.ENOTDIR, NotFoundError),
        (errno.EACCES, StorageError),
        (errno.EISDIR, InvalidFileError),
        (errno.EIO, StorageError),
        (errno.ENAMETOOLONG, StorageError),
    ],
)
def test_each_failure_of_the_system_becomes_an_error_that_names_the_file(number: int, kind: type[CamFlixError]) -> None:
    error = reading_failed("my/ratings.csv", OSError(number, os.strerror(number)))
    assert type(error) is kind
    assert "my/ratings.csv" in str(error)
    assert error.hint


def test_a_name_too_long_for_the_system_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=os.strerror(errno.ENAMETOOLONG)):
        open_source(tmp_path / ("x" * 5000))


def test_a_broken_zip_is_told_from_a_text(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(data_zip="this is no ZIP", short_bin=b"PK\x03\x04 and nothing more")
    for name in ("data.zip", "short.bin"):
        with pytest.raises(InvalidFileError, match="damaged") as caught:
            open_source(folder / name)
        assert name in str(caught.value)


def test_a_member_with_a_wrong_checksum_is_damage(write_zip: Callable[[dict[str, str]], Path]) -> None:
    path = write_zip({"ratings.csv": "userId,movieId\n" * 50})
    packed = bytearray(path.read_bytes())
    packed[45] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(InvalidFileError, match="damaged"):
        read(path)


def test_an_encrypted_member_is_refused_with_the_remedy(write_zip: Callable[[dict[str, str]], Path]) -> None:
    path = write_zip({"ratings.csv": "a"})
    packed = bytearray(path.read_bytes())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    with pytest.raises(InvalidFileError, match="encrypted") as caught:
        read(path)
    assert "password" in caught.value.hint


def test_a_compression_that_python_lacks_is_refused_with_the_remedy(
    write_zip: Callable[[dict[str, str]], Path],
) -> None:
    path = write_zip({"ratings.csv": "a"})
    packed = bytearray(path.read_bytes())
    directory = packed.index(b"PK\x01\x02")
    packed[8], packed[directory + 10] = 9, 9  # deflate64
    path.write_bytes(packed)
    with pytest.raises(InvalidFileError, match="packed in a way"):
        read(path)


def test_a_member_that_grows_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("ratings.csv", "w") as member:
        for _ in range(40):
            member.write(b"0" * 2**20)
    with pytest.raises(InvalidFileError, match="41943040 bytes"):
        read(path)


@given(st.data())
def test_a_zip_with_some_wrong_bytes_is_read_or_refused_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml/ratings.csv", "userId,movieId,rating,timestamp\n1,2,3.5,4\n")
        archive.writestr("ml/cité.csv", "x\n")
    packed = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(packed) - 1), max_size=4)):
        packed[place] = data.draw(st.integers(0, 255))
    path.write_bytes(packed)
    try:
        source = open_source(path)
        for name in source.names:
            list(source.lines(name))
    except CamFlixError as error:
        assert "noise.zip" in str(error)  # noqa: PT017 - either end is right


@pytest.mark.parametrize("start", [b"\x1f\x8b\x08", b"7z\xbc\xaf\x27", b"Rar!\x1a"])
def test_other_archives_are_named_as_such(start: bytes, write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match="archive of a kind"):
        open_source(write_folder(ratings_bin=start) / "ratings.bin")


def test_nul_bytes_are_no_text(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match="line 2: this is not text"):
        read(write_folder(ratings_csv="a\nb\0c\n"))


def test_a_line_without_an_end_is_no_text(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match="line 1: this is not text"):
        read(write_folder(ratings_csv="1" * (MAX_LINE_CHARACTERS + 1)))


def test_utf_16_is_told_on_the_first_line(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match="line 1: the text is not in UTF-8") as caught:
        read(write_folder(ratings_csv="Date,Name\n".encode("utf-16")))
    assert "save it as UTF-8" in caught.value.hint


@given(
    n_before=st.integers(0, 4000),
    end=st.sampled_from([b"\n", b"\r\n"]),
    filling=st.binary(min_size=1, max_size=9).map(lambda drawn: drawn.hex().encode()),
)
def test_a_wrong_encoding_is_told_with_its_line_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, n_before: int, end: bytes, filling: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "latin-1.csv"
    path.write_bytes((filling + "é".encode() + end) * n_before + b"Am\xe9lie" + end + b"more" + end)
    with pytest.raises(InvalidFileError) as caught:
        read(path, "latin-1.csv")
    assert caught.value.values["line"] == n_before + 1
    assert str(path) in str(caught.value)


def test_latin_1_is_read_when_asked_for(write_folder: Callable[..., Path]) -> None:
    source = open_source(write_folder(u_item=b"Am\xe9lie\n"))
    assert list(source.lines("u.item", encoding="latin-1")) == ["Amélie\n"]


def test_reading_may_stop_early_without_leaving_the_file_open(write_zip: Callable[[dict[str, str]], Path]) -> None:
    lines = open_source(write_zip({"ratings.csv": "a\nb\n"})).lines("ratings.csv")
    assert next(lines) == "a\n"
    del lines
