"""A picture that answers at a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lecture_lib.course.site.live.live import Live


@dataclass(frozen=True)
class Place:
    """A picture at a cell.

    Attributes:
        make: makes the picture.
        instead: it stands in place of the cell's outputs, which paper and notebooks keep; else below them.
        before: it stands above the cell's outputs, for a guess.
    """

    make: Callable[[], Live]
    instead: bool = False
    before: bool = False
