"""What a process remembers of the catalogue between transactions; all of it can be found again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class CatalogueMemory:
    """Sizes of lists, and the titles of the best known films; each good until a film or a title is added.

    Attributes:
        sizes: by column: the newest film's id, how many films there were then, how many of them had a value.
        known_titles: by film: all its folded titles as one text, each after a bar.
        newest_title: the id of the newest title when these were read.
    """

    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    known_titles: dict[int, str] | None = None
    newest_title: int = 0
