"""Exercises of notebook 02: difference quotients and numeric gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.demands import two_sided
from lecture_lib.exercises.draws import cubic, valley
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.variants import varying


def _point(rng: np.random.Generator) -> tuple[Callable[[Any], Any], float, float]:
    # A coarse step: with a fine one, one side and two sides would agree.
    return cubic(rng), float(rng.uniform(0.5, 2.0)), float(rng.uniform(0.05, 0.2))


def _surface(rng: np.random.Generator) -> tuple[Callable[[Any], Any], Any, float]:
    m = int(rng.integers(4, 8))
    return valley(rng, m), rng.normal(size=m), float(rng.uniform(0.05, 0.2))


def _gradient(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    slopes = np.zeros_like(x)
    for i in range(x.size):
        step = np.zeros_like(x)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def _one_sided(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return np.array([(f(x + eps * row) - f(x)) / eps for row in np.eye(x.size)])


def _not_undone(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    slopes = np.empty_like(x)
    for i in range(x.size):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        slopes[i] = (above - f(x)) / (2 * eps)
    return slopes


def _kept_nudging(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    slopes = np.empty_like(x)
    for i in range(x.size):
        before = f(x)
        x[i] += eps
        slopes[i] = (f(x) - before) / eps
    return slopes


def _piled_up(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return np.array([(f(x + step) - f(x - step)) / (2 * eps) for step in eps * np.tri(x.size)])


def _unit_steps(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return np.array([(f(x + row) - f(x - row)) / (2 * eps) for row in np.eye(x.size)])


def _all_at_once(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))


def _summed(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def _cost(n: int = 30, m: int = 250) -> Exercise:
    return Exercise(
        "02-cost",
        f"How often the score is evaluated for the two-sided gradient of W, shape ({n}, {m}), and b, shape ({n},).",
        2 * (n * m + n),
        (
            Mistake("one evaluation an entry", "How many evaluations does a two-sided slope take?", n * m + n),
            Mistake(
                "one-sided",
                "One side, and one evaluation at the point itself: that is the other formula.",
                n * m + n + 1,
            ),
            Mistake("the bias is forgotten", "b has entries too.", 2 * n * m),
            Mistake("arrays counted, not entries", "Each entry is wiggled alone. How many entries are there?", 4),
        ),
        "Count the entries of W and of b. What does one of them cost?",
        "Two evaluations for each entry: fine for a check, hopeless for training.",
        way=lambda: 2 * (n * m + n),
    )


EXERCISES = (
    Exercise(
        "02-slope",
        "A function of F, x and eps that returns the two-sided slope of F at the number x.",
        lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps),
        (
            Mistake(
                "multiplied by eps",
                "Python reads / 2 * eps from left to right. Where do brackets belong?",
                lambda f, x, eps: (f(x + eps) - f(x - eps)) / 2 * eps,
            ),
            Mistake(
                "doubled",
                "From x - eps to x + eps, how long is the way?",
                lambda f, x, eps: (f(x + eps) - f(x - eps)) / eps,
            ),
            Mistake(
                "one-sided",
                "You stand on one foot: the bend does not cancel.",
                lambda f, x, eps: (f(x + eps) - f(x)) / eps,
            ),
            Mistake(
                "one-sided",
                "You stand on one foot, the left one: the bend does not cancel.",
                lambda f, x, eps: (f(x) - f(x - eps)) / eps,
            ),
            Mistake(
                "not divided",
                "That is a change of the output. A slope is a ratio of two changes.",
                lambda f, x, eps: f(x + eps) - f(x - eps),
            ),
            Mistake(
                "steps of another length",
                "How far is it from one end of your way to the other?",
                lambda f, x, eps: (f(x + 2 * eps) - f(x - 2 * eps)) / (2 * eps),
            ),
            Mistake(
                "steps of another length",
                "Half a step to each side: how long is that way in all?",
                lambda f, x, eps: (f(x + eps / 2) - f(x - eps / 2)) / (2 * eps),
            ),
            Mistake(
                "a sum of values", "A change is a difference.", lambda f, x, eps: (f(x + eps) + f(x - eps)) / (2 * eps)
            ),
        ),
        "Change of the output, divided by change of the input. Write both down for a step to each side.",
        "The bend is the same on both sides, and it cancels.",
        inputs=_point,
        arguments=("F", "x", "eps"),
    ),
    Exercise(
        "02-gradient",
        "A function of F, x and eps that returns the two-sided gradient of F at x, shape (m,).",
        _gradient,
        (
            Mistake("one-sided", "One side only: the bend does not cancel.", _one_sided),
            Mistake("the step is not undone", "After the slope of x_0, is x_0 back where it was?", _not_undone),
            Mistake(
                "the step is not undone",
                "Each slope is measured at another point, and from one side only.",
                _kept_nudging,
            ),
            Mistake("the steps pile up", "When x_1 is moved, does x_0 stand still?", _piled_up),
            Mistake("the step is 1, not eps", "How far does your step move an entry?", _unit_steps),
            Mistake(
                "all inputs at once", "A partial derivative moves one input and holds the others still.", _all_at_once
            ),
            Mistake("one number", "A gradient has one slope for each input, so it has the shape of x.", _summed),
        ),
        "For each i: a step that is eps at i and 0 elsewhere, then the two-sided slope.",
        "One pair of evaluations for each entry, every entry wiggled alone.",
        inputs=_surface,
        arguments=("F", "x", "eps"),
        also=lambda f, x, eps: _gradient(f, x, 1e-4),
        demands=(two_sided,),
    ),
    Exercise(
        "02-foretell",
        "A function of a gradient g (m,) and a small step (m,) that foretells the change of the output.",
        lambda g, step: g @ step,
        (
            Mistake(
                "not summed", "Each input contributes its share. What happens to the shares?", lambda g, step: g * step
            ),
            Mistake("signs are lost", "A share may be negative.", lambda g, step: np.abs(g * step).sum()),
            Mistake(
                "sums multiplied",
                "First multiply slope by move, input by input; then add.",
                lambda g, step: g.sum() * step.sum(),
            ),
            Mistake("downhill", "You may want to go down, but this step is what it is.", lambda g, step: -(g @ step)),
            Mistake(
                "lengths multiplied",
                "That holds only for a step in the gradient's own direction.",
                lambda g, step: np.linalg.norm(g) * np.linalg.norm(step),
            ),
        ),
        "Slope times move is one input's share of the change.",
        "Every input contributes its slope times its move, and the contributions add.",
        inputs=lambda rng: (rng.normal(size=(m := int(rng.integers(3, 8)))), 0.01 * rng.normal(size=m)),
        arguments=("g", "step"),
    ),
    varying(_cost, n=range(10, 60), m=range(100, 400, 10)),
    Exercise(
        "02-order",
        "How many times smaller the error of the two-sided slope becomes when eps becomes ten times smaller "
        "(on the arm where rounding does not matter).",
        100,
        (
            Mistake(
                "one-sided",
                "That is the error of the one-sided slope. Which power of eps is left when the bend cancels?",
                10,
            ),
            Mistake("not divided", "eps³ is left in the difference. By what is it divided after that?", 1000),
            Mistake("upside down", "How many times smaller, not how large compared to before.", 0.01),
        ),
        "Multiply out (x + eps)³ - (x - eps)³ and divide by 2 eps. What stands beside 3x²?",
        "The two-sided error goes with eps².",
        way=lambda: 10**2,
    ),
)
