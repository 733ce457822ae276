"""Whatever a client sends, an operation answers or refuses: no input of its types makes it break."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camflix import i18n
from camflix.client.local import LocalClient
from camflix.errors import CamFlixError, InvalidInputError
from camflix.operations import OPERATIONS, inputs
from camflix.operations.validate import decoded
from tests.operations.examples import Things, body_of, make_things
from tests.services.world import World

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix
    from camflix.client import Client
    from tests.conftest import Clock

INTEGERS = st.integers(-3, 30) | st.sampled_from([2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30])
TEXTS = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["", " ", "\0", "a\0b", "\udcff", "%", "_", "'", "\\", "Film 3", "film 3 (1952)", "id:1", "id:999999999", "ml:1",
     "tmdb:5", "tt0113277", "(1995)", "x" * 500, "x" * 501, "\U0010ffff", "é" * 400, "1e5"]
)  # fmt: skip
CURSORS = st.tuples(
    st.sampled_from(
        ["ratings", "title", "year", "popularity", "score", "predicted", "added", "diary", "queue", "x", None, 1]
    ),
    INTEGERS | TEXTS | st.none() | st.booleans() | st.floats(),
    INTEGERS | TEXTS | st.booleans(),
).map(lambda parts: base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("="))
ANYTHING = (
    INTEGERS
    | TEXTS
    | CURSORS
    | st.none()
    | st.booleans()
    | st.floats()
    | st.sampled_from(
        ["ratings", "title", "year", "popularity", "score", "predicted", "only", "2026-02-29", "9999-12-31"]
    )
    | st.sampled_from(
        ["year:..", "genre:x", "psi:>5 -seen", "+hidden +watchlist score:1..2 film", "runtime:<100 lang:fr"]
    )
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw an operation and a body whose fields are its own, with values of many kinds."""
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    fields = msgspec.structs.fields(OPERATIONS[name].input_type)
    body = {f.encode_name: draw(ANYTHING) for f in fields if f.required or draw(st.booleans())}
    return name, body


@pytest.fixture
def client(camflix: CamFlix, clock: Clock) -> Client:
    """Return a client for someone among people with ratings."""
    world = World(camflix, clock)
    _users, films = world.community(8, 12)
    zoe = world.user("zoe", privacy="private")
    world.rate_all(zoe, {film: 90 - 9 * position for position, film in enumerate(films[:6])})
    make_things(camflix, "zoe", [*films, *films])
    return LocalClient(camflix, "zoe", "local")


def required_of(name: str) -> dict[str, Any]:
    """Return good values of the fields that an operation cannot do without."""
    body = body_of(name, Things("zoe", range(1, 20), 1, 1, "x" * 20))
    fields = msgspec.structs.fields(OPERATIONS[name].input_type)
    return {field.encode_name: getattr(body, field.name) for field in fields if field.required}


def said(error: CamFlixError) -> str:
    i18n.use_language("fr")
    sentence = i18n.say(error)
    assert "{" not in error.message.format(**dict.fromkeys(error.places, "value"))
    return sentence


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(call=bodies())
def test_every_call_is_answered_or_refused(client: Client, call: tuple[str, dict[str, Any]]) -> None:
    name, body = call
    operation = OPERATIONS[name]
    try:
        result = client.call(operation, decoded(body, operation.input_type))
    except CamFlixError as error:
        refusal = error
    else:
        assert msgspec.json.decode(msgspec.json.encode(result), type=operation.result_type) == result
        return
    assert said(refusal)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@given(value=ANYTHING)
def test_a_wrong_value_is_named_with_its_field(name: str, value: Any) -> None:
    input_type = OPERATIONS[name].input_type
    required = required_of(name)
    for field in msgspec.structs.fields(input_type):
        try:
            decoded({**required, field.encode_name: value}, input_type)
        except InvalidInputError as error:
            refusal = error
        else:
            continue
        assert refusal.field == field.encode_name
        assert said(refusal).startswith(field.encode_name)


@pytest.mark.parametrize("value", [None, [], 5, "x", [1, 2]])
def test_what_is_no_object_at_all_is_refused(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decoded(value, inputs.RateMovie)
    assert refused.value.field is None
    assert said(refused.value)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_unknown_field_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decoded({**required_of(name), "nonsense": 1}, OPERATIONS[name].input_type)
    assert refused.value.field == "nonsense"


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("public_profile", {"username": "\ud800"}, "username"),
        ("forgotten_password", {"email": "zo\udce9@example.org"}, "email"),
        ("together", {"members": ["zoe", "b\udcffb"]}, "members"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_field(name: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        decoded(body, OPERATIONS[name].input_type)
    assert raised.value.field == field
    assert said(raised.value).endswith("ce n’est pas du texte ; écrivez-le en UTF-8.")


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("create_list", {"name": "evil \x1b]0;pwned\x07"}, "name"),
        ("create_list", {"name": "a\nb"}, "name"),
        ("create_list", {"name": "a", "description": "\x1b[2J"}, "description"),
        ("create_list", {"name": "a", "description": "turned \u202eround"}, "description"),
        ("save_note", {"movie_id": 1, "text": "\x9b31m"}, "text"),
        ("change_settings", {"bio": "\x7f"}, "bio"),
        ("change_settings", {"avatar": "https://x\n"}, "avatar"),
        ("together", {"members": ["zoe", "b\u2066b"]}, "members"),
        ("sign_up", {"username": "zoe\n", "email": "zoe@example.org", "password": "correct horse battery"}, "username"),
    ],
)
def test_what_would_move_a_terminal_is_refused_with_its_field(name: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError, match="control character") as raised:
        decoded(body, OPERATIONS[name].input_type)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("create_list", {"name": "a", "description": "one\r\n\ttwo"}),
        ("edit_list", {"list_id": 1, "description": "one\ntwo"}),
        ("save_note", {"movie_id": 1, "text": "one\n\ntwo\n"}),
        ("change_settings", {"bio": "one\ntwo"}),
        ("sign_in", {"login": "zoe", "password": "tab\tand\x1b escape"}),
        ("start_import", {"source": "letterboxd", "content": "YQ==", "name": "tab\t.csv"}),
    ],
)
def test_lines_are_taken_where_many_are_meant_and_anything_in_passwords(name: str, body: dict[str, Any]) -> None:
    made = decoded(body, OPERATIONS[name].input_type)
    assert {field: getattr(made, field) for field in body if field != "content"} == {
        field: value for field, value in body.items() if field != "content"
    }
