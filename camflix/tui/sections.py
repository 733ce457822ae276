"""The sections of the app: where one can go by one key."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from camflix.i18n import N_

if TYPE_CHECKING:
    from camflix.tui.screens.base import CamFlixScreen


class Section(NamedTuple):
    """A section: its mode, the action that goes there, its words, and the screen it begins with."""

    mode: str
    words: str
    module: str
    screen: str
    is_in_bar: bool = True

    @property
    def action(self) -> str:
        """Return the id of the action that goes there."""
        return f"go.{self.mode}"

    def open(self) -> CamFlixScreen:
        """Make its first screen; the module is loaded only now."""
        made = getattr(import_module(f"camflix.tui.screens.{self.module}"), self.screen)()
        return cast("CamFlixScreen", made)


SECTIONS: tuple[Section, ...] = (
    Section("discover", N_("Discover"), "discover", "Discover"),
    Section("rate", N_("Rate"), "rate", "Rate"),
    Section("films", N_("My films"), "my_films", "MyFilms"),
    Section("twins", N_("Twins"), "twins", "Twins"),
    Section("together", N_("Together"), "together", "Together", is_in_bar=False),
    Section("stats", N_("Stats"), "stats", "StatsScreen"),
    Section("import", N_("Import"), "import_", "Import", is_in_bar=False),
    Section("settings", N_("Settings"), "settings", "Settings", is_in_bar=False),
)
HOME = SECTIONS[0].mode
