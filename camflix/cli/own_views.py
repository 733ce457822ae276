"""Tables of what is one's own: watchlist, notes, lists, diary, numbers; and one film with all that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix import choices, display
from camflix.cli.output import console
from camflix.cli.views import NARROW, print_paragraph, print_rows, print_title, score_text, table
from camflix.cli.words import title_of
from camflix.genres import genre_words
from camflix.i18n import _, decimal, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from camflix.results import (
        Diary,
        HiddenList,
        MovieDetails,
        MovieList,
        MovieListPage,
        NoteList,
        PeriodCount,
        RankedGroup,
        RatingFeed,
        RatingHistory,
        Stats,
        UserSettings,
        Watchlist,
        YearInReview,
    )


def show_watchlist(page: Watchlist) -> None:
    """Print the watchlist."""
    rows = table((_("film"), "left"), (_("added"), "left"), (_("predicted"), "right"))
    for film in page.movies:
        predicted = "-" if film.predicted_score is None else score_text(film.predicted_score, 1)
        rows.add_row(title_of(film.movie), f"{film.added_at:%Y-%m-%d}", predicted)
    print_title(plural("{n} film to see", "{n} films to see", page.n_movies))
    print_rows(rows, _('Put one there: camflix watchlist add "Alien (1979)"'))


def show_hidden(page: HiddenList) -> None:
    """Print the hidden films."""
    rows = table((_("film"), "left"), (_("hidden"), "left"))
    for movie, at in zip(page.movies, page.hidden_at, strict=True):
        rows.add_row(title_of(movie), f"{at:%Y-%m-%d}")
    print_title(plural("{n} hidden film", "{n} hidden films", page.n_movies))
    print_rows(rows, _('Hide one from every list: camflix hidden add "Alien (1979)"'))


def show_notes(page: NoteList) -> None:
    """Print notes."""
    print_title(plural("{n} note", "{n} notes", page.n_notes))
    for note in page.notes:
        mark = " " + _("(spoiler)") if note.has_spoiler else ""
        print_paragraph(title_of(note.movie) + mark, style="bold")
        print_paragraph(note.text)
    if not page.notes:
        print_paragraph(_('Write one: camflix notes write "Alien (1979)" "Seen with Anna"'))


def show_lists(page: MovieListPage) -> None:
    """Print the lists of a user."""
    rows = table(
        (_("number"), "right"),
        (_("list"), "left"),
        (_("films"), "right"),
        (_("rated"), "right"),
        (_("seen by"), "left"),
    )
    for each in page.lists:
        readers = _("all") if each.is_public else _("oneself")
        rows.add_row(str(each.id), each.name, str(each.n_movies), str(each.n_rated), readers)
    print_title(_("Lists of {user}", user=page.username))
    print_rows(rows, _('There are none that you may see. Make one of your own: camflix lists new "Sundays"'))


def show_list(found: MovieList) -> None:
    """Print a list with its films."""
    print_title(found.list.name)
    if found.list.description:
        print_paragraph(found.list.description)
    rows = table(("", "right"), (_("film"), "left"), (_("your score"), "right"))
    for film in found.movies:
        score = "-" if film.score is None else score_text(film.score)
        rows.add_row(str(film.position + 1), title_of(film.movie), score)
    print_rows(
        rows, _('No film is in it. Put one there: camflix lists add {number} "Alien (1979)"', number=found.list.id)
    )


def show_diary(diary: Diary) -> None:
    """Print viewings."""
    rows = table((_("number"), "right"), (_("day"), "left"), (_("film"), "left"), ("", "left"), (_("score"), "right"))
    for viewing in diary.viewings:
        day = "-" if viewing.seen_on is None else viewing.seen_on.isoformat()
        again = _("again") if viewing.is_rewatch else ""
        score = "-" if viewing.score is None else score_text(viewing.score)
        rows.add_row(str(viewing.id), day, title_of(viewing.movie), again, score)
    print_title(plural("{n} viewing", "{n} viewings", diary.n_viewings))
    print_rows(rows, _('Write down what you saw: camflix diary add "Alien (1979)"'))


def show_feed(feed: RatingFeed) -> None:
    """Print films to rate next."""
    reasons = {"popular": _("many know it"), "informative": _("tells much of a taste"), "seen": _("you saw it")}
    rows = table((_("id"), "right"), (_("film"), "left"), (_("why"), "left"))
    for film in feed.films:
        rows.add_row(str(film.movie.id), title_of(film.movie), reasons[film.why])
    print_rows(rows, _("There is nothing left to rate. More films: camflix import movielens FOLDER"))


def show_history(history: RatingHistory) -> None:
    """Print how a rating came to be."""
    print_title(title_of(history.movie))
    rows = table(
        (_("day"), "left"),
        (_("before"), "right"),
        (_("after"), "right"),
        (_("predicted"), "right"),
        (_("source"), "left"),
    )
    sources = {"undo": _("undone"), "rescale": _("rescaled"), "sample": _("sample community")}
    for change in history.changes:
        scores = ["-" if score is None else display.given(score) for score in (change.old_score, change.new_score)]
        predicted = "-" if change.predicted_score is None else display.computed(change.predicted_score)
        rows.add_row(f"{change.changed_at:%Y-%m-%d}", *scores, predicted, sources.get(change.source, change.source))
    console().print(rows)


def show_movie(found: MovieDetails) -> None:
    """Print a film."""
    print_title(title_of(found.movie))
    minutes = "" if found.runtime_minutes is None else _("{n} min", n=found.runtime_minutes)
    for words in (", ".join(map(genre_words, found.genres)), minutes, ", ".join(found.directors), found.overview or ""):
        if words:
            print_paragraph(words)
    community = found.community
    if community.mean is not None and community.median is not None:
        mean, median = display.computed(community.mean), display.computed(community.median)
        ratings = plural("{n} rating", "{n} ratings", community.n)
        print_paragraph(_("{ratings}: mean {mean}, median {median}", ratings=ratings, mean=mean, median=median))
    if found.prediction is not None and found.prediction.predicted_score is not None:
        print_paragraph(_("predicted: {score}", score=display.computed(found.prediction.predicted_score)))
    if found.marks.score is not None:
        print_paragraph(_("your score: {score}", score=display.given(found.marks.score)))
    if found.note:
        print_paragraph(_("your note: {text}", text=found.note))


def show_settings(found: UserSettings) -> None:
    """Print what someone decided about themselves, each with the option that changes it."""
    print_title(found.username)
    yes, no = _("yes"), _("no")
    out = console()
    shows_options = out.width >= NARROW
    rows = table((_("setting"), "left"), (_("now"), "left"), *[(_("change it by"), "left")] * shows_options)
    for words, value, option in (
        (_("e-mail"), found.email or "-", ""),
        (_("about me"), found.bio or "-", "--bio"),
        (_("language of mail and pages"), choices.LANGUAGE.get(found.language, found.language), "--language"),
        (_("time zone"), found.time_zone, "--time-zone"),
        (_("who may see me"), _(choices.PRIVACY[found.privacy]), "--privacy"),
        (
            _("contribute without my name"),
            yes if found.contributes_anonymously else no,
            "--anonymously" if not found.contributes_anonymously else "--not-at-all",
        ),
        (_("scores shown as"), _(choices.DISPLAY[found.score_display]), "--display"),
        (_("rate blind"), _(choices.BLIND) if found.blind else no, "--seeing" if found.blind else "--blind"),
    ):
        rows.add_row(words, value, *[option] * shows_options)
    out.print(rows)


def show_stats(found: Stats) -> None:
    """Print a user's numbers."""
    print_title(plural("{n} rating of {user}", "{n} ratings of {user}", found.n_ratings, user=found.username))
    if not found.n_ratings:
        print_paragraph(_('Rate some films: camflix rate "Alien (1979)" 95'))
    _show_groups(_("Genres"), found.genres, genre_words)
    _show_groups(_("Directors"), found.directors)
    _show_groups(_("Actors"), found.actors)
    _show_groups(_("Decades"), found.decades)
    _show_months(found.months)


def show_year(found: YearInReview) -> None:
    """Print a year in review."""
    print_title(_("{year} of {user}", year=found.year, user=found.username))
    ratings = plural("{n} rating", "{n} ratings", found.n_ratings)
    viewings = plural("{n} viewing", "{n} viewings", found.n_viewings)
    console().print(f"{ratings}, {viewings}")
    rows = table((_("film"), "left"), (_("score"), "right"))
    for movie, score in zip(found.best, found.best_scores, strict=True):
        rows.add_row(title_of(movie), score_text(score))
    if found.best:
        console().print(rows)
    _show_groups(_("Genres"), found.genres, genre_words)
    _show_groups(_("Directors"), found.directors)
    _show_months(found.months)


def _show_groups(name: str, groups: Sequence[RankedGroup], words: Callable[[str], str] = str) -> None:
    if not groups:
        return
    rows = table((name, "left"), (_("films"), "right"), (_("mean"), "right"), (_("percentile"), "right"))
    for group in groups:
        percentile = "-" if group.mean_percentile is None else decimal(group.mean_percentile, 1)
        rows.add_row(words(group.name), str(group.n), display.computed(group.mean_score), percentile)
    out = console()
    out.print(rows)
    out.print()


def _show_months(months: Sequence[PeriodCount]) -> None:
    if not months:
        return
    rows = table((_("month"), "left"), (_("ratings"), "right"), (_("viewings"), "right"))
    for month in months:
        rows.add_row(month.period, str(month.n_ratings), str(month.n_viewings))
    console().print(rows)
