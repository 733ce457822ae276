"""The terminal app itself: sections, keys, themes, language, and how things stand with the client."""

from __future__ import annotations

import gc
import os
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import App

from camflix import i18n
from camflix.errors import CamFlixError
from camflix.i18n import _
from camflix.tui.calls import NO_WORDS, Calls, Link, Parting
from camflix.tui.drawing import PlainLines
from camflix.tui.going import Going
from camflix.tui.keys import ACTIONS, COMMON, FILM, MOVES, bindings, clashes
from camflix.tui.leaving import see_off, write
from camflix.tui.opening import Opening
from camflix.tui.pictures import Pictures, cell_pixels, way_of
from camflix.tui.preferences import Preferences, save_choice
from camflix.tui.sections import HOME, SECTIONS
from camflix.tui.themes import THEMES
from camflix.tui.typed_ahead import TypedAhead
from camflix.tui.widgets.bars import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractContextManager

    from textual import events
    from textual.binding import Binding
    from textual.dom import DOMNode

    from camflix.client import Client
    from camflix.results import Profile, Undone
    from camflix.settings import Paths
    from camflix.tui.asks import Asks
    from camflix.tui.importing import Importer
    from camflix.tui.screens.base import CamFlixScreen

Result = TypeVar("Result")

_SLOW_SECONDS = 1.0
_PAINT_SECONDS = 0.01


def utc_now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)


class CamFlixApp(Going, Opening, App[None], inherit_bindings=False):
    """CamFlix in a terminal.

    Args:
        connect: opens a client that answers in a language; called in a thread.
        paths: where choices made in the app are kept.
        importer: takes files.
        preferences: what was chosen before.
        now: the clock.
        poster_base_url: where posters are fetched from; from nowhere when empty.
    """

    TITLE = "CamFlix"
    CSS_PATH = "camflix.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings(*COMMON)
    MODES: ClassVar[dict[str, Any]] = {section.mode: section.open for section in SECTIONS}
    DEFAULT_MODE = HOME

    def __init__(
        self,
        connect: Callable[[str], AbstractContextManager[Client]],
        paths: Paths,
        importer: Importer,
        preferences: Preferences | None = None,
        now: Callable[[], datetime] = utc_now,
        poster_base_url: str = "",
    ) -> None:
        super().__init__()
        preferences = preferences or Preferences()
        if preferences.language:
            i18n.use_language(preferences.language)
        self.paths = paths
        self.importer = importer
        self.now = now
        self.keymap = dict(preferences.keys)
        self.posters = preferences.first_posters
        self.pictures = Pictures(paths.cache / "posters", poster_base_url)
        self.calls = Calls(connect, i18n.current_language(), now, self._hear)
        self.link = Link()
        self.is_slow = False
        self.typed_ahead = TypedAhead(self)
        self.username = ""
        self.data_version = 0
        self.has_lost = False
        self.way_chosen = ""
        self.unsaved_notes = {}
        self._waiting: list[Callable[[], object]] | None = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = preferences.first_theme
        self._filters.append(PlainLines())

    def on_mount(self) -> None:
        """Take the keys as they were remapped, and ask who one is."""
        if self.keymap:
            self.set_keymap(self.keymap)
            self.call_after_refresh(self._name_clashes)
        self.when_painted(self._settle)

    def when_painted(self, then: Callable[[], object]) -> None:
        """Do something once the first screen is painted; what comes after the first paint is loaded after it."""
        if self._waiting is None:
            self.call_after_refresh(then)
        else:
            self._waiting.append(then)

    def post_display_hook(self) -> None:
        """Go on with what waited for the first paint (called by Textual whenever something was painted)."""
        if self._waiting is not None and self.page is not None and self.page.is_laid_out:
            waiting, self._waiting = self._waiting, None
            # A moment later: what was painted is still on its way to the terminal, through another thread.
            self.set_timer(_PAINT_SECONDS, lambda: [then() for then in waiting])

    def _settle(self) -> None:
        """Do what can wait for the first paint."""
        gc.freeze()
        gc.enable()
        self._greet()

    def _greet(self) -> None:
        self.ask(lambda asks: asks.profile(), self._know_profile, group="profile", failed=lambda _error: None)

    def _know_profile(self, profile: Profile) -> None:
        """Name the user; where nothing is rated yet show the ways to begin."""
        self.username = profile.username
        self._draw_top()
        if not profile.n_ratings and len(self.screen_stack) == 1 and self.current_mode == HOME:
            from camflix.tui.screens.welcome import Welcome  # noqa: PLC0415 - only at the first run

            self.push_screen(Welcome())

    async def on_unmount(self) -> None:
        """Have what was ordered carried out before leaving; the terminal is the user's again."""
        self.has_lost = not await see_off(self.calls)

    # ---- keys

    def on_key(self, event: events.Key) -> None:
        """Give keys to what is being typed into, before they are taken as bindings."""
        if self.typed_ahead.takes(event.key, event.character):
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Give pasted text to what is being typed into."""
        screen = self.page
        if screen is not None and screen.prompt.is_open:
            screen.hush()
            if not screen.prompt.paste(event.text):
                self.say(Notice(_("A number has one line; nothing was pasted."), is_error=True))

    @property
    def page(self) -> CamFlixScreen | None:
        """Return the screen on top, if it is one of ours (not the palette); None once the app is left."""
        from camflix.tui.screens.base import CamFlixScreen  # noqa: PLC0415 - it knows this module

        return self.screen if self.screen_stack and isinstance(self.screen, CamFlixScreen) else None

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Leave clashes to what was said at the start."""

    def _name_clashes(self) -> None:
        of_lists = (name for name in ACTIONS if name.startswith(("list.", "view.")))
        found = clashes(self.keymap, [dict.fromkeys((*COMMON, *MOVES, *FILM, *of_lists))])
        if found:
            words = "; ".join(f"{key}: {first}, {second}" for key, first, second in found)
            self.say(Notice(_("tui.toml binds a key twice: {clashes}", clashes=words), is_error=True))

    # ---- the client

    def ask(
        self,
        question: Callable[[Asks], Result],
        then: Callable[[Result], object],
        *,
        group: str,
        failed: Callable[[CamFlixError], object] | None = None,
    ) -> None:
        """Ask the client; a later question of the same group takes the place of an earlier one.

        Args:
            question: asked in a thread.
            then: given the answer, here.
            group: what the question is about.
            failed: given the error, here; by default it is said.
        """
        # Not a coroutine but what makes one: a worker may be overtaken before it begins.
        answer = partial(self._answer, partial(self.calls.ask, question), then, failed)
        self.run_worker(answer, group=group, exclusive=True)  # type: ignore[arg-type] # a partial of a coroutine function

    def tell(
        self,
        order: Callable[[Asks], Result],
        then: Callable[[Result], object],
        *,
        failed: Callable[[CamFlixError], object] | None = None,
        parting: Parting = NO_WORDS,
    ) -> None:
        """Have something written; nothing takes its place, and orders keep their order.

        Args:
            order: carried out in a thread.
            then: given the answer, here.
            failed: given the error, here; by default it is said.
            parting: what is said of it when the app is left before.
        """

        def done(result: Result) -> None:
            self.data_version += 1
            then(result)
            self.renew()

        answer = partial(self._answer, self.calls.tell(order, parting), done, failed)
        self.run_worker(answer, group="orders")  # type: ignore[arg-type] # the same

    async def _answer(
        self,
        call: Callable[[], Coroutine[Any, Any, Result]],
        then: Callable[[Result], object],
        failed: Callable[[CamFlixError], object] | None,
    ) -> None:
        watch = self.set_timer(_SLOW_SECONDS, self._look_whether_slow)
        try:
            result = await call()
        except CamFlixError as error:
            self._show(failed or self.report, error)
        else:
            self._show(then, result)
        finally:
            watch.stop()
            self._look_whether_slow(is_slow=False)

    def _show(self, then: Callable[[Any], object], answer: object) -> None:
        """Show an answer or an error; when the app was left meanwhile there is no screen to show it on."""
        if self.screen_stack:
            then(answer)

    def _look_whether_slow(self, *, is_slow: bool = True) -> None:
        is_slow = is_slow and self.calls.n_waiting > 0
        if is_slow != self.is_slow:
            self.is_slow = is_slow
            self._draw_top()

    def _hear(self, link: Link) -> None:
        # Said and not waited for: when one leaves, the event loop waits for the thread that says it.
        self.call_later(self._stand, link)

    def pass_on(self, text: str) -> None:
        """Say something from the thread of a call; on the terminal when the app is left meanwhile."""
        if not self.call_later(self.notify, text):
            write(text)

    def _stand(self, link: Link) -> None:
        self.link = link
        self._draw_top()

    def _draw_top(self) -> None:
        if self.page is not None:
            self.page.draw_top()

    def renew(self) -> None:
        """Have the screen on top ask again if what it shows is older than what was written."""
        if self.page is not None:
            self.page.renew()

    # ---- words

    def say(self, notice: Notice) -> None:
        """Say what has just happened, on the screen on top."""
        if self.page is not None:
            self.page.say(notice)

    def report(self, error: CamFlixError) -> None:
        """Say what went wrong and what to do; a write kept until the server is back has not gone wrong."""
        self.say(Notice(i18n.say_plainly(error), is_error=error.code != "queued"))

    # ---- actions of everywhere

    def action_app_leave(self) -> None:
        """Leave."""
        self.exit()

    def action_app_back(self) -> None:
        """One screen back; from a first page to Discover; from there, leave."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.current_mode != HOME:
            was_chosen, self.way_chosen = self.way_chosen == self.current_mode, ""
            self.go(HOME)
            if was_chosen:
                self._greet()  # to the ways again while nothing is rated
        else:
            self.exit()

    def action_app_help(self) -> None:
        """Show what the keys do here."""
        from camflix.tui.modals.help import Help, help_of  # noqa: PLC0415 - made when first wanted

        if self.page is not None and not isinstance(self.page, Help):
            self.push_screen(Help(help_of(self.page)))

    def action_app_palette(self) -> None:
        """Open all actions and films by name."""
        from camflix.tui.modals.palette import Palette, entries_of  # noqa: PLC0415 - made when first wanted

        if self.page is not None:
            self.push_screen(Palette(entries_of(self.page)))

    def action_app_undo(self) -> None:
        """Take back the last thing written."""
        self.tell(lambda asks: asks.undo(), self._show_undone)

    def _show_undone(self, undone: Undone) -> None:
        """Say what was taken back, and have every screen that tells of it know; those shown later ask anew."""
        from camflix.tui.notices import undone_words  # noqa: PLC0415 - made when first wanted
        from camflix.tui.screens.base import CamFlixScreen  # noqa: PLC0415 - it knows this module

        for screens in self._screen_stacks.values():
            for screen in screens:
                if isinstance(screen, CamFlixScreen):
                    screen.take_back(undone)
        self.say(Notice(undone_words(undone)))

    def action_app_pick(self) -> None:
        """Open a good film drawn by chance."""
        self.ask(lambda asks: asks.pick(), self.open_pick, group="pick")

    def action_app_refresh(self) -> None:
        """Ask again for what is shown."""
        if self.page is not None:
            self.page.load()

    def action_app_theme(self) -> None:
        """Take the next theme."""
        names = [theme.name for theme in THEMES]
        self.use_theme(names[(names.index(self.theme) + 1) % len(names)])

    def action_app_language(self) -> None:
        """Take the other language."""
        self.use_language("en" if i18n.current_language() == "fr" else "fr")

    def use_theme(self, name: str) -> None:
        """Show this theme from now on, here and next time."""
        self.theme = name
        save_choice(self.paths, "theme", name)
        self._redraw()

    def use_language(self, language: str) -> None:
        """Speak this language from now on, here and next time."""
        i18n.use_language(language)
        self.calls.speak(language)
        save_choice(self.paths, "language", language)
        self.data_version += 1  # titles come in the reader's language
        self._redraw()
        self.renew()

    def use_posters(self, way: str) -> None:
        """Show posters this way from now on, here and next time."""
        self.posters = way
        save_choice(self.paths, "posters", way)

    @property
    def poster_way(self) -> str:
        """Return how posters are shown in this terminal."""
        return way_of(self.posters, os.environ, no_color=self.no_color, knows_pixels=cell_pixels() is not None)

    def _redraw(self) -> None:
        if self.page is not None:
            self.page.redraw()
