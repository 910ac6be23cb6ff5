"""Python's patterns for tokens as JavaScript reads them, so that the rule is written once."""

from __future__ import annotations

import re

from lecture_lib.ner.tokens import BARE_CLITIC, CLITIC, FUSED, LONGEST_CLITIC, TOKEN

COMMENT = re.compile(r"(\\.|\[(?:\\.|[^\]])*\])|\#[^\n]*|\s+")
"""What a verbose pattern holds beside the pattern; an escape or a class, which may hold both signs, is kept."""

ANY_CASE = re.compile(r"\(\?i:")
LETTERS = re.compile(r"\\.|\[[^\]]*\]|[A-Za-z]")

SIGNS = {r"[^\W\d_]": r"\p{L}", r"\d": r"\p{Nd}", "++": "+", r"\Z": "$"}
"""Python's sign → JavaScript's with the flag u, whose own \\d and \\w know ASCII alone."""


def token_rules() -> dict[str, str | int]:
    """What `tokenize` knows, as sources of regular expressions with the flag u."""
    return {
        "token": in_javascript(COMMENT.sub(lambda found: found[1] or "", TOKEN.pattern)),
        "clitic": in_javascript(CLITIC.pattern),
        "whole": f"^(?:{BARE_CLITIC.pattern}|{FUSED.pattern})$",
        "longest": LONGEST_CLITIC,
    }


def in_javascript(pattern: str) -> str:
    r"""A pattern without comments, in JavaScript's signs.

    Example:
        >>> in_javascript(r"(?i:ab|[K]) [^\w\s]\w+ [^\W\d_]")
        '(?:[aA][bB]|[kK]) [^\\p{L}\\p{N}_\\s][\\p{L}\\p{N}_]+ \\p{L}'
    """
    while found := ANY_CASE.search(pattern):
        end = _closing(pattern, found.start())
        inside = LETTERS.sub(lambda part: _either(part[0]), pattern[found.end() : end])
        pattern = f"{pattern[: found.start()]}(?:{inside}{pattern[end:]}"
    for sign, other in SIGNS.items():
        pattern = pattern.replace(sign, other)
    # Inside brackets the class of letters stands without brackets of its own.
    parts = re.split(r"(\[(?:\\.|[^\]])*\])", pattern)
    letters = r"\p{L}\p{N}_"
    return "".join(part.replace(r"\w", letters if k % 2 else f"[{letters}]") for k, part in enumerate(parts))


def _either(part: str) -> str:
    """A letter or a class of letters in both cases."""
    if part.startswith("\\"):
        return part
    letters = part.strip("[]")
    return "[" + "".join(f"{letter.lower()}{letter.upper()}" for letter in letters) + "]"


def _closing(pattern: str, start: int) -> int:
    """Where the group that opens at a place closes."""
    depth = 0
    for found in re.finditer(r"\\.|\[(?:\\.|[^\]])*\]|[()]", pattern[start:]):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return start + found.start()
    raise ValueError(f"a group of {pattern[start : start + 20]!r} … does not close")
