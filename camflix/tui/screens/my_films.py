"""My films: ratings, diary, what is seen and not rated, watchlist, hidden films, lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from camflix.i18n import N_, _, plural
from camflix.tui.keys import bindings
from camflix.tui.screens import my_film_rows as my
from camflix.tui.screens.film_list import FilmListScreen
from camflix.tui.screens.own_films import OwnFilmsScreen
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.prompt import Prompt, Question
from camflix.tui.words import rank_words

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from camflix.results import (
        Diary,
        HiddenList,
        MovieListPage,
        RatingPage,
        Rescaled,
        Watchlist,
    )
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines
    from camflix.tui.widgets.rows import Column

RATINGS, DIARY, QUEUE, WATCHLIST, HIDDEN, LISTS = range(6)
_RATING_SORTS: tuple[Literal["score", "recent", "title", "year"], ...] = ("score", "recent", "title", "year")
_WATCH_SORTS: tuple[Literal["added", "predicted", "title"], ...] = ("added", "predicted", "title")
_SORT_WORDS = {
    "score": N_("best first"),
    "recent": N_("last rated first"),
    "title": N_("by title"),
    "year": N_("newest first"),
    "added": N_("last added first"),
    "predicted": N_("best prediction first"),
}
_WITHIN = {DIARY: "+seen", QUEUE: "+seen -rated", WATCHLIST: "+watchlist", HIDDEN: "+hidden"}
"""The filter that every film of a view fits."""
_OPPOSITE = {"+": "-", "-": "+"}
_EMPTY = (
    N_("No ratings yet: R rates films you know, I imports your history."),
    N_("Nothing in the diary: v on a film writes it down as seen."),
    N_("Nothing seen and unrated."),
    N_("The watchlist is empty: w on a film puts it here."),
    N_("Nothing is hidden: x on a film keeps it out of your lists."),
    N_("No lists yet: n begins one, + on a film puts it there."),
)


class MyFilms(OwnFilmsScreen):
    """One's own films, in six views."""

    BINDINGS = bindings("entry.remove", "entry.new", "films.rescale")
    VIEWS: ClassVar[tuple[str, ...]] = (
        N_("Ratings"),
        N_("Diary"),
        N_("To rate"),
        N_("Watchlist"),
        N_("Hidden"),
        N_("Lists"),
    )
    COLUMNS: ClassVar[Sequence[Column[my.MyRow]]] = my.RATED  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._shown_view = -1
        self._n_all = 0
        self._found: tuple[Hashable, frozenset[int]] | None = None
        self._n_different_missing = 0
        self._sorts = [0] * len(self.VIEWS)

    @property
    def shown_as(self) -> Hashable:
        """Return which view is shown, in which order."""
        return (self.view, self._sorts[self.view])

    def key_of(self, row: my.MyRow) -> Hashable:
        """Return the film; of the diary the viewing, of the lists the list."""
        if self.view == LISTS:
            return row.movie_list and row.movie_list.id
        return row.entry_id if self.view == DIARY else super().key_of(row)

    @property
    def empty_words(self) -> str:
        """Return what to do where there is nothing."""
        if self._shown_view != self.view:
            return ""
        return _("Nothing fits.") if self.query_text else _(_EMPTY[self.view])

    def facts(self, palette: Palette) -> Pieces:
        """Return how many films, in which order."""
        if self._shown_view != self.view:
            return [("…" if self.error is None else "", palette.dim)]
        if fault := self.fault_pieces(palette):
            return fault
        n = self.rows.n_lines if self.query_text else self._n_all
        parts = [plural("{n} film", "{n} films", n)]
        if self.view == DIARY:
            parts = [plural("{n} viewing", "{n} viewings", n)]
        if self.view == LISTS:
            parts = [plural("{n} list", "{n} lists", n)]
        if self.view == RATINGS:
            parts.append(_(_SORT_WORDS[_RATING_SORTS[self._sorts[RATINGS]]]))
            if self._n_different_missing:
                parts = [rank_words(None, None, self._n_different_missing)]
        if self.view == WATCHLIST:
            parts.append(_(_SORT_WORDS[_WATCH_SORTS[self._sorts[WATCHLIST]]]))
        if self.query_text and not self.prompt.is_open:
            parts.insert(0, self.query_text)
        return [(" · ".join(parts), palette.dim)]

    # ---- asking

    def load(self) -> None:
        """Ask for the view."""
        query = self.query_text.strip()
        if self.view == RATINGS:
            sort = _RATING_SORTS[self._sorts[RATINGS]]
            self.ask(lambda asks: asks.my_ratings(sort, query, is_reversed=False), self._show_ratings)
        elif self.view in {DIARY, QUEUE}:
            is_diary = self.view == DIARY
            self.ask(lambda asks: asks.diary() if is_diary else asks.queue(), self._show_diary)
        elif self.view == WATCHLIST:
            order = _WATCH_SORTS[self._sorts[WATCHLIST]]
            self.ask(lambda asks: asks.watchlist(order), self._show_watchlist)
        elif self.view == HIDDEN:
            self.ask(lambda asks: asks.hidden(), self._show_hidden)
        else:
            self.ask(lambda asks: asks.lists(), self._show_lists)

    def use_view(self, view: int) -> None:
        """Show a view, unfiltered."""
        self.forget_search()
        self.prompt.close()
        super().use_view(view)

    def look_for(self) -> None:
        """Filter what is here; ratings are filtered where they come from."""
        if self.view == RATINGS or self._shown_view != self.view:
            self.load()
        else:
            self.sift()

    def find_fault(self, words: str) -> None:
        """Say what is wrong with the filter."""
        if self.view == RATINGS:
            FilmListScreen.find_fault(self, words)
        else:
            super().find_fault(words)

    def sieve(self, filters: str) -> Callable[[my.MyRow], bool] | None:
        """Return what tells whether a row fits some filters; ask which films do where that is not known yet."""
        if self.view == LISTS:
            self.find_fault(_("Lists are filtered by their names; “{filter}” is for films.", filter=filters))
            return None
        within = _WITHIN[self.view]
        known = (filters, within, self.camflix.data_version)
        if set(filters.lower().split()) & {_OPPOSITE[word[0]] + word[1:] for word in within.split()}:
            return lambda _row: False
        if self._found is not None and self._found[0] == known:
            ids = self._found[1]
            return lambda row: row.movie is not None and row.movie.id in ids

        def know(ids: frozenset[int]) -> None:
            self._found = known, ids
            if self._shown_view == self.view:
                self.look_for()

        self.ask(lambda asks: asks.fitting(f"{filters} {within}"), know, group="fitting")
        return None

    def _show_ratings(self, page: RatingPage) -> None:
        self._n_different_missing = page.n_different_missing
        rows = [
            my.MyRow(r.movie, score=r.score, percentile=r.percentile, tier=r.tier, at=r.updated_at)
            for r in page.ratings
        ]
        self._take(RATINGS, my.RATED, rows, len(rows) if self.query_text else page.n_ratings)

    def _show_diary(self, diary: Diary) -> None:
        rows = [
            my.MyRow(v.movie, score=v.score, at=_moment(v.seen_on), is_again=v.is_rewatch, entry_id=v.id)
            for v in diary.viewings
        ]
        self._take(self.view, my.SEEN, rows, diary.n_viewings)

    def _show_watchlist(self, found: Watchlist) -> None:
        rows = [my.MyRow(w.movie, predicted_score=w.predicted_score, at=w.added_at) for w in found.movies]
        self._take(WATCHLIST, my.WATCHED, rows, found.n_movies)

    def _show_hidden(self, found: HiddenList) -> None:
        rows = [my.MyRow(movie, at=at) for movie, at in zip(found.movies, found.hidden_at, strict=True)]
        self._take(HIDDEN, my.HIDDEN, rows, found.n_movies)

    def _show_lists(self, page: MovieListPage) -> None:
        rows = [my.MyRow(None, movie_list=each) for each in page.lists]
        self._take(LISTS, my.LISTS, rows, len(rows))

    def _take(self, view: int, columns: Sequence[Column[my.MyRow]], rows: Sequence[my.MyRow], n_all: int) -> None:
        if view != self.view:
            return
        self._shown_view = view
        self.all_rows, self._n_all = rows, n_all
        self.rows.use_columns(columns)  # type: ignore[arg-type]
        if view == RATINGS:
            self.show_rows(rows)
        else:
            self.sift()

    # ---- doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something in this view."""
        if action == "entry_remove":
            return self.current is not None
        if action == "entry_new":
            return self.view == LISTS
        if action == "films_rescale":
            return self.view == RATINGS
        if action == "list_sort":
            return self.view in {RATINGS, WATCHLIST}
        return super().check_action(action, parameters)

    def action_list_sort(self) -> None:
        """Take the next order."""
        n = len(_RATING_SORTS if self.view == RATINGS else _WATCH_SORTS)
        self._sorts[self.view] = (self._sorts[self.view] + 1) % n
        self.load()

    def action_entry_remove(self) -> None:
        """Take the line away: the rating, the viewing, the mark, the list."""
        row = self.current
        assert row is not None
        if self.view == RATINGS:
            self.action_film_unrate()
        elif self.view in {DIARY, QUEUE}:
            self.camflix.tell(
                lambda asks: asks.delete_viewing(row.entry_id),
                lambda viewing: self.camflix.say(Notice(my.gone_words(viewing.movie))),
            )
        elif self.view == WATCHLIST:
            self.action_film_watch()
        elif self.view == HIDDEN:
            self.action_film_hide()
        elif row.movie_list is not None:
            self._delete_list(row.movie_list.id)

    def _delete_list(self, list_id: int) -> None:
        from camflix.tui.modals.choose import Choice, Choose  # noqa: PLC0415 - made when first wanted

        row = self.current
        assert row is not None
        assert row.movie_list is not None
        title = _("Delete the list “{name}”? It cannot be brought back.", name=row.movie_list.name)

        def delete(is_meant: bool) -> None:  # noqa: FBT001 - what was chosen
            if is_meant:
                self.camflix.tell(lambda asks: asks.delete_list(list_id), lambda _list: None)

        self.app.push_screen(Choose(title, [Choice(_("keep it"), "", False), Choice(_("delete it"), "", True)], delete))  # noqa: FBT003

    def action_entry_new(self) -> None:
        """Ask for the name of a new list."""
        self.prompt.ask(Question("new_list", _("Name of the new list:")))

    def action_films_rescale(self) -> None:
        """Ask for the scale that the scores are on."""
        self.prompt.ask(Question("rescale", _("My scores end at (10, 5, 20…):"), digits_only=True))

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Do what was asked for."""
        if event.question.name == "new_list" and event.text.strip():
            self.camflix.tell(lambda asks: asks.create_list(event.text.strip()), lambda _list: None)
        elif event.question.name == "rescale" and event.text:
            maximum = int(event.text)
            self.ask(lambda asks: asks.rescale(maximum, is_trial=True), lambda r: self._confirm(maximum, r))

    def _confirm(self, maximum: int, trial: Rescaled) -> None:
        from camflix.tui.modals.choose import Choice, Choose  # noqa: PLC0415 - made when first wanted

        def go_on(is_meant: bool) -> None:  # noqa: FBT001 - what was chosen
            if is_meant:
                self.camflix.tell(
                    lambda asks: asks.rescale(maximum, is_trial=False),
                    lambda done: self.camflix.say(Notice(my.rescaled_words(done))),
                )

        pairs = [f"{old} → {new}" for old, new in zip(trial.before, trial.after, strict=True)]
        title = my.rescaled_words(trial) + "  " + ", ".join(pairs)
        self.app.push_screen(Choose(title, [Choice(_("leave them"), "", False), Choice(_("do it"), "", True)], go_on))  # noqa: FBT003

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Show the list."""
        del event
        row = self.current
        if row is not None and row.movie_list is not None:
            self.camflix.open_list(row.movie_list)


def _moment(day: object) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)  # type: ignore[attr-defined]
