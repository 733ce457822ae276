"""Settings: of this terminal, and of oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix import choices, display, i18n
from camflix.i18n import N_, _
from camflix.tui import themes
from camflix.tui.drawing import left, wrapped
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.page_lines import paragraph
from camflix.tui.widgets.bars import Notice, language_name
from camflix.tui.widgets.page import Line, Page
from camflix.tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import UserSettings
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_NAME = 34
_LEAST_VALUE = 20
_POSTER_WORDS = {
    "auto": N_("as this terminal can"),
    "kitty": N_("by kitty graphics"),
    "sixel": N_("by sixels"),
    "halfblocks": N_("in half blocks"),
    "none": N_("not at all: none is fetched"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of the screen: its words, its value now, and what the next or previous choice does."""

    words: str
    value: str
    change: Callable[[int], None]


class Settings(CamFlixScreen):
    """What can be chosen, each line by Enter."""

    BINDINGS = bindings("choice.next", "choice.previous")

    def __init__(self) -> None:
        super().__init__()
        self._mine: UserSettings | None = None
        self.page = Page(id="settings")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("Settings")

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Ask what one decided."""
        self.page.show(self._lines, keep_cursor=True)
        self.ask(lambda asks: asks.settings(), self._show)

    def _show(self, settings: UserSettings) -> None:
        self._mine = settings
        display.use_display(settings.score_display)
        self.page.show(self._lines, keep_cursor=True)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        lines = [Line([(" " + _("This terminal"), palette.title)])]
        lines += [line for setting in self._of_the_terminal() for line in self._setting(setting, width, palette)]
        if self._mine is not None:
            lines += [Line(), Line([(" " + _("Myself"), palette.title)])]
            lines += [
                line for setting in self._of_myself(self._mine) for line in self._setting(setting, width, palette)
            ]
        words = _("Keys are remapped in tui.toml, in the folder that camflix config path names.")
        return [*lines, Line(), *paragraph(words, width, palette.dim)]

    @staticmethod
    def _setting(setting: Setting, width: int, palette: Palette) -> list[Line]:
        first, *more = wrapped(setting.value, max(_LEAST_VALUE, width - _NAME - 2))
        return [
            Line([(" " + left(setting.words, _NAME), palette.text), (first, palette.accent)], setting),
            *(Line([(" " * (_NAME + 1) + words, palette.accent)]) for words in more),
        ]

    def _of_the_terminal(self) -> list[Setting]:
        names = [theme.name for theme in themes.THEMES]

        def theme(step: int) -> None:
            self.camflix.use_theme(names[(names.index(self.app.theme) + step) % len(names)])

        def language(_step: int) -> None:
            self.camflix.action_app_language()
            self.camflix.tell(lambda asks: asks.change_settings(language=i18n.current_language()), self._show)

        def posters(step: int) -> None:
            ways = list(_POSTER_WORDS)
            self.camflix.use_posters(ways[(ways.index(self.camflix.posters) + step) % len(ways)])
            self.page.show(self._lines, keep_cursor=True)

        return [
            Setting(_("theme"), _(themes.NAMES[self.app.theme]), theme),
            Setting(_("language"), language_name(), language),
            Setting(_("posters"), _(_POSTER_WORDS[self.camflix.posters]), posters),
        ]

    def _of_myself(self, mine: UserSettings) -> list[Setting]:
        def turn(name: str, choices: tuple[object, ...], now: object) -> Callable[[int], None]:
            def change(step: int) -> None:
                value = choices[(choices.index(now) + step) % len(choices)]
                self.camflix.tell(lambda asks: asks.change_settings(**{name: value}), self._show)

            return change

        yes_no = (False, True)
        return [
            Setting(
                _("who may see me"),
                _(choices.PRIVACY[mine.privacy]),
                turn("privacy", tuple(choices.PRIVACY), mine.privacy),
            ),
            Setting(
                _("contribute without my name"),
                _("yes") if mine.contributes_anonymously else _("no"),
                turn("contributes_anonymously", yes_no, mine.contributes_anonymously),
            ),
            Setting(
                _("scores shown as"),
                _(choices.DISPLAY[mine.score_display]),
                turn("score_display", tuple(choices.DISPLAY), mine.score_display),
            ),
            Setting(
                _("rate blind"),
                _(choices.BLIND) if mine.blind else _("no"),
                turn("blind", yes_no, mine.blind),
            ),
            Setting(
                _("time zone"), mine.time_zone, lambda _step: self._ask("time_zone", _("Time zone:"), mine.time_zone)
            ),
            Setting(_("about me"), mine.bio or "-", lambda _step: self._ask("bio", _("About me:"), mine.bio)),
        ]

    def _ask(self, name: str, label: str, text: str) -> None:
        self.prompt.ask(Question(name, label), text)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Take a text that was asked for."""
        changes = {event.question.name: event.text.strip()}

        def failed(error: CamFlixError) -> None:
            if error.code == "invalid_input" and not self.prompt.is_open:
                self.prompt.ask(event.question, event.text)
            self.camflix.report(error)

        self.camflix.tell(lambda asks: asks.change_settings(**changes), self._changed, failed=failed)

    def _changed(self, settings: UserSettings) -> None:
        self._show(settings)
        self.camflix.say(Notice(_("Saved.")))

    def action_choice_next(self) -> None:
        """Take the next choice."""
        if isinstance(self.page.target, Setting):
            self.page.target.change(1)

    def action_choice_previous(self) -> None:
        """Take the choice before."""
        if isinstance(self.page.target, Setting):
            self.page.target.change(-1)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Take the next choice."""
        del event
        self.action_choice_next()

    def redraw(self) -> None:
        """Draw all anew, the choices too."""
        super().redraw()
        if self.is_attached:
            self.page.show(self._lines, keep_cursor=True)
