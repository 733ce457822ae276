"""Together: films for oneself and others, each one's prediction shown."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from camflix import display
from camflix.i18n import N_, _
from camflix.tui.drawing import cut, width_of
from camflix.tui.keys import bindings
from camflix.tui.modals.choose import Choice, Choose
from camflix.tui.screens.film_list import FilmListScreen
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.lines import OneLine
from camflix.tui.widgets.prompt import Question
from camflix.tui.widgets.rows import Column, ColumnTitles
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import GroupPicks, GroupRuleName, MovieSummary, Prediction
    from camflix.tui.drawing import Piece, Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines
    from camflix.tui.widgets.prompt import Prompt

_N_FILMS = 50
_MEMBER_CELLS = 10
_OTHER_CELLS = 42
"""What place, title, year and the group's score take: members have the rest."""


class PickRow(NamedTuple):
    """A film for a group: its place, the group's score, and what is predicted for each."""

    movie: MovieSummary
    rank: int
    group_score: float | None
    predictions: tuple[Prediction, ...]


def _score(score: float | None, palette: Palette) -> Piece:
    return ("-", palette.dim) if score is None else (display.computed(score), palette.score(score))


def _rank_cell(row: PickRow, _width: int, palette: Palette) -> Pieces:
    return [(str(row.rank), palette.dim)]


def _title_cell(row: PickRow, _width: int, palette: Palette) -> Pieces:
    return [(row.movie.title, palette.text)]


def _year_cell(row: PickRow, _width: int, palette: Palette) -> Pieces:
    return [(str(row.movie.year or ""), palette.dim)]


def _group_cell(row: PickRow, _width: int, palette: Palette) -> Pieces:
    return [_score(row.group_score, palette)]


_FIRST: tuple[Column[PickRow], ...] = (
    Column("", _rank_cell, 3, is_right=True),
    Column(N_("film"), _title_cell, 20, share=1),
    Column(N_("year"), _year_cell, 5, is_right=True),
    Column(N_("group"), _group_cell, 6, is_right=True),
)


def columns_of(members: Sequence[str]) -> tuple[Column[PickRow], ...]:
    """Return the columns of a group's list; who has no room is named with the film under the cursor."""
    return (*_FIRST, *(_member_column(place, name) for place, name in enumerate(members)))


def _member_column(place: int, name: str) -> Column[PickRow]:
    def cell(row: PickRow, _width: int, palette: Palette) -> Pieces:
        return [_score(row.predictions[place].predicted_score, palette)]

    return Column(name, cell, _MEMBER_CELLS, is_right=True, from_width=_width_for(place))


def _width_for(place: int) -> int:
    """Return from how many cells on the member at a place, first 0, has a column."""
    return _OTHER_CELLS + (_MEMBER_CELLS + 2) * (place + 1)


class Together(FilmListScreen):
    """Films for a group."""

    BINDINGS = bindings("group.add", "group.remove", "group.rewatch")
    COLUMNS: ClassVar[Sequence[Column[PickRow]]] = _FIRST  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._rule: GroupRuleName = "least_misery"
        self._rewatch = False
        self._found: GroupPicks | None = None
        self._asked: tuple[str, ...] = ()
        self._legend = OneLine(self._each, id="legend")

    def body(self) -> ComposeResult:
        """Make the list, and the line that names everybody."""
        yield ColumnTitles(self.rows)
        yield OneLine(self._empty_line, id="empty")
        yield self.rows
        yield self._legend

    @property
    def title_words(self) -> str:
        """Return whom it is for."""
        if not self.camflix.group:
            return _("Films for you and others")
        *members, last = self.camflix.group
        if not members:
            return _("For you and {members}", members=last)
        return _("For you, {members} and {last}", members=", ".join(members), last=last)

    def facts(self, palette: Palette) -> Pieces:
        """Return the rule, and whether seen films are in."""
        rules = {
            "least_misery": _("by the member who likes it least"),
            "average": _("by the mean of all"),
        }
        seen = " · " + _("seen films too") if self._rewatch else ""
        return [(rules[self._rule] + seen, palette.dim)]

    @property
    def empty_words(self) -> str:
        """Return what to do where there are no films."""
        if not self.camflix.group:
            return _("With whom? m adds somebody by name, p does on a twin.")
        return "" if self._found is None else _("Nothing that nobody of you has seen: s shows seen films too.")

    def _each(self, width: int, palette: Palette) -> Pieces:
        """Return what is predicted for each, for the film under the cursor; of many, for those without a column."""
        row: object = self.rows.current
        if self._found is None or not isinstance(row, PickRow):
            return []
        title: Piece = (" " + _("{name}:", name=cut(title_of(row.movie), width // 3)), palette.dim)
        each: list[list[Piece]] = [
            [("  " + name + " ", palette.dim), _score(prediction.predicted_score, palette)]
            for name, prediction in zip(self._found.members, row.predictions, strict=True)
        ]
        pieces = [title, *chain.from_iterable(each)]
        if width_of(pieces) > width:
            pieces = [title, *chain.from_iterable(more for n, more in enumerate(each) if _width_for(n) > width)]
        return pieces

    # ---- asking

    def renew(self) -> None:
        """Ask again if something was written since, or the group is another."""
        if self.camflix.group != self._asked:
            self._shown_version = -1
        super().renew()

    def load(self) -> None:
        """Ask for films."""
        members = self._asked = self.camflix.group
        rule, rewatch = self._rule, self._rewatch
        self.draw_heading()
        if members:
            self.ask(lambda asks: asks.together(members, rule, _N_FILMS, rewatch=rewatch), self._show)
        else:
            self._found = None
            self.rows.show(())
            self.shown()

    def _show(self, found: GroupPicks) -> None:
        is_same = self._found is not None and self._found.members == found.members
        self._found = found
        self.rows.use_columns(columns_of(found.members))  # type: ignore[arg-type]
        rows = [
            PickRow(pick.movie, rank, pick.group_score, pick.predictions) for rank, pick in enumerate(found.picks, 1)
        ]
        self.rows.show(rows, keep_cursor=is_same)  # type: ignore[arg-type]
        self.shown()
        if found.unpredicted:
            words = _(
                "Too few ratings to predict anything for {members}: the order is that of the others.",
                members=", ".join(found.unpredicted),
            )
            self.say(Notice(words))

    def _failed(self, error: CamFlixError) -> None:
        """Leave whom the group cannot have out of it again."""
        if error.code in {"not_found", "invalid_input"} and self.camflix.group:
            known = self._found.members[1:] if self._found is not None else ()
            self.camflix.group = self._asked = known
            if not known:
                self.load()
        super()._failed(error)

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """Name everybody's prediction of the film now under the cursor."""
        del event
        self._legend.refresh()

    # ---- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action in {"group_remove", "group_rewatch", "list_sort"}:
            return bool(self.camflix.group)
        if action == "list_search":
            return False
        return super().check_action(action, parameters)

    def action_group_add(self) -> None:
        """Ask who else."""
        self.prompt.ask(Question("member", _("Who watches with you (name):")))

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Take somebody in."""
        name = event.text.strip()
        if event.question.name == "member" and name and name not in self.camflix.group:
            self._use((*self.camflix.group, name))

    def action_group_remove(self) -> None:
        """Leave somebody out; of several, ask whom."""
        group = self.camflix.group

        def leave_out(name: str) -> None:
            self._use(tuple(each for each in group if each != name))

        if len(group) == 1:
            self._use(())
        else:
            choices = [Choice(name, "", name) for name in group]
            self.camflix.push_screen(Choose(_("Who does not watch with you?"), choices, leave_out))

    def action_group_rewatch(self) -> None:
        """Let films in that somebody has seen, or out."""
        self._rewatch = not self._rewatch
        self.load()

    def action_list_sort(self) -> None:
        """Go by the other rule."""
        self._rule = "average" if self._rule == "least_misery" else "least_misery"
        self.load()

    def _use(self, group: tuple[str, ...]) -> None:
        self.camflix.group = group
        self.load()
        self.refresh_bindings()
