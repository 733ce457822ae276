"""Tables and receipts as the terminal shows them. Meaning never hangs on colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from camflix.cli.output import console
from camflix.cli.words import REASONS, rank_sentence, title_of
from camflix.i18n import _, decimal, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import (
        Accuracy,
        EngineEvaluation,
        MoviePage,
        Prediction,
        Profile,
        RatedMovie,
        RatingPage,
        Receipt,
        ReceiptLine,
        Recommendations,
        TwinList,
        UserSummary,
    )

_GAUGE = 20
_ANONYMOUS = "···"
_N_LINES = 12
_STYLES = ((80, "bold green"), (60, "green"), (40, "yellow"), (0, "red"))


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for name, justify in columns:
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def _title(text: str) -> None:
    out = console()
    out.print()
    out.print(Text(text, style="bold"))
    out.print()


def _score_text(score: float, digits: int = 0) -> Text:
    style = next(style for floor, style in _STYLES if score >= floor)
    return Text(decimal(score, digits), style=style)


def gauge(low: float, value: float, high: float) -> Text:
    """Return 0 to 100 as a rule of twenty cells: the range drawn heavy, the value marked."""
    cells = []
    for cell in range(_GAUGE):
        start, end = cell * 100 / _GAUGE, (cell + 1) * 100 / _GAUGE
        is_last = cell == _GAUGE - 1
        if start <= value < end or (is_last and value >= end):
            cells.append("●")
        else:
            cells.append("━" if end > low and start < high else "·")
    return Text("".join(cells), style="cyan")


def _range(prediction: Prediction) -> str:
    if prediction.low is None or prediction.high is None:
        return ""
    return f"{prediction.low:.0f}-{prediction.high:.0f}"


def show_recommendations(found: Recommendations) -> None:
    """Print a list of recommendations."""
    out = console()
    if not found.personal:
        assert found.reason is not None
        _title(_("Popular, not personal yet: {reason}.", reason=_(REASONS[found.reason])))
        table = _table(("", "right"), (_("film"), "left"), (_("ratings"), "right"))
        for rank, each in enumerate(found.recommendations, 1):
            table.add_row(str(rank), title_of(each.movie), str(each.movie.n_ratings))
        out.print(table)
        out.print(_('Rate some films: camflix rate "Alien (1979)" 95'))
        return
    _title(_("For {user}, from {n} ratings ({engine})", user=found.username, n=found.n_ratings, engine=found.engine))
    table = _table(
        ("", "right"),
        (_("film"), "left"),
        (_("predicted"), "right"),
        ("0" + " " * (_GAUGE - 4) + "100", "left"),
        (_("80 % range"), "left"),
        (_("opinions"), "right"),
    )
    for rank, each in enumerate(found.recommendations, 1):
        p = each.prediction
        assert p.predicted_score is not None
        assert p.low is not None
        assert p.high is not None
        table.add_row(
            str(rank),
            title_of(each.movie),
            _score_text(p.predicted_score, 1),
            gauge(p.low, p.predicted_score, p.high),
            _range(p),
            str(p.n_evidence),
        )
    out.print(table)


def show_twins(found: TwinList) -> None:
    """Print the users of like taste."""
    out = console()
    _title(_("Twins of {user}, from {n} ratings", user=found.username, n=found.n_ratings))
    if not found.twins:
        out.print(_("Nobody yet: rate more films that others rated too."))
        return
    table = _table(
        ("", "right"),
        (_("user"), "left"),
        (_("similarity"), "right"),
        (_("taste distance"), "right"),
        (_("films in common"), "right"),
    )
    for twin in found.twins:
        table.add_row(
            str(twin.rank),
            twin.username or _ANONYMOUS,
            decimal(twin.similarity, 3),
            "-" if twin.taste_distance is None else decimal(twin.taste_distance, 1),
            str(twin.n_common),
        )
    out.print(table)
    out.print(_("Taste distance: 0 is the same taste, 100 the opposite."), style="dim")


def show_receipt(receipt: Receipt) -> None:
    """Print a prediction as the sum it is."""
    out = console()
    p = receipt.prediction
    _title(_("{film}, for {user}", film=title_of(receipt.movie), user=receipt.username))
    if p.predicted_score is None:
        assert p.reason is not None
        out.print(_("No predicted score: {reason}.", reason=_(REASONS[p.reason])))
    else:
        line = Text()
        line.append(_("predicted score") + "  ")
        line.append_text(_score_text(p.predicted_score, 1))
        line.append("   ")
        line.append_text(gauge(p.low or 0, p.predicted_score, p.high or 0))
        line.append("   " + _("80 % range {range}, {n} opinions", range=_range(p), n=p.n_evidence))
        out.print(line)
    if receipt.own_score is not None:
        out.print(_("Your own score is {score}; predicted as if you had not given it.", score=receipt.own_score))
    if receipt.lines:
        out.print()
        out.print(_receipt_table(receipt))
        out.print(_("engine: {engine}; the lines add up to the digit", engine=p.engine), style="dim")


def _receipt_table(receipt: Receipt) -> Table:
    table = _table((_("because"), "left"), (_("points"), "right"))
    table.show_footer = True
    table.columns[0].footer = _("total")
    table.columns[1].footer = decimal(receipt.total, 3)
    table.footer_style = "bold"
    people = [line for line in receipt.lines if line.part == "neighbour"]
    shown = sorted(people, key=lambda line: -abs(line.amount))[:_N_LINES]
    for line in receipt.lines:
        if line.part != "neighbour" or line in shown:
            table.add_row(_line_words(line), decimal(line.amount, 3, signed=line.part != "mean"))
    others = [line for line in people if line not in shown]
    if others:
        # Thousandths as integers: floats would not add up to the digit.
        amount = sum(round(line.amount * 1000) for line in others) / 1000
        words = plural("the {n} other person together", "the {n} other people together", len(others))
        table.add_row(f"  {words}", decimal(amount, 3, signed=True))
    return table


def _line_words(line: ReceiptLine) -> str:
    if line.part == "mean":
        return _("all films, everybody: the mean")
    if line.part == "film":
        return _("this film: how it is rated beside others")
    if line.part == "person":
        return _("you: how you rate beside others")
    if line.part == "clip":
        return _("kept inside the scale")
    if line.movie is not None:
        return _("you gave {film} {score}", film=title_of(line.movie), score=line.score)
    deviation = decimal(line.deviation or 0, 1, signed=True)
    values = {
        "user": line.username or _("an anonymous member"),
        "score": line.score,
        "deviation": deviation,
        "weight": decimal(100 * (line.weight or 0), 1),
        "similarity": decimal(line.similarity or 0, 3),
        "n": line.n_common,
    }
    return "  " + _(
        "{user} gave {score} ({deviation}), weight {weight} %, similarity {similarity}, {n} in common", **values
    )


def show_ratings(page: RatingPage) -> None:
    """Print a user's ratings."""
    out = console()
    _title(plural("{n} rating of {user}", "{n} ratings of {user}", page.n_ratings, user=page.username))
    if not page.ratings:
        out.print(_('Rate some films: camflix rate "Alien (1979)" 95'))
        return
    out.print(_rated_table(page.ratings))
    if page.n_different_missing:
        out.print(rank_sentence(None, None, page.n_different_missing))


def _rated_table(ratings: Sequence[RatedMovie]) -> Table:
    table = _table((_("film"), "left"), (_("score"), "right"), (_("percentile"), "right"), (_("tier"), "right"))
    for rated in ratings:
        table.add_row(
            title_of(rated.movie),
            _score_text(rated.score),
            "-" if rated.percentile is None else str(rated.percentile),
            "-" if rated.tier is None else str(rated.tier),
        )
    return table


def show_movies(page: MoviePage) -> None:
    """Print films."""
    table = _table((_("id"), "right"), (_("film"), "left"), (_("original title"), "left"), (_("ratings"), "right"))
    for movie in page.movies:
        original = movie.title_original or movie.title_en
        other = original if original != movie.title else ""
        table.add_row(str(movie.id), title_of(movie), other, str(movie.n_ratings))
    console().print(table)


def show_profile(profile: Profile) -> None:
    """Print a profile."""
    out = console()
    _title(profile.username)
    n, different = profile.n_ratings, profile.n_different_scores
    out.print(_("{n} ratings, {different} different scores", n=n, different=different))
    if profile.mean_score is not None and profile.median_score is not None:
        mean, median = decimal(profile.mean_score, 1), decimal(profile.median_score, 1)
        out.print(_("mean {mean}, median {median}", mean=mean, median=median))
    for words, accuracy in (
        (_("all predictions"), profile.accuracy_all),
        (_("the last 50"), profile.accuracy_last_50),
    ):
        if accuracy.n:
            out.print(_accuracy_words(words, accuracy))
    if profile.tiers:
        out.print()
        out.print(_tier_table(profile.tiers))
    for words, films in ((_("Best"), profile.top), (_("Worst"), profile.bottom)):
        if films:
            _title(words)
            out.print(_rated_table(films))


def _tier_table(tiers: Sequence[int]) -> Table:
    table = _table((_("tier"), "right"), (_("ratings"), "right"), ("", "left"))
    highest = max(tiers)
    for tier, n in reversed(list(enumerate(tiers, 1))):
        table.add_row(str(tier), str(n), Text("█" * round(30 * n / highest), style="cyan"))
    return table


def _accuracy_words(words: str, accuracy: Accuracy) -> str:
    assert accuracy.mean_absolute_error is not None
    assert accuracy.within_5 is not None
    assert accuracy.within_10 is not None
    return _(
        "{which} ({n}): off by {error} on average, {within_5} % within 5, {within_10} % within 10",
        which=words,
        n=accuracy.n,
        error=decimal(accuracy.mean_absolute_error, 2),
        within_5=decimal(100 * accuracy.within_5, 0),
        within_10=decimal(100 * accuracy.within_10, 0),
    )


def show_users(users: Sequence[UserSummary]) -> None:
    """Print users for an administrator."""
    table = _table((_("user"), "left"), (_("source"), "left"), (_("ratings"), "right"), (_("active"), "left"))
    for user in users:
        table.add_row(user.username, user.source, str(user.n_ratings), _("yes") if user.is_active else _("no"))
    console().print(table)


def show_evaluations(results: Sequence[EngineEvaluation]) -> None:
    """Print engines side by side, a row a figure."""
    columns = [(result.engine, "right") for result in results]
    table = _table((_("figure"), "left"), *columns)
    scale = results[0].scale
    figures = (
        (_("RMSE (scale of {scale})", scale=scale), "rmse", 4),
        (_("MAE (scale of {scale})", scale=scale), "mae", 4),
        ("RMSE (0-100)", "rmse_100", 2),
        ("MAE (0-100)", "mae_100", 2),
        (_("share within 5"), "within_5", 3),
        (_("share within 10"), "within_10", 3),
        (_("coverage"), "coverage", 3),
        (_("inside the 80 % range"), "interval_80", 3),
        (_("precision@10"), "precision_10", 4),
        (_("recall@10"), "recall_10", 4),
        ("nDCG@10", "ndcg_10", 4),
        (_("fit, seconds"), "fit_seconds", 2),
        (_("predict, seconds"), "predict_seconds", 2),
        (_("peak memory, MB"), "peak_mb", 0),
    )
    for words, name, digits in figures:
        table.add_row(words, *(decimal(getattr(result, name), digits) for result in results))
    out = console()
    first = results[0]
    _title(_("{train} ratings learnt from, {test} predicted", train=first.n_train, test=first.n_test))
    out.print(table)
