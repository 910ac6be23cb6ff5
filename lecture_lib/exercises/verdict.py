"""What is to be said of an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What is to be said of an answer.

    Attributes:
        state: "right", "wrong" or "not done yet".
        mistake: the name of what is wrong, None where nothing is, or where it has no name.
        text: the nudge, or the lesson of a right answer.
    """

    state: str
    mistake: str | None = None
    text: str = ""


NOT_DONE = Verdict("not done yet")
