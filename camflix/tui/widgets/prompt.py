"""The line at the foot that something is typed into. It is fed keys by the app, so nothing typed ahead is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message
from textual.widget import Widget

from camflix.tui.drawing import cut, fitted, spread, strip_of, width_of
from camflix.tui.keys import EDITOR, keys_of
from camflix.tui.themes import palette_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.strip import Strip

    from camflix.tui.app import CamFlixApp
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette

MOVE_KEYS = frozenset({"up", "down", "pageup", "pagedown", "ctrl+d", "home", "end"})
_MOST_DIGITS = 3
_LEAST_TEXT = 12
_CURSOR = Style(reverse=True)
_SHOWN = {ord("\n"): "↵", ord("\t"): " "}
"""What stands on the line for letters that no line can hold."""


class Question(NamedTuple):
    """What is asked for.

    Attributes:
        name: which question this is, for whoever gets the answer.
        label: the words before what is typed.
        digits_only: whether only a number of at most three digits may be typed.
        is_decimal: whether that number may have a decimal mark, and a sign more.
        remark: what to say, at the right edge, about what is typed so far.
        passes: keys that are not for the line but for the list above it.
        at_once: called with the text the moment Enter is pressed, before any later key is looked at.
        has_lines: whether what is pasted keeps its lines; elsewhere they become one.
        in_editor: called with the text by the key that opens the user's editor; None where there is none.
    """

    name: str
    label: str
    digits_only: bool = False
    is_decimal: bool = False
    remark: Callable[[str, Palette], Pieces] = lambda _text, _palette: ()
    passes: frozenset[str] = frozenset()
    at_once: Callable[[str], None] | None = None
    has_lines: bool = False
    in_editor: Callable[[str], None] | None = None


class Prompt(Widget):
    """A line to type into; hidden until something is asked."""

    class Changed(Message):
        """What is typed is another text now."""

        def __init__(self, question: Question, text: str) -> None:
            super().__init__()
            self.question, self.text = question, text

    class Entered(Message):
        """Enter was pressed."""

        def __init__(self, question: Question, text: str) -> None:
            super().__init__()
            self.question, self.text = question, text

    class Left(Message):
        """Escape was pressed."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.question: Question | None = None
        self.text = ""
        self._place = 0
        self._gives_way = False

    @property
    def is_open(self) -> bool:
        """Return whether something is asked."""
        return self.question is not None

    def ask(self, question: Question, text: str = "", *, gives_way: bool = False) -> None:
        """Ask for something; ``text`` is what the line begins with: to be edited, or to give way to what is typed."""
        self.question, self.text, self._place, self._gives_way = question, text, len(text), gives_way
        self.add_class("open")
        self.refresh()
        self.screen.refresh_bindings()

    def close(self) -> None:
        """Ask no longer."""
        self.question = None
        self.remove_class("open")
        self.screen.refresh_bindings()

    def feed(self, key: str, character: str | None) -> bool:
        """Take a key; return whether it was for this line."""
        question = self.question
        if question is None or key in question.passes:
            return False
        if key == "enter":
            self.close()
            if question.at_once is not None:
                question.at_once(self.text)
            self.post_message(self.Entered(question, self.text))
        elif key == "escape":
            self.close()
            self.post_message(self.Left(question))
        elif question.in_editor is not None and self._opens_editor(key, character):
            question.in_editor(self.text)
        elif not self._edit(key) and character is not None and character.isprintable():
            self.insert(character)
        return True

    def _opens_editor(self, key: str, character: str | None) -> bool:
        is_letter = character is not None and character.isprintable()
        return not is_letter and key in keys_of(EDITOR, cast("CamFlixApp", self.app).keymap)

    def paste(self, pasted: str) -> bool:
        """Put text of several lines where the cursor is; return whether it can be taken: a number has one line."""
        assert self.question is not None
        lines = pasted.strip("\r\n").splitlines()
        if len(lines) > 1 and self.question.digits_only:
            return False
        self.insert(("\n" if self.question.has_lines else " ").join(lines))
        return True

    def insert(self, typed: str) -> None:
        """Put text where the cursor is."""
        assert self.question is not None
        if self._gives_way:
            self.text, self._place, self._gives_way = "", 0, False
        kept = "\n" if self.question.has_lines else ""
        typed = "".join(letter for letter in typed if letter.isprintable() or letter in kept)
        if self.question.digits_only:
            letters, most = (
                ("0123456789.,", _MOST_DIGITS + 1) if self.question.is_decimal else ("0123456789", _MOST_DIGITS)
            )
            typed = "".join(letter for letter in typed if letter in letters)[: most - len(self.text)]
        if typed:
            self._change(self.text[: self._place] + typed + self.text[self._place :], self._place + len(typed))

    def _edit(self, key: str) -> bool:
        text, place = self.text, self._place
        before = text[:place].rstrip()
        edits = {
            "backspace": (text[: max(0, place - 1)] + text[place:], max(0, place - 1)),
            "ctrl+h": (text[: max(0, place - 1)] + text[place:], max(0, place - 1)),
            "delete": (text[:place] + text[place + 1 :], place),
            "ctrl+w": ((kept := before[: before.rfind(" ") + 1]) + text[place:], len(kept)),
            "ctrl+u": (text[place:], 0),
            "ctrl+k": (text[:place], place),
            "left": (text, max(0, place - 1)),
            "right": (text, min(len(text), place + 1)),
            "home": (text, 0),
            "ctrl+a": (text, 0),
            "end": (text, len(text)),
            "ctrl+e": (text, len(text)),
        }
        if key not in edits:
            return False
        self._change(*edits[key])
        return True

    def _change(self, text: str, place: int) -> None:
        is_new, self.text, self._place = text != self.text, text, place
        self._gives_way = False
        self.refresh()
        if is_new:
            assert self.question is not None
            self.post_message(self.Changed(self.question, text))

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        palette, width = palette_of(self.app), self.size.width
        if self.question is None:
            return strip_of((), width, self.rich_style)
        remark = [*self.question.remark(self.text, palette), (" ", palette.text)]
        text = self.text.translate(_SHOWN) + " "
        label = cut(f" {self.question.label}", max(width // 2, width - width_of(remark) - 1 - cell_len(text)) - 1) + " "
        # What is typed is seen whatever is said of it.
        remark = fitted(remark, max(0, width - cell_len(label) - min(cell_len(text), _LEAST_TEXT) - 1))
        room = width - width_of(remark) - 1
        start, place = self._first_shown(text, room - cell_len(label)), self._place
        typed = [
            (label, palette.title),
            ("…" if start else "", palette.dim),
            (text[start:place], palette.strong),
            (text[place : place + 1], palette.strong + _CURSOR),
            (text[place + 1 :], palette.strong),
        ]
        return strip_of(fitted(spread(typed, remark, width, palette.text), width), width, self.rich_style)

    def _first_shown(self, text: str, room: int) -> int:
        """Return from which letter on a text is shown, so that the one at the cursor has a place in so many cells."""
        place = self._place
        if cell_len(text[: place + 1]) <= room:
            return 0
        start = place
        while start > 0 and cell_len(text[start - 1 : place + 1]) < room:
            start -= 1
        return start
