"""Write a migration that brings the newest schema to what the models say now, for review.

Usage: python scripts/migration.py "What it does"
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from camflix.db.engine import open_engine
from camflix.db.migrate import config, upgrade
from camflix.db.schema import HEAD_REVISION
from camflix.models import Base


def main(message: str) -> None:
    """Write the revision after HEAD_REVISION."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'camflix.db'}")
        upgrade(engine, Base.metadata)
        with engine.connect() as connection:
            revision = f"{int(HEAD_REVISION) + 1:04}"
            command.revision(config(connection, Base.metadata), message, autogenerate=True, rev_id=revision)
            connection.rollback()
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
