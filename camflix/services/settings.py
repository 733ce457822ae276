"""What a user decides about themselves."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from camflix.errors import InvalidInputError
from camflix.models import User
from camflix.results import UserSettings
from camflix.services.counting import contributes, recount_films_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, tzinfo

    from sqlalchemy.orm import Session

    from camflix.results import ScoreDisplay
    from camflix.services.epoch import EpochService


class UserSettingsService:
    """One user's settings at a time."""

    def __init__(self, session: Session, epochs: EpochService, now: Callable[[], datetime]) -> None:
        self._session = session
        self._epochs = epochs
        self._now = now

    def of(self, user_id: int) -> UserSettings:
        """Return a user's settings."""
        return _described(self._session.get_one(User, user_id))

    def change(self, user_id: int, **changes: str | bool | None) -> UserSettings:
        """Change what is not None.

        Whether one's ratings feed other people's predictions changes with ``privacy`` and ``contributes_anonymously``:
        then the films are counted anew and models learn anew.

        Raises:
            InvalidInputError: an unknown time zone, or what is no text.
        """
        _check(changes)
        query = select(User).where(User.id == user_id).with_for_update(key_share=True)
        user: Any = self._session.scalars(query.execution_options(populate_existing=True)).one()
        before = contributes(user)
        for name, value in changes.items():
            if value is not None:
                setattr(user, name, value)
        self._session.flush()
        if contributes(user) != before:
            recount_films_of(self._session, user_id)
            self._epochs.advance()
        return _described(user)

    def time_zone(self, user_id: int) -> tzinfo:
        """Return a user's time zone; UTC where this machine does not know it."""
        name = self._session.scalar(select(User.time_zone).where(User.id == user_id))
        try:
            return ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC

    def today(self, user_id: int) -> date:
        """Return what day it is where the user lives."""
        return self._now().astimezone(self.time_zone(user_id)).date()


def _check(changes: dict[str, str | bool | None]) -> None:
    for field, value in changes.items():
        if isinstance(value, str) and "\0" in value:
            raise InvalidInputError("{name}: this is no text.", field=field, name=field)
    zone = changes.get("time_zone")
    if isinstance(zone, str):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInputError(
                "time_zone: “{value}” is no time zone.",
                hint="Write it as Europe/Paris or UTC.",
                field="time_zone",
                value=zone,
            ) from error


def _described(user: User) -> UserSettings:
    return UserSettings(
        username=user.username,
        email=user.email,
        bio=user.bio,
        avatar=user.avatar,
        language=user.language,
        time_zone=user.time_zone,
        privacy=cast('Literal["public", "members", "private"]', user.privacy),
        contributes_anonymously=user.contributes_anonymously,
        score_display=cast("ScoreDisplay", user.score_display),
        blind=user.blind,
    )
