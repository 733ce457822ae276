"""The entry point: language first, then the command, then every error as one sentence and one exit code."""

from __future__ import annotations

import errno
import gettext
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from typer._click import exceptions as usage

from camflix import i18n
from camflix.cli.exit_codes import EXIT_CODES, ExitCode
from camflix.cli.language import language_of
from camflix.cli.tree import called, root
from camflix.errors import CamFlixError, SettingsError, StorageError, Word
from camflix.i18n import _
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer._click import Parameter

_OUTPUT_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_EXTRA_ARGUMENTS = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    _prepare_streams()
    try:
        code = _answer(arguments)
        # What cannot be written is noticed here at the latest, not in the interpreter's last breath.
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # The reader (head, less) has seen enough; Typer and Rich say so by SystemExit.
        _forget_output()
        return ExitCode.DONE
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_ERRORS:
            raise
        _forget_output()
        return _fail(
            StorageError("The output cannot be written: {reason}.", reason=Word(error.strerror or error)),
            use_json=False,
        )
    return code


def _answer(arguments: Sequence[str]) -> int:
    """Run one command, say what went wrong if anything did; return the exit code."""
    try:
        choose_language(needs_settings=not _needs_no_settings(arguments))
        done = root().main(args=list(arguments), prog_name="camflix", standalone_mode=False)
    except CamFlixError as error:
        return _fail(error, use_json="--json" in arguments)
    except usage.NoArgsIsHelpError as error:
        typer.echo(error.format_message())
        return ExitCode.WRONG_USAGE
    except usage.UsageError as error:
        return _fail_usage(error, use_json="--json" in arguments)
    except (KeyboardInterrupt, typer.Abort):
        done = ExitCode.INTERRUPTED
    if done == ExitCode.INTERRUPTED:  # by this very number Typer tells of the key
        typer.echo(_("Interrupted; nothing was left half done."), err=True)
    return done if isinstance(done, int) else ExitCode.DONE


def _needs_no_settings(arguments: Sequence[str]) -> bool:
    """Whether a command answers where the settings cannot be read: what helps to mend them, at the least."""
    return (
        not {"--help", "--version"}.isdisjoint(arguments)
        or arguments[:1] == ["doctor"]
        or arguments[:2] == ["config", "path"]
    )


def choose_language(*, needs_settings: bool = True) -> None:
    """Speak the language of LANGUAGE_CODE (environment, .env, config file), else of LC_ALL, else French.

    Raises:
        SettingsError: they cannot be read, and are needed.
    """
    language = i18n.language_from(os.environ)
    try:
        language = language_of(load_settings())
    except SettingsError:
        if needs_settings:
            raise
    finally:
        _speak(language)


def _speak(language: str) -> None:
    i18n.use_language(language)
    # Typer looks its own words up in the process's current catalogue.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(i18n.DOMAIN, str(i18n.LOCALE_FOLDER))
    gettext.textdomain(i18n.DOMAIN)


def _fail(error: CamFlixError, *, use_json: bool) -> int:
    code = EXIT_CODES[type(error)]
    from camflix.cli.output import print_problem, say  # noqa: PLC0415 - only where something went wrong

    if use_json:
        print_problem(error, exit_code=code)
    say(f"camflix: {i18n.say(error)}")
    return code


def _fail_usage(error: usage.UsageError, *, use_json: bool) -> int:
    from camflix.cli.output import print_usage_problem, say  # noqa: PLC0415 - only where something went wrong

    sentence = _usage_sentence(error)
    if use_json:
        parameter = getattr(error, "param", None)
        field = parameter.name if parameter is not None else None
        print_usage_problem(sentence, field=field, exit_code=ExitCode.WRONG_USAGE)
    say(f"{_command_path(error)}: {sentence}")
    return ExitCode.WRONG_USAGE


def _command_path(error: usage.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "camflix"


def _usage_sentence(error: usage.UsageError) -> str:
    """Return the sentence for a command line that cannot be understood (Typer says these in English only)."""
    extra = _EXTRA_ARGUMENTS.fullmatch(error.message)
    if extra:
        sentence = _("nothing more was expected here: {arguments}.", arguments=extra[1])
    elif isinstance(error, usage.NoSuchOption):
        sentence = _("there is no option {name}.", name=error.option_name)
    elif isinstance(error, usage.MissingParameter) and error.param is not None and error.ctx is not None:
        name, value = called(error.param, error.ctx), error.param.make_metavar(error.ctx)
        sentence = _("{name} is missing.", name=f"{name} {value}" if name.startswith("-") else name)
    elif isinstance(error, usage.BadParameter) and error.param is not None and error.ctx is not None:
        sentence = _wrong_value_sentence(error.param, called(error.param, error.ctx))
    elif isinstance(error, usage.BadOptionUsage):
        sentence = _("the option {name} needs a value.", name=error.option_name)
    else:
        sentence = _("this cannot be understood: {reason}", reason=error.format_message())
    return sentence + " " + _("Help: {command} --help", command=_command_path(error))


def _wrong_value_sentence(parameter: Parameter, name: str) -> str:
    """Return the sentence for a value of the wrong kind, with the values that are right."""
    kind = parameter.type
    choices, least, most = (getattr(kind, attribute, None) for attribute in ("choices", "min", "max"))
    if choices:
        return _("{name} takes one of these: {choices}.", name=name, choices=", ".join(map(str, choices)))
    if least is not None and most is not None:
        return _("{name} takes a whole number from {least} to {most}.", name=name, least=least, most=most)
    if least is not None:
        return _("{name} takes a whole number from {least} on.", name=name, least=least)
    if kind.name in {"int", "float"}:
        return _("{name} takes a number.", name=name)
    return _("the value given for {name} cannot be used.", name=name)


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the caller closed it (>&-)
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        # Titles hold every script; a terminal that cannot show a letter gets a question mark, not a traceback.
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _forget_output() -> None:
    # What is left in the buffer goes nowhere, or Python would complain once more when it closes standard output.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
