"""Sessions of browsers: the cookie, CSRF, one ended by itself and all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.passwords import CHEAP, PASSWORD
from tests.server.live import live_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.server.live import LiveServer
    from tests.services.world import World


@pytest.fixture
def zoe(world: World) -> int:
    """Add Zoe and her film."""
    world.user("noise", email="noise@example.org", password_hash=CHEAP.hash(PASSWORD))
    return world.user("zoe", email="zoe@example.org", password_hash=CHEAP.hash(PASSWORD))


def sign_in(live: LiveServer, name: str = "zoe", password: str = PASSWORD) -> FlaskClient:
    browser = live.server.app.test_client()
    answer = browser.post("/api/session/", json={"login": name, "password": password})
    assert answer.status_code == 201, answer.text
    return browser


def csrf(browser: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": browser.get("/api/account/").headers["X-CSRFToken"]}


def test_signing_in_opens_a_session_whose_secret_only_the_cookie_holds(live: LiveServer, zoe: int) -> None:
    browser = live.server.app.test_client()
    answer = browser.post("/api/session/", json={"login": "zoe", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert set(answer.json or ()) == {"username", "email", "language", "is_admin", "scope", "version"}
    assert browser.get("/api/account/").json["username"] == "zoe"


def test_a_write_by_cookie_needs_the_token_of_our_own_pages(live: LiveServer, zoe: int, world: World) -> None:
    film = world.film("Heat")
    browser = sign_in(live)
    body = {"movie_id": film, "score": 90}
    assert browser.post("/api/ratings/", json=body).status_code == 403
    assert browser.post("/api/ratings/", json=body, headers={"X-CSRFToken": "wrong"}).status_code == 403
    other = sign_in(live, "noise")
    assert browser.post("/api/ratings/", json=body, headers=csrf(other)).status_code == 403
    evil = {**csrf(browser), "Origin": "https://evil.example"}
    assert browser.post("/api/ratings/", json=body, headers=evil).status_code == 403
    assert browser.get("/api/ratings/").json["n_ratings"] == 0
    assert browser.post("/api/ratings/", json=body, headers=csrf(browser)).status_code == 201


def test_a_form_of_another_site_cannot_sign_anyone_in(live: LiveServer, zoe: int) -> None:
    browser = live.server.app.test_client()
    body = {"login": "zoe", "password": PASSWORD}
    assert browser.post("/api/session/", data=body).status_code == 415
    assert browser.post("/api/session/", json=body, headers={"Origin": "https://evil.example"}).status_code == 403


def test_signing_out_ends_the_session_even_for_who_kept_the_cookie(live: LiveServer, zoe: int) -> None:
    browser = sign_in(live)
    cookie = browser.get_cookie("camflix")
    assert cookie is not None
    assert browser.delete("/api/session/", headers=csrf(browser)).json == {"n_sessions": 1, "n_tokens": 0}
    thief = live.server.app.test_client()
    thief.set_cookie("camflix", cookie.value)
    assert thief.get("/api/account/").status_code == 401


def test_one_session_is_ended_by_itself_and_the_others_go_on(live: LiveServer, zoe: int) -> None:
    laptop, phone = sign_in(live), sign_in(live)
    sessions = laptop.get("/api/sessions/").json["sessions"]
    assert [each["is_current"] for each in sessions] == [False, True]
    assert laptop.delete(f"/api/sessions/{sessions[0]['id']}/", headers=csrf(laptop)).status_code == 200
    assert phone.get("/api/account/").status_code == 401
    assert laptop.get("/api/account/").status_code == 200


def test_all_sessions_are_ended_at_once(live: LiveServer, zoe: int) -> None:
    laptop, phone, noise = sign_in(live), sign_in(live), sign_in(live, "noise")
    assert laptop.delete("/api/sessions/", headers=csrf(laptop)).json["n_sessions"] == 2
    assert [each.get("/api/account/").status_code for each in (laptop, phone, noise)] == [401, 401, 200]


def test_changing_the_password_ends_every_other_session_and_token(live: LiveServer, zoe: int) -> None:
    laptop, phone, token = sign_in(live), sign_in(live), live.token("zoe")
    body = {"current_password": PASSWORD, "password": "another horse battery"}
    assert laptop.post("/api/account/password/", json=body, headers=csrf(laptop)).status_code == 200
    assert laptop.get("/api/account/").status_code == 200
    assert phone.get("/api/account/").status_code == 401
    anyone = live.server.app.test_client()
    assert anyone.get("/api/account/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_session_ends_after_thirty_days(live: LiveServer, zoe: int, world: World) -> None:
    browser = sign_in(live)
    world.tick(days=31)
    assert browser.get("/api/account/").status_code == 401


def test_signing_in_again_takes_a_new_session_not_the_one_that_was_there(live: LiveServer, zoe: int) -> None:
    browser = sign_in(live)
    before = browser.get_cookie("camflix")
    browser.post("/api/session/", json={"login": "zoe", "password": PASSWORD})
    after = browser.get_cookie("camflix")
    assert before is not None
    assert after is not None
    assert before.value != after.value


@pytest.fixture
def secure(settings: Settings, clock: Clock, tmp_path: Path) -> Iterator[LiveServer]:
    """Yield a server as it stands on the internet."""
    with live_server(settings, clock, tmp_path, https_only=True, allowed_hosts=("films.example.org",)) as opened:
        yield opened


def test_over_https_the_cookie_is_for_this_host_and_for_https_only(secure: LiveServer, zoe: int) -> None:
    options: dict[str, Any] = {"base_url": "https://films.example.org"}
    answer = secure.server.app.test_client().post(
        "/api/session/", json={"login": "zoe", "password": PASSWORD}, **options
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-camflix=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
