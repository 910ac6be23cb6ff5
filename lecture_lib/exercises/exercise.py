"""What an exercise is: a task, its solution, and the wrong answers that readers give.

The exercises of notebook 06 are the tuple EXERCISES of `nb06.py` beside this module, in the order in which they are
set. In the notebook, the cell `answer = ...` (or a function that returns `...`) ends with `check("06-outer", answer)`;
hints and the solution follow, each in `<details>` whose summary begins with Hint or is Solution, the solution as a
python fence that assigns the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Inputs = Callable[[np.random.Generator], tuple[Any, ...]]
Finding = tuple[str, str]
"""The name of a mistake, and the nudge that belongs to it."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer with a name.

    Attributes:
        name: the misconception in a few words, as the message begins.
        nudge: one question or hint that leads on without telling the solution.
        answer: the wrong answer itself, of the same kind as the solution.
    """

    name: str
    nudge: str
    answer: Any


@dataclass(frozen=True)
class Variants:
    """How an exercise is set with other numbers.

    Attributes:
        build: makes the exercise from its numbers.
        numbers: for each argument of `build` that varies, what it may be drawn from.
    """

    build: Callable[..., Exercise]
    numbers: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Exercise:
    """A question whose answer can be checked.

    An answer is a value (a number, a text, an array, a tuple such as a shape) or a function. Functions are compared on
    random inputs whose sizes all differ, so that nothing is right by luck.

    Attributes:
        id: the notebook's two digits and a name, such as "06-outer".
        task: what is asked for, in one sentence.
        solution: the right answer.
        mistakes: wrong answers, the more special before the more general.
        nudge: what to say to a wrong answer that is none of them.
        lesson: what the right answer shows, in one sentence.
        inputs: draws one tuple of arguments for a function; None when the answer is a value.
        arguments: the names of a function's arguments.
        measure: turns an answer into what is compared, where many answers are right; usually the answer itself. Where a
            class is asked for it takes the class and one draw of `inputs`.
        labels: what the parts of an answer are called, such as the six formulas "A" to "F".
        choices: the texts of which the answer is one, or some.
        ordered: whether the order of several choices counts.
        way: the value of an answer once more, worked out step by step: usual slips are made in it.
        also: another right answer, whose outcomes are others, such as the exact slope beside the numeric one.
        demands: what else the task asks for; each is given the exercise and a right answer, and finds a fault or None.
        variants: how it is set with other numbers, None where it is not.

    Example:
        >>> halve = Exercise("00-half", "Half of x.", lambda x: x / 2, (), "What is half of 2?", "It halves.",
        ...                  inputs=lambda rng: (rng.normal(),), arguments=("x",))
        >>> halve.is_function
        True
    """

    id: str
    task: str
    solution: Any
    mistakes: tuple[Mistake, ...]
    nudge: str
    lesson: str
    inputs: Inputs | None = None
    arguments: tuple[str, ...] = ()
    measure: Callable[..., Any] = field(default=lambda answer: answer)
    labels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    ordered: bool = False
    way: Callable[[], Any] | None = None
    also: Any = None
    demands: tuple[Callable[[Exercise, Any], Finding | None], ...] = ()
    variants: Variants | None = None

    @property
    def is_function(self) -> bool:
        """Whether the answer is a function, or a class."""
        return self.inputs is not None

    @property
    def form(self) -> str:
        """What is handed over.

        "function", "class", "number", "shape", "shapes", "numbers", "flags", "choice", "names", "texts" or "arrays".
        """
        if self.is_function:
            return "function" if self.arguments else "class"
        if self.choices:
            return "choice" if isinstance(self.solution, str) else "texts" if self.ordered else "names"
        if not isinstance(self.solution, (tuple, list)):
            return "number"
        parts = tuple(self.solution)
        if any(isinstance(part, np.ndarray) for part in parts):
            return "arrays"
        if any(isinstance(part, tuple) for part in parts):
            return "shapes"
        if parts and all(isinstance(part, bool) for part in parts):
            return "flags"
        return "numbers" if self.labels else "shape"
