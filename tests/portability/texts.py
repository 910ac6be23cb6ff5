"""Texts compared as a reader would: words and layout exactly, numbers as numbers.

Three decisions:

* A number with a point or an exponent is a measurement and has a tolerance. An integer is a count, a shape or an index,
  and digits inside a word (`W1`, `3.11.2`, `10⁻³`) belong to the word: both are compared exactly.
* The sign must match, unless both numbers are 0 within the absolute tolerance. The same number written in another way
  (0.5 as 0.50, 0.0 as -0.0, 25 as 25.0) is a change of layout.
* Rounding can change a number's width (9.9996 to 10.0004, or NumPy's 0.14 to 0.1401), and with it the padding of its
  whole table. Where that happened, blanks beside numbers are not compared; everywhere else they are.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NUMBER = re.compile(
    r"(?:(?<![\w.)\]}])[-+−])?(?<![\w.])(?:\d+(?:\.(?P<fraction>\d*))?|\.(?P<bare>\d+))(?P<exponent>[eE][-+]?\d+)?(?!\d|\.\d)"
)
SHOWN = 5
"""Differences of one output that a report lists."""


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart: relative to the expected one, or absolutely."""

    relative: float = 1e-3
    absolute: float = 1e-8


COURSE = Tolerance()
EXACT = Tolerance(0.0, 0.0)


def tolerance(tags: Sequence[str]) -> Tolerance:
    """The tolerance that a cell's tags ask for: `exact`, or `rtol-1e-6` and the like; a looser one is refused."""
    asked = COURSE
    for tag in tags:
        if tag == "exact":
            return EXACT
        if tag.startswith("rtol"):
            found = re.fullmatch(r"rtol-(\d+(?:\.\d+)?(?:e-?\d+)?)", tag)
            if found is None or float(found[1]) > COURSE.relative:
                raise ValueError(f"tag {tag!r}: write rtol-1e-6; a cell may ask for less than {COURSE.relative:g} only")
            asked = Tolerance(min(asked.relative, float(found[1])), COURSE.absolute)
    return asked


@dataclass(frozen=True)
class _Number:
    """A number as it is printed."""

    text: str
    fraction: str | None
    exponent: bool

    @property
    def value(self) -> float:
        return float(self.text.replace("−", "-"))

    @property
    def negative(self) -> bool:
        return self.text[0] in "-−"

    @property
    def counts(self) -> bool:
        return not self.fraction and not self.exponent

    @property
    def padded(self) -> bool:
        """Whether its zeros at the end were asked for."""
        return self.fraction is not None and len(self.fraction) > 1 and self.fraction.endswith("0")


def _split(text: str) -> tuple[list[str], list[_Number]]:
    """The words around the numbers, one more than there are numbers, and the numbers."""
    words, numbers, end = [], [], 0
    for found in NUMBER.finditer(text):
        words.append(text[end : found.start()])
        fraction = found["fraction"] if found["bare"] is None else found["bare"]
        numbers.append(_Number(found[0], fraction, found["exponent"] is not None))
        end = found.end()
    return [*words, text[end:]], numbers


def _same_number(expected: _Number, got: _Number, allowed: Tolerance) -> bool:
    if expected.text == got.text:
        return True
    if expected.value == got.value or (expected.counts and got.counts):
        return False
    apart = abs(expected.value - got.value)
    if apart <= allowed.absolute:
        return True
    if expected.exponent != got.exponent:
        return False
    if len(expected.fraction or "") != len(got.fraction or "") and (expected.padded or got.padded):
        return False
    signs = [n.text[0] if n.text[0] in "+-−" else "" for n in (expected, got)]
    return signs[0] == signs[1] and apart <= allowed.relative * abs(expected.value)


def _same_words(expected: list[str], got: list[str], moved: bool) -> bool:
    if not moved:
        return expected == got
    last = len(expected) - 1

    def kept(words: list[str]) -> Iterator[str]:
        for place, text in enumerate(words):
            text = text if place == 0 else text.lstrip(" ")
            yield text if place == last else text.rstrip(" ")

    return list(kept(expected)) == list(kept(got))


def _moved(expected: str, got: str) -> bool:
    """Whether the texts have as many numbers and one of them changed its width."""
    widths = [[len(number.text) for number in _split(text)[1]] for text in (expected, got)]
    return len(widths[0]) == len(widths[1]) and widths[0] != widths[1]


def _apart(expected: _Number, got: _Number) -> str:
    text = f"{expected.text} → {got.text}"
    if not expected.value or not math.isfinite(expected.value):
        return text
    return f"{text}, relative difference {abs(got.value - expected.value) / abs(expected.value):.1e}"


def compare_texts(expected: str, got: str, allowed: Tolerance = COURSE) -> list[str]:
    """What differs, line by line; nothing where a reader would call the texts the same."""
    if expected == got:
        return []
    lines, new = expected.split("\n"), got.split("\n")
    if len(lines) != len(new):
        changes = [line for line in difflib.ndiff(lines, new) if line[0] in "+-"]
        return ["\n".join([f"{len(lines)} lines expected, {len(new)} printed", *_shortened(changes)])]
    moved = _moved(expected, got)
    wrong = []
    for place, (line, other) in enumerate(zip(lines, new, strict=True), 1):
        (words, numbers), (new_words, new_numbers) = _split(line), _split(other)
        pairs = list(zip(numbers, new_numbers, strict=False))
        far = [_apart(a, b) for a, b in pairs if not _same_number(a, b, allowed)]
        alike = len(numbers) == len(new_numbers) and _same_words(words, new_words, moved)
        if alike and not far:
            continue
        shown = [_clipped(text, other if text is line else line) for text in (line, other)]
        why = [f"  number    {text}" for text in far[:SHOWN]] if alike else ["  words or layout differ"]
        wrong.append("\n".join([f"line {place}", f"  expected  {shown[0]}", f"  got       {shown[1]}", *why]))
    return _shortened(wrong)


def _clipped(text: str, other: str, width: int = 160) -> str:
    """The part of a long line where it differs from another one; embedded data are left out."""
    common = next((k for k, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    start = max(0, common - width // 2) if len(text) > width else 0
    shown = re.sub(r"[A-Za-z0-9+/=]{80,}", "…", text[start : start + width])
    return ("…" if start else "") + shown + ("…" if len(text) > start + width else "")


def _shortened(wrong: list[str]) -> list[str]:
    return wrong if len(wrong) <= SHOWN else [*wrong[:SHOWN], f"and {len(wrong) - SHOWN} further differences"]
