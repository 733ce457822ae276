"""The world of the services' tests serves clients too."""

from tests.server.conftest import live, postgresql_url, shared_postgresql_url, world

__all__ = ["live", "postgresql_url", "shared_postgresql_url", "world"]
