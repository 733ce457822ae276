"""Three themes, each with the styles that lines are written in. Colour repeats what words and numbers say already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.style import Style
from textual.theme import Theme

from camflix.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

DEFAULT_THEME = "dark"
N_TIERS = 10


class Palette(NamedTuple):
    """The styles of one theme.

    Attributes:
        tiers: of scores and their tiers, worst first, ten of them.
        cursor: laid over the line that has the cursor, while the list has the focus.
        resting: the same while something else has it.
    """

    text: Style
    dim: Style
    strong: Style
    accent: Style
    title: Style
    key: Style
    bar: Style
    track: Style
    good: Style
    bad: Style
    warning: Style
    cursor: Style
    resting: Style
    tiers: tuple[Style, ...]

    def tier(self, tier: int) -> Style:
        """Return the style of a tier, 1 to 10."""
        return self.tiers[max(1, min(N_TIERS, tier)) - 1]

    def score(self, score: float, tier: int | None = None) -> Style:
        """Return the style of a score: that of its tier, or where none is known that of its height."""
        return self.tier(tier if tier is not None else int(score // 10) + 1)


def _palette(
    colours: dict[str, str], tiers: Sequence[str], *, cursor_bold: bool = False, underline_resting: bool = False
) -> Palette:
    return Palette(
        text=Style(color=colours["text"]),
        dim=Style(color=colours["dim"]),
        strong=Style(color=colours["text"], bold=True),
        accent=Style(color=colours["accent"]),
        title=Style(color=colours["accent"], bold=True),
        key=Style(color=colours["accent"], bold=True),
        bar=Style(color=colours["accent"]),
        track=Style(color=colours["track"]),
        good=Style(color=colours["good"]),
        bad=Style(color=colours["bad"]),
        warning=Style(color=colours["warning"]),
        cursor=Style(bgcolor=colours["cursor"], bold=True if cursor_bold else None),
        resting=Style(bgcolor=colours["resting"], underline=True if underline_resting else None),
        tiers=tuple(Style(color=colour, bold=position >= N_TIERS - 2) for position, colour in enumerate(tiers)),
    )


PALETTES: dict[str, Palette] = {
    "dark": _palette(
        {
            "text": "#d8dee6",
            "dim": "#7d8896",
            "track": "#4a4f57",
            "accent": "#7cb7ff",
            "good": "#8ccf8a",
            "bad": "#f0837c",
            "warning": "#e8c26a",
            "cursor": "#31405a",
            "resting": "#2a2d33",
        },
        (
            "#e5706b", "#e8826a", "#ea9768", "#ebad67", "#e3c16c",
            "#ccca74", "#aecd7c", "#8fcf86", "#74d39a", "#5fd7b0",
        ),
    ),
    "light": _palette(
        {
            "text": "#1f2730",
            "dim": "#66707c",
            "track": "#c3cad3",
            "accent": "#0b5cad",
            "good": "#1d7a35",
            "bad": "#b3261e",
            "warning": "#8a5a00",
            "cursor": "#cfe2f8",
            "resting": "#ececee",
        },
        (
            "#a8201a", "#a83a14", "#a04e0e", "#945e08", "#846a04",
            "#6c7206", "#4f7712", "#317a26", "#167a40", "#00785a",
        ),
    ),
    "contrast": _palette(
        {
            "text": "#ffffff",
            "dim": "#d0d0d0",
            "track": "#8a8a8a",
            "accent": "#ffff00",
            "good": "#00ff5f",
            "bad": "#ff8787",
            "warning": "#ffd75f",
            "cursor": "#0000d7",
            "resting": "#303030",
        },
        (
            "#ff8787", "#ff9f87", "#ffaf5f", "#ffc75f", "#ffdf5f",
            "#ffff5f", "#dfff5f", "#afff5f", "#5fff87", "#5fffd7",
        ),
        cursor_bold=True,
        underline_resting=True,
    ),
}  # fmt: skip

NAMES: dict[str, str] = {"dark": N_("dark"), "light": N_("light"), "contrast": N_("high contrast")}


def _theme(name: str, background: str, surface: str, panel: str, *, is_dark: bool) -> Theme:
    palette = PALETTES[name]

    def hex_of(style: Style) -> str:
        assert style.color is not None
        return style.color.name

    return Theme(
        name=name,
        primary=hex_of(palette.accent),
        secondary=hex_of(palette.accent),
        accent=hex_of(palette.accent),
        foreground=hex_of(palette.text),
        background=background,
        surface=surface,
        panel=panel,
        success=hex_of(palette.good),
        warning=hex_of(palette.warning),
        error=hex_of(palette.bad),
        dark=is_dark,
    )


THEMES: tuple[Theme, ...] = (
    _theme("dark", "#16181b", "#1b1d20", "#26292e", is_dark=True),
    _theme("light", "#fcfcfc", "#f4f4f5", "#e9e9eb", is_dark=False),
    _theme("contrast", "#000000", "#000000", "#1c1c1c", is_dark=True),
)


def palette_of(app: App[Any]) -> Palette:
    """Return the styles of the app's present theme."""
    return PALETTES.get(app.theme, PALETTES[DEFAULT_THEME])
