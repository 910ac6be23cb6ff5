"""Exercises on paper: derivations that are typed line by line."""

from __future__ import annotations

from lecture_lib.exercises.bank.paper_first import FIRST
from lecture_lib.exercises.bank.paper_later import LATER
from lecture_lib.exercises.paper import PaperExercise
from lecture_lib.matcalc.paper.tasks import FINDERS

PAPERS: tuple[PaperExercise, ...] = (*FIRST, *LATER)


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
