"""Errors over HTTP: one status each, and enough in the answer to raise the same error elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix import errors
from camflix.client.login import Login
from camflix.client.remote import RemoteClient
from camflix.operations import inputs, rate, resolve_movie
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
