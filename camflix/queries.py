"""The language of filters: the same words mean the same films in the terminal, the command line, the API and the web.

``genre:drama year:1960..1979 runtime:<100 lang:fr psi:>75 -seen`` beside words of a title. Here they are read; what
they ask of the catalogue is in services/filters.py.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import Literal

from camflix.errors import InvalidInputError

PREDICTED_UNIT = 1000
"""The thousandths of a point in which predicted scores are compared."""

_MOST = 2**31 - 1
_RANGE = re.compile(
    r"(?P<from>[0-9]{0,9})\.\.(?P<to>[0-9]{0,9})|(?P<sign>[<>]=?)(?P<bound>[0-9]{1,9})|(?P<one>[0-9]{1,9})"
)
_KEYS = ("genre", "year", "runtime", "lang", "psi", "score", "ratings")
_TOKEN = re.compile(rf"(?P<key>{'|'.join(_KEYS)}):(?P<value>\S*)", re.IGNORECASE)
_NEARLY = re.compile(r"(?P<key>[^\W\d_]{3,12}):\S*")
_FLAGS = ("seen", "rated", "watchlist", "hidden")
_NEARLY_A_FLAG = re.compile(r"[+-](?P<flag>[^\W\d_]{2,12})(?P<value>:\S*)?")
_SAME_KEYS = {
    "année": "year",
    "annee": "year",
    "durée": "runtime",
    "duree": "runtime",
    "langue": "lang",
    "predicted": "psi",
    "prédit": "psi",
    "predit": "psi",
}
_SAME_FLAGS = {"watched": "seen", "vu": "seen", "noté": "rated", "note": "rated", "caché": "hidden", "cache": "hidden"}
_NEAR = 0.75
_FLAG = re.compile(rf"(?P<sign>[+-])(?P<flag>{'|'.join(_FLAGS)})", re.IGNORECASE)
_BOUNDS = {"year": "year", "runtime": "runtime", "psi": "predicted", "score": "score", "ratings": "ratings"}
_EXAMPLES = {
    "year": {"range": "1960..1979", "bound": "<1980", "one": "1975"},
    "runtime": {"range": "90..120", "bound": "<100", "one": "95"},
    "psi": {"range": "70..80", "bound": ">75", "one": "75"},
    "score": {"range": "70..80", "bound": ">75", "one": "75"},
    "ratings": {"range": "50..200", "bound": ">100", "one": "120"},
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of whole numbers, both ends in it."""

    low: int = 0
    high: int = _MOST


@dataclass(frozen=True, slots=True)
class MovieFilter:
    """What must hold of a film; None where nothing must.

    ``predicted`` is in thousandths of a point: scores are predicted to the thousandth.
    """

    genres: tuple[str, ...] = ()
    language: str | None = None
    year: Bounds | None = None
    runtime: Bounds | None = None
    ratings: Bounds | None = None
    score: Bounds | None = None
    predicted: Bounds | None = None
    seen: bool | None = None
    rated: bool | None = None
    hidden: bool | None = None
    watchlist: Literal["any", "only", "exclude"] = "any"


def split_query(query: str) -> tuple[str, str]:
    """Return the words of a title that a query holds, and its filters, those with a slip in their name too."""
    tokens = query.split()
    filters = [
        token
        for token in tokens
        if _TOKEN.fullmatch(token) or _FLAG.fullmatch(token) or _meant(token) or _is_signed(token)
    ]
    return " ".join(token for token in tokens if token not in filters), " ".join(filters)


def parse_query(query: str, filter_: MovieFilter) -> tuple[str, MovieFilter]:
    """Return the words of a title that a query holds, and the filter with what the query asks for besides.

    Raises:
        InvalidInputError: a filter that cannot be read.
    """
    words: list[str] = []
    for token in query.split():
        if found := _TOKEN.fullmatch(token):
            filter_ = _with_value(filter_, found["key"].lower(), found["value"])
        elif found := _FLAG.fullmatch(token):
            filter_ = _with_flag(filter_, found["flag"].lower(), wanted=found["sign"] == "+")
        elif _is_signed(token):
            raise InvalidInputError(
                "query: there is no filter “{value}”.",
                hint="With a sign stand: {flags}.",
                field="query",
                value=token,
                flags=", ".join(f"+{flag} -{flag}" for flag in _FLAGS),
            )
        elif near := _meant(token):
            # Taken for a word of a title it would find nothing, and not say why.
            raise InvalidInputError(
                "query: there is no filter “{key}:”.",
                hint="Write {near}: for it; in a title, leave a space after the colon.",
                field="query",
                key=token.partition(":")[0],
                near=near,
            )
        else:
            words.append(token)
    return " ".join(words), filter_


def _meant(token: str) -> str | None:
    """Return the filter that a word was meant as, with a slip in its name or by another name; None for other words."""
    found = _NEARLY.fullmatch(token)
    if not found:
        return None
    key = found["key"].lower()
    near = [_SAME_KEYS[key]] if key in _SAME_KEYS else difflib.get_close_matches(key, _KEYS, 1, _NEAR)
    return near[0] if near else None


def _is_signed(token: str) -> bool:
    """Return whether a word was meant as a filter with a sign and is none: ``-genre:drama``, ``+watched``, ``-sen``."""
    found = _NEARLY_A_FLAG.fullmatch(token)
    if not found or _FLAG.fullmatch(token):
        return False
    flag = found["flag"].lower()
    if found["value"]:
        return flag in _KEYS
    if any(name.startswith(flag) for name in _FLAGS):
        return False  # begun, perhaps: filters are looked at while they are typed
    return flag in _SAME_FLAGS or bool(difflib.get_close_matches(flag, _FLAGS, 1, _NEAR))


def _with_value(filter_: MovieFilter, key: str, value: str) -> MovieFilter:
    if not value:
        raise InvalidInputError(
            "query: {key}: says nothing.", hint="Write it as {example}.", field="query", key=key, example=_example(key)
        )
    if key == "genre":
        return replace(filter_, genres=(*filter_.genres, value.lower()))
    if key == "lang":
        return replace(filter_, language=value.lower())
    return replace(filter_, **{_BOUNDS[key]: _bounds(key, value)})  # type: ignore[arg-type]


def _example(key: str) -> str:
    value = {"genre": "drama", "lang": "fr"}.get(key) or _EXAMPLES[key]["range"]
    return f"{key}:{value}"


def _with_flag(filter_: MovieFilter, flag: str, *, wanted: bool) -> MovieFilter:
    if flag == "watchlist":
        return replace(filter_, watchlist="only" if wanted else "exclude")
    return replace(filter_, **{flag: wanted})  # type: ignore[arg-type]


def _bounds(key: str, value: str) -> Bounds:
    """Return what a range asks for, of ``psi`` in thousandths.

    A sign compares with the predicted score itself; a number or a range with it rounded to whole points, halves up: so
    ``60..69`` and ``70..79`` leave no film out between them.
    """
    found = _RANGE.fullmatch(value)
    is_turned = found is not None and bool(found["from"] and found["to"]) and int(found["from"]) > int(found["to"])
    if not found or value == ".." or is_turned:
        raise InvalidInputError(
            "query: “{value}” is no range for {key}.",
            hint="Write {key}:{range}, {key}:{bound} or {key}:{one}.",
            field="query",
            key=key,
            value=value,
            range=_EXAMPLES[key]["range"],
            bound=_EXAMPLES[key]["bound"],
            one=_EXAMPLES[key]["one"],
        )
    unit = PREDICTED_UNIT if key == "psi" else 1
    if found["sign"]:
        bound = int(found["bound"]) * unit
        bounds = {
            "<": Bounds(high=bound - 1),
            "<=": Bounds(high=bound),
            ">": Bounds(low=bound + 1),
            ">=": Bounds(low=bound),
        }[found["sign"]]
    else:
        low, high = int(found["one"] or found["from"] or 0), int(found["one"] or found["to"] or _MOST)
        bounds = Bounds(low * unit - unit // 2, (high + 1) * unit - unit // 2 - 1)
    return Bounds(max(-1, bounds.low), min(_MOST, bounds.high))
