"""Exercises on paper: derivations that are typed line by line; one module a notebook."""

from __future__ import annotations

import importlib
from pathlib import Path

from lecture_lib.exercises.paper import PaperExercise
from lecture_lib.matcalc.paper.tasks import FINDERS

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("nb*.py"))
PAPERS: tuple[PaperExercise, ...] = tuple(
    paper for name in MODULES for paper in importlib.import_module(f"{__name__}.{name}").PAPERS
)


def find_paper(name: object) -> PaperExercise | None:
    """The paper exercise with an id.

    Args:
        name: the id, such as "05-paper-b".

    Returns:
        The exercise; None when there is none.

    Example:
        >>> find_paper("05-paper-b").given
        ('u', 'z')
    """
    return next((paper for paper in PAPERS if paper.id == name), None)


FINDERS.append(find_paper)
