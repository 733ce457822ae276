"""Titles as text: folded for search and matching, their year taken off, their article put back in front."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_WORD_CHARACTERS = 64
N_FORM_LETTERS = 7

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_VULGAR_FRACTION = re.compile("[\u00bc-\u00be\u2150-\u215f\u2189]")
_TRADE_MARK = re.compile("[©®™℠]")  # ™ would decompose to "TM"

_SPELLED_OUT = {"&": " and ", "+": " plus ", "@": " at ", "%": " percent "}
_UNDECOMPOSED_LETTERS = dict(
    zip("æœøłđðþħıŧŋɓɗɨɲƒǥƶĸ", "ae oe o l d d th h i t n b d i n f g z k".split(), strict=True)  # noqa: SIM905
)
_DROPPED_MARKS = (
    range(0x0300, 0x0370),  # Latin, Greek and Cyrillic accents
    range(0x0591, 0x05C8),  # Hebrew points
    range(0x064B, 0x0660),  # Arabic short vowels
    range(0x0670, 0x0671),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
    range(0xFE20, 0xFE30),
)
_SPACING_MODIFIERS = range(0x02B0, 0x0300)  # the apostrophes of transliterated names

_YEAR_AT_END = re.compile(
    r"""\(\s*((?:18|19|20)[0-9]{2})                                # (1995
        (?:\s*[-/\u2013\u2014]\s*(?:[0-9]{2,4}|[IVXLC]{1,5})?)?    # (2006-2007, (2006-, (1995/II
        \s*\)(?P<extra>\)*)\s*                                     # ) or, by mistake, ))
        (?:\((?:V|TV|VG|mini)\)\s*)?$                              # (1995) (V)
    """,
    re.VERBOSE,
)

_ARTICLES_BY_LANGUAGE = {
    "English": "the a an da",
    "French": "le la les un une des du de",  # "Du rififi chez les hommes" is filed under R
    "German": "der die das den ein eine einen",
    "Italian": "il lo i gli uno una",
    "Spanish and Catalan": "el los las els",
    "Portuguese": "o os as um uma",
    "Dutch": "het een 't",
    "Swedish, Danish, Norwegian": "det en ett et",
    "Hungarian": "az egy",
}
_ARTICLES = frozenset(" ".join(_ARTICLES_BY_LANGUAGE.values()).split())
_ELIDED_ARTICLES = frozenset({"l'", "un'", "d'"})
_FLIPPED = re.compile(r"(?P<title>.*[^\s,])\s*,\s*(?P<article>[^\s,]{1,6})", re.DOTALL)

_ALSO_KNOWN_AS = re.compile(r"\Aa\.?\s?k\.?\s?a\b\.?[:,]?\s*", re.IGNORECASE)
_NOTE = re.compile(
    r"[0-9\s-]+$"
    r"|(?:part|vol\.?|volume|chapter|episode|season)\s+(?:[0-9]+|[ivxlc]+|one|two|three|four|five|six)\b"
    r"|.*\b(?:version|cut|edition)$",
    re.IGNORECASE | re.DOTALL,
)
_UNFINISHED = re.compile(r"(?:[:&-]|\b(?:or|and))$", re.IGNORECASE)


class _FoldTable(dict[int, str]):
    """What each decomposed, casefolded character becomes in a folded title; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded

    @staticmethod
    def _fold(char: str) -> str:
        if spelled := _SPELLED_OUT.get(char) or _UNDECOMPOSED_LETTERS.get(char):
            return spelled
        category = unicodedata.category(char)
        if category == "Cf" or any(ord(char) in marks for marks in _DROPPED_MARKS):
            return ""
        return char if category[0] in "LMN" and ord(char) not in _SPACING_MODIFIERS else " "


_FOLD_TABLE = _FoldTable()


def fold_title(text: str) -> str:
    """Return the title as it is searched and matched: no case, no accents, no punctuation, single spaces.

    ``&``, ``+``, ``@`` and ``%`` become words, since titles differ by them ("Reality+"); letters of other scripts stay.
    A title of punctuation only ("$", "???") stays as it is. Folding twice changes nothing.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return _fold_ascii(text) if text.isascii() else _fold_unicode(text)


def title_words(folded: str) -> list[str]:
    """Return the words of a folded title as they are looked up, each once: long ones cut."""
    return list(dict.fromkeys(word[:MAX_WORD_CHARACTERS] for word in folded.split()))


def word_forms(word: str) -> set[str]:
    """Return the beginning of a word, and that with each one of its letters left out.

    Words a slip apart share a form: a letter missing, surplus, wrong, or two swapped.
    """
    start = word[:N_FORM_LETTERS]
    return {start} | {start[:i] + start[i + 1 :] for i in range(len(start))} - {""}


def _fold_ascii(text: str) -> str:
    plain = text.lower()
    for symbol, word in _SPELLED_OUT.items():
        plain = plain.replace(symbol, word)
    return _NOT_A_WORD.sub(" ", plain).strip() or _symbols_of(plain)


def _fold_unicode(text: str) -> str:
    spaced = _VULGAR_FRACTION.sub(r" \g<0>", _TRADE_MARK.sub(" ", text))  # "8½" becomes "8 1 2", like "8 1/2"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spaced).casefold()).casefold()
    words = plain.translate(_FOLD_TABLE).split()
    return unicodedata.normalize("NFC", " ".join(words)) or _symbols_of(plain)


def _symbols_of(plain: str) -> str:
    """Return the visible symbols of a title that has nothing else."""
    return " ".join("".join(" " if unicodedata.category(char)[0] in "CM" else char for char in plain).split())


def split_year(text: str) -> tuple[str, int | None]:
    """Return the title without the year in brackets at its end, and that year: ``("Heat", 1995)``.

    Of several years, "(2006-2007)", the first is returned; without one, the title alone and None.
    """
    found = _YEAR_AT_END.search(text)
    title = text[: found.start()].strip() if found else ""
    if not found or not title:
        return text.strip(), None
    if title.count("(") > title.count(")"):
        title += found["extra"]
    return title, int(found[1])


def unflip_article(text: str) -> str:
    """Return the title with the article filed at its end put in front: "Matrix, The" becomes "The Matrix".

    Articles of English, French, German, Italian, Spanish, Catalan, Portuguese, Dutch, Hungarian and the Scandinavian
    languages are known; an elided one keeps no space: "Avventura, L'" becomes "L'Avventura".
    """
    title = text.strip()
    flipped = _FLIPPED.fullmatch(title)
    if flipped is None:
        return title
    article = flipped["article"]
    known = article.casefold().replace("\u2019", "'")
    if known in _ELIDED_ARTICLES:
        return f"{article}{flipped['title'].lstrip()}"
    return f"{article} {flipped['title'].lstrip()}" if known in _ARTICLES else title


def movielens_titles(text: str) -> tuple[str, tuple[str, ...], int | None]:
    """Return the main title, the others and the year that a MovieLens title holds, articles in front.

    ``City of Lost Children, The (Cité des enfants perdus, La) (1995)`` gives ``The City of Lost Children``,
    ``("La Cité des enfants perdus",)`` and 1995. Brackets that are no title of their own stay: "(Part 1)",
    "Birdman: Or (The Unexpected Virtue of Ignorance)".
    """
    main, year = split_year(text)
    others: list[str] = []
    notes = ""
    while (split := _split_last_bracket(main)) is not None:
        main, inside = split
        if _NOTE.match(inside):
            notes = f" ({inside}){notes}"
        else:
            others.append(unflip_article(_ALSO_KNOWN_AS.sub("", inside, count=1)))
    title = unflip_article(main) + notes
    return title, tuple(other for other in dict.fromkeys(reversed(others)) if other not in {title, ""}), year


def _split_last_bracket(text: str) -> tuple[str, str] | None:
    """Return what stands before and inside the bracket that ends the title; None when it belongs to the title."""
    if not text.endswith(")"):
        return None
    depth = 0
    for place in range(len(text) - 1, 0, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            before, inside = text[:place].rstrip(), text[place + 1 : -1].strip()
            belongs = len(before) == place or not before or not inside or _UNFINISHED.search(before[-5:])
            return None if belongs else (before, inside)
    return None
