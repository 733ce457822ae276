"""The client that calls CamFlix in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from camflix.operations.declare import Context
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
        user_id = self._identify()
        if operation.uses_engine:
            self._camflix.refresh_engine()
        with self._camflix.transaction(writes=operation.writes) as services:
            return operation.function(Context(services, user_id, self._username), body)

    def _identify(self) -> int:
        if self._user_id is None:
            self._user_id = self._find_or_make()
        return self._user_id

    def _find_or_make(self) -> int:
        with self._camflix.transaction(writes=False) as services:
            if self._is_local_profile:
                self._username = services.users.local_name(self._username)
            if not self._is_local_profile or services.users.find_id(self._username) is not None:
                return services.users.id_of(self._username)
        with self._camflix.transaction(writes=True) as services:
            return services.users.local_profile(self._username)
