"""A person of like taste: how near, what they like best, their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _, decimal, plural
from camflix.results import MovieListSummary, MovieSummary
from camflix.tui.drawing import bar, left, right
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.receipt_lines import LABEL
from camflix.tui.widgets.page import Line, Page
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.results import PublicProfile, Twin, TwinList
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_N_TWINS = 100
_BAR_CELLS = 24


class PersonScreen(CamFlixScreen):
    """One person, as far as they let themselves be seen."""

    def __init__(self, username: str) -> None:
        super().__init__()
        self._username = username
        self._profile: PublicProfile | None = None
        self._twin: Twin | None = None
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

    def _show_profile(self, profile: PublicProfile) -> None:
        self._profile = profile
        self.page.show(self._lines)

    def _show_twin(self, found: TwinList) -> None:
        self._twin = next((twin for twin in found.twins if twin.username == self._username), None)
        self.page.show(self._lines)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        del width
        profile = self._profile
        result = self._nearness(palette)
        if profile is None:
            return result
        facts = [(_("ratings"), str(profile.n_ratings))]
        if profile.mean_score is not None:
            facts.append((_("mean score"), decimal(profile.mean_score, 1)))
        result += [Line([(" " + left(name, LABEL), palette.dim), (value, palette.text)]) for name, value in facts]
        if profile.bio:
            result += [Line(), Line([(" " + profile.bio, palette.text)])]
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

    def _nearness(self, palette: Palette) -> list[Line]:
        twin = self._twin
        if twin is None:
            return []
        distance = "-" if twin.taste_distance is None else decimal(twin.taste_distance, 1)
        facts = (
            (_("similarity"), decimal(twin.similarity, 3)),
            (_("taste distance"), distance),
            (_("films in common"), str(twin.n_common)),
        )
        return [Line([(" " + left(name, LABEL), palette.dim), (value, palette.text)]) for name, value in facts]

    @staticmethod
    def _list_line(each: MovieListSummary, palette: Palette) -> Line:
        words = plural("{n} film", "{n} films", each.n_movies)
        return Line([(" " + each.name, palette.text), ("  " + words, palette.dim)], each)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go on to a film or a list."""
        del event
        target = self.page.target
        if isinstance(target, MovieSummary):
            self.open_film(target)
        elif isinstance(target, MovieListSummary):
            self.camflix.open_list(target)


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
