"""The command tree: names and one-line helps known at once, each command's module loaded when it is called.

``camflix --help`` must answer at once, so nothing here imports a command.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from camflix.errors import CamFlixError, InvalidInputError
from camflix.i18n import N_, _

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Context, HelpFormatter


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of the tree: the module that holds its Typer app, and its help in one line."""

    module: str
    help: str


COMMANDS: dict[str, Entry] = {
    "tui": Entry("tui", N_("The terminal app: discover, rate, see why.")),
    "recommend": Entry("recommend", N_("The films you will like best, with predicted score and range.")),
    "rate": Entry("rate", N_("Rate a film from 0 to 100.")),
    "unrate": Entry("unrate", N_("Remove a rating.")),
    "undo": Entry("undo", N_("Take back what you wrote last, a whole import included.")),
    "why": Entry("why", N_("Why this score: the prediction as the sum it is.")),
    "twins": Entry("twins", N_("The people whose taste is nearest to yours.")),
    "pick": Entry("pick", N_("A good film, drawn by chance.")),
    "similar": Entry("similar", N_("Films like a film, told from ratings alone.")),
    "together": Entry("together", N_("Films for you and others.")),
    "ratings": Entry("ratings", N_("Your ratings, with percentile and tier.")),
    "profile": Entry("profile", N_("Your scores, your best and worst, how near predictions came.")),
    "search": Entry("search", N_("Find films; accents and small typos do not matter.")),
    "movies": Entry("movies", N_("The catalogue, page by page.")),
    "movie": Entry("movie", N_("One film: what is known of it, and how your rating came to be.")),
    "next": Entry("next", N_("Which films to rate next.")),
    "watchlist": Entry("watchlist", N_("The films you want to see.")),
    "hidden": Entry("hidden", N_("Films never to be shown in lists.")),
    "notes": Entry("notes", N_("Your own notes on films, for nobody else.")),
    "lists": Entry("lists", N_("Lists of films of your own making.")),
    "diary": Entry("diary", N_("When you saw which films.")),
    "stats": Entry("stats", N_("Your ratings in numbers: genres, people, decades, months.")),
    "year": Entry("year", N_("Look back on a year.")),
    "settings": Entry("settings", N_("What you decide about yourself: who may see you, language, time zone.")),
    "rescale": Entry("rescale", N_("Bring your scores from a narrower scale to 0-100.")),
    "export": Entry("export", N_("Take all of your own data out.")),
    "import": Entry("import_", N_("Bring in ratings: MovieLens, Letterboxd.")),
    "demo": Entry("demo", N_("See it work on a sample community, offline.")),
    "evaluate": Entry("evaluate", N_("Measure an engine on held-out ratings.")),
    "engine": Entry("engine", N_("The engine that predicts: show it, choose another, learn anew.")),
    "doctor": Entry("doctor", N_("Examine this installation: what works, what could be better.")),
    "login": Entry("login", N_("Sign in to a server; commands then work on it.")),
    "logout": Entry("logout", N_("Sign out of the server; commands work on this machine again.")),
    "whoami": Entry("whoami", N_("Who you are, and on which server.")),
    "account": Entry(
        "account", N_("Your account on a server, before you sign in: confirm an address, choose a new password.")
    ),
    "serve": Entry("serve", N_("Serve CamFlix to others: the JSON API.")),
    "users": Entry("users", N_("List, add, disable users; passwords, administrators.")),
    "db": Entry("db", N_("The database: upgrade its schema.")),
    "config": Entry("config", N_("Settings: where they are, what they say.")),
}


TYPER_WORDS = (
    N_("Options"),
    N_("Arguments"),
    N_("Commands"),
    N_("[OPTIONS]"),
    N_("COMMAND [ARGS]..."),
    N_("default: {default}"),
    N_("required"),
    N_("(dynamic)"),
    N_("env var: {var}"),
    N_("Missing command."),
    N_("No such command {name!r}."),
    N_("Aborted!"),
)
"""What Typer says on our behalf and looks up in our catalogue (main.py); a test holds it against Typer's source."""


_PARAMETERS = {
    "engine": ("name",),
    "is_public": ("public",),
    "is_rewatch": ("again",),
    "limit": ("n",),
    "list_id": ("number",),
    "map": ("score_map",),
    "min_films": ("least",),
    "movie_id": ("film",),
    "position": ("place",),
    "query": ("filter_", "words"),
    "seen_on": ("on",),
    "username": ("name", "user"),
    "viewing_id": ("number",),
    "year": ("which",),
}
"""The parameters that are given to operations under another name."""


def _called_here(field: str, parameters: list[Any], ctx: Context) -> str | None:
    """Return how the command line calls an input: by its option, or by its place; None where it has none."""
    named = {parameter.name: parameter for parameter in parameters}
    for name in (field, f"{field}_", *_PARAMETERS.get(field, ())):
        if name in named:
            return called(named[name], ctx)
    return None


def called(parameter: Any, ctx: Context) -> str:
    """Return what the help page calls an option, or an argument."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.make_metavar(ctx)).strip("{}[].…")


class _Translated:
    """Help pages in the reader's language where Typer's own are fixed, errors by the names of options."""

    name: str | None
    params: list[Any]
    _help_option: TyperOption | None

    def invoke(self, ctx: Context) -> Any:
        try:
            return super().invoke(ctx)  # type: ignore[misc]
        except CamFlixError as error:
            if error.field and not error.said_as:
                error.said_as = _called_here(error.field, self.params, ctx)
            raise

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        pieces = [_(piece) for piece in self.collect_usage_pieces(ctx)]  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this page and exit.")
        return option  # type: ignore[no-any-return]


class TranslatedCommand(_Translated, TyperCommand):
    """A command whose help page is in the reader's language."""


class TranslatedGroup(_Translated, TyperGroup):
    """A group of commands whose help page is in the reader's language."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Return the command that ``args`` begins with.

        Raises:
            InvalidInputError: there is none; the hint names the nearest.
        """
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            near = difflib.get_close_matches(name, self.list_commands(ctx), 1)
            raise InvalidInputError(
                "There is no command “{name}”.",
                hint="Did you mean “{near}”?" if near else "See them with: {command} --help",
                name=name,
                command=ctx.command_path,
                near=near[0] if near else "",
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the list of commands, each with the whole of its help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, command.help or "") for name, command in commands if command is not None])


class LazyGroup(TranslatedGroup):
    """The root of the tree."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names, in the order of the help page."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:
        """Load a command's module and build it."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"camflix.cli.commands.{entry.module}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        if not isinstance(command, TyperGroup):
            # Its docstring is for those who read the code.
            command.help = _(entry.help)
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the list of commands without loading any."""
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(entry.help)) for name, entry in COMMANDS.items()])


def new_app(**options: Any) -> typer.Typer:
    """Return a Typer app for one command module."""
    return typer.Typer(
        cls=TranslatedGroup, rich_markup_mode=None, add_completion=False, no_args_is_help=True, **options
    )


def root() -> LazyGroup:
    """Return the command ``camflix``."""
    return LazyGroup(
        name="camflix",
        help=_("CamFlix tells how much you will like a film, from 0 to 100, and shows the arithmetic."),
        epilog=_("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 ambiguous."),
        rich_markup_mode=None,
        no_args_is_help=True,
        params=[
            TyperOption(
                param_decls=["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                help=_("Show the version and exit."),
                callback=_show_version,
            )
        ],
    )


def _show_version(ctx: Context, _parameter: object, value: bool) -> None:
    if value:
        from camflix import __version__  # noqa: PLC0415

        typer.echo(f"CamFlix {__version__}")
        ctx.exit()
