"""What the app opens over what is shown: a film, a person, a list, films for a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from camflix.results import MovieListSummary, MovieSummary


class Opening:
    """A part of the app. Screens are loaded when they are first wanted.

    Attributes:
        group: who watches with one, by name, until the app is left.
    """

    group: tuple[str, ...] = ()

    def open_film(self, film: MovieSummary) -> None:
        """Show a film."""
        from camflix.tui.screens.film import FilmScreen  # noqa: PLC0415

        self._push(FilmScreen(film))

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
        self.go("together")

    def go(self, mode: str) -> None:
        """Go to a section."""
        self.switch_mode(mode)  # type: ignore[attr-defined]

    def _push(self, screen: Screen[Any]) -> None:
        self.push_screen(screen)  # type: ignore[attr-defined]
