"""What every client must do with what is one's own: watchlist, hidden films, notes, lists, diary, settings, numbers."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from camflix import operations
from camflix.errors import ConflictError, InvalidInputError, NotFoundError
from camflix.operations import inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.client import Client
    from camflix.results import MovieListSummary
    from tests.services.world import World

    MakeClient = Callable[[str], Client]


def new_list(client: Client, name: str = "Rainy days", *, is_public: bool = False) -> MovieListSummary:
    return client.call(operations.create_list, inputs.CreateList(name, is_public=is_public))


def films_of(client: Client, list_id: int) -> list[int]:
    found = client.call(operations.get_list, inputs.ListRef(list_id))
    assert [film.position for film in found.movies] == list(range(len(found.movies)))
    return [film.movie.id for film in found.movies]


class WatchingConformance:
    """The watchlist, and hidden films."""

    def test_watch(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        first, again = (client.call(operations.watch, inputs.MovieRef(films[8])) for _ in range(2))
        assert (first.in_watchlist, first.changed, again.changed) == (True, True, False)
        with pytest.raises(NotFoundError):
            client.call(operations.watch, inputs.MovieRef(max(films) + 1))

    def test_unwatch(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.watch, inputs.MovieRef(films[8]))
        done = [client.call(operations.unwatch, inputs.MovieRef(films[8])) for _ in range(2)]
        assert [(state.in_watchlist, state.changed) for state in done] == [(False, True), (False, False)]

    def test_list_watchlist(self, make_client: MakeClient, films: list[int], world: World) -> None:
        client = make_client("zoe")
        for film in films[8:13]:
            world.tick()
            client.call(operations.watch, inputs.MovieRef(film))
        make_client("c-00").call(operations.watch, inputs.MovieRef(films[14]))
        seen: list[int] = []
        cursor = None
        while True:
            page = client.call(operations.list_watchlist, inputs.ListWatchlist(limit=2, cursor=cursor))
            seen += [film.movie.id for film in page.movies]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == films[8:13][::-1]
        assert page.n_movies == 5
        client.call(operations.recommend, inputs.AskRecommendations())
        best = client.call(operations.list_watchlist, inputs.ListWatchlist(sort="predicted")).movies
        scores = [film.predicted_score for film in best]
        assert None not in scores
        assert scores == sorted(scores, key=lambda score: -(score or 0))
        titles = client.call(operations.list_watchlist, inputs.ListWatchlist(sort="title")).movies
        assert [film.movie.title for film in titles] == sorted(film.movie.title for film in titles)

    def test_hide(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        best = client.call(operations.recommend, inputs.AskRecommendations(1)).recommendations[0].movie.id
        assert client.call(operations.hide, inputs.MovieRef(best)).changed
        listed = client.call(operations.recommend, inputs.AskRecommendations(20)).recommendations
        assert best not in {each.movie.id for each in listed}
        assert len(films) > len(listed) > 0

    def test_unhide(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.hide, inputs.MovieRef(films[8]))
        done = [client.call(operations.unhide, inputs.MovieRef(films[8])) for _ in range(2)]
        assert [(state.is_hidden, state.changed) for state in done] == [(False, True), (False, False)]

    def test_list_hidden(self, make_client: MakeClient, films: list[int], world: World) -> None:
        client = make_client("zoe")
        for film in films[8:11]:
            world.tick()
            client.call(operations.hide, inputs.MovieRef(film))
        first = client.call(operations.list_hidden, inputs.Paged(2))
        second = client.call(operations.list_hidden, inputs.Paged(2, first.next_cursor))
        assert [movie.id for movie in (*first.movies, *second.movies)] == films[8:11][::-1]
        assert (first.n_movies, second.next_cursor) == (3, None)


class CatalogueConformance:
    """Lists of films with filters, windows, history."""

    def test_movie_window(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        whole = client.call(operations.list_movies, inputs.ListMovies(sort="title", limit=200)).movies
        for offset in (0, 3, 15, 19, 20, 500):
            window = client.call(operations.movie_window, inputs.MovieWindowQuery(offset, 4, "title"))
            assert window.movies == whole[offset : offset + 4]
            assert window.n_total == len(films)
            assert [marks.movie_id for marks in window.marks] == [movie.id for movie in window.movies]

    def test_list_movies_filters_by_one_language_of_queries(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.watch, inputs.MovieRef(films[8]))
        by_query = client.call(operations.list_movies, inputs.ListMovies(query="year:1952..1960 -seen", sort="title"))
        by_fields = client.call(
            operations.list_movies, inputs.ListMovies(sort="title", year_from=1952, year_to=1960, unseen=True)
        )
        assert by_query.movies == by_fields.movies
        assert {movie.id for movie in by_query.movies} == set(films[7:11])
        watched = client.call(operations.list_movies, inputs.ListMovies(query="+watchlist"))
        assert [(movie.id, marks.in_watchlist) for movie, marks in zip(watched.movies, watched.marks, strict=True)] == [
            (films[8], True)
        ]
        with pytest.raises(InvalidInputError):
            client.call(operations.list_movies, inputs.ListMovies(query="year:soon"))
        with pytest.raises(InvalidInputError) as raised:
            client.call(operations.list_movies, inputs.ListMovies(genre="nonsense"))
        assert raised.value.field == "genre"

    def test_list_movies_orders_by_ones_own_scores_and_by_predictions(
        self, make_client: MakeClient, films: list[int]
    ) -> None:
        client = make_client("zoe")
        client.call(operations.recommend, inputs.AskRecommendations())
        mine = client.call(operations.list_movies, inputs.ListMovies(sort="score"))
        assert [movie.id for movie in mine.movies] == films[:7]
        assert [marks.score for marks in mine.marks][:2] == [92, 81]
        first = client.call(operations.list_movies, inputs.ListMovies(query="-rated", sort="predicted", limit=5))
        rest = client.call(
            operations.list_movies,
            inputs.ListMovies(query="-rated", sort="predicted", limit=200, cursor=first.next_cursor),
        )
        scores = [marks.predicted_score or 0 for marks in (*first.marks, *rest.marks)]
        assert scores == sorted(scores, reverse=True)
        assert len({movie.id for movie in (*first.movies, *rest.movies)}) == len(scores) == 13
        high = client.call(operations.list_movies, inputs.ListMovies(query="psi:>60", predictions=True, limit=200))
        assert high.marks
        assert all((marks.predicted_score or 0) > 60 for marks in high.marks)

    def test_list_genres(self, make_client: MakeClient, films: list[int], world: World) -> None:
        world.film("Heat", genres=("drama", "crime"))
        found = make_client("zoe").call(operations.list_genres, inputs.Nothing())
        assert [(genre.genre, genre.n_movies) for genre in found.genres] == [("crime", 1), ("drama", 1)]
        dramas = make_client("zoe").call(operations.list_movies, inputs.ListMovies(query="genre:drama"))
        assert [movie.title for movie in dramas.movies] == ["Heat"]

    def test_list_ratings_filters(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        high = client.call(operations.list_ratings, inputs.ListRatings(min_score=60))
        assert [rated.score for rated in high.ratings] == [92, 81, 70]
        assert high.n_ratings == 7
        recent = client.call(operations.list_ratings, inputs.ListRatings(sort="recent"))
        assert [rated.movie.id for rated in recent.ratings] == films[:7][::-1]
        one = client.call(operations.list_ratings, inputs.ListRatings(query="film 3"))
        assert [rated.movie.id for rated in one.ratings] == [films[2]]
        seen: list[int] = []
        cursor = None
        while True:
            page = client.call(operations.list_ratings, inputs.ListRatings(3, cursor, "title", reverse=True))
            seen += [rated.movie.id for rated in page.ratings]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == films[:7][::-1]

    def test_rating_history(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.rate, inputs.RateMovie(films[0], 50))
        client.call(operations.unrate, inputs.MovieRef(films[0]))
        history = client.call(operations.rating_history, inputs.MovieRef(films[0]))
        assert [(c.old_score, c.new_score) for c in history.changes] == [(None, 92), (92, 50), (50, None)]

    def test_rescale(self, make_client: MakeClient, films: list[int], world: World) -> None:
        world.rate_all(world.user("ann"), dict(zip(films, (1, 3, 5, 7, 10), strict=False)))
        client = make_client("ann")
        told = client.call(operations.rescale, inputs.Rescale(10, dry_run=True))
        assert (told.before, told.after, told.percentiles_kept) == ((1, 3, 5, 7, 10), (10, 30, 50, 70, 100), True)
        before = client.call(operations.list_ratings, inputs.ListRatings()).ratings
        assert [rated.score for rated in before] == [10, 7, 5, 3, 1]
        client.call(operations.rescale, inputs.Rescale(10))
        after = client.call(operations.list_ratings, inputs.ListRatings()).ratings
        assert [rated.score for rated in after] == [100, 70, 50, 30, 10]
        assert [rated.percentile for rated in after] == [rated.percentile for rated in before]
        assert client.call(operations.undo, inputs.Nothing()).kind == "rescale"
        assert client.call(operations.list_ratings, inputs.ListRatings()).ratings == before
        with pytest.raises(InvalidInputError) as raised:
            client.call(operations.rescale, inputs.Rescale(5))
        assert raised.value.field == "from_max"


class ListConformance:
    """Lists of films."""

    def test_create_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        assert (made.name, made.username, made.n_movies, made.is_own, made.is_public) == (
            "Rainy days", "zoe", 0, True, False,
        )  # fmt: skip
        with pytest.raises(ConflictError):
            new_list(client)
        with pytest.raises(InvalidInputError):
            new_list(client, "   ")
        assert new_list(make_client("c-00")).id != made.id

    def test_list_lists(self, make_client: MakeClient, films: list[int]) -> None:
        client, other = make_client("zoe"), make_client("c-00")
        for name in ("Rainy days", "Autumn"):
            new_list(client, name)
        new_list(other, "For all", is_public=True)
        own = client.call(operations.list_lists, inputs.ListLists())
        assert [each.name for each in own.lists] == ["Autumn", "Rainy days"]
        theirs = client.call(operations.list_lists, inputs.ListLists("c-00"))
        assert [each.name for each in theirs.lists] == ["For all"]
        with pytest.raises(NotFoundError):
            other.call(operations.list_lists, inputs.ListLists("zoe"))

    def test_get_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        client.call(operations.add_to_list, inputs.ListEntry(made.id, films[0]))
        found = client.call(operations.get_list, inputs.ListRef(made.id))
        assert [(film.movie.id, film.score) for film in found.movies] == [(films[0], 92)]
        assert (found.list.n_movies, found.list.n_rated) == (1, 1)
        with pytest.raises(NotFoundError):
            make_client("c-00").call(operations.get_list, inputs.ListRef(made.id))

    def test_edit_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        done = client.call(operations.edit_list, inputs.EditList(made.id, name="Snow", version=made.version))
        assert (done.list.name, done.changed, done.list.version) == ("Snow", True, made.version + 1)
        with pytest.raises(ConflictError) as raised:
            client.call(operations.edit_list, inputs.EditList(made.id, name="Ice", version=made.version))
        assert raised.value.field == "version"
        assert not client.call(operations.edit_list, inputs.EditList(made.id, name="Snow")).changed

    def test_delete_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        with pytest.raises(NotFoundError):
            make_client("c-00").call(operations.delete_list, inputs.ListRef(made.id))
        assert client.call(operations.delete_list, inputs.ListRef(made.id)).name == "Rainy days"
        with pytest.raises(NotFoundError):
            client.call(operations.get_list, inputs.ListRef(made.id))

    def test_add_to_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        for film, place in ((films[0], None), (films[1], None), (films[2], 0), (films[3], 1), (films[4], 99)):
            assert client.call(operations.add_to_list, inputs.ListEntry(made.id, film, place)).changed
        assert not client.call(operations.add_to_list, inputs.ListEntry(made.id, films[0], 0)).changed
        assert films_of(client, made.id) == [films[i] for i in (2, 3, 0, 1, 4)]

    def test_remove_from_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        for film in films[:4]:
            client.call(operations.add_to_list, inputs.ListEntry(made.id, film))
        assert client.call(operations.remove_from_list, inputs.ListEntryRef(made.id, films[1])).changed
        assert not client.call(operations.remove_from_list, inputs.ListEntryRef(made.id, films[1])).changed
        assert films_of(client, made.id) == [films[0], films[2], films[3]]

    def test_move_in_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        for film in films[:4]:
            client.call(operations.add_to_list, inputs.ListEntry(made.id, film))
        version = client.call(operations.get_list, inputs.ListRef(made.id)).list.version
        client.call(operations.move_in_list, inputs.MoveListEntry(made.id, films[3], 0, version))
        assert films_of(client, made.id) == [films[3], films[0], films[1], films[2]]
        with pytest.raises(ConflictError):
            client.call(operations.move_in_list, inputs.MoveListEntry(made.id, films[3], 2, version))
        client.call(operations.move_in_list, inputs.MoveListEntry(made.id, films[3], 99))
        assert films_of(client, made.id) == films[:4]
        with pytest.raises(NotFoundError):
            client.call(operations.move_in_list, inputs.MoveListEntry(made.id, films[9], 0))

    def test_share_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        tokens = [client.call(operations.share_list, inputs.ListRef(made.id)).list.share_token for _ in range(2)]
        assert None not in tokens
        assert len(set(tokens)) == 2

    def test_unshare_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        made = new_list(client)
        assert not client.call(operations.unshare_list, inputs.ListRef(made.id)).changed
        client.call(operations.share_list, inputs.ListRef(made.id))
        assert client.call(operations.unshare_list, inputs.ListRef(made.id)).list.share_token is None

    def test_get_shared_list(self, make_client: MakeClient, films: list[int]) -> None:
        client, other = make_client("zoe"), make_client("c-00")
        made = new_list(client)
        token = client.call(operations.share_list, inputs.ListRef(made.id)).list.share_token
        assert token is not None
        found = other.call(operations.get_shared_list, inputs.SharedListRef(token))
        assert (found.list.name, found.list.share_token) == ("Rainy days", None)
        client.call(operations.unshare_list, inputs.ListRef(made.id))
        with pytest.raises(NotFoundError):
            other.call(operations.get_shared_list, inputs.SharedListRef(token))


class DiaryConformance:
    """Notes, viewings, the feed."""

    def test_save_note(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        first = client.call(operations.save_note, inputs.SaveNote(films[0], "Rain.", has_spoiler=True))
        assert (first.text, first.has_spoiler) == ("Rain.", True)
        second = client.call(operations.save_note, inputs.SaveNote(films[0], "Snow.", version=first.version))
        assert (second.text, second.has_spoiler, second.version) == ("Snow.", False, first.version + 1)
        with pytest.raises(ConflictError):
            client.call(operations.save_note, inputs.SaveNote(films[0], "Ice.", version=first.version))
        for text in ("", "   ", "x" * 501):
            with pytest.raises(InvalidInputError) as raised:
                client.call(operations.save_note, inputs.SaveNote(films[0], text))
            assert raised.value.field == "text"
        assert client.call(operations.get_movie, inputs.MovieRef(films[0])).note == "Snow."

    def test_delete_note(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.save_note, inputs.SaveNote(films[0], "Rain."))
        assert client.call(operations.delete_note, inputs.MovieRef(films[0])).text == "Rain."
        with pytest.raises(NotFoundError):
            client.call(operations.delete_note, inputs.MovieRef(films[0]))

    def test_list_notes(self, make_client: MakeClient, films: list[int], world: World) -> None:
        client = make_client("zoe")
        make_client("c-00").call(operations.save_note, inputs.SaveNote(films[0], "Not mine."))
        for film in films[:3]:
            world.tick()
            client.call(operations.save_note, inputs.SaveNote(film, f"On {film}"))
        first = client.call(operations.list_notes, inputs.Paged(2))
        second = client.call(operations.list_notes, inputs.Paged(2, first.next_cursor))
        assert [note.movie.id for note in (*first.notes, *second.notes)] == films[:3][::-1]
        assert first.n_notes == 3

    def test_add_viewing(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        first = client.call(operations.add_viewing, inputs.AddViewing(films[0], "2026-01-02"))
        again = client.call(operations.add_viewing, inputs.AddViewing(films[0], "2026-02-03"))
        assert (first.is_rewatch, again.is_rewatch, again.score) == (False, True, 92)
        assert client.call(operations.add_viewing, inputs.AddViewing(films[1])).seen_on is None
        for day in ("2026-13-01", "2099-01-01", "soon"):
            with pytest.raises(InvalidInputError) as raised:
                client.call(operations.add_viewing, inputs.AddViewing(films[0], day))
            assert raised.value.field == "seen_on"

    def test_edit_viewing(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        seen = client.call(operations.add_viewing, inputs.AddViewing(films[0], "2026-01-02"))
        edited = client.call(operations.edit_viewing, inputs.EditViewing(seen.id, "2026-01-03", is_rewatch=True))
        assert (str(edited.seen_on), edited.is_rewatch) == ("2026-01-03", True)
        with pytest.raises(NotFoundError):
            make_client("c-00").call(operations.edit_viewing, inputs.EditViewing(seen.id, "2026-01-04"))

    def test_delete_viewing(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        seen = client.call(operations.add_viewing, inputs.AddViewing(films[0], "2026-01-02"))
        assert client.call(operations.delete_viewing, inputs.ViewingRef(seen.id)).id == seen.id
        with pytest.raises(NotFoundError):
            client.call(operations.delete_viewing, inputs.ViewingRef(seen.id))

    def test_list_diary(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", None]
        for film, day in zip(films, days, strict=False):
            client.call(operations.add_viewing, inputs.AddViewing(film, day))

        def shown(year: int | None = None, month: int | None = None, movie_id: int | None = None) -> list[str]:
            diary = client.call(operations.list_diary, inputs.ListDiary(year, month, movie_id))
            assert diary.n_viewings == len(diary.viewings)
            return [str(viewing.seen_on) for viewing in diary.viewings]

        assert shown() == ["2026-02-01", "2026-01-31", "2026-01-01", "2025-12-31", "None"]
        assert shown(year=2026, month=1) == ["2026-01-31", "2026-01-01"]
        assert shown(year=2025) == ["2025-12-31"]
        assert shown(movie_id=films[3]) == ["2026-02-01"]
        first = client.call(operations.list_diary, inputs.ListDiary(limit=3))
        second = client.call(operations.list_diary, inputs.ListDiary(limit=3, cursor=first.next_cursor))
        assert [str(v.seen_on) for v in second.viewings] == ["2025-12-31", "None"]
        with pytest.raises(InvalidInputError):
            client.call(operations.list_diary, inputs.ListDiary(month=1))

    def test_list_queue(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        for film in (films[0], films[8], films[9], films[8]):
            client.call(operations.add_viewing, inputs.AddViewing(film))
        queue = client.call(operations.list_queue, inputs.Paged())
        assert [viewing.movie.id for viewing in queue.viewings] == [films[8], films[9]]
        client.call(operations.rate, inputs.RateMovie(films[8], 40))
        assert client.call(operations.list_queue, inputs.Paged()).n_viewings == 1

    def test_rating_feed(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.recommend, inputs.AskRecommendations())
        client.call(operations.hide, inputs.MovieRef(films[8]))
        client.call(operations.add_viewing, inputs.AddViewing(films[9]))
        feed = client.call(operations.rating_feed, inputs.AskFeed(50))
        ids = [film.movie.id for film in feed.films]
        assert set(ids) == set(films[9:]) | {films[7]}
        assert len(set(ids)) == len(ids)
        assert (ids[0], feed.films[0].why) == (films[9], "seen")
        assert {film.why for film in feed.films} == {"seen", "popular", "informative"}

    def test_answer_feed(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.answer_feed, inputs.AnswerFeed(films[8], "not_seen"))
        client.call(operations.answer_feed, inputs.AnswerFeed(films[8], "skip"))
        feed = client.call(operations.rating_feed, inputs.AskFeed(50))
        assert films[8] not in {film.movie.id for film in feed.films}


class PeopleConformance:
    """Settings, profiles, numbers, export."""

    def test_get_settings(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.get_settings, inputs.Nothing())
        assert (found.username, found.privacy, found.score_display, found.blind) == ("zoe", "private", "100", False)

    def test_change_settings(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        change = inputs.ChangeSettings(bio="Rain.", time_zone="Asia/Tokyo", privacy="members", blind=True)
        done = client.call(operations.change_settings, change)
        assert (done.bio, done.time_zone, done.privacy, done.blind) == ("Rain.", "Asia/Tokyo", "members", True)
        assert client.call(operations.get_settings, inputs.Nothing()) == done
        movie = client.call(operations.get_movie, inputs.MovieRef(films[9]))
        assert (movie.prediction, movie.community.mean) == (None, None)
        with pytest.raises(InvalidInputError) as raised:
            client.call(operations.change_settings, inputs.ChangeSettings(time_zone="Mars/North"))
        assert raised.value.field == "time_zone"

    def test_public_profile(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.public_profile, inputs.UserRef("c-00"))
        assert (found.username, found.n_ratings) == ("c-00", 15)
        with pytest.raises(NotFoundError):
            make_client("c-00").call(operations.public_profile, inputs.UserRef("zoe"))

    def test_compare(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        found = client.call(operations.compare, inputs.AskComparison("c-00", 3))
        assert found.username == "c-00"
        assert 2 < found.n_common <= 7
        assert all(abs(film.own_tier - film.their_tier) <= 2 for film in found.agreements)
        assert {film.movie.id for film in (*found.agreements, *found.disagreements)} <= set(films[:7])
        assert not {film.movie.id for film in found.favourites} & set(films[:7])
        assert len(found.favourites) <= 3
        assert all(film.their_tier >= 8 for film in found.favourites)
        with pytest.raises(NotFoundError):
            make_client("c-00").call(operations.compare, inputs.AskComparison("zoe"))

    def test_stats(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.stats, inputs.AskStats(min_films=1))
        assert [count.score for count in found.scores] == [26, 37, 48, 59, 70, 81, 92]
        assert sum(found.tiers) == found.n_ratings == 7
        assert [(group.name, group.n) for group in found.decades] == [("1950", 7)]
        assert [(month.period, month.n_ratings) for month in found.months] == [("2026-11", 7)]

    def test_year_in_review(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.add_viewing, inputs.AddViewing(films[0], "2026-01-02"))
        found = client.call(operations.year_in_review, inputs.AskYear(2026))
        assert (found.n_ratings, found.n_viewings, found.best_scores[0]) == (7, 1, 92)
        assert [movie.id for movie in found.best] == films[:7]
        assert found.busiest_month == "2026-01"
        assert client.call(operations.year_in_review, inputs.AskYear(1999)).best == ()

    def test_export_data(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.save_note, inputs.SaveNote(films[0], "Rain."))
        document = client.call(operations.export_data, inputs.AskExport())
        data = json.loads(document.content)
        assert [row["score"] for row in data["ratings"]] == [92, 81, 70, 59, 48, 37, 26]
        assert (data["user"]["username"], data["notes"][0]["text"], len(data["history"])) == ("zoe", "Rain.", 7)
        assert client.call(operations.export_data, inputs.AskExport()) == document
        table = client.call(operations.export_data, inputs.AskExport("csv"))
        rows = list(csv.DictReader(io.StringIO(table.content)))
        assert [row["title"] for row in rows] == [f"Film {n}" for n in range(1, 8)]
        assert (table.media_type, table.n_ratings) == ("text/csv", 7)


class OwnThingsConformance(
    WatchingConformance, CatalogueConformance, ListConformance, DiaryConformance, PeopleConformance
):
    """All of these."""
