"""Exercises of notebook 08: gradients on a graph."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _numbers(rng: np.random.Generator, count: int) -> tuple[float, ...]:
    return tuple(float(v) for v in rng.uniform(1.2, 3.0, count) * rng.choice([-1, 1], count))


def _rivals(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    n = sizes(rng)[1]
    return rng.normal(size=n), rng.normal(size=n), rng.normal(size=n)


EXERCISES = (
    retrieval(
        "08",
        (-0.2, -0.3, 2),
        ("what the loss sends down", "the error signal", "the gradient of the word"),
        (0, 0.2, "the other way round", "What the network said minus what it should have said."),
        (1, -0.4, "the slope of tanh left out", "There are three factors, one for each stop."),
        (1, -0.2, "not squared", "The slope of tanh is one minus the square of h."),
        (2, 1, "the mean", "Both places feed the loss. Where paths meet, what do slopes do?"),
        (2, -1, "the last one only", "The first place counts as well."),
    ),
    Exercise(
        "08-sources",
        "How many source nodes and operations the graph of p = σ(uᵀ tanh(W2 tanh(W1x + b1) + b2)) has, as a tuple.",
        (6, 8),
        (
            Mistake("the parameters are missing", "Nothing computes W1 either. What does a source node hold?", (1, 8)),
            Mistake("the input is missing", "Parameters are sources. What else does nobody compute?", (5, 8)),
            Mistake("the other way around", "First the sources, then the operations.", (8, 6)),
            Mistake(
                "a sum counted with its product",
                "W1x + b1 is two operations, and so is W2h1 + b2: each does one thing.",
                (6, 6),
            ),
            Mistake("all nodes", "Only what does something counts as an operation.", (6, 14)),
            Mistake("one operation missing", "Count from x to p: does something follow the score?", (6, 7)),
            Mistake(
                "one layer only", "That was the graph above, with σ on top. How often does tanh occur here?", (4, 5)
            ),
        ),
        "Sources are what nobody computes. Operations: one for each sign and each function.",
        "x, W1, b1, W2, b2 and u come from outside; each layer is product, sum and tanh; uᵀh2 and σ follow.",
        labels=("the sources", "the operations"),
    ),
    Exercise(
        "08-downstream",
        "A function of the upstream gradient g and the number v that returns the downstream gradient at q = 1/v.",
        lambda g, v: -g / v**2,
        (
            Mistake(
                "the upstream gradient is lost",
                "That is the local gradient. Who tells q's effect?",
                lambda g, v: -1 / v**2,
            ),
            Mistake(
                "added",
                "Two factors of a chain. Do they add?",
                lambda g, v: g - 1 / v**2,
            ),
            Mistake("the sign of the slope", "When v > 0 grows, does 1/v grow?", lambda g, v: g / v**2),
            Mistake(
                "the value instead of the slope",
                "1/v is what the node computes. How fast does it move with v?",
                lambda g, v: g / v,
            ),
            Mistake("the value instead of the slope", "That slope belongs to log v.", lambda g, v: 1 / v),
            Mistake("a power too few", "1/v is v to the power -1. What power has its derivative?", lambda g, v: -g / v),
        ),
        "downstream = upstream × local. What is the derivative of 1/v?",
        "The node knows its own slope; what lies behind it arrives as one number, g.",
        inputs=lambda rng: _numbers(rng, 2),
        arguments=("g", "v"),
    ),
    Exercise(
        "08-quotient",
        "A function of g, a and c that returns the two downstream gradients at q = a / c, as a tuple.",
        lambda g, a, c: (g / c, -g * a / c**2),
        (
            Mistake(
                "the upstream gradient is lost",
                "Those are the two local gradients. What multiplies each?",
                lambda g, a, c: (1 / c, -a / c**2),
            ),
            Mistake(
                "the sign of the second slope",
                "When c grows, which way does a/c go, for positive a?",
                lambda g, a, c: (g / c, g * a / c**2),
            ),
            Mistake("switched as for a product", "That is the rule of a × c.", lambda g, a, c: (g * c, g * a)),
            Mistake(
                "the other way around",
                "First the gradient for a, then the one for c.",
                lambda g, a, c: (-g * a / c**2, g / c),
            ),
            Mistake(
                "the numerator is missing",
                "a/c = a · (1/c): the factor a stays when c moves.",
                lambda g, a, c: (g / c, -g / c**2),
            ),
            Mistake(
                "the upstream gradient is lost for c",
                "The first share is g times a slope. Is the second?",
                lambda g, a, c: (g / c, -a / c**2),
            ),
            Mistake(
                "only one input",
                "Two edges lead into this node. What goes back along the second?",
                lambda g, a, c: g / c,
            ),
        ),
        "Hold c still and move a; then hold a still and move c. Each slope is multiplied by g.",
        "One upstream gradient comes in, and each input gets its own share of it.",
        inputs=lambda rng: _numbers(rng, 3),
        arguments=("g", "a", "c"),
        labels=("the gradient for a", "the gradient for c"),
    ),
    Exercise(
        "08-fan-out",
        "∂F/∂y for F = (x + y) · max(y, z) at x = 1, y = 2, z = 0.",
        5,
        (
            Mistake("overwritten instead of added", "That is one path only. y leads to F in two ways.", 3),
            Mistake(
                "overwritten instead of added",
                "That is the path through the sum. By which other way does y reach F?",
                2,
            ),
            Mistake("paths multiplied", "Along a path slopes multiply. What do two paths do?", 6),
            Mistake("a secant", "You nudged y by 0.1 and kept the bend. What does a smaller step give?", 5.1),
        ),
        "Follow each edge that leaves y. What arrives along it?",
        "2 arrives along one edge and 3 along the other, and they add.",
        way=lambda: 2 * 1 + 3 * 1,
    ),
    Exercise(
        "08-max",
        "A function of g, a, c, arrays (n,), that returns the downstream gradients of a and c at np.maximum(a, c).",
        lambda g, a, c: (g * (a > c), g * (c > a)),
        (
            Mistake(
                "both get everything",
                "That is what a sum does. Does the loser move the maximum?",
                lambda g, a, c: (g, g),
            ),
            Mistake(
                "shared", "The smaller number can move a little, and the maximum stays.", lambda g, a, c: (g / 2, g / 2)
            ),
            Mistake(
                "sent to the loser",
                "Which of the two does the maximum follow?",
                lambda g, a, c: (g * (a < c), g * (c < a)),
            ),
            Mistake(
                "the winner's value as a factor",
                "The maximum moves exactly as far as the winner. What slope is that?",
                lambda g, a, c: (g * a * (a > c), g * c * (c > a)),
            ),
            Mistake(
                "the upstream gradient is lost",
                "Those masks are the local gradients.",
                lambda g, a, c: (1.0 * (a > c), 1.0 * (c > a)),
            ),
            Mistake(
                "one winner for the whole array",
                "Each place has a winner of its own: compare entry by entry.",
                lambda g, a, c: (g * (a.max() > c.max()), g * (c.max() > a.max())),
            ),
        ),
        "In each place one of the two wins. Who gets g there, and what does the other get?",
        "A maximum routes: the winner of each place gets all, the loser nothing.",
        inputs=_rivals,
        arguments=("g", "a", "c"),
        labels=("the gradient for a", "the gradient for c"),
    ),
    Exercise(
        "08-paths",
        "A function of the number of bends: the multiplications of the path-by-path method, with 4 edges a bend.",
        lambda bends: 2**bends * 2 * bends,
        (
            Mistake(
                "the backward pass", "One multiplication for each edge: that is the other way.", lambda bends: 4 * bends
            ),
            Mistake("paths, not multiplications", "So many paths. How many edges has each?", lambda bends: 2**bends),
            Mistake(
                "all edges on every path",
                "A path takes one of the two ways through each bend.",
                lambda bends: 2**bends * 4 * bends,
            ),
            Mistake(
                "paths added, not multiplied",
                "Each way through the first bend goes on in two ways through the second.",
                lambda bends: 2 * bends * 2 * bends,
            ),
            Mistake(
                "right for two bends only", "That grows by 8 with each bend. Count 3 bends.", lambda bends: 8 * bends
            ),
            Mistake(
                "right for two bends only",
                "Draw 3 bends: how many paths are there, and how long is each?",
                lambda bends: 4**bends,
            ),
            Mistake(
                "one edge for each bend",
                "Into a bend and out of it: how many edges of it lie on a path?",
                lambda bends: 2**bends * bends,
            ),
        ),
        "How many paths are there, and how many edges has one of them?",
        "Paths double with every bend; edges only grow by four.",
        inputs=lambda rng: (int(rng.integers(3, 12)),),
        arguments=("bends",),
    ),
)
