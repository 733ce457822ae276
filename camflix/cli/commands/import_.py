"""``camflix import FORMAT PATH``."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from camflix.cli.exit_codes import ExitCode
from camflix.cli.output import console, print_json, print_words, say
from camflix.cli.session import JsonOption, UserOption, local_profile_name, open_camflix, remote_client, signed_in
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.errors import InvalidFileError
from camflix.i18n import _, decimal, plural
from camflix.importers.mapping import parse_mapping
from camflix.results import ImportReport, ScaleChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from camflix.bootstrap import CamFlix
    from camflix.client.imports import Progress
    from camflix.client.login import Login
    from camflix.results import ImportSource
    from camflix.services.container import Services

app = new_app(help=_("Bring in ratings. Every row of the file is accounted for; undo takes a whole import back."))
_N_SHOWN = 20

PathArgument = Annotated[
    Path,
    typer.Argument(metavar=_("PATH"), readable=False, help=_("The folder, the ZIP or the file."), show_default=False),
]
ScaleOption = Annotated[
    ScaleChoice,
    typer.Option(
        "--scale", help=_("Where the scale of its ratings ends; auto: that of the format."), metavar="auto|10|100"
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help=_("The score that a rating becomes, as 3.5=75; may be given several times."), metavar="3.5=75"
    ),
]


@app.command(cls=TranslatedCommand, help=_("A MovieLens data set: its films, and its users as the community."))
def movielens(
    path: PathArgument,
    scale: ScaleOption = "auto",
    score_map: MapOption = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Import a MovieLens data set."""
    from camflix.importers.movielens import MovieLensDataset  # noqa: PLC0415 - loaded with SQLAlchemy only

    mapping = parse_mapping(scale, score_map or ())
    if (login := signed_in(user)) is not None:
        _import_there(login, "movielens", path, scale, score_map or (), use_json=use_json)
        return
    dataset = MovieLensDataset(path, mapping)
    mapping.refuse_strangers(dataset)

    def bring_in(services: Services, user_id: int, progress: Callable[[int], None]) -> ImportReport:
        return services.imports.movielens(dataset, path.name, user_id, progress)

    _import(bring_in, user, path, use_json=use_json, n_expected=dataset.count_ratings())


@app.command(cls=TranslatedCommand, help=_("Your Letterboxd export: the ZIP, or ratings.csv."))
def letterboxd(
    path: PathArgument,
    scale: ScaleOption = "auto",
    score_map: MapOption = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Import a person's Letterboxd ratings."""
    from camflix.importers.letterboxd import LetterboxdExport  # noqa: PLC0415

    mapping = parse_mapping(scale, score_map or ())
    if (login := signed_in(user)) is not None:
        _import_there(login, "letterboxd", path, scale, score_map or (), use_json=use_json)
        return
    export = LetterboxdExport(path, mapping)
    mapping.refuse_strangers(export)

    def bring_in(services: Services, user_id: int, progress: Callable[[int], None]) -> ImportReport:
        return services.imports.letterboxd(export, path.name, user_id, progress)

    _import(bring_in, user, path, use_json=use_json, n_expected=export.count_ratings())
    if export.left_out:
        say(_("Only the ratings were taken; nothing of {files}.", files=", ".join(export.left_out)))


def _import(
    bring_in: Callable[[Services, int, Callable[[int], None]], ImportReport],
    user: str | None,
    path: Path,
    *,
    use_json: bool,
    n_expected: int,
) -> None:
    with open_camflix() as camflix:
        user_id = _user_id(camflix, user)
        # What learns is loaded while the database writes.
        Thread(target=import_module, args=("camflix.services.fitting",)).start()
        with _progress_bar(n_expected) as progress, camflix.transaction(writes=True) as services:
            report = bring_in(services, user_id, progress)
            if not report.rows:
                raise InvalidFileError("{file} holds no ratings.", hint="Export or download it again.", file=str(path))
        if report.created or report.updated:
            say(_("Learning tastes…"))
            camflix.refresh_engine(wait=True)
    _end(report, use_json=use_json)


def _import_there(
    login: Login, source: ImportSource, path: Path, scale: ScaleChoice, score_map: Sequence[str], *, use_json: bool
) -> None:
    """Send a file to the server that one is signed in to; show how far it is, then its report."""
    from camflix.client.imports import import_file  # noqa: PLC0415 - for those who are signed in

    with remote_client(login) as client, _progress_bar(None) as progress:
        report = import_file(client, source, path, progress, scale=scale, score_map=score_map)
    _end(report, use_json=use_json)


def _end(report: ImportReport, *, use_json: bool) -> None:
    if use_json:
        print_json(report)
    else:
        show_report(report)
    if report.rows and report.invalid == report.rows:
        raise typer.Exit(ExitCode.FAILED)


def _user_id(camflix: CamFlix, user: str | None) -> int:
    with camflix.transaction(writes=True) as services:
        return services.users.id_of(user) if user else services.users.local_profile(local_profile_name())


def show_report(report: ImportReport) -> None:
    """Print what became of each row; the problems, each with its line, on standard error."""
    for problem in report.problems[:_N_SHOWN]:
        say(f"{problem.file}:{problem.line}: {problem.message}")
    n_more = len(report.problems) - _N_SHOWN + report.n_problems_left_out
    if n_more > 0:
        say(
            plural("… and {n} more problem; all of them with --json", "… and {n} more; all of them with --json", n_more)
        )
    counts = [
        (_("rows read"), report.rows),
        (_("created"), report.created),
        (_("updated"), report.updated),
        (_("unchanged"), report.unchanged),
        (_("ambiguous"), report.ambiguous),
        (_("not found"), report.not_found),
        (_("invalid"), report.invalid),
        (_("not films"), report.skipped_not_film),
    ]
    width = max(len(name) for name, _n in counts)
    for name, n in counts:
        print_words(f"  {name:<{width}} {n:>10}")
    if report.films_read:
        films, new = report.films_read, report.films_created
        print_words("  " + _("{films} films read, {new} of them new", films=films, new=new))
    print_words("  " + _("{seconds} s", seconds=decimal(report.seconds, 1)))


@contextmanager
def _progress_bar(n_expected: int | None) -> Iterator[Progress]:
    from rich import progress  # noqa: PLC0415

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    out = console(stderr=True)
    with progress.Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(_("ratings"), total=n_expected)
        yield lambda n_rows, n_all=None: bar.update(task, completed=n_rows, total=n_all or n_expected)
