"""Notes, viewings, and which films to rate next."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import (
    AddViewing,
    AnswerFeed,
    AskFeed,
    EditViewing,
    ListDiary,
    MovieRef,
    Paged,
    SaveNote,
    ViewingRef,
)
from camflix.results import Diary, FeedAnswer, Note, NoteList, RatingFeed, Viewing


@operation("GET", "/api/notes/")
def list_notes(context: Context, body: Paged) -> NoteList:
    """See one's notes, last changed first. Errors: InvalidInputError."""
    return context.services.notes.page(context.user_id, body.limit, body.cursor)


@operation("POST", "/api/notes/")
def save_note(context: Context, body: SaveNote) -> Note:
    """Write the note of a film, or change it. Errors: NotFoundError, InvalidInputError, ConflictError."""
    context.services.notes.refuse_overtaken(context.user_id, body.movie_id, context.caller.made_at)
    return context.services.notes.save(
        context.user_id, body.movie_id, body.text, body.version, has_spoiler=body.has_spoiler
    )


@operation("DELETE", "/api/notes/{movie_id}/")
def delete_note(context: Context, body: MovieRef) -> Note:
    """Remove the note of a film. Errors: NotFoundError, ConflictError (kept offline, and changed since)."""
    context.services.notes.refuse_overtaken(context.user_id, body.movie_id, context.caller.made_at)
    return context.services.notes.remove(context.user_id, body.movie_id)


@operation("GET", "/api/diary/")
def list_diary(context: Context, body: ListDiary) -> Diary:
    """See when one saw which films, newest first. Errors: InvalidInputError."""
    return context.services.diary.page(context.user_id, body.year, body.month, body.movie_id, body.limit, body.cursor)


@operation("POST", "/api/diary/", status=201)
def add_viewing(context: Context, body: AddViewing) -> Viewing:
    """Write down that one saw a film. Errors: NotFoundError, InvalidInputError."""
    return context.services.diary.add(context.user_id, body.movie_id, body.seen_on, body.is_rewatch)


@operation("POST", "/api/diary/{viewing_id}/")
def edit_viewing(context: Context, body: EditViewing) -> Viewing:
    """Correct a viewing. Errors: NotFoundError, InvalidInputError."""
    return context.services.diary.edit(context.user_id, body.viewing_id, body.seen_on, body.is_rewatch)


@operation("DELETE", "/api/diary/{viewing_id}/")
def delete_viewing(context: Context, body: ViewingRef) -> Viewing:
    """Remove a viewing. Errors: NotFoundError."""
    return context.services.diary.remove(context.user_id, body.viewing_id)


@operation("GET", "/api/queue/")
def list_queue(context: Context, body: Paged) -> Diary:
    """See the films one saw and has not rated. Errors: InvalidInputError."""
    return context.services.diary.queue(context.user_id, body.limit, body.cursor)


@operation("GET", "/api/feed/")
def rating_feed(context: Context, body: AskFeed) -> RatingFeed:
    """See which films to rate next."""
    return context.services.feed.next_films(context.user_id, body.n)


@operation("POST", "/api/feed/")
def answer_feed(context: Context, body: AnswerFeed) -> FeedAnswer:
    """Say that one has not seen a film, or does not want to rate it. Errors: NotFoundError."""
    return context.services.feed.answer(context.user_id, body.movie_id, body.answer)
