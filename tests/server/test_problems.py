"""Errors over HTTP: one status each, and enough in the answer to raise the same error elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix import errors
from camflix.client.login import Login
from camflix.client.remote import RemoteClient
from camflix.operations import change_settings, inputs, rate, resolve_movie
from camflix.server.api.problems import STATUSES
from tests.architecture.test_results_and_errors import subclasses

if TYPE_CHECKING:
    from tests.server.live import LiveServer
    from tests.services.world import World


def test_every_error_has_its_status() -> None:
    assert set(STATUSES) == subclasses(errors.CamFlixError)
    assert all(400 <= status < 600 for status in STATUSES.values())


def test_the_same_error_arrives_with_its_field_its_values_and_its_hint(live: LiveServer, world: World) -> None:
    world.user("zoe")
    for year in (1995, 2005):
        world.film("Heat", year)
    client = live.client("zoe")
    with pytest.raises(errors.AmbiguousError) as ambiguous:
        client.call(resolve_movie, inputs.ResolveMovie("Heat"))
    assert {movie.year for movie in ambiguous.value.candidates} == {1995, 2005}  # type: ignore[attr-defined]
    with world.camflix.transaction(writes=False) as services, pytest.raises(errors.AmbiguousError) as here:
        services.movies.resolve("Heat")
    assert (ambiguous.value.message, ambiguous.value.hint, ambiguous.value.field) == (
        here.value.message,
        here.value.hint,
        here.value.field,
    )
    assert str(ambiguous.value) == str(here.value)
    with pytest.raises(errors.NotFoundError):
        client.call(rate, inputs.RateMovie(2**31 - 1, 5))
    client.close()


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"login": "a\0b", "password": "some words of mine", "name": "t"}, "login", "no text"),
        ({"login": "zoe", "password": "some words of mine", "name": "t\0"}, "name", "no text"),
    ],
)
def test_a_nul_in_a_text_is_refused_before_any_database_meets_it(
    live: LiveServer, fields: dict[str, str], field: str, told: str
) -> None:
    """PostgreSQL has no place for one, SQLite has."""
    answer = live.server.app.test_client().post("/api/login/", json=fields, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json and answer.json["field"]) == (422, field)
    assert told in answer.get_data(as_text=True)


@pytest.mark.parametrize("depth", [300, 400, 600, 1500, 20_000])
@pytest.mark.parametrize("start", ["", '{"login": '], ids=["alone", "in a field"])
def test_brackets_within_brackets_are_refused_however_many(live: LiveServer, depth: int, start: str) -> None:
    body = start + "[" * depth + "]" * depth + ("}" if start else "")
    answer = live.server.app.test_client().post("/api/login/", data=body, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["Jean Dupont", "a/b", "é!"])
def test_a_name_that_cannot_be_one_is_refused_for_what_it_is(live: LiveServer, name: str) -> None:
    fields = {"username": name, "email": "zoe@example.org", "password": "some words of mine"}
    answer = live.server.app.test_client().post("/api/account/", json=fields, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "letters, digits and . @ + - _" in answer.get_data(as_text=True)


def test_an_avatar_is_an_address_on_the_web_or_none(live: LiveServer, world: World) -> None:
    world.user("zoe")
    client = live.client("zoe")
    for avatar in ("javascript:alert(1)", "http://example.org/a.png", "https://a b"):
        with pytest.raises(errors.InvalidInputError, match="https://"):
            client.call(change_settings, inputs.ChangeSettings(avatar=avatar))
    for avatar in ("https://example.org/a.png", ""):
        assert client.call(change_settings, inputs.ChangeSettings(avatar=avatar)).avatar == avatar
    client.close()


def test_a_wrong_token_says_to_sign_in_again(live: LiveServer, world: World) -> None:
    world.user("zoe")
    client = RemoteClient(Login(live.url, "zoe", "cfx_wrong"), live.state)
    with pytest.raises(errors.NotSignedInError):
        client.call(rate, inputs.RateMovie(1, 5))
    assert client.queue.is_empty()
    client.close()


def test_what_was_not_changed_is_not_sent_again(live: LiveServer, world: World) -> None:
    world.user("zoe")
    asked = live.server.app.test_client()
    headers = {"Authorization": f"Bearer {live.token('zoe')}"}
    first = asked.get("/api/ratings/", headers=headers)
    again = asked.get("/api/ratings/", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.rate(1, world.film("Heat"), 90)
    changed = asked.get("/api/ratings/", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", None),
        (b"[1]", None),
        (b"\xff", None),
        (b'{"movie_id": 1}', "score"),
        (b'{"movie_id": 1, "score": "90"}', "score"),
        (b'{"movie_id": 1, "score": 7.5}', "score"),
        (b'{"movie_id": 1, "score": 90, "scroe": 1}', "scroe"),
    ],
)
def test_a_wrong_body_is_named_with_its_field(live: LiveServer, world: World, body: bytes, field: str | None) -> None:
    world.user("zoe")
    headers = {"Authorization": f"Bearer {live.token('zoe')}"}
    answer = live.server.app.test_client().post(
        "/api/ratings/", data=body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422
    assert answer.json["field"] == field
    assert answer.json["detail"]


@pytest.mark.parametrize("age", ["yesterday", "2026-11-23T20:15:00", "-1", "nan", "inf", "9e99"])
def test_an_age_that_is_none_is_refused_with_its_header(live: LiveServer, world: World, age: str) -> None:
    world.user("zoe")
    headers = {"Authorization": f"Bearer {live.token('zoe')}", "CamFlix-Age": age}
    answer = live.server.app.test_client().post("/api/undo/", headers=headers)
    assert (answer.status_code, answer.json and answer.json["field"]) == (422, "CamFlix-Age")
