"""Exercises of notebook 13: nonlinearities and their slopes."""

from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import IN_WORDS, varying


def _layer(rng: np.random.Generator) -> tuple[Any, Any]:
    n = int(rng.integers(9, 13))
    return rng.normal(0, 2, n), rng.normal(0, 1.5, n)


def _depth(layers: int = 8) -> Exercise:
    count, left = IN_WORDS[layers], np.format_float_positional(0.25**layers, 2, fractional=False)
    return Exercise(
        "13-depth",
        f"The largest share of a gradient that can be left after {count} layers of logistic units with weights 1.",
        0.25**layers,
        (
            Mistake("the value, not the slope", "σ(0) is a half. How steep is σ there?", 0.5**layers),
            Mistake("added, not multiplied", "Each layer multiplies what the layer above left over.", layers * 0.25),
            Mistake("one layer", f"That is left after one of the {count} layers.", 0.25),
            Mistake("the slope of tanh", "Which function is steep enough to let all of it pass? Not this one.", 1),
        ),
        f"Find the steepest place of σ. Each of the {count} layers multiplies by that slope.",
        f"{count.capitalize()} quarters multiplied leave about {left}, and that is the best case.",
        way=lambda: (0.5 * 0.5) ** layers,
    )


EXERCISES = (
    retrieval(
        "13",
        (25_000, 0.64, -1),
        ("the entries", "the slope", "the error signal"),
        (
            0,
            800_000,
            "a matrix for each window",
            "The windows of a batch share one W. What becomes of their contributions?",
        ),
        (0, 3_200, "the error signals", "Those are the entries of Δ. ΔᵀX has the shape of W."),
        (1, 0.4, "not squared", "The slope from the output is 1 minus its square."),
        (1, 0.36, "the square itself", "That is tanh² of z. What is left of 1?"),
        (2, 1, "the sign is lost", "e is below 0, and two positive factors do not change that."),
        (2, -2, "the slope is forgotten", "What does the unit itself do to the gradient?"),
    ),
    varying(_depth, layers=range(5, 13)),
    Exercise(
        "13-steepness",
        "How many times steeper tanh is at 0 than σ: tanh'(0) / σ'(0).",
        4,
        (
            Mistake("one factor of two", "tanh(z) = 2σ(2z) - 1 stretches in two directions.", 2),
            Mistake("only tanh", "That is tanh'(0). What is σ'(0)?", 1),
            Mistake("upside down", "Which of the two is the steeper one?", 0.25),
        ),
        "Differentiate tanh(z) = 2σ(2z) - 1 with the chain rule.",
        "Twice as high and twice as fast: four times as steep.",
        way=lambda: 1 / (0.5 * 0.5),
    ),
    Exercise(
        "13-hard-tanh",
        "A function of g and z, both (n,), that sends g back through h = hard tanh(z): it returns ∇_z J, (n,).",
        lambda g, z: g * (np.abs(z) < 1),
        (
            Mistake(
                "the value, not the slope",
                "You multiplied by f(z). How fast does f(z) move when z moves?",
                lambda g, z: g * np.clip(z, -1, 1),
            ),
            Mistake(
                "the gradient cut off, not the input",
                "What decides how much passes: the size of g, or where z stands?",
                lambda g, z: np.clip(g, -1, 1),
            ),
            Mistake(
                "the slope of the rectifier",
                "Hard tanh has two flat parts. Which one does your mask let through?",
                lambda g, z: g * (z > 0),
            ),
            Mistake("one end only", "Look at the other end of the range too.", lambda g, z: g * (z < 1)),
            Mistake("the upper end is forgotten", "What does h do when z grows past 1?", lambda g, z: g * (z > -1)),
            Mistake(
                "the slope of tanh",
                "That is the slope of the smooth curve. How steep is a straight line between its corners?",
                lambda g, z: g * (1 - np.tanh(z) ** 2),
            ),
            Mistake("nothing is held back", "Where z is far from 0, h does not move.", lambda g, z: g),
            Mistake("the wrong way round", "Where does a nudge of z reach h?", lambda g, z: g * (np.abs(z) > 1)),
            Mistake("the gradient is lost", "That is f'(z). What arrives from above?", lambda g, z: np.abs(z) < 1),
        ),
        "Multiply what arrives by the slope at z, which is 0 or 1.",
        "The mask is made of z and applied to g.",
        inputs=_layer,
        arguments=("g", "z"),
    ),
    Exercise(
        "13-parametric",
        "A function of g = ∇_h J and z, both (n,), that returns ∂J/∂a for h = z where z > 0, else a·z.",
        lambda g, z: g @ np.minimum(z, 0),
        (
            Mistake(
                "the gradient from above is lost",
                "These are the slopes of h along a. What arrives at h?",
                lambda g, z: np.sum(np.minimum(z, 0)),
            ),
            Mistake(
                "the slope along z",
                "Your units all contribute g alone. Which number multiplies a in h?",
                lambda g, z: np.sum(g * (z < 0)),
            ),
            Mistake("all units", "Does h depend on a where z is positive?", lambda g, z: g @ z),
            Mistake("the other side", "On which side of 0 does a take part?", lambda g, z: g @ np.maximum(z, 0)),
            Mistake(
                "the inner minus is lost",
                "Which entries does relu(z) keep, and which does relu(-z)?",
                lambda g, z: -g @ np.maximum(z, 0),
            ),
            Mistake(
                "not summed",
                "One a serves all units. What becomes of their contributions?",
                lambda g, z: g * np.minimum(z, 0),
            ),
            Mistake("averaged", "Contributions to one parameter add up.", lambda g, z: np.mean(g * np.minimum(z, 0))),
        ),
        "For each unit with z below 0: what arrives, times the slope of a·z along a. Then add up.",
        "A shared parameter gets the sum of what comes back through all its uses.",
        inputs=_layer,
        arguments=("g", "z"),
    ),
    Exercise(
        "13-dead",
        "The parts of a dead ReLU unit whose gradient is exactly 0 for every window: names out of W, b and u.",
        ("W", "b", "u"),
        (
            Mistake("the unit's output is forgotten", "The weight above it gets e times h. What is h?", ("W", "b")),
            Mistake("the bias is forgotten", "The gradient of a bias is δ itself. What is δ here?", ("W", "u")),
            Mistake("the weights are forgotten", "A row of W gets δ times x. What is δ here?", ("b", "u")),
            Mistake("the weights only", "What do the other two gradients hold as a factor?", ("W",)),
            Mistake("only above", "Which factor stands between the score and z?", ("u",)),
            Mistake("none", "How large is the slope of ReLU below 0?", ()),
        ),
        "Write down δ and h of this unit, then the gradients that are made of them.",
        "Its δ is 0 and its h is 0, so nothing that belongs to it can move.",
        choices=("W", "b", "u"),
    ),
)
