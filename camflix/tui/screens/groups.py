"""Groups of films: one score for a kind of films that one knows, given to its best known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix import display, i18n
from camflix.genres import genre_words
from camflix.i18n import _, plural
from camflix.tui.calls import Parting
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.page import Line, Page
from camflix.tui.widgets.prompt import Question
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import MovieSummary, Undone
    from camflix.tui.asks import Group
    from camflix.tui.themes import Palette

N_FILMS = 3
"""How many films of a group are shown and rated by its score."""


class Groups(CamFlixScreen):
    """Points on groups: each of a group's three films gets them; a film given away as not seen gets none."""

    BINDINGS = bindings("feed.not_seen")

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[Group] = []
        self._scores: dict[str, int] = {}
        self._unseen: set[int] = set()
        self._taken_back: set[int] = set()
        self._asked: Group | None = None
        self.is_expecting = True
        self.page = Page(id="groups")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("Points on groups of films")

    @property
    def film(self) -> MovieSummary | None:
        """Return the film under the cursor."""
        target = self.page.target
        return target[1] if isinstance(target, tuple) else None

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Ask for the groups, once."""
        if not self._groups:
            self.ask(lambda asks: asks.groups(N_FILMS), self._show)
        else:
            self.page.show(self._lines, keep_cursor=True)

    def _show(self, groups: list[Group]) -> None:
        self._groups = groups
        self.page.show(self._lines)

    def _lines(self, _width: int, palette: Palette) -> list[Line]:
        hint = _("Digits and Enter: the score for all three. s: not seen, this film gets none.")
        lines = [Line([(" " + hint, palette.dim)]), Line()]
        for group in self._groups:
            score = self._scores.get(group.genre)
            given = [] if score is None else [("  " + display.given(score), palette.score(score))]
            lines.append(Line([(" " + genre_words(group.genre), palette.title), *given]))
            for movie in group.movies:
                style = palette.track if movie.id in self._unseen else palette.text
                words = "   " + title_of(movie)
                if movie.id in self._unseen:
                    words += "  " + _("not seen")
                elif movie.id in self._taken_back:
                    words += "  " + _("taken back")
                lines.append(Line([(words, style)], (group, movie)))
            lines.append(Line())
        return lines

    def _ask_score(self, text: str, *, gives_way: bool = False) -> None:
        target = self.page.target
        assert isinstance(target, tuple)
        self._asked = target[0]
        label = _("All three of {group}:", group=genre_words(target[0].genre))
        film = target[1]

        def enter(typed: str) -> None:
            if typed:
                self.save_score(film, typed)

        question = Question("score", label, digits_only=True, is_decimal=True, at_once=enter)
        self.prompt.ask(question, text, gives_way=gives_way)

    def save_score(self, film: MovieSummary, text: str) -> None:
        """Give the score to each film of the group that was seen."""
        group, score = self._asked, display.typed_score(text)
        if group is None or score is None:
            super().save_score(film, text)
            return
        ids = [movie.id for movie in group.movies if movie.id not in self._unseen]

        lost = _("{film}: {score} was not saved.", film=genre_words(group.genre), score=display.given(score))

        def given(words: str) -> None:
            self._scores[group.genre] = score
            self._taken_back.difference_update(ids)
            self.camflix.say(Notice(words))
            self.page.show(self._lines, keep_cursor=True)

        def failed(error: CamFlixError) -> None:
            if error.code == "queued":  # each is kept here, and sent when the server is back
                given(i18n.say(error))
            else:
                self.camflix.report(error)

        self.camflix.tell(
            lambda asks: asks.rate_all(ids, score),
            lambda _none: given(plural("{n} film rated", "{n} films rated", len(ids))),
            failed=failed,
            parting=Parting(lost),
        )

    def take_back(self, undone: Undone) -> None:
        """Mark a film whose score was taken back; a group of which none is left has no score any more."""
        if undone.is_there is not None or undone.movie is None:
            return
        for group in self._groups:
            if group.genre in self._scores and undone.movie in group.movies:
                self._taken_back.add(undone.movie.id)
            if all(movie.id in self._taken_back | self._unseen for movie in group.movies):
                self._scores.pop(group.genre, None)
                self._taken_back -= {movie.id for movie in group.movies}
        self.page.show(self._lines, keep_cursor=True)

    def action_feed_not_seen(self) -> None:
        """Leave the film under the cursor out, or take it in again."""
        film = self.film
        if film is not None:
            self._unseen ^= {film.id}
            self.page.show(self._lines, keep_cursor=True)
