"""Where the pictures that answer stand: after which cell of which notebook, or in place of its output."""

from __future__ import annotations

from collections.abc import Mapping

from lecture_lib.course.site.live import descent, drawn
from lecture_lib.course.site.live.graph import logistic_regression, one_unit, small_graph
from lecture_lib.course.site.live.place import Place
from lecture_lib.course.site.live.rails import rails_of_delta, rails_of_weights
from lecture_lib.course.site.live.window import window

PLACES: Mapping[str, Place] = {
    "00-question": Place(window),
    "01-trained-why": Place(window),
    "02-v-shape": Place(drawn.error_of_a_step, before=True),
    "05-count": Place(rails_of_delta),
    "05-stepper": Place(one_unit),
    "06-side-run": Place(rails_of_weights),
    "07-shapes": Place(window),
    "08-stepper-show": Place(small_graph),
    "11-logreg-graph": Place(logistic_regression),
    "13-six-picture": Place(drawn.slopes, before=True),
    "15-hessian-why": Place(descent.directions),
    "15-lab-full": Place(descent.lab, instead=True),
    "15-lab-run": Place(descent.search, instead=True),
    "15-powers-run": Place(drawn.loss_at_a_rate, before=True),
}
"""The places by the cell's id. A test looks for each of them in the notebooks."""
