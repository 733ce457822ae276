"""The lines at the top and the foot: sections and how things stand; what the keys do; what has just happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from textual.widget import Widget

from camflix import choices, i18n
from camflix.i18n import N_, _
from camflix.tui.drawing import Piece, cut, fitted, spread, strip_of, width_of, wrapped
from camflix.tui.keys import ACTIONS, EDITOR, keys_of
from camflix.tui.sections import SECTIONS
from camflix.tui.themes import palette_of
from camflix.tui.widgets.lines import OneLine
from camflix.tui.words import age_words

if TYPE_CHECKING:
    from textual import events
    from textual.binding import Binding
    from textual.strip import Strip

    from camflix.tui.app import CamFlixApp
    from camflix.tui.drawing import Pieces
    from camflix.tui.screens.base import CamFlixScreen
    from camflix.tui.themes import Palette

_KEYS = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "plus": "+",
    "slash": "/",
    "comma": ",",
    "colon": ":",
    "enter": "⏎",
    "escape": N_("Esc"),
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "delete": N_("Del"),
    "pageup": N_("PgUp"),
    "pagedown": N_("PgDn"),
    "home": N_("Home"),
    "end": N_("End"),
    "space": "␣",
}
_LEAST_NOTICE_LINES = 3
_BRAND = "CamFlix"
_HELP = "app.help"


def key_words(key: str) -> str:
    """Return a key as it is written for people: ``^p``, ``?``, ``⏎``."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    if key in _KEYS:
        return _(_KEYS[key])
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


class TopBar(Widget):
    """The sections, the one shown among them, and on the right who one is or what is wrong."""

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        app = cast("CamFlixApp", self.app)
        palette, width = palette_of(app), self.size.width
        start: list[Piece] = [(f" {_BRAND} ", palette.title)]
        for section in SECTIONS:
            if section.is_in_bar:
                is_here = app.current_mode == section.mode
                start += [
                    (" ", palette.text),
                    (self._key(app, section.action), palette.key if is_here else palette.dim),
                    (" ", palette.text),
                    (_(section.words), palette.strong if is_here else palette.dim),
                    (" ", palette.text),
                ]
        return strip_of(spread(start, self._state(app, palette), width, palette.text), width, self.rich_style)

    @staticmethod
    def _key(app: CamFlixApp, action: str) -> str:
        keys = app.keymap.get(action, ACTIONS[action].keys)
        return key_words(keys.partition(",")[0])

    @staticmethod
    def _state(app: CamFlixApp, palette: Palette) -> Pieces:
        link = app.link
        if link.error is not None:
            words = _("no answer")
            if link.shown_at is not None:
                words += " · " + _("shown: {age}", age=age_words(link.shown_at, app.now()))
            return [(words + " ", palette.bad)]
        if app.is_slow:
            return [(_("waiting…") + " ", palette.warning)]
        return [(cut(app.username, 16) + " ", palette.dim)] if app.username else []


class Notice(NamedTuple):
    """What has just happened: a sentence, and whether it went well."""

    text: str
    is_error: bool = False


class NoticeLine(Widget):
    """What has just happened, or went wrong and what to do, until the next key."""

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._notice: Notice | None = None
        self._lines: list[str] = []

    @property
    def notice(self) -> Notice | None:
        """Return what is said now."""
        return self._notice

    def say(self, notice: Notice | None) -> None:
        """Say this from now on; None for nothing."""
        if notice is None and self._notice is None:
            return
        self._notice = notice
        self._break(self.app.size.width)

    def _break(self, width: int) -> None:
        lines = wrapped(self._notice.text, max(10, width - 2)) if self._notice else []
        # At most half of the screen; where that is too little the last line says so.
        most = max(_LEAST_NOTICE_LINES, self.app.size.height // 2)
        self._lines = lines if len(lines) <= most else [*lines[: most - 1], cut(lines[most - 1] + " …", width - 2)]
        self.styles.height = max(1, len(self._lines))
        self.set_class(bool(self._lines), "open")
        self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """Break the sentence for the new width."""
        if self._notice is not None and event.size.width:
            self._break(event.size.width)

    def render_line(self, y: int) -> Strip:
        """Return one of its lines."""
        palette, width = palette_of(self.app), self.size.width
        if self._notice is None or y >= len(self._lines):
            return strip_of((), width, self.rich_style)
        style = palette.bad if self._notice.is_error else palette.good
        return strip_of([(" " + self._lines[y], style)], width, self.rich_style)


class KeyBar(OneLine):
    """The main keys of where one is, the nearest first."""

    def __init__(self) -> None:
        super().__init__(self._pieces, id="keys")

    def on_mount(self) -> None:
        """Draw anew when other keys count."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def _pieces(self, width: int, palette: Palette) -> Pieces:
        pieces: list[Piece] = [(" ", palette.text)]
        question = cast("CamFlixScreen", self.screen).prompt.question
        if question is not None:
            done = _("save") if question.digits_only else _("done")
            pieces += [("⏎", palette.key), (f" {done}  ", palette.dim)]
            if question.in_editor is not None:
                app = cast("CamFlixApp", self.app)
                pieces += [(key_words(keys_of(EDITOR, app.keymap)[0]), palette.key), (f" {_('editor')}  ", palette.dim)]
            return [
                *pieces,
                (key_words("escape"), palette.key),
                (" " + _("leave"), palette.dim),
            ]
        # Help comes last and always has its place: it names all the others.
        named = self._named()
        help_ = [piece for binding in named if binding.id == _HELP for piece in self._key_pieces(binding, palette)]
        for binding in named:
            more = self._key_pieces(binding, palette)
            if binding.id != _HELP and width_of([*pieces, *more, *help_]) > width:
                break
            pieces += more if binding.id != _HELP else []
        return fitted([*pieces, *help_], width)

    @staticmethod
    def _key_pieces(binding: Binding, palette: Palette) -> list[Piece]:
        words = _(ACTIONS[binding.id].short if binding.id in ACTIONS else binding.description)
        return [(key_words(binding.key), palette.key), (" " + words + "  ", palette.dim)]

    def _named(self) -> list[Binding]:
        """Return one binding of each action to name: those of the screen first, then those of everywhere."""
        chosen: dict[str, Binding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.id is not None and binding.id in ACTIONS:
                chosen.setdefault(binding.id, binding)
        order = {name: position for position, name in enumerate(ACTIONS)}

        def rank(binding: Binding) -> tuple[int, int]:
            assert binding.id is not None
            return (binding.id.startswith("app."), order[binding.id])

        return sorted(chosen.values(), key=rank)


def language_name() -> str:
    """Return the present language in its own words."""
    return choices.LANGUAGE[i18n.current_language()]
