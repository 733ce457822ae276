"""Help, made from the bindings of what has the focus: it says what the keys do here and now, remapped ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _
from camflix.tui.drawing import cut, left
from camflix.tui.keys import ACTIONS
from camflix.tui.modals.base import Modal
from camflix.tui.widgets.bars import key_words
from camflix.tui.widgets.page import Line, Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.tui.screens.base import CamFlixScreen
    from camflix.tui.themes import Palette

_KEYS_WIDTH = 18


def help_of(screen: CamFlixScreen) -> dict[str, list[str]]:
    """Return the keys of each action that means something on a screen now, in the order of the table of actions."""
    keys: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id in ACTIONS and active.enabled:
            keys.setdefault(binding.id, []).append(binding.key)
    return {name: keys[name] for name in ACTIONS if name in keys}


class Help(Modal):
    """The keys of a screen.

    Args:
        keys: by action id.
    """

    def __init__(self, keys: dict[str, list[str]]) -> None:
        super().__init__()
        self._keys = keys
        self.page = Page(id="help")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("What the keys do here")

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Show the keys."""
        self.page.show(self._lines)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        lines = []
        here = {name: keys for name, keys in self._keys.items() if not name.startswith(("app.", "go."))}
        for names in (here, {name: keys for name, keys in self._keys.items() if name not in here}):
            for name, keys in names.items():
                written = cut("  ".join(map(key_words, keys)), _KEYS_WIDTH - 1)
                words = cut(_(ACTIONS[name].words), width - _KEYS_WIDTH - 2)
                room = width - _KEYS_WIDTH - len(words) - 1
                pieces = [(left(written, _KEYS_WIDTH), palette.key), (words, palette.text)]
                if room > len(name) + 1:
                    pieces.append((" " * (room - len(name)) + name, palette.track))
                lines.append(Line(pieces))
            lines.append(Line())
        digits = left("0 … 9", _KEYS_WIDTH)
        lines.append(Line([(digits, palette.key), (_("begin a score for the film under the cursor"), palette.text)]))
        return lines
