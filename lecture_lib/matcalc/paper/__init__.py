"""A derivation on paper, typed line by line, is read and judged line by line."""

from lecture_lib.matcalc.display import PROVERS
from lecture_lib.matcalc.paper.derived import Derived, Line
from lecture_lib.matcalc.paper.puzzle import Puzzle, puzzle
from lecture_lib.matcalc.paper.reader import check_derivation
from lecture_lib.matcalc.paper.selfread import proved

__all__ = ["Derived", "Line", "Puzzle", "check_derivation", "puzzle"]

PROVERS.append(proved)
