"""The client that calls CamFlix in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from camflix.operations.declare import Caller, Context
from camflix.operations.validate import checked

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix
    from camflix.operations import Operation

Input = TypeVar("Input")
Result = TypeVar("Result")


class LocalClient:
    """Calls operations in this process, one transaction each.

    Args:
        camflix: the open CamFlix.
        username: who acts; None for the local profile.
        local_profile: the name of the local profile, made at its first use.
    """

    def __init__(self, camflix: CamFlix, username: str | None, local_profile: str) -> None:
        self._camflix = camflix
        self._username = username or local_profile
        self._is_local_profile = username is None
        self._user_id: int | None = None

    def call(self, operation: Operation[Input, Result], body: Input) -> Result:
        """Check the input, open a transaction, call.

        Raises:
            CamFlixError: whatever the operation says in its docstring, and StorageError.
        """
        body = checked(body)
        is_anyone = operation.access == "anyone"
        user_id, username = (0, "") if is_anyone else (self._identify(), self._username)
        if operation.uses_engine:
            self._camflix.refresh_engine()
        proof = operation.prepare(self._camflix, user_id, body) if operation.prepare else None
        with self._camflix.transaction(writes=operation.writes) as services:
            if operation.access == "admin":
                services.users.check_admin(user_id)
            result = operation.function(Context(services, user_id, username, Caller(), proof), body)
        if operation.name == "delete_account":
            self._user_id = None
        return result

    def _identify(self) -> int:
        if self._user_id is None:
            self._user_id = self._find_or_make()
        return self._user_id

    def _find_or_make(self) -> int:
        with self._camflix.transaction(writes=False) as services:
            if not self._is_local_profile or services.users.find_id(self._username) is not None:
                return services.users.id_of(self._username)
        with self._camflix.transaction(writes=True) as services:
            return services.users.local_profile(self._username)
