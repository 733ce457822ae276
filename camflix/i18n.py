"""French and English through gettext: one catalogue for the command line, the terminal app, web, mail and API errors.

Source strings are English and are the keys; ``locale/fr/LC_MESSAGES/camflix.po`` holds the French, the default
language. Mark a string with ``_`` where it is said at once, with ``N_`` where it is only named and said later; the
sentences of errors need no mark. ``scripts/messages.py update`` gathers them all.
"""

from __future__ import annotations

import gettext
import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from camflix.errors import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from camflix.errors import CamFlixError

DEFAULT_LANGUAGE = "fr"
LANGUAGES = ("fr", "en")
DOMAIN = "camflix"
LOCALE_FOLDER = Path(__file__).parent / "locale"
_current = DEFAULT_LANGUAGE
# A server speaks to several readers at once: each request has its own, above that of the process.
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name
    """Mark a string for translation without translating it."""
    return message


SYSTEM_REASONS = (
    N_("File exists"),
    N_("Input/output error"),
    N_("Is a directory"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Too many open files"),
)
"""What operating systems say most often; errors give it as a ``Word``."""


def _(message: str, /, **values: object) -> str:
    """Return the message in the current language, with the values in its ``{name}`` places."""
    text = _catalogue(current_language()).gettext(message)
    return text.format(**values) if values else text


def plural(singular: str, plural_: str, n: int, /, **values: object) -> str:
    """Return the form of the message for ``n`` things; ``{n}`` in it becomes the number."""
    return _catalogue(current_language()).ngettext(singular, plural_, n).format(n=n, **values)


def say(error: CamFlixError) -> str:
    """Return the error's sentence, and its hint if it has one, in the current language.

    A sentence that begins with the name of the input begins with what its reader calls it.
    """
    translate = _catalogue(current_language()).gettext
    values = {name: translate(value) if isinstance(value, Word) else value for name, value in error.places.items()}
    text = " ".join(translate(text).format(**values) for text in (error.message, error.hint) if text)
    if error.said_as and error.field and re.match(rf"{re.escape(error.field)}\s?:", text):
        text = error.said_as + text[len(error.field) :]
    return text


def say_plainly(error: CamFlixError) -> str:
    """Return what ``say`` does without the input's name before it, for who fills in no field of that name."""
    text = say(error)
    name = error.said_as or error.field
    found = re.match(rf"{re.escape(name)}\s?: *", text) if name else None
    if found is None:
        return text
    text = text[found.end() :]
    # A value stays as it is: the name of a person may begin with a small letter.
    is_value = error.message.partition(":")[2].lstrip().startswith("{")
    return text if is_value else text[:1].upper() + text[1:]


def decimal(value: float, digits: int, *, signed: bool = False) -> str:
    """Return a number with so many digits after the decimal mark of the current language."""
    rounded = round(value, digits) + 0.0  # so that what rounds to nothing has no minus
    text = f"{rounded:{'+' if signed else ''}.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if current_language() == "fr" else text


def use_language(language: str) -> None:
    """Speak this language from now on, in this process; unknown ones fall back to French."""
    global _current  # noqa: PLW0603 - the language of a process is one thing
    _current = language if language in LANGUAGES else DEFAULT_LANGUAGE


def current_language() -> str:
    """Return the language spoken now: ``fr`` or ``en``."""
    return _spoken.get() or _current


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language inside the block, in this thread only."""
    token = _spoken.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _spoken.reset(token)


def language_from(environment: Mapping[str, str]) -> str:
    """Return the language that an environment asks for: LANGUAGE_CODE, else LC_ALL or LC_MESSAGES, else French.

    LANG is left aside on purpose: it is set on nearly every machine, mostly by nobody, and French is the default.
    """
    for name in ("LANGUAGE_CODE", "LC_ALL", "LC_MESSAGES"):
        code = environment.get(name, "")[:2].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT_LANGUAGE


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_FOLDER, [language], fallback=True)
