"""What screens and commands are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from camflix.operations import Operation

Input = TypeVar("Input")
Result = TypeVar("Result")


class Client(Protocol):
    """Calls operations for one user, wherever CamFlix runs."""

    def call(self, operation: Operation[Input, Result], body: Input) -> Result:
        """Return the operation's result; its errors are raised as the same classes everywhere."""
        ...
