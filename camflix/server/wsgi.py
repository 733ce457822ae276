"""For gunicorn and other WSGI servers: ``gunicorn 'camflix.server.wsgi:application()'``."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from camflix.server.app import create_server
from camflix.server.cleaning import HOUR_SECONDS, TURN_SECONDS, Cleaner
from camflix.settings import load_settings

if TYPE_CHECKING:
    from flask import Flask


def application(every_seconds: float = HOUR_SECONDS, turn_seconds: float = TURN_SECONDS) -> Flask:
    """Return the application over the settings of this process.

    Args:
        every_seconds: how often old sessions and codes are deleted.
        turn_seconds: how soon another process does it when the one that did has ended.
    """
    server = create_server(load_settings())
    cleaner = Cleaner(server.camflix, every_seconds, turn_seconds)
    atexit.register(server.close)
    atexit.register(cleaner.close)  # before the database is given back
    return server.app
