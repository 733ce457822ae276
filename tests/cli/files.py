"""Small files of ratings for the tests of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILMS = {
    1: ("Toy Story (1995)", "Adventure|Animation|Children", "0114709", 862),
    2: ("Jumanji (1995)", "Adventure|Children|Fantasy", "0113497", 8844),
    3: ("Heat (1995)", "Action|Crime|Thriller", "0113277", 949),
    4: ("Sabrina (1995)", "Comedy|Romance", "0114319", 11860),
    5: ("Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", "Action|Crime|Drama", "0110413", 101),
    6: ("Heat (1986)", "Drama", "0093164", 12704),
}


def movielens(folder: Path, n_users: int = 12) -> Path:
    """Write a data set of a few films and ``n_users`` raters who rated nearly all of them; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    ratings = [
        f"{user},{film},{1 + (user * 7 + film * 3) % 9 / 2},{964982703 + user}"
        for user in range(1, n_users + 1)
        for film in FILMS
        if (user + film) % 5
    ]
    films = [f"{film},{title},{genres}" for film, (title, genres, _imdb, _tmdb) in FILMS.items()]
    links = [f"{film},{imdb},{tmdb}" for film, (_title, _genres, imdb, tmdb) in FILMS.items()]
    _write(folder / "ratings.csv", "userId,movieId,rating,timestamp", ratings)
    _write(folder / "movies.csv", "movieId,title,genres", films)
    _write(folder / "links.csv", "movieId,imdbId,tmdbId", links)
    return folder


def big_movielens(folder: Path, n_ratings: int) -> Path:
    """Write a data set whose import takes a while; return the folder."""
    movielens(folder)
    films = [f"{film},Film {film} ({1950 + film % 70}),Drama" for film in range(1, 1001)]
    ratings = [f"{1 + row // 1000},{1 + row % 1000},{1 + row % 9 / 2},{964982703 + row}" for row in range(n_ratings)]
    _write(folder / "movies.csv", "movieId,title,genres", films)
    _write(folder / "ratings.csv", "userId,movieId,rating,timestamp", ratings)
    return folder


def letterboxd(file: Path) -> Path:
    """Write a person's export: four films of the catalogue above, one film that is in none; return the file."""
    rows = [
        "2024-03-01,Toy Story,1995,https://boxd.it/1,4.5",
        "2024-03-02,Heat,1995,https://boxd.it/2,5",
        "2024-03-03,Jumanji,1995,https://boxd.it/3,2",
        "2024-03-04,Léon: The Professional,1994,https://boxd.it/4,3.5",
        "2024-03-05,A Film of One's Own,2001,https://boxd.it/5,1",
    ]
    _write(file, "Date,Name,Year,Letterboxd URI,Rating", rows)
    return file


def _write(file: Path, header: str, rows: list[str]) -> None:
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
