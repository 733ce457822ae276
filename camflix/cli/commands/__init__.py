"""One module a command; each holds a Typer ``app``."""
