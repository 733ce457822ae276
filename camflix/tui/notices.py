"""What is said after something was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix import display
from camflix.i18n import _, plural
from camflix.tui.calls import Parting
from camflix.tui.words import rank_words, title_of
from camflix.undone import put_back_words

if TYPE_CHECKING:
    from camflix.results import (
        HiddenState,
        ImportReport,
        ListChange,
        MovieSummary,
        Pick,
        RemovedRating,
        SavedRating,
        Undone,
        Viewing,
        WatchlistState,
    )


def saved_words(saved: SavedRating) -> str:
    """Return what became of a score: where it stands, and how near the prediction came."""
    parts = [
        _("{film}: {score}", film=title_of(saved.movie), score=display.given(saved.score)),
        rank_words(saved.percentile, saved.tier, saved.n_different_missing),
    ]
    if saved.predicted_score is not None and saved.gap is not None:
        predicted, gap = display.computed(saved.predicted_score), display.difference(saved.gap)
        parts.append(_("predicted {predicted}, gap {gap}", predicted=predicted, gap=gap))
    return " · ".join(parts)


def removed_words(removed: RemovedRating) -> str:
    """Return which rating is gone."""
    return _(
        "{film}: the score {score} is removed",
        film=title_of(removed.movie),
        score=display.given(removed.previous_score),
    )


def undone_words(undone: Undone) -> str:
    """Return what was taken back."""
    if undone.is_there is not None:
        return _("Undone: {what}", what=put_back_words(undone))
    if undone.movie is not None:
        film = title_of(undone.movie)
        if undone.score is None:
            return _("Undone: {film}, not rated any more", film=film)
        return _("Undone: {film}, {score} again", film=film, score=display.given(undone.score))
    words = plural("Undone: {n} rating", "Undone: {n} ratings", undone.n_ratings)
    if undone.n_kept:
        words += " · " + plural("{n} kept, changed since", "{n} kept, changed since", undone.n_kept)
    return words


def watch_words(state: WatchlistState) -> str:
    """Return whether a film is on the watchlist now."""
    film = title_of(state.movie)
    return (
        _("{film} is on your watchlist", film=film)
        if state.in_watchlist
        else _("{film} is off your watchlist", film=film)
    )


def pick_words(pick: Pick) -> str:
    """Return from how many films one was drawn."""
    return plural("Drawn from {n} film you may like", "Drawn from {n} films you may like", pick.n_films)


def hidden_words(state: HiddenState) -> str:
    """Return whether a film is hidden now."""
    film = title_of(state.movie)
    return _("{film} is hidden from lists", film=film) if state.is_hidden else _("{film} is shown again", film=film)


def seen_words(viewing: Viewing) -> str:
    """Return what was written into the diary."""
    film = title_of(viewing.movie)
    if viewing.seen_on is None:
        return _("{film}: seen, on a day forgotten", film=film)
    return _("{film}: seen on {day}", film=film, day=viewing.seen_on.isoformat())


def added_words(film: MovieSummary, change: ListChange) -> str:
    """Return whether a film is new in a list."""
    if change.changed:
        return _("{film} is in the list “{name}” now", film=title_of(film), name=change.list.name)
    return _("{film} was in the list “{name}” already", film=title_of(film), name=change.list.name)


def note_words(film: MovieSummary, text: str) -> str:
    """Return what became of a note."""
    if text:
        return _("Your note on {film} is saved", film=title_of(film))
    return _("Your note on {film} is gone", film=title_of(film))


def spoiler_words(film: MovieSummary, *, has_spoiler: bool) -> str:
    """Return whether a note is marked now."""
    if has_spoiler:
        return _("Your note on {film} is marked: it tells the end", film=title_of(film))
    return _("Your note on {film} is no longer marked", film=title_of(film))


def import_parting(file: str) -> Parting:
    """Return what is said when one leaves in the middle of an import: it goes on to its end."""

    def done(report: ImportReport) -> str:
        n_ratings = report.created + report.updated
        return plural("{file}: {n} rating imported.", "{file}: {n} ratings imported.", n_ratings, file=file)

    return Parting(
        lost=_("{file}: the import did not come to its end.", file=file),
        meanwhile=_("{file} is still being imported.", file=file),
        done=done,
        is_long=True,
    )
