"""Where things are kept: homes that are missing, folders that may not be written, names that are out of the way."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import WITHOUT_ROOTS_RIGHTS, answer, assert_one_clear_line, environment, run_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Home

AS_EVERYBODY = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root passes through every permission here"
)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder that may be neither read nor written."""
    folder = tmp_path / "sealed"
    folder.mkdir(mode=0)
    yield folder
    folder.chmod(0o700)


def test_without_a_home_the_account_says_where_it_is() -> None:
    unset: dict[str, str | None] = {f"XDG_{name}_HOME": None for name in ("CONFIG", "DATA", "CACHE", "STATE")}

    outcome = run_process("config", "path", env=environment(**unset, HOME=None))

    assert outcome.code == 0
    assert "/.local/share/camflix" in outcome.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become an account that does not exist")
def test_an_account_without_any_home_is_told_what_to_set() -> None:
    as_nobody = ("setpriv", "--reuid=54321", "--clear-groups")
    elsewhere = {f"XDG_{name}_HOME": "/nowhere" for name in ("CONFIG", "DATA", "CACHE", "STATE")}

    homeless = run_process(
        "config", "path", before=as_nobody, env=environment(HOME=None, **{**elsewhere, "XDG_DATA_HOME": None})
    )
    housed = run_process("config", "path", before=as_nobody, env=environment(HOME=None, **elsewhere))

    if any(words in homeless.err for words in ("No module named", "Permission denied", "shared libraries")):
        pytest.skip("other accounts cannot read this checkout, or this Python")
    assert_one_clear_line(homeless)
    assert homeless.code == 2
    assert "HOME" in homeless.err
    assert housed.code == 0


def test_nothing_is_made_in_the_folders_by_only_asking(tmp_path: Path, home: Home) -> None:
    answer("config", "path")
    answer("config", "show")
    answer("--help")

    assert list(tmp_path.iterdir()) == []


def test_relative_folders_are_left_aside_as_the_specification_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "some/place")

    assert "some/place" not in answer("config", "path").out


@pytest.mark.parametrize("name", ["with a space", "with#%41?&=", "d'été", '"quoted"', "$(touch x)", "-n"])
def test_any_name_serves_for_the_folder_of_data(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / name))

    assert answer("users", "add", "zoe").code == 0
    assert (tmp_path / name / "camflix" / "camflix.db").is_file()
    assert "zoe" in answer("users", "list").out


def test_a_folder_whose_name_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    outcome = run_process(
        "ratings", env=environment(XDG_DATA_HOME=str(tmp_path / b"l\xe9a".decode(errors="surrogateescape")))
    )

    assert_one_clear_line(outcome)
    assert outcome.code == 2


@AS_EVERYBODY
def test_a_folder_of_data_that_may_not_be_written_is_named(sealed: Path) -> None:
    outcome = run_process("ratings", before=WITHOUT_ROOTS_RIGHTS, env=environment(XDG_DATA_HOME=str(sealed)))

    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert str(sealed) in outcome.err
    assert "XDG_DATA_HOME" in outcome.err


@pytest.mark.long
@AS_EVERYBODY
def test_a_cache_that_may_not_be_written_is_done_without(demo: Home, sealed: Path) -> None:
    command = ("recommend", "--user", "demo", "-n", "2", "--json")

    assert run_process(
        *command, before=WITHOUT_ROOTS_RIGHTS, env=environment(XDG_CACHE_HOME=str(sealed))
    ) == run_process(*command)


def test_a_damaged_cache_is_made_anew(demo: Home, tmp_path: Path) -> None:
    command = ("recommend", "--user", "demo", "-n", "2", "--json")
    expected = answer(*command)
    files = sorted((tmp_path / "xdg" / "cache").rglob("*.npy"))
    for file, content in zip(files, (b"", b"\x93NUMPY", b"no array"), strict=False):
        file.write_bytes(content)

    assert answer(*command) == expected
    assert all(file.stat().st_size > len("\x93NUMPY") for file in files)


@AS_EVERYBODY
def test_a_folder_of_settings_that_may_not_be_read_is_named(sealed: Path) -> None:
    outcome = run_process("config", "show", before=WITHOUT_ROOTS_RIGHTS, env=environment(XDG_CONFIG_HOME=str(sealed)))

    assert_one_clear_line(outcome)
    assert outcome.code == 2
    assert f"{sealed}/camflix/config.toml" in outcome.err


@AS_EVERYBODY
def test_a_current_folder_that_may_not_be_looked_into_is_no_obstacle(sealed: Path) -> None:
    assert run_process("config", "path", before=WITHOUT_ROOTS_RIGHTS, cwd=sealed).code == 0


@pytest.mark.parametrize("content", [b"language_code = \xe9", b"language_code =", b"langage_code = 'en'", b"\0"])
def test_settings_that_cannot_be_understood_are_named_with_their_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "xdg" / "config" / "camflix" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    outcome = answer("movies")

    assert_one_clear_line(outcome)
    assert outcome.code == 2
    assert str(file) in outcome.err


@pytest.mark.parametrize(
    ("content", "named"),
    [(b"LANGUAGE_CODE=\xe9", ".env"), (b"DATABASE_URI=x", "DATABASE_URL"), (b"LANGUAGE_CODE=tlh", "LANGUAGE_CODE")],
)
def test_a_dotenv_file_that_cannot_be_understood_is_told_in_one_line(
    tmp_path: Path, content: bytes, named: str
) -> None:
    (tmp_path / ".env").write_bytes(content)

    outcome = answer("movies")

    assert_one_clear_line(outcome)
    assert outcome.code == 2
    assert named in outcome.err


def test_settings_are_shown_with_their_origin_and_without_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "open sesame")
    monkeypatch.setenv("DATABASE_URL", "postgresql://zoe:swordfish@example.org/films")

    for outcome in (answer("config", "show"), answer("config", "show", "--json")):
        assert "sesame" not in outcome.out
        assert "swordfish" not in outcome.out
        assert "zoe" in outcome.out
