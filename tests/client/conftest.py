"""The world of the services' tests serves clients too."""

from tests.services.conftest import postgresql_url, shared_postgresql_url, world

__all__ = ["postgresql_url", "shared_postgresql_url", "world"]
