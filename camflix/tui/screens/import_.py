"""Import: a file, what it holds, the bar, the report, and rows that were unclear resolved one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from camflix import i18n
from camflix.errors import InvalidInputError
from camflix.i18n import _, decimal, plural
from camflix.scores import parse_score
from camflix.tui.drawing import bar, cut, left, right
from camflix.tui.keys import bindings
from camflix.tui.notices import import_parting, saved_words
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.import_lines import RatingLine, hint_lines, preview_lines
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.page import Line, Page
from camflix.tui.widgets.prompt import Prompt, Question
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.errors import CamFlixError
    from camflix.results import ImportReport, MovieSummary, RatingPage, RowProblem, SavedRating, ScaleChoice, Undone
    from camflix.tui.drawing import Pieces
    from camflix.tui.importing import GivenScore, Preview
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_BAR_CELLS = 40
_COUNT = 9
_N_PROBLEMS = 300

SCALES: tuple[ScaleChoice, ...] = ("auto", "10", "100")

State = Literal["choose", "looking", "preview", "taking", "report"]


class Import(CamFlixScreen):
    """Bring in a history, or a community."""

    BINDINGS = bindings("import.file")

    def __init__(self) -> None:
        super().__init__()
        self._state: State = "choose"
        self._preview: Preview | None = None
        self._scale: ScaleChoice = "auto"
        self._scores: dict[str, int] = {}
        self._asked_rating = ""
        self._report: ImportReport | None = None
        self._n_read = 0
        self._resolved: dict[int, int] = {}
        self._is_undone = False
        self.page = Page(id="import")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("Import")

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Show where one is."""
        self.page.show(self._lines, keep_cursor=True)

    def _draw(self) -> None:
        self.page.show(self._lines)
        self.draw_heading()
        self.refresh_bindings()

    # ---- the file

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action == "import_file":
            return self._state != "taking"
        return super().check_action(action, parameters)

    def action_import_file(self) -> None:
        """Ask for a file."""
        start = str(self._preview.path) if self._preview is not None else "~/"
        self.prompt.ask(Question("file", _("File, ZIP or folder:"), remark=_path_remark), start)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Look at the file."""
        importer, text = self.camflix.importer, event.text.strip()
        if event.question.name == "mapped":
            self._give_score(text)
        elif event.question.name != "file":
            super().on_prompt_entered(event)
        elif text:
            path = Path(text).expanduser()
            self._state = "looking"
            self._draw()
            self.camflix.ask(lambda _asks: importer.look(path), self._show_preview, group="import", failed=self._refuse)

    def _refuse(self, error: CamFlixError) -> None:
        self._state = "choose" if self._preview is None else "preview"
        self._draw()
        self.say(Notice(i18n.say_plainly(error), is_error=True))

    def _show_preview(self, preview: Preview) -> None:
        self._state, self._preview, self._report = "preview", preview, None
        self._scale, self._scores = preview.scale, dict(preview.scores)
        self._draw()

    # ---- which score a rating becomes

    def _next_scale(self) -> None:
        self._scale = SCALES[(SCALES.index(self._scale) + 1) % len(SCALES)]
        self._map()

    def _ask_mapped(self, rating: str) -> None:
        self._asked_rating = rating
        label = _("Score, 0 to 100, for each {rating} of the file:", rating=rating)
        given = self._scores.get(rating)
        self.prompt.ask(
            Question("mapped", label, digits_only=True, remark=_by_scale_remark), "" if given is None else str(given)
        )

    def _give_score(self, text: str) -> None:
        try:
            score = parse_score(text) if text else None
        except InvalidInputError as error:
            self.say(Notice(i18n.say_plainly(error), is_error=True))
            return
        if score is None:
            self._scores.pop(self._asked_rating, None)
        else:
            self._scores[self._asked_rating] = score
        self._map()

    def _map(self) -> None:
        importer, preview, scale, scores = self.camflix.importer, self._preview, self._scale, dict(self._scores)
        assert preview is not None
        self.camflix.ask(
            lambda _asks: importer.mapped(preview, scale, scores),
            self._show_mapped,
            group="import",
            failed=self._refuse,
        )

    def _show_mapped(self, preview: Preview) -> None:
        self._preview = preview
        self.page.show(self._lines, keep_cursor=True)

    # ---- taking it

    def _take(self) -> None:
        app, importer, preview = self.camflix, self.camflix.importer, self._preview
        assert preview is not None
        self._state, self._n_read = "taking", 0
        self._draw()

        def progress(n_rows: int) -> None:
            # Said and not waited for: when the app is left the import goes on to its end.
            app.call_later(self._read, n_rows)

        app.tell(
            lambda _asks: importer.bring_in(preview, progress),
            self._show_report,
            failed=self._refuse,
            parting=import_parting(preview.path.name),
        )

    def _read(self, n_rows: int) -> None:
        self._n_read = n_rows
        self.page.build()

    def _show_report(self, report: ImportReport) -> None:
        self._state, self._report, self._resolved = "report", report, {}
        self._is_undone = False
        self._draw()

    # ---- what was unclear

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Take the file, or resolve a row."""
        del event
        target = self.page.target
        if target == "file":
            self.action_import_file()
        elif target == "take":
            self._take()
        elif target == "scale":
            self._next_scale()
        elif isinstance(target, RatingLine):
            self._ask_mapped(target.written)
        elif isinstance(target, int) and self._report is not None:
            self._resolve(target, self._report.problems[target])

    def _resolve(self, number: int, problem: RowProblem) -> None:
        from camflix.tui.modals.choose import Choice, Choose  # noqa: PLC0415 - made when first wanted

        def rate(movie: MovieSummary) -> None:
            self._rate(number, problem, movie)

        choices = [Choice(title_of(movie), f"id:{movie.id}", movie) for movie in problem.candidates]
        self.app.push_screen(Choose(_place_words(problem), choices, rate))

    def _rate(self, number: int, problem: RowProblem, movie: MovieSummary) -> None:
        importer, preview = self.camflix.importer, self._preview
        assert preview is not None

        def done(saved: SavedRating) -> None:
            self._resolved[number] = movie.id
            self.page.show(self._lines, keep_cursor=True)
            self.camflix.say(Notice(saved_words(saved)))

        def go_on(found: tuple[GivenScore | None, RatingPage]) -> None:
            given, page = found
            if given is None:
                self.say(Notice(_("That line has no score to take."), is_error=True))
                return
            mine = next((rated for rated in page.ratings if rated.movie.id == movie.id), None)
            if mine is not None and given.rated_at is not None and mine.updated_at > given.rated_at:
                # As with the rows that were clear: what was said last counts.
                self._resolved[number] = movie.id
                self.page.show(self._lines, keep_cursor=True)
                words = _("{film} keeps {score}: you rated it later.", film=title_of(movie), score=mine.score)
                self.say(Notice(words))
                return
            self.camflix.tell(lambda asks: asks.rate(movie.id, given.score), done)

        self.camflix.ask(lambda asks: (importer.score_of(preview, problem), asks.ratings()), go_on, group="import")

    # ---- drawing

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        if self._state == "taking":
            return self._progress_lines(palette)
        lines = [Line([(" " + _("Choose a file…"), palette.accent)], "file")]
        if self._state == "looking":
            return [*lines, Line(), Line([(" " + _("looking…"), palette.dim)])]
        if self._state == "report" and self._report is not None:
            return [*lines, Line(), *self._report_lines(self._report, width, palette)]
        if self._preview is not None:
            return [*lines, Line(), *preview_lines(self._preview, width, palette)]
        return [*lines, Line(), *hint_lines(width, palette)]

    def _progress_lines(self, palette: Palette) -> list[Line]:
        assert self._preview is not None
        n = self._preview.n_rows
        cells = left(bar(self._n_read, max(1, n), _BAR_CELLS), _BAR_CELLS)
        words = _("{n} of {goal} rows", n=self._n_read, goal=n)
        if self._n_read >= n:
            words = _("Learning tastes…")
        return [
            Line([(" " + self._preview.path.name, palette.strong)]),
            Line(),
            Line([(" ", palette.text), (cells, palette.bar), ("  " + words, palette.dim)]),
        ]

    def _report_lines(self, report: ImportReport, width: int, palette: Palette) -> list[Line]:
        counts = (
            (_("rows read"), report.rows, palette.text),
            (_("created"), report.created, palette.good),
            (_("updated"), report.updated, palette.good),
            (_("unchanged"), report.unchanged, palette.text),
            (_("ambiguous"), report.ambiguous, palette.warning),
            (_("not found"), report.not_found, palette.warning),
            (_("invalid"), report.invalid, palette.bad),
            (_("not films"), report.skipped_not_film, palette.dim),
        )
        lines = [
            Line([(" " + left(name, 16), palette.dim), (right(str(n), _COUNT), style if n else palette.dim)])
            for name, n, style in counts
        ]
        lines += [Line(), Line([(" " + self._report_end(report), palette.dim)]), Line()]
        for number, problem in enumerate(report.problems[:_N_PROBLEMS]):
            lines.append(self._problem_line(number, problem, width, palette))
        n_more = len(report.problems) - _N_PROBLEMS + report.n_problems_left_out
        if n_more > 0:
            lines.append(Line([(" " + plural("… and {n} more", "… and {n} more", n_more), palette.dim)]))
        return lines

    def _report_end(self, report: ImportReport) -> str:
        seconds = decimal(report.seconds, 1)
        if self._is_undone:
            return _("{seconds} s · the whole import is taken back", seconds=seconds)
        if self._resolved:  # u takes those back first
            return _("{seconds} s", seconds=seconds)
        return _("{seconds} s · u takes the whole import back", seconds=seconds)

    def take_back(self, undone: Undone) -> None:
        """Let a row whose score was taken back be unclear again, or tell that the import is taken back."""
        if self._report is None or undone.is_there is not None:
            return
        if undone.kind == "import":
            self._is_undone = True
        elif undone.movie is not None:
            gone = undone.movie.id
            self._resolved = {number: movie_id for number, movie_id in self._resolved.items() if movie_id != gone}
        self.page.show(self._lines, keep_cursor=True)

    def _problem_line(self, number: int, problem: RowProblem, width: int, palette: Palette) -> Line:
        is_open = bool(problem.candidates) and number not in self._resolved
        mark = "✓" if number in self._resolved else "?" if is_open else "·"
        style = palette.good if number in self._resolved else palette.warning if is_open else palette.dim
        words = cut(_place_words(problem), width - 4)
        return Line(
            [(f" {mark} ", style), (words, palette.text if is_open else palette.dim)], number if is_open else None
        )


def _path_remark(text: str, palette: Palette) -> Pieces:
    found = Path(text.strip()).expanduser() if text.strip() else None
    try:
        is_there = found is not None and found.exists()
    except OSError:
        is_there = False
    return [(_("there") if is_there else _("not there"), palette.good if is_there else palette.dim)]


def _by_scale_remark(text: str, palette: Palette) -> Pieces:
    return [] if text else [(_("empty: as the scale says"), palette.dim)]


def _place_words(problem: RowProblem) -> str:
    return _("line {n}: {message}", n=problem.line, message=problem.message)
