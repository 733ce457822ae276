"""A film: what one gave it, what is predicted, what is known of it, what people near one gave."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from camflix import display
from camflix.genres import genre_words
from camflix.i18n import _, decimal, plural
from camflix.results import MovieSummary
from camflix.tui.drawing import bar, columns_chart, cut, left, right
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.receipt_lines import LABEL, Person, prediction_lines
from camflix.tui.widgets.page import Line, Page
from camflix.tui.widgets.poster import PosterPlace
from camflix.tui.words import other_title, rank_words, title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import MovieDetails, Receipt, ReceiptLine, SimilarMovie, SimilarMovies
    from camflix.tui.drawing import Piece
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_NAME = 26
_BAR_CELLS = 20
_MOST_TEXT = 92
_N_PEOPLE = 20
_N_SIMILAR = 8
_N_ACTORS = 6
_CHART_LINES = 3


class FilmScreen(CamFlixScreen):
    """One film."""

    def __init__(self, movie: MovieSummary) -> None:
        super().__init__()
        self._movie = movie
        self._details: MovieDetails | None = None
        self._receipt: Receipt | None = None
        self._similar: tuple[SimilarMovie, ...] = ()
        self.page = Page(id="film")
        self.poster = PosterPlace()

    @property
    def title_words(self) -> str:
        """Return its title."""
        return title_of(self._movie)

    @property
    def film(self) -> MovieSummary:
        """Return this film."""
        return self._movie

    @property
    def marks_shown(self) -> tuple[bool, bool]:
        """Return whether it is shown as being on the watchlist, and as being hidden."""
        marks = self._details.marks if self._details is not None else None
        return (False, False) if marks is None else (marks.in_watchlist, marks.is_hidden)

    def body(self) -> ComposeResult:
        """Make the page, and the place of the poster beside it."""
        with Horizontal():
            yield self.page
            yield self.poster

    def load(self) -> None:
        """Ask for all that is known."""
        movie_id = self._movie.id
        self.ask(lambda asks: asks.movie(movie_id), self._show_details, group="movie")

        def unknown(_error: CamFlixError) -> None:
            """Leave the page without them: the question about the film itself says what is wrong."""

        question = (lambda asks: asks.similar(movie_id, _N_SIMILAR), self._show_similar)
        self.camflix.ask(*question, group=f"similar-{id(self)}", failed=unknown)

    def _show_similar(self, found: SimilarMovies) -> None:
        if self.is_attached:
            self._similar = found.similar
            self.page.show(self._lines, keep_cursor=True)

    def _show_details(self, details: MovieDetails) -> None:
        is_first = self._details is None
        self._details, self._movie = details, details.movie
        self.page.show(self._lines, keep_cursor=not is_first)
        self.draw_heading()
        self.poster.show(details.poster_path)
        if details.prediction is None:
            # Nothing is fitted yet, or the film is to be rated blind: a receipt would tell.
            self._receipt = None
        else:
            self.ask(lambda asks: asks.why(details.movie.id), self._show_receipt, group="receipt")

    def on_resize(self) -> None:
        """Show the poster where there is room for it now."""
        self.poster.renew()

    def on_screen_resume(self) -> None:
        """Show the poster as was chosen meanwhile."""
        self.poster.renew()

    def _show_receipt(self, receipt: Receipt | None) -> None:
        is_first = self._receipt is None
        self._receipt = receipt
        self.page.show(self._lines, keep_cursor=not is_first)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        details = self._details
        if details is None:
            return []
        result = self._own_lines(details, palette)
        if details.prediction is not None:
            result += prediction_lines(details.prediction, None, width, palette)
        result += _community_lines(details, palette)
        result += [Line(), *_fact_lines(details, width, palette)]
        if details.overview:
            result += [Line(), *_text_lines(details.overview, width, palette)]
        if self._receipt is not None:
            result += _people_lines(self._receipt, palette)
        if self._similar:
            result += [Line(), Line([(" " + _("Films like it, to judge by ratings"), palette.title)])]
            result += [_similar_line(like, width, palette) for like in self._similar]
        return result

    @staticmethod
    def _own_lines(details: MovieDetails, palette: Palette) -> list[Line]:
        marks = details.marks
        pieces: list[Piece] = [(" " + left(_("my score"), LABEL), palette.dim)]
        if marks.score is None:
            pieces.append((right("-", 5) + "   " + _("digits and Enter rate it"), palette.dim))
        else:
            pieces.append((right(display.given(marks.score), 5), palette.score(marks.score, marks.tier)))
            if marks.tier is not None:
                pieces.append(("   " + rank_words(marks.percentile, marks.tier, 0), palette.tier(marks.tier)))
        if marks.in_watchlist:
            pieces.append(("   ◆ " + _("on my watchlist"), palette.accent))
        if marks.is_hidden:
            pieces.append(("   ✕ " + _("hidden"), palette.bad))
        return [Line(pieces)]

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go on to a person, or to a film like this one."""
        del event
        if isinstance(self.page.target, MovieSummary):
            self.open_film(self.page.target)
        elif isinstance(self.page.target, Person):
            self.open_person(self.page.target.username)


def _community_lines(details: MovieDetails, palette: Palette) -> list[Line]:
    community = details.community
    if community.mean is None or community.median is None:
        if not details.movie.n_ratings or details.prediction is None:
            return []
        words = plural("{n} rating", "{n} ratings", details.movie.n_ratings)
        return [Line([(" " + left(_("everybody"), LABEL), palette.dim), ("     -   " + words, palette.dim)])]
    mean, median = display.computed(community.mean), display.computed(community.median, 0)
    words = plural("median {median}, {n} rating", "median {median}, {n} ratings", community.n, median=median)
    chart = columns_chart(community.histogram, _CHART_LINES)
    pad = " " * (LABEL + 1 + 5 + 3)
    lines = [
        Line(
            [
                (" " + left(_("everybody"), LABEL), palette.dim),
                (right(mean, 5), palette.score(community.mean)),
                ("   " + words, palette.dim),
            ]
        )
    ]
    for row in chart:
        columns: list[Piece] = [(cell * 2, palette.tiers[place]) for place, cell in enumerate(row)]
        lines.append(Line([(pad, palette.text), *columns]))
    return [*lines, Line([(pad + left("0", 17) + str(display.highest()), palette.dim)])]


def _fact_lines(details: MovieDetails, width: int, palette: Palette) -> list[Line]:
    movie = details.movie
    numbers = (("imdb", movie.imdb_id), ("tmdb", movie.tmdb_id), ("ml", movie.movielens_id), ("id", movie.id))
    runtime = details.runtime_minutes
    days = ", ".join(day.isoformat() if day else _("on a day forgotten") for day in details.seen_on)
    facts = (
        (_("original title"), other_title(movie)),
        (_("genres"), ", ".join(map(genre_words, details.genres))),
        (_("directed by"), ", ".join(details.directors)),
        (_("written by"), ", ".join(details.writers)),
        (_("with"), ", ".join(details.actors[:_N_ACTORS])),
        (_("runtime"), _("{n} min", n=runtime) if runtime else ""),
        (_("released"), details.release_date.isoformat() if details.release_date else ""),
        (_("seen"), days),
        (
            _("my note"),
            _("(tells the end)") + " …" if details.note_has_spoiler and details.note else details.note or "",
        ),
        (_("numbers"), "  ".join(f"{name}:{value}" for name, value in numbers if value is not None)),
    )
    room = width - LABEL - 2
    return [line for name, value in facts if value for line in _fact(name, value, room, palette)]


def _fact(name: str, value: str, room: int, palette: Palette) -> list[Line]:
    """Return a fact on one line; one that has lines itself, as notes may, on as many as it takes."""
    lines = [cut(value, room)]
    if "\n" in value:
        lines = [part for line in value.splitlines() for part in wrap(line, max(20, min(room, _MOST_TEXT))) or [""]]
    return [
        Line([(" " + left("" if number else name, LABEL), palette.dim), (line, palette.text)])
        for number, line in enumerate(lines)
    ]


def _text_lines(text: str, width: int, palette: Palette) -> list[Line]:
    return [Line([(" " + line, palette.text)]) for line in wrap(text, max(20, min(width - 2, _MOST_TEXT)))]


def _people_lines(receipt: Receipt, palette: Palette) -> list[Line]:
    people = [line for line in receipt.lines if line.part == "neighbour" and line.score is not None]
    if not people:
        return []
    people.sort(key=lambda line: -abs(line.weight or 0))
    title = Line([(" " + _("What the people nearest to you gave"), palette.title)])
    return [Line(), title, *(_person_line(line, palette) for line in people[:_N_PEOPLE])]


def _similar_line(like: SimilarMovie, width: int, palette: Palette) -> Line:
    known = like.own_score if like.own_score is not None else like.prediction.predicted_score
    words = _("mine") if like.own_score is not None else _("predicted")
    score = "-" if known is None else display.computed(known)
    if like.own_score is not None:
        score = display.given(like.own_score)
    pieces: list[Piece] = [
        (" " + left(title_of(like.movie), max(20, min(width - 34, _MOST_TEXT - 30))), palette.text),
        (right(decimal(like.similarity, 2), 6) + "  ", palette.dim),
        (right(words, 10), palette.dim),
        (right(score, 6), palette.dim if known is None else palette.score(known)),
    ]
    return Line(pieces, like.movie)


def _person_line(line: ReceiptLine, palette: Palette) -> Line:
    assert line.score is not None
    style = palette.score(line.score)
    pieces: list[Piece] = [
        (" " + left(line.username or _("anonymous"), _NAME), palette.text),
        (right(display.given(line.score), max(4, display.width())) + "  ", style),
        (left(bar(line.score, 100, _BAR_CELLS), _BAR_CELLS), style),
    ]
    return Line(pieces, Person(line.username) if line.username else None)
