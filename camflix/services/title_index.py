"""Keeps the words of titles beside the titles, for searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text

from camflix.db.bulk import insert_missing
from camflix.importers.text import N_FORM_LETTERS, title_words, word_forms
from camflix.models import MovieTitle, TitleWord, WordForm
from camflix.models.base import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

_BLOCK = 400
# Looked up by the whole key, in one query; SQLite takes no arrays.
_KNOWN_WORDS = text("""
SELECT stored.word
FROM unnest(CAST(:forms AS text[]), CAST(:words AS text[])) AS wanted (form, word)
JOIN word_form stored ON stored.form = wanted.form AND stored.word = wanted.word
""")
_TITLES_AT_ONCE = 20_000


class TitleIndex:
    """Writes the words of titles; whoever writes a title tells it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: set[str] = set()

    def add(self, titles: Iterable[tuple[int, str]]) -> None:
        """Index titles, given as the film's id and the folded title; what is there already stays."""
        pairs = sorted({(word, movie_id) for movie_id, folded in titles for word in title_words(folded)})
        connection = self._session.connection()
        insert_missing(connection, table_of(TitleWord), ("word", "movie_id"), pairs)
        # Titles share most of their words: those met before are not looked for again.
        words = {word for word, _movie_id in pairs} - self._known
        new = self._unknown(sorted(words))
        self._known |= words
        rows = sorted((form, word) for word in new for form in word_forms(word))
        insert_missing(connection, table_of(WordForm), ("form", "word"), rows)

    def rebuild(self) -> int:
        """Index all titles anew; return how many there are."""
        self._session.execute(delete(TitleWord))
        self._session.execute(delete(WordForm))
        n, last = 0, 0
        while True:
            query = select(MovieTitle.id, MovieTitle.movie_id, MovieTitle.folded).where(MovieTitle.id > last)
            rows = self._session.execute(query.order_by(MovieTitle.id).limit(_TITLES_AT_ONCE)).all()
            if not rows:
                return n
            self.add((row.movie_id, row.folded) for row in rows)
            n, last = n + len(rows), rows[-1].id

    def _unknown(self, words: list[str]) -> list[str]:
        known: set[str] = set()
        if self._session.connection().dialect.name == "postgresql":
            pairs = {"forms": [word[:N_FORM_LETTERS] for word in words], "words": words}
            known.update(self._session.scalars(_KNOWN_WORDS, pairs))
            return [word for word in words if word not in known]
        for start in range(0, len(words), _BLOCK):
            block = words[start : start + _BLOCK]
            forms = {form for word in block for form in word_forms(word) if word.startswith(form)}
            # Words are not asked for as well: SQLite would look up each form with each word.
            known.update(self._session.scalars(select(WordForm.word).where(WordForm.form.in_(forms))))
        return [word for word in words if word not in known]
