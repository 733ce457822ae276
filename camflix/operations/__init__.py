"""CamFlix's public verbs: each declared once, called by every front end through a client.

A file is loaded when a verb of it is asked for; all of them for OPERATIONS.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from camflix.operations.declare import STRANGER, Context, Operation

if TYPE_CHECKING:
    from camflix.operations.account import (
        change_email,
        change_password,
        confirm_email,
        create_token,
        delete_account,
        forgotten_password,
        list_sessions,
        list_tokens,
        log_in,
        offer_deletion,
        reset_password,
        revoke_session,
        revoke_sessions,
        revoke_token,
        sign_in,
        sign_out,
        sign_up,
        whoami,
    )
    from camflix.operations.administration import (
        disable_user,
        enable_user,
        list_users,
    )
    from camflix.operations.advice import (
        pick,
        recommend,
        similar,
        together,
        twins,
        why,
        why_listed,
    )
    from camflix.operations.catalogue import (
        get_movie,
        list_genres,
        list_movies,
        movie_window,
        resolve_movie,
    )
    from camflix.operations.declare import OPERATIONS
    from camflix.operations.diary import (
        add_viewing,
        answer_feed,
        delete_note,
        delete_viewing,
        edit_viewing,
        list_diary,
        list_notes,
        list_queue,
        rating_feed,
        save_note,
    )
    from camflix.operations.imports import (
        get_import,
        start_import,
    )
    from camflix.operations.lists import (
        add_to_list,
        create_list,
        delete_list,
        edit_list,
        get_list,
        get_shared_list,
        list_lists,
        move_in_list,
        remove_from_list,
        share_list,
        unshare_list,
    )
    from camflix.operations.people import (
        change_settings,
        compare,
        export_data,
        get_settings,
        profile,
        public_profile,
        stats,
        year_in_review,
    )
    from camflix.operations.ratings import (
        list_ratings,
        rate,
        rating_history,
        rescale,
        undo,
        unrate,
    )
    from camflix.operations.watching import (
        hide,
        list_hidden,
        list_watchlist,
        unhide,
        unwatch,
        watch,
    )

_FILES = {
    "account": (
        "change_email",
        "change_password",
        "confirm_email",
        "create_token",
        "delete_account",
        "forgotten_password",
        "list_sessions",
        "list_tokens",
        "log_in",
        "offer_deletion",
        "reset_password",
        "revoke_session",
        "revoke_sessions",
        "revoke_token",
        "sign_in",
        "sign_out",
        "sign_up",
        "whoami",
    ),
    "administration": (
        "disable_user",
        "enable_user",
        "list_users",
    ),
    "advice": (
        "pick",
        "recommend",
        "similar",
        "together",
        "twins",
        "why",
        "why_listed",
    ),
    "catalogue": (
        "get_movie",
        "list_genres",
        "list_movies",
        "movie_window",
        "resolve_movie",
    ),
    "diary": (
        "add_viewing",
        "answer_feed",
        "delete_note",
        "delete_viewing",
        "edit_viewing",
        "list_diary",
        "list_notes",
        "list_queue",
        "rating_feed",
        "save_note",
    ),
    "imports": (
        "get_import",
        "start_import",
    ),
    "lists": (
        "add_to_list",
        "create_list",
        "delete_list",
        "edit_list",
        "get_list",
        "get_shared_list",
        "list_lists",
        "move_in_list",
        "remove_from_list",
        "share_list",
        "unshare_list",
    ),
    "people": (
        "change_settings",
        "compare",
        "export_data",
        "get_settings",
        "profile",
        "public_profile",
        "stats",
        "year_in_review",
    ),
    "ratings": (
        "list_ratings",
        "rate",
        "rating_history",
        "rescale",
        "undo",
        "unrate",
    ),
    "watching": (
        "hide",
        "list_hidden",
        "list_watchlist",
        "unhide",
        "unwatch",
        "watch",
    ),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}

__all__ = [
    "OPERATIONS",
    "STRANGER",
    "Context",
    "Operation",
    "add_to_list",
    "add_viewing",
    "answer_feed",
    "change_email",
    "change_password",
    "change_settings",
    "compare",
    "confirm_email",
    "create_list",
    "create_token",
    "delete_account",
    "delete_list",
    "delete_note",
    "delete_viewing",
    "disable_user",
    "edit_list",
    "edit_viewing",
    "enable_user",
    "export_data",
    "forgotten_password",
    "get_import",
    "get_list",
    "get_movie",
    "get_settings",
    "get_shared_list",
    "hide",
    "list_diary",
    "list_genres",
    "list_hidden",
    "list_lists",
    "list_movies",
    "list_notes",
    "list_queue",
    "list_ratings",
    "list_sessions",
    "list_tokens",
    "list_users",
    "list_watchlist",
    "log_in",
    "move_in_list",
    "movie_window",
    "offer_deletion",
    "pick",
    "profile",
    "public_profile",
    "rate",
    "rating_feed",
    "rating_history",
    "recommend",
    "remove_from_list",
    "rescale",
    "reset_password",
    "resolve_movie",
    "revoke_session",
    "revoke_sessions",
    "revoke_token",
    "save_note",
    "share_list",
    "sign_in",
    "sign_out",
    "sign_up",
    "similar",
    "start_import",
    "stats",
    "together",
    "twins",
    "undo",
    "unhide",
    "unrate",
    "unshare_list",
    "unwatch",
    "watch",
    "whoami",
    "why",
    "why_listed",
    "year_in_review",
]


def __getattr__(name: str) -> Any:
    """Return a verb, or all of them; the files that declare them are loaded now."""
    if name == "OPERATIONS":
        for file in _FILES:
            import_module(f"{__name__}.{file}")
        found: Any = import_module(f"{__name__}.declare").OPERATIONS
    elif name in _FILE_OF:
        found = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found
