"""The films of the sample: real ones, read from films.csv beside this module."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SampleFilm:
    """A film as one line of films.csv tells it.

    Attributes:
        tmdb_id: TMDB's number, unique in the sample.
        imdb_id: IMDb's name, ``tt`` and seven digits.
        movielens_id: MovieLens's number.
        title: the English or international title.
        title_fr: the title in French cinemas.
        title_original: the title in the film's own language and script.
        language: ISO 639-1 code of the language it was made in; of its intertitles where it is silent.
        year: the year of its first release.
        release_date: the day it came to cinemas, at a public premiere or generally (a festival does not count); None
            where that day is not known for certain.
        runtime: minutes, as first shown in cinemas.
        directors: names, in the order of the credits.
        genres: from the nineteen that CamFlix knows, in English.
    """

    tmdb_id: int
    imdb_id: str
    movielens_id: int
    title: str
    title_fr: str
    title_original: str
    language: str
    year: int
    release_date: date | None
    runtime: int
    directors: tuple[str, ...]
    genres: tuple[str, ...]


def films() -> list[SampleFilm]:
    """Return the films of the sample, about three hundred, oldest first."""
    with files("camflix.importers.sample").joinpath("films.csv").open(encoding="utf-8") as lines:
        return [_film(row) for row in csv.DictReader(lines)]


def _film(row: Mapping[str, str]) -> SampleFilm:
    """Return one line of films.csv with its types."""
    return SampleFilm(
        tmdb_id=int(row["tmdb_id"]),
        imdb_id=row["imdb_id"],
        movielens_id=int(row["movielens_id"]),
        title=row["title"],
        title_fr=row["title_fr"],
        title_original=row["title_original"],
        language=row["language"],
        year=int(row["year"]),
        release_date=date.fromisoformat(row["release_date"]) if row["release_date"] else None,
        runtime=int(row["runtime"]),
        directors=tuple(row["directors"].split("|")),
        genres=tuple(row["genres"].split("|")),
    )
