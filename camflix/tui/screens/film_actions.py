"""What can be done with a film from anywhere: rate it, hide it, put it away, write on it, see why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix import i18n
from camflix.i18n import _, plural
from camflix.tui.notices import (
    added_words,
    hidden_words,
    removed_words,
    seen_words,
    watch_words,
)
from camflix.tui.screens.note_actions import NoteActions
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.prompt import Question
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from camflix.errors import CamFlixError
    from camflix.results import ListChange, MovieListPage, MovieListSummary, MovieSummary
    from camflix.tui.app import CamFlixApp
    from camflix.tui.asks import Asks
    from camflix.tui.widgets.prompt import Prompt

_NEW_LIST = 0


class FilmActions(NoteActions):
    """The actions on the film of a screen; mixed into every screen."""

    prompt: Prompt
    camflix: CamFlixApp
    _asked_film: MovieSummary | None = None

    @property
    def film(self) -> MovieSummary | None:
        """Return the film that keys act on."""
        return None

    @property
    def marks_shown(self) -> tuple[bool, bool]:
        """Return whether that film is shown as being on the watchlist, and as being hidden."""
        return False, False

    def _the_film(self) -> MovieSummary:
        film = self.film
        assert film is not None  # check_action saw to it
        return film

    def _done(self, words: str) -> None:
        self.camflix.say(Notice(words))

    def action_film_unrate(self) -> None:
        """Remove one's rating."""
        movie_id = self._the_film().id
        self.camflix.tell(lambda asks: asks.unrate(movie_id), lambda removed: self._done(removed_words(removed)))

    def action_film_watch(self) -> None:
        """Put the film on the watchlist, or take it off."""
        movie_id, is_shown = self._the_film().id, self.marks_shown[0]
        self.camflix.tell(
            lambda asks: asks.toggle_watch(movie_id, is_shown=is_shown), lambda state: self._done(watch_words(state))
        )

    def action_film_hide(self) -> None:
        """Hide the film from lists, or show it again."""
        movie_id, is_shown = self._the_film().id, self.marks_shown[1]
        self.camflix.tell(
            lambda asks: asks.toggle_hidden(movie_id, is_shown=is_shown), lambda state: self._done(hidden_words(state))
        )

    def action_film_why(self) -> None:
        """Show the receipt."""
        from camflix.tui.screens.receipt import ReceiptScreen  # noqa: PLC0415 - made when first wanted

        self.camflix.push_screen(ReceiptScreen(self._the_film()))

    def action_film_seen(self) -> None:
        """Ask on which day the film was seen."""
        self._ask_day(self._the_film(), self.camflix.now().astimezone().date().isoformat())

    def _ask_day(self, film: MovieSummary, text: str) -> None:
        self._asked_film = film
        self.prompt.ask(Question("seen", _("Seen on (empty: a day forgotten):")), text)

    def action_film_list(self) -> None:
        """Ask into which list to put the film."""
        film = self._the_film()
        self.camflix.ask(lambda asks: asks.lists(), lambda page: self._choose_list(film, page), group="lists")

    def _choose_list(self, film: MovieSummary, page: MovieListPage) -> None:
        from camflix.tui.modals.choose import Choice, Choose  # noqa: PLC0415 - made when first wanted

        def put(list_id: int) -> None:
            if list_id == _NEW_LIST:
                self._asked_film = film
                self.prompt.ask(Question("list", _("Name of the new list:")))
            else:
                self._add(film, lambda asks: asks.add_to_list(list_id, film.id))

        choices = [Choice(each.name, plural("{n} film", "{n} films", each.n_movies), each.id) for each in page.lists]
        new = Choice(_("a new list…"), "", _NEW_LIST)
        title = _("Put {film} into", film=title_of(film))
        self.camflix.push_screen(Choose(title, [*choices, new], put))

    def _add(self, film: MovieSummary, order: object) -> None:
        def added(change: ListChange) -> None:
            self._done(added_words(film, change))

        self.camflix.tell(order, added)  # type: ignore[arg-type]

    def answer_film_question(self, name: str, text: str) -> None:
        """Carry out what was typed for a question about a film."""
        film = self._asked_film
        if film is None or name not in {"seen", "list"}:
            return
        self._asked_film = None  # a screen and those it derives from are all told of what was entered
        text = text.strip()
        if name == "seen":
            self._add_viewing(film, text)
        elif name == "list" and text:

            def begin(asks: Asks) -> ListChange:
                made: MovieListSummary = asks.create_list(text)
                return asks.add_to_list(made.id, film.id)

            def failed(error: CamFlixError) -> None:
                words = i18n.say_plainly(error)
                if error.code == "queued":  # it has no number yet under which a film could be put into it
                    words += " " + _("{film} is not in the list “{name}” yet.", film=title_of(film), name=text)
                self.camflix.say(Notice(words, is_error=True))

            self.camflix.tell(begin, lambda change: self._done(added_words(film, change)), failed=failed)

    def _add_viewing(self, film: MovieSummary, text: str) -> None:
        """Write into the diary; a day that is refused stays on the line, to be mended."""

        def failed(error: CamFlixError) -> None:
            if error.code == "invalid_input" and not self.prompt.is_open:
                self._ask_day(film, text)
            self.camflix.report(error)

        self.camflix.tell(
            lambda asks: asks.add_viewing(film.id, text or None),
            lambda viewing: self._done(seen_words(viewing)),
            failed=failed,
        )
