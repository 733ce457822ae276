"""The sample community that ships with CamFlix, so that ``camflix demo`` works offline.

The films are real; the facts about them were written for this package and their ids checked against MovieLens's public
links. The people are not: ``sample-001`` to ``sample-400`` are generated from a seed, and so are their ratings.
"""

from __future__ import annotations

from camflix.importers.sample.catalogue import SampleFilm, films
from camflix.importers.sample.community import SampleRating, ratings
from camflix.importers.sample.demo import demo_ratings

__all__ = ["SampleFilm", "SampleRating", "demo_ratings", "films", "ratings"]
