"""Exercises of notebook 10: inputs on which a wrong gradient shows."""

from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake


def _bugs(W: Any, x: Any, g: Any) -> dict[str, Any]:
    """Wrong ways to send g back through z = Wx, by name."""
    found = {
        "the upstream gradient is ignored": (W.T @ np.ones_like(g), np.outer(np.ones_like(g), x)),
        "the upstream gradient is summed": (W.T @ np.full_like(g, g.mean()), np.outer(np.full_like(g, g.mean()), x)),
        "the input is ignored": (W.T @ g, np.outer(g, np.ones_like(x))),
        "nothing is sent back": (np.zeros_like(x), np.outer(g, x)),
    }
    if W.shape[0] == W.shape[1]:
        # With unequal sizes a missing transpose does not even fit: it is exposed by its error.
        found["the transpose is missing"] = (W @ g, np.outer(g, x))
        found["the outer product is transposed"] = (W.T @ g, np.outer(x, g))
    return found


def still_hidden(answer: Any) -> tuple[str, ...]:
    """The planted bugs that stay hidden on a reader's W, x and upstream gradient g."""
    W, x, g = (np.asarray(part, dtype=float) for part in answer)
    if W.ndim != 2 or x.shape != W.shape[1:] or g.shape != W.shape[:1]:
        raise ValueError(f"W {W.shape}, x {x.shape}, g {g.shape} do not fit: W needs (n, m), x (m,) and g (n,)")
    right = (W.T @ g, np.outer(g, x))
    hidden = [
        name
        for name, wrong in _bugs(W, x, g).items()
        if all(np.allclose(a, b) for a, b in zip(right, wrong, strict=True))
    ]
    return tuple(sorted(hidden))


_rng = np.random.default_rng(10)
_x, _g = _rng.normal(size=3), _rng.normal(size=2)
_S = _rng.normal(size=(3, 3))

EXERCISES = (
    Exercise(
        "10-expose",
        "Arrays (W, x, g) on which every planted bug in the backward step of z = Wx shows; g comes from above.",
        (_rng.normal(size=(2, 3)), _x, _g),
        (
            Mistake(
                "ones from above",
                "If g is all ones, who notices that it was left out?",
                (_rng.normal(size=(2, 3)), _x, np.ones(2)),
            ),
            Mistake("zeros", "A bug times zero is zero.", (np.zeros((2, 3)), np.zeros(3), np.zeros(2))),
            Mistake(
                "a symmetric matrix",
                "W and Wᵀ are the same here. Who notices that one stands for the other?",
                (_S + _S.T, _x, _rng.normal(size=3)),
            ),
            Mistake(
                "ones as input",
                "If x is all ones, who notices that it was left out?",
                (_rng.normal(size=(2, 3)), np.ones(3), _g),
            ),
        ),
        "Some bug stays hidden on your arrays. Which of them is too regular: the sizes, W, x or g?",
        "Unequal sizes and random numbers hide nothing.",
        measure=still_hidden,
    ),
)
