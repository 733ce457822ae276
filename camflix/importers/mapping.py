"""Which score each rating of a file becomes: by its scale, and by what a person says of single ratings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from camflix.errors import InvalidInputError
from camflix.importers.fields import RatingScale, parse_rating, plain_rating
from camflix.importers.tables import shown
from camflix.scores import parse_score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from camflix.results import ScaleChoice

_N_TOLD = 12
_CHOSEN = {"10": RatingScale(10), "100": RatingScale(100)}


class Rated(Protocol):
    """A file of ratings."""

    @property
    def ratings_name(self) -> str:
        """The name of the file of ratings, for messages."""
        ...

    def written(self) -> Iterator[str]:
        """Yield each rating as it stands in the file."""
        ...


@dataclass(frozen=True, slots=True)
class ScoreMapping:
    """How ratings become scores.

    Attributes:
        scale: ``auto`` for the scale of the format, else where the scale of this file ends.
        scores: the scores that a person gives to single ratings, by ``plain_rating``; they come before any scale.
    """

    scale: ScaleChoice = "auto"
    scores: Mapping[str, int] = field(default_factory=dict)

    def score_of(self, text: str, of_format: RatingScale) -> int:
        """Return the score of a rating as it stands in a file.

        Args:
            text: the rating.
            of_format: the scale on which this format rates.

        Raises:
            Refused: it is no number, or lies outside the scale and was given no score.
        """
        score = self.scores.get(plain_rating(text) or "") if self.scores else None
        return parse_rating(text, _CHOSEN.get(self.scale, of_format)) if score is None else score

    def refuse_strangers(self, file: Rated) -> None:
        """Refuse scores for ratings that stand nowhere in a file: a slip of whoever wrote them.

        Raises:
            InvalidInputError: naming one of them, and what the file holds.
        """
        missing, found = set(self.scores), set[str]()
        if not missing:
            return
        for text in file.written():
            if text not in found:
                found.add(text)
                missing.discard(plain_rating(text) or "")
                if not missing:
                    return
        ratings = sorted({plain for text in found if (plain := plain_rating(text))}, key=float)
        more = ", …" if len(ratings) > _N_TOLD else ""
        raise InvalidInputError(
            "map: no row of {file} has the rating {rating}.",
            hint="These ratings stand in it: {ratings}",
            field="map",
            file=file.ratings_name,
            rating=min(missing, key=float),
            ratings=", ".join(ratings[:_N_TOLD]) + more,
        )


AS_WRITTEN = ScoreMapping()
"""By the scale of the format alone."""


def parse_mapping(scale: ScaleChoice, pairs: Iterable[str]) -> ScoreMapping:
    """Return the mapping that a scale and pairs such as ``3.5=75`` spell.

    Raises:
        InvalidInputError: a pair is none, its score lies outside 0 to 100, or a rating is given two scores.
    """
    scores: dict[str, int] = {}
    for pair in pairs:
        text, sign, score_text = pair.partition("=")
        rating = plain_rating(text.strip())
        if not sign or rating is None:
            raise InvalidInputError(
                "map: “{pair}” does not say which score a rating becomes.",
                hint="Write the rating as in the file, =, and a score from 0 to 100: 3.5=75",
                field="map",
                pair=shown(pair),
            )
        try:
            score = parse_score(score_text)
        except InvalidInputError as error:
            raise InvalidInputError(
                "map: “{score}” in “{pair}” is not a score.",
                hint="Give a whole number from 0 to 100.",
                field="map",
                score=shown(score_text),
                pair=shown(pair),
            ) from error
        if scores.setdefault(rating, score) != score:
            raise InvalidInputError(
                "map: the rating {rating} is given two scores, {first} and {second}.",
                hint="Give it once.",
                field="map",
                rating=rating,
                first=scores[rating],
                second=score,
            )
    return ScoreMapping(scale, scores)
