"""Posters: fetched once, checked, kept on disk within bounds, and turned into half blocks. Nothing here fails aloud.

Importing this room loads neither Pillow nor httpx: they come with the first poster that is asked for.
"""

from camflix.posters.cache import PosterCache
from camflix.posters.store import PosterStore

__all__ = ["PosterCache", "PosterStore"]
