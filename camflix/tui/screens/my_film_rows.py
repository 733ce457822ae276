"""Rows of one's own films: what one gave, when, what is predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix.i18n import N_, _, plural
from camflix.tui.drawing import bar, left
from camflix.tui.screens.film_rows import FilmRow, predicted_cell, score_cell
from camflix.tui.widgets.rows import Column
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from datetime import datetime

    from camflix.queries import MovieFilter
    from camflix.results import MovieListSummary, MovieSummary, Rescaled
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette


@dataclass(frozen=True, slots=True)
class MyRow:
    """A film of one's own, or a list of films. ``entry_id`` is that of a viewing."""

    movie: MovieSummary | None
    score: int | None = None
    percentile: int | None = None
    tier: int | None = None
    predicted_score: float | None = None
    at: datetime | None = None
    is_again: bool = False
    entry_id: int = 0
    movie_list: MovieListSummary | None = None

    @property
    def words(self) -> str:
        """Return what a filter looks through; of a viewing the day too."""
        if self.movie is None:
            return self.movie_list.name if self.movie_list is not None else ""
        titles = (self.movie.title, self.movie.title_en, self.movie.title_original, str(self.movie.year or ""))
        day = self.at.date().isoformat() if self.entry_id and self.at is not None else ""
        return " ".join(title for title in (*titles, day) if title)


def _as_film(row: MyRow) -> FilmRow:
    assert row.movie is not None
    return FilmRow(row.movie, predicted_score=row.predicted_score, score=row.score, tier=row.tier)


def _title_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [(row.movie.title if row.movie is not None else "", palette.text)]


def _year_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [(str(row.movie.year or "") if row.movie is not None else "", palette.dim)]


def _score_cell(row: MyRow, width: int, palette: Palette) -> Pieces:
    return score_cell(_as_film(row), width, palette)


def _predicted_cell(row: MyRow, width: int, palette: Palette) -> Pieces:
    return predicted_cell(_as_film(row), width, palette)


def _percentile_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [("-" if row.percentile is None else str(row.percentile), palette.dim)]


def _tier_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [("-", palette.dim)] if row.tier is None else [(str(row.tier), palette.tier(row.tier))]


def _bar_cell(row: MyRow, width: int, palette: Palette) -> Pieces:
    score = row.score or 0
    return [(left(bar(score, 100, width), width), palette.score(score, row.tier))]


def _day_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [(row.at.date().isoformat() if row.at is not None else "-", palette.dim)]


def _again_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [(_("again") if row.is_again else "", palette.accent)]


def _name_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    return [(row.movie_list.name if row.movie_list is not None else "", palette.text)]


def _progress_cell(row: MyRow, width: int, palette: Palette) -> Pieces:
    each = row.movie_list
    return [(left(bar(each.n_rated, each.n_movies, width), width) if each is not None else "", palette.bar)]


def _count_cell(row: MyRow, _width: int, palette: Palette) -> Pieces:
    each = row.movie_list
    return [(f"{each.n_rated}/{each.n_movies}" if each is not None else "", palette.dim)]


_TITLE: Column[MyRow] = Column(N_("film"), _title_cell, 20, share=1)
_YEAR: Column[MyRow] = Column(N_("year"), _year_cell, 5, is_right=True)
_SCORE: Column[MyRow] = Column(N_("mine"), _score_cell, 6, is_right=True)
_DAY: Column[MyRow] = Column(N_("day"), _day_cell, 10)

RATED: tuple[Column[MyRow], ...] = (
    _TITLE,
    _YEAR,
    Column(N_("score"), _score_cell, 6, is_right=True),
    Column("", _bar_cell, 10, from_width=70),
    Column(N_("percentile"), _percentile_cell, 10, is_right=True),
    Column(N_("tier"), _tier_cell, 6, is_right=True),
    Column(N_("day"), _day_cell, 10, from_width=90),
)
SEEN: tuple[Column[MyRow], ...] = (_DAY, _TITLE, _YEAR, Column("", _again_cell, 7), _SCORE)
WATCHED: tuple[Column[MyRow], ...] = (
    _TITLE,
    _YEAR,
    Column(N_("predicted"), _predicted_cell, 9, is_right=True),
    Column(N_("added"), _day_cell, 10),
)
HIDDEN: tuple[Column[MyRow], ...] = (_TITLE, _YEAR, Column(N_("hidden"), _day_cell, 10))
LISTS: tuple[Column[MyRow], ...] = (
    Column(N_("list"), _name_cell, 20, share=1),
    Column(N_("rated"), _count_cell, 9, is_right=True),
    Column("", _progress_cell, 12, from_width=60),
)
LISTED: tuple[Column[MyRow], ...] = (_TITLE, _YEAR, _SCORE, Column(N_("added"), _day_cell, 10))


def fits(row: MyRow, filter_: MovieFilter) -> bool:
    """Return whether a film has the year, number of ratings and score that a filter asks for."""
    assert row.movie is not None
    asked = ((filter_.year, row.movie.year), (filter_.ratings, row.movie.n_ratings), (filter_.score, row.score))
    is_in = all(bounds is None or (known is not None and bounds.low <= known <= bounds.high) for bounds, known in asked)
    return is_in and filter_.rated in {None, row.score is not None}


def gone_words(movie: MovieSummary) -> str:
    """Return what was taken out of the diary."""
    return _("{film} is out of the diary", film=title_of(movie))


def rescaled_words(done: Rescaled) -> str:
    """Return what a change of scale does, or did."""
    words = plural("{n} score changes", "{n} scores change", done.n_changed)
    if not done.percentiles_kept:
        words += " · " + _("two different scores would become one")
    return words
