"""Undo of what is no rating: watchlist, hidden films, answers, notes, diary, lists; each write goes back in turn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from camflix.errors import CamFlixError, ConflictError, NotFoundError
from camflix.models import (
    FeedAnswer,
    HiddenMovie,
    MovieList,
    MovieListEntry,
    MovieNote,
    Rating,
    Viewing,
    WatchlistEntry,
    WriteRecord,
)
from camflix.models.base import table_of
from camflix.services.journal import KEPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.models import Base
    from camflix.services.container import Services
    from tests.services.world import World

Act = tuple[str, int, int]
_TABLES: tuple[type[Base], ...] = (
    *(Rating, WatchlistEntry, HiddenMovie, FeedAnswer, MovieNote, Viewing),
    *(MovieList, MovieListEntry),
)
_GROWING = {"version", "updated_at"}
"""Of notes and lists: whoever read them before must hear of it."""


def do(world: World, act: Callable[[Services], Any]) -> Any:
    """Do something in a transaction of its own, a minute after the last."""
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        return act(services)


def everything(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Return all that people wrote, as plain rows."""
    found = {}
    with world.camflix.transaction(writes=False) as services:
        for model in _TABLES:
            table = table_of(model)
            grows = _GROWING if model in (MovieNote, MovieList) else set()
            columns = [column for column in table.columns if column.name not in grows]
            found[table.name] = sorted(
                (tuple(row) for row in services.users._session.execute(select(*columns))), key=repr
            )
    return found


def lists_of(world: World, user: int) -> list[int]:
    with world.camflix.transaction(writes=False) as services:
        return list(services.users._session.scalars(select(MovieList.id).where(MovieList.user_id == user)))


def viewings_of(world: World, user: int) -> list[int]:
    with world.camflix.transaction(writes=False) as services:
        return list(services.users._session.scalars(select(Viewing.id).where(Viewing.user_id == user)))


def try_act(world: World, user: int, films: list[int], act: Act) -> None:
    """Do what a drawn act says; one that cannot be done, as a note removed that is not there, does nothing."""
    kind, first, second = act
    film = films[first % len(films)]
    a_list = (lists_of(world, user) or [0])[second % max(1, len(lists_of(world, user)))]
    a_viewing = (viewings_of(world, user) or [0])[second % max(1, len(viewings_of(world, user)))]
    acts: dict[str, Callable[[Services], object]] = {
        "rate": lambda s: s.ratings.rate(user, film, second * 10, None),
        "unrate": lambda s: s.ratings.remove(user, film),
        "watch": lambda s: s.watchlist.add(user, film),
        "unwatch": lambda s: s.watchlist.remove(user, film),
        "hide": lambda s: s.hidden.hide(user, film),
        "restore": lambda s: s.hidden.restore(user, film),
        "answer": lambda s: s.feed.answer(user, film, "skip" if second % 2 else "not_seen"),
        "note": lambda s: s.notes.save(user, film, f"words {second}", None, has_spoiler=bool(second % 2)),
        "no note": lambda s: s.notes.remove(user, film),
        "see": lambda s: s.diary.add(user, film, f"2026-0{1 + second % 9}-01", None),
        "correct": lambda s: s.diary.edit(user, a_viewing, f"2025-0{1 + first % 9}-02", bool(first % 2)),
        "unsee": lambda s: s.diary.remove(user, a_viewing),
        "list": lambda s: s.lists.create(user, f"List {first}", "words", is_public=bool(second % 2)),
        "rename": lambda s: s.lists.edit(user, a_list, None, f"List {first}", None, None),
        "no list": lambda s: s.lists.remove(user, a_list),
        "put": lambda s: s.lists.add(user, a_list, film, second % 3),
        "take": lambda s: s.lists.take_out(user, a_list, film),
        "move": lambda s: s.lists.move(user, a_list, film, second % 3, None),
    }
    try:
        do(world, acts[kind])
    except CamFlixError:
        return


_KINDS = (
    *("rate", "unrate", "watch", "unwatch", "hide", "restore", "answer", "note", "no note", "see", "correct", "unsee"),
    *("list", "rename", "no list", "put", "take", "move", "list", "put", "put"),
)
_ACTS = st.lists(st.tuples(st.sampled_from(_KINDS), st.integers(0, 3), st.integers(0, 8)), min_size=1, max_size=25)


@pytest.mark.long
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=_ACTS)
def test_undone_one_by_one_writes_of_every_kind_lead_back_through_every_state(world: World, acts: list[Act]) -> None:
    films, (user, other) = (
        world.films(4),
        world.users([f"u{world.clock().timestamp()}", f"o{world.clock().timestamp()}"]),
    )
    do(world, lambda s: s.lists.create(other, "Theirs", "", is_public=True))
    states = [everything(world)]
    for act in acts:
        try_act(world, user, films, act)
        now = everything(world)
        if now != states[-1]:
            states.append(now)
    while len(states) > 1:
        assert everything(world) == states.pop()
        world.undo(user)
    assert everything(world) == states[0]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        world.undo(user)


def test_the_last_write_goes_first_whatever_it_was(world: World) -> None:
    heat, ann = world.film("Heat"), world.user("ann")
    do(world, lambda s: s.watchlist.add(ann, heat))
    world.rate(ann, heat, 90)
    do(world, lambda s: s.hidden.hide(ann, heat))
    undone = [world.undo(ann) for _ in range(3)]
    assert [(step.kind, step.is_there) for step in undone] == [
        ("hidden", False),
        ("rating", None),
        ("watchlist", False),
    ]
    assert {step.movie.title for step in undone if step.movie} == {"Heat"}


def test_what_changed_nothing_is_not_undone(world: World) -> None:
    heat, ann = world.film("Heat"), world.user("ann")
    do(world, lambda s: s.hidden.hide(ann, heat))
    do(world, lambda s: s.hidden.hide(ann, heat))
    do(world, lambda s: s.watchlist.remove(ann, heat))
    assert world.undo(ann).kind == "hidden"
    assert everything(world)["hidden_movie"] == []


def test_a_list_that_was_removed_comes_back_with_its_films_and_its_link(world: World) -> None:
    films, ann = world.films(3), world.user("ann")
    made = do(world, lambda s: s.lists.create(ann, "Noir", "dark", is_public=True))
    for film in films:
        do(world, lambda s, film=film: s.lists.add(ann, made.id, film, 0))  # type: ignore[misc]
    do(world, lambda s: s.lists.share(ann, made.id, shared=True))
    before = everything(world)
    do(world, lambda s: s.lists.remove(ann, made.id))
    undone = world.undo(ann)
    assert (undone.kind, undone.list_name, undone.is_there) == ("list", "Noir", True)
    assert everything(world) == before


def test_a_list_cannot_have_a_name_back_that_another_has_now_and_nothing_is_lost(world: World) -> None:
    ann = world.user("ann")
    made = do(world, lambda s: s.lists.create(ann, "Noir", "", is_public=True))
    do(world, lambda s: s.lists.remove(ann, made.id))
    with world.session() as session:
        now = world.clock()
        session.add(MovieList(user_id=ann, name="Noir", created_at=now, updated_at=now))
    before = everything(world)
    with pytest.raises(ConflictError, match="Noir"):
        world.undo(ann)
    assert everything(world) == before


def test_a_note_put_back_is_newer_than_the_one_that_somebody_reads(world: World) -> None:
    film, ann = world.film("Heat"), world.user("ann")
    do(world, lambda s: s.notes.save(ann, film, "first", None, has_spoiler=False))
    read = do(world, lambda s: s.notes.save(ann, film, "second", None, has_spoiler=False))
    world.undo(ann)
    with pytest.raises(ConflictError):
        do(world, lambda s: s.notes.save(ann, film, "third", read.version, has_spoiler=False))


def test_what_others_wrote_is_not_undone(world: World) -> None:
    film, ann, bob = world.film("Heat"), world.user("ann"), world.user("bob")
    do(world, lambda s: s.hidden.hide(bob, film))
    with pytest.raises(NotFoundError):
        world.undo(ann)


@pytest.mark.long
def test_so_many_writes_are_kept_and_no_more(world: World) -> None:
    film, ann = world.film("Heat"), world.user("ann")

    def note(number: int, services: Services) -> object:
        return services.notes.save(ann, film, f"words {number}", None, has_spoiler=False)

    for number in range(KEPT + 3):
        do(world, partial(note, number))
    kept = world.table(WriteRecord)
    assert len(kept) == KEPT
    assert "words 2" in str(kept[0]["before"])


def test_who_leaves_takes_what_was_written_along(world: World) -> None:
    film, ann = world.film("Heat"), world.user("ann")
    do(world, lambda s: s.notes.save(ann, film, "private words", None, has_spoiler=False))
    do(world, lambda s: s.notes.save(ann, film, "other words", None, has_spoiler=False))
    with world.session() as session:
        from camflix.services.leaving import delete_users  # noqa: PLC0415

        delete_users(session, [ann])
    assert world.table(WriteRecord) == []
