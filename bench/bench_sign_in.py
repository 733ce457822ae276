"""Whether the time of an answer tells who has an account: signing in, signing up and forgetting, known against unknown.

``python -m bench sign_in``. Alternating pairs on one server over SQLite; the difference of the medians is compared with
the spread, and the rank test of Mann and Whitney says how well the two could be told apart by time (0.5: not at all).
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from camflix.bootstrap import CamFlix, utc_now
from camflix.mail import NullMailer
from camflix.server.app import create_server
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

N_PAIRS = 150
KEY = "0123456789abcdef" * 4
PASSWORD = "correct horse battery"


def measure(name: str, ask: Callable[[str], None], known: Callable[[], str], unknown: Callable[[], str]) -> None:
    """Print how long answers take for addresses that are known and for such that are not."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for pair in range(N_PAIRS + 5):
        order = [("known", known), ("unknown", unknown)]
        random.shuffle(order)
        for kind, make in order:
            login = make()
            began = time.perf_counter()
            ask(login)
            if pair >= 5:
                times[kind].append(1000 * (time.perf_counter() - began))
    a, b = times["known"], times["unknown"]
    auc = sum((x > y) + 0.5 * (x == y) for x in a for y in b) / (len(a) * len(b))
    spread = statistics.quantiles(a, n=4)
    print(
        f"  {name:20} known {statistics.median(a):7.2f} ms  unknown {statistics.median(b):7.2f} ms  "
        f"quartiles of known {spread[0]:.2f} to {spread[2]:.2f}  told apart {auc:.3f}"
    )


def main() -> None:
    """Print the measurements."""
    with tempfile.TemporaryDirectory() as folder:
        base = load_settings({"HOME": folder, "DATABASE_URL": f"sqlite:///{folder}/camflix.db"})
        settings = replace(base, secret_key=KEY, https_only=False, rate_limit="", rate_limit_anonymous="")
        opened = CamFlix(settings, "en", utc_now, mailer=NullMailer())
        server = create_server(settings, opened)
        with opened.transaction(writes=True) as services:
            services.users.add("zoe")
            services.accounts.set_password("zoe", opened.passwords.hash(PASSWORD))
            services.users._session.connection().exec_driver_sql(  # noqa: SLF001 - an address without a mail
                "UPDATE user_account SET email = 'zoe@example.org'"
            )
        http, numbers = server.app.test_client(use_cookies=False), iter(range(10**6))

        def post(path: str, body: dict[str, Any], statuses: set[int]) -> None:
            status = http.post(path, json=body).status_code
            assert status in statuses, status

        def stranger() -> str:
            return f"n{next(numbers):06d}@example.org"

        print(f"{N_PAIRS} pairs each:")
        wrong = {"password": "wrong wrong wrong"}
        measure("sign in", lambda login: post("/api/session/", {"login": login, **wrong}, {401}), zoe, stranger)
        body = {"password": PASSWORD, "language": "en"}
        measure(
            "sign up",
            lambda email: post("/api/account/", {"username": f"u{next(numbers)}", "email": email, **body}, {202}),
            zoe,
            stranger,
        )
        forgotten = "/api/account/password/forgotten/"
        measure("forgotten password", lambda email: post(forgotten, {"email": email}, {202}), zoe, stranger)
        server.close()


def zoe() -> str:
    """Return an address that has an account."""
    return "zoe@example.org"
