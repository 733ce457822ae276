"""Which films belong together, as far as their titles tell: a list is not ten sequels.

"Alien", "Alien 3" and "Alien: Resurrection" begin alike, and so do the parts of The Lord of the Rings; what follows a
number or a colon tells the parts of one story apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

from camflix.importers.text import fold_title

_PART = re.compile(r"\s*[:(\u2013].*$|\s+-\s.*$")
_NUMBER = re.compile(r"\s+(?:(?:part|episode|vol(?:ume)?|chapter|chapitre|partie)\s+)?(?:[0-9]{1,2}|[ivx]{1,4})$")
_LEAST_CHARACTERS = 4
"""A shorter beginning (“It”, “Up”) says nothing."""


@lru_cache(maxsize=8192)
def franchise_key(title: str) -> str:
    """Return what the parts of a franchise have in common, folded; the whole title of a film that stands alone."""
    beginning = fold_title(_PART.sub("", title))
    without_number = _NUMBER.sub("", beginning)
    key = without_number if len(without_number) >= _LEAST_CHARACTERS else beginning
    return key if len(key) >= _LEAST_CHARACTERS else fold_title(title)
