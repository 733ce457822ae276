"""``python -m camflix`` is the command line."""

from camflix.cli.main import main

main()
