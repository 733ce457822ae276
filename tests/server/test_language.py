"""In which language a server answers: what the reader asks for, else what they chose, else its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from camflix.models import Movie

if TYPE_CHECKING:
    from tests.server.live import LiveServer
    from tests.services.world import World


@pytest.mark.parametrize("header", ["", "*", "de"])
def test_a_member_gets_titles_and_errors_in_the_language_of_their_settings(
    live: LiveServer, world: World, header: str
) -> None:
    film = world.film("Heat")
    with world.session() as session:
        session.execute(update(Movie).values(title_fr="Le Casse", title_en="Heat"))
    browser = live.server.app.test_client(use_cookies=False)
    for language, title, told in (("fr", "Le Casse", "Il n’y a pas de film"), ("en", "Heat", "There is no")):
        world.user(language, language=language)
        headers = {"Authorization": f"Bearer {live.token(language)}"} | ({"Accept-Language": header} if header else {})
        assert browser.get(f"/api/movies/{film}/", headers=headers).json["movie"]["title"] == title
        saved = browser.post("/api/ratings/", json={"movie_id": film, "score": 90}, headers=headers)
        assert saved.json["movie"]["title"] == title
        assert browser.get("/api/movies/999999/", headers=headers).json["detail"].startswith(told)
        other = browser.get(f"/api/movies/{film}/", headers={**headers, "Accept-Language": "en-GB"})
        assert other.json["movie"]["title"] == "Heat"
