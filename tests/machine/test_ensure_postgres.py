"""scripts/ensure-postgres: is there a PostgreSQL for the tests, can one be installed, or what is to be done?"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.machine.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Outcome
    from tests.machine.conftest import Machine

INSTALLED = ("/usr/lib/postgresql/", "/usr/pgsql-", "/opt/homebrew/opt/postgresql@")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Return the script, looking for servers in a folder of the test's own instead of in the system's."""
    content = (ROOT / "scripts" / "ensure-postgres").read_text()
    for place in INSTALLED:
        assert place in content
        content = content.replace(place, f"{tmp_path}/system{place}")
    copy = tmp_path / "ensure-postgres"
    copy.write_text(content)
    return copy


def ensure(machine: Machine, script: Path) -> Outcome:
    return machine.run("sh", str(script))


def is_user(machine: Machine, number: int) -> None:
    machine.has_stub("id", f"echo {number}")


def records(machine: Machine, name: str, *, code: int = 0) -> Path:
    """Put a program there that writes down what it is asked; return the file it writes to."""
    log = machine.tools.parent / f"{name}.log"
    machine.has_stub(name, f"echo \"$*\" >>'{log}'; exit {code}")
    return log


def test_without_postgresql_and_without_roots_rights_it_says_what_to_do(machine: Machine, script: Path) -> None:
    is_user(machine, 1000)
    log = records(machine, "apt-get")

    outcome = ensure(machine, script)

    assert outcome.code == 1
    assert outcome.err.startswith("CamFlix: the tests need PostgreSQL 15 or newer")
    for remedy in ("sudo apt-get install postgresql", "dnf", "brew", "CAMFLIX_TEST_PG_URL="):
        assert remedy in outcome.err
    assert not log.exists(), "nothing was tried that would have needed a password"


def test_root_gets_it_installed_without_a_question(machine: Machine, script: Path) -> None:
    is_user(machine, 0)
    log = records(machine, "apt-get")

    outcome = ensure(machine, script)

    assert (outcome.code, outcome.err) == (0, "")
    update, install = log.read_text().splitlines()
    assert update.startswith("update")
    assert install.startswith("install -y")
    assert install.endswith(" postgresql")


def test_root_without_a_network_is_told_what_to_do(machine: Machine, script: Path) -> None:
    is_user(machine, 0)
    records(machine, "apt-get", code=100)

    outcome = ensure(machine, script)

    assert outcome.code == 1
    assert "CamFlix: the tests need PostgreSQL" in outcome.err


def test_a_server_that_is_named_is_enough(machine: Machine, script: Path) -> None:
    is_user(machine, 1000)

    outcome = machine.run("sh", str(script), CAMFLIX_TEST_PG_URL="postgresql://postgres@127.0.0.1:5432/postgres")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_server_on_the_path_is_enough(machine: Machine, script: Path) -> None:
    is_user(machine, 1000)
    machine.has_stub("initdb", "exit 97")

    assert ensure(machine, script).code == 0


@pytest.mark.parametrize(
    "place", ["/usr/lib/postgresql/17/bin", "/usr/pgsql-17/bin", "/opt/homebrew/opt/postgresql@17/bin"]
)
def test_a_server_off_the_path_is_found_where_systems_put_it(
    machine: Machine, script: Path, tmp_path: Path, place: str
) -> None:
    is_user(machine, 1000)
    folder = Path(f"{tmp_path}/system{place}")
    folder.mkdir(parents=True)
    shutil.copy(machine.has_stub("unused", "exit 97"), folder / "initdb")

    assert ensure(machine, script).code == 0


def test_this_machine_has_one() -> None:
    done = subprocess.run(["sh", ROOT / "scripts" / "ensure-postgres"], check=False, capture_output=True)

    assert done.returncode == 0
