"""Which language to speak."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from camflix import i18n

if TYPE_CHECKING:
    from camflix.settings import Settings


def language_of(settings: Settings) -> str:
    """Return LANGUAGE_CODE (environment, .env, config file) where it is set, else LC_ALL, else French."""
    if settings.origins["language_code"] != "default":
        return settings.language_code
    return i18n.language_from(os.environ)
