"""A folder, a ZIP or one file, as lines of text; what stands in the way of reading becomes an error with its remedy."""

from __future__ import annotations

import errno
import io
import lzma
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

from camflix.errors import CamFlixError, InvalidFileError, NotFoundError, StorageError, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

MAX_UNPACKED_BYTES = 20 * 2**30
"""No ratings that people exchange come near; what claims more is a trap or a mistake."""
MAX_UNPACKING_RATIO = 250
"""Lists of ratings shrink 3 to 10 times in a ZIP, and the worst repetitions of text some 100 times."""
HARMLESS_BYTES = 32 * 2**20
"""Up to here any ratio will do."""
MAX_LINE_CHARACTERS = 2**20
_CHUNK_BYTES = 2**18

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVE_STARTS = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd")
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)


class Source(ABC):
    """Files that can be read as text, each by its name inside the folder or the archive.

    Attributes:
        path: what was given.
        top_folder: the one folder inside ``path`` that holds everything, "" when the files lie at the top.
        names: the files at the top, or in the top folder; not those deeper down.
        is_single_file: whether ``path`` is the one file.
    """

    is_single_file = False

    def __init__(self, path: Path, files: Iterable[PurePosixPath]) -> None:
        self.path = path
        visible = [file for file in files if not any(map(_is_clutter, file.parts))]
        self.top_folder = _only_top_folder(visible)
        self.names = frozenset(file.name for file in visible if str(file.parent) == (self.top_folder or "."))

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @abstractmethod
    def _open(self, name: str) -> AbstractContextManager[IO[bytes]]: ...

    def place_of(self, name: str) -> str:
        """Return how a file is named to people: with the path that was given."""
        return str(self.path / self.top_folder / name)

    def lines(self, name: str, *, encoding: str = "utf-8") -> Iterator[str]:
        """Yield the physical lines of a file, with their line ends; a byte order mark is taken off.

        Raises:
            InvalidFileError: the text is not in that encoding, is no text, or the archive is damaged.
            StorageError: the disk does not give the file.
        """
        place, line = self.place_of(name), 0
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with _told_plainly(place), self._open(name) as binary, io.TextIOWrapper(binary, codec, newline="") as text:
            try:
                for line, content in enumerate(iter(partial(text.readline, MAX_LINE_CHARACTERS), ""), 1):
                    if "\0" in content or len(content) == MAX_LINE_CHARACTERS:
                        raise _not_text(place, line)
                    yield content
            except UnicodeDecodeError as error:
                raise _wrong_encoding(place, line + 1 + _n_line_ends(error.object[: error.start])) from error

    def count_lines(self, name: str) -> int:
        """Return how many lines a file has; much faster than reading them, for progress bars."""
        n_ends, last = 0, b"\n"
        with _told_plainly(self.place_of(name)), self._open(name) as binary:
            while chunk := binary.read(_CHUNK_BYTES):
                n_ends += chunk.count(b"\n")
                last = chunk[-1:]
        return n_ends + (last != b"\n")


class _Folder(Source):
    def __init__(self, path: Path) -> None:
        with _told_plainly(str(path)):
            visible = [child for child in path.iterdir() if not _is_clutter(child.name)]
            inner = visible[0] if len(visible) == 1 and visible[0].is_dir() else path
            files = [child for child in inner.iterdir() if not child.is_dir()]
        super().__init__(path, (PurePosixPath(file.relative_to(path)) for file in files))

    def _path_of(self, name: str) -> Path:
        return self.path / self.top_folder / name

    def _open(self, name: str) -> IO[bytes]:
        return self._path_of(name).open("rb")


class _SingleFile(Source):
    is_single_file = True

    def __init__(self, path: Path) -> None:
        super().__init__(path, [])
        self.names = frozenset({path.name})

    def place_of(self, name: str) -> str:  # noqa: ARG002 - there is only one
        return str(self.path)

    def _open(self, name: str) -> IO[bytes]:  # noqa: ARG002
        return self.path.open("rb")


class _Pipe(_SingleFile):
    """What comes through a pipe, kept on the disk meanwhile: it comes once, and files are read several times."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._copy = NamedTemporaryFile(prefix="camflix-")  # noqa: SIM115 - it goes when this does
        with path.open("rb") as pipe:
            copyfileobj(pipe, self._copy)
        self._copy.flush()

    def _open(self, name: str) -> IO[bytes]:  # noqa: ARG002
        return Path(self._copy.name).open("rb")


class _Archive(Source):
    def __init__(self, path: Path) -> None:
        with _told_plainly(str(path)), _damage_noticed(), zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            # Some Windows programs write ml-latest-small\\ratings.csv.
            self._members = {PurePosixPath(info.filename.replace("\\", "/")): info for info in members}
        super().__init__(path, self._members)

    def _member(self, name: str) -> zipfile.ZipInfo:
        return self._members[PurePosixPath(self.top_folder, name)]

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        member = self._member(name)
        _refuse_encrypted_or_bomb(member, self.place_of(name))
        with ExitStack() as opened:
            with _damage_noticed():
                archive = opened.enter_context(zipfile.ZipFile(self.path))
                binary = opened.enter_context(archive.open(member))
            yield binary


def open_source(path: Path | str) -> Source:
    """Return the files of a folder, of a ZIP, or the one file that ``path`` is.

    Everything may lie in one folder inside it, as in ``ml-latest-small/ratings.csv``. Nothing is unpacked to the disk.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: a damaged ZIP, or another kind of archive.
        StorageError: it may not be read.
    """
    path = Path(path)
    with _told_plainly(str(path)):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _Folder(path)
        if stat.S_ISFIFO(mode):
            return _Pipe(path)
        start = _first_bytes(path) if stat.S_ISREG(mode) else b""
    if start.startswith(_ZIP_STARTS) or path.suffix.lower() == ".zip":
        return _Archive(path)
    if start.startswith(_OTHER_ARCHIVE_STARTS):
        raise InvalidFileError(
            "{file} is an archive of a kind that CamFlix does not open.",
            hint="Unpack it and give the folder, or a ZIP.",
            file=str(path),
        )
    return _SingleFile(path)


def reading_failed(place: str, error: OSError) -> CamFlixError:
    """Return what an error of the operating system means to the person who asked for the file."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NotFoundError("There is no file or folder {file}.", hint="Check the name and the path.", file=place)
    if isinstance(error, PermissionError):
        return StorageError(
            "{file} may not be read.", hint="Give yourself the right to read it, or copy it elsewhere.", file=place
        )
    if isinstance(error, IsADirectoryError):
        return InvalidFileError("{file} is a folder, not a file.", hint="Give the file inside it.", file=place)
    return StorageError(
        "{file} cannot be read: {reason}.",
        hint="Check the disk and the path.",
        file=place,
        reason=Word(error.strerror or error),
    )


@contextmanager
def _told_plainly(place: str) -> Iterator[None]:
    """Turn what goes wrong while reading into an error that names the file and the remedy."""
    try:
        yield
    except OSError as error:
        raise reading_failed(place, error) from error
    except _BROKEN_ARCHIVE as error:
        raise InvalidFileError(
            "{file} is damaged, or is not a ZIP archive.", hint="Download or export it again.", file=place
        ) from error
    except NotImplementedError as error:
        raise InvalidFileError(
            "{file} is packed in a way that CamFlix does not read.", hint="Unpack it and give the folder.", file=place
        ) from error


@contextmanager
def _damage_noticed() -> Iterator[None]:
    """Give one name to the many ways in which zipfile fails on a damaged directory of the archive."""
    try:
        yield
    except (ValueError, IndexError) as error:
        raise zipfile.BadZipFile from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a seek to a place before the start
            raise zipfile.BadZipFile from error
        raise


def _refuse_encrypted_or_bomb(member: zipfile.ZipInfo, place: str) -> None:
    if member.flag_bits & 0x1:
        raise InvalidFileError(
            "{file} is encrypted.", hint="Unpack the archive with its password and give the folder.", file=place
        )
    suspicious = member.file_size > HARMLESS_BYTES and member.file_size > MAX_UNPACKING_RATIO * member.compress_size
    if suspicious or member.file_size > MAX_UNPACKED_BYTES:
        raise InvalidFileError(
            "{file} would grow from {packed} to {unpacked} bytes when unpacked: that is no list of ratings.",
            hint="Get the archive from its first source; if it is what you want, unpack it and give the folder.",
            file=place,
            packed=member.compress_size,
            unpacked=member.file_size,
        )


def _not_text(place: str, line: int) -> InvalidFileError:
    return InvalidFileError(
        "{file}, line {line}: this is not text.",
        hint="Give a CSV file saved as UTF-8 text, not a spreadsheet or a database.",
        file=place,
        line=line,
    )


def _wrong_encoding(place: str, line: int) -> InvalidFileError:
    return InvalidFileError(
        "{file}, line {line}: the text is not in UTF-8.",
        hint="Open the file in a text editor or spreadsheet, save it as UTF-8, and give it again.",
        file=place,
        line=line,
    )


def _n_line_ends(chunk: bytes) -> int:
    return chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _is_clutter(name: str) -> bool:
    """Whether a file or folder is what operating systems add: .DS_Store, __MACOSX and the like."""
    return name.startswith(".") or name == "__MACOSX"


def _only_top_folder(files: list[PurePosixPath]) -> str:
    """Return the folder in which all the files lie, "" without such a one."""
    tops = {file.parts[0] if len(file.parts) > 1 else "" for file in files}
    return tops.pop() if len(tops) == 1 else ""
