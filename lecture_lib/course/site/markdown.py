"""Markdown as the notebooks write it, with formulas left as TeX for KaTeX and links that lead to pages."""

from __future__ import annotations

import html
import re
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TAG = re.compile(r"<[^>]*>")
NOTEBOOK = re.compile(r"^(?:\.?\.?/)*([\w.-]+)\.ipynb(#.*)?$")
LONGEST = 16
"""Code of up to so many characters stays on one line; longer code might not fit into a telephone's."""

LEADS = {"Goal.": "goal", "Predict.": "predict"}
"""A paragraph that begins with one of these words in bold gets this class."""


def markdown(source: str, renderer: Renderer | None = None) -> str:
    """A text in Markdown as HTML.

    Example:
        >>> markdown("Multiply by $W^\\\\top$.")
        '<p>Multiply by <span class="math">W^\\\\top</span>.</p>\\n'
    """
    return str(MarkdownWithMath(renderer=renderer or Renderer()).render(source))


def inline(source: str) -> str:
    """A short text in Markdown as HTML, without the paragraph around it.

    Example:
        >>> inline("*a*")
        '<em>a</em>'
    """
    return markdown(source).strip().removeprefix("<p>").removesuffix("</p>")


def plain(fragment: str) -> str:
    """The text of a piece of HTML.

    Example:
        >>> plain("<b>1 &lt; 2</b>")
        '1 < 2'
    """
    return html.unescape(TAG.sub("", fragment))


def linked(level: int, name: str, text: str, *, named: bool = True) -> str:
    """A heading with the link to it, which stands beside it and is no part of its name.

    Args:
        level: 2 to 4.
        name: the id that the link leads to.
        text: the heading as HTML.
        named: the id is the heading's own, not that of a box around it.
    """
    own = f' id="{html.escape(name)}"' if named else ""
    link = f'<a class="anchor" href="#{html.escape(name)}" aria-label="Link to this section">#</a>'
    return f'<div class="heading"><h{level}{own}>{text}</h{level}>{link}</div>'


class Renderer(IPythonRenderer):
    """Writes formulas as elements of class ``math``, headings with ids that come once, and wide tables that scroll.

    Attributes:
        headings: the level, id and text of every heading so far.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(escape=False, **options)
        self.headings: list[tuple[int, str, str]] = []

    def block_math(self, body: str) -> str:
        # A span, because a formula may stand inside a paragraph.
        return f'<span class="math block">{self.escape_html(body.strip())}</span>'

    def inline_math(self, body: str) -> str:
        return f'<span class="math">{self.escape_html(body.strip())}</span>'

    def codespan(self, text: str) -> str:
        # A shape such as (n, m), or B-PER, reads wrongly when it is broken at its space or hyphen.
        whole = len(text) <= LONGEST and (" " in text or "-" in text)
        return super().codespan(text).replace("<code>", '<code class="whole">', 1 if whole else 0)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = plain(text).strip()
        name = self.unique(words.replace(" ", "-"))
        self.headings.append((level, name, text))
        return linked(level, name, text) + "\n" if level > 1 else f'<h1 id="{html.escape(name)}">{text}</h1>\n'

    def unique(self, name: str) -> str:
        """A heading's name, numbered if an earlier one has it."""
        taken = {known for _, known, _ in self.headings}
        return next(n for k in range(len(taken) + 1) if (n := name if not k else f"{name}-{k + 1}") not in taken)

    def paragraph(self, text: str) -> str:
        lead = next((c for words, c in LEADS.items() if text.startswith(f"<strong>{words}</strong>")), None)
        return f"<p>{text}</p>\n" if lead is None else f'<p class="{lead}">{text}</p>\n'

    def block_html(self, html: str) -> str:
        # A comment is the authors' note, the id of an equation for instance.
        return "" if html.lstrip().startswith("<!--") and html.rstrip().endswith("-->") else super().block_html(html)

    def table(self, text: str) -> str:
        """A table in a box that scrolls when the page is narrow."""
        return f'<div class="wide"><table>{text}</table></div>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, page_of(url), title)


def page_of(url: str) -> str:
    """The page of a link: a notebook's file name becomes its page's.

    Example:
        >>> page_of("00_start_here.ipynb#The-map")
        '00_start_here.html#The-map'
    """
    found = NOTEBOOK.match(url)
    return f"{found[1]}.html{found[2] or ''}" if found else url
