"""``camflix settings show|set``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.operations import change_settings, get_settings
from camflix.operations.inputs import ChangeSettings, Nothing
from camflix.results import UserSettings

app = new_app(help=_("What you decide about yourself: who may see you, language, time zone."))


class PrivacyChoice(StrEnum):
    """Who may see a profile."""

    PUBLIC = "public"
    MEMBERS = "members"
    PRIVATE = "private"


class LanguageChoice(StrEnum):
    """Languages of CamFlix."""

    FR = "fr"
    EN = "en"


class DisplayChoice(StrEnum):
    """How scores are shown."""

    POINTS_100 = "100"
    POINTS_10 = "10"
    STARS = "stars"


@app.command(cls=TranslatedCommand, help=_("What you decided about yourself."))
def show(user: UserOption = None, use_json: JsonOption = False) -> None:
    """Show the settings."""
    with open_client(user) as client:
        found = client.call(get_settings, Nothing())
    _print(found, use_json=use_json)


@app.command("set", cls=TranslatedCommand, help=_("Change what is given; the rest stays."))
def set_(  # noqa: PLR0917 - options
    privacy: Annotated[PrivacyChoice | None, typer.Option(help=_("Who may see you."))] = None,
    anonymously: Annotated[
        bool | None,
        typer.Option("--anonymously/--not-at-all", help=_("Whether a private user's ratings feed predictions.")),
    ] = None,
    language: Annotated[LanguageChoice | None, typer.Option(help=_("The language of mail and pages."))] = None,
    time_zone: Annotated[str | None, typer.Option(metavar=_("ZONE"), help=_("As Europe/Paris."))] = None,
    bio: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("A few words about yourself."))] = None,
    display: Annotated[DisplayChoice | None, typer.Option(help=_("How scores are shown."))] = None,
    blind: Annotated[
        bool | None, typer.Option("--blind/--seeing", help=_("Predictions and averages only after you rated."))
    ] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Change settings."""
    change = ChangeSettings(
        bio=bio,
        language=language.value if language else None,
        time_zone=time_zone,
        privacy=privacy.value if privacy else None,
        contributes_anonymously=anonymously,
        score_display=display.value if display else None,
        blind=blind,
    )
    with open_client(user) as client:
        found = client.call(change_settings, change)
    _print(found, use_json=use_json)


def _print(found: UserSettings, *, use_json: bool) -> None:
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_settings  # noqa: PLC0415 - rich

    show_settings(found)
