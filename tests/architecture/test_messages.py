"""Everything CamFlix says can be said in French: gathered, translated, compiled, and no sentence goes around it."""

from __future__ import annotations

import ast
import gettext
import re
from functools import cache
from inspect import getsource
from typing import TYPE_CHECKING, Any

import pytest
import typer.core

from camflix import errors, i18n
from camflix.cli.tree import COMMANDS, TYPER_WORDS
from camflix.db import failures
from scripts import messages
from tests.architecture.tree import PACKAGE, ROOT, parsed, source_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CALLS = messages.calls_with_messages(ROOT)
CATALOGUE = messages.read_catalogue(messages.po_path(ROOT))
TRANSLATIONS = [
    pair
    for message in CATALOGUE
    if message.id
    for pair in zip(messages.forms(message.id), messages.forms(message.string), strict=True)
]
SOURCES = [file for file in source_files() if file.relative_to(PACKAGE).parts[0] not in {"db", "models", "recommender"}]
"""Databases and engines talk to nobody: what they hold is SQL, or sentences for whoever has to mend a bug."""

NOT_FOR_PEOPLE: dict[str, str] = {
    "CamFlix ": "the name of the product, before its version",
    "camflix: ": "the name of the program, before what it says",
    "bold green": "a style of Rich's",
    "auto|10|100": "values as they are typed",
    "RMSE (0-100)": "the same in every language",
    "MAE (0-100)": "the same in every language",
    "left": "an alignment of Rich's",
    "right": "an alignment of Rich's",
    "{task.description}": "a place that Rich fills",
    "Watched Date": "a column of Letterboxd's",
    "Date Joined": "a column of Letterboxd's",
    "Letterboxd list export v7": "a column of Letterboxd's",
    "letterboxd uri": "a column of Letterboxd's",
    "(no genres listed)": "what MovieLens writes",
    "true / false": "what is typed, in any language",
    "fr / en": "what is typed, in any language",
    "sqlite:///… / postgresql://…": "what is typed, in any language",
    "Europe/Paris, UTC …": "what is typed, in any language",
    "a day, 2026-11-23": "documentation of the API, in English",
    "0 to 100, a whole number": "documentation of the API, in English",
    "10 characters or more when it is chosen": "documentation of the API, in English",
    "camflix @ ": "the name of a token, before that of the machine",
    "unknown operation: ": "a note in a file, with the name of an operation",
    "no such field": "a piece of a sentence that is looked for",
    "Bearer ": "a header of HTTP",
    "camflix account ": "a command, as it is typed",
    "+seen -rated": "a filter, as it is typed",
    'Bearer realm="CamFlix"': "a header of HTTP",
    "private, no-cache": "a header of HTTP",
    "public, max-age=300": "a header of HTTP",
    "10 per minute": "a limit, as it is typed",
    "10 per 10 minutes": "a limit, as it is typed",
    "600 per minute": "a limit, as it is typed",
    "120 per minute": "a limit, as it is typed",
    "600 per minute, 10 per second …": "what is typed, in any language",
}
FACTS = {
    "importers/sample/archetypes.py": "names of directors and of kinds of taste, never shown",
    "importers/text.py": "words of titles in many languages",
    "importers/movielens_rows.py": "the genres as MovieLens names them",
    "server/api/openapi.py": "documentation of the API, in English",
    "server/security.py": "headers of HTTP; what people read is marked there",
}
LOGGING = {"warning", "error", "exception"}
SQL = re.compile(
    r"[\s(]*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|COPY|PRAGMA|EXISTS|WHERE|ORDER BY)\b"
    r"|.*\b(id = |id BETWEEN |AND import_batch_id)|\s*AND\s*$"
)
WORDS = re.compile(r"[^\W\d_]{2,}\s|\s[^\W\d_]{2,}")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SINKS = {
    "echo": (),
    "say": (),
    "print": (),
    "print_title": (),
    "print_paragraph": (),
    "Text": (),
    "append": (),
    "add_row": (),
    "add_column": (),
    "add_task": (),
    "table": (),
    "Option": ("help", "metavar"),
    "Argument": ("help", "metavar"),
    "Typer": ("help", "epilog"),
    "new_app": ("help", "epilog"),
    "command": ("help",),
    "count_option": (),
    "Entry": ("help",),
    "section": (),
    "write_usage": ("prefix",),
}
"""Where text reaches people: any positional argument of these, and the arguments named."""
NOT_SAID = {
    "Option": "names of options",
    "Argument": "names of arguments",
    "command": "names of commands",
    "Entry": "modules",
}


def test_the_catalogue_is_complete_correct_and_compiled() -> None:
    assert messages.check(ROOT) == []


def message_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node inside an argument that is a message."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in messages.message_arguments(node, CALLS):
                yield from ast.walk(argument)


def unsaid_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node of what nobody reads: docstrings, patterns, types, logs, and sentences of bugs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif (
            (isinstance(node, ast.Call) and messages.called_name(node) in {"compile", *LOGGING})
            or (isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias")
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "msg")
        ):
            yield from ast.walk(node)


def strings_that_bypass(file: Path, pattern: re.Pattern[str], nodes: Iterator[ast.AST]) -> list[str]:
    tree = parsed(file)
    allowed = {id(node) for node in (*message_nodes(tree), *unsaid_nodes(tree))}
    return [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.value!r}"
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in allowed
        and pattern.search(node.value)
        and node.value not in NOT_FOR_PEOPLE
        and not SQL.match(node.value)
    ]


def test_no_sentence_goes_around_the_catalogue() -> None:
    files = [file for file in SOURCES if file.relative_to(PACKAGE).as_posix() not in FACTS]

    assert [found for file in files for found in strings_that_bypass(file, WORDS, ast.walk(parsed(file)))] == []


def said_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := messages.called_name(node)) in SINKS:
            arguments = [] if name in NOT_SAID else list(node.args)
            arguments += [keyword.value for keyword in node.keywords if keyword.arg in SINKS[name]]
            yield from (inner for argument in arguments for inner in spoken(argument))


def spoken(node: ast.expr) -> Iterator[ast.AST]:
    """Yield the strings of an expression that would be shown as they stand: not those inside calls and conditions."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from spoken(element)
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.BinOp):
        yield from (*spoken(node.left), *spoken(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*spoken(node.body), *spoken(node.orelse))


def test_no_word_is_printed_as_it_stands() -> None:
    files = source_files(PACKAGE / "cli")

    assert [found for file in files for found in strings_that_bypass(file, LETTERS, said_nodes(parsed(file)))] == []


@pytest.mark.parametrize(
    ("source", "n_caught"),
    [
        ('typer.echo("Good evening")', 1),
        ('typer.echo(_("Good evening"))', 0),
        ('say(f"Hello {name}")', 1),
        ('table.add_column("film")', 1),
        ('table(("film", "left"))', 1),
        ('table((_("film"), "left"))', 0),
        ('typer.Option("--json", help="Print it.")', 1),
        ('typer.Option("--json", help=_("Print it."))', 0),
        ('Text("● " + "mean")', 1),
        ('typer.echo("yes" if it else "no")', 2),
        ('typer.echo(value or "-")', 0),
    ],
)
def test_this_test_sees_what_is_printed(source: str, n_caught: int) -> None:
    tree = ast.parse(source)
    translated = {id(node) for node in message_nodes(tree)}
    found = [
        node.value
        for node in said_nodes(tree)
        if isinstance(node, ast.Constant)
        and id(node) not in translated
        and LETTERS.search(str(node.value))
        and node.value not in NOT_FOR_PEOPLE
    ]
    assert len(found) == n_caught


def test_what_needs_no_translation_is_still_there() -> None:
    texts = "\n".join(file.read_text(encoding="utf-8") for file in source_files())

    assert [text for text in NOT_FOR_PEOPLE if text not in texts] == []
    assert [file for file in FACTS if not (PACKAGE / file).is_file()] == []


# ---- the values of sentences


class _Site:
    """A call that makes a sentence: where, of what, and the names of the values it is given."""

    def __init__(self, file: Path, call: ast.Call) -> None:
        self.name = messages.called_name(call)
        self.place = f"{file.relative_to(ROOT)}:{call.lineno} {self.name}"
        arguments = messages.message_arguments(call, CALLS)
        self.sentences = [text for argument in arguments for text in messages.literals(argument)]
        self.places = {re.split("[!:]", name)[0] for text in self.sentences for name in messages.places(text)}
        self.values = _names_of_values(call)

    def say(self) -> Iterator[str]:
        """Yield the error's sentence with each hint it may have, in the current language."""
        values: dict[str, Any] = dict.fromkeys(self.values, "⟨value⟩")
        if self.name == "AmbiguousError":
            values["candidates"] = ()
        message, *hints = self.sentences
        for hint in hints or [""]:
            yield i18n.say(getattr(errors, self.name)(message, hint=hint, **values))


def _names_of_values(call: ast.Call) -> set[str]:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    if messages.called_name(call) == "Problem":
        values = keywords.get("values")
        keys = values.keys if isinstance(values, ast.Dict) else []
        return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    own = {"n"} if messages.called_name(call) == "plural" else set()
    return (set(keywords) - {"hint", "field", "candidates"}) | own


@cache
def sites() -> list[_Site]:
    """Return every call that makes a sentence."""
    return [
        site
        for file in source_files()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        and messages.called_name(node) in {*CALLS, "plural"} - {"N_", "Word"}
        and (site := _Site(file, node)).sentences
        # These two make their sentences in two steps; tests of their own follow.
        and file.relative_to(PACKAGE).as_posix() not in {"db/failures.py", "operations/validate.py"}
    ]


def test_every_sentence_is_given_the_values_it_has_places_for() -> None:
    missing = [f"{site.place}: {site.places - site.values}" for site in sites() if not site.places <= site.values]

    assert missing == []


def test_no_value_is_given_that_the_sentence_has_no_place_for() -> None:
    ours = [site for site in sites() if site.name in {"_", "plural"}]
    surplus = [f"{site.place}: {site.values - site.places}" for site in ours if not site.values <= site.places | {"n"}]

    assert surplus == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_error_can_be_said_with_its_own_values(language: str) -> None:
    i18n.use_language(language)

    said = [sentence for site in sites() if site.name.endswith("Error") for sentence in site.say()]

    assert len(said) > 60
    assert [sentence for sentence in said if "{" in sentence] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("cause", failures._CAUSES)
def test_every_failure_of_the_storage_can_be_said(cause: str, language: str) -> None:
    known = failures._CAUSES[cause]
    i18n.use_language(language)

    said = i18n.say(errors.StorageError(known.message, hint=known.hint, place="⟨place⟩", reason="⟨reason⟩"))

    assert "⟨place⟩" in said


def test_every_error_class_has_a_sentence_to_test() -> None:
    kinds = {name for name in CALLS if name.endswith("Error")} - {"CamFlixError"}
    said = {site.name for site in sites()} | {"StorageError"}

    assert kinds - said <= {"NotAllowedError"}, "raised nowhere yet"


# ---- Typer's own words


def test_what_typer_says_for_us_is_translated() -> None:
    said = set(messages.messages_in(getsource(typer.core), {"_": ((0,), ())}))

    assert said <= set(TYPER_WORDS)


# ---- the French


FRENCH_FAULTS = {
    "the apostrophe is ’": re.compile("'"),
    "quotation marks are « »": re.compile("[“”]"),
    "a no-break space stands before a high sign, and inside quotation marks": re.compile(r" [;?!%»]| :(?!:)|« "),
    "the no-break space is missing": re.compile(
        r"[^\s\N{NO-BREAK SPACE}][;?!»](?!\w)|«[^\s\N{NO-BREAK SPACE}]|\w:(\s|$)"
    ),
    "the ellipsis is …": re.compile(r"(?<!\])\.\.\."),
}


def french_faults(text: str) -> list[str]:
    return [fault for fault, pattern in FRENCH_FAULTS.items() if pattern.search(text)]


def test_french_is_set_as_french_is_set() -> None:
    assert {french: faults for _source, french in TRANSLATIONS if (faults := french_faults(french))} == {}


@pytest.mark.parametrize(
    ("french", "n_faults"),
    [
        ("l'écart", 1),
        ("l’écart", 0),
        ("« Heat »", 1),
        ("«\N{NO-BREAK SPACE}Heat\N{NO-BREAK SPACE}»", 0),
        ("«Heat»", 1),
        ("note : 90", 1),
        ("note: 90", 1),
        ("note\N{NO-BREAK SPACE}: 90", 0),
        ("id:12, tmdb:{id} ou :: entre les champs", 0),
        ("à 80 %", 1),
        ("Vraiment?", 1),
        ("un “film”", 1),
        ("encore...", 1),
        ("[ARGUMENTS]...", 0),
    ],
)
def test_these_rules_see_what_is_wrong(french: str, n_faults: int) -> None:
    assert len(french_faults(french)) == n_faults


COMMAND_NAMES = re.compile(rf"(?<=camflix )(?:{'|'.join(COMMANDS)})\b(?: (?:movielens|letterboxd|upgrade|list)\b)?")


@pytest.mark.parametrize("form", [COMMAND_NAMES, re.compile(r"--[a-z]+"), re.compile(r"\b[A-Z]+_[A-Z_]+\b")])
def test_commands_options_and_settings_keep_their_names(form: re.Pattern[str]) -> None:
    changed = [source for source, translation in TRANSLATIONS if form.findall(source) != form.findall(translation)]

    assert changed == []


def test_the_compiled_catalogue_speaks_french() -> None:
    catalogue = gettext.translation(i18n.DOMAIN, i18n.LOCALE_FOLDER, ["fr"])

    assert catalogue.gettext("predicted score") == "note prédite"
    assert [catalogue.ngettext("{n} rating", "{n} ratings", n) for n in (0, 1, 2)] == [
        "{n} note",
        "{n} note",
        "{n} notes",
    ]


def test_neither_file_says_when_or_by_what_it_was_made() -> None:
    for suffix in (".po", ".mo"):
        content = messages.po_path(ROOT).with_suffix(suffix).read_bytes()
        assert b"Babel" not in content
        assert b"Date" not in content


# ---- the script


ERRORS = "class CamFlixError(Exception): ...\nclass NotFoundError(CamFlixError): ...\n"


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a small project whose one module says this."""

    def write(source: str) -> Path:
        folder = tmp_path / "project" / "camflix"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "errors.py").write_text(ERRORS)
        (folder / "words.py").write_text(source)
        return folder.parent

    return write


def translate(root: Path, translations: dict[messages.MessageId, object], *, fuzzy: bool = False) -> None:
    path = messages.po_path(root)
    catalogue = messages.read_catalogue(path)
    for message in catalogue:
        if message.id and messages.message_id(message) in translations:
            message.string = translations[messages.message_id(message)]  # type: ignore[assignment]
            if fuzzy:
                message.flags.add("fuzzy")
    messages.write_catalogue(path, catalogue)
    messages.compile_(root)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("film")', {"film"}),
        ('N_("film")', {"film"}),
        ('i18n.N_("film")', {"film"}),
        ('_("film" if it else "films", n=2)', {"film", "films"}),
        ('_("a long "\n  "sentence")', {"a long sentence"}),
        ("_(variable)", set()),
        ('plural("{n} film", "{n} films", n)', {("{n} film", "{n} films")}),
        ('NotFoundError("No {film}.", hint="Look." if it else N_("See."), film="x")', {"No {film}.", "Look.", "See."}),
        ('NotFoundError("No film.", hint="")', {"No film."}),
        ('KeyError("of Python\'s")', set()),
        ('Refused("{value} is no year", value=1)', {"{value} is no year"}),
        ('Problem("u.item", 3, "no columns")', {"no columns"}),
        ('Problem(file, line, message="no columns", raw=("a b",))', {"no columns"}),
        ('Word("text")', {"text"}),
        ('print("film")', set()),
    ],
)
def test_messages_are_gathered_from_the_source(
    project: Callable[[str], Path], source: str, found: set[messages.MessageId]
) -> None:
    assert set(messages.gather(project(source))) == found


def test_a_new_project_gets_a_catalogue_to_translate(project: Callable[[str], Path]) -> None:
    root = project('_("film")\n')

    messages.update(root)
    messages.compile_(root)

    assert messages.check(root) == ["not translated: 'film'"]
    translate(root, {"film": "film"})
    assert messages.check(root) == []


def test_translations_stay_and_what_nobody_says_goes(project: Callable[[str], Path]) -> None:
    root = project('_("film"); _("score")')
    messages.update(root)
    translate(root, {"film": "pellicule", "score": "note"})

    messages.update(project('_("film"); _("tier")'))

    strings = {message.id: message.string for message in messages.read_catalogue(messages.po_path(root)) if message.id}
    assert strings == {"film": "pellicule", "tier": ""}


def test_what_a_translator_remarked_stays(project: Callable[[str], Path]) -> None:
    root = project('_("film")')
    messages.update(root)
    path = messages.po_path(root)
    path.write_text(path.read_text().replace("#: camflix", "# the art, not the strip\n#: camflix"))

    messages.update(root)

    assert "# the art, not the strip" in path.read_text()


def test_the_same_source_always_gives_the_same_bytes(project: Callable[[str], Path]) -> None:
    root = project('_("film"); _("80 % range"); plural("{n} film", "{n} films", n)')
    messages.update(root)
    messages.compile_(root)
    path = messages.po_path(root)
    before = path.read_bytes(), path.with_suffix(".mo").read_bytes()

    messages.update(project('\n\n\n_("80 % range"); plural("{n} film", "{n} films", n); _("film")'))
    messages.compile_(root)

    assert (path.read_bytes(), path.with_suffix(".mo").read_bytes()) == before


@pytest.mark.parametrize(
    ("translation", "complaint"),
    [
        ("", "not translated"),
        ("{filme}: {n}", "the places ['film', 'n'] became ['filme', 'n']"),
        ("{film}", "the places ['film', 'n'] became ['film']"),
        ("{film}: {n:d}", "the places ['film', 'n'] became ['film', 'n:d']"),
        ("{film: {n}", "cannot be filled in"),
        ("{n} — {film}", None),
    ],
)
def test_a_translation_keeps_the_places(
    project: Callable[[str], Path], translation: str, complaint: str | None
) -> None:
    root = project('_("{film}: {n}")')
    messages.update(root)
    translate(root, {"{film}: {n}": translation})

    found = messages.check(root)

    assert [complaint is not None and complaint in each for each in found] == ([True] if complaint else [])


def test_a_fuzzy_translation_is_none(project: Callable[[str], Path]) -> None:
    root = project('_("film")')
    messages.update(root)
    translate(root, {"film": "film"}, fuzzy=True)

    assert messages.check(root) == ["fuzzy: 'film'"]


def test_both_plural_forms_are_needed(project: Callable[[str], Path]) -> None:
    forms = ("{n} film", "{n} films")
    root = project(f"plural{(*forms, 2)}")
    messages.update(root)
    translate(root, {forms: ("{n} film", "")})

    assert messages.check(root) == [f"a plural form is missing: {forms}"]


def test_unused_and_new_messages_are_told_apart(project: Callable[[str], Path]) -> None:
    root = project('_("film")')
    messages.update(root)
    translate(root, {"film": "film"})
    project('_("score")')

    assert messages.check(root) == [
        "not in camflix.po (camflix/words.py): 'score'",
        "in camflix.po, but said nowhere: 'film'",
    ]


def test_a_stale_compiled_catalogue_is_noticed(project: Callable[[str], Path]) -> None:
    root = project('_("film")')
    messages.update(root)
    translate(root, {"film": "film"})
    path = messages.po_path(root)
    path.write_text(path.read_text().replace('msgstr "film"', 'msgstr "pellicule"'))

    assert messages.check(root) == ["camflix.mo is not made of camflix.po; run: python scripts/messages.py compile"]


@pytest.mark.parametrize("arguments", [[], ["both"], ["check", "twice"]])
def test_a_wrong_use_of_the_script_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(arguments) == 2
    assert "python scripts/messages.py update" in capsys.readouterr().err


def test_the_script_says_what_is_wrong_and_fails(
    project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(messages, "ROOT", project('_("film")'))

    assert messages.main(["check"]) == 1
    assert messages.main(["update"]) == 0
    assert messages.main(["compile"]) == 0
    assert messages.main(["check"]) == 1
    assert "not translated: 'film'" in capsys.readouterr().err
