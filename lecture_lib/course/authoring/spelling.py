"""Spelling of the notebooks' prose, against the words of the shipped vectors: nothing to fetch or install."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from lecture_lib.data import corpus, vectors

# Code, mathematics, link targets and HTML are no prose.
NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|<!--.*?-->|<[^>]*>|https?://\S+", re.DOTALL
)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
ENDING = re.compile(r"['’](?:s|re|ll|ve|d|m)?$")
NEGATION = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|ca|wo|could|would|should|must|need)n['’]t")

# WordNet knows both spellings; the course writes the American one.
BRITISH = re.compile(
    r"(?:colour|neighbour|behaviour|flavour|favour|honour|labour)\w*"
    r"|centre[ds]?|grey\w*|(?:label|model|travel|cancel|signal)l(?:ed|ing)|analys(?:ed?|ing)|catalogue\w*|licences?|programmes?"
    r"|(?:general|initial|normal|regular|vector|summar|recogn|organ|minim|maxim|optim)is(?:e[ds]?|ing|ation)"
    r"|(?:visual|special|real)is(?:e[ds]?|ing|ation)"
)


def misspelled(notebook: Path) -> list[str]:
    """The words of a notebook's prose that are in no word list, and British spellings."""
    found = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            found += [f"{cell['id']}: {word}" for word in unknown_words("".join(cell["source"]))]
    return found


def unknown_words(text: str) -> list[str]:
    """The words of a Markdown text that are not spelled as the word lists have them.

    Example:
        >>> unknown_words("The gradiant of `frobnicate` has a neighbour: $qwx$.")
        ['gradiant', 'neighbour']
    """
    return [word for word in WORD.findall(NOT_PROSE.sub(" ", text)) if not _is_fine(word)]


def _is_fine(word: str) -> bool:
    if NEGATION.fullmatch(word.lower()):
        return True
    stem = ENDING.sub("", word)
    if len(stem) < 2 or stem.isupper() or (stem[:-1].isupper() and stem.endswith("s")):
        return True
    low = stem.lower()
    return (low in _words() and not BRITISH.fullmatch(low)) or stem in _names()


@cache
def _words() -> frozenset[str]:
    own = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
    return frozenset(map(str, vectors("default").words)) | frozenset(word.lower() for word in own)


@cache
def _names() -> frozenset[str]:
    """The words of the names in the shipped sentences: notebooks quote them."""
    shipped = corpus("default")
    sentences = (*shipped.train, *shipped.dev, *shipped.test)
    return frozenset(
        token
        for sentence in sentences
        for token, tag in zip(sentence.tokens, sentence.tags, strict=True)
        if tag != "O" and token[0].isupper()
    )
