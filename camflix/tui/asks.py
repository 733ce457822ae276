"""All that the terminal app ever asks of a client, each a method. Loaded in the threads that call, never at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from camflix import operations
from camflix.operations import inputs

if TYPE_CHECKING:
    from camflix import results
    from camflix.client import Client

_N_EXTREMES = 5
_MOST = 200


class Asks:
    """Questions and orders, in the words of screens."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def profile(self) -> results.Profile:
        """Ask who one is."""
        return self._client.call(operations.profile, inputs.AskProfile(n_extremes=_N_EXTREMES))

    def recommend(self, n: int) -> results.Recommendations:
        """Ask for the films one will like best."""
        return self._client.call(operations.recommend, inputs.AskRecommendations(n=n))

    def search(self, query: str, n: int) -> results.MoviePage:
        """Look for films."""
        return self._client.call(operations.list_movies, inputs.ListMovies(query=query, limit=n))

    def window(
        self, sort: Literal["ratings", "title", "year"], offset: int, limit: int, *, is_reversed: bool
    ) -> results.MovieWindow:
        """Ask for the films at some places of the catalogue."""
        body = inputs.MovieWindowQuery(offset=offset, limit=limit, sort=sort, reverse=is_reversed)
        return self._client.call(operations.movie_window, body)

    def toggle_watch(self, movie_id: int) -> results.WatchlistState:
        """Put a film on the watchlist, or take it off."""
        film = inputs.MovieRef(movie_id)
        state = self._client.call(operations.watch, film)
        return state if state.changed else self._client.call(operations.unwatch, film)

    def toggle_hidden(self, movie_id: int) -> results.HiddenState:
        """Hide a film from lists, or show it again."""
        film = inputs.MovieRef(movie_id)
        state = self._client.call(operations.hide, film)
        return state if state.changed else self._client.call(operations.unhide, film)

    def watchlist(self, sort: Literal["added", "predicted", "title"]) -> results.Watchlist:
        """Ask for the watchlist."""
        body = inputs.ListWatchlist(sort=sort, limit=_MOST)
        return self._client.call(operations.list_watchlist, body)

    def hidden(self) -> results.HiddenList:
        """Ask for the films hidden."""
        return self._client.call(operations.list_hidden, inputs.Paged(limit=_MOST))

    def why(self, movie_id: int) -> results.Receipt:
        """Ask for a receipt."""
        return self._client.call(operations.why, inputs.MovieRef(movie_id))

    def movie(self, movie_id: int) -> results.MovieSummary:
        """Ask for one film."""
        return self._client.call(operations.get_movie, inputs.MovieRef(movie_id))

    def twins(self, n: int) -> results.TwinList:
        """Ask for the people of like taste."""
        return self._client.call(operations.twins, inputs.AskTwins(n=n))

    def ratings(self) -> results.RatingPage:
        """Ask for all of one's ratings."""
        return self._client.call(operations.list_ratings, inputs.ListRatings())

    def rate(self, movie_id: int, score: int) -> results.SavedRating:
        """Rate a film."""
        return self._client.call(operations.rate, inputs.RateMovie(movie_id, score))

    def unrate(self, movie_id: int) -> results.RemovedRating:
        """Remove a rating."""
        return self._client.call(operations.unrate, inputs.MovieRef(movie_id))

    def undo(self) -> results.Undone:
        """Take back the last write."""
        return self._client.call(operations.undo, inputs.Nothing())
