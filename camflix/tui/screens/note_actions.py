"""Notes on films from anywhere: on one line, or in the user's own editor. A note that was not saved is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from camflix import i18n
from camflix.errors import CamFlixError
from camflix.i18n import _
from camflix.tui.calls import Parting
from camflix.tui.notices import note_words, spoiler_words
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.prompt import Question
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.results import MovieDetails, MovieSummary
    from camflix.tui.app import CamFlixApp
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.prompt import Prompt


class _Draft(NamedTuple):
    """A note being written: on which film, and what was there before."""

    film: MovieSummary
    version: int | None
    has_spoiler: bool


def _most_letters() -> int:
    from camflix.operations.inputs import MAX_NOTE_LENGTH  # noqa: PLC0415 - loads msgspec: not before the first paint

    return MAX_NOTE_LENGTH


def _count(text: str, palette: Palette) -> Pieces:
    """Return how many letters a note has, of how many."""
    n_letters, most = len(text.strip()), _most_letters()
    return [(f"{n_letters}/{most}", palette.dim if n_letters <= most else palette.bad)]


class NoteActions:
    """The actions on one's note on a film."""

    prompt: Prompt
    camflix: CamFlixApp

    def _the_film(self) -> MovieSummary:
        raise NotImplementedError

    def action_film_note(self) -> None:
        """Ask for a note, beginning with the one there is."""
        self._begin_note(self._ask_note)

    def action_film_editor(self) -> None:
        """Write a note in the user's editor, beginning with the one there is."""
        self._begin_note(self._write_in_editor)

    def _begin_note(self, begin: Callable[[_Draft, str], None]) -> None:
        film = self._the_film()

        def known(details: MovieDetails) -> None:
            if self.camflix.page is not self or self.prompt.is_open:
                return
            draft = _Draft(details.movie, details.note_version, details.note_has_spoiler)
            begin(draft, self.camflix.unsaved_notes.get(film.id, details.note or ""))

        self.camflix.ask(lambda asks: asks.movie(film.id), known, group="note")

    def _ask_note(self, draft: _Draft, text: str) -> None:
        question = Question(
            "note",
            _("Note on {film}:", film=title_of(draft.film)),
            remark=_count,
            at_once=lambda typed: self._finish(draft, typed.strip()),
            has_lines=True,
            in_editor=lambda typed: self._write_in_editor(draft, typed),
        )
        self.prompt.ask(question, text)

    def _write_in_editor(self, draft: _Draft, text: str) -> None:
        """Have a text edited; it comes back to the line, where Enter saves it."""
        notice = None
        try:
            text = self.camflix.open_editor(text)
        except CamFlixError as error:
            notice = Notice(i18n.say_plainly(error), is_error=True)
        else:
            if len(text) > _most_letters():
                notice = self._too_long(text)
        self._ask_note(draft, text)
        if notice is not None:
            self.camflix.say(notice)

    @staticmethod
    def _too_long(text: str) -> Notice:
        words = _(
            "{n} letters, and a note has at most {most}: shorten it here or in the editor; nothing is saved yet.",
            n=len(text),
            most=_most_letters(),
        )
        return Notice(words, is_error=True)

    def _finish(self, draft: _Draft, text: str) -> None:
        """Save what was typed; what cannot be saved stays on the line, or is kept for the next time."""
        film, version, has_spoiler = draft
        if len(text) > _most_letters():
            self._ask_note(draft, text)
            self.camflix.say(self._too_long(text))
            return

        def saved(_note: object) -> None:
            if self.camflix.unsaved_notes.get(film.id) == text:
                del self.camflix.unsaved_notes[film.id]
            self.camflix.say(Notice(note_words(film, text)))

        def failed(error: CamFlixError) -> None:
            if error.code == "queued":
                self.camflix.unsaved_notes.pop(film.id, None)
                self.camflix.report(error)
                return
            kept = _("What you wrote is kept: begin the note on {film} again.", film=title_of(film))
            self.camflix.say(Notice(i18n.say_plainly(error) + " " + kept, is_error=True))

        if text:
            self.camflix.unsaved_notes[film.id] = text
            lost = _("Your note on {film} was not saved: {text}", film=title_of(film), text=text)
            self.camflix.tell(
                lambda asks: asks.save_note(film.id, text, version, has_spoiler=has_spoiler),
                saved,
                failed=failed,
                parting=Parting(lost),
            )
        else:
            self.camflix.unsaved_notes.pop(film.id, None)
            if version is not None:
                self.camflix.tell(lambda asks: asks.delete_note(film.id), saved)

    def action_film_spoiler(self) -> None:
        """Mark one's note as telling the end, or take the mark away."""
        film = self._the_film()

        def turn(details: MovieDetails) -> None:
            text, version, has_spoiler = details.note, details.note_version, not details.note_has_spoiler
            if not text:
                self.camflix.say(Notice(_("There is no note on {film} yet: e writes one", film=title_of(film))))
                return
            self.camflix.tell(
                lambda asks: asks.save_note(film.id, text, version, has_spoiler=has_spoiler),
                lambda _note: self.camflix.say(Notice(spoiler_words(film, has_spoiler=has_spoiler))),
            )

        self.camflix.ask(lambda asks: asks.movie(film.id), turn, group="note")
