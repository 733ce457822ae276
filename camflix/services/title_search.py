"""Films by some words of a title, begun or misspelt; made for a million films.

What few films have is looked up by its index and sorted; what many films have is looked for among the best known films,
where it is soon found. So no search reads the whole catalogue (docs/database.md, "Search").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union, union_all

from camflix.db.ids import among
from camflix.importers.text import N_FORM_LETTERS, title_words, word_forms
from camflix.models import Movie, MovieTitle, TitleWord, WordForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from camflix.services.catalogue_memory import CatalogueMemory, Titles

Conditions: TypeAlias = "Sequence[ColumnElement[bool]]"

LAST = chr(0x10FFFF)
_RARE = 2000
_BEST_KNOWN = 4000
_MANY = 4000
_MAX_ALTERNATIVES = 8
_LONG_WORD = 6
_FEWEST_BEGUN = 4
_FEWEST_SLIPPED = 3
_N_WORDS = 12


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

    def among(self, films: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
        """Return those films, given with their titles between spaces, of which a title has it."""
        end = "" if self.is_begun else " "
        if len(self.words) == 1:
            only = f" {self.words[0]}{end}"
            return [film for film in films if only in film[1]]
        search = re.compile(f" (?:{'|'.join(map(re.escape, self.words))}){end}").search
        return [film for film in films if search(film[1])]


class TitleSearch:
    """Finds the ids of films by what someone types."""

    def __init__(self, session: Session, memory: CatalogueMemory) -> None:
        self._session = session
        self._memory = memory
        self._remembered: Titles | None = None
        self._counts: dict[_Term, int] = {}

    def find(self, folded: str, limit: int, conditions: Conditions = ()) -> list[int]:
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
        terms = _typed(words)
        found: list[int] = []
        looked_at: set[int] = set()
        looks: tuple[Callable[[], Mapping[int, int]], ...] = (
            lambda: dict.fromkeys(self._titled(folded), 0),
            lambda: dict.fromkeys(self._beginning(folded, conditions), 0),
            lambda: self._with_all_words(folded, terms, limit, conditions),
        )
        # A class is looked for only where those before it leave room.
        for look in looks:
            new = {movie_id: class_ for movie_id, class_ in look().items() if movie_id not in looked_at}
            looked_at |= new.keys()
            found += self._in_order(new, limit - len(found), conditions)
            if len(found) >= limit:
                return found
        return found or self.alike(folded, limit, conditions)

    def among_all_of(self, folded: str, films: Select[int]) -> list[int]:
        """Return those of some films, thousands at the most, of which titles answer; all of them, in no order."""
        words = title_words(folded)[:_N_WORDS]
        titles = self._titles(MovieTitle.movie_id.in_(films)) if words else {}
        if found := _with_all(_typed(words), titles):
            return found
        known = {word for of_film in titles.values() for word in of_film.replace("|", " ").split()}
        for spelling in chain([words], self._respaced(words)):
            if found := _with_all(_meant_of(known, spelling), titles):
                return found
        return []

    def alike(self, folded: str, limit: int, conditions: Conditions = ()) -> list[int]:
        """Return films whose words are these with a slip or two in some, the likest first."""
        words = title_words(folded)[:_N_WORDS]
        for spelling in chain([words], self._respaced(words)):  # spaces only where slips explain nothing
            terms = self._meant(spelling)
            has_words = terms and all(term.words for term in terms)
            found = self._with_words(terms, limit, conditions) if has_words else []
            ordered = self._in_order(self._likeness(folded, found), limit, conditions) if found else []
            if ordered:
                return ordered
        return []

    def _titled(self, folded: str) -> Iterable[int]:
        return self._session.scalars(select(MovieTitle.movie_id).where(MovieTitle.folded == folded).limit(_RARE))

    def _beginning(self, folded: str, conditions: Conditions) -> Iterable[int]:
        begins = and_(MovieTitle.folded >= folded, MovieTitle.folded < folded + LAST)
        some = self._session.scalars(select(MovieTitle.movie_id).where(begins).limit(_RARE + 1)).all()
        if len(some) <= _RARE:
            return some
        if conditions:
            return []  # they come first among those with the words, all of which are looked at
        return [movie_id for movie_id, titles in self._best_known().items() if f"| {folded}" in titles]

    def _with_all_words(self, folded: str, terms: list[_Term], limit: int, conditions: Conditions) -> dict[int, int]:
        """Return films that have all these words with the class of each: of those not looked at yet, 0 begins so."""
        found = self._with_words(terms, limit, conditions)
        if not (found and conditions):
            return dict.fromkeys(found, 0)
        titles = self._titles(among(self._session, MovieTitle.movie_id, found))
        return {movie_id: int(f"| {folded}" not in titles[movie_id]) for movie_id in found}

    def _with_words(self, terms: list[_Term], limit: int, conditions: Conditions) -> list[int]:
        """Return films that have all these words; those that do not fulfil the conditions may be among them."""
        counts = self._count(terms)
        terms = sorted(terms, key=counts.__getitem__)
        fewest = counts[terms[0]]
        if not fewest:
            return []
        if fewest <= _RARE:
            return self._with_first(terms, None)
        found = self._fitting(_with_all(terms, self._best_known()), conditions)
        if len(found) >= limit:
            return found
        # Of what few films fulfil the first some thousands of a word may hold none.
        return found + (self._with_all_fitting(terms, conditions) if conditions else self._with_first(terms, _MANY))

    def _with_first(self, terms: list[_Term], most: int | None) -> list[int]:
        """Return films with these words, rarest first; of those with the first, that many are looked at (or all)."""
        rarest, *others = terms
        # Not DISTINCT: PostgreSQL would gather all films that have a word before it gave the first ones.
        rows = self._session.scalars(select(TitleWord.movie_id).where(rarest.of_index()).limit(most))
        found = list(dict.fromkeys(rows))
        if not (found and others):
            return found
        # By the titles as they are: the index would be asked for each film, each word and each spelling of it.
        return _with_all(others, self._titles(among(self._session, MovieTitle.movie_id, found)))

    def _with_all_fitting(self, terms: list[_Term], conditions: Conditions) -> list[int]:
        """Return films with these words that fulfil the conditions; whether it begins with those the database knows."""
        having = (Movie.id.in_(select(TitleWord.movie_id).where(term.of_index())) for term in terms)
        return list(self._session.scalars(select(Movie.id).where(*conditions, *having).limit(_MANY)))

    def _fitting(self, movie_ids: list[int], conditions: Conditions) -> list[int]:
        """Return those films that fulfil the conditions."""
        if not (movie_ids and conditions):
            return movie_ids
        query = select(Movie.id).where(among(self._session, Movie.id, movie_ids), *conditions)
        return list(self._session.scalars(query))

    def _titles(self, condition: ColumnElement[bool]) -> dict[int, str]:
        """Return all titles of films in one text each, a bar before and spaces around each title."""
        titles: dict[int, str] = {}
        for movie_id, folded in self._session.execute(select(MovieTitle.movie_id, MovieTitle.folded).where(condition)):
            titles[movie_id] = f"{titles.get(movie_id, '')}| {folded} "
        return titles

    def _count(self, terms: Sequence[_Term]) -> dict[_Term, int]:
        """Return how many films have each word, counted up to one more than ``_MANY``."""
        frequent = self._titles_memory().frequent
        self._counts.update({term: frequent[term] for term in terms if term in frequent})
        if new := [term for term in dict.fromkeys(terms) if term not in self._counts]:
            some = (select(TitleWord.movie_id).where(term.of_index()).limit(_MANY + 1).subquery() for term in new)
            counts = (select(func.count()).select_from(films).scalar_subquery() for films in some)
            # One question for all words: each is a way to the server and back.
            counted = dict(zip(new, self._session.execute(select(*counts)).one(), strict=True))
            self._counts |= counted
            # What many films have takes longest to count, and goes on being frequent.
            frequent.update({term: n_films for term, n_films in counted.items() if n_films > _RARE})
        return self._counts

    def _best_known(self) -> dict[int, str]:
        """Return the films that most people rated here, and those most spoken of elsewhere, with all their titles."""
        memory = self._titles_memory()
        if memory.best_known is None:
            rated = select(Movie.id).order_by(Movie.n_ratings.desc(), Movie.id.desc()).limit(_BEST_KNOWN).subquery()
            popular = select(Movie.id).order_by(Movie.popularity.desc(), Movie.id.desc()).limit(_BEST_KNOWN).subquery()
            best = union(select(rated.c.id), select(popular.c.id)).subquery()
            memory.best_known = self._titles(MovieTitle.movie_id.in_(select(best.c.id)))
        return memory.best_known

    def _titles_memory(self) -> Titles:
        """Return what is remembered of the titles as they are now."""
        if self._remembered is None:
            newest = self._session.scalar(select(func.max(MovieTitle.id))) or 0
            self._remembered = self._memory.titles_of(newest)
        return self._remembered

    def _meant(self, words: Sequence[str]) -> list[_Term]:
        """Return for each word those of titles that may be meant by it, itself among them when it is there.

        The likest come first; the last word may be only begun.
        """
        spelt = [(word, word == words[-1]) for word in words]
        # A slip in two letters leaves nothing to go by.
        asked = list(dict.fromkeys(each for each in spelt if len(each[0]) >= _FEWEST_SLIPPED))
        candidates: dict[tuple[str, bool], list[str]] = {each: [] for each in asked}
        if asked:
            sharing = (
                self._sharing(*each).add_columns(literal(i).label("i")).subquery() for i, each in enumerate(asked)
            )
            rows = self._session.execute(union_all(*(select(some.c.word, some.c.i) for some in sharing)))
            for word, i in rows:
                candidates[asked[i]].append(word)
        return [
            _Term(_nearest(*each, candidates[each]) if each in candidates else each[:1], is_begun=each[1])
            for each in spelt
        ]

    def _sharing(self, word: str, is_begun: bool) -> Select[str]:  # noqa: FBT001
        """Return the question for words that share a form with one."""
        shared: ColumnElement[bool] = WordForm.form.in_(word_forms(word))
        if is_begun and _FEWEST_BEGUN <= len(word) < N_FORM_LETTERS:
            # Forms are as long as a word's beginning: what is shorter can only begin one.
            shared = or_(*(and_(WordForm.form >= form, WordForm.form < form + LAST) for form in word_forms(word)))
        return select(WordForm.word).where(shared).distinct().limit(_RARE)

    def _respaced(self, words: list[str]) -> Iterator[list[str]]:
        """Yield the words with a space put into one that no title has, or taken out between two."""
        for place, word in enumerate(words):
            pieces = [(word[:i], word[i:]) for i in range(1, len(word))]
            known = self._those_known({piece for pair in pieces for piece in pair} | {word})
            if word in known:
                continue
            for left, right in pieces:
                if left in known and right in known:
                    yield [*words[:place], left, right, *words[place + 1 :]]
        for place in range(len(words) - 1):
            joined = words[place] + words[place + 1]
            if self._those_known({joined}):
                yield [*words[:place], joined, *words[place + 2 :]]

    def _those_known(self, words: set[str]) -> set[str]:
        """Return those that are words of titles."""
        forms = {form for word in words for form in word_forms(word) if word.startswith(form)}
        query = select(WordForm.word).where(WordForm.form.in_(forms), WordForm.word.in_(words))
        return set(self._session.scalars(query))

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

    def _in_order(self, classes: Mapping[int, int], limit: int, conditions: Conditions) -> list[int]:
        if not classes:
            return []
        query = select(Movie.id, Movie.n_ratings, Movie.n_votes).where(among(self._session, Movie.id, list(classes)))
        rows = self._session.execute(query.where(*conditions)).all()
        ordered = sorted(rows, key=lambda row: (classes[row.id], -row.n_ratings, -row.n_votes, row.id))
        return [row.id for row in ordered[:limit]]


def _typed(words: Sequence[str]) -> list[_Term]:
    """Return words as they were typed, the last one begun."""
    return [_Term((word,), is_begun=word == words[-1]) for word in words]


def _meant_of(known: Iterable[str], words: Sequence[str]) -> list[_Term]:
    """Return for each word those, of all that are known, that may be meant by it."""
    return [
        _Term(_nearest(word, is_begun, known) if len(word) >= _FEWEST_SLIPPED else (word,), is_begun=is_begun)
        for word, is_begun in ((word, word == words[-1]) for word in words)
    ]


def _with_all(terms: Sequence[_Term], titles: Mapping[int, str]) -> list[int]:
    """Return films that have all these words, rarest first, in their titles."""
    if not all(term.words for term in terms):
        return []
    films: Iterable[tuple[int, str]] = titles.items()
    for term in terms:
        films = term.among(films)
    return [movie_id for movie_id, _titles in films]


def _nearest(word: str, is_begun: bool, candidates: Iterable[str]) -> tuple[str, ...]:  # noqa: FBT001
    """Return those words of which one is a slip or two away, the likest first."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only when nothing was found otherwise

    slips = 1 if len(word) < _LONG_WORD else 2
    near = []
    for candidate in candidates:
        lengths = range(len(word) - slips, len(word) + slips + 1) if is_begun else [len(candidate)]
        distance = min(OSA.distance(word, candidate[:length], score_cutoff=slips) for length in lengths)
        if distance <= slips:
            near.append((distance, abs(len(candidate) - len(word)), candidate))
    return tuple(candidate for _distance, _longer, candidate in sorted(near)[:_MAX_ALTERNATIVES])
