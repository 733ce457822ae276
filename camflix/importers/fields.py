"""One field of a file as a value, or refused with the reason; what the formats have in common."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from camflix.controls import plain
from camflix.i18n import N_
from camflix.importers.rows import Problem
from camflix.importers.tables import shown
from camflix.scores import from_scale

MAX_ID = 2**31 - 1
MAX_TITLE_CHARACTERS = 500

_DAY = 86_400

_DECIMAL = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,9})?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_SPACES_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class Refused(Exception):  # noqa: N818 - it never leaves the importers: it becomes a Problem there
    """A field that cannot be taken.

    Args:
        message: the sentence in English with ``{name}`` places, marked with N_.
        values: what goes into the places.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def at(self, file: str, line: int, fields: list[str]) -> Problem:
        """Return this as the problem of a row."""
        return Problem(file, line, self.message, self.values, tuple(fields))


def parse_id(text: str) -> int:
    """Return a positive whole number that a database takes as an id.

    Raises:
        Refused: for anything else.
    """
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_ID)) else 0
    if not 0 < number <= MAX_ID:
        raise Refused(
            N_("“{value}” is not an id, a whole number from 1; correct it or take the line out"), value=shown(text)
        )
    return number


@dataclass(frozen=True, slots=True)
class RatingScale:
    """A scale on which a service lets people rate; 0 is the bottom of each.

    Attributes:
        highest: where it ends.
        lowest: the least that one can give.
        step: ratings come in multiples of it; None for any.
    """

    highest: int
    lowest: Fraction = Fraction(0)
    step: Fraction | None = None


FIVE_STARS = RatingScale(5)


def parse_rating(text: str, scale: RatingScale = FIVE_STARS) -> int:
    """Return the score of a rating on a scale, written with a point or a comma.

    Raises:
        Refused: for anything else.
    """
    rating = Fraction(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
    lowest, step = scale.lowest, scale.step
    if rating is None:
        raise Refused(
            N_("“{value}” is not a rating; give a number from {lowest} to {highest}"),
            value=shown(text),
            lowest=_plain(lowest),
            highest=scale.highest,
        )
    if not lowest <= rating <= scale.highest:
        raise Refused(
            N_("the rating {value} lies outside {lowest} to {highest}; correct it, or say which score it is"),
            value=shown(text),
            lowest=_plain(lowest),
            highest=scale.highest,
        )
    if step is not None and rating % step:
        raise Refused(
            N_("the rating {value} is not a multiple of {step}; correct it, or say which score it is"),
            value=shown(text),
            step=_plain(step),
        )
    return from_scale(rating, scale.highest)


def plain_rating(text: str) -> str | None:
    """Return a rating in its shortest writing, the same for ``4``, ``4.0`` and ``4,00``; None when it is no number."""
    if not _DECIMAL.fullmatch(text):
        return None
    whole, _point, part = text.replace(",", ".").partition(".")
    part = part.rstrip("0")
    return f"{int(whole)}.{part}" if part else str(int(whole))


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"


def parse_timestamp(text: str) -> datetime:
    """Return the moment that a number of seconds since 1970 tells.

    Raises:
        Refused: for anything else.
    """
    try:
        if text.isdecimal() and text.isascii():
            seconds = int(text)
            moment = datetime.fromtimestamp(seconds, UTC)
            _refuse_future(seconds, text)
            return moment
    except (ValueError, OverflowError, OSError):
        pass
    raise Refused(
        N_("“{value}” is not a time in seconds since 1970; correct it or take the line out"), value=shown(text)
    )


def parse_date(text: str) -> datetime | None:
    """Return midnight UTC of a date like 2024-03-26, None for an empty field.

    Raises:
        Refused: for anything else.
    """
    if not text:
        return None
    try:
        if _ISO_DATE.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
            _refuse_future(moment.timestamp(), text)
            return moment
    except ValueError:
        pass
    raise Refused(N_("“{value}” is not a date like 2024-03-26; correct it or take the line out"), value=shown(text))


def _refuse_future(seconds: float, text: str) -> None:
    # A rating of next year would win over all that its owner gives until then. Clocks and zones may be a day apart.
    if seconds > time.time() + _DAY:
        raise Refused(N_("“{value}” lies in the future; correct it or take the line out"), value=shown(text))


def parse_year(text: str) -> int | None:
    """Return a release year, None for an empty field.

    Raises:
        Refused: for anything else.
    """
    if text and not _YEAR.fullmatch(text):
        raise Refused(N_("“{value}” is not a year; correct it or leave it empty"), value=shown(text))
    return int(text) if text else None


def parse_title(text: str) -> str:
    """Return a title without surplus spaces and what would move a terminal.

    Raises:
        Refused: nothing is left, or far too much.
    """
    title = plain(_SPACES_AND_CONTROLS.sub(" ", text)).strip()
    if not title:
        raise Refused(N_("the title is missing; fill it in or take the line out"))
    if len(title) > MAX_TITLE_CHARACTERS:
        raise Refused(
            N_("the title is {n} characters long, more than {most}; shorten it or take the line out"),
            n=len(title),
            most=MAX_TITLE_CHARACTERS,
        )
    return title
