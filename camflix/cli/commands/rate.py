"""``camflix rate FILM SCORE``."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from camflix import display, scores
from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import film_argument, rank_sentence, title_of
from camflix.errors import ServerAwayError
from camflix.i18n import _
from camflix.results import SavedRating

app = new_app()

_OWN_ID = re.compile(r"id:([0-9]{1,9})")


# "-1" must arrive as a score that is refused, not as an option that does not exist.
@app.command(cls=TranslatedCommand, context_settings={"ignore_unknown_options": True})
def rate(
    film: Annotated[str, film_argument()],
    score: Annotated[str, typer.Argument(metavar=_("SCORE"), help=_("A whole number from 0 to 100."))],
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Save a rating and say where it stands among one's own."""
    wanted = scores.parse_score(score)
    from camflix.operations import rate as operation  # noqa: PLC0415 - after the score is known to be one
    from camflix.operations import resolve_movie  # noqa: PLC0415
    from camflix.operations.inputs import RateMovie, ResolveMovie  # noqa: PLC0415

    with open_client(user) as client:
        try:
            movie_id = client.call(resolve_movie, ResolveMovie(film)).id
        except ServerAwayError:
            own_id = _OWN_ID.fullmatch(film)
            if own_id is None:
                raise
            movie_id = int(own_id[1])  # the server need not say what this names: the score can be kept for it
        saved = client.call(operation, RateMovie(movie_id, wanted))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(saved)
    else:
        print_words(_sentences(saved))


def _sentences(saved: SavedRating) -> str:
    film, score = title_of(saved.movie), display.given(saved.score)
    if saved.previous_score is None:
        lines = [_("{film}: {score}", film=film, score=score)]
    elif saved.previous_score == saved.score:
        lines = [_("{film}: {score}, as before", film=film, score=score)]
    else:
        lines = [
            _("{film}: {score} (was {previous})", film=film, score=score, previous=display.given(saved.previous_score))
        ]
    lines.append("  " + rank_sentence(saved.percentile, saved.tier, saved.n_different_missing))
    if saved.predicted_score is not None and saved.gap is not None:
        predicted, gap = display.computed(saved.predicted_score), display.difference(saved.gap)
        lines.append("  " + _("predicted: {predicted}, gap: {gap}", predicted=predicted, gap=gap))
    return "\n".join(lines)
