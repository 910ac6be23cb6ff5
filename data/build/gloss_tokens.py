"""Cut WordNet's text into lower-case tokens, as treebanks do: `Paris's`, `don't` and `x-ray` in parts."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""
      (?:[^\W\d_]\.){2,}                       # u.s.  e.g.
    | (?:mr|mrs|ms|dr|st|jr|sr|mt|prof|gen|sgt|lt|col|rev|ft|inc|co|corp|ltd)\.(?=\s|$)
    | \d+(?:st|nd|rd|th|s)\b                   # 20th  1990s
    | \d+(?:[.,:/]\d+)*                        # 3.5  10,000  9/11
    | n't\b | '(?:s|re|ve|ll|d|m)\b
    | [^\W\d_]+?(?=n't\b)                      # do + n't
    | (?:o'|d'|l')?[^\W\d_]+(?:\d+)?
    | \.\.\. | -- | [^\w\s]
    | \w
    """,
    re.VERBOSE,
)


def tokens(text: str) -> list[str]:
    """Lower-case tokens of a text; `_`, which joins the words of WordNet's lemmas, counts as a space.

    >>> tokens("St._Louis's port: it isn't a 24-hour one (U.S.)")
    ['st.', 'louis', "'s", 'port', ':', 'it', 'is', "n't", 'a', '24', '-', 'hour', 'one', '(', 'u.s.', ')']
    """
    return TOKEN.findall(text.lower().replace("_", " ").replace("`", "'"))
