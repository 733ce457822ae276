"""Stats: one's scores in pictures, what one likes by genre and person, how near predictions came, the year."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from camflix import display
from camflix.genres import genre_words
from camflix.i18n import N_, _, decimal, plural
from camflix.results import MovieSummary, changed
from camflix.tui.drawing import bar, columns_chart, left, right
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.page_lines import fact_lines, paragraph
from camflix.tui.screens.person import tier_lines
from camflix.tui.screens.receipt_lines import LABEL
from camflix.tui.widgets.page import Line, Page
from camflix.tui.words import rank_words, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from camflix.results import Accuracy, PeriodCount, Profile, RankedGroup, Stats, YearInReview
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

SCORES, GROUPS, NEARNESS, YEAR = range(4)
_N_GROUPS = 12
_CHART_LINES = 8
_MONTH_LINES = 3
_BAR_CELLS = 24
_NAME = 26


class StatsScreen(CamFlixScreen):
    """One's ratings in numbers."""

    BINDINGS = bindings("view.previous", "view.next", "stats.year")
    VIEWS: ClassVar[tuple[str, ...]] = (N_("Scores"), N_("Genres and people"), N_("Predictions"), N_("The year"))

    def __init__(self) -> None:
        super().__init__()
        self._stats: Stats | None = None
        self._profile: Profile | None = None
        self._review: YearInReview | None = None
        self._year = 0
        self.page = Page(id="stats")

    @property
    def film(self) -> MovieSummary | None:
        """Return the film under the cursor."""
        return self.page.target if isinstance(self.page.target, MovieSummary) else None

    def facts(self, palette: Palette) -> Pieces:
        """Return how many ratings."""
        if self._stats is None:
            return [("…" if self.error is None else "", palette.dim)]
        return [(plural("{n} rating", "{n} ratings", self._stats.n_ratings), palette.dim)]

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Ask for the numbers of the view."""
        self._year = self._year or self.camflix.now().year
        if self.view == YEAR:
            year = self._year
            self.ask(lambda asks: asks.year(year), self._show_year, group="year")
        if self.view == NEARNESS:
            self.ask(lambda asks: asks.profile(), self._show_profile, group="profile")
        self.ask(lambda asks: asks.stats(_N_GROUPS), self._show_stats, group="stats")
        self.page.show(self._lines)

    def _show_stats(self, stats: Stats) -> None:
        self._stats = stats
        self._draw()

    def _show_profile(self, profile: Profile) -> None:
        self._profile = profile
        self._draw()

    def _show_year(self, review: YearInReview) -> None:
        self._review = review
        self._draw()

    def _draw(self) -> None:
        self.page.show(self._lines)
        self.draw_heading()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action == "stats_year":
            return self.view == YEAR
        return super().check_action(action, parameters)

    def action_stats_year(self) -> None:
        """Look at the year before; after ten of them at this one again."""
        this_year = self.camflix.now().year
        self._year = self._year - 1 if self._year > this_year - 10 else this_year
        self.load()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Show a film of the year."""
        del event
        if self.film is not None:
            self.open_film(self.film)

    # ---- the views

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        if self._stats is None:
            return []
        if not self._stats.n_ratings and not (self.view == YEAR and self._has_viewings):
            words = _("No ratings yet: R rates films you know, I imports your history.")
            return paragraph(words, width, palette.dim)
        if self.view == SCORES:
            return self._score_lines(self._stats, palette)
        if self.view == GROUPS:
            return self._group_lines(self._stats, width, palette)
        if self.view == NEARNESS:
            return self._nearness_lines(self._stats, width, palette)
        return self._year_lines(width, palette)

    @property
    def _has_viewings(self) -> bool:
        """Return whether anything was seen, in whatever year: that counts without a score."""
        return self._stats is not None and any(month.n_viewings for month in self._stats.months)

    @staticmethod
    def _score_lines(stats: Stats, palette: Palette) -> list[Line]:
        bins = [0] * 21
        for each in stats.scores:
            bins[each.score // 5] += each.n
        lines = [_heading(_("My scores, five points a column"), palette)]
        for row in columns_chart(bins, _CHART_LINES):
            columns = [(cell * 2 + " ", palette.score(place * 5)) for place, cell in enumerate(row)]
            lines.append(Line([(" ", palette.text), *columns]))
        axis = "".join(left(str(value), 6) for value in range(0, 101, 10))
        lines += [Line([(" " + axis, palette.dim)]), Line()]
        if stats.n_different_missing:
            return [*lines, Line([(" " + rank_words(None, None, stats.n_different_missing), palette.warning)])]
        return [
            *lines,
            _heading(_("By tier: a tenth of my ratings would be in each"), palette),
            *tier_lines(stats.tiers, palette),
        ]

    @staticmethod
    def _group_lines(stats: Stats, width: int, palette: Palette) -> list[Line]:
        lines: list[Line] = []
        for words, groups in (
            (_("Genres"), [changed(group, name=genre_words(group.name)) for group in stats.genres]),
            (_("Directors"), stats.directors),
            (_("Actors"), stats.actors),
            (_("Decades"), stats.decades),
        ):
            if groups:
                lines += [_heading(words, palette), *_ranked_lines(groups, width, palette), Line()]
        if not lines:
            words = _("Too few films of any genre, person or decade yet: {n} of one are needed.", n=stats.min_films)
            return paragraph(words, width, palette.dim)
        lines.insert(0, Line([(" " + _("By the mean percentile of what I gave"), palette.dim)]))
        return lines

    def _nearness_lines(self, stats: Stats, width: int, palette: Palette) -> list[Line]:
        lines = [_heading(_("How near predictions came, made before each rating"), palette)]
        if self._profile is not None:
            known = (
                (_("all predictions"), self._profile.accuracy_all),
                (_("the last 50"), self._profile.accuracy_last_50),
            )
            facts = [(f"{words} ({accuracy.n})", _accuracy_words(accuracy)) for words, accuracy in known if accuracy.n]
            lines += fact_lines(facts, width, palette)
        if not stats.accuracy:
            words = _("Nothing to tell yet: predictions are kept from the moment you rate with a list of your own.")
            return [*lines, *paragraph(words, width, palette.dim)]
        greatest = max(point.mean_absolute_error for point in stats.accuracy)
        lines += [Line(), _heading(_("Mean error by month, points"), palette)]
        for point in stats.accuracy:
            error = point.mean_absolute_error
            lines.append(
                Line(
                    [
                        (" " + left(point.period, 9), palette.dim),
                        (left(bar(error, greatest, _BAR_CELLS), _BAR_CELLS), palette.bar),
                        (right(decimal(error, 2), 7), palette.text),
                        (right(plural("{n} rating", "{n} ratings", point.n), 14), palette.dim),
                    ]
                )
            )
        return lines

    def _year_lines(self, width: int, palette: Palette) -> list[Line]:
        review = self._review
        if review is None:
            return []
        hours = decimal(review.minutes_seen / 60, 0)
        facts = [
            (_("ratings"), str(review.n_ratings)),
            (_("films seen"), f"{review.n_viewings}  ({_('{n} again', n=review.n_rewatches)})"),
            (_("hours"), hours if review.minutes_seen else "-"),
            (_("mean score"), "-" if review.mean_score is None else display.computed(review.mean_score)),
            (_("busiest month"), review.busiest_month or "-"),
        ]
        lines = [_heading(str(review.year), palette)]
        lines += fact_lines(facts, width, palette)
        if review.months:
            lines += [Line(), *_month_lines(review.months, palette)]
        if review.best:
            lines += [Line(), _heading(_("The best of it"), palette)]
            lines += [
                Line(
                    [
                        (right(display.given(score), max(4, display.width())), palette.score(score)),
                        ("  " + title_of(movie), palette.text),
                    ],
                    movie,
                )
                for movie, score in zip(review.best, review.best_scores, strict=True)
            ]
        lines += [Line(), Line([(" " + _("o: the year before"), palette.dim)])]
        return lines


def _heading(words: str, palette: Palette) -> Line:
    return Line([(" " + words, palette.title)])


def _ranked_lines(groups: Sequence[RankedGroup], width: int, palette: Palette) -> list[Line]:
    cells = max(8, min(_BAR_CELLS, width - _NAME - 34))
    lines = []
    for group in groups:
        known = group.mean_percentile
        height = group.mean_score if known is None else known
        lines.append(
            Line(
                [
                    (" " + left(group.name, _NAME), palette.text),
                    (left(bar(height, 100, cells), cells), palette.score(height)),
                    (right("-" if known is None else decimal(known, 0), 5), palette.text),
                    (right(_("mean {score}", score=display.computed(group.mean_score, 0)), 12), palette.dim),
                    (right(plural("{n} film", "{n} films", group.n), 11), palette.dim),
                ]
            )
        )
    return lines


def _accuracy_words(accuracy: Accuracy) -> str:
    assert accuracy.mean_absolute_error is not None
    assert accuracy.within_5 is not None
    assert accuracy.within_10 is not None
    return _(
        "off by {error} on average, {within_5}% within 5, {within_10}% within 10",
        error=decimal(accuracy.mean_absolute_error, 2),
        within_5=decimal(100 * accuracy.within_5, 0),
        within_10=decimal(100 * accuracy.within_10, 0),
    )


def _month_lines(months: Sequence[PeriodCount], palette: Palette) -> list[Line]:
    """Return the twelve months as columns over their numbers, however few of them hold anything."""
    counts = [0] * 12
    for month in months:
        counts[int(month.period[-2:]) - 1] += month.n_ratings + month.n_viewings
    chart = columns_chart(counts, _MONTH_LINES)
    lines = [
        Line(
            [
                (" " + left(_("by month") if not n else "", LABEL), palette.dim),
                ("".join(cell * 2 + " " for cell in row), palette.bar),
            ]
        )
        for n, row in enumerate(chart)
    ]
    numbers = "".join(f"{number:02} " for number in range(1, 13))
    return [*lines, Line([(" " * (LABEL + 1) + numbers, palette.dim)])]
