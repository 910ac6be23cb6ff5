"""Equations as they are printed, judged with random numbers of unequal sizes."""

from lecture_lib.exercises.printed.judge import judge_equation

__all__ = ["judge_equation"]
