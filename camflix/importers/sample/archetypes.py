"""Ten ways to love films, each as weights over what a film is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from camflix.importers.sample.chance import standardised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from camflix.importers.sample.catalogue import SampleFilm

_STRONGEST_LIKING = 2.5


@dataclass(frozen=True, slots=True)
class Archetype:
    """A taste: how much each trait of a film adds to the liking for it (about -1.5 to 2; unnamed traits add 0).

    Attributes:
        name: what to call the people who have it.
        genres: weight by genre; a film takes the mean of its genres' weights, doubled.
        decades: weight by the first year of the decade.
        languages: weight by ISO 639-1 code of the original language.
        directors: weight by name; of several directors the best-loved counts.
    """

    name: str
    genres: Mapping[str, float]
    decades: Mapping[int, float] = field(default_factory=dict)
    languages: Mapping[str, float] = field(default_factory=dict)
    directors: Mapping[str, float] = field(default_factory=dict)

    def liking(self, film: SampleFilm) -> float:
        """Return how much this taste likes a film, on no particular scale."""
        genres = math.fsum(self.genres.get(genre, 0.0) for genre in film.genres) / len(film.genres)
        director = max(self.directors.get(name, 0.0) for name in film.directors)
        decade = self.decades.get(film.year // 10 * 10, 0.0)
        return 2.0 * genres + decade + self.languages.get(film.language, 0.0) + director

    def likings(self, films: Sequence[SampleFilm]) -> list[float]:
        """Return the liking for each film, mean 0 and standard deviation 1 over them, no extremes."""
        return [
            max(-_STRONGEST_LIKING, min(_STRONGEST_LIKING, liking))
            for liking in standardised([self.liking(film) for film in films])
        ]


ARCHETYPES = (
    Archetype(
        "french auteur",
        genres={"drama": 0.5, "romance": 0.4, "action": -1.0, "horror": -0.7, "animation": -0.5, "family": -0.6},
        decades={1930: 0.3, 1950: 0.4, 1960: 0.8, 1970: 0.3},
        languages={"fr": 1.7, "it": 0.5, "sv": 0.5, "en": -0.4},
        directors={
            "Jean Renoir": 0.8,
            "Robert Bresson": 0.8,
            "Alain Resnais": 0.8,
            "François Truffaut": 1.0,
            "Jean-Luc Godard": 1.0,
            "Agnès Varda": 1.0,
            "Chris Marker": 0.8,
            "Jacques Tati": 0.6,
            "Jean-Pierre Melville": 0.6,
            "Krzysztof Kieślowski": 0.8,
            "Michael Haneke": 0.7,
        },
    ),
    Archetype(
        "blockbuster",
        genres={
            "action": 1.2,
            "adventure": 1.0,
            "science-fiction": 0.6,
            "fantasy": 0.5,
            "drama": -0.6,
            "romance": -0.3,
        },
        decades={1980: 0.4, 1990: 0.5, 2000: 0.7, 2010: 0.9},
        languages={"en": 0.7, "fr": -0.4},
        directors={"Steven Spielberg": 0.9, "James Cameron": 0.9, "Christopher Nolan": 0.9, "Peter Jackson": 0.8},
    ),
    Archetype(
        "horror night",
        genres={"horror": 1.8, "thriller": 0.6, "mystery": 0.3, "romance": -0.6, "musical": -1.0, "family": -0.8},
        decades={1970: 0.4, 1980: 0.5, 2000: 0.2},
        directors={
            "John Carpenter": 0.7,
            "Wes Craven": 0.7,
            "Sam Raimi": 0.6,
            "James Wan": 0.6,
            "Dario Argento": 0.6,
            "David Cronenberg": 0.6,
        },
    ),
    Archetype(
        "golden age",
        genres={"comedy": 0.3, "romance": 0.4, "musical": 0.6, "western": 0.7, "mystery": 0.4, "horror": -0.3},
        decades={1920: 0.9, 1930: 1.4, 1940: 1.6, 1950: 1.4, 1960: 0.6, 1990: -0.5, 2000: -0.8, 2010: -1.0},
        languages={"en": 0.3},
        directors={"Alfred Hitchcock": 0.9, "Billy Wilder": 0.9, "Charlie Chaplin": 0.7, "Frank Capra": 0.6},
    ),
    Archetype(
        "animation family",
        genres={"animation": 1.6, "family": 1.3, "fantasy": 0.4, "adventure": 0.3, "horror": -1.2, "crime": -0.9},
        decades={1990: 0.2, 2000: 0.3},
        directors={"Hayao Miyazaki": 1.0, "Isao Takahata": 0.6, "Pete Docter": 0.4, "Brad Bird": 0.4},
    ),
    Archetype(
        "mind-bending science-fiction",
        genres={"science-fiction": 1.6, "mystery": 1.0, "thriller": 0.3, "musical": -0.8, "family": -0.7, "war": -0.3},
        decades={1960: 0.2, 1980: 0.2, 2000: 0.2, 2010: 0.3},
        directors={
            "Stanley Kubrick": 0.9,
            "David Lynch": 1.1,
            "Andrei Tarkovsky": 1.1,
            "Denis Villeneuve": 0.9,
            "Christopher Nolan": 0.9,
            "Terry Gilliam": 0.8,
            "Chris Marker": 1.0,
            "Jean-Luc Godard": 0.3,
        },
    ),
    Archetype(
        "crime and noir",
        genres={"crime": 1.5, "thriller": 0.7, "mystery": 0.6, "animation": -0.8, "family": -0.8, "fantasy": -0.6},
        decades={1940: 0.3, 1970: 0.4, 1990: 0.4},
        directors={
            "Martin Scorsese": 0.9,
            "Quentin Tarantino": 0.9,
            "David Fincher": 0.7,
            "Joel Coen": 0.7,
            "Jean-Pierre Melville": 0.9,
            "Francis Ford Coppola": 0.7,
            "Alfred Hitchcock": 0.5,
        },
    ),
    Archetype(
        "world cinema",
        genres={"drama": 0.5, "action": -0.4, "musical": -0.3, "adventure": -0.2},
        languages={
            **dict.fromkeys(("ja", "ko", "zh", "fa", "bn", "ru", "sv", "da", "pt"), 1.4),
            **dict.fromkeys(("it", "es", "de"), 1.1),
            "fr": 0.3,
            "en": -0.9,
        },
        directors={"Akira Kurosawa": 0.7, "Ingmar Bergman": 0.6, "Pedro Almodóvar": 0.5, "Wong Kar-wai": 0.6},
    ),
    Archetype(
        "romantic comedy",
        genres={"romance": 1.2, "comedy": 1.0, "musical": 0.6, "horror": -1.2, "war": -0.7, "crime": -0.5},
        decades={1980: 0.2, 1990: 0.5, 2000: 0.4},
        languages={"en": 0.2},
        directors={"Rob Reiner": 0.5, "Richard Linklater": 0.4, "Billy Wilder": 0.4, "Woody Allen": 0.5},
    ),
    Archetype(
        "epic and war",
        genres={"war": 1.4, "history": 1.3, "western": 1.3, "adventure": 0.6, "horror": -0.8, "animation": -0.7},
        decades={1950: 0.2, 1960: 0.4, 1970: 0.3},
        directors={
            "David Lean": 0.6,
            "Sergio Leone": 0.8,
            "Akira Kurosawa": 0.8,
            "Ridley Scott": 0.5,
            "Francis Ford Coppola": 0.5,
            "Stanley Kubrick": 0.4,
            "Steven Spielberg": 0.4,
        },
    ),
)
"""The order is part of the sample: people are drawn by it."""
