"""The command line and a server elsewhere: login, everyday commands, logout; serve; accounts by the administrator."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from camflix.cli.tree import COMMANDS
from tests.cli.running import environment, start
from tests.conftest import Outcome
from tests.passwords import CHEAP, PASSWORD
from tests.server.live import KEY, live_server
from tests.services.conftest import world  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camflix.settings import Settings
    from tests.conftest import Clock, Home
    from tests.server.live import LiveServer
    from tests.services.world import World

TRIED_HERE = {"account confirm", "account forgotten", "account password", "login", "logout", "serve", "users password"}
"""For tests/architecture/test_commands.py: these need a server, a password, or never end."""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'server.db'}"


@pytest.fixture
def live(settings: Settings, clock: Clock, tmp_path: Path, world: World) -> Iterator[LiveServer]:  # noqa: F811
    """Yield a server with films and Zoe, who has a password."""
    world.user("zoe", email="zoe@example.org", password_hash=CHEAP.hash(PASSWORD))
    for title, year in (("Alien", 1979), ("Heat", 1995)):
        world.film(title, year)
    with live_server(settings, clock, tmp_path / "unused") as opened:
        yield opened


def log_in(url: str, *options: str, typed: str = PASSWORD) -> Outcome:
    process = start("login", url, *options, stdin=subprocess.PIPE)
    out, err = process.communicate(f"{typed}\n", timeout=60)
    return Outcome(process.returncode, out, err)


def test_signing_in_then_everyday_commands_work_there_until_signing_out(
    live: LiveServer, run_camflix: Callable[..., Outcome], tmp_path: Path
) -> None:
    signed_in = log_in(live.url, "--as", "zoe@example.org")
    assert signed_in.code == 0, signed_in.err
    assert live.url in signed_in.out
    assert PASSWORD not in signed_in.out + signed_in.err
    file = tmp_path / "xdg" / "state" / "camflix" / "login.json"
    assert file.stat().st_mode & 0o777 == 0o600
    saved = run_camflix("rate", "Alien (1979)", "95", "--json")
    assert json.loads(saved.out)["score"] == 95
    with live.server.camflix.transaction(writes=False) as services:
        assert services.ratings.score_counts(services.users.id_of("zoe")) == {95: 1}
    assert "zoe" in run_camflix("whoami").out
    assert json.loads(run_camflix("whoami", "--json").out)["scope"] == "rate"
    assert run_camflix("rate", "Alien (1979)", "101").code == 2
    assert run_camflix("rate", "Nosferatu (1922)", "90").code == 3
    refused = run_camflix("ratings", "--user", "bob")
    assert refused.code == 1
    assert "zoe" in refused.err
    token = json.loads(file.read_text())["token"]
    assert run_camflix("logout").code == 0
    assert not file.exists()
    asked = live.server.app.test_client().get("/api/account/", headers={"Authorization": f"Bearer {token}"})
    assert asked.status_code == 401
    assert run_camflix("logout").code == 3


@pytest.mark.long
def test_a_token_can_be_given_instead_of_a_password(live: LiveServer, run_camflix: Callable[..., Outcome]) -> None:
    assert log_in(live.url, "--token", typed=live.token("zoe", "read")).code == 0
    refused = run_camflix("rate", "Alien (1979)", "95")
    assert refused.code == 1
    assert "rate" in refused.err


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["words", "json"])
def test_what_letters_say_to_do_is_done_by_the_command_in_them(
    live: LiveServer, run_camflix: Callable[..., Outcome], options: tuple[str, ...]
) -> None:
    def command_in_letter_to(address: str) -> list[str]:
        live.server.camflix.postman.wait()
        text = next(letter.text for letter in live.mailer.sent if letter.to == address)
        assert "http" not in text.replace(f" {live.url} ", "")
        found = re.search(r"^camflix (.+)$", text, re.MULTILINE)
        assert found, text
        return found[1].split()

    body = {"username": "ann", "email": "ann@example.org", "password": PASSWORD}
    live.server.app.test_client().post("/api/account/", json=body, base_url=live.url)
    confirmed = run_camflix(*command_in_letter_to("ann@example.org"), *options)
    assert (confirmed.code, confirmed.err) == (0, "")
    assert log_in(live.url, "--as", "ann").code == 0
    asked = run_camflix("account", "forgotten", live.url, "zoe@example.org", *options)
    assert (asked.code, asked.err) == (0, "")
    process = start(*command_in_letter_to("zoe@example.org"), *options, stdin=subprocess.PIPE)
    assert process.communicate("another horse battery\n", timeout=60)[1] == ""
    assert log_in(live.url, "--as", "zoe", typed="another horse battery").code == 0
    for words in (("confirm", live.url, "-code"), ("confirm", live.url, "--code")):
        assert run_camflix("account", *words).code == 3


def test_a_wrong_password_leaves_one_signed_out(live: LiveServer, run_camflix: Callable[..., Outcome]) -> None:
    assert log_in(live.url, "--as", "zoe", typed="wrong wrong wrong").code == 1
    assert run_camflix("logout").code == 3


def test_a_password_is_not_sent_in_the_clear_to_a_server_elsewhere(run_camflix: Callable[..., Outcome]) -> None:
    refused = run_camflix("login", "http://films.example.org", "--as", "zoe")
    assert refused.code == 2
    assert "--insecure" in refused.err


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://x:port", "https://a@b/", "http://[::1"])
def test_an_address_that_is_none_is_refused(run_camflix: Callable[..., Outcome], url: str) -> None:
    assert run_camflix("login", url, "--as", "zoe").code == 2


@pytest.mark.long
def test_a_rating_made_while_the_server_is_away_is_kept_and_sent_later(
    live: LiveServer, run_camflix: Callable[..., Outcome]
) -> None:
    log_in(live.url, "--as", "zoe")
    assert run_camflix("rate", "Alien (1979)", "50").code == 0

    def gone(_environ: object, respond: Any) -> list[bytes]:
        respond("502 Bad Gateway", [("Content-Length", "0")])
        return []

    live.server.app.wsgi_app = gone  # type: ignore[assignment,method-assign]
    kept = run_camflix("rate", "Alien (1979)", "95")
    assert kept.code == 1
    never_named = run_camflix("rate", "id:20", "44")
    assert "sera envoyé" in never_named.err or "sent as soon" in never_named.err
    assert "sera envoyé" in kept.err or "sent as soon" in kept.err
    assert "2 " in run_camflix("whoami").err


@pytest.mark.long
def test_serving_needs_a_secret_key_and_says_where_it_listens(home: Home) -> None:
    refused = start("serve", "--port", "0", env=environment(SECRET_KEY=None))
    _out, err = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert "SECRET_KEY" in err
    process = start("serve", "--port", "0", env=environment(SECRET_KEY=KEY, LANGUAGE_CODE="en"))
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "http://127.0.0.1:" in line
    port = line.partition("127.0.0.1:")[2].partition("/")[0]
    taken = start("serve", "--port", port, env=environment(SECRET_KEY=KEY))
    _out, err = taken.communicate(timeout=60)
    assert (taken.returncode, port in err) == (1, True)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.long
def test_an_administrator_gives_a_password_with_which_one_signs_in(
    live: LiveServer, run_camflix: Callable[..., Outcome], settings: Settings
) -> None:
    here = {"DATABASE_URL": settings.database_url}
    assert run_camflix("users", "add", "ann", env=here).code == 0
    process = start("users", "password", "ann", env=environment(**here), stdin=subprocess.PIPE)
    process.communicate("ann's own long secret\n", timeout=60)
    assert process.returncode == 0
    assert run_camflix("users", "admin", "ann", env=here).code == 0
    assert log_in(live.url, "--as", "ann", typed="ann's own long secret").code == 0
    assert json.loads(run_camflix("whoami", "--json").out)["is_admin"] is True
    short = start("users", "password", "ann", env=environment(**here), stdin=subprocess.PIPE)
    _out, err = short.communicate("short\n", timeout=60)
    assert (short.returncode, "10" in err) == (2, True)


def test_the_commands_that_are_tried_here_are_commands() -> None:
    assert {name.partition(" ")[0] for name in TRIED_HERE} <= set(COMMANDS)


def test_an_import_is_sent_to_the_server_and_its_report_is_shown(
    live: LiveServer, run_camflix: Callable[..., Outcome], tmp_path: Path
) -> None:
    assert log_in(live.url, "--as", "zoe").code == 0
    file = tmp_path / "ratings.csv"
    file.write_text("Date,Name,Year,Letterboxd URI,Rating\n2026-01-02,Alien,1979,,4.5\n2026-01-02,Nobody,1979,,4\n")
    sent = run_camflix("import", "letterboxd", str(file), "--json")
    assert sent.code == 0, sent.err
    report = json.loads(sent.out)
    assert (report["rows"], report["created"], report["not_found"]) == (2, 1, 1)
    assert "Alien" in run_camflix("ratings").out
    refused = run_camflix("import", "letterboxd", str(tmp_path))
    assert (refused.code, str(tmp_path) in refused.err) == (1, True)
