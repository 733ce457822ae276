"""Tables as the terminal shows them. Meaning never hangs on colour alone."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from camflix import display
from camflix.cli.output import console, wrapped
from camflix.cli.words import rank_sentence, title_of
from camflix.i18n import N_, _, decimal, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import (
        Accuracy,
        MoviePage,
        Prediction,
        Profile,
        RatedMovie,
        RatingPage,
        ReasonCode,
        Recommendations,
        TwinList,
        UserSummary,
    )

_GAUGE_CELLS, _SHORT_GAUGE_CELLS = 20, 10
_BAR_CELLS = 30
_LEAST_TITLE, _GAP = 10, 2
_WIDE, NARROW = 100, 60
_STYLES = ((80, "bold green"), (60, "green"), (40, "yellow"), (0, "red"))

_LIST_REASONS: dict[ReasonCode, str] = {
    "too_few_ratings": N_("too few ratings of yours yet"),
    "no_neighbours": N_("nobody of like taste found yet"),
    "film_unrated": N_("nobody rated these films yet"),
}


def table(*columns: tuple[str, str]) -> Table:
    """Return an empty table with columns given as name and side (left, right)."""
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", show_edge=False)
    # Where there is little room, it is taken from titles and names, which break between words.
    least = [max(map(len, name.split()), default=0) if justify == "right" else 0 for name, justify in columns]
    width = console().width
    has_room = sum(least) + _GAP * len(least) + _LEAST_TITLE <= width
    for (name, justify), cells in zip(columns, least, strict=True):
        is_number = justify == "right"
        header = "\n".join(textwrap.wrap(name, cells)) if is_number and name and width < NARROW else name
        made.add_column(
            header, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number and has_room
        )
    return made


def print_rows(rows: Table, otherwise: str) -> None:
    """Print a table; where it has no row, a sentence in its place that says what fills it."""
    if rows.row_count:
        console().print(rows)
    else:
        print_paragraph(otherwise)


def print_title(text: str) -> None:
    """Print the heading of a page."""
    out = console()
    out.print()
    out.print(Text(text, style="bold"))
    out.print()


def print_paragraph(text: str, style: str = "") -> None:
    """Print sentences, broken between words; Rich itself would break at the no-break spaces of French too."""
    out = console()
    out.print(Text(wrapped(text, out.width), style=style))


def score_text(score: float, digits: int = 0) -> Text:
    """Return a score in the colour of its height."""
    style = next(style for floor, style in _STYLES if score >= floor)
    text = display.computed(score, digits) if digits else display.given(round(score))
    return Text(text, style=style)


def gauge(low: float, value: float, high: float, n_cells: int = _GAUGE_CELLS) -> Text:
    """Return 0 to 100 as a rule of so many cells: the range drawn heavy, the value marked."""
    cells = []
    for cell in range(n_cells):
        start, end = cell * 100 / n_cells, (cell + 1) * 100 / n_cells
        is_last = cell == n_cells - 1
        if start <= value < end or (is_last and value >= end):
            cells.append("●")
        else:
            cells.append("━" if end > low and start < high else "·")
    return Text("".join(cells), style="cyan")


def range_words(prediction: Prediction) -> str:
    """Return the range that holds 80 % of scores."""
    if prediction.low is None or prediction.high is None:
        return ""
    return display.range_words(prediction.low, prediction.high)


def show_recommendations(found: Recommendations) -> None:
    """Print a list of recommendations."""
    if not found.personal:
        _show_popular(found)
        return
    if not found.recommendations:
        print_paragraph(_("No film fits; ask for less with the filter."))
        return
    out = console()
    n_cells = _GAUGE_CELLS if out.width >= _WIDE else _SHORT_GAUGE_CELLS
    words = plural(
        "For {user}, from {n} rating ({engine})",
        "For {user}, from {n} ratings ({engine})",
        found.n_ratings,
        user=found.username,
        engine=found.engine,
    )
    print_title(words)
    is_narrow = out.width < NARROW
    scale, opinions = ("0" + str(display.highest()).rjust(n_cells - 1), "left"), (_("opinions"), "right")
    rows = table(
        ("", "right"),
        (_("film"), "left"),
        (_("predicted"), "right"),
        *[scale] * (not is_narrow),
        (_("80%"), "right"),
        *[opinions] * (not is_narrow),
    )
    for rank, each in enumerate(found.recommendations, 1):
        p = each.prediction
        assert p.predicted_score is not None
        assert p.low is not None
        assert p.high is not None
        rows.add_row(
            str(rank),
            title_of(each.movie),
            score_text(p.predicted_score, 1),
            *[gauge(p.low, p.predicted_score, p.high, n_cells)] * (not is_narrow),
            range_words(p),
            *[str(p.n_evidence)] * (not is_narrow),
        )
    out.print(rows)
    words = (
        _("80% is the range that holds four scores out of five")
        if is_narrow
        else _("● predicted score   ━ 80% range: holds four scores out of five")
    )
    print_paragraph(words, style="dim")


def _show_popular(found: Recommendations) -> None:
    assert found.reason is not None
    if not found.recommendations:
        print_paragraph(_("Nothing is left to recommend: every film that fits is rated, seen or hidden."))
        return
    print_title(_("Popular, not personal yet: {reason}.", reason=_(_LIST_REASONS[found.reason])))
    rows = table(("", "right"), (_("film"), "left"), (_("ratings"), "right"))
    for rank, each in enumerate(found.recommendations, 1):
        rows.add_row(str(rank), title_of(each.movie), str(each.movie.n_ratings))
    console().print(rows)
    print_paragraph(_('Rate some films: camflix rate "Alien (1979)" 95'))


def show_twins(found: TwinList) -> None:
    """Print the users of like taste."""
    out = console()
    words = plural(
        "Twins of {user}, from {n} rating", "Twins of {user}, from {n} ratings", found.n_ratings, user=found.username
    )
    print_title(words)
    if not found.twins:
        print_paragraph(_("Nobody yet: rate more films that others rated too, and not all alike."))
        return
    rows = table(
        ("", "right"),
        (_("user"), "left"),
        (_("similarity"), "right"),
        (_("taste distance"), "right"),
        (_("films in common"), "right"),
    )
    for twin in found.twins:
        rows.add_row(
            str(twin.rank),
            twin.username or _("anonymous"),
            decimal(twin.similarity, 3),
            "-" if twin.taste_distance is None else decimal(twin.taste_distance, 1),
            str(twin.n_common),
        )
    out.print(rows)
    print_paragraph(_("Taste distance: 0 is the same taste, about 33 chance, about 50 the opposite."), style="dim")


def show_ratings(page: RatingPage) -> None:
    """Print a user's ratings."""
    out = console()
    print_title(plural("{n} rating of {user}", "{n} ratings of {user}", page.n_ratings, user=page.username))
    if not page.ratings:
        print_paragraph(_('Rate some films: camflix rate "Alien (1979)" 95'))
        return
    out.print(_rated_table(page.ratings))
    if page.n_different_missing:
        print_paragraph(rank_sentence(None, None, page.n_different_missing))


def _rated_table(ratings: Sequence[RatedMovie]) -> Table:
    rows = table((_("film"), "left"), (_("score"), "right"), (_("percentile"), "right"), (_("tier"), "right"))
    for rated in ratings:
        rows.add_row(
            title_of(rated.movie),
            score_text(rated.score),
            "-" if rated.percentile is None else str(rated.percentile),
            "-" if rated.tier is None else str(rated.tier),
        )
    return rows


def show_movies(page: MoviePage) -> None:
    """Print films, each with one's own score of it and the predicted one where there are such."""
    out = console()
    marks = page.marks or (None,) * len(page.movies)
    # What has no room, or nothing in it, is left out.
    shows_original = out.width >= _WIDE
    shows_score = any(mark is not None and mark.score is not None for mark in marks)
    shows_predicted = any(mark is not None and mark.predicted_score is not None for mark in marks)
    columns = [(_("id"), "right"), (_("film"), "left")]
    columns += [(_("original title"), "left")] * shows_original
    columns += [(_("your score"), "right")] * shows_score + [(_("predicted"), "right")] * shows_predicted
    rows = table(*columns, (_("ratings"), "right"))
    for movie, mark in zip(page.movies, marks, strict=True):
        original = movie.title_original or movie.title_en
        cells: list[str | Text] = [str(movie.id), title_of(movie)]
        cells += [original if original != movie.title else ""] * shows_original
        if shows_score:
            cells.append("" if mark is None or mark.score is None else score_text(mark.score))
        if shows_predicted:
            predicted = None if mark is None else mark.predicted_score
            cells.append("" if predicted is None else score_text(predicted, 1))
        rows.add_row(*cells, str(movie.n_ratings))
    out.print(rows)


def show_profile(profile: Profile) -> None:
    """Print a profile."""
    out = console()
    print_title(profile.username)
    n, n_different = profile.n_ratings, profile.n_different_scores
    ratings = plural("{n} rating", "{n} ratings", n)
    different = plural("{n} different score", "{n} different scores", n_different)
    out.print(f"{ratings}, {different}")
    if profile.mean_score is not None and profile.median_score is not None:
        mean, median = display.computed(profile.mean_score), display.computed(profile.median_score)
        out.print(_("mean {mean}, median {median}", mean=mean, median=median))
    for words, accuracy in (
        (_("all predictions"), profile.accuracy_all),
        (_("the last 50"), profile.accuracy_last_50),
    ):
        if accuracy.n:
            print_paragraph(_accuracy_words(words, accuracy))
    if profile.tiers:
        out.print()
        out.print(_tier_table(profile.tiers))
    for words, films in ((_("Best"), profile.top), (_("Worst"), profile.bottom)):
        if films:
            print_title(words)
            out.print(_rated_table(films))


def _tier_table(tiers: Sequence[int]) -> Table:
    rows = table((_("tier"), "right"), (_("ratings"), "right"), ("", "left"))
    highest = max(tiers)
    n_cells = min(_BAR_CELLS, console().width - sum(len(str(column.header)) + _GAP for column in rows.columns))
    for tier, n in reversed(list(enumerate(tiers, 1))):
        rows.add_row(str(tier), str(n), Text("█" * round(n_cells * n / highest), style="cyan"))
    return rows


def _accuracy_words(words: str, accuracy: Accuracy) -> str:
    assert accuracy.mean_absolute_error is not None
    assert accuracy.within_5 is not None
    assert accuracy.within_10 is not None
    return _(
        "{which} ({n}): off by {error} on average, {within_5}% within 5, {within_10}% within 10",
        which=words,
        n=accuracy.n,
        error=decimal(accuracy.mean_absolute_error, 2),
        within_5=decimal(100 * accuracy.within_5, 0),
        within_10=decimal(100 * accuracy.within_10, 0),
    )


def show_users(users: Sequence[UserSummary]) -> None:
    """Print users for an administrator."""
    rows = table((_("user"), "left"), (_("source"), "left"), (_("ratings"), "right"), (_("active"), "left"))
    for user in users:
        rows.add_row(user.username, user.source, str(user.n_ratings), _("yes") if user.is_active else _("no"))
    console().print(rows)
