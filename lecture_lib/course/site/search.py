"""What the search looks through: every section of every page, in the order of the course."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from html.entities import html5

from lecture_lib.course.site.markdown import plain

BREAK = re.compile(r'(?=<(?:h[1-4]|section class="entry"|div class="member"|tr) id=")')
NAME = re.compile(r'<[^>]* id="([^"]*)"')
HEAD = re.compile(r"<(h[1-4]|td)\b[^>]*>(.*?)</\1>", flags=re.S)
DROPPED = re.compile(r'<svg.*?</svg>|<script.*?</script>|<a\b[^>]*class="anchor".*?</a>', flags=re.S)
MATH = re.compile(r'<span class="math(?: [^"]*)?">([^<]*)</span>')
WORDS = re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname|boldsymbol)\s*\{([^{}]*)\}")
SPACE = re.compile(r"\\[,;:! ]|\\q?quad\b|\\(?:begin|end)\{[^}]*\}|~")
FRACTION = re.compile(r"\\[dt]?frac\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
SIGNS = {
    "partial": "∂", "nabla": "∇", "top": "ᵀ", "times": " × ", "circ": "∘", "cdot": "·", "approx": "≈",
    "varepsilon": "ε", "neq": "≠", "to": "→", "sum": "∑", "infty": "∞", "dots": "…", "cdots": "…",
    "log": "log ", "exp": "exp ", "tanh": "tanh ", "max": "max ", "min": "min ", "sin": "sin ", "cos": "cos ",
    "leq": "≤", "geq": "≥", "otimes": "⊗", "sqrt": "√",
}  # fmt: skip
LONGEST = 4000


@dataclass(frozen=True)
class Section:
    """A piece of a page that can be found.

    Attributes:
        page: the page's file.
        anchor: the id of the section in it, or nothing.
        title: the page's title.
        heading: the section's own.
        text: what stands in it.
    """

    page: str
    anchor: str
    title: str
    heading: str
    text: str


def sections(page: str, title: str, body: str) -> list[Section]:
    """Cut a page at its headings and entries.

    Example:
        >>> sections("a.html", "A", '<h1 id="a">A</h1><p>x</p><h2 id="b">B</h2><p>y</p>')[1]
        Section(page='a.html', anchor='b', title='A', heading='B', text='y')
    """
    found = []
    for piece in BREAK.split(DROPPED.sub(" ", body)):
        name, head = NAME.match(piece), HEAD.search(piece)
        if name and head:
            text = words(piece[head.end() :])[:LONGEST]
            found.append(Section(page, html.unescape(name[1]), title, words(head[2]), text))
    return found


def words(fragment: str) -> str:
    """The text of a piece of HTML, with its formulas as one reads them."""
    text = MATH.sub(lambda found: f" {spoken(html.unescape(found[1]))} ", fragment)
    text = plain(re.sub(r"<(?=/?(?:p|td|th|li|div|pre|dt|dd|h\d)\b)", " <", text))
    return re.sub(r" (?=[.,;:?!)])", "", re.sub(r"\s+", " ", text)).strip()


def spoken(tex: str) -> str:
    r"""A formula without the marks of TeX.

    Example:
        >>> spoken(r"\frac{\partial s}{\partial W_{ij}} = \delta x^\top")
        '∂s/∂W_ij = δxᵀ'
    """
    text = SPACE.sub(" ", WORDS.sub(r"\1", tex))
    while (shorter := FRACTION.sub(r"\1/\2", text)) != text:
        text = shorter
    text = re.sub(r"\\([A-Za-z]+)\s*", _sign, text)
    return re.sub(r"\s+", " ", re.sub(r"\^?ᵀ", "ᵀ", re.sub(r"[{}&\\]|\^(?=ᵀ)", "", text))).strip()


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    greek = html5.get(f"{name};", "")
    return SIGNS.get(name) or (greek if "Α" <= greek <= "ω" else " ")


def script(found: list[Section]) -> str:
    """The index as a script; a page opened from a disk may load scripts and nothing else."""
    rows = [[s.page, s.anchor, s.title, s.heading, s.text] for s in found]
    return f"window.courseIndex={json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"
