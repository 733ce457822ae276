"""A person of like taste: how near, what they like best, their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix import display
from camflix.i18n import _, decimal, plural
from camflix.results import MovieListSummary, MovieSummary
from camflix.tui.drawing import bar, left, right
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.page_lines import fact_lines, paragraph
from camflix.tui.widgets.page import Line, Page
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import Comparison, PublicProfile, SharedFilm, Twin, TwinList, UnseenFavourite
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_N_TWINS = 100
_BAR_CELLS = 24
_N_COMPARED = 5
_MOST_TITLE = 60


class PersonScreen(CamFlixScreen):
    """One person, as far as they let themselves be seen."""

    BINDINGS = bindings("person.together")

    def __init__(self, username: str) -> None:
        super().__init__()
        self._username = username
        self._profile: PublicProfile | None = None
        self._twin: Twin | None = None
        self._comparison: Comparison | None = None
        self.page = Page(id="person")

    @property
    def title_words(self) -> str:
        """Return their name."""
        return self._username

    @property
    def film(self) -> MovieSummary | None:
        """Return the film under the cursor."""
        return self.page.target if isinstance(self.page.target, MovieSummary) else None

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Ask who they are, and how near."""
        name = self._username
        self.ask(lambda asks: asks.person(name), self._show_profile, group="person")
        self.ask(lambda asks: asks.twins(_N_TWINS), self._show_twin, group="twins")

        def unknown(_error: CamFlixError) -> None:
            """Leave it out: the question about the person says what is wrong."""

        question = (lambda asks: asks.compare(name, _N_COMPARED), self._show_comparison)
        self.camflix.ask(*question, group=f"compare-{id(self)}", failed=unknown)

    def _show_comparison(self, found: Comparison) -> None:
        if self.is_attached:
            self._comparison = found
            self.page.show(self._lines, keep_cursor=True)

    def _show_profile(self, profile: PublicProfile) -> None:
        self._profile = profile
        self.page.show(self._lines)

    def _show_twin(self, found: TwinList) -> None:
        self._twin = next((twin for twin in found.twins if twin.username == self._username), None)
        self.page.show(self._lines)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        profile = self._profile
        result = self._nearness(width, palette)
        if profile is None:
            return result
        facts = [(_("ratings"), str(profile.n_ratings))]
        if profile.mean_score is not None:
            facts.append((_("mean score"), display.computed(profile.mean_score)))
        result += fact_lines(facts, width, palette)
        if profile.bio:
            result += [Line(), *paragraph(" ".join(profile.bio.split()), width, palette.text)]
        if self._comparison is not None:
            result += _comparison_lines(self._comparison, width, palette)
        if profile.top:
            result += [Line(), Line([(" " + _("What they like best"), palette.title)])]
            result += [Line([(" " + title_of(movie), palette.text)], movie) for movie in profile.top]
        if profile.lists:
            result += [Line(), Line([(" " + _("Their lists"), palette.title)])]
            result += [self._list_line(each, palette) for each in profile.lists]
        if any(profile.tiers):
            result += [Line(), Line([(" " + _("Their ratings by tier"), palette.title)])]
            result += tier_lines(profile.tiers, palette)
        return result

    def _nearness(self, width: int, palette: Palette) -> list[Line]:
        twin = self._twin
        if twin is None:
            return []
        distance = "-" if twin.taste_distance is None else decimal(twin.taste_distance, 1)
        facts = (
            (_("similarity"), decimal(twin.similarity, 3)),
            (_("taste distance"), distance),
            (_("films in common"), str(twin.n_common)),
        )
        return fact_lines(facts, width, palette)

    @staticmethod
    def _list_line(each: MovieListSummary, palette: Palette) -> Line:
        words = plural("{n} film", "{n} films", each.n_movies)
        return Line([(" " + each.name, palette.text), ("  " + words, palette.dim)], each)

    def action_person_together(self) -> None:
        """Show films for oneself and this person."""
        self.camflix.open_together(self._username)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go on to a film or a list."""
        del event
        target = self.page.target
        if isinstance(target, MovieSummary):
            self.open_film(target)
        elif isinstance(target, MovieListSummary):
            self.camflix.open_list(target)


def _comparison_lines(found: Comparison, width: int, palette: Palette) -> list[Line]:
    name = max(20, min(width - 38, _MOST_TITLE))
    result: list[Line] = []
    kinds = (
        (_("Loved there, not seen by you"), [_favourite_line(film, name, palette) for film in found.favourites]),
        (_("Where you agree"), [_shared_line(film, name, palette) for film in found.agreements]),
        (_("Where you part"), [_shared_line(film, name, palette) for film in found.disagreements]),
    )
    for title, lines in kinds:
        if lines:
            result += [Line(), Line([(" " + title, palette.title)]), *lines]
    return result


def _favourite_line(film: UnseenFavourite, name: int, palette: Palette) -> Line:
    score = film.predicted_score
    predicted = "-" if score is None else _("predicted {predicted}", predicted=display.computed(score))
    return Line(
        [
            (" " + left(title_of(film.movie), name), palette.text),
            (right(_("tier {tier}", tier=film.their_tier), 12), palette.tier(film.their_tier)),
            (right(predicted, 18), palette.dim if score is None else palette.score(score)),
        ],
        film.movie,
    )


def _shared_line(film: SharedFilm, name: int, palette: Palette) -> Line:
    return Line(
        [
            (" " + left(title_of(film.movie), name), palette.text),
            (right(_("tier {tier}", tier=film.their_tier), 12), palette.tier(film.their_tier)),
            (right(_("yours: {tier}", tier=film.own_tier), 18), palette.tier(film.own_tier)),
        ],
        film.movie,
    )


def tier_lines(tiers: tuple[int, ...], palette: Palette) -> list[Line]:
    """Return how many ratings are in each tier, best first."""
    greatest = max(tiers)
    return [
        Line(
            [
                (right(str(tier), 4) + "  ", palette.tier(tier)),
                (left(bar(n, greatest, _BAR_CELLS), _BAR_CELLS), palette.tier(tier)),
                (right(str(n), 6), palette.dim),
            ]
        )
        for tier, n in reversed(list(enumerate(tiers, 1)))
    ]
