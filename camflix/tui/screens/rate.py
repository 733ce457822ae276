"""Rate: one film after another, two digits and Enter each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from camflix import display, i18n
from camflix.i18n import N_, _, plural
from camflix.scores import percentiles_of_counts, tier
from camflix.tui.calls import Parting
from camflix.tui.drawing import bar, left, right, spread
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.page import Line, Page
from camflix.tui.words import other_title, rank_words, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import FeedFilm, MovieSummary, RatingFeed, RatingPage, SavedRating, Undone, UserSettings
    from camflix.tui.drawing import Piece, Pieces
    from camflix.tui.themes import Palette

N_FOR_FIRST_LIST = 10
"""After so many quick ratings, not all alike, there is a first personal list (features.md, C10)."""

_N_ASKED = 40
_N_LEFT_BEFORE_MORE = 12
_N_SHOWN = 12
_WHY = {
    "popular": N_("many know this one"),
    "informative": N_("your score tells much about your taste"),
    "seen": N_("you have seen it and not rated it"),
}


class _Given:
    """A score given here: saved, on its way, or kept until the server is back."""

    def __init__(self, movie: MovieSummary, score: int) -> None:
        self.movie = movie
        self.score = score
        self.saved: SavedRating | None = None
        self.is_kept = False


class Rate(CamFlixScreen):
    """The feed. Scores are written one after another in the order typed; each line says when it is saved."""

    BINDINGS = bindings("feed.not_seen", "feed.skip", "feed.blind")

    def __init__(self) -> None:
        super().__init__()
        self._films: list[FeedFilm] = []
        self._answered: set[int] = set()
        self._given: list[_Given] = []
        self._n_ratings: int | None = None
        self._n_different_missing = 0
        self._is_blind = False
        self._is_all = False
        self.is_expecting = True
        self.page = Page(id="feed")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("Rate what you have seen")

    @property
    def film(self) -> MovieSummary | None:
        """Return the film asked for."""
        return self._films[0].movie if self._films else None

    def facts(self, palette: Palette) -> Pieces:
        """Return the progress, and whether averages and predictions are hidden."""
        if self._n_ratings is None:
            return [("…" if self.error is None else "", palette.dim)]
        words = plural("{n} rating", "{n} ratings", self._n_ratings)
        return [((_("blind") + " · " if self._is_blind else "") + words, palette.dim)]

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    # ---- asking

    def load(self) -> None:
        """Ask for films, and whether to hide what others think."""
        if not self._films:
            self._ask_more()
        self.ask(lambda asks: asks.settings(), self._use_settings, group="settings")
        self.page.show(self._lines)

    def _use_settings(self, settings: UserSettings) -> None:
        self._is_blind = settings.blind
        display.use_display(settings.score_display)
        self._draw()

    def _ask_more(self) -> None:
        self.ask(lambda asks: asks.feed(_N_ASKED), self._take, group="feed")

    def _take(self, feed: RatingFeed) -> None:
        known = self._answered | {each.movie.id for each in self._films}
        new = [each for each in feed.films if each.movie.id not in known]
        self._films += new
        self._is_all = not new
        self._count(feed)

    def _next(self) -> None:
        self._answered.add(self._films.pop(0).movie.id)
        if len(self._films) <= _N_LEFT_BEFORE_MORE and not self._is_all:
            self._ask_more()
        self._draw()

    # ---- answers

    def save_score(self, film: MovieSummary, text: str) -> None:
        """Order the score to be saved and show the next film; what is typed ahead is for that one."""
        score = display.typed_score(text)
        if score is None or self.film is not film:
            super().save_score(film, text)
            return
        given = _Given(film, score)
        lost = _("{film}: {score} was not saved.", film=title_of(film), score=display.given(score))
        self._given.insert(0, given)
        self._n_ratings = (self._n_ratings or 0) + 1
        if self._rated is not None:
            self._rated[film.id] = score  # the next one stands among these

        def failed(error: CamFlixError) -> None:
            if error.code == "queued":  # it is kept here, and sent when the server is back
                given.is_kept = True
                self.camflix.report(error)
                self._draw()
                return
            self._given.remove(given)
            self._answered.discard(film.id)
            self._rated = None
            self._n_ratings = (self._n_ratings or 1) - 1
            self.camflix.say(Notice(f"{lost} {i18n.say_plainly(error)}", is_error=True))
            self._draw()

        def saved(answer: SavedRating) -> None:
            given.saved = answer
            self._n_different_missing = answer.n_different_missing
            self._draw()

        self.camflix.tell(lambda asks: asks.rate(film.id, score), saved, failed=failed, parting=Parting(lost))
        self._next()

    def action_feed_not_seen(self) -> None:
        """Never ask for this film again: not seen."""
        film = self.film
        assert film is not None
        self.camflix.tell(lambda asks: asks.answer_feed(film.id, "not_seen"), lambda _answer: None)
        self._next()

    def action_feed_skip(self) -> None:
        """Go on to the next film."""
        film = self.film
        assert film is not None
        self.camflix.tell(lambda asks: asks.answer_feed(film.id, "skip"), lambda _answer: None)
        self._next()

    def action_feed_blind(self) -> None:
        """Hide what others think until a score is saved, or show it."""
        is_blind = not self._is_blind
        self.camflix.tell(lambda asks: asks.change_settings(blind=is_blind), self._use_settings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action in {"feed_not_seen", "feed_skip"}:
            return self.film is not None
        if action == "film_why":
            return False  # it would tell the prediction before the score is given
        return super().check_action(action, parameters)

    def renew(self) -> None:
        """Go on where one was; what was written elsewhere leaves the feed at the next question."""
        if self._n_ratings is None:
            super().renew()

    def take_back(self, undone: Undone) -> None:
        """Show a score no longer that was taken back; how many there are is asked."""
        if self._n_ratings is None or undone.is_there is not None:
            return
        self._rated = None
        gone = None if undone.movie is None else undone.movie.id
        # Scores brought to another scale are others now.
        self._given = [
            each for each in self._given if each.saved is None or (each.movie.id != gone and undone.kind != "rescale")
        ]
        if gone is not None and undone.score is None:
            self._answered.discard(gone)
        if self._given:
            self._ask_ratings()
        self.ask(lambda asks: asks.feed(1), self._count, group="count")

    def _know_ratings(self, page: RatingPage) -> None:
        super()._know_ratings(page)
        # Some are on their way still.
        self._rated = {**(self._rated or {}), **{given.movie.id: given.score for given in self._given}}
        self._draw()

    def _count(self, feed: RatingFeed) -> None:
        n_on_their_way = sum(1 for given in self._given if given.saved is None)
        self._n_ratings, self._n_different_missing = feed.n_ratings + n_on_their_way, feed.n_different_missing
        self._draw()

    # ---- drawing

    def _draw(self) -> None:
        self.page.show(self._lines)
        self.draw_heading()
        self.refresh_bindings()

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        return [*self._progress(palette), Line(), *self._card(palette), Line(), *self._given_lines(width, palette)]

    def _progress(self, palette: Palette) -> list[Line]:
        n = self._n_ratings
        if n is None:
            return []
        if n >= N_FOR_FIRST_LIST and not self._n_different_missing:
            words = _("Your own list is ready: D shows it. Each score makes it better.")
            return [Line([(" " + words, palette.good)])]
        done = min(n, N_FOR_FIRST_LIST)
        cells = left(bar(done, N_FOR_FIRST_LIST, 20), 20)
        words = _("{n} of {goal} until your first own list", n=done, goal=N_FOR_FIRST_LIST)
        if n >= N_FOR_FIRST_LIST:
            words = rank_words(None, None, self._n_different_missing)
        return [Line([(" ", palette.text), (cells, palette.bar), ("  " + words, palette.dim)])]

    def _card(self, palette: Palette) -> list[Line]:
        if not self._films:
            words = _("No more films to ask for now: search for some with D and /.") if self._is_all else "…"
            if self._is_all and not self._answered and not self._n_ratings:
                words = _("No films yet: bring some in with I, or run camflix demo.")
            return [Line([(" " + words, palette.dim)])]
        asked = self._films[0]
        movie = asked.movie
        year = f"  {movie.year}" if movie.year else ""
        lines = [
            Line([("   " + movie.title, palette.title), (year, palette.text)]),
            Line([("   " + other_title(movie), palette.dim)]),
        ]
        remark = _(_WHY[asked.why])
        if not self._is_blind:
            remark += " · " + plural("{n} rating", "{n} ratings", movie.n_ratings)
        return [*lines, Line([("   " + remark, palette.dim)])]

    def _given_lines(self, width: int, palette: Palette) -> list[Line]:
        # Where they stand among all scores as they are now: each further one moves those before it.
        ranks = percentiles_of_counts(Counter(self._rated.values())) if self._rated else None
        return [self._given_line(given, ranks or {}, width, palette) for given in self._given[:_N_SHOWN]]

    @staticmethod
    def _given_line(given: _Given, ranks: Mapping[int, int], width: int, palette: Palette) -> Line:
        saved = given.saved
        rank = ranks.get(given.score, saved.percentile if saved else None)
        place = None if rank is None else tier(rank)
        start: list[Piece] = [
            (
                " " + right(display.given(given.score), display.width()),
                palette.score(given.score, place),
            ),
            ("  " + title_of(given.movie), palette.text),
        ]
        if saved is None:
            words = _("kept until the server is back") if given.is_kept else _("saving…")
            return Line(spread(start, [(words, palette.warning), (" ", palette.text)], width, palette.text))
        words = rank_words(rank, place, saved.n_different_missing) if place else _("saved")
        if saved.predicted_score is not None and saved.gap is not None:
            predicted, gap = display.computed(saved.predicted_score, 0), display.difference(saved.gap, 0)
            words += " · " + _("predicted {predicted}, gap {gap}", predicted=predicted, gap=gap)
        return Line(spread(start, [(words + " ", palette.dim)], width, palette.text))
