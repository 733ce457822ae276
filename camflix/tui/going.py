"""Going to sections by their keys; a part of the app."""

from __future__ import annotations

from camflix.tui.sections import SECTIONS


class Going:
    """A part of the app: the actions that go somewhere."""

    current_mode: str

    def go(self, mode: str) -> None:
        """Go to a section; from a page of it, to its first page."""
        if mode != self.current_mode:
            self.switch_mode(mode)  # type: ignore[attr-defined]
            return
        for _page in self.screen_stack[1:]:  # type: ignore[attr-defined]
            self.pop_screen()  # type: ignore[attr-defined]

    def action_go_discover(self) -> None:
        """Go to Discover."""
        self.go("discover")

    def action_go_rate(self) -> None:
        """Go to Rate."""
        self.go("rate")

    def action_go_films(self) -> None:
        """Go to My films."""
        self.go("films")

    def action_go_twins(self) -> None:
        """Go to Twins."""
        self.go("twins")

    def action_go_together(self) -> None:
        """Go to Together."""
        self.go("together")

    def action_go_stats(self) -> None:
        """Go to Stats."""
        self.go("stats")

    def action_go_import(self) -> None:
        """Go to Import."""
        self.go("import")

    def action_go_settings(self) -> None:
        """Go to Settings."""
        self.go("settings")

    def action_go_next(self) -> None:
        """Go to the next section."""
        self._go_by(1)

    def action_go_previous(self) -> None:
        """Go to the previous section."""
        self._go_by(-1)

    def _go_by(self, step: int) -> None:
        modes = [section.mode for section in SECTIONS if section.is_in_bar]
        place = modes.index(self.current_mode) if self.current_mode in modes else 0
        self.go(modes[(place + step) % len(modes)])
