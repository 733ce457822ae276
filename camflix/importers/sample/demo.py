"""The ratings of the person at the keyboard of ``camflix demo``."""

from __future__ import annotations

_SCORES_BY_TMDB_ID = (
    (662, 97),  # La Jetée
    (62, 96),  # 2001: A Space Odyssey
    (1018, 95),  # Mulholland Drive
    (1398, 93),  # Stalker
    (147, 92),  # The 400 Blows
    (38, 91),  # Eternal Sunshine of the Spotless Mind
    (2786, 90),  # Pierrot le Fou
    (78, 89),  # Blade Runner
    (269, 88),  # Breathless
    (108, 87),  # Three Colors: Blue
    (1600, 85),  # The Double Life of Véronique
    (5544, 85),  # Hiroshima Mon Amour
    (8072, 84),  # Alphaville
    (329865, 84),  # Arrival
    (44018, 83),  # Vagabond
    (1628, 82),  # Jules and Jim
    (27205, 81),  # Inception
    (14337, 80),  # Primer
    (68, 79),  # Brazil
    (10227, 78),  # Playtime
    (603, 76),  # The Matrix
    (892, 74),  # Delicatessen
    (194, 66),  # Amélie
    (8290, 55),  # La Grande Vadrouille
    (597, 48),  # Titanic
    (4232, 40),  # Scream
    (1726, 34),  # Iron Man
    (948, 33),  # Halloween
    (24428, 28),  # The Avengers
    (293660, 22),  # Deadpool
    (176, 18),  # Saw
    (4488, 12),  # Friday the 13th
)


def demo_ratings() -> list[tuple[int, int]]:
    """Return (TMDB id, score 0-100) for a person new to CamFlix, best-liked first.

    The taste is easy to recognise in what CamFlix answers: French auteurs and science-fiction that bends the mind are
    loved, slashers and superheroes leave this person cool.
    """
    return list(_SCORES_BY_TMDB_ID)
