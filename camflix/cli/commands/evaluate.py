"""``camflix evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import now_serves
from camflix.errors import InvalidInputError
from camflix.i18n import _
from camflix.results import EngineEvaluation

if TYPE_CHECKING:
    from camflix.recommender.registry import Preset

app = new_app()
_SHARE = 0.2


@app.command(cls=TranslatedCommand)
def evaluate(
    train: Annotated[
        Path | None,
        typer.Option(metavar=_("FILE"), readable=False, help=_("Ratings to learn from: user, item, rating a line.")),
    ] = None,
    test: Annotated[Path | None, typer.Option(metavar=_("FILE"), readable=False, help=_("Ratings to predict."))] = None,
    films: Annotated[
        Path | None, typer.Option(metavar=_("FILE"), readable=False, help=_("movies.csv or u.item: genres and years."))
    ] = None,
    holdout: Annotated[
        float | None,
        typer.Option(
            metavar=_("SHARE"),
            help=_("Hold out this share of the database instead (0.2); the best then serves."),
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar=_("NUMBER"), min=0, help=_("Which ratings are held out."))] = 7,
    engine: Annotated[str, typer.Option(metavar=_("NAME"), help=_("The engine; “all” for all."))] = "all",
    preset: Annotated[
        str, typer.Option(metavar=_("PRESET"), help=_("How thoroughly engines learn: fast, or full."))
    ] = "full",
    use_json: JsonOption = False,
) -> None:
    """Measure engines on ratings they have not seen."""
    from camflix.recommender.registry import ENGINES, model_class  # noqa: PLC0415 - a small part of the engine

    if engine != "all":
        model_class(engine)
    how = _checked(preset)
    engines = list(ENGINES) if engine == "all" else [engine]
    # Files when they are given, the database otherwise.
    serves = None
    results = _on_files(train, test, films, engines, seed, holdout, how)
    if not results:
        results, serves = _on_database(holdout, seed, engines, how)
    if use_json:
        print_json(results[0] if engine != "all" else results)
        if serves is not None:
            print_words(now_serves(serves), err=True)
        return
    from camflix.cli.advice_views import show_evaluations  # noqa: PLC0415 - rich

    show_evaluations(results, serves)


def _checked(preset: str) -> Preset:
    if preset == "fast":
        return "fast"
    if preset == "full":
        return "full"
    raise InvalidInputError("preset: there is no “{value}”; it is fast or full.", field="preset", value=preset)


def _on_files(
    train: Path | None,
    test: Path | None,
    films: Path | None,
    engines: list[str],
    seed: int,
    holdout: float | None,
    preset: Preset,
) -> list[EngineEvaluation]:
    """Return the evaluation on files, nothing when none are given."""
    if train is None and test is None and films is None:
        return []
    if train is None or test is None:
        raise InvalidInputError("Give both files: --train and --test.", field="train" if train is None else "test")
    if holdout is not None:
        raise InvalidInputError(
            "holdout: files are compared as they are.", hint="Leave out --holdout, or the files.", field="holdout"
        )
    from camflix.services.evaluation import evaluate_files  # noqa: PLC0415 - numpy

    return evaluate_files(train, test, films, engines, seed, preset)


def _on_database(
    holdout: float | None, seed: int, engines: list[str], preset: Preset
) -> tuple[list[EngineEvaluation], str | None]:
    """Return the evaluation on the database, and the engine that serves from now on for having done best."""
    share = _SHARE if holdout is None else holdout
    with open_camflix() as camflix:
        with camflix.transaction(writes=False) as services:
            found = services.evaluation.holdout(share, seed, engines, preset)
        with camflix.transaction(writes=True) as services:
            serves = services.evaluation.choose_best(found, share, preset)
        if serves is not None:
            camflix.refresh_engine(wait=True)
    return found, serves
