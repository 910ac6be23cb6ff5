"""Answers that were tried on every exercise, one module a notebook, each with what must be said to it.

`right` holds right answers in usual and unusual dress, `wrong` plausible wrong ones and `lucky` programs that work by luck
or break a demand of the task; the last two are pairs of an answer and a pattern that the message must match.
"""

import importlib
from typing import Any, NamedTuple

Pairs = list[tuple[Any, str]]


class Tries(NamedTuple):
    """What was tried on one exercise."""

    right: list[Any]
    wrong: Pairs
    lucky: Pairs | tuple[()] = ()


def all_answers() -> dict[str, Tries]:
    """Exercise id → what was tried, in the order of the notebooks."""
    modules = [importlib.import_module(f"answers.nb{number:02}") for number in range(19)]
    return {name: tries for module in modules for name, tries in module.ANSWERS.items()}
