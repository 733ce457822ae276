"""Bytes into a picture that is safe to show, and a picture into cells of a terminal, two pixels each."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from typing import TypeAlias

from PIL import Image

Picture: TypeAlias = Image.Image
"""Red, green and blue, decoded to the end."""
Colour: TypeAlias = tuple[int, int, int]
HalfBlocks: TypeAlias = tuple[tuple[tuple[Colour, Colour], ...], ...]
"""Lines of cells; a cell is the colour of its upper half and that of its lower half, red, green, blue of 0 to 255."""

_MAX_PIXELS = 4_000_000
_LARGEST_SHOWN = (600, 900)
_FORMATS = ("JPEG", "PNG", "WEBP")
# Pillow only warns between its limit and twice that, and a warning would be written across the screen.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# All that Pillow's decoders of these formats raise on bytes that are no picture.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def decoded(content: bytes) -> Picture | None:
    """Return the picture that these bytes are, within 600 x 900 pixels; None when they are none, or a huge one."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                return None
            picture = image.convert("RGB")
    except _BROKEN:
        return None
    picture.thumbnail(_LARGEST_SHOWN)
    return picture


def half_blocks(picture: Picture, columns: int, lines: int) -> HalfBlocks:
    """Return a picture drawn in ``columns`` x ``lines`` cells."""
    pixels = picture.resize((columns, 2 * lines), Image.Resampling.BOX).tobytes()
    rows = [
        [(pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(3 * columns * y, 3 * columns * (y + 1), 3)]
        for y in range(2 * lines)
    ]
    return tuple(tuple(zip(rows[y], rows[y + 1], strict=True)) for y in range(0, 2 * lines, 2))
