"""The world of the services' tests serves clients too."""

from tests.services.conftest import world

__all__ = ["world"]
