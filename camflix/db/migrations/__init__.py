"""Alembic's environment and the revisions; loaded by ``camflix db …`` and the tests only."""
