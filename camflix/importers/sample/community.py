"""People who do not exist, and the ratings they would give: the same on each run, on each machine.

Each person mixes two archetypes, adds whims of their own and has a personal scale. Nobody rates at random: people see
what they expect to like and what is famous, so the scores of the sample carry the same selection as real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camflix.importers.sample.archetypes import ARCHETYPES
from camflix.importers.sample.catalogue import films
from camflix.importers.sample.chance import Chance, standardised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from camflix.importers.sample.catalogue import SampleFilm

SEED = 8_138
"""Chosen among 30,000 because its draw of quality is kind to films that nearly everybody loves."""
N_USERS = 400
FEWEST_RATINGS = 15
MOST_RATINGS = 140
JOINING_SINCE = datetime(2022, 1, 1, tzinfo=UTC)
JOINING_DAYS = 1_180
RATINGS_PER_EVENING = 12

# What follows was set by looking at the outcome: like-minded users correlate by about 0.6, others by about 0.1, and a
# film is rated by 9 to 250 of the 400. Weights, fame and whims are in standard deviations of a liking; means and
# spreads of scores are in points.
_CLASSICS_END = 1980
_CLASSIC_BONUS = 0.5
_QUALITY_WEIGHT = 0.4
_KEENNESS = 0.95
_FAME_WEIGHT = 0.75
_LEAST_FAME = -1.1
_WHIM_DEVIATION = 0.55
_SEVEREST_MEAN = 45.0
_KINDEST_MEAN = 80.0
_NARROWEST_SPREAD = 8.0
_WIDEST_SPREAD = 24.0
_HEADROOM_PER_SPREAD = 1.75


@dataclass(frozen=True, slots=True)
class SampleRating:
    """A score that one generated user gave to one film.

    Attributes:
        username: ``sample-001`` to ``sample-400``; the prefix says that nobody stands behind it.
        tmdb_id: the film, one of ``films()``.
        score: 0 to 100, on this user's own scale.
        rated_at: aware UTC, after the release of every film of the sample.
    """

    username: str
    tmdb_id: int
    score: int
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A generated user before rating anything.

    Attributes:
        username: the name in the ratings.
        main: index in ``ARCHETYPES`` of the taste that outweighs the other.
        second: index of the other taste.
        main_share: weight of the main taste, 0.65 to 0.95; the other has the rest.
        n_ratings: how many films this person rates.
        mean: the centre of the scores, in points.
        spread: standard deviation of the scores that taste explains, in points.
        noise: standard deviation of what nothing explains, in points.
        step: scores are multiples of it: 1, 5 or 10.
    """

    username: str
    main: int
    second: int
    main_share: float
    n_ratings: int
    mean: float
    spread: float
    noise: float
    step: int


@dataclass(frozen=True, slots=True)
class _World:
    """What all people share; each list has one entry per film.

    Attributes:
        films: the films.
        genres: the genres of each film, as positions in the list of all genres.
        n_genres: the number of different genres.
        likings: for each archetype its liking of each film, in standard deviations.
        quality: what everybody agrees on, in standard deviations.
        fame: how likely a film is to be seen by anyone, in standard deviations, with a floor.
    """

    films: Sequence[SampleFilm]
    genres: Sequence[tuple[int, ...]]
    n_genres: int
    likings: Sequence[Sequence[float]]
    quality: Sequence[float]
    fame: Sequence[float]


def ratings() -> Iterator[SampleRating]:
    """Yield the ratings of the generated users, user by user, each user's in the order of their moments."""
    world = _world()
    for number in range(1, N_USERS + 1):
        chance = Chance(SEED + number)
        yield from _ratings_of(_person(number, chance), world, chance)


def people() -> list[Person]:
    """Return the generated users in the order of their names."""
    return [_person(number, Chance(SEED + number)) for number in range(1, N_USERS + 1)]


def _world() -> _World:
    """Return the films with what all people agree on about them."""
    chance = Chance(SEED)
    catalogue = films()
    names = sorted({genre for film in catalogue for genre in film.genres})
    # Of the old films the well-loved are still shown: an average film from 1935 is not in this sample.
    quality = [chance.hill() + (_CLASSIC_BONUS if film.year < _CLASSICS_END else 0.0) for film in catalogue]
    fame = [
        chance.hill() + 0.5 * good + (0.5 if film.language == "en" else 0.0)
        for film, good in zip(catalogue, quality, strict=True)
    ]
    return _World(
        films=catalogue,
        genres=[tuple(names.index(genre) for genre in film.genres) for film in catalogue],
        n_genres=len(names),
        likings=[archetype.likings(catalogue) for archetype in ARCHETYPES],
        quality=standardised(quality),
        # Nothing here is obscure: without a floor some films would find no one who has seen them.
        fame=[max(_LEAST_FAME, known) for known in standardised(fame)],
    )


def _person(number: int, chance: Chance) -> Person:
    """Return the user with this number, drawn from the user's own stream."""
    main = (number - 1) % len(ARCHETYPES)
    second = (main + chance.whole(1, len(ARCHETYPES) - 1)) % len(ARCHETYPES)
    mean = chance.between(_SEVEREST_MEAN, _KINDEST_MEAN)
    # Whoever scores high has little room above: a wide spread would pile everything up at 100.
    widest = min(_WIDEST_SPREAD, (100.0 - mean) / _HEADROOM_PER_SPREAD)
    activity = chance.unit()
    return Person(
        username=f"sample-{number:03d}",
        main=main,
        second=second,
        main_share=chance.between(0.65, 0.95),
        n_ratings=FEWEST_RATINGS + int((MOST_RATINGS - FEWEST_RATINGS + 1) * activity * activity),
        mean=mean,
        spread=chance.between(_NARROWEST_SPREAD, widest),
        noise=chance.between(6.0, 9.0),
        step=(1, 1, 1, 5, 5, 10)[chance.whole(0, 5)],
    )


def _ratings_of(person: Person, world: _World, chance: Chance) -> Iterator[SampleRating]:
    """Yield one person's ratings, oldest first."""
    taste = _taste(person, world, chance)
    seen = chance.shuffled(_seen(person, taste, world, chance))
    opinions = standardised([taste[film] + _QUALITY_WEIGHT * world.quality[film] for film in seen])
    moments = _moments(len(seen), chance)
    for film, opinion, rated_at in zip(seen, opinions, moments, strict=True):
        points = person.mean + person.spread * opinion + person.noise * chance.bell()
        yield SampleRating(person.username, world.films[film].tmdb_id, _score(points, person.step), rated_at)


def _taste(person: Person, world: _World, chance: Chance) -> list[float]:
    """Return how much this person likes each film: two archetypes and a whim about each genre."""
    whims = [_WHIM_DEVIATION * chance.hill() for _ in range(world.n_genres)]
    main, second, share = world.likings[person.main], world.likings[person.second], person.main_share
    taste = []
    for film, genres in enumerate(world.genres):
        whim = 0.0
        for genre in genres:
            whim += whims[genre]
        taste.append(share * main[film] + (1.0 - share) * second[film] + whim / len(genres))
    return taste


def _seen(person: Person, taste: Sequence[float], world: _World, chance: Chance) -> list[int]:
    """Return the films (positions) that this person rates: the likeable and the famous ones first, with much luck."""
    pull = [
        _KEENNESS * liking + _FAME_WEIGHT * known + chance.hill()
        for liking, known in zip(taste, world.fame, strict=True)
    ]
    by_pull = sorted(range(len(pull)), key=lambda film: (-pull[film], film))
    return by_pull[: person.n_ratings]


def _score(points: float, step: int) -> int:
    """Return the multiple of ``step`` that lies nearest to ``points``, within 0 to 100."""
    return max(0, min(100, step * int(points / step + 0.5)))


def _moments(n_ratings: int, chance: Chance) -> list[datetime]:
    """Return the moments of this many ratings, ascending: evenings of about a dozen, some days apart."""
    evening = JOINING_SINCE + timedelta(days=chance.whole(0, JOINING_DAYS), hours=18)
    moments: list[datetime] = []
    while len(moments) < n_ratings:
        now = evening + timedelta(seconds=chance.whole(0, 7_200))
        for _ in range(min(RATINGS_PER_EVENING, n_ratings - len(moments))):
            now += timedelta(seconds=chance.whole(15, 240))
            moments.append(now)
        evening += timedelta(days=chance.whole(1, 20))
    return moments
