"""Where the command line reads and writes: pipes that close, disks that are full, terminals that know no accents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import assert_one_clear_line, environment, row_counts, shell, start

if TYPE_CHECKING:
    from tests.conftest import Home

FULL = "/dev/full"
AS_JSON = pytest.mark.parametrize("options", ["", "--json"])


@AS_JSON
def test_a_reader_who_has_seen_enough_ends_the_command_quietly(demo: Home, options: str) -> None:
    outcome = shell(f"set -o pipefail; camflix movies -n 200 {options} | head -1")

    assert outcome.code == 0
    assert outcome.out.count("\n") == 1
    assert "Traceback" not in outcome.err
    assert "Broken" not in outcome.err


@pytest.mark.long
@pytest.mark.parametrize("command", ["--help", "movies -n 200", "movies -n 200 --json", "config show"])
def test_a_reader_who_reads_nothing_at_all_ends_the_command_quietly(demo: Home, command: str) -> None:
    outcome = shell(f"set -o pipefail; camflix {command} 2>&1 >&3 3>&- | cat >&2; true", env=environment())
    quiet = shell(f"set -o pipefail; camflix {command} | sleep 0; echo $?")

    assert outcome.code == 0
    assert quiet.out == "0\n"
    assert "Traceback" not in quiet.err


@pytest.mark.long
@pytest.mark.parametrize("command", ["--help", "movies", "movies --json", "config path", "rate tmdb:348 95"])
def test_a_full_disk_under_standard_output_is_told_in_one_line(demo: Home, command: str) -> None:
    outcome = shell(f"camflix {command} >{FULL}")

    assert outcome.code == 1
    assert outcome.err.splitlines()[0].startswith("camflix: ")
    assert "Traceback" not in outcome.err
    assert "Exception ignored" not in outcome.err


@pytest.mark.long
def test_a_rating_is_kept_though_its_confirmation_could_not_be_written(demo: Home) -> None:
    before = row_counts(demo.database)

    shell(f"camflix rate tmdb:348 95 >{FULL}")

    assert row_counts(demo.database)["rating"] == before["rating"] + 1


@pytest.mark.long
def test_talk_that_nobody_can_hear_does_not_stop_a_command(demo: Home) -> None:
    assert shell(f"camflix movies -n 2 2>{FULL}").code == 0
    assert shell(f"camflix rate xyzzy 5 2>{FULL}").code == 3


@pytest.mark.long
@pytest.mark.parametrize(
    ("command", "closed"),
    [
        ("recommend --user demo -n 1", "<&-"),
        ("recommend --user demo -n 1", ">&-"),
        ("recommend --user demo -n 1", "<&- >&- 2>&-"),
        ("movies --json", ">&-"),
        ("rate tmdb:348 95", "2>&-"),
        ("--help", ">&-"),
    ],
)
def test_a_closed_stream_does_not_stop_a_command(demo: Home, command: str, closed: str) -> None:
    outcome = shell(f"camflix {command} {closed}")

    assert outcome.code == 0
    assert "Traceback" not in outcome.err


ASCII_ONLY = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OTHER_ENCODINGS = pytest.mark.parametrize(
    "changes",
    [ASCII_ONLY, {"PYTHONIOENCODING": "latin-1"}],
    ids=lambda changes: ",".join(changes.values()),
)


@pytest.mark.long
@OTHER_ENCODINGS
def test_a_terminal_without_our_letters_gets_what_it_can_show(demo: Home, changes: dict[str, str]) -> None:
    process = start("ratings", "--user", "demo", env=environment(**changes), encoding="latin-1")

    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "Mulholland Drive (2001)" in out
    assert "Jet?e" in out or "Jetée" in out


@pytest.mark.long
@pytest.mark.parametrize(("command", "code"), [("recommend --user demo", 0), ("rate é 5", 3), ("--help", 0)])
def test_no_letter_that_a_terminal_lacks_ends_in_a_traceback(demo: Home, command: str, code: int) -> None:
    process = start(*command.split(), env=environment(**ASCII_ONLY))

    _out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err


@pytest.mark.long
def test_a_title_is_understood_whatever_the_locale_makes_of_its_accents(demo: Home) -> None:
    process = start("search", "Mépris", env=environment(**ASCII_ONLY), encoding="latin-1")

    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "Le M?pris" in out


@pytest.mark.long
@OTHER_ENCODINGS
def test_json_is_utf_8_whatever_the_terminal(demo: Home, changes: dict[str, str]) -> None:
    process = start("search", "mepris", "--json", env=environment(**changes), encoding="utf-8")

    out, _err = process.communicate(timeout=60)
    assert json.loads(out)["movies"][0]["title"] == "Le Mépris"


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_bytes_that_are_no_text_are_refused_with_the_remedy(demo: Home, options: tuple[str, ...]) -> None:
    process = start("rate", b"M\xe9pris".decode(errors="surrogateescape"), "50", *options)

    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Traceback" not in err
    assert err.endswith("écrivez-le en UTF-8.\n")
    assert not options or json.loads(out)["error"]["message"].endswith("écrivez-le en UTF-8.")


def test_a_user_whose_name_is_no_text_is_unknown(demo: Home) -> None:
    process = start("ratings", "--user", b"zo\xe9".decode(errors="surrogateescape"))

    _out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err.startswith("camflix: ")


def test_errors_are_no_data(demo: Home) -> None:
    outcome = shell("camflix rate xyzzy 50")

    assert_one_clear_line(outcome)
