"""Settings: environment, ``.env``, config file, defaults - in that order, each name once.

The same names are used everywhere: ``DATABASE_URL`` in the environment and in ``.env``, ``database_url`` in
``config.toml`` under the XDG config folder. No validation library: reading settings is part of every start
(docs/adr/0006-dependencies.md).
"""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from camflix.errors import SettingsError, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Origin = Literal["environment", ".env", "config.toml", "default"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_NEAR = 0.85
_SIMILAR = 0.6
_WORDS = re.compile(r"\w+")
_MOST_PROXIES = 10
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
_RATE = re.compile(r"[1-9][0-9]{0,8} per (second|minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Paths:
    """The XDG folders of CamFlix; none is made before something is written there."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Paths:
        """Return the folders an environment asks for, by the XDG base directory specification."""

        def folder(variable: str, default: str) -> Path:
            value = environment.get(variable, "")
            # The specification says that relative paths are to be ignored.
            return (Path(value) if value.startswith("/") else _home(environment) / default) / "camflix"

        return cls(
            config=folder("XDG_CONFIG_HOME", ".config"),
            data=folder("XDG_DATA_HOME", ".local/share"),
            cache=folder("XDG_CACHE_HOME", ".cache"),
            state=folder("XDG_STATE_HOME", ".local/state"),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, parsed. ``origins`` says where each was read."""

    paths: Paths
    debug: bool = False
    secret_key: str = ""
    allowed_hosts: tuple[str, ...] = ()
    language_code: str = "fr"
    time_zone: str = "Europe/Paris"
    database_url: str = ""
    cache_url: str = ""
    queue_url: str = ""
    tmdb_api_key: str = ""
    poster_base_url: str = "https://image.tmdb.org/t/p/w185"  # 185 pixels wide; served to everybody, without a key
    email_host: str = ""
    email_port: int = 587
    email_use_tls: bool = True
    email_host_user: str = ""
    email_host_password: str = ""
    default_from_email: str = ""
    sentry_dsn: str = ""
    cors_allowed_origins: tuple[str, ...] = ()
    admin_email: str = ""
    https_only: bool = True
    trusted_proxies: int = 0
    rate_limit: str = "600 per minute"
    rate_limit_anonymous: str = "120 per minute"
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def resolved_database_url(self) -> str:
        """Return DATABASE_URL, or the embedded default: SQLite in the XDG data folder."""
        # In an address, "?" begins the options and "%" a character by its number.
        file = str(self.paths.data / "camflix.db").replace("%", "%25").replace("?", "%3F")
        return self.database_url or f"sqlite:///{file}"


SECRETS = frozenset({"secret_key", "tmdb_api_key", "email_host_password", "sentry_dsn"})
NAMES: tuple[str, ...] = tuple(f.name for f in fields(Settings) if f.name not in {"paths", "origins"})


def load_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Return the settings of this process.

    Args:
        environment: instead of ``os.environ``.
        folder: where ``.env`` is looked for; the current folder by default.

    Raises:
        SettingsError: an unknown name in ``.env`` or the config file, a value that cannot be used, a broken file.
    """
    environment = os.environ if environment is None else environment
    paths = Paths.from_environment(environment)
    texts: dict[str, tuple[object, Origin]] = {}
    for name, value in _config_file(paths.config / "config.toml"):
        texts[name] = (value, "config.toml")
    for name, value in _dotenv_file((folder or Path()) / ".env"):
        texts[name] = (value, ".env")
    for name in NAMES:
        # Compose files pass what nobody set as an empty text.
        if environment.get(name.upper()):
            texts[name] = (environment[name.upper()], "environment")
    values = {name: _PARSERS[name](name, value, origin) for name, (value, origin) in texts.items()}
    origins: dict[str, Origin] = {name: texts[name][1] if name in texts else "default" for name in NAMES}
    return Settings(paths=paths, origins=origins, **values)  # type: ignore[arg-type]


def _config_file(path: Path) -> Iterator[tuple[str, object]]:
    text = _text_of(path)
    if text is None:
        return
    import tomllib  # noqa: PLC0415 - most people have no config file

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(path, text, error) from error
    for name, value in table.items():
        if name.lower() not in NAMES:
            raise _unknown(name, str(path), [*NAMES])
        yield name.lower(), value


def not_toml(file: Path, text: str, error: Exception) -> SettingsError:
    """Return the error that tells where a file is no TOML, in words of ours: tomllib has only English ones."""
    found = _TOML_PLACE.search(str(error))
    line, column = map(int, found.groups()) if found else (text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
    return SettingsError(
        "{file} is not valid TOML: line {line}, column {column}.",
        hint="Each line reads: name = value. Text stands between quotes, and no name stands twice.",
        file=str(file),
        line=line,
        column=column,
    )


def _dotenv_file(path: Path) -> Iterator[tuple[str, object]]:
    # One may work in a folder that one may not look into; whatever lies there is not meant for us.
    text = _text_of(path) if os.access(path.parent, os.X_OK) else None
    if text is None:
        return
    from io import StringIO  # noqa: PLC0415 - most people have no .env

    from dotenv.parser import parse_stream  # noqa: PLC0415

    names = [name.upper() for name in NAMES]
    for binding in parse_stream(StringIO(text)):
        # What cannot be parsed still begins with a word. Another program's settings may live in the same file; a near
        # miss is ours, misspelt.
        name = _first_word(binding.original.string) if binding.error else binding.key or ""
        is_ours = name in names or bool(name and difflib.get_close_matches(name.upper(), names, 1, _NEAR))
        if is_ours and binding.error:
            raise SettingsError(
                "{file}, line {line}: “{name}” is not followed by a value as CamFlix reads them.",
                hint="Write {name}=value, with quotes around a value that has spaces.",
                file=str(path),
                line=binding.original.line,
                name=name,
            )
        if is_ours and name not in names:
            raise _unknown(name, str(path), names)
        if is_ours:
            yield name.lower(), binding.value or ""


def _first_word(line: str) -> str:
    words = _WORDS.findall(line.strip())
    return next((word for word in words if word != "export"), "")


def _home(environment: Mapping[str, str]) -> Path:
    try:
        return Path(environment.get("HOME") or Path.home())
    except RuntimeError as error:
        raise SettingsError(
            "This account has no home folder.", hint="Set HOME to a folder of yours, or XDG_DATA_HOME and its sisters."
        ) from error


def _text_of(path: Path) -> str | None:
    """Return the text of a file of settings, None when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(
            "{file} cannot be read: {reason}.",
            hint="Give yourself the right to read it, or move it away.",
            file=str(path),
            reason=Word(error.strerror or error),
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError("{file} is not in UTF-8.", hint="Save it as UTF-8 text.", file=str(path)) from error


def _unknown(name: str, file: str, known: list[str]) -> SettingsError:
    in_their_case = name.upper() if known[0].isupper() else name.lower()
    nearest = difflib.get_close_matches(in_their_case, known, 1, _SIMILAR)
    return SettingsError(
        "{file}: there is no setting “{name}”.",
        hint="Did you mean “{nearest}”?" if nearest else "camflix config show names them all.",
        file=file,
        name=name,
        nearest="".join(nearest),
    )


def _wrong(name: str, value: object, origin: Origin, expected: str) -> SettingsError:
    return SettingsError(
        "{name} ({origin}): “{value}” cannot be used; expected {expected}.",
        field=name,
        name=name.upper(),
        value="…" if name in SECRETS else value,
        origin=Word(origin),
        expected=expected,
    )


def _text(name: str, value: object, origin: Origin) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, origin, Word("text"))
    return value.strip()


def _boolean(name: str, value: object, origin: Origin) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise _wrong(name, value, origin, "true / false")


def _port(name: str, value: object, origin: Origin) -> int:
    text = str(value).strip()
    if text.isascii() and text.isdigit() and len(text) <= len("65535") and 0 < int(text) < 1 << 16:
        return int(text)
    raise _wrong(name, value, origin, "1 … 65535")


def _count(name: str, value: object, origin: Origin) -> int:
    text = str(value).strip()
    if text.isascii() and text.isdigit() and int(text) <= _MOST_PROXIES:
        return int(text)
    raise _wrong(name, value, origin, f"0 … {_MOST_PROXIES}")


def _rate(name: str, value: object, origin: Origin) -> str:
    text = _text(name, value, origin)
    if text in {"", "0"}:
        return ""
    if not _RATE.fullmatch(text):
        raise _wrong(name, value, origin, "600 per minute, 10 per second …")
    return text


def _words(name: str, value: object, origin: Origin) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(name, value, origin).split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _language(name: str, value: object, origin: Origin) -> str:
    code = _text(name, value, origin)[:2].lower()
    if code not in {"fr", "en"}:
        raise _wrong(name, value, origin, "fr / en")
    return code


def _time_zone(name: str, value: object, origin: Origin) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only when a time zone is set

    text = _text(name, value, origin)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise _wrong(name, value, origin, "Europe/Paris, UTC …") from error
    return text


def _database_url(name: str, value: object, origin: Origin) -> str:
    url = _text(name, value, origin)
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url and url.split("://", 1)[0] not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise _wrong(name, _without_password(url), origin, "sqlite:///… / postgresql://…")
    return url


def _web_address(name: str, value: object, origin: Origin) -> str:
    url = _text(name, value, origin)
    if url and not url.startswith(("https://", "http://")):
        raise _wrong(name, _without_password(url), origin, "https://…")
    return url


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    if not separator and "@" in url:
        # No address at all, but it may hold a password.
        return "…@" + url.rpartition("@")[2]
    shown = f"{scheme}{separator}{credentials.partition(':')[0]}:…{at}{place}" if ":" in credentials else url
    head, option, tail = shown.partition("password=")
    return f"{head}{option}…{''.join(tail.partition('&')[1:])}" if option else shown


_PARSERS: dict[str, Callable[[str, object, Origin], object]] = {
    **dict.fromkeys(NAMES, _text),
    "debug": _boolean,
    "email_use_tls": _boolean,
    "email_port": _port,
    "allowed_hosts": _words,
    "cors_allowed_origins": _words,
    "language_code": _language,
    "time_zone": _time_zone,
    "database_url": _database_url,
    "poster_base_url": _web_address,
    "https_only": _boolean,
    "trusted_proxies": _count,
    "rate_limit": _rate,
    "rate_limit_anonymous": _rate,
}


def shown_value(settings: Settings, name: str) -> str:
    """Return a setting's value as it may be shown: secrets and passwords masked."""
    value = settings.resolved_database_url() if name == "database_url" else getattr(settings, name)
    if name in SECRETS:
        return "…" if value else ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return _without_password(value) if name.endswith("_url") else str(value)
