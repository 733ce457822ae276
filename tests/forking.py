"""The command line as a process of its own that need not start cold: a warm process forks for each command.

Loading SQLAlchemy, NumPy and Typer is four fifths of a command's life. A process that has loaded them once forks for
each command; the child takes the folder, the variables, the arguments and the standard streams of the caller, runs
``python -m camflix`` and ends with its code. What an interpreter reads at its own start (its coding, say) is
that of the warm process: tests of such things start a cold one.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
READ_AT_START = (
    "PYTHONIOENCODING",
    "PYTHONUTF8",
    "PYTHONWARNINGS",
    "LC_ALL",
    "LC_CTYPE",
    "FORCE_COLOR",
    "PY_COLORS",
    "TERMINAL_WIDTH",
)
"""Variables that the interpreter, or a module while it loads, reads: they would not reach a child of a warm process."""

_N_STREAMS = 3
_MOST_BYTES = 1 << 20
_SECONDS = 120
_NOT_LOADED = (
    "camflix.tui",
    "camflix.server",
    "camflix.__main__",
    "camflix.db.migrations",
    "camflix.recommender.kernels",
)
_ALSO = ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "rich.table", "rich.progress", "httpx")


class WarmCommands:
    """The side of the tests: runs commands in children of the warm process."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
        """Run a command to its end.

        Returns:
            What subprocess would: the return code (negative for a signal), standard output, standard error.

        Raises:
            TimeoutError: it did not end in time.
        """
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            self.start(arguments, environment, folder, [each.fileno() for each in (nothing, out, err)])
            return self.finish(), _text(out), _text(err)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[int]
    ) -> None:
        """Start a command with standard input, output and error where the caller says; ``finish`` is due then."""
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder)}
        self._channel.settimeout(_SECONDS)
        socket.send_fds(self._channel, [json.dumps(request).encode()], list(streams))

    def finish(self) -> int:
        """Return the code with which the command that was started ended.

        Raises:
            TimeoutError: it did not end in time.
        """
        return int(self._channel.recv(64))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    # As pipes in text mode do.
    return stream.read().decode().replace("\r\n", "\n")


@cache
def warm_commands() -> WarmCommands:
    """Return this process's warm process; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in (ours, theirs):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_BYTES)
    environment = {name: value for name, value in os.environ.items() if name not in READ_AT_START}
    command = [sys.executable, "-m", "tests.forking", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return WarmCommands(ours)


def run_command(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run the command line to its end, in a warm process unless something is asked that is read at its start.

    Returns:
        The return code (negative for a signal), standard output, standard error.
    """
    if not any(name in environment for name in READ_AT_START):
        return warm_commands().run(arguments, environment, folder)
    done = subprocess.run(
        [sys.executable, "-m", "camflix", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        env=dict(environment),
        cwd=folder,
        timeout=_SECONDS,
    )
    return done.returncode, done.stdout, done.stderr


def serve(channel: socket.socket) -> dict[str, Any] | None:
    """Answer requests until the tests hang up; return in each child with what it shall run, here with None."""
    while True:
        message, streams, _flags, _address = socket.recv_fds(channel, _MOST_BYTES, _N_STREAMS)
        if not message:
            return None
        pid = os.fork()
        if pid == 0:
            channel.close()
            for place, stream in enumerate(streams):
                os.dup2(stream, place)
                os.close(stream)
            return dict(json.loads(message))
        for stream in streams:
            os.close(stream)
        _pid, status = os.waitpid(pid, 0)
        channel.send(str(os.waitstatus_to_exitcode(status)).encode())


def load() -> None:
    """Load what commands load."""
    import camflix  # noqa: PLC0415 - the tests' side needs none of it

    for module in pkgutil.walk_packages(camflix.__path__, "camflix."):
        if not module.name.startswith(_NOT_LOADED):
            import_module(module.name)
    for name in _ALSO:
        import_module(name)


def main() -> None:
    """Be the warm process; in a child, be the command."""
    load()
    # Else the first collection of a child looks at, and so copies, all that it shares.
    gc.freeze()
    request = serve(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        sys.argv[1:] = request["arguments"]
        open_streams()
        end_with(be_camflix())


def open_streams() -> None:
    """Open the standard streams anew: those of the warm process may be of another kind, a file and no terminal."""
    for name, errors in (("stdout", "strict"), ("stderr", "backslashreplace")):
        before = getattr(sys, name)
        opened = open(before.fileno(), "w", encoding=before.encoding, errors=errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)


def be_camflix() -> int:
    """Run ``python -m camflix``; return the code that the interpreter would end with."""
    try:
        runpy.run_module("camflix", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - nobody above would say it
        traceback.print_exc()
        return 1
    return 0


def end_with(code: int) -> NoReturn:
    """End as an interpreter does, but leave its objects to the system: taking them apart one by one takes longest."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
