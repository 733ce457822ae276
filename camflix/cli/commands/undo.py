"""``camflix undo``."""

from __future__ import annotations

from camflix import display
from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import title_of
from camflix.i18n import _, plural
from camflix.operations import undo as operation
from camflix.operations.inputs import Nothing
from camflix.results import Undone
from camflix.undone import put_back_words

app = new_app()


@app.command(cls=TranslatedCommand)
def undo(user: UserOption = None, use_json: JsonOption = False) -> None:
    """Take back what you wrote last, a whole import included."""
    with open_client(user) as client:
        undone = client.call(operation, Nothing())
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(undone)
    else:
        print_words(_sentence(undone))


def _sentence(undone: Undone) -> str:
    if undone.is_there is not None:
        return _("Taken back: {what}", what=put_back_words(undone))
    if undone.movie is not None:
        film = title_of(undone.movie)
        if undone.score is None:
            return _("{film}: last change taken back, not rated any more", film=film)
        return _("{film}: last change taken back, {score} again", film=film, score=display.given(undone.score))
    if undone.kind == "rescale":
        return plural(
            "Change of scale taken back: {n} rating", "Change of scale taken back: {n} ratings", undone.n_ratings
        )
    sentence = plural("Import taken back: {n} rating", "Import taken back: {n} ratings", undone.n_ratings)
    if undone.n_kept:
        kept = plural("{n} kept, changed since", "{n} kept, changed since", undone.n_kept)
        return f"{sentence} ({kept})"
    return sentence
