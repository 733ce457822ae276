"""What all screens have: the lines at the top and the foot, the line to type into, and rating a film from anywhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.style import Style
from textual.screen import Screen

from camflix import display, i18n
from camflix.i18n import _
from camflix.scores import MAX_SCORE, MIN_DISTINCT_SCORES, percentiles_of_counts, tier
from camflix.tui.calls import Parting
from camflix.tui.drawing import cut, fitted, spread, width_of
from camflix.tui.keys import FILM, bindings, digits
from camflix.tui.notices import saved_words
from camflix.tui.screens.film_actions import FilmActions
from camflix.tui.widgets.bars import KeyBar, Notice, NoticeLine, TopBar
from camflix.tui.widgets.lines import Lines, OneLine
from camflix.tui.widgets.page import Page
from camflix.tui.widgets.prompt import Prompt, Question
from camflix.tui.words import rank_words, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import MovieSummary, RatingPage, SavedRating, Undone
    from camflix.tui.app import CamFlixApp
    from camflix.tui.asks import Asks
    from camflix.tui.drawing import Piece, Pieces
    from camflix.tui.themes import Palette

Result = TypeVar("Result")

_UNDERLINED = Style(underline=True)


class CamFlixScreen(FilmActions, Screen[None], inherit_bindings=False):
    """A screen of CamFlix.

    Handlers (``on_...``) add to those of the classes below: Textual calls each of them itself, so none calls another.

    Attributes:
        VIEWS: the words of the views it has, to be translated; none when there is only one.
        view: which one is shown.
        is_expecting: whether the films that keys act on are still on their way; keys for them wait.
    """

    BINDINGS = [*bindings(*FILM), *digits()]  # noqa: RUF012 - Textual's way
    ALLOW_SELECT = False
    VIEWS: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.prompt = Prompt()
        self.view = 0
        self.is_expecting = False
        self.error: CamFlixError | None = None
        self._notice = NoticeLine()
        self._heading = OneLine(self.heading, id="heading")
        self._top = TopBar()
        self._shown_version = -1
        self._rated: dict[int, int] | None = None

    @property
    def camflix(self) -> CamFlixApp:  # type: ignore[override]
        """Return the app."""
        return cast("CamFlixApp", self.app)

    # ---- what a screen decides

    def body(self) -> ComposeResult:
        """Make what is between the heading and the foot."""
        raise NotImplementedError

    def load(self) -> None:
        """Ask for what is shown."""

    def facts(self, palette: Palette) -> Pieces:
        """Return what stands at the right of the heading."""
        del palette
        return ()

    @property
    def title_words(self) -> str:
        """Return the heading where there are no views."""
        return ""

    # ---- drawing

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._top
        yield self._heading
        yield from self.body()
        yield self.prompt
        yield self._notice
        yield KeyBar()

    def heading(self, width: int, palette: Palette) -> Pieces:
        """Return the views, or the title, and facts at the right."""
        start: list[Piece] = [(" ", palette.text)]
        for number, words in enumerate(self.VIEWS):
            is_here = number == self.view
            start.append((_(words), (palette.title + _UNDERLINED) if is_here else palette.dim))
            start.append(("  ", palette.text))
        if not self.VIEWS:
            start.append((cut(self.title_words, width - 2), palette.title))
        room = max(0, width - width_of(start) - 2)
        return spread(start, [*fitted(self.facts(palette), room), (" ", palette.text)], width, palette.text)

    def draw_top(self) -> None:
        """Draw the top line anew."""
        self._top.refresh()

    @property
    def is_laid_out(self) -> bool:
        """Return whether its lines have their places."""
        return self._top.size.width > 0

    def draw_heading(self) -> None:
        """Draw the heading anew."""
        self._heading.refresh()

    def redraw(self) -> None:
        """Draw all of it anew, in another theme or language."""
        for page in self.query(Page):
            page.build()
        for widget in self.query("*"):
            widget.refresh()
        self.refresh()

    def room_for_facts(self) -> int:
        """Return how many cells there are at the right of the heading's views."""
        return self.size.width - 3 - sum(width_of([(_(words), Style())]) + 2 for words in self.VIEWS)

    # ---- asking

    def on_mount(self) -> None:
        """Ask for what is shown, after the first paint."""
        self.camflix.when_painted(self.renew)

    def on_screen_resume(self) -> None:
        """Show what was written meanwhile, in the present theme and language."""
        self.redraw()
        if self._shown_version >= 0:
            self.renew()

    def renew(self) -> None:
        """Ask again if something was written since."""
        if self._shown_version != self.camflix.data_version:
            self._shown_version = self.camflix.data_version
            self._rated = None
            self.load()

    def take_back(self, undone: Undone) -> None:
        """Show no longer what was just undone; for what is not asked for again."""

    def ask(
        self, question: Callable[[Asks], Result], then: Callable[[Result], object], *, group: str = "screen"
    ) -> None:
        """Ask the client for this screen; the answer is dropped when the screen is gone by then."""

        def answered(result: Result) -> None:
            if self.is_attached:
                self.error = None
                then(result)
                told()

        def failed(error: CamFlixError) -> None:
            self._failed(error)
            told()

        def told() -> None:
            if group in {"screen", "feed"}:
                self.expected()

        self.camflix.ask(question, answered, group=f"{group}-{id(self)}", failed=failed)

    def expected(self) -> None:
        """Let the keys go that waited for what is there now, or will not come."""
        if self.is_expecting:
            self.is_expecting = False
            self.camflix.typed_ahead.release()

    def _failed(self, error: CamFlixError) -> None:
        if self.is_attached:
            self.error = error
            self.say(Notice(i18n.say_plainly(error), is_error=True))
            self.redraw()

    # ---- words

    def say(self, notice: Notice) -> None:
        """Say what has just happened."""
        self._notice.say(notice)

    def hush(self) -> None:
        """Say it no longer."""
        self._notice.say(None)

    # ---- views

    def action_view_previous(self) -> None:
        """Show the view to the left."""
        self.use_view((self.view - 1) % max(1, len(self.VIEWS)))

    def action_view_next(self) -> None:
        """Show the view to the right."""
        self.use_view((self.view + 1) % max(1, len(self.VIEWS)))

    def use_view(self, view: int) -> None:
        """Show a view."""
        if self.VIEWS and view != self.view:
            self.view = view
            self.draw_heading()
            self.load()
            self.refresh_bindings()

    # ---- the film

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        del parameters
        if action.startswith("film_") or action == "score_digit":
            return self.film is not None
        if action in {"view_previous", "view_next"}:
            return bool(self.VIEWS)
        return True

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """Let the foot name what can be done with the film now under the cursor."""
        del event
        self.refresh_bindings()

    def action_score_digit(self, digit: str) -> None:
        """Begin a score."""
        self._ask_score(digit)

    def action_film_rate(self) -> None:
        """Ask for a score."""
        self._ask_score("")

    def _ask_score(self, text: str, *, gives_way: bool = False) -> None:
        film = self.film
        assert film is not None

        def enter(typed: str) -> None:
            # At once: the digits that follow may be for the next film.
            if typed:
                self.save_score(film, typed)

        def remark(typed: str, palette: Palette) -> Pieces:
            return self._rank_pieces(film, typed, palette)

        # A decimal mark is shown on every scale: on that of 100 it makes no score, where without it 8.5 would be 85.
        question = Question("score", title_of(film), digits_only=True, is_decimal=True, remark=remark, at_once=enter)
        self.prompt.ask(question, text, gives_way=gives_way)
        if self._rated is None:
            self._ask_ratings()

    def _ask_ratings(self) -> None:
        """Ask for one's own scores; without them one can be given all the same."""
        self.camflix.ask(lambda asks: asks.ratings(), self._know_ratings, group="own", failed=lambda _error: None)

    def _know_ratings(self, page: RatingPage) -> None:
        self._rated = {rated.movie.id: rated.score for rated in page.ratings}
        self.prompt.refresh()

    def _rank_pieces(self, film: MovieSummary, typed: str, palette: Palette) -> Pieces:
        """Return where a score would stand among one's own, while it is typed."""
        if not typed:
            known = (self._rated or {}).get(film.id)
            scale = display.scale_words()
            words = scale if known is None else _("{score} now; {scale}", score=display.given(known), scale=scale)
            return [(words, palette.dim)]
        score = display.typed_score(typed)
        if score is None:
            return [(_("no score: {scale}", scale=display.scale_words()), palette.bad)]
        # Whoever types on another scale sees what is saved.
        of_100: Pieces = [] if display.current_display() == "100" else [(f"{score}/{MAX_SCORE} · ", palette.dim)]
        return [*of_100, *self._place_pieces(film, score, palette)]

    def _place_pieces(self, film: MovieSummary, score: int, palette: Palette) -> Pieces:
        if self._rated is None:
            return [(_("Enter saves"), palette.dim)]
        counts = Counter({**self._rated, film.id: score}.values())
        ranks = percentiles_of_counts(counts)
        if ranks is None:
            return [(rank_words(None, None, MIN_DISTINCT_SCORES - len(counts)), palette.dim)]
        place = tier(ranks[score])
        return [(rank_words(ranks[score], place, 0), palette.tier(place))]

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Carry out what was asked about a film."""
        self.answer_film_question(event.question.name, event.text)

    def save_score(self, film: MovieSummary, text: str) -> None:
        """Save what was typed as a score."""
        score = display.typed_score(text)
        if score is None:
            self.say(Notice(display.refusal(text), is_error=True))
            if self.film is not None and self.film.id == film.id:
                self._ask_score(text, gives_way=True)  # to be corrected, or typed anew
            return
        lost = _("{film}: {score} was not saved.", film=title_of(film), score=display.given(score))
        self.camflix.tell(lambda asks: asks.rate(film.id, score), self.saved, parting=Parting(lost))

    def saved(self, saved: SavedRating) -> None:
        """Say where a saved score stands."""
        self.camflix.say(Notice(saved_words(saved)))

    def open_film(self, film: MovieSummary) -> None:
        """Show a film."""
        self.camflix.open_film(film)

    def open_person(self, username: str) -> None:
        """Show a person of like taste."""
        self.camflix.open_person(username)
