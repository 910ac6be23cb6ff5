"""Where a derivation that is asked for by name is found: the exercises above put their finder in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lecture_lib.matcalc.paper.derived import Derived


class Task(Protocol):
    """Something to derive: its name, what is asked for, and how an answer is read and judged."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def task(self) -> str:
        """What is asked for."""

    def read(self, text: str) -> Derived:
        """The lines of an answer."""

    def said(self, lines: Derived) -> str:
        """What is to be said of them."""


FINDERS: list[Callable[[str], Task | None]] = []


def find_task(name: str) -> Task:
    """The task with a name."""
    for finder in FINDERS:
        found = finder(name)
        if found is not None:
            return found
    hint = "" if FINDERS else "; exercises are known after: from lecture_lib.exercises import check"
    raise LookupError(f"there is no derivation called {name!r}{hint}")
