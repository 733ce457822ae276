"""The place of a poster beside a page: empty, and without width, until the poster is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from camflix.posters.pictures import HalfBlocks, Picture
    from camflix.tui.app import CamFlixApp

_SIZES = ((134, 26, 36), (106, 12, 24))
"""From how many columns and lines on a poster takes how many columns: a page keeps 80, enough for all it says."""
_CELL_RATIO = 2
"""How much higher than wide a cell is."""
_HALF = "▀"


class _Shown(NamedTuple):
    """What is shown, and how: as long as it is the same, nothing is drawn anew."""

    picture: Picture
    way: str
    columns: int
    lines: int


class _HalfBlocks(Widget):
    """A picture of two pixels a cell."""

    def __init__(self, drawn: HalfBlocks) -> None:
        super().__init__()
        self._strips = [
            Strip([Segment(_HALF, _style(*cell)) for cell in line], cell_length=len(line)) for line in drawn
        ]

    def render_line(self, y: int) -> Strip:
        """Return a line."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


def _style(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Style:
    return Style(color="#{:02x}{:02x}{:02x}".format(*upper), bgcolor="#{:02x}{:02x}{:02x}".format(*lower))


class PosterPlace(Widget):
    """Shows a film's poster where the terminal can, there is room beside a page, and it is to be had."""

    def __init__(self) -> None:
        super().__init__()
        self._path: str | None = None
        self._picture: Picture | None = None
        self._shown: _Shown | None = None

    def show(self, path: str | None) -> None:
        """Show the poster of this path at TMDB, when it is there; none for None."""
        if path != self._path:
            self._path, self._picture = path, None
        self.renew()

    def renew(self) -> None:
        """Show it as it can be shown now: the room, or what was chosen, may be another."""
        room = self._room()
        way = self._camflix.poster_way
        if self._path is None or room is None or way == "none":
            self._put(None)
        elif self._picture is None:
            self._put(None)
            # Not a coroutine but what makes one: a worker may be overtaken before it begins.
            fetch = partial(self._fetch, self._path, way)
            self.run_worker(fetch, group="poster", exclusive=True)  # type: ignore[arg-type] # a partial of a coroutine function
        else:
            self._put(_Shown(self._picture, way, *_fitted(self._picture, *room)))

    @property
    def _camflix(self) -> CamFlixApp:
        return cast("CamFlixApp", self.app)

    def _room(self) -> tuple[int, int] | None:
        """Return the columns and lines there are for it, None when the page needs them."""
        width, lines = self.screen.size.width, self.screen.size.height - _OTHER_LINES
        for least_width, least_lines, columns in _SIZES:
            if width >= least_width and lines >= least_lines:
                return columns, lines
        return None

    async def _fetch(self, path: str, way: str) -> None:
        picture = await self._camflix.pictures.picture(path, way)
        if picture is not None and path == self._path:
            self._picture = picture
            self.renew()

    def _put(self, shown: _Shown | None) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        self.remove_children()
        self.display = shown is not None
        if shown is not None:
            widget = _widget(shown)
            widget.styles.width, widget.styles.height = shown.columns, shown.lines
            self.mount(widget)


_OTHER_LINES = 5
"""The lines of a screen above and below a page."""


def _fitted(picture: Picture, columns: int, lines: int) -> tuple[int, int]:
    """Return how many columns and lines a picture takes in its own proportions, within these."""
    scale = min(columns / picture.width, _CELL_RATIO * lines / picture.height)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale / _CELL_RATIO))


def _widget(shown: _Shown) -> Widget:
    if shown.way == "halfblocks":
        from camflix.posters.pictures import half_blocks  # noqa: PLC0415 - Pillow, loaded with the picture

        return _HalfBlocks(half_blocks(shown.picture, shown.columns, shown.lines))
    from camflix.tui.widgets.images import image_widget  # noqa: PLC0415 - textual-image, loaded with the picture

    return image_widget(shown.picture, shown.way)
