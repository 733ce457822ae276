"""All that the terminal app ever asks of a client, each a method. Loaded in the threads that call."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from camflix import operations
from camflix.errors import CamFlixError, QueuedError
from camflix.operations import inputs
from camflix.results import changed
from camflix.tui.calls import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from camflix import results
    from camflix.client import Client

_N_EXTREMES = 5
_PAGE = 200
"""How much of a list is asked for at once."""
_N_GROUPS = 12


class _Paged(Protocol):
    @property
    def next_cursor(self) -> str | None: ...


Part = TypeVar("Part", bound=_Paged)
_SORTS: tuple[Literal["added", "predicted", "title"], ...] = ("added", "predicted", "title")


@contextmanager
def _if_there_is_an_answer() -> Iterator[None]:
    """Go on without an answer where there is none now."""
    try:
        yield
    except CamFlixError as error:
        if error.code not in AWAY:
            raise


@dataclass(frozen=True, slots=True)
class Group:
    """Films of one kind, the best known of it."""

    genre: str
    movies: tuple[results.MovieSummary, ...]


class Asks:
    """Questions and orders, in the words of screens."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._turned: dict[tuple[str, int], bool] = {}

    def profile(self) -> results.Profile:
        """Ask who one is."""
        return self._client.call(operations.profile, inputs.AskProfile(n_extremes=_N_EXTREMES))

    def recommend(self, n: int) -> results.Recommendations:
        """Ask for the films one will like best."""
        return self._client.call(operations.recommend, inputs.AskRecommendations(n=n))

    def search(self, query: str, n: int) -> results.MoviePage:
        """Look for films."""
        return self._client.call(operations.list_movies, inputs.ListMovies(query=query, limit=n))

    def fitting(self, filters: str) -> frozenset[int]:
        """Ask for the numbers of all films that fit some filters."""
        parts = _all_parts(
            lambda cursor: self._client.call(
                operations.list_movies, inputs.ListMovies(query=filters, limit=_PAGE, cursor=cursor)
            )
        )
        return frozenset(movie.id for part in parts for movie in part.movies)

    def window(
        self, sort: Literal["ratings", "title", "year"], offset: int, limit: int, *, is_reversed: bool
    ) -> results.MovieWindow:
        """Ask for the films at some places of the catalogue."""
        body = inputs.MovieWindowQuery(offset=offset, limit=limit, sort=sort, reverse=is_reversed)
        return self._client.call(operations.movie_window, body)

    def toggle_watch(self, movie_id: int, *, is_shown: bool) -> results.WatchlistState:
        """Put a film on the watchlist, or take it off; ``is_shown`` tells whether it is shown as being on it."""
        is_on = self._is_on("watch", movie_id, is_shown=is_shown)
        with self._turning("watch", movie_id, is_on=not is_on):
            return self._client.call(operations.unwatch if is_on else operations.watch, inputs.MovieRef(movie_id))

    def toggle_hidden(self, movie_id: int, *, is_shown: bool) -> results.HiddenState:
        """Hide a film from lists, or show it again; ``is_shown`` tells whether it is shown as being hidden."""
        is_on = self._is_on("hide", movie_id, is_shown=is_shown)
        with self._turning("hide", movie_id, is_on=not is_on):
            return self._client.call(operations.unhide if is_on else operations.hide, inputs.MovieRef(movie_id))

    @contextmanager
    def _turning(self, what: Literal["watch", "hide"], movie_id: int, *, is_on: bool) -> Iterator[None]:
        """Remember what was turned, or is kept to be turned."""
        try:
            yield
        except QueuedError:
            self._turned[what, movie_id] = is_on
            raise
        self._turned[what, movie_id] = is_on

    def _is_on(self, what: Literal["watch", "hide"], movie_id: int, *, is_shown: bool) -> bool:
        """Return whether a film is on the watchlist, or hidden; where there is no answer now, as far as is known here.

        What was turned from here is known best: it may be kept until the server is back.
        """
        marks = self._marks(movie_id)
        is_on = marks is not None and (marks.in_watchlist if what == "watch" else marks.is_hidden)
        if marks is not None and not getattr(self._client, "is_away", False):
            return is_on
        known = self._turned.get((what, movie_id))
        return (is_shown or is_on or movie_id in self._listed(what)) if known is None else known

    def _marks(self, movie_id: int) -> results.MovieMarks | None:
        found = []
        with _if_there_is_an_answer():
            found.append(self.movie(movie_id).marks)
        return found[0] if found else None

    def _listed(self, what: Literal["watch", "hide"]) -> set[int]:
        """Return the films on the watchlist, or hidden, by the last answers there are."""
        found: set[int] = set()
        if what == "hide":
            with _if_there_is_an_answer():
                found |= {movie.id for movie in self.hidden().movies}
            return found
        for sort in _SORTS:
            with _if_there_is_an_answer():
                found |= {entry.movie.id for entry in self.watchlist(sort).movies}
        return found

    def watchlist(self, sort: Literal["added", "predicted", "title"]) -> results.Watchlist:
        """Ask for the whole watchlist."""
        parts = _all_parts(
            lambda cursor: self._client.call(
                operations.list_watchlist, inputs.ListWatchlist(sort=sort, limit=_PAGE, cursor=cursor)
            )
        )
        return changed(parts[-1], movies=tuple(film for part in parts for film in part.movies))

    def hidden(self) -> results.HiddenList:
        """Ask for all films hidden."""
        parts = _all_parts(
            lambda cursor: self._client.call(operations.list_hidden, inputs.Paged(limit=_PAGE, cursor=cursor))
        )
        return changed(
            parts[-1],
            movies=tuple(movie for part in parts for movie in part.movies),
            hidden_at=tuple(moment for part in parts for moment in part.hidden_at),
        )

    def why(self, movie_id: int) -> results.Receipt | None:
        """Ask for a receipt; None for who rates blind and has not rated the film."""
        receipt = self._client.call(operations.why, inputs.MovieRef(movie_id))
        return None if receipt.own_score is None and self.settings().blind else receipt

    def movie(self, movie_id: int) -> results.MovieDetails:
        """Ask for all that is known of a film."""
        return self._client.call(operations.get_movie, inputs.MovieRef(movie_id))

    def twins(self, n: int) -> results.TwinList:
        """Ask for the people of like taste."""
        return self._client.call(operations.twins, inputs.AskTwins(n=n))

    def together(
        self, members: tuple[str, ...], rule: results.GroupRuleName, n: int, *, rewatch: bool
    ) -> results.GroupPicks:
        """Ask for films for oneself and others."""
        body = inputs.AskTogether(members=members, n=n, rule=rule, rewatch=rewatch)
        return self._client.call(operations.together, body)

    def ratings(self) -> results.RatingPage:
        """Ask for all of one's ratings."""
        return self._client.call(operations.list_ratings, inputs.ListRatings())

    def my_ratings(
        self, sort: Literal["score", "recent", "title", "year"], query: str, *, is_reversed: bool
    ) -> results.RatingPage:
        """Ask for one's ratings in an order, filtered."""
        body = inputs.ListRatings(sort=sort, query=query, reverse=is_reversed)
        return self._client.call(operations.list_ratings, body)

    def person(self, username: str) -> results.PublicProfile:
        """Ask for someone as they may be seen."""
        return self._client.call(operations.public_profile, inputs.UserRef(username))

    def compare(self, username: str, n: int) -> results.Comparison:
        """Ask where one's taste and someone's agree and part."""
        return self._client.call(operations.compare, inputs.AskComparison(username, n))

    def similar(self, movie_id: int, n: int) -> results.SimilarMovies:
        """Ask for the films most like one; for who rates blind, nothing predicted of those they have not rated."""
        found = self._client.call(operations.similar, inputs.AskSimilar(movie_id, n))
        if not self.settings().blind:
            return found
        return changed(
            found, similar=tuple(like if like.own_score is not None else _hidden(like) for like in found.similar)
        )

    def pick(self) -> results.Pick:
        """Have a good film drawn by chance."""
        return self._client.call(operations.pick, inputs.AskPick())

    def feed(self, n: int) -> results.RatingFeed:
        """Ask for films to rate."""
        return self._client.call(operations.rating_feed, inputs.AskFeed(n=n))

    def answer_feed(self, movie_id: int, answer: Literal["not_seen", "skip"]) -> results.FeedAnswer:
        """Have a film not asked for again."""
        return self._client.call(operations.answer_feed, inputs.AnswerFeed(movie_id, answer))

    def settings(self) -> results.UserSettings:
        """Ask what one decided about oneself."""
        return self._client.call(operations.get_settings, inputs.Nothing())

    def change_settings(self, **changes: Any) -> results.UserSettings:
        """Decide something about oneself; the names are those of inputs.ChangeSettings."""
        return self._client.call(operations.change_settings, inputs.ChangeSettings(**changes))

    def stats(self, n: int) -> results.Stats:
        """Ask for one's ratings in numbers."""
        return self._client.call(operations.stats, inputs.AskStats(n=n))

    def year(self, year: int) -> results.YearInReview:
        """Ask for a year in review."""
        return self._client.call(operations.year_in_review, inputs.AskYear(year))

    def diary(self) -> results.Diary:
        """Ask for all films seen, newest first."""
        parts = _all_parts(
            lambda cursor: self._client.call(operations.list_diary, inputs.ListDiary(limit=_PAGE, cursor=cursor))
        )
        return _whole_diary(parts)

    def add_viewing(self, movie_id: int, seen_on: str | None) -> results.Viewing:
        """Write into the diary."""
        return self._client.call(operations.add_viewing, inputs.AddViewing(movie_id, seen_on))

    def delete_viewing(self, viewing_id: int) -> results.Viewing:
        """Take out of the diary."""
        return self._client.call(operations.delete_viewing, inputs.ViewingRef(viewing_id))

    def queue(self) -> results.Diary:
        """Ask for all films seen and not rated."""
        parts = _all_parts(
            lambda cursor: self._client.call(operations.list_queue, inputs.Paged(limit=_PAGE, cursor=cursor))
        )
        return _whole_diary(parts)

    def lists(self) -> results.MovieListPage:
        """Ask for one's lists."""
        return self._client.call(operations.list_lists, inputs.ListLists())

    def movie_list(self, list_id: int) -> results.MovieList:
        """Ask for one list."""
        return self._client.call(operations.get_list, inputs.ListRef(list_id))

    def create_list(self, name: str) -> results.MovieListSummary:
        """Begin a list."""
        return self._client.call(operations.create_list, inputs.CreateList(name=name))

    def delete_list(self, list_id: int) -> results.MovieListSummary:
        """Delete a list."""
        return self._client.call(operations.delete_list, inputs.ListRef(list_id))

    def add_to_list(self, list_id: int, movie_id: int) -> results.ListChange:
        """Put a film at the end of a list."""
        return self._client.call(operations.add_to_list, inputs.ListEntry(list_id, movie_id))

    def remove_from_list(self, list_id: int, movie_id: int) -> results.ListChange:
        """Take a film out of a list."""
        return self._client.call(operations.remove_from_list, inputs.ListEntryRef(list_id, movie_id))

    def move_in_list(self, list_id: int, movie_id: int, position: int) -> results.ListChange:
        """Put a film of a list in another place, first 0."""
        return self._client.call(operations.move_in_list, inputs.MoveListEntry(list_id, movie_id, position))

    def save_note(self, movie_id: int, text: str, version: int | None, *, has_spoiler: bool) -> results.Note:
        """Write a note on a film, marked where it tells the end."""
        body = inputs.SaveNote(movie_id, text, has_spoiler=has_spoiler, version=version)
        return self._client.call(operations.save_note, body)

    def delete_note(self, movie_id: int) -> results.Note:
        """Throw a note away."""
        return self._client.call(operations.delete_note, inputs.MovieRef(movie_id))

    def groups(self, n_films: int) -> list[Group]:
        """Ask for the genres with the most films, each with its best known films; no film twice."""
        genres = self._client.call(operations.list_genres, inputs.Nothing()).genres
        largest = sorted(genres, key=lambda genre: (-genre.n_movies, genre.genre))[:_N_GROUPS]
        known: set[int] = set()
        result = []
        for genre in largest:
            body = inputs.ListMovies(query=f"genre:{genre.genre} -seen", limit=2 * _N_GROUPS)
            page = self._client.call(operations.list_movies, body)
            movies = [movie for movie in page.movies if movie.id not in known][:n_films]
            known |= {movie.id for movie in movies}
            if len(movies) == n_films:
                result.append(Group(genre.genre, tuple(movies)))
        return result

    def rescale(self, from_max: int, *, is_trial: bool) -> results.Rescaled:
        """Bring one's scores from a narrower scale to 0-100."""
        return self._client.call(operations.rescale, inputs.Rescale(from_max=from_max, dry_run=is_trial))

    def rate(self, movie_id: int, score: int) -> results.SavedRating:
        """Rate a film."""
        return self._client.call(operations.rate, inputs.RateMovie(movie_id, score))

    def rate_all(self, movie_ids: Iterable[int], score: int) -> None:
        """Rate films alike.

        Raises:
            QueuedError: the server is away; each score that could not be sent is kept.
        """
        queued = None
        for movie_id in movie_ids:
            try:
                self.rate(movie_id, score)
            except QueuedError as error:
                queued = error
        if queued is not None:
            raise queued

    def unrate(self, movie_id: int) -> results.RemovedRating:
        """Remove a rating."""
        return self._client.call(operations.unrate, inputs.MovieRef(movie_id))

    def undo(self) -> results.Undone:
        """Take back the last write."""
        return self._client.call(operations.undo, inputs.Nothing())


def _all_parts(ask: Callable[[str | None], Part]) -> list[Part]:
    """Return all parts of a list, at least one; ``ask`` asks for the part that a cursor leads to."""
    parts = [ask(None)]
    while (cursor := parts[-1].next_cursor) is not None:
        parts.append(ask(cursor))
    return parts


def _hidden(like: results.SimilarMovie) -> results.SimilarMovie:
    return changed(like, prediction=changed(like.prediction, predicted_score=None, low=None, high=None))


def _whole_diary(parts: list[results.Diary]) -> results.Diary:
    return changed(parts[-1], viewings=tuple(viewing for part in parts for viewing in part.viewings))
