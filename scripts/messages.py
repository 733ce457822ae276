"""The catalogue of messages: gathered from the source, merged, compiled, checked.

    python scripts/messages.py update   gather the messages of camflix/ into fr.po; translations stay, unused ones go
    python scripts/messages.py compile  make camflix.mo of it
    python scripts/messages.py check    say what is missing, wrong or stale; exit status 1 when anything is

What counts as a message: what ``_``, ``N_`` and ``plural`` are given; the sentence and the hint of every error of
camflix/errors.py, and its words; the sentence of an importer's ``Problem`` or ``Refused``. The same files always give
the same bytes: no dates, no line numbers, no version of a tool.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "fr"
WIDTH = 120

MessageId: TypeAlias = "str | tuple[str, str]"
"""A sentence, or its singular and plural."""

Calls: TypeAlias = "Mapping[str, tuple[tuple[int, ...], tuple[str, ...]]]"
"""By the name of what is called: the places and the names of those arguments that are messages."""

_HEADER = "\n".join(
    (
        "Project-Id-Version: CamFlix",
        f"Language: {LANGUAGE}",
        "Plural-Forms: nplurals=2; plural=(n > 1);",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
)
_COMMENT = "# CamFlix in French. Gathered by scripts/messages.py update; the English sentences are the keys."

# The errors are added from camflix/errors.py.
_CALLS: Calls = {
    "_": ((0,), ()),
    "plural": ((0, 1), ()),
    "N_": ((0,), ()),
    "Word": ((0,), ()),
    "Refused": ((0,), ()),
    "Problem": ((2,), ("message",)),
}


class DatelessCatalog(Catalog):
    """A catalogue whose header changes only when someone changes it."""

    def __iter__(self) -> Iterator[Message]:
        """Yield the header, then the messages."""
        _babels_header, *messages = super().__iter__()
        yield Message("", _HEADER)
        yield from messages


def main(arguments: Sequence[str]) -> int:
    """Run one of the three commands; return the exit status."""
    commands = {"update": update, "compile": compile_, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    complaints = commands[arguments[0]](ROOT)
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


def po_path(root: Path) -> Path:
    """Return where the translations are."""
    return root / "camflix" / "locale" / LANGUAGE / "LC_MESSAGES" / "camflix.po"


def update(root: Path) -> list[str]:
    """Bring camflix.po to the messages of the source."""
    path = po_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_catalogue(path, merged(gather(root), read_catalogue(path)))
    return []


def compile_(root: Path) -> list[str]:
    """Make camflix.mo of camflix.po."""
    path = po_path(root)
    path.with_suffix(".mo").write_bytes(compiled(read_catalogue(path)))
    return []


def check(root: Path) -> list[str]:
    """Return what is wrong with the catalogue, a sentence each; nothing when all is well."""
    path, used = po_path(root), gather(root)
    if not path.is_file():
        return [f"{path} is missing; run: python scripts/messages.py update"]
    catalogue = read_catalogue(path)
    known = {message_id(message): message for message in catalogue if message.id}
    complaints = [f"not in camflix.po ({', '.join(sorted(used[key]))}): {key!r}" for key in sorted_ids(used, known)]
    complaints += [f"in camflix.po, but said nowhere: {key!r}" for key in sorted_ids(known, used)]
    for key in sorted_ids(known):
        complaints += (f"{complaint}: {key!r}" for complaint in faults(known[key]))
    mo = path.with_suffix(".mo")
    if not mo.is_file() or mo.read_bytes() != compiled(catalogue):
        complaints.append("camflix.mo is not made of camflix.po; run: python scripts/messages.py compile")
    return complaints


def gather(root: Path) -> dict[MessageId, set[str]]:
    """Return the messages of the package under ``root``, each with the files that say it."""
    calls = calls_with_messages(root)
    found: dict[MessageId, set[str]] = defaultdict(set)
    for path in sorted((root / "camflix").rglob("*.py")):
        for message in messages_in(path.read_text(encoding="utf-8"), calls):
            found[message].add(path.relative_to(root).as_posix())
    return dict(found)


def calls_with_messages(root: Path) -> Calls:
    """Return which arguments of which calls are messages; the errors' names are read from camflix/errors.py."""
    tree = ast.parse((root / "camflix" / "errors.py").read_text(encoding="utf-8"))
    errors = (node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name.endswith("Error"))
    return {**_CALLS, **dict.fromkeys(errors, ((0,), ("hint",)))}


def messages_in(source: str, calls: Calls) -> Iterator[MessageId]:
    """Yield the messages of one file of Python."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        found = [literal for argument in message_arguments(node, calls) for literal in literals(argument) if literal]
        if called_name(node) != "plural":
            yield from found
        elif len(found) == 2:
            yield found[0], found[1]


def message_arguments(call: ast.Call, calls: Calls) -> list[ast.expr]:
    """Return those arguments of a call that are messages."""
    places, names = calls.get(called_name(call), ((), ()))
    arguments = [call.args[place] for place in places if place < len(call.args)]
    return arguments + [keyword.value for keyword in call.keywords if keyword.arg in names]


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called: ``N_`` of ``i18n.N_(…)``."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the string that an expression spells, marked with ``N_`` or not; both of ``a if x else b``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Call) and called_name(node) == "N_" and node.args:
        yield from literals(node.args[0])


def merged(used: Mapping[MessageId, Iterable[str]], old: Catalog) -> DatelessCatalog:
    """Return a catalogue of the messages in use, with the translations that ``old`` has of them."""
    known = {message_id(message): message for message in old if message.id}
    catalogue = DatelessCatalog(locale=LANGUAGE, header_comment=_COMMENT)
    for key, files in used.items():
        before = known.get(key)
        message = catalogue.add(
            key,
            before.string if before else None,
            locations=[(file, 0) for file in sorted(files)],
            flags=before.flags if before else (),
            user_comments=before.user_comments if before else (),
        )
        # "80 % range" is no format of the % operator, whatever it looks like.
        message.flags.discard("python-format")
    return catalogue


def read_catalogue(path: Path) -> DatelessCatalog:
    """Return the catalogue of a .po file, an empty one when there is none."""
    if not path.is_file():
        return DatelessCatalog(locale=LANGUAGE)
    with path.open("rb") as file:
        found = read_po(file, locale=LANGUAGE)
    return merged(
        {message_id(message): [place for place, _line in message.locations] for message in found if message.id}, found
    )


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a .po file, its messages in the order of the alphabet."""
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)


def compiled(catalogue: Catalog) -> bytes:
    """Return the .mo file of a catalogue."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def message_id(message: Message) -> MessageId:
    """Return the key of a message."""
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def forms(texts: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the one form of a sentence, or its singular and plural."""
    return (texts,) if isinstance(texts, str) else tuple(texts or ())


def sorted_ids(ids: Iterable[MessageId], without: Iterable[MessageId] = ()) -> list[MessageId]:
    """Return keys in the order of the alphabet, but for some."""
    return sorted(set(ids) - set(without), key=lambda key: (key,) if isinstance(key, str) else key)


def faults(message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    if message.fuzzy:
        yield "fuzzy"
    key = message_id(message)
    sources = forms(key)
    translations = forms(message.string)
    if not any(translations):
        yield "not translated"
        return
    if len(translations) != len(sources) or not all(translations):
        yield "a plural form is missing"
        return
    for source, translation in zip(sources, translations, strict=True):
        try:
            differ = places(source) != places(translation)
        except ValueError as error:
            yield f"cannot be filled in ({error})"
        else:
            if differ:
                yield f"the places {sorted(places(source))} became {sorted(places(translation))}"


def places(text: str) -> set[str]:
    """Return the names of the ``{name}`` places of a sentence, conversion and format included.

    Raises:
        ValueError: a brace that is not closed, or not opened.
    """
    return {
        f"{name}{'!' + conversion if conversion else ''}{':' + format_ if format_ else ''}"
        for _text, name, format_, conversion in Formatter().parse(text)
        if name is not None
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
