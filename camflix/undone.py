"""What an undo put back that was no rating, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import N_, _

if TYPE_CHECKING:
    from camflix.results import Undone

_WORDS = {
    ("watchlist", True): N_("{film} is on your watchlist again"),
    ("watchlist", False): N_("{film} is off your watchlist again"),
    ("hidden", True): N_("{film} is hidden again"),
    ("hidden", False): N_("{film} is in your lists again"),
    ("feed", True): N_("you are not asked for {film}"),
    ("feed", False): N_("you may be asked for {film} again"),
    ("note", True): N_("your note on {film} is as it was"),
    ("note", False): N_("your note on {film} is gone"),
    ("viewing", True): N_("{film} is in your diary as it was"),
    ("viewing", False): N_("that viewing of {film} is out of your diary"),
    ("list", True): N_("the list “{list}” is as it was"),
    ("list", False): N_("the list “{list}” is gone"),
    ("list_film", True): N_("{film} is in the list “{list}” as it was"),
    ("list_film", False): N_("{film} is out of the list “{list}”"),
}


def put_back_words(undone: Undone) -> str:
    """Return how things are again.

    Args:
        undone: of what is no rating: ``is_there`` is not None.
    """
    movie = undone.movie
    film = "" if movie is None else f"{movie.title} ({movie.year})" if movie.year else movie.title
    return _(_WORDS[undone.kind, bool(undone.is_there)], film=film, list=undone.list_name or "")
