"""Formulas as MathML in the page itself: they are read without a script, and KaTeX only sets them finer."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache

from latex2mathml.converter import convert

PLACE = re.compile(r'<span class="(math(?: [^"]*)?)">([^<]*)</span>')
INSIDE = re.compile(r"\\text\{([^{}$]*)\$([^$]*)\$([^{}$]*)\}")
OVER = re.compile(r"<mover>((?:(?!<mover).)*?)<mo(?: [^>]*)?>(&#x0(?:02D9|00AF|2015|007E);)</mo></mover>")
UNDER = re.compile(r"<munder>((?:(?!<munder).)*?<mo>&#x23DF;</mo>)</munder>")
VARIANT = re.compile(r'<(m[in]) mathvariant="(bold|double-struck)">([^<])</m[in]>')
STYLES = (("0", "9", (0x1D7CE, 0x1D7D8)), ("A", "Z", (0x1D400, 0x1D538)), ("a", "z", (0x1D41A, 0x1D552)))
WORD = re.compile(r"_\{?\\(min|max)\}?(?![a-z])")


def with_mathml(page: str, mark: Callable[[str], str] | None = None) -> str:
    """A page whose formulas hold MathML, and their TeX as an attribute.

    Args:
        page: HTML in which elements of class ``math`` hold TeX.
        mark: rewrites each formula, for instance with its symbols marked by ``\\class``.

    Example:
        >>> print(with_mathml('<span class="math">x</span>'))
        <span class="math" data-tex="x"><math ...><mrow><mi>x</mi></mrow></math></span>
    """
    return PLACE.sub(lambda found: _set(found, mark), page)


def _set(found: re.Match[str], mark: Callable[[str], str] | None) -> str:
    kind, tex = found[1], tidy(html.unescape(found[2]))
    tex = mark(tex) if mark else tex
    return (
        f'<span class="{kind}" data-tex="{html.escape(tex)}">{mathml(tex, "block" in kind or "display" in kind)}</span>'
    )


@cache
def mathml(tex: str, block: bool = False) -> str:
    """A formula in TeX as MathML, as browsers read it today: bold signs are signs, and an accent is said to be one."""
    made = convert(INSIDE.sub(r"\\text{\1}\2\\text{\3}", tex), display="block" if block else "inline")
    made = OVER.sub(r'<mover accent="true">\1<mo>\2</mo></mover>', made)
    made = UNDER.sub(r'<munder accentunder="true">\1</munder>', made)
    return VARIANT.sub(lambda found: f"<{found[1]}>{_styled(found[2], found[3])}</{found[1]}>", made)


def _styled(variant: str, text: str) -> str:
    """A letter or digit in bold or with a double stroke, which has a sign of its own."""
    for first, last, (bold, double) in STYLES:
        if first <= text <= last:
            return chr((bold if variant == "bold" else double) + ord(text) - ord(first))
    return text


def tidy(tex: str) -> str:
    r"""TeX that every typesetter takes: a function's name below a letter is a word.

    Example:
        >>> tidy(r"\theta_{\min}")
        '\\theta_{\\mathrm{min}}'
    """
    return WORD.sub(r"_{\\mathrm{\1}}", tex)
