"""What a server on the open internet keeps to: hosts, HTTPS, headers, origins, sizes, silence about itself."""

from __future__ import annotations

import http.client
import io
import json
import socket
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from camflix.errors import SettingsError
from camflix.server.app import MAX_BODY_BYTES, create_server
from camflix.server.security import is_allowed
from camflix.settings import load_settings
from tests.conftest import Clock
from tests.server.live import KEY, live_server, server_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from camflix.server.app import Server
    from camflix.settings import Settings

    Open = Callable[..., Server]

HOST = "https://films.example.org"


@pytest.fixture
def base(tmp_path: Path) -> Settings:
    """Return settings over a database of the test's own."""
    return load_settings({"HOME": str(tmp_path)})


@pytest.fixture
def open_server(base: Settings) -> Iterator[Open]:
    """Return a function that opens a server with changed settings."""
    opened: list[Server] = []

    def make(**changes: Any) -> Server:
        opened.append(create_server(server_settings(base, **changes)))
        return opened[-1]

    yield make
    for server in opened:
        server.close()


def client(open_server: Open, **changes: Any) -> FlaskClient:
    return open_server(**changes).app.test_client()


@pytest.mark.parametrize("key", ["", "changeme", "a" * 64, "short-but-not-that-simple"])
def test_without_a_good_secret_key_it_does_not_start(base: Settings, key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        create_server(replace(base, secret_key=key))
    assert raised.value.field == "secret_key"
    assert not key or key not in str(raised.value)


def test_in_debug_a_key_is_made_for_the_process(base: Settings) -> None:
    server = create_server(replace(base, debug=True))
    assert len(server.app.config["SECRET_KEY"]) >= 32
    server.close()


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("films.example.org", True),
        ("FILMS.example.org:8443", True),
        ("films.example.org.", True),
        ("a.example.net", True),
        ("example.net", True),
        ("badexample.net", False),
        ("films.example.org.evil.example", False),
        ("evil.example", False),
        ("", False),
        ("127.0.0.1", False),
    ],
)
def test_it_answers_for_its_own_hosts_only(host: str, *, allowed: bool) -> None:
    assert is_allowed(host, ("films.example.org", ".example.net")) == allowed


def test_a_stranger_host_is_refused_before_anything_else(open_server: Open) -> None:
    asked = client(open_server, allowed_hosts=("films.example.org",))
    answer = asked.get("/api/movies/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.json["code"] == "wrong_host"


def test_without_allowed_hosts_only_this_machine_is_answered(open_server: Open) -> None:
    asked = client(open_server)
    assert asked.get("/health/", headers={"Host": "localhost:8000"}).status_code == 200
    assert asked.get("/health/", headers={"Host": "films.example.org"}).status_code == 400


def test_http_is_sent_on_to_https_and_writes_are_refused(open_server: Open) -> None:
    asked = client(open_server, https_only=True, allowed_hosts=("films.example.org",))
    moved = asked.get("/api/movies/?limit=3", base_url="http://films.example.org")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"{HOST}/api/movies/?limit=3")
    assert asked.post("/api/ratings/", base_url="http://films.example.org").status_code == 403
    assert asked.get("/health/", base_url="http://films.example.org").status_code == 200


def test_behind_a_proxy_that_is_trusted_its_word_about_https_counts(open_server: Open) -> None:
    options: dict[str, Any] = {"base_url": "http://films.example.org", "headers": {"X-Forwarded-Proto": "https"}}
    changes: dict[str, Any] = {"https_only": True, "allowed_hosts": ("films.example.org",)}
    assert client(open_server, trusted_proxies=1, **changes).get("/api/movies/", **options).status_code == 200
    assert client(open_server, **changes).get("/api/movies/", **options).status_code == 308


def test_every_answer_carries_the_headers_that_keep_browsers_safe(open_server: Open) -> None:
    asked = client(open_server, https_only=True, allowed_hosts=("films.example.org",))
    for path in ("/api/movies/", "/api/docs/", "/nowhere/", "/static/api_docs.css", "/health/"):
        with asked.get(path, base_url=HOST) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Request-ID"]
        assert "Server" not in headers


def test_the_page_of_the_api_needs_nothing_from_elsewhere(open_server: Open) -> None:
    page = client(open_server).get("/api/docs/").text
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert "style=" not in page
    assert "/api/recommendations/" in page


def test_pages_of_listed_origins_may_ask_and_no_others(open_server: Open) -> None:
    asked = client(open_server, cors_allowed_origins=("https://app.example",))
    mine = asked.get("/api/movies/", headers={"Origin": "https://app.example"})
    assert mine.status_code == 200
    assert mine.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Credentials" not in mine.headers
    assert "Origin" in mine.headers["Vary"]
    for origin in ("https://evil.example", "null"):
        theirs = asked.get("/api/movies/", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in theirs.headers


def test_pages_of_a_listed_site_may_ask_for_a_token_and_not_for_a_cookie(open_server: Open) -> None:
    asked = client(open_server, cors_allowed_origins=("https://app.example",))
    body = {"login": "zoe", "password": "wrong wrong wrong"}
    for origin, login, session in (
        ("https://app.example", 401, 403),
        ("https://evil.example", 403, 403),
        ("null", 403, 403),
        ("http://localhost", 401, 401),
    ):
        headers = {"Origin": origin}
        assert asked.post("/api/login/", json={**body, "name": "app"}, headers=headers).status_code == login
        assert asked.post("/api/session/", json=body, headers=headers).status_code == session


def test_a_preflight_says_what_may_be_sent(open_server: Open) -> None:
    asked = client(open_server, cors_allowed_origins=("https://app.example",))
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = asked.options("/api/ratings/", headers=headers)
    assert answer.status_code == 204
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "If-None-Match"} <= set(allowed)
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_an_origin_that_is_no_address_is_that_of_another_site(open_server: Open) -> None:
    answer = client(open_server).post("/api/session/", json={}, headers={"Origin": "http://["})
    assert answer.status_code == 403


def test_a_body_that_is_too_large_is_refused(open_server: Open) -> None:
    asked = client(open_server)
    answer = asked.post("/api/session/", data=b"x" * (MAX_BODY_BYTES + 1), content_type="application/json")
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(("n_bytes", "status"), [(MAX_BODY_BYTES - 1, 422), (MAX_BODY_BYTES, 413)])
def test_a_body_in_chunks_is_not_cut_where_the_limit_is(open_server: Open, n_bytes: int, status: int) -> None:
    """As gunicorn hands it on: without a length, ending by itself."""
    answer = client(open_server).post(
        "/api/session/",
        input_stream=io.BytesIO(b'{"username": "' + b"x" * (n_bytes - 16) + b'"}'),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        (b"POST /api/session/ HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n", 413, "Cette requête est plus grande"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", 431, "Les en-têtes de cette requête"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400, "Cette requête"),
        (b"GET / HTTP/1.1\r\nAccept-Language: en\r\nTransfer-Encoding: odd\r\n\r\n", 501, "This request cannot be"),
    ],
    ids=["body", "headers", "no header", "odd"],
)
def test_what_never_reaches_the_application_is_refused_in_the_form_of_all_errors(
    base: Settings, tmp_path: Path, request_: bytes, status: int, said: str
) -> None:
    with (
        live_server(base, Clock(), tmp_path) as live,
        socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2])), 30) as asking,
    ):
        with suppress(OSError):  # it may have heard enough before all is sent
            asking.sendall(request_)
        answer = http.client.HTTPResponse(asking)
        answer.begin()
        body = json.loads(answer.read())
    assert (answer.status, answer.getheader("Content-Type")) == (status, "application/problem+json")
    assert (body["status"], body["request_id"]) == (status, "")
    assert body["detail"].startswith(said)


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_shows_its_traceback_in_debug_only(
    open_server: Open, caplog: pytest.LogCaptureFixture, *, debug: bool
) -> None:
    server = open_server(debug=debug)

    def broken() -> str:
        raise RuntimeError("/a/secret/place")

    server.app.add_url_rule("/broken/", view_func=broken)
    answer = server.app.test_client().get("/broken/")
    assert answer.status_code == 500
    assert ("/a/secret/place" in answer.text) == debug
    assert ("Traceback" in answer.text) == debug
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert "/a/secret/place" in caplog.text


def test_a_database_that_fails_is_not_described_to_strangers(open_server: Open, base: Settings) -> None:
    server = open_server()
    asked = server.app.test_client()
    assert asked.get("/api/movies/").status_code == 200
    server.camflix.close()
    file = base.paths.data / "camflix.db"
    for leftover in file.parent.glob("camflix.db-*"):
        leftover.unlink()
    file.write_bytes(b"this is no database at all" * 50)
    answer = asked.get("/api/movies/")
    assert answer.status_code == 503
    assert str(file.parent) not in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert asked.get("/health/").status_code == 503


@pytest.mark.parametrize("header", ["", "*", "de", "de, *;q=0.5"])
def test_who_asks_for_none_of_our_languages_gets_that_of_the_server(open_server: Open, header: str) -> None:
    asked = client(open_server, language_code="en")
    detail = asked.get("/api/ratings/", headers={"Accept-Language": header} if header else {}).json["detail"]
    assert detail == "Sign in first."


def test_errors_are_said_in_the_reader_s_language(open_server: Open) -> None:
    asked = client(open_server)
    english = asked.get("/api/ratings/", headers={"Accept-Language": "en-GB,en;q=0.9,fr;q=0.1"}).json["detail"]
    french = asked.get("/api/ratings/", headers={"Accept-Language": "fr-CH"}).json["detail"]
    silent = asked.get("/api/ratings/").json["detail"]
    assert english == "Sign in first."
    assert french == silent != english


def test_an_unknown_address_or_method_is_a_problem_too(open_server: Open) -> None:
    asked = client(open_server)
    missing = asked.get("/api/nowhere/")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    wrong = asked.put("/api/ratings/")
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]


def test_the_key_of_the_tests_would_do() -> None:
    assert len(KEY) >= 32
