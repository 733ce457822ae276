"""Settings: environment over .env over config.toml over defaults; what cannot be used is named with its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix import i18n
from camflix.errors import SettingsError
from camflix.settings import NAMES, SECRETS, Paths, Settings, load_settings, shown_value

if TYPE_CHECKING:
    from collections.abc import Callable

FEATURES = (
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "LANGUAGE_CODE",
    "TIME_ZONE",
    "DATABASE_URL",
    "CACHE_URL",
    "QUEUE_URL",
    "TMDB_API_KEY",
    "POSTER_BASE_URL",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "DEFAULT_FROM_EMAIL",
    "SENTRY_DSN",
    "CORS_ALLOWED_ORIGINS",
    "ADMIN_EMAIL",
    "HTTPS_ONLY",
    "TRUSTED_PROXIES",
    "RATE_LIMIT",
    "RATE_LIMIT_ANONYMOUS",
)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a home of its own and nothing else."""
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def config_file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Return a function that writes config.toml where the environment ``home`` has it."""

    def write(content: str | bytes) -> Path:
        file = tmp_path / "home" / ".config" / "camflix" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write


def said(error: pytest.ExceptionInfo[SettingsError]) -> str:
    i18n.use_language("en")
    return i18n.say(error.value)


def test_the_names_are_those_that_were_specified() -> None:
    assert tuple(name.upper() for name in NAMES) == FEATURES


def test_without_any_setting_everything_has_a_default(home: dict[str, str]) -> None:
    settings = load_settings(home)
    assert settings == Settings(paths=settings.paths, origins=dict.fromkeys(NAMES, "default"))
    assert (settings.language_code, settings.time_zone, settings.email_port) == ("fr", "Europe/Paris", 587)
    assert settings.debug is False
    assert settings.email_use_tls is True


def test_the_environment_of_the_process_is_read_unless_another_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_HOST", "smtp.example.org")
    assert load_settings().email_host == "smtp.example.org"


def test_reading_settings_makes_no_folder(home: dict[str, str], tmp_path: Path) -> None:
    load_settings(home).resolved_database_url()
    assert not (tmp_path / "home").exists()


class TestPrecedence:
    def test_environment_goes_before_dotenv_before_the_config_file_before_defaults(
        self, home: dict[str, str], config_file: Callable[[str], Path], tmp_path: Path
    ) -> None:
        config_file('email_host = "file"\nemail_host_user = "file"\nadmin_email = "file"\n')
        (tmp_path / ".env").write_text("EMAIL_HOST=dotenv\nEMAIL_HOST_USER=dotenv\n")
        settings = load_settings({**home, "EMAIL_HOST": "environment"}, tmp_path)
        assert settings.email_host == "environment"
        assert settings.email_host_user == "dotenv"
        assert settings.admin_email == "file"
        assert settings.default_from_email == ""
        assert {name: settings.origins[name] for name in ("email_host", "email_host_user", "admin_email")} == {
            "email_host": "environment",
            "email_host_user": ".env",
            "admin_email": "config.toml",
        }
        assert settings.origins["default_from_email"] == "default"

    def test_an_empty_value_in_the_environment_is_none_as_compose_files_pass_it(
        self, home: dict[str, str], config_file: Callable[[str], Path]
    ) -> None:
        config_file('database_url = "postgresql://db/films"')
        settings = load_settings({**home, **{name.upper(): "" for name in NAMES}})
        assert settings.database_url == "postgresql://db/films"
        assert settings.origins["database_url"] == "config.toml"
        assert settings.language_code == "fr"

    def test_dotenv_is_looked_for_in_the_current_folder(self, home: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("EMAIL_HOST=here\n")
        assert load_settings(home).email_host == "here"

    def test_the_config_file_takes_names_as_the_environment_writes_them_too(
        self, home: dict[str, str], config_file: Callable[[str], Path]
    ) -> None:
        config_file("EMAIL_PORT = 25\nlanguage_code = 'en'\n")
        settings = load_settings(home)
        assert (settings.email_port, settings.language_code) == (25, "en")

    def test_a_wrong_value_that_is_overruled_disturbs_nobody(
        self, home: dict[str, str], config_file: Callable[[str], Path]
    ) -> None:
        config_file("email_port = 0")
        assert load_settings({**home, "EMAIL_PORT": "25"}).email_port == 25


class TestValues:
    @pytest.mark.parametrize("text", ["1", "true", "TRUE", " yes ", "On"])
    def test_many_words_mean_true(self, home: dict[str, str], text: str) -> None:
        assert load_settings({**home, "DEBUG": text}).debug is True

    @pytest.mark.parametrize("text", ["0", "false", "No", "off", " "])
    def test_many_words_mean_false(self, home: dict[str, str], text: str) -> None:
        assert load_settings({**home, "EMAIL_USE_TLS": text}).email_use_tls is False

    @pytest.mark.parametrize(("text", "hosts"), [("a.org, b.org,", ("a.org", "b.org")), ("", ()), (" , ", ())])
    def test_several_values_are_separated_by_commas(self, home: dict[str, str], text: str, hosts: tuple[str]) -> None:
        assert load_settings({**home, "ALLOWED_HOSTS": text}).allowed_hosts == hosts
        assert load_settings({**home, "CORS_ALLOWED_ORIGINS": text}).cors_allowed_origins == hosts

    @pytest.mark.parametrize(("text", "code"), [("fr", "fr"), ("en", "en"), ("EN_us.UTF-8", "en"), ("fr-CA", "fr")])
    def test_a_language_may_bring_its_country(self, home: dict[str, str], text: str, code: str) -> None:
        assert load_settings({**home, "LANGUAGE_CODE": text}).language_code == code

    @pytest.mark.parametrize(
        "url", ["sqlite:////srv/films.db", "postgresql://db/films", "postgresql+psycopg://me:secret@db/films"]
    )
    def test_a_database_is_sqlite_or_postgresql(self, home: dict[str, str], url: str) -> None:
        assert load_settings({**home, "DATABASE_URL": url}).resolved_database_url() == url

    def test_the_old_scheme_of_postgresql_is_understood(self, home: dict[str, str]) -> None:
        assert load_settings({**home, "DATABASE_URL": "postgres://db/films"}).database_url == "postgresql://db/films"

    def test_toml_values_may_have_their_own_types(
        self, home: dict[str, str], config_file: Callable[[str], Path]
    ) -> None:
        config_file('debug = true\nemail_port = 25\nallowed_hosts = ["a.org", " b.org "]\ntime_zone = "UTC"\n')
        settings = load_settings(home)
        assert (settings.debug, settings.email_port, settings.time_zone) == (True, 25, "UTC")
        assert settings.allowed_hosts == ("a.org", "b.org")

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("DEBUG", "maybe"),
            ("EMAIL_USE_TLS", "2"),
            ("EMAIL_PORT", "0"),
            ("EMAIL_PORT", "65536"),
            ("EMAIL_PORT", "-1"),
            ("EMAIL_PORT", "２５"),
            pytest.param("EMAIL_PORT", "9" * 5000, id="5000 digits"),
            ("LANGUAGE_CODE", "de"),
            ("TIME_ZONE", "Mars/Olympus"),
            ("TIME_ZONE", "../../etc/passwd"),
            ("DATABASE_URL", "mysql://db/films"),
            ("DATABASE_URL", "films.db"),
            ("POSTER_BASE_URL", "image.tmdb.org/t/p/w185"),
            ("POSTER_BASE_URL", "file:///etc"),
            ("DATABASE_URL", "sqlite:films.db"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_named_with_its_place_and_what_was_expected(
        self, home: dict[str, str], name: str, text: str
    ) -> None:
        with pytest.raises(SettingsError) as refused:
            load_settings({**home, name: text})
        assert refused.value.field == name.lower()
        sentence = said(refused)
        assert sentence.startswith(f"{name} (environment): ")
        assert "expected" in sentence

    @pytest.mark.parametrize("line", ["email_host = 5", "secret_key = 5", "allowed_hosts = 5", "time_zone = false"])
    def test_a_toml_value_of_another_type_is_refused(
        self, home: dict[str, str], config_file: Callable[[str], Path], line: str
    ) -> None:
        config_file(line)
        with pytest.raises(SettingsError) as refused:
            load_settings(home)
        assert refused.value.field == line.partition(" ")[0]
        assert "config.toml" in said(refused)

    @given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), name=st.sampled_from(NAMES))
    def test_any_text_is_taken_or_refused(self, text: str, name: str) -> None:
        try:
            settings = load_settings({"HOME": "/nowhere", name.upper(): text}, Path("/nowhere"))
        except SettingsError as error:
            refusal = error
        else:
            assert settings.origins[name] == ("environment" if text else "default")
            assert shown_value(settings, name) is not None
            return
        assert refusal.field == name
        assert i18n.say(refusal)


class TestUnknownNames:
    @pytest.mark.parametrize(
        ("name", "nearest"),
        [("databse_url", "database_url"), ("language", "language_code"), ("DATABASE_ULR", "database_url")],
    )
    def test_the_config_file_holds_known_names_only_and_the_nearest_is_suggested(
        self, home: dict[str, str], config_file: Callable[[str], Path], name: str, nearest: str
    ) -> None:
        file = config_file(f'{name} = "x"')
        with pytest.raises(SettingsError) as refused:
            load_settings(home)
        sentence = said(refused)
        assert f"there is no setting “{name}”" in sentence
        assert str(file) in sentence
        assert f"Did you mean “{nearest}" in sentence

    @pytest.mark.parametrize("content", ["xyzzy = 1", "[section]\nkey = 1"])
    def test_where_no_name_is_near_none_is_suggested(
        self, home: dict[str, str], config_file: Callable[[str], Path], content: str
    ) -> None:
        config_file(content)
        with pytest.raises(SettingsError) as refused:
            load_settings(home)
        assert "Did you mean" not in said(refused)
        assert "camflix config show" in said(refused)

    @pytest.mark.parametrize("name", ["DATABASE_ULR", "TMDB_APIKEY", "SECRETKEY", "database_url"])
    def test_a_name_in_dotenv_that_is_nearly_ours_is_refused_with_the_right_one(
        self, home: dict[str, str], tmp_path: Path, name: str
    ) -> None:
        (tmp_path / ".env").write_text(f"{name}=x\n")
        with pytest.raises(SettingsError) as refused:
            load_settings(home, tmp_path)
        assert refused.value.values["nearest"] in FEATURES
        assert name in said(refused)

    def test_names_of_other_programs_in_dotenv_are_left_alone(self, home: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("COMPOSE_PROJECT_NAME=films\nEMAIL_HOST=smtp\nEMPTY\nEMAIL_HOST_USER\n")
        settings = load_settings(home, tmp_path)
        assert settings.email_host == "smtp"
        assert settings.email_host_user == ""


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "line", "column"),
        [("debug = ", 1, 9), ("[debug\n", 1, 7), ("debug = true\ndebug = true", 2, 13), ("\ufeffdebug = true", 1, 1)],
    )
    def test_a_config_file_that_is_no_toml_is_named_with_the_place(
        self, home: dict[str, str], config_file: Callable[[str | bytes], Path], content: str, line: int, column: int
    ) -> None:
        file = config_file(content)
        with pytest.raises(SettingsError) as refused:
            load_settings(home)
        assert said(refused).startswith(f"{file} is not valid TOML: line {line}, column {column}.")

    def test_a_file_in_another_encoding_is_named(
        self, home: dict[str, str], config_file: Callable[[bytes], Path], tmp_path: Path
    ) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_bytes(b"EMAIL_HOST=caf\xe9\n")
        with pytest.raises(SettingsError) as refused:
            load_settings(home, tmp_path)
        assert f"{dotenv} is not in UTF-8" in said(refused)
        config = config_file(b'email_host = "caf\xe9"')
        with pytest.raises(SettingsError) as refused:
            load_settings(home, tmp_path)
        assert f"{config} is not in UTF-8" in said(refused)

    def test_dotenv_knows_quotes_comments_and_exports_but_replaces_nothing(
        self, home: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / ".env").write_text(
            "# mail\nexport EMAIL_HOST='smtp.example.org'\nEMAIL_HOST_PASSWORD=\"a$HOME#b\"\nEMAIL_HOST_USER=me # me\n"
        )
        settings = load_settings(home, tmp_path)
        assert settings.email_host == "smtp.example.org"
        assert settings.email_host_password == "a$HOME#b"
        assert settings.email_host_user == "me"

    @pytest.mark.parametrize(
        "line", ["DATABASE_URL sqlite:////x.db", "export EMAIL_HOST: smtp", "SECRET_KEY='a", "EMAIL_PRT 25"]
    )
    def test_a_line_of_ours_in_dotenv_that_cannot_be_read_is_named_with_its_number(
        self, home: dict[str, str], tmp_path: Path, line: str
    ) -> None:
        (tmp_path / ".env").write_text(f"# mail\n\nOTHER one\n{line}\n")
        with pytest.raises(SettingsError) as refused:
            load_settings(home, tmp_path)
        assert f"{tmp_path / '.env'}, line 4: " in said(refused)
        assert "=value" in said(refused)

    def test_a_line_of_another_program_in_dotenv_that_cannot_be_read_is_left_alone(
        self, home: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / ".env").write_text("COMPOSE PROJECT\n? !\n=\nEMAIL_HOST=smtp\n")
        assert load_settings(home, tmp_path).email_host == "smtp"

    def test_folders_of_these_names_are_no_files(self, home: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / ".env").mkdir()
        (tmp_path / "home" / ".config" / "camflix" / "config.toml").mkdir(parents=True)
        assert load_settings(home, tmp_path).origins["debug"] == "default"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the file to someone else")
    def test_a_file_that_may_not_be_read_is_named(self, home: dict[str, str], tmp_path: Path) -> None:
        pytest.importorskip("pwd")
        file = tmp_path / ".env"
        file.write_text("DEBUG=1\n")
        for folder in (*tmp_path.parents[:-2], tmp_path):
            folder.chmod(folder.stat().st_mode | 0o055)
        file.chmod(0o600)
        os.seteuid(65534)
        try:
            with pytest.raises(SettingsError) as refused:
                load_settings(home, tmp_path)
        finally:
            os.seteuid(0)
        assert str(file) in said(refused)


class TestPaths:
    def test_the_folders_are_those_of_the_xdg_specification(self) -> None:
        assert Paths.from_environment({"HOME": "/home/ann"}) == Paths(
            config=Path("/home/ann/.config/camflix"),
            data=Path("/home/ann/.local/share/camflix"),
            cache=Path("/home/ann/.cache/camflix"),
            state=Path("/home/ann/.local/state/camflix"),
        )

    def test_each_can_be_set(self) -> None:
        kinds = ("CONFIG", "DATA", "CACHE", "STATE")
        environment = {"HOME": "/home/ann"} | {f"XDG_{kind}_HOME": f"/srv/{kind}" for kind in kinds}
        assert Paths.from_environment(environment) == Paths(*(Path(f"/srv/{kind}/camflix") for kind in kinds))

    @pytest.mark.parametrize("value", ["", "cache", "./cache", "~/cache"])
    def test_relative_and_empty_ones_are_ignored_as_the_specification_says(self, value: str) -> None:
        environment = {"HOME": "/home/ann", "XDG_CACHE_HOME": value}
        assert Paths.from_environment(environment).cache == Path("/home/ann/.cache/camflix")

    def test_without_a_home_in_the_environment_the_account_tells_it(self) -> None:
        assert Paths.from_environment({}).data == Path.home() / ".local" / "share" / "camflix"

    def test_the_database_lies_in_the_data_folder(self) -> None:
        settings = load_settings({"HOME": "/home/ann"}, Path("/nowhere"))
        assert settings.resolved_database_url() == "sqlite:////home/ann/.local/share/camflix/camflix.db"


class TestSecrets:
    def test_keys_and_passwords_are_secrets(self) -> None:
        assert {"secret_key", "tmdb_api_key", "email_host_password", "sentry_dsn"} == SECRETS

    @pytest.mark.parametrize("name", sorted(SECRETS))
    def test_a_secret_is_never_shown_only_that_it_is_set(self, home: dict[str, str], name: str) -> None:
        settings = load_settings({**home, name.upper(): "hunter2"})
        assert shown_value(settings, name) == "…"
        assert shown_value(load_settings(home), name) == ""

    @pytest.mark.parametrize("name", ["DATABASE_URL", "CACHE_URL", "QUEUE_URL"])
    @pytest.mark.parametrize(
        "address", ["ann:hunter2@db:5432/films", ":hunter2@db/films", "ann:hunter2@hunter2@db/films", "db/films"]
    )
    def test_a_password_in_an_address_is_masked(self, home: dict[str, str], name: str, address: str) -> None:
        settings = load_settings({**home, name: f"postgresql://{address}"})
        shown = shown_value(settings, name.lower())
        assert "hunter2" not in shown
        assert shown.endswith(("@db:5432/films", "db/films"))

    def test_a_password_among_the_options_of_an_address_is_masked(self, home: dict[str, str]) -> None:
        settings = load_settings({**home, "DATABASE_URL": "postgresql://db/films?user=ann&password=hunter2"})
        assert "hunter2" not in shown_value(settings, "database_url")

    def test_other_values_are_shown_as_they_would_be_written(self, home: dict[str, str]) -> None:
        settings = load_settings({**home, "ALLOWED_HOSTS": "a.org,b.org", "EMAIL_PORT": "25"})
        assert shown_value(settings, "allowed_hosts") == "a.org, b.org"
        assert shown_value(settings, "email_port") == "25"
        assert shown_value(settings, "database_url") == settings.resolved_database_url()

    @pytest.mark.parametrize("line", ["secret_key = 12345", "tmdb_api_key = [12345]"])
    def test_a_secret_is_not_told_by_its_own_error(
        self, home: dict[str, str], config_file: Callable[[str], Path], line: str
    ) -> None:
        config_file(line)
        with pytest.raises(SettingsError) as refused:
            load_settings(home)
        assert "12345" not in said(refused)

    @pytest.mark.parametrize("url", ["mysql://ann:hunter2@db/films", "mysql:/ann:hunter2@db/films"])
    def test_a_password_is_not_told_by_the_error_of_its_address(self, home: dict[str, str], url: str) -> None:
        with pytest.raises(SettingsError) as refused:
            load_settings({**home, "DATABASE_URL": url})
        assert "hunter2" not in said(refused)
