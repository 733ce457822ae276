"""How an operation is declared: a function with a method, a path, a typed input and a typed result.

From one declaration come the route, the API document, and the calls of both clients.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeAlias, TypeVar, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from camflix.results import Scope
    from camflix.services.container import Services
    from camflix.services.passwords import Passwords

Method: TypeAlias = Literal["GET", "POST", "DELETE"]
SCOPES: tuple[Scope, ...] = ("read", "rate", "admin")
"""What a token may do; each allows what those before it allow."""

Audience: TypeAlias = Literal["anyone", "member", "admin"]
"""Who may call: strangers too, whoever has an account (each for themselves), administrators."""

STRANGER = 0
"""The user id of whoever has no account; no user has it."""

Input = TypeVar("Input")
Result = TypeVar("Result")


@dataclass(slots=True)
class Caller:
    """From where a call came, and with which session or token.

    ``base_url`` is that of the server, for links in mails. ``opened_session`` is set by signing in: the secret of the
    new session, which a server puts into a cookie and nobody else sees. ``made_at`` is when, at the latest, a write was
    made that could not be sent until now.
    """

    address: str = ""
    user_agent: str = ""
    base_url: str = ""
    scope: Scope = "admin"
    session_id: int | None = None
    token_id: int | None = None
    opened_session: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, and with what. For a stranger ``user_id`` is STRANGER and ``username`` empty.

    ``proof`` is what the operation's ``prepare`` returned.
    """

    services: Services
    user_id: int
    username: str
    is_admin: bool = False
    caller: Caller = field(default_factory=Caller)
    proof: Any = None


class Preparing(Protocol):
    """What an operation may use before its transaction begins: reading ones, and the slow work with passwords."""

    @property
    def passwords(self) -> Passwords:
        """Hash and verify, so many at a time."""
        ...

    def transaction(self, *, writes: bool) -> AbstractContextManager[Services]:
        """Open a transaction."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Generic[Input, Result]):
    """A public verb of CamFlix.

    Attributes:
        writes: whether it changes anything: all but GET do.
        uses_engine: whether a fitted model must be fresh before it is called.
        scope: what a token must be good for.
        audience: who may call it.
        limit: how often one address, and one account, may call it, as ``10 per minute``; empty for the usual limit.
        prepare: what is slow and must not hold a transaction: ``(camflix, user_id, body) -> proof``.
    """

    name: str
    method: Method
    path: str
    status: int
    uses_engine: bool
    function: Callable[[Context, Input], Result]
    input_type: type[Input]
    result_type: type[Result]
    scope: Scope
    audience: Audience
    limit: str = ""
    prepare: Callable[[Preparing, int, Input], object] | None = None

    @property
    def takes_file(self) -> bool:
        """Return whether its input holds a file.

        That is the field ``content``, which may also be the whole body, the other fields then standing in the query;
        such an input may be larger than others.
        """
        return "content" in getattr(self.input_type, "__struct_fields__", ())

    @property
    def writes(self) -> bool:
        """Return whether it changes anything."""
        return self.method != "GET"

    @property
    def summary(self) -> str:
        """Return what it does, the first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


OPERATIONS: dict[str, Operation[Any, Any]] = {}


def operation(
    method: Method,
    path: str,
    *,
    status: int = 200,
    uses_engine: bool = False,
    scope: Scope | None = None,
    audience: Audience = "member",
    limit: str = "",
    prepare: Callable[[Preparing, int, Input], object] | None = None,
) -> Callable[[Callable[[Context, Input], Result]], Operation[Input, Result]]:
    """Declare the decorated function as an operation and put it into OPERATIONS.

    Where no scope is said it is ``read`` for GET, else ``rate``.

    Raises:
        TypeError: the function is not ``(context, body) -> result`` with types, or its name or route is taken.
    """

    def declare(function: Callable[[Context, Input], Result]) -> Operation[Input, Result]:
        hints = get_type_hints(function)
        if list(hints) != [*inspect.signature(function).parameters, "return"] or len(hints) != 3:  # noqa: PLR2004 - context, body, return
            msg = f"{function.__name__} must be (context: Context, body: Input) -> Result, all typed"
            raise TypeError(msg)
        name = function.__name__
        if any(name == other.name or (method, path) == (other.method, other.path) for other in OPERATIONS.values()):
            msg = f"{name}: the name or {method} {path} is taken"
            raise TypeError(msg)
        _, input_type, result_type = hints.values()
        needed: Scope = scope or ("read" if method == "GET" else "rate")
        declared = Operation(
            name,
            method,
            path,
            status,
            uses_engine,
            function,
            input_type,
            result_type,
            needed,
            audience,
            limit,
            prepare,
        )
        OPERATIONS[name] = declared
        return declared

    return declare


_NEVER_LATE = frozenset({"change_settings"})


def may_wait(operation: Operation[Any, Any]) -> bool:
    """Return whether a write may be kept and sent later: those of everyday, not those of accounts, nor settings.

    A privacy chosen a week ago must not come after the one of today.
    """
    return (
        operation.writes
        and operation.scope == "rate"
        and not operation.takes_file
        and operation.name not in _NEVER_LATE
    )
