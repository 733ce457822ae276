"""Rows of films, the same in every list: title, year, what is predicted, what one gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from camflix import display
from camflix.i18n import N_
from camflix.tui.drawing import gauge
from camflix.tui.widgets.rows import Column
from camflix.tui.words import other_title, range_words

if TYPE_CHECKING:
    from camflix.results import MovieMarks, MovieSummary, Prediction
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette


class FilmRow(NamedTuple):
    """A film in a list. ``rank`` is its place, 0 for none."""

    movie: MovieSummary
    rank: int = 0
    prediction: Prediction | None = None
    predicted_score: float | None = None
    score: int | None = None
    tier: int | None = None
    in_watchlist: bool = False
    is_hidden: bool = False


def marked_row(movie: MovieSummary, marks: MovieMarks, rank: int = 0) -> FilmRow:
    """Return a film with what one did with it."""
    return FilmRow(
        movie,
        rank,
        predicted_score=marks.predicted_score,
        score=marks.score,
        tier=marks.tier,
        in_watchlist=marks.in_watchlist,
        is_hidden=marks.is_hidden,
    )


def rank_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the place."""
    return [(str(row.rank), palette.dim)]


def title_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the title in the reader's language."""
    return [(row.movie.title, palette.text)]


def original_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the title it has at home."""
    return [(other_title(row.movie), palette.dim)]


def year_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the year."""
    return [(str(row.movie.year or ""), palette.dim)]


def predicted_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the predicted score."""
    known = row.prediction.predicted_score if row.prediction is not None else row.predicted_score
    return [("-", palette.dim)] if known is None else [(display.computed(known), palette.score(known))]


def gauge_cell(row: FilmRow, width: int, palette: Palette) -> Pieces:
    """Draw the predicted score in its range."""
    found = row.prediction
    if found is None or found.predicted_score is None or found.low is None or found.high is None:
        return [("", palette.dim)]
    return gauge(found.low, found.predicted_score, found.high, width, palette)


def range_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write the range."""
    return [(range_words(row.prediction) if row.prediction is not None else "", palette.dim)]


def evidence_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write how many opinions stand behind a prediction."""
    return [(str(row.prediction.n_evidence) if row.prediction is not None else "", palette.dim)]


def ratings_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write how many people rated it."""
    return [(str(row.movie.n_ratings), palette.dim)]


def score_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Write one's own score."""
    return (
        [("", palette.dim)] if row.score is None else [(display.given(row.score), palette.score(row.score, row.tier))]
    )


def mark_cell(row: FilmRow, _width: int, palette: Palette) -> Pieces:
    """Mark what is on the watchlist, and what is hidden."""
    if row.is_hidden:
        return [("✕", palette.bad)]
    return [("◆" if row.in_watchlist else "", palette.accent)]


RANK: Column[FilmRow] = Column("", rank_cell, 3, is_right=True)
TITLE: Column[FilmRow] = Column(N_("film"), title_cell, 20, share=3)
ORIGINAL: Column[FilmRow] = Column(N_("original title"), original_cell, 12, share=2, from_width=100)
YEAR: Column[FilmRow] = Column(N_("year"), year_cell, 5, is_right=True)
PREDICTED: Column[FilmRow] = Column(N_("predicted"), predicted_cell, 9, is_right=True)
GAUGE: Column[FilmRow] = Column(display.SCALES["100"], gauge_cell, 10, from_width=60)
RANGE: Column[FilmRow] = Column(N_("80%"), range_cell, 6, is_right=True)
_WIDEST_RANGE = 7
EVIDENCE: Column[FilmRow] = Column(N_("opinions"), evidence_cell, 8, is_right=True, from_width=90)
MARK: Column[FilmRow] = Column("", mark_cell, 1)
RATINGS: Column[FilmRow] = Column(N_("ratings"), ratings_cell, 8, is_right=True)
SCORE: Column[FilmRow] = Column(N_("mine"), score_cell, 6, is_right=True)

FOR_YOU = (RANK, TITLE, YEAR, PREDICTED, GAUGE, RANGE, EVIDENCE)
FOUND = (MARK, TITLE, ORIGINAL, YEAR, SCORE, RATINGS)
POPULAR = (RANK, TITLE, ORIGINAL, YEAR, RATINGS)


def for_you_columns() -> tuple[Column[FilmRow], ...]:
    """Return the columns of predicted films, as wide and named as scores are shown now."""
    shown = display.current_display()
    if shown == "100":
        return FOR_YOU
    gauge_column, ranges = GAUGE._replace(title=display.SCALES[shown]), RANGE._replace(width=_WIDEST_RANGE)
    return (RANK, TITLE, YEAR, PREDICTED, gauge_column, ranges, EVIDENCE)


def catalogue_columns(n_films: int) -> tuple[Column[FilmRow], ...]:
    """Return the columns of a list of so many films, places as wide as the last one."""
    place: Column[FilmRow] = Column("", rank_cell, max(3, len(str(n_films))), is_right=True)
    return (place, MARK, TITLE, ORIGINAL, YEAR, SCORE, RATINGS)
