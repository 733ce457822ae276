"""Characters that move a terminal rather than show something: they do not travel from one person's words to another's.

Those of C0, DEL and C1 begin the commands of terminals; those of bidi turn what stands behind them round.
"""

from __future__ import annotations

import re

_BIDI = r"\u202a-\u202e\u2066-\u2069"
_IN_A_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f{_BIDI}]")
_IN_LINES = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}]")
_SHOWN = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}]")
_IN_JSON = re.compile(rf"[\x7f-\x9f{_BIDI}]")


def has_controls(text: str, *, many_lines: bool = False) -> bool:
    """Return whether a text holds such characters; ends of lines and tabs are none where many lines are meant."""
    # Nearly all text is printable, which is seen at once.
    return not text.isprintable() and (_IN_LINES if many_lines else _IN_A_LINE).search(text) is not None


def plain(text: str) -> str:
    """Return a text as a terminal may show it: without such characters, with its lines and tabs."""
    return text if text.isprintable() else _SHOWN.sub("", text)


def plain_json(text: str) -> str:
    """Return JSON with such characters written as what they are: within strings, where alone they stand."""
    return (
        text if text.isascii() and "\x7f" not in text else _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    )
