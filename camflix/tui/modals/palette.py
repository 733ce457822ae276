"""The palette: every action by its words, every film by its title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix.i18n import N_, _
from camflix.tui.keys import ACTIONS
from camflix.tui.modals.base import Modal
from camflix.tui.widgets.bars import key_words
from camflix.tui.widgets.lines import OneLine
from camflix.tui.widgets.prompt import MOVE_KEYS, Prompt, Question
from camflix.tui.widgets.rows import Column, RowList
from camflix.tui.words import folded, title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.timer import Timer

    from camflix.errors import CamFlixError
    from camflix.results import MoviePage, MovieSummary
    from camflix.tui.drawing import Pieces
    from camflix.tui.screens.base import CamFlixScreen
    from camflix.tui.themes import Palette as Styles
    from camflix.tui.widgets.lines import Lines

_N_FILMS = 10
_LEAST_LETTERS = 2
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to choose: an action with the node it belongs to, or a film."""

    words: str
    keys: str
    action: str = ""
    node: DOMNode | None = None
    movie: MovieSummary | None = None


def _words_cell(entry: Entry, _width: int, styles: Styles) -> Pieces:
    return [(entry.words, styles.text if entry.movie is None else styles.accent)]


def _keys_cell(entry: Entry, _width: int, styles: Styles) -> Pieces:
    return [(entry.keys, styles.dim)]


_COLUMNS: tuple[Column[Entry], ...] = (
    Column(N_("action or film"), _words_cell, 20, share=1),
    Column(N_("keys"), _keys_cell, 12, is_right=True),
)


def entries_of(screen: CamFlixScreen) -> list[Entry]:
    """Return the actions that mean something on a screen: its own first, then those of everywhere."""
    found: dict[str, Entry] = {}
    for active in screen.active_bindings.values():
        name, binding = active.binding.id, active.binding
        if name not in ACTIONS or not active.enabled or name == "app.palette":
            continue
        keys = key_words(binding.key)
        known = found.get(name)
        keys = f"{known.keys}  {keys}" if known else keys
        found[name] = Entry(_(ACTIONS[name].words), keys, binding.action, active.node)
    order = {name: place for place, name in enumerate(ACTIONS)}
    names = sorted(found, key=lambda name: (name.startswith(("app.", "go.", "list.")), order[name]))
    return [found[name] for name in names]


class Palette(Modal):
    """All actions and films, by name.

    Args:
        entries: the actions there are.
    """

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self._entries = entries
        self._films: list[Entry] = []
        self._text = ""
        self._is_chosen = False
        self._timer: Timer | None = None
        self.rows: RowList[Entry] = RowList(_COLUMNS, id="entries")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("An action, or a film by its title")

    def body(self) -> ComposeResult:
        """Make the list, and what is said where nothing fits."""
        yield OneLine(lambda _width, styles: [(" " + _("Nothing fits."), styles.dim)], id="empty")
        yield self.rows

    def load(self) -> None:
        """Show the actions."""
        self.rows.show(self._entries)

    def on_mount(self) -> None:
        """Ask for a name."""
        self.prompt.ask(Question("name", ">", passes=MOVE_KEYS, at_once=self._run))

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Show what is near; films a moment after the last letter."""
        if self._is_chosen or event.text == self._text:
            return
        self._films = []
        self._show(event.text)
        if self._timer is not None:
            self._timer.stop()
        if len(event.text.strip()) >= _LEAST_LETTERS:
            self._timer = self.set_timer(_PAUSE_SECONDS, lambda: self._search(event.text))

    def _search(self, text: str) -> None:
        def show(page: MoviePage) -> None:
            if self._text == text:
                self._films = [Entry(title_of(movie), _("film"), movie=movie) for movie in page.movies]
                self._show(text)
                self.set_class(not self.rows.n_lines, "is-empty")
            if self._is_chosen:
                self._choose()

        self.ask(lambda asks: asks.search(text.strip(), _N_FILMS), show)

    def _show(self, text: str) -> None:
        self._text = text
        words = folded(text).split()
        near = [entry for entry in self._entries if all(word in folded(entry.words) for word in words)]
        self.rows.show([*near, *self._films], keep_cursor=bool(self._films))
        # Of two letters and more that is told by the search.
        self.set_class(not self.rows.n_lines and len(text.strip()) < _LEAST_LETTERS, "is-empty")

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Leave it to what was done at once."""

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Close."""
        del event
        self.app.pop_screen()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Do what was clicked."""
        del event
        self._choose()

    def _run(self, text: str) -> None:
        """Do what the cursor is on; where that is known only when films are found, keys wait for it."""
        if text != self._text:
            self._films = []
            self._show(text)
        if self.rows.n_lines or len(text.strip()) < _LEAST_LETTERS:
            self._choose()
            return
        if self._timer is not None:
            self._timer.stop()
        self._is_chosen = True
        self.camflix.typed_ahead.hold()
        self._search(text)

    def _choose(self) -> None:
        entry, app = self.rows.current, self.camflix
        app.pop_screen()
        app.typed_ahead.release()
        if entry is None:
            return
        if entry.movie is not None:
            app.open_film(entry.movie)
        else:
            app.call_next(app.run_action, entry.action, entry.node)

    def _failed(self, error: CamFlixError) -> None:
        """Go on with the actions; the screen under this one says what is wrong."""
        self.camflix.typed_ahead.release()
        del error
