"""Similar films, films for a group, why a film is on the list, engines compared: as the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from camflix.cli.output import console
from camflix.cli.views import NARROW, print_paragraph, print_title, range_words, score_text, table
from camflix.cli.words import REASONS, now_serves, title_of
from camflix.i18n import _, decimal, plural
from camflix.scores import MAX_SCORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import EngineEvaluation, GroupPicks, OrderReceipt, Pick, Prediction, SimilarMovies

_BAR_CELLS = 40
_MOST_LINES = 12


def show_similar(found: SimilarMovies) -> None:
    """Print the films most like one."""
    print_title(_("Like {film}", film=title_of(found.movie)))
    if not found.similar:
        print_paragraph(_("Too few people rated it to tell."))
        return
    rows = table(
        ("", "right"), (_("film"), "left"), (_("alike"), "right"), (_("your score"), "right"), (_("predicted"), "right")
    )
    for rank, each in enumerate(found.similar, 1):
        own = Text("") if each.own_score is None else score_text(each.own_score)
        cells = (decimal(each.similarity, 2), own, _score(each.prediction))
        rows.add_row(str(rank), title_of(each.movie), *cells)
    console().print(rows)


def show_together(found: GroupPicks) -> None:
    """Print films for a group, each member's prediction in a column."""
    print_title(_("For {members}", members=", ".join(found.members)))
    if not found.picks:
        print_paragraph(_("Nothing that nobody of you has seen; try --rewatch."))
        return
    rows = table(
        ("", "right"), (_("film"), "left"), (_("group"), "right"), *((name, "right") for name in found.members)
    )
    for rank, pick in enumerate(found.picks, 1):
        group = Text("-") if pick.group_score is None else score_text(pick.group_score, 1)
        rows.add_row(str(rank), title_of(pick.movie), group, *map(_score, pick.predictions))
    console().print(rows)
    rule = _("by the member who likes it least") if found.rule == "least_misery" else _("by the mean of all")
    print_paragraph(_("ordered {rule}; engine: {engine}", rule=rule, engine=found.engine), style="dim")
    if found.unpredicted:
        words = _(
            "Too few ratings to predict anything for {members}: the order is that of the others.",
            members=", ".join(found.unpredicted),
        )
        print_paragraph(words)


def show_pick(found: Pick) -> None:
    """Print the film that was drawn."""
    print_title(title_of(found.movie))
    if found.prediction.reason is None:
        print_paragraph(_("predicted: {score}", score=_score(found.prediction).plain))
    else:
        print_paragraph(_("no prediction: {reason}", reason=_(REASONS[found.prediction.reason])))
    words = plural(
        "drawn from {n} film; the same again: --seed {seed}",
        "drawn from {n} films; the same again: --seed {seed}",
        found.n_films,
        seed=found.seed,
    )
    print_paragraph(words, style="dim")


def show_order_receipt(receipt: OrderReceipt) -> None:
    """Print why a film stands where it does on the list."""
    print_title(_("{film}, on the list of {user}", film=title_of(receipt.movie), user=receipt.username))
    rows = table((_("what you rated"), "left"), (_("score"), "right"), (_("points"), "right"))
    for line in receipt.lines[:_MOST_LINES]:
        title = title_of(line.movie) if line.movie else ""
        rows.add_row(title, "-" if line.score is None else str(line.score), decimal(line.amount, 3, signed=True))
    others = receipt.lines[_MOST_LINES:]
    if others:
        words = plural("the {n} other film together", "the {n} other films together", len(others))
        rest = sum(round(line.amount * 1000) for line in others) / 1000
        rows.add_row(words, "", decimal(rest, 3, signed=True))
    rows.add_row(Text(_("order score"), style="bold"), "", Text(decimal(receipt.order_score, 3), style="bold"))
    console().print(rows)
    print_paragraph(
        _("0 is a film like those you never turn to, 100 one like those you give 80; it is no predicted score"),
        style="dim",
    )


def show_evaluations(results: Sequence[EngineEvaluation], serves: str | None) -> None:
    """Print engines side by side, a row a figure, then as a plot.

    Args:
        results: of each engine.
        serves: the engine that serves from now on because it did best; None: nothing was chosen.
    """
    columns = [(result.engine, "right") for result in results]
    rows = table((_("figure"), "left"), *columns)
    scale = results[0].scale
    figures = (
        (_("RMSE (scale of {scale})", scale=scale), "rmse", 4),
        (_("MAE (scale of {scale})", scale=scale), "mae", 4),
        ("RMSE (0-100)", "rmse_100", 2),
        ("MAE (0-100)", "mae_100", 2),
        (_("share within 5"), "within_5", 3),
        (_("share within 10"), "within_10", 3),
        (_("coverage"), "coverage", 3),
        (_("inside the 80% range"), "interval_80", 3),
        (_("precision@10"), "precision_10", 4),
        (_("recall@10"), "recall_10", 4),
        ("nDCG@10", "ndcg_10", 4),
        (_("fit, seconds"), "fit_seconds", 2),
        (_("predict, seconds"), "predict_seconds", 2),
        (_("peak memory, MB"), "peak_mb", 0),
    )
    # On our own scale the first two say what the next two say.
    for words, name, digits in figures[2:] if scale == MAX_SCORE else figures:
        rows.add_row(words, *(decimal(getattr(result, name), digits) for result in results))
    out = console()
    first = results[0]
    print_title(_("{train} ratings learnt from, {test} predicted", train=first.n_train, test=first.n_test))
    out.print(rows)
    _show_remarks(first)
    if len(results) > 1:
        _plot(results)
    if serves is not None:
        print_paragraph(now_serves(serves))


def _show_remarks(first: EngineEvaluation) -> None:
    """Print what is to be known of the ratings that all engines were measured on."""
    if first.n_repeated:
        print_paragraph(
            plural(
                "{n} row gave way to a newer one of the same user and film.",
                "{n} rows gave way to a newer one of the same user and film.",
                first.n_repeated,
            )
        )
    if first.n_learnt:
        words = plural(
            "{n} rating that was predicted had been learnt from too: the figures look better than they are.",
            "{n} ratings that were predicted had been learnt from too: the figures look better than they are.",
            first.n_learnt,
        )
        print_paragraph(words, style="bold")
    if first.n_described is not None:
        known, all_ = first.n_described, first.n_movies
        print_paragraph(_("Genres and years are known of {known} of {all} films.", known=known, all=all_))


def _plot(results: Sequence[EngineEvaluation]) -> None:
    """Print how far off each engine is, as bars from 0."""
    out = console()
    out.print()
    out.print(Text(_("how far off, in points of 100"), style="bold"))
    longest = max(result.rmse_100 for result in results) or 1.0  # all may be right to the point
    width = max(len(result.engine) for result in results)
    for result in results:
        for name, value, style in (("RMSE", result.rmse_100, "cyan"), ("MAE", result.mae_100, "green")):
            label = result.engine if name == "RMSE" else ""
            bar = "█" * max(1, round(_BAR_CELLS * value / longest))
            out.print(Text(f"{label:<{width}}  {name:<4} ") + Text(bar, style=style) + f" {decimal(value, 2)}")


def _score(prediction: Prediction) -> Text:
    if prediction.predicted_score is None:
        return Text("-")
    between = "\n" if console().width < NARROW else "  "
    return score_text(prediction.predicted_score, 1) + Text(between + range_words(prediction), style="dim")
