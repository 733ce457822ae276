"""The database of the services' tests serves here too."""

from tests.services.conftest import postgresql_url, shared_postgresql_url

__all__ = ["postgresql_url", "shared_postgresql_url"]
