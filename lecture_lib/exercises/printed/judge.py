"""One printed equation, judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecture_lib.exercises.printed.latex_check import MisfitError, Setting, errors_of


def judge_equation(latex: str, setting: Callable[[np.random.Generator], Setting], seed: int = 1) -> str:
    r"""Say of an equation, as LaTeX prints it, whether it holds for random numbers with unequal sizes.

    Args:
        latex: the equation, without its dollar signs. A derivative in it is found by wiggling.
        setting: draws the numbers behind the symbols; `lecture_lib.exercises.printed.settings` has the course's own.
        seed: of the draw.

    Returns:
        "holds", "fits in shape, and is wrong", or "does not even fit: " with the shapes.

    Raises:
        ClaimError: LaTeX that cannot be read as an equation.

    Example:
        >>> from lecture_lib.exercises.printed import judge_equation, settings
        >>> judge_equation(r"\nabla_W s = \delta x^\top", settings.bare_score)
        'holds'
        >>> judge_equation(r"\nabla_W s = x \delta^\top", settings.bare_score)
        'does not even fit: the left side is 3×6, the right side 6×3'
    """
    try:
        errors = errors_of(latex, setting(np.random.default_rng(seed)))
    except MisfitError as error:
        return f"does not even fit: {error.shapes}"
    return "holds" if max(errors) <= 1 else "fits in shape, and is wrong"
