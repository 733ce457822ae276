"""A good input of every operation, in the world of the conformance suite; a new operation adds its own here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from camflix.operations import OPERATIONS, inputs
from tests.passwords import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from camflix.bootstrap import CamFlix


@dataclass(frozen=True)
class Things:
    """What one user has, by id: films (the first seven rated), a list of their own, a viewing, a secret link."""

    username: str
    films: Sequence[int]
    list_id: int
    viewing_id: int
    token: str


def make_things(camflix: CamFlix, username: str, films: Sequence[int]) -> Things:
    """Give a user one of each thing, so that every operation has something to act on."""
    with camflix.transaction(writes=True) as services:
        user_id = services.users.id_of(username)
        made = services.lists.create(user_id, "Rainy days", "", is_public=False)
        services.lists.add(user_id, made.id, films[0], None)
        services.lists.add(user_id, made.id, films[1], None)
        token = services.lists.share(user_id, made.id, shared=True).list.share_token
        viewing = services.diary.add(user_id, films[0], "2026-01-02", None)
        services.notes.save(user_id, films[0], f"Seen in the rain by {username}.", None, has_spoiler=False)
        services.watchlist.add(user_id, films[10])
        services.hidden.hide(user_id, films[11])
    assert token is not None
    return Things(username, films, made.id, viewing.id, token)


RATINGS_CSV = b"Date,Name,Year,Letterboxd URI,Rating\n2026-01-02,Film 9,1958,https://boxd.it/1,4\n"


BODIES: dict[str, Callable[[Things], Any]] = {
    "add_to_list": lambda t: inputs.ListEntry(t.list_id, t.films[5]),
    "add_viewing": lambda t: inputs.AddViewing(t.films[3], "2026-02-03"),
    "answer_feed": lambda t: inputs.AnswerFeed(t.films[12], "not_seen"),
    "change_email": lambda _t: inputs.ChangeEmail(PASSWORD, "new@example.org"),
    "change_password": lambda _t: inputs.ChangePassword(PASSWORD, "another horse battery"),
    "change_settings": lambda _t: inputs.ChangeSettings(bio="I like films."),
    "compare": lambda t: inputs.AskComparison(t.username),
    "confirm_email": lambda _t: inputs.GiveCode("a code of no mail"),
    "create_list": lambda _t: inputs.CreateList("Sunny days"),
    "create_token": lambda _t: inputs.CreateToken("script"),
    "delete_account": lambda _t: inputs.GiveCode("a code of no offer"),
    "delete_list": lambda t: inputs.ListRef(t.list_id),
    "delete_note": lambda t: inputs.MovieRef(t.films[0]),
    "delete_viewing": lambda t: inputs.ViewingRef(t.viewing_id),
    "disable_user": lambda t: inputs.UserRef(t.username),
    "edit_list": lambda t: inputs.EditList(t.list_id, name="Snowy days"),
    "get_import": lambda _t: inputs.ImportRef("0123456789abcdef"),
    "start_import": lambda _t: inputs.StartImport(source="letterboxd", content=RATINGS_CSV, name="ratings.csv"),
    "edit_viewing": lambda t: inputs.EditViewing(t.viewing_id, "2026-01-03"),
    "enable_user": lambda t: inputs.UserRef(t.username),
    "forgotten_password": lambda t: inputs.ForgottenPassword(f"{t.username}@example.org"),
    "get_list": lambda t: inputs.ListRef(t.list_id),
    "get_movie": lambda t: inputs.MovieRef(t.films[1]),
    "get_shared_list": lambda t: inputs.SharedListRef(t.token),
    "hide": lambda t: inputs.MovieRef(t.films[9]),
    "list_lists": lambda t: inputs.ListLists(t.username),
    "log_in": lambda t: inputs.LogIn(t.username, PASSWORD, "laptop"),
    "move_in_list": lambda t: inputs.MoveListEntry(t.list_id, t.films[0], 1),
    "offer_deletion": lambda _t: inputs.ProvePassword(PASSWORD),
    "pick": lambda _t: inputs.AskPick(7),
    "public_profile": lambda t: inputs.UserRef(t.username),
    "rate": lambda t: inputs.RateMovie(t.films[9], 40),
    "rating_history": lambda t: inputs.MovieRef(t.films[1]),
    "remove_from_list": lambda t: inputs.ListEntryRef(t.list_id, t.films[0]),
    "rescale": lambda _t: inputs.Rescale(99),
    "reset_password": lambda _t: inputs.ResetPassword("a code of no mail", "another horse battery"),
    "resolve_movie": lambda _t: inputs.ResolveMovie("Film 3"),
    "revoke_session": lambda _t: inputs.SessionRef(1),
    "revoke_token": lambda _t: inputs.TokenRef(1),
    "save_note": lambda t: inputs.SaveNote(t.films[1], "A good one."),
    "share_list": lambda t: inputs.ListRef(t.list_id),
    "similar": lambda t: inputs.AskSimilar(t.films[0]),
    "together": lambda _t: inputs.AskTogether(("c-01", "c-02")),
    "sign_in": lambda t: inputs.SignIn(t.username, PASSWORD),
    "sign_up": lambda _t: inputs.SignUp("newcomer", "newcomer@example.org", PASSWORD),
    "unhide": lambda t: inputs.MovieRef(t.films[11]),
    "unrate": lambda t: inputs.MovieRef(t.films[1]),
    "unshare_list": lambda t: inputs.ListRef(t.list_id),
    "unwatch": lambda t: inputs.MovieRef(t.films[10]),
    "watch": lambda t: inputs.MovieRef(t.films[9]),
    "why_listed": lambda t: inputs.MovieRef(t.films[9]),
    "why": lambda t: inputs.MovieRef(t.films[9]),
    "year_in_review": lambda _t: inputs.AskYear(2026),
}


def body_of(name: str, things: Things) -> Any:
    """Return a good input of an operation."""
    make = BODIES.get(name)
    return make(things) if make else OPERATIONS[name].input_type()
