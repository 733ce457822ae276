"""What a process remembers of the catalogue between transactions; all of it can be found again."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

_MOST_PLACES = 4096
_MOST_WORDS = 20_000


@dataclass
class Places:
    """Films met at places of one order, so that a list drawn line by line need not count from its beginning each time.

    Ratings move films by a few places meanwhile; windows that follow each other fit together all the same, because
    each is counted from the one before.
    """

    newest: int = -1
    offsets: list[int] = field(default_factory=list)
    films: dict[int, tuple[object, int]] = field(default_factory=dict)

    def before(self, offset: int, newest: int) -> tuple[object, int | None, int]:
        """Return the value and id of the last film known before a place, and its own place; None where none is.

        What was met before the ``newest`` film came is forgotten.
        """
        if newest != self.newest or len(self.offsets) > _MOST_PLACES:
            self.newest, self.offsets, self.films = newest, [], {}
        offsets = self.offsets
        position = bisect_left(offsets, offset)
        if not position:
            return None, None, 0
        place = offsets[position - 1]
        return *self.films[place], place

    def remember(self, offset: int, value: object, movie_id: int) -> None:
        """Keep the film met at a place."""
        if offset not in self.films:
            insort(self.offsets, offset)
        self.films[offset] = (value, movie_id)


@dataclass
class Titles:
    """What searches remember of the titles there are.

    Attributes:
        newest: the id of the newest title when this was read.
        best_known: by film, one of the best known: all its folded titles as one text, each after a bar.
        frequent: by words searched for, of those that many films have: how many.
    """

    newest: int = -1
    best_known: dict[int, str] | None = None
    frequent: dict[object, int] = field(default_factory=dict)


@dataclass
class CatalogueMemory:
    """Sizes of lists, and what searches know of the titles; each good until a film or a title is added.

    Attributes:
        sizes: by column: the newest film's id, how many films there were then, how many of them had a value.
        places: by order: films met at places of it.
        titles: of the titles, as they were at the last search.
    """

    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    titles: Titles = field(default_factory=Titles)

    def titles_of(self, newest: int) -> Titles:
        """Return what is remembered of the titles up to the newest; nothing of them once there is a newer one."""
        if newest != self.titles.newest:
            self.titles = Titles(newest)
        elif len(self.titles.frequent) > _MOST_WORDS:
            self.titles.frequent = {}
        return self.titles
