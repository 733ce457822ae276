"""A film: what one gave it, what is predicted, what is known of it, what people near one gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _
from camflix.results import MovieSummary
from camflix.tui.drawing import bar, left, right
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.receipt_lines import LABEL, Person, prediction_lines
from camflix.tui.widgets.page import Line, Page
from camflix.tui.words import other_title, title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.results import Receipt, ReceiptLine
    from camflix.tui.drawing import Piece
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_NAME = 26
_BAR_CELLS = 20


class FilmScreen(CamFlixScreen):
    """One film."""

    def __init__(self, movie: MovieSummary) -> None:
        super().__init__()
        self._movie = movie
        self._receipt: Receipt | None = None
        self.page = Page(id="film")

    @property
    def title_words(self) -> str:
        """Return its title."""
        return title_of(self._movie)

    @property
    def film(self) -> MovieSummary:
        """Return this film."""
        return self._movie

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Ask for all that is known."""
        movie_id = self._movie.id
        self.page.show(self._lines, keep_cursor=True)
        self.ask(lambda asks: asks.movie(movie_id), self._show_movie, group="movie")
        self.ask(lambda asks: asks.why(movie_id), self._show_receipt, group="receipt")

    def _show_movie(self, movie: MovieSummary) -> None:
        self._movie = movie
        self.page.show(self._lines, keep_cursor=True)
        self.draw_heading()

    def _show_receipt(self, receipt: Receipt) -> None:
        self._receipt = receipt
        self.page.show(self._lines, keep_cursor=True)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        result: list[Line] = []
        if self._receipt is not None:
            result += [*prediction_lines(self._receipt.prediction, self._receipt.own_score, width, palette), Line()]
        result += self._fact_lines(palette)
        if self._receipt is not None:
            result += self._people_lines(self._receipt, palette)
        return result

    def _fact_lines(self, palette: Palette) -> list[Line]:
        movie = self._movie
        numbers = (("imdb", movie.imdb_id), ("tmdb", movie.tmdb_id), ("ml", movie.movielens_id), ("id", movie.id))
        facts = (
            (_("original title"), other_title(movie)),
            (_("ratings"), str(movie.n_ratings)),
            (_("numbers"), "  ".join(f"{name}:{value}" for name, value in numbers if value is not None)),
        )
        return [
            Line([(" " + left(name, LABEL), palette.dim), (value, palette.text)]) for name, value in facts if value
        ]

    def _people_lines(self, receipt: Receipt, palette: Palette) -> list[Line]:
        people = [line for line in receipt.lines if line.part == "neighbour" and line.score is not None]
        if not people:
            return []
        people.sort(key=lambda line: -abs(line.weight or 0))
        title = Line([(" " + _("What the people nearest to you gave"), palette.title)])
        return [Line(), title, *(self._person_line(line, palette) for line in people)]

    @staticmethod
    def _person_line(line: ReceiptLine, palette: Palette) -> Line:
        assert line.score is not None
        style = palette.score(line.score)
        pieces: list[Piece] = [
            (" " + left(line.username or _("anonymous"), _NAME), palette.text),
            (right(str(line.score), 4) + "  ", style),
            (left(bar(line.score, 100, _BAR_CELLS), _BAR_CELLS), style),
        ]
        return Line(pieces, Person(line.username) if line.username else None)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go on to a person."""
        del event
        if isinstance(self.page.target, Person):
            self.open_person(self.page.target.username)
