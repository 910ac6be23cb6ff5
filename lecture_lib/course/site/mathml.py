"""Formulas as MathML in the page itself: they are read without a script, and KaTeX only sets them finer."""

from __future__ import annotations

import html
import re
from functools import cache

from latex2mathml.converter import convert

PLACE = re.compile(r'<span class="(math(?: [^"]*)?)">([^<]*)</span>')
INSIDE = re.compile(r"\\text\{([^{}$]*)\$([^$]*)\$([^{}$]*)\}")
WORD = re.compile(r"_\{?\\(min|max)\}?(?![a-z])")


def with_mathml(page: str) -> str:
    """A page whose formulas hold MathML, and their TeX as an attribute.

    Example:
        >>> print(with_mathml('<span class="math">x</span>'))
        <span class="math" data-tex="x"><math ...><mrow><mi>x</mi></mrow></math></span>
    """
    return PLACE.sub(_set, page)


def _set(found: re.Match[str]) -> str:
    kind, tex = found[1], tidy(html.unescape(found[2]))
    return (
        f'<span class="{kind}" data-tex="{html.escape(tex)}">{mathml(tex, "block" in kind or "display" in kind)}</span>'
    )


@cache
def mathml(tex: str, block: bool = False) -> str:
    """A formula in TeX as MathML."""
    return convert(INSIDE.sub(r"\\text{\1}\2\\text{\3}", tex), display="block" if block else "inline")


def tidy(tex: str) -> str:
    r"""TeX that every typesetter takes: a function's name below a letter is a word.

    Example:
        >>> tidy(r"\theta_{\min}")
        '\\theta_{\\mathrm{min}}'
    """
    return WORD.sub(r"_{\\mathrm{\1}}", tex)
