"""What the app opens over what is shown: a film, a person, a list, films for a group, an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from camflix.errors import CamFlixError, InvalidInputError
from camflix.tui.widgets.bars import Notice

if TYPE_CHECKING:
    from textual.screen import Screen

    from camflix.results import MovieListSummary, MovieSummary, Pick
    from camflix.tui.screens.film import FilmScreen


class Opening:
    """A part of the app. Screens are loaded when they are first wanted.

    Attributes:
        group: who watches with one, by name, until the app is left.
        unsaved_notes: what was written on films and could not be saved, by film, until the app is left.
    """

    group: tuple[str, ...] = ()
    unsaved_notes: dict[int, str]
    _drawn: FilmScreen | None = None

    def open_film(self, film: MovieSummary) -> None:
        """Show a film."""
        from camflix.tui.screens.film import FilmScreen  # noqa: PLC0415

        self._push(FilmScreen(film))

    def open_pick(self, pick: Pick) -> None:
        """Show a film that was drawn, in place of the one drawn before if that is still on top."""
        from camflix.tui.notices import pick_words  # noqa: PLC0415
        from camflix.tui.screens.film import FilmScreen  # noqa: PLC0415

        drawn = self._drawn
        if drawn is not None and self.screen is drawn:  # type: ignore[attr-defined]
            self.pop_screen()  # type: ignore[attr-defined]
        self._drawn = FilmScreen(pick.movie)
        self._push(self._drawn)
        self.call_after_refresh(self.say, Notice(pick_words(pick)))  # type: ignore[attr-defined]

    def open_person(self, username: str) -> None:
        """Show a person."""
        from camflix.tui.screens.person import PersonScreen  # noqa: PLC0415

        self._push(PersonScreen(username))

    def open_groups(self) -> None:
        """Show groups of films to give points to."""
        from camflix.tui.screens.groups import Groups  # noqa: PLC0415

        self._push(Groups())

    def open_list(self, movie_list: MovieListSummary) -> None:
        """Show a list."""
        from camflix.tui.screens.movie_list import MovieListScreen  # noqa: PLC0415

        self._push(MovieListScreen(movie_list))

    def open_together(self, username: str) -> None:
        """Show films for one's group, this person in it."""
        if username not in self.group:
            self.group = (*self.group, username)
        self.go("together")  # type: ignore[attr-defined]

    def open_editor(self, text: str) -> str:
        """Return a text as the user's editor gives it back; meanwhile the terminal is the editor's.

        Raises:
            CamFlixError: no editor is set, it fails, or there is no terminal to give it.
        """
        from textual.app import SuspendNotSupported  # noqa: PLC0415

        from camflix.tui.editor import edited, editor_command  # noqa: PLC0415

        editor_command()  # what is not set is said without the screen being put away
        failure = None
        try:
            with self.suspend():  # type: ignore[attr-defined]
                # An error that left this block would leave the terminal without the app.
                try:
                    text = edited(text)
                except CamFlixError as error:
                    failure = error
        except SuspendNotSupported as error:
            raise InvalidInputError(
                "No editor can be opened from here: there is no terminal of one's own.", hint="Write on the line."
            ) from error
        if failure is not None:
            raise failure
        return text

    def _push(self, screen: Screen[Any]) -> None:
        self.push_screen(screen)  # type: ignore[attr-defined]
