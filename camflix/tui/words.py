"""Small sentences that several screens share."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from camflix import display
from camflix.i18n import N_, _, plural

if TYPE_CHECKING:
    from datetime import datetime

    from camflix.results import MovieSummary, Prediction, ReasonCode

REASONS: dict[ReasonCode, str] = {
    "too_few_ratings": N_("too few ratings of yours yet"),
    "no_neighbours": N_("nobody of like taste rated it"),
    "film_unrated": N_("nobody rated it yet"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def title_of(movie: MovieSummary) -> str:
    """Return a film's title and year."""
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def other_title(movie: MovieSummary) -> str:
    """Return the original or English title where it is another than the one shown; else nothing."""
    original = movie.title_original or movie.title_en
    return original if original != movie.title else ""


def rank_words(percentile: int | None, tier: int | None, n_different_missing: int) -> str:
    """Return where a score stands among its owner's."""
    if percentile is None or tier is None:
        return plural(
            "percentile: rate {n} more different score",
            "percentile: rate {n} more different scores",
            n_different_missing,
        )
    return _("percentile {percentile}, tier {tier}", percentile=percentile, tier=tier)


def range_words(prediction: Prediction) -> str:
    """Return the range that holds four scores out of five."""
    if prediction.low is None or prediction.high is None:
        return ""
    return display.range_words(prediction.low, prediction.high)


def age_words(then: datetime, now: datetime) -> str:
    """Return how long ago something was."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < _MINUTE:
        return _("{n} s ago", n=seconds)
    if seconds < _HOUR:
        return _("{n} min ago", n=seconds // _MINUTE)
    if seconds < _DAY:
        return _("{n} h ago", n=seconds // _HOUR)
    return plural("{n} day ago", "{n} days ago", seconds // _DAY)


def folded(text: str) -> str:
    """Return text without case and accents, for comparing what is typed with what is shown."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
