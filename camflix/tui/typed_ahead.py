"""Keys in the order they were typed: none is lost, none taken before it is known what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.tui.keys import FILM, MOVES, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camflix.tui.app import CamFlixApp

_DIGITS = frozenset("0123456789")
_FOR_FILMS = (*FILM, *MOVES, "feed.not_seen", "feed.skip")
_LEAVE = ("app.leave",)


class TypedAhead:
    """Stands between the keys and the bindings of an app.

    Keys come to the app one after another, and whatever an earlier one opened is open by then. What is being typed
    into gets them first; while it is open what they mean, they wait.
    """

    def __init__(self, app: CamFlixApp) -> None:
        self._app = app
        self._held: list[tuple[str, str | None]] | None = None
        self._is_taking = False

    def takes(self, key: str, character: str | None) -> bool:
        """Return whether a key is no matter of bindings: typed into a line, or to wait."""
        if self._held is not None and key in self._keys_of(_LEAVE):
            self._held = None  # what they waited for may never come
        if self._held is None and self._is_ahead(key):
            self.hold()
        if self._held is not None:
            self._held.append((key, character))
            return True
        return self._is_typed(key, character)

    def _is_ahead(self, key: str) -> bool:
        """Return whether a key is for a film that is not shown yet."""
        screen = self._app.page
        if screen is None or not screen.is_expecting or screen.prompt.is_open:
            return False
        return key in _DIGITS or key in self._keys_of(_FOR_FILMS)

    def _keys_of(self, names: Iterable[str]) -> set[str]:
        return {key for name in names for key in keys_of(name, self._app.keymap)}

    def hold(self) -> None:
        """Keep the keys that come until ``release``: what they mean depends on an answer still on its way."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Take the keys that were kept, in their order, before any later one."""
        if self._held is not None and not self._is_taking:
            self._is_taking = True
            self._app.run_worker(self._take(self._held), group="keys")

    async def _take(self, held: list[tuple[str, str | None]]) -> None:
        while held:
            key, character = held.pop(0)
            if not self._is_typed(key, character):
                await self._app._check_bindings(key)  # noqa: SLF001 - Textual gives no other way to repeat a key
        self._held, self._is_taking = None, False

    def _is_typed(self, key: str, character: str | None) -> bool:
        screen = self._app.page
        if screen is None:
            return False
        screen.hush()
        return screen.prompt.feed(key, character)
