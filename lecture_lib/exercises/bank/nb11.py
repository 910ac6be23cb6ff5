"""Exercises of notebook 11: adjoints, tangents, passes, branches, logistic regression, and what a module stores."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import logistic
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import varying


def _pair(rng: np.random.Generator) -> tuple[float, ...]:
    a, a_dot, c, c_dot = rng.uniform(0.5, 2.0, 4)
    return float(a), float(a_dot), float(c), float(c_dot)


def _example(rng: np.random.Generator) -> tuple[Any, ...]:
    m = int(rng.integers(3, 7))
    return rng.normal(size=m), rng.normal(size=m), float(rng.choice([-1.0, 1.0])), float(rng.uniform(0.5, 2.0))


def _p(w: Any, x: Any, y: float) -> Any:
    return logistic(y * (w @ x))


def _passes(inputs: int = 1000, outputs: int = 3) -> Exercise:
    return Exercise(
        "11-passes",
        f"For a function with {inputs} inputs and {outputs} outputs: the passes that (forward, reverse) mode need for "
        "the Jacobian.",
        (inputs, outputs),
        (
            Mistake("swapped", "One pass of forward mode moves one what?", (outputs, inputs)),
            Mistake("numeric differences", "Wiggling needs two ends. A tangent needs one pass.", (2 * inputs, outputs)),
            Mistake(
                "a single pass for everything",
                f"That is so for one output alone. Here the Jacobian has {outputs} rows.",
                (inputs, 1),
            ),
            Mistake(
                "a pass for each entry",
                "A pass gives a whole column, or a whole row.",
                (inputs * outputs, inputs * outputs),
            ),
        ),
        "Forward mode fills the Jacobian by columns, reverse mode by rows.",
        "One pass for each input against one for each output.",
        labels=("forward mode", "reverse mode"),
    )


def _stored(n: int = 100) -> Exercise:
    return Exercise(
        "11-stored",
        f"How many numbers Linear 250→{n}, ReLU and Linear {n}→4 store between forward and backward of one window.",
        250 + 2 * n,
        (
            Mistake(
                "the first input is forgotten",
                "The first layer need not pass anything on, but its own weights still want a gradient. From what?",
                2 * n,
            ),
            Mistake("ReLU has no memory", "How will ReLU know which units were on?", 250 + n),
            Mistake("the scores are stored too", "Which backward step uses the scores themselves?", 254 + 2 * n),
            Mistake(
                "the parameters are counted",
                "Those are there anyway. What is remembered of this one window?",
                257 * n + 254,
            ),
        ),
        "For each module: what does its backward use besides its parameters and the upstream gradient?",
        "A linear layer keeps its input, ReLU one yes or no for each unit.",
        way=lambda: 250 + n + n,
    )


def _triples(rng: np.random.Generator) -> tuple[Any, Any]:
    return rng.uniform(0.5, 2.0, 3), rng.uniform(0.5, 2.0, 3)


def _settled(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.2, 0.9))


EXERCISES = (
    retrieval(
        "11",
        (0.5, 18, 0.5),
        ("the relative error", "the evaluations", "the numeric slope"),
        (0, 1, "divided by the smaller", "It is divided by the larger of the two."),
        (0, 2, "the ratio", "That is the ratio. How large is the difference, compared with the larger of the two?"),
        (1, 9, "one side counted", "Two-sided: how often is each input moved?"),
        (1, 12, "the matrix alone", "The 3 numbers are inputs, too."),
        (2, 1, "the right side", "One of the two ends stands on the flat side."),
        (2, 0, "what libraries say", "That is a convention. What comes out of the formula?"),
    ),
    Exercise(
        "11-adjoint",
        "The adjoint of x₁ for F = ln x₁ + x₁x₂ - sin x₂ at (2, 5).",
        5.5,
        (
            Mistake("one path only", "x₁ also stands inside the logarithm.", 5),
            Mistake("one path only", "x₁ also stands in the product.", 0.5),
            Mistake("paths multiplied", "Two paths lead from x₁ to F. How do they combine?", 2.5),
            Mistake("the adjoint of x₂", "That belongs to the other input.", 2 - float(np.cos(5))),
        ),
        "Write down what arrives at x₁ along each of its two edges.",
        "1/x₁ along one edge, x₂ along the other, and they add.",
        way=lambda: 1 / 2 + 5,
    ),
    Exercise(
        "11-quotient",
        "A function of a, a_dot, c and c_dot that returns the tangent of a / c.",
        lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / c**2,
        (
            Mistake(
                "tangents divided",
                "A product's tangent is not the product of the tangents either.",
                lambda a, a_dot, c, c_dot: a_dot / c_dot,
            ),
            Mistake(
                "only the numerator moves",
                "When c grows, what does a / c do?",
                lambda a, a_dot, c, c_dot: a_dot / c,
            ),
            Mistake(
                "the product rule",
                "A larger denominator makes the quotient smaller: which sign is that?",
                lambda a, a_dot, c, c_dot: (a_dot * c + a * c_dot) / c**2,
            ),
            Mistake(
                "wrong order",
                "Let a grow and c stand still. Does a / c grow?",
                lambda a, a_dot, c, c_dot: (a * c_dot - a_dot * c) / c**2,
            ),
            Mistake(
                "the square is missing",
                "What is the slope of 1/c?",
                lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / c,
            ),
        ),
        "The quotient rule, with a dot for a prime.",
        "Each local rule of calculus becomes one line of forward mode.",
        inputs=_pair,
        arguments=("a", "a_dot", "c", "c_dot"),
    ),
    varying(_passes, inputs=range(100, 3000, 100), outputs=range(4, 13)),
    Exercise(
        "11-branch",
        "The slope of the function with three rounds at x = 2.",
        32,
        (
            Mistake("the loop runs once", "Three rounds: what is v after each?", 4),
            Mistake("slopes of the rounds added", "The rounds follow one another: what do slopes do along a path?", 12),
            Mistake("only the last square", "The second round squares what the first one made.", 8),
            Mistake("the subtraction counts", "How fast does v - 1 move when v moves?", 31),
            Mistake("the wrong branch at the border", "In the second round v is 4. Is 4 larger than 4?", 24),
            Mistake("squared three times", "In the last round v is larger than 4.", 1024),
        ),
        "Write down v after each round, and the slope of that round beside it.",
        "Only the branches that were taken count, and their slopes multiply.",
        way=lambda: (2 * 2) * (2 * 4) * 1,
    ),
    Exercise(
        "11-logistic",
        "A function of w, x, y and lam that returns ∇_w L for L = ½‖w‖² - λ log p with p = σ(y·wᵀx), y = ±1.",
        lambda w, x, y, lam: w - lam * (1 - _p(w, x, y)) * y * x,
        (
            Mistake(
                "the penalty is forgotten",
                "L has two terms with w in them.",
                lambda w, x, y, lam: -lam * (1 - _p(w, x, y)) * y * x,
            ),
            Mistake(
                "p in place of 1 - p",
                "When p is almost 1 the answer is right. Should the data still pull at w?",
                lambda w, x, y, lam: w - lam * _p(w, x, y) * y * x,
            ),
            Mistake(
                "the label is forgotten",
                "s was multiplied by y on the way up. What does × do on the way down?",
                lambda w, x, y, lam: w - lam * (1 - _p(w, x, y)) * x,
            ),
            Mistake(
                "wrong sign of the data's part",
                "With y = 1, should a step against the gradient raise or lower wᵀx?",
                lambda w, x, y, lam: w + lam * (1 - _p(w, x, y)) * y * x,
            ),
            Mistake(
                "λ is forgotten",
                "λ weighs the data. Where did it go?",
                lambda w, x, y, lam: w - (1 - _p(w, x, y)) * y * x,
            ),
            Mistake(
                "p of the label +1",
                "p belongs to the right label. For a label of -1, is a large wᵀx a good sign?",
                lambda w, x, y, lam: w - lam * (1 - _p(w, x, 1.0)) * y * x,
            ),
            Mistake(
                "λ at the penalty",
                "Which of the two terms of L does λ multiply?",
                lambda w, x, y, lam: lam * w - (1 - _p(w, x, y)) * y * x,
            ),
            Mistake(
                "labels of 0 and 1",
                "p - y is for labels 0 and 1. Here p is the probability of the right label.",
                lambda w, x, y, lam: w + lam * (_p(w, x, y) - y) * x,
            ),
        ),
        "One path through the penalty, one through s, t, p and q; they add.",
        "The closer p comes to 1, the less the data pull.",
        inputs=_example,
        arguments=("w", "x", "y", "lam"),
    ),
    varying(_stored, n=range(40, 200, 10)),
    Exercise(
        "11-second",
        "A function of two triples (value, first and second derivative) that returns the triple of their product.",
        lambda a, c: (a[0] * c[0], a[1] * c[0] + a[0] * c[1], a[2] * c[0] + 2 * a[1] * c[1] + a[0] * c[2]),
        (
            Mistake(
                "the mixed term counts once",
                "Differentiate the product rule itself, term by term. How often does the mixed term come?",
                lambda a, c: (a[0] * c[0], a[1] * c[0] + a[0] * c[1], a[2] * c[0] + a[1] * c[1] + a[0] * c[2]),
            ),
            Mistake(
                "the mixed term is missing",
                "Each term of the product rule is a product again, and has two terms.",
                lambda a, c: (a[0] * c[0], a[1] * c[0] + a[0] * c[1], a[2] * c[0] + a[0] * c[2]),
            ),
            Mistake(
                "entry by entry",
                "The derivative of a product is no product of derivatives.",
                lambda a, c: (a[0] * c[0], a[1] * c[1], a[2] * c[2]),
            ),
        ),
        "The first two entries are those of a dual number. For the third, differentiate the second once more.",
        "A tangent can carry a tangent: the dual numbers of dual numbers know curvature.",
        inputs=_triples,
        arguments=("a", "c"),
        labels=("the value", "the first derivative", "the second derivative"),
    ),
    Exercise(
        "11-settled",
        "A function of v and w: the slope of v along x, where a loop has settled at v = tanh(wv + x).",
        lambda v, w: (1 - v**2) / (1 - w * (1 - v**2)),
        (
            Mistake(
                "v is held still",
                "That is one round with the old v. When x moves, v on the right side moves too.",
                lambda v, w: 1 - v**2,
            ),
            Mistake(
                "two rounds only",
                "The loop ran until nothing changed. What do all the rounds add up to?",
                lambda v, w: (1 - v**2) * (1 + w * (1 - v**2)),
            ),
            Mistake(
                "the wrong sign below",
                "A larger v makes v larger still when w is positive. Does your fraction grow with w?",
                lambda v, w: (1 - v**2) / (1 + w * (1 - v**2)),
            ),
            Mistake(
                "x is forgotten",
                "Without w the slope must be that of tanh.",
                lambda v, w: 1 / (1 - w * (1 - v**2)),
            ),
            Mistake(
                "the slope is taken at v",
                "v is what tanh has made already. How do you get its slope from its output?",
                lambda v, w: (1 - np.tanh(v) ** 2) / (1 - w * (1 - np.tanh(v) ** 2)),
            ),
        ),
        "Differentiate both sides of v = tanh(wv + x) along x. The slope stands on both sides: solve for it.",
        "Where a loop ends counts, not its way: the equation it settles has a slope of its own, and no tape is kept.",
        inputs=_settled,
        arguments=("v", "w"),
    ),
)
