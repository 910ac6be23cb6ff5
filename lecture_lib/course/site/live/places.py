"""Where the pictures that answer stand: after which cell of which notebook, or in place of its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lecture_lib.course.site.live.graph import logistic_regression, one_unit, small_graph
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.rails import rails_of_delta, rails_of_weights


@dataclass(frozen=True)
class Place:
    """A picture at a cell.

    Attributes:
        make: makes the picture.
        instead: it stands in place of the cell's outputs, which paper and notebooks keep; else below them.
    """

    make: Callable[[], Live]
    instead: bool = False


PLACES: Mapping[str, Place] = {
    "05-count": Place(rails_of_delta),
    "05-stepper": Place(one_unit),
    "06-side-run": Place(rails_of_weights),
    "08-stepper-show": Place(small_graph),
    "11-logreg-graph": Place(logistic_regression),
}
"""The places by the cell's id. A test looks for each of them in the notebooks."""
