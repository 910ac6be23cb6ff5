"""A derivation on paper, typed line by line, is read and judged line by line."""

from lecture_lib.matcalc.paper.derived import Derived, Line, check_derivation

__all__ = ["Derived", "Line", "check_derivation"]
