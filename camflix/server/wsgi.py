"""For gunicorn and other WSGI servers: ``gunicorn 'camflix.server.wsgi:application()'``."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from camflix.server.app import create_server
from camflix.settings import load_settings

if TYPE_CHECKING:
    from flask import Flask


def application() -> Flask:
    """Return the application over the settings of this process."""
    server = create_server(load_settings())
    atexit.register(server.close)
    return server.app
