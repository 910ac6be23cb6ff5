"""The symbols of a lesson: what a reader is told of each, and where its formulas hold them.

A formula is cut into atoms, a letter or a command with its scripts. A symbol is found where its own atoms stand in a
row; what has another script, prime or accent is another symbol, and what a lesson's table names twice is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from nbformat import NotebookNode

from lecture_lib.course.site.glossary import FORMULA, Entry, each, entries, sorting
from lecture_lib.course.site.markdown import inline, plain
from lecture_lib.course.site.mathml import mathml, tidy, with_mathml
from lecture_lib.show.canvas.glyphs import typeset
from lecture_lib.show.canvas.svg import outline

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", flags=re.S)
SPACE = re.compile(r"\s+|\\[,;:! ]|\\q?quad|[~&]|\\\\")
OPAQUE = {rf"\{name}" for name in (
    "text", "textbf", "operatorname", "mathrm", "mathbf", "mathbb", "mathcal", "begin", "end",
    "hat", "bar", "tilde", "dot", "vec", "overline", "mathop", "phantom", "vphantom", "hphantom", "tag",
)}  # fmt: skip
"""Commands that make one atom of themselves and what follows."""

TAKES = {r"\frac": 2, r"\dfrac": 2, r"\tfrac": 2, r"\sqrt": 1, r"\underbrace": 1, r"\overbrace": 1, r"\boxed": 1,
         r"\underset": 2, r"\overset": 2}  # fmt: skip
DELIMITERS = {r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\middle"}
BELOW = {r"\nabla", r"\partial", r"\sum", r"\prod", r"\max", r"\min"}
"""What stands below these is a part of the formula, not of a name."""

POWER = re.compile(r"\^(?:\\top|\d|\{-1\}) ?$")
SCOPED = re.compile(r"^(?:in|near|at|once)\b[^:.]{0,40}:")
"""A meaning that holds in a part of the lesson only."""

NAME = re.compile(r"`([A-Za-z_]\w*)`")
WORD = re.compile(r"[a-z]{4,}")
PLAIN = {
    "number", "with", "from", "that", "this", "then", "here", "their", "each", "which", "what", "first", "later",
    "again", "notebook", "before", "after", "entry", "entrie", "them", "into", "such", "code",
}  # fmt: skip
"""Words of a meaning that tell nothing."""


@dataclass
class Atom:
    """A piece of a formula: where it begins and ends, its base without scripts, its text, and where to look inside."""

    start: int
    end: int
    base: int
    text: str
    inside: list[tuple[int, int]] = field(default_factory=list)
    bare: bool = False


@dataclass(frozen=True)
class Symbol:
    """A symbol in a lesson.

    Attributes:
        tex: its TeX.
        entry: its row of the table, for this symbol alone.
        names: its arrays in code.
        first: the stem of the notebook that introduces it.
    """

    tex: str
    entry: Entry
    names: tuple[str, ...]
    first: str

    @property
    def atoms(self) -> tuple[str, ...]:
        """Its atoms' texts, by which it is found."""
        return tuple(atom.text for atom in cut(self.tex))


def symbols(notebooks: Mapping[str, NotebookNode], stem: str) -> list[Symbol]:
    """The symbols of a lesson's own table, each of which has one meaning there.

    Args:
        notebooks: all of the course, in order.
        stem: the lesson's.
    """
    rows = [(row, one) for row in entries(notebooks[stem]) for one in each(row)]
    count = Counter(_key(one) for _, one in rows)
    kept = [
        (row, one)
        for row, one in rows
        if FORMULA.fullmatch(one[0].strip()) and count[_key(one)] == 1 and _whole(row, one)
    ]
    claimed = Counter(name for _, one in kept for name in set(_names(one)))
    before = takewhile(lambda item: item[0] != stem, notebooks.items())
    earlier = {name: [one for row in entries(notebook) for one in each(row)] for name, notebook in before}
    found = []
    for _, one in kept:
        own = sorting(one[0]).replace("_", "")
        names = tuple(name for name in _names(one) if claimed[name] == 1 or name.replace("_", "") == own)
        found.append(Symbol(tidy(one[0].strip().strip("$")), one, names, _first(earlier, stem, one)))
    return found


def _key(entry: Entry) -> str:
    return sorting(entry[0])


def _whole(row: Entry, one: Entry) -> bool:
    """Whether a symbol means the same all over the lesson: a single letter with a narrow meaning may not."""
    return (len(sorting(one[0])) > 1 and "_" in one[0]) or not SCOPED.match(row[1])


def _names(entry: Entry) -> list[str]:
    """The arrays that an entry names; where it gives the shape alone, the array is named like the letter."""
    letter = entry[0].strip().strip("$")
    given = list(dict.fromkeys(NAME.findall(entry[3])))
    return given or ([letter] if len(letter) == 1 and letter.isalpha() and "`(" in entry[3] else [])


def _first(earlier: Mapping[str, Sequence[Entry]], stem: str, entry: Entry) -> str:
    """The first notebook whose table has the symbol in this sense: of the same shape, or told in the same words."""
    words = _words(entry[1]) if "as before" not in entry[1] else set()
    for name, others in earlier.items():
        for other in others:
            same_shape = other[2] == entry[2] and r"\times" in entry[2]
            if _key(other) == _key(entry) and (not words or same_shape or _words(other[1]) & words):
                return name
    return stem


def _words(meaning: str) -> set[str]:
    """The words of a meaning that tell something."""
    told = re.sub(r"\([^)]*\)|\$[^$]*\$", " ", meaning.lower())
    return {word.removesuffix("s") for word in WORD.findall(told)} - PLAIN


def cut(tex: str, start: int = 0, end: int | None = None) -> list[Atom]:
    r"""The atoms of a formula, or of a part of it.

    Example:
        >>> [atom.text for atom in cut(r"\nabla_W\, s = \delta x^\top")]
        ['\\nabla_W', 's', '=', '\\delta', 'x^\\top']
    """
    found: list[Atom] = []
    at, end, owed = start, len(tex) if end is None else end, 0
    while at < end:
        if space := SPACE.match(tex, at, end):
            at = space.end()
            continue
        base = _argument(tex, at, end)
        token = TOKEN.match(tex, at, end)[0]  # type: ignore[index]
        # The base of a script in braces is that base, but for what stands above a brace's words.
        scripted_base = token == "{" and owed == 0 and tex[base : base + 1] in ("_", "^", "'")
        single = scripted_base and len(cut(tex, at + 1, base - 1)) == 1
        inside = [(at + 1, base - 1)] if token == "{" and not single else []
        if token in OPAQUE:
            base = _argument(tex, base, end)
            if token == r"\begin" and tex.startswith("{array}", base - 7):
                base = _argument(tex, base, end)
        elif token in DELIMITERS:
            base = _argument(tex, base, end)
        after = base
        while after < end and tex[after] in "'^_":
            mark, scripted = tex[after], after + 1
            if mark != "'":
                while scripted < end and tex[scripted].isspace():
                    scripted += 1
                stop = _argument(tex, scripted, end)
                if token in BELOW or (token == "{" and not scripted_base):
                    inside.append((scripted, stop))
                scripted = stop
            after = scripted
        bare = owed > 0 and token != "{"
        owed = TAKES.get(token, max(0, owed - 1))
        # A group is looked into; as a whole it is no symbol.
        text = _canonical(tex[at:after]) if token != "{" or single else tex[at:after]
        found.append(Atom(at, after, base, text, inside, bare))
        at = after
    return found


def _argument(tex: str, at: int, end: int) -> int:
    """Where the group or token ends that begins here."""
    while at < end and tex[at].isspace():
        at += 1
    if at >= end:
        return end
    if tex[at] != "{":
        return TOKEN.match(tex, at, end).end()  # type: ignore[union-attr]
    depth = 0
    for token in TOKEN.finditer(tex, at, end):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return end


def _canonical(text: str) -> str:
    """An atom's text as it is compared: one way to write braces and spaces."""
    text = re.sub(r"\{([A-Za-z0-9]|\\[A-Za-z]+)\}", r"\1", re.sub(r"(\\[A-Za-z]+)\s+(?=[A-Za-z0-9])", r"\1{}", text))
    return re.sub(r"\s+|\{\}", lambda found: " " if found[0] == "{}" else "", text)


class Marker:
    """Marks symbols in TeX by the classes ``y`` and ``y0``, ``y1``, …, which stay on what is typeset."""

    def __init__(self, known: Sequence[Symbol]) -> None:
        self.known = sorted(((symbol.atoms, k) for k, symbol in enumerate(known)), key=lambda pair: -len(pair[0]))

    def __call__(self, tex: str) -> str:
        """A formula with its symbols marked."""
        out, last = [], 0
        for start, end, k, bare in sorted(self._found(tex, cut(tex))):
            marked = rf"\class{{y y{k}}}{{{tex[start:end]}}}"
            out += [tex[last:start], f"{{{marked}}}" if bare else marked]
            last = end
        return "".join([*out, tex[last:]])

    def _found(self, tex: str, atoms: list[Atom]) -> Iterator[tuple[int, int, int, bool]]:
        """Where a symbol stands: begin, end, number, and whether braces must hold it."""
        at = 0
        while at < len(atoms):
            atom = atoms[at]
            hit = next(((len(texts), k) for texts, k in self.known if self._is_here(atoms, at, texts)), None)
            if hit:
                length, k = hit
                yield atom.start, atoms[at + length - 1].end, k, atom.bare
                at += length
                continue
            # A transpose or a power of a symbol: marked as a whole, so that it is set as before.
            base = POWER.sub("", atom.text)
            if base != atom.text:
                for k in (k for texts, k in self.known if texts == (base,)):
                    yield atom.start, atom.end, k, atom.bare
            for start, end in atom.inside:
                inner = cut(tex, start, end)
                scripted = start > atom.base and tex[start] != "{"
                for first, stop, k, bare in self._found(tex, inner):
                    yield first, stop, k, bare or scripted
            at += 1

    @staticmethod
    def _is_here(atoms: list[Atom], at: int, texts: tuple[str, ...]) -> bool:
        here = atoms[at : at + len(texts)]
        return len(here) == len(texts) and all(atom.text == text for atom, text in zip(here, texts, strict=True))


def told(known: Sequence[Symbol], names: Mapping[str, str]) -> dict[str, object]:
    """What the page says of each symbol, ready for JSON.

    Args:
        known: the lesson's symbols, in the order of their numbers.
        names: the title of each notebook's page.
    """
    each_one = [
        {
            "symbol": _html(symbol.entry[0]),
            "meaning": _html(symbol.entry[1]),
            "shape": _html(symbol.entry[2]),
            "code": _html(_array(symbol)),
            "names": symbol.names,
            "first": [f"{symbol.first}.html", names[symbol.first]],
            "drawn": drawn(symbol.tex),
            "label": plain(mathml(symbol.tex)),
        }
        for symbol in known
    ]
    return {"symbols": each_one, "transpose": drawn(r"\top")}


def _array(symbol: Symbol) -> str:
    """The array in code: with its name, where the row gives the shape alone."""
    named = not symbol.names or NAME.search(symbol.entry[3])
    return symbol.entry[3] if named else f"`{symbol.names[0]}`, {symbol.entry[3]}"


def _html(text: str) -> str:
    return with_mathml(inline(text)) if text else ""


def drawn(tex: str) -> str:
    """How the library's pictures draw a symbol: a number for each of its glyphs' outlines, by which a page finds it."""
    try:
        return " ".join(digest(outline(glyph.key)) for glyph in typeset(f"${tex}$").glyphs)
    except (ValueError, RuntimeError):
        return ""


def digest(text: str) -> str:
    """FNV-1a of a text in ASCII, which a script computes as easily."""
    value = 0x811C9DC5
    for character in text:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return f"{value:x}"
