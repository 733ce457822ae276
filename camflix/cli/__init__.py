"""The command line: Typer, one module a command, loaded when it is called."""
