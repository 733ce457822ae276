"""Bytes of a picture into cells of a terminal, two pixels each."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from typing import TypeAlias

from PIL import Image

Colour: TypeAlias = tuple[int, int, int]
HalfBlocks: TypeAlias = tuple[tuple[tuple[Colour, Colour], ...], ...]
"""Lines of cells; a cell is the colour of its upper half and that of its lower half, red, green, blue of 0 to 255."""

_MAX_PIXELS = 4_000_000
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


def draw(content: bytes, columns: int, lines: int) -> HalfBlocks | None:
    """Return the picture within ``columns`` x ``lines`` cells, in its own proportions; None when it is none.

    A cell is taken to be twice as high as wide.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                return None
            scale = min(columns / image.width, 2 * lines / image.height)
            width = max(1, round(image.width * scale))
            height = max(2, round(image.height * scale / 2) * 2)
            small = image.convert("RGB").resize((width, height), Image.Resampling.BOX)
    except _BROKEN:
        return None
    pixels = small.tobytes()
    rows = [
        [(pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(3 * width * y, 3 * width * (y + 1), 3)]
        for y in range(height)
    ]
    return tuple(tuple(zip(rows[y], rows[y + 1], strict=True)) for y in range(0, height, 2))
