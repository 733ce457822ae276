"""Genres in the reader's language: catalogues name them in English."""

from __future__ import annotations

import unicodedata

from camflix.i18n import N_, _

GENRES = {
    "action": N_("action"),
    "adventure": N_("adventure"),
    "animation": N_("animation"),
    "children": N_("children"),
    "comedy": N_("comedy"),
    "crime": N_("crime"),
    "documentary": N_("documentary"),
    "drama": N_("drama"),
    "family": N_("family"),
    "fantasy": N_("fantasy"),
    "film-noir": N_("film noir"),
    "history": N_("history"),
    "horror": N_("horror"),
    "imax": N_("IMAX"),
    "music": N_("music"),
    "musical": N_("musical"),
    "mystery": N_("mystery"),
    "romance": N_("romance"),
    "sci-fi": N_("science fiction"),
    "science-fiction": N_("science fiction"),
    "thriller": N_("thriller"),
    "war": N_("war"),
    "western": N_("western"),
}
"""What MovieLens and TMDB call them, with hyphens for spaces, and what they are called here."""
_SHORT = {"sf": "science-fiction", "scifi": "science-fiction", "docu": "documentary", "noir": "film-noir"}


def genre_words(genre: str) -> str:
    """Return a genre in the reader's language; one that is not known as the catalogue has it."""
    known = GENRES.get(genre.casefold().replace(" ", "-"))
    return genre if known is None else _(known)


def slugs_of_words(words: str) -> list[str]:
    """Return what catalogues may call a genre that is named in the reader's language, with or without accents.

    One that has several names in them, as ``sci-fi`` and ``science-fiction``, is found by each.
    """
    asked = _folded(_SHORT.get(words.casefold(), words))
    names = {name for slug, name in GENRES.items() if asked in {_folded(_(name)), _folded(slug)}}
    return [slug for slug, name in GENRES.items() if name in names]


def _folded(words: str) -> str:
    letters = unicodedata.normalize("NFD", words.casefold().replace("-", " "))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
