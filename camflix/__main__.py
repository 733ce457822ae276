"""``python -m camflix`` is the command line."""

from camflix.cli.start import main

main()
