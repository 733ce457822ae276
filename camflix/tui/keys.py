"""Every action of the terminal app by its id: keys, words, whether the bottom line names it.

Bindings are made from this table alone, so the help, the palette and remapping by id know them all. The method of an
action is its id with an underline for the point: ``film.why`` is ``action_film_why``.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding

from camflix.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.binding import BindingType


class Action(NamedTuple):
    """Something a key does. ``is_shown``: the bottom line names it; ``short`` are the words it has there."""

    keys: str
    words: str
    short: str = ""
    is_shown: bool = False


ACTIONS: dict[str, Action] = {
    # anywhere
    "app.help": Action("question_mark,f1", N_("help: what the keys do here"), N_("help"), is_shown=True),
    "app.palette": Action("ctrl+p,colon", N_("all actions and films, by name"), N_("actions"), is_shown=True),
    "app.back": Action("q,escape", N_("back; from a first page, leave"), N_("back"), is_shown=True),
    "app.leave": Action("ctrl+q,ctrl+c", N_("leave CamFlix")),
    "app.undo": Action("u,ctrl+z", N_("take back what you wrote last, imports too"), N_("undo"), is_shown=True),
    "app.pick": Action("P", N_("a good film, drawn by chance")),
    "app.refresh": Action("f5,ctrl+r", N_("ask again for what is shown")),
    "app.theme": Action("f2", N_("next theme: dark, light, high contrast")),
    "app.language": Action("f3", N_("French or English")),
    "go.discover": Action("D", N_("go to Discover")),
    "go.rate": Action("R", N_("go to Rate")),
    "go.films": Action("M", N_("go to My films")),
    "go.twins": Action("T", N_("go to Twins")),
    "go.together": Action("E", N_("go to Together: films for me and others")),
    "go.stats": Action("S", N_("go to Stats")),
    "go.import": Action("I", N_("go to Import")),
    "go.settings": Action("comma", N_("go to Settings")),
    "go.next": Action("tab", N_("next section")),
    "go.previous": Action("shift+tab", N_("previous section")),
    # lists and pages
    "list.up": Action("up,k", N_("up")),
    "list.down": Action("down,j", N_("down")),
    "list.page_up": Action("ctrl+u,pageup", N_("half a page up")),
    "list.page_down": Action("ctrl+d,pagedown", N_("half a page down")),
    "list.first": Action("g,home", N_("to the first line")),
    "list.last": Action("G,end", N_("to the last line")),
    "list.open": Action("enter", N_("open what the cursor is on"), N_("open"), is_shown=True),
    "view.previous": Action("left,h", N_("view to the left")),
    "view.next": Action("right,l", N_("view to the right"), N_("view"), is_shown=True),
    "list.search": Action("slash", N_("search, or filter what is shown"), N_("search"), is_shown=True),
    "list.sort": Action("o", N_("another order"), N_("order"), is_shown=True),
    # the film under the cursor
    "film.rate": Action("r", N_("rate this film; digits do it too"), N_("rate"), is_shown=True),
    "film.unrate": Action("X", N_("remove my rating of this film")),
    "film.why": Action("y", N_("why this prediction: its receipt"), N_("why"), is_shown=True),
    "film.watch": Action("w", N_("onto the watchlist, or off it"), N_("watchlist"), is_shown=True),
    "film.hide": Action("x", N_("hide this film from lists, or show it again"), N_("hide"), is_shown=True),
    "film.seen": Action("v", N_("seen: write it into the diary"), N_("seen")),
    "film.note": Action("e", N_("write a note on this film"), N_("note")),
    "film.editor": Action("f4", N_("write the note in my editor ($VISUAL or $EDITOR)"), N_("editor")),
    "film.spoiler": Action("exclamation_mark", N_("my note tells the end, or does not")),
    "film.list": Action("plus", N_("put this film into a list"), N_("list")),
    "film.more": Action("a", N_("all lines, or the strongest only"), N_("all lines"), is_shown=True),
    # the feed
    "feed.not_seen": Action("s", N_("not seen: never ask for it again"), N_("not seen"), is_shown=True),
    "feed.skip": Action("n", N_("next film, leave this one"), N_("next"), is_shown=True),
    "feed.blind": Action("b", N_("hide what others think until the score is saved"), N_("blind"), is_shown=True),
    # lists of one's own
    "entry.remove": Action("delete,backspace", N_("take the line under the cursor away"), N_("remove"), is_shown=True),
    "entry.up": Action("K,shift+up", N_("move the line under the cursor up")),
    "entry.down": Action("J,shift+down", N_("move the line under the cursor down")),
    "entry.new": Action("n", N_("begin a new list"), N_("new list"), is_shown=True),
    "films.rescale": Action("z", N_("my scores come from a narrower scale: bring them to 0-100"), N_("rescale")),
    "stats.year": Action("o", N_("the year before; after ten this one again"), N_("year before"), is_shown=True),
    # people
    "person.together": Action("p", N_("films for me and this person"), N_("together"), is_shown=True),
    "group.add": Action("m", N_("somebody more in the group"), N_("with…"), is_shown=True),
    "group.remove": Action("delete,backspace", N_("somebody less in the group"), N_("without…"), is_shown=True),
    "group.rewatch": Action("s", N_("films that somebody has seen too, or none"), N_("seen too"), is_shown=True),
    "import.file": Action("f", N_("choose a file"), N_("file"), is_shown=True),
    # settings
    "choice.next": Action("enter,space,right,l", N_("the next choice"), N_("change"), is_shown=True),
    "choice.previous": Action("left,h", N_("the choice before")),
}
"""In the order of the help page."""

EDITOR = "film.editor"
"""The action that works while a note is typed too."""
COMMON = tuple(name for name in ACTIONS if name.startswith(("app.", "go.")))
MOVES = ("list.up", "list.down", "list.page_up", "list.page_down", "list.first", "list.last", "list.open")
FILM = (
    "film.rate",
    "film.why",
    "film.watch",
    "film.hide",
    "film.unrate",
    "film.seen",
    "film.note",
    "film.editor",
    "film.spoiler",
    "film.list",
)


def bindings(*ids: str) -> list[BindingType]:
    """Return the bindings of these actions."""
    return [
        Binding(action.keys, name.replace(".", "_"), action.words, show=action.is_shown, id=name)
        for name, action in ((name, ACTIONS[name]) for name in ids)
    ]


def digits() -> list[BindingType]:
    """Return the bindings that begin a score with its first digit, or with the point that no score begins with."""
    begin = {digit: digit for digit in "0123456789"} | {"full_stop": "."}
    return [Binding(key, f"score_digit('{typed}')", show=False, system=True) for key, typed in begin.items()]


def normalized(keys: str) -> tuple[str, ...]:
    """Return the keys of a text such as ``"r, ctrl+k"``, as bindings name them."""
    names = {"?": "question_mark", "/": "slash", ",": "comma", ":": "colon", ";": "semicolon", ".": "full_stop"}
    parts = ["comma"] if keys.strip() == "," else [part.strip() for part in keys.split(",")]
    return tuple(names.get(part, part) for part in parts if part)


def keys_of(name: str, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of an action, remapped or not."""
    return normalized(keymap.get(name, ACTIONS[name].keys))


def clashes(keymap: Mapping[str, str], together: Iterable[Iterable[str]]) -> list[tuple[str, str, str]]:
    """Return what a keymap binds twice: the key and the two actions, once each.

    Args:
        keymap: keys by action id, for those remapped.
        together: sets of action ids that are there at the same time.
    """
    keys = {name: set(normalized(keymap.get(name, action.keys))) for name, action in ACTIONS.items()}
    return sorted(
        {
            (key, min(first, second), max(first, second))
            for ids in together
            for first, second in combinations(ids, 2)
            if keymap.keys() & {first, second}
            for key in keys[first] & keys[second]
        }
    )
