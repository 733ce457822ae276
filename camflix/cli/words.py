"""Small sentences and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from camflix.i18n import N_, _, plural

if TYPE_CHECKING:
    from camflix.results import MovieSummary, ReasonCode

REASONS: dict[ReasonCode, str] = {
    "too_few_ratings": N_("too few ratings of yours yet"),
    "no_neighbours": N_("nobody of like taste rated it"),
    "film_unrated": N_("nobody rated it yet"),
}


def film_argument() -> Any:
    """Return the argument that names a film."""
    return typer.Argument(
        metavar=_("FILM"), help=_("“Heat (1995)”, “Heat”, tt0113277, tmdb:949, ml:6 or id:12."), show_default=False
    )


FilmArgument = Annotated[str, film_argument()]


def count_option(help_: str) -> Any:
    """Return the option ``-n``."""
    return typer.Option("-n", metavar=_("NUMBER"), min=1, max=200, help=help_)


def filter_option() -> Any:
    """Return the option ``--filter``."""
    return typer.Option(
        "--filter", metavar=_("FILTER"), help=_("Words of a title, and genre:drama year:1960..1979 psi:>75 -seen.")
    )


def wanted_option() -> Any:
    """Return the option ``--filter`` of a list that the engine makes."""
    return typer.Option(
        "--filter", metavar=_("FILTER"), help=_("Only films such as genre:drama year:1960..1979 runtime:<100 lang:fr.")
    )


class Watchlist(StrEnum):
    """Whether films of the watchlist are wanted."""

    ANY = "any"
    ONLY = "only"
    EXCLUDE = "exclude"

    def in_query(self, query: str) -> str:
        """Return a query that asks for this too."""
        return f"{query} {_WATCHLIST_FLAGS[self]}".strip()


_WATCHLIST_FLAGS = {Watchlist.ANY: "", Watchlist.ONLY: "+watchlist", Watchlist.EXCLUDE: "-watchlist"}


def watchlist_option() -> Any:
    """Return the option ``--watchlist``."""
    return typer.Option("--watchlist", help=_("Films of the watchlist: all the same, only these, or none of them."))


def title_of(movie: MovieSummary) -> str:
    """Return a film's title and year."""
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def now_serves(engine: str) -> str:
    """Return that an engine serves from now on because it did best."""
    return _("“{engine}” tells held-out ratings best and serves from now on.", engine=engine)


def rank_sentence(percentile: int | None, tier: int | None, n_different_missing: int) -> str:
    """Return where a score stands among its owner's."""
    if percentile is None or tier is None:
        return plural(
            "percentile: rate {n} more different score",
            "percentile: rate {n} more different scores",
            n_different_missing,
        )
    return _("percentile {percentile}, tier {tier}", percentile=percentile, tier=tier)
