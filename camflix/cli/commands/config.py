"""``camflix config path|show``."""

from __future__ import annotations

import os

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import N_, _
from camflix.settings import NAMES, Origin, Paths, load_settings, shown_value

app = new_app(help=_("Settings: environment first, then .env, then the config file, then the default."))

ORIGINS: dict[Origin, str] = {
    "environment": N_("environment"),
    ".env": ".env",
    "config.toml": "config.toml",
    "default": N_("default"),
}


@app.command(cls=TranslatedCommand, help=_("Print where CamFlix keeps things."))
def path(use_json: JsonOption = False) -> None:
    """Print the folders."""
    paths = Paths.from_environment(os.environ)  # not of the settings, which may be what cannot be read
    places = {
        "config": str(paths.config / "config.toml"),
        "data": str(paths.data),
        "cache": str(paths.cache),
        "state": str(paths.state),
    }
    if use_json:
        print_json(places)
    else:
        for name, place in places.items():
            print_words(f"{name:<8} {place}")


@app.command(cls=TranslatedCommand, help=_("Print every setting, and where it was read; secrets are masked."))
def show(use_json: JsonOption = False) -> None:
    """Print the settings."""
    settings = load_settings()
    rows = [(name.upper(), shown_value(settings, name), settings.origins[name]) for name in NAMES]
    if use_json:
        print_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
    else:
        width = max(len(value) for _name, value, _origin in rows)
        for name, value, origin in rows:
            print_words(f"{name:<22} {value or '-':<{width}} {_(ORIGINS[origin])}")
