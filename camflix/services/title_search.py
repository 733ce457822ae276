"""Films by some words of a title, begun or misspelt; made for a million films.

What few films have is looked up by its index and sorted; what many films have is looked for among the best known films,
where it is soon found. So no search reads the whole catalogue (docs/database.md, "Search").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union

from camflix.db.ids import among
from camflix.importers.text import title_words, word_forms
from camflix.models import Movie, MovieTitle, TitleWord, WordForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session

LAST = chr(0x10FFFF)
_RARE = 2000
_BEST_KNOWN = 5000
_MAX_ALTERNATIVES = 8
_LONG_WORD = 6
_N_WORDS = 12
_EXACT, _BEGINS, _WORDS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Term:
    """A word that a title must have: any of some, or one that begins so."""

    words: tuple[str, ...]
    is_begun: bool

    def of_index(self) -> ColumnElement[bool]:
        """Return the condition on a row of the index of words."""
        if not self.is_begun:
            return TitleWord.word.in_(self.words)
        return or_(*(and_(TitleWord.word >= word, TitleWord.word < word + LAST) for word in self.words))

    def of_film(self, movie_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Return the condition on a film, by its titles as they are."""
        title = literal(" ") + MovieTitle.folded + literal(" ")
        end = "" if self.is_begun else " "
        spelt = or_(*(title.contains(f" {word}{end}", autoescape=True) for word in self.words))
        return exists().where(MovieTitle.movie_id == movie_id, spelt)


class TitleSearch:
    """Finds the ids of films by what someone types."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, folded: str, limit: int, conditions: Sequence[ColumnElement[bool]] = ()) -> list[int]:
        """Return films whose titles answer: exact ones first, then those that begin so, then those with the words.

        Where there is none, those that are a slip or two away. Within a class the most rated come first.

        Args:
            folded: what was typed, folded; the last word may be only begun.
            limit: how many films at most.
            conditions: what else must hold of the film.
        """
        words = title_words(folded)[:_N_WORDS]
        if not words:
            return []
        classes = dict.fromkeys(self._titled(folded), _EXACT)
        for movie_id in self._beginning(folded):
            classes.setdefault(movie_id, _BEGINS)
        terms = [_Term((word,), is_begun=word == words[-1]) for word in words]
        for movie_id in self._with_words(terms, limit):
            classes.setdefault(movie_id, _WORDS)
        found = self._in_order(classes, limit, conditions)
        return found or self.alike(folded, limit, conditions)

    def alike(self, folded: str, limit: int, conditions: Sequence[ColumnElement[bool]] = ()) -> list[int]:
        """Return films whose words are these with a slip or two in some, the likest first."""
        words = title_words(folded)[:_N_WORDS]
        terms = [self._meant(word, is_begun=word == words[-1]) for word in words]
        if not terms or not all(term.words for term in terms):
            return []
        found = self._with_words(terms, limit)
        return self._in_order(self._likeness(folded, found), limit, conditions)

    def _titled(self, folded: str) -> Iterable[int]:
        return self._session.scalars(select(MovieTitle.movie_id).where(MovieTitle.folded == folded).limit(_RARE))

    def _beginning(self, folded: str) -> Iterable[int]:
        begins = and_(MovieTitle.folded >= folded, MovieTitle.folded < folded + LAST)
        some = self._session.scalars(select(MovieTitle.movie_id).where(begins).limit(_RARE + 1)).all()
        if len(some) <= _RARE:
            return some
        known = self._best_known()
        return self._session.scalars(select(MovieTitle.movie_id).where(MovieTitle.movie_id.in_(known), begins))

    def _with_words(self, terms: list[_Term], limit: int) -> Iterable[int]:
        """Return films that have all these words."""
        counts = [self._count(term.of_index()) for term in terms]
        if not all(counts):
            return []
        rarest = terms[min(range(len(terms)), key=counts.__getitem__)]
        others = [term for term in terms if term is not rarest]
        if min(counts) <= _RARE:
            query = select(TitleWord.movie_id).where(rarest.of_index()).distinct()
            return self._session.scalars(query.where(*(term.of_film(TitleWord.movie_id) for term in others)))
        known = select(Movie.id).where(Movie.id.in_(self._best_known()), *(term.of_film(Movie.id) for term in terms))
        found = list(self._session.scalars(known))
        return found if len(found) >= limit else found + self._of_many(rarest, others)

    def _of_many(self, first: _Term, others: list[_Term]) -> list[int]:
        """Return some films with words that many have, well known or not."""
        query = select(TitleWord.movie_id).where(first.of_index())
        for term in others:
            other = TitleWord.__table__.alias()
            in_index = exists().where(other.c.word.in_(term.words), other.c.movie_id == TitleWord.movie_id)
            query = query.where(term.of_film(TitleWord.movie_id) if term.is_begun else in_index)
        return list(self._session.scalars(query.limit(_RARE)))

    def _count(self, condition: ColumnElement[bool]) -> int:
        """Return how many films have it, counted up to one more than are rare."""
        some = select(TitleWord.movie_id).where(condition).limit(_RARE + 1).subquery()
        return self._session.scalar(select(func.count()).select_from(some)) or 0

    def _best_known(self) -> ColumnElement[int]:
        """Return the films that most people rated here, and those most spoken of elsewhere."""
        rated = select(Movie.id).order_by(Movie.n_ratings.desc(), Movie.id.desc()).limit(_BEST_KNOWN).subquery()
        popular = select(Movie.id).order_by(Movie.popularity.desc(), Movie.id.desc()).limit(_BEST_KNOWN).subquery()
        return union(select(rated.c.id), select(popular.c.id)).scalar_subquery()

    def _meant(self, word: str, *, is_begun: bool) -> _Term:
        """Return the words of titles that may be meant by one, itself among them when it is there, the likest first."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - only when nothing was found otherwise

        if len(word) <= 2:  # noqa: PLR2004 - a slip in two letters leaves nothing to go by
            return _Term((word,), is_begun)
        slips = 1 if len(word) < _LONG_WORD else 2
        candidates = self._session.scalars(select(WordForm.word).where(WordForm.form.in_(word_forms(word))).distinct())
        distances: dict[str, int] = {}
        for candidate in candidates:
            lengths = range(len(word) - slips, len(word) + slips + 1) if is_begun else [len(candidate)]
            distances[candidate] = min(OSA.distance(word, candidate[:length]) for length in lengths)
        near = [candidate for candidate, distance in distances.items() if distance <= slips]
        near.sort(key=lambda candidate: (distances[candidate], abs(len(candidate) - len(word)), candidate))
        return _Term(tuple(near[:_MAX_ALTERNATIVES]), is_begun)

    def _likeness(self, folded: str, movie_ids: Iterable[int]) -> dict[int, int]:
        """Return how many slips each film's nearest title is away, titles cut to what was typed."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - only when nothing was found otherwise

        rows = self._session.execute(
            select(MovieTitle.movie_id, MovieTitle.folded).where(
                among(self._session, MovieTitle.movie_id, list(movie_ids))
            )
        )
        slips: dict[int, int] = {}
        for movie_id, title in rows:
            whole, begun = OSA.distance(folded, title), OSA.distance(folded, title[: len(folded)])
            slips[movie_id] = min(slips.get(movie_id, len(folded) * 2), 2 * min(whole, begun) + (whole > begun))
        return slips

    def _in_order(self, classes: dict[int, int], limit: int, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
        query = select(Movie.id, Movie.n_ratings, Movie.n_votes).where(among(self._session, Movie.id, list(classes)))
        rows = self._session.execute(query.where(*conditions)).all()
        ordered = sorted(rows, key=lambda row: (classes[row.id], -row.n_ratings, -row.n_votes, row.id))
        return [row.id for row in ordered[:limit]]
