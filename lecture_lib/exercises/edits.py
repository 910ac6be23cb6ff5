"""Small changes of a program, one place at a time.

Made in the solution a change is a slip; made in a reader's program it is a repair. A row of `EDITS` has a name and a
nudge for either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lecture_lib.exercises import changes
from lecture_lib.exercises.brackets import brackets, without_brackets
from lecture_lib.exercises.exercise import Finding
from lecture_lib.exercises.programs import Program, places

NO_WORDS: Finding = ("", "")
"""Of a change that is no slip of readers in this direction."""

Change = Callable[[Any, Program], Iterator[ast.AST]]


@dataclass(frozen=True)
class Edit:
    """A kind of change.

    Attributes:
        change: from a node to what may stand in its place.
        slip: what a reader has done whose answer does what the changed solution does.
        repair: what a reader has done whose answer is right after the change; {old} stands for the place in it.
    """

    change: Change
    slip: Finding
    repair: Finding


def changed(program: Program, kinds: tuple[Edit, ...], use: str) -> Iterator[tuple[Edit, ast.AST]]:
    """Make each change in turn, for as long as the loop stands at it."""
    spots = list(places(program.module))
    for edit in (kind for kind in kinds if getattr(kind, use) is not NO_WORDS):
        for node, put in spots:
            for new in edit.change(node, program):
                put(ast.fix_missing_locations(ast.copy_location(new, node)))
                yield edit, node
                put(node)


IN_THE_CODE: tuple[Edit, ...] = (
    Edit(brackets, NO_WORDS, ("brackets are missing", "Look at {old}: what does Python work out first there?")),
    Edit(
        changes.copies,
        NO_WORDS,
        ("a second name, not a copy", "y = x only gives the same array another name. What makes a copy?"),
    ),
    Edit(
        changes.undone,
        NO_WORDS,
        ("a step is not undone", "The steps pile up: where does each entry stand when the next one is moved?"),
    ),
)
"""Slips that are seen in the reader's own lines, before those that are told from the result."""

EDITS: tuple[Edit, ...] = (
    Edit(
        changes.overwritten,
        ("overwritten instead of added", "Something is used twice. What becomes of its first share?"),
        ("added where nothing is to be added", "Look at {old}: is the old value still wanted there?"),
    ),
    Edit(
        changes.transposes,
        ("a transpose too many or too few", "Write the shapes side by side. Which way does the signal go?"),
        ("a transpose too many or too few", "Look at {old}: which way does the signal go there?"),
    ),
    Edit(
        changes.signs,
        ("a wrong sign", "When this part grows, does the result grow or shrink?"),
        ("a wrong sign", "Look at {old}: when this part grows, does the result grow or shrink?"),
    ),
    Edit(
        changes.powers,
        ("a power is lost", "Check each exponent: is a square really a square in yours?"),
        ("a power too many", "Look at {old}: should that power stand there?"),
    ),
    Edit(
        changes.places_off,
        ("off by one", "Count on your fingers with a small case. Is one too many or too few?"),
        ("off by one", "Look at {old}: count with a small case. Is one too many or too few?"),
    ),
    Edit(
        changes.factors,
        (
            "a factor is missing",
            "Count the factors on the way from the input to the result. Which one does yours leave out?",
        ),
        ("a factor too many", "Look at {old}: does every factor there belong to the result?"),
    ),
    Edit(
        changes.terms,
        ("a term is missing", "Count the terms: what else is added or subtracted?"),
        ("a term too many", "Look at {old}: does every term there belong to the result?"),
    ),
    Edit(
        without_brackets,
        (
            "brackets are missing",
            "Python takes * and / before + and -, and those from left to right. What belongs together?",
        ),
        NO_WORDS,
    ),
    Edit(
        changes.functions,
        ("the input in place of the output", "One step is left out: is it z or f(z) that is wanted there?"),
        ("applied once too often", "Look at {old}: has that not been applied already?"),
    ),
    Edit(
        changes.other_slopes,
        ("the slope of another function", "Which function bends here, tanh or σ, and what is its slope?"),
        ("the slope of another function", "Look at {old}: of which function is that the slope?"),
    ),
    Edit(
        changes.other_functions,
        ("another function", "Check the names of the functions: tanh or σ, largest or smallest, spread or its square?"),
        ("another function", "Look at {old}: is that the function that the task names?"),
    ),
    Edit(
        changes.means,
        ("a mean in place of a sum", "Do the parts add up, or is their mean taken?"),
        ("mean and sum are exchanged", "Look at {old}: do the parts add up, or is their mean taken?"),
    ),
    Edit(
        changes.axes,
        ("the wrong axis", "Which axis must be gone at the end, and which must stay?"),
        ("the wrong axis", "Look at {old}: which axis must be gone afterward, and which must stay?"),
    ),
    Edit(
        changes.kept,
        ("an axis is lost or kept", "What is the shape after the sum, and which one is asked for?"),
        ("an axis is lost or kept", "Look at {old}: what shape does it leave, and which one is asked for?"),
    ),
    Edit(
        changes.freedom,
        ("divided by another count", "By how much is a spread divided: by k, or by k - 1?"),
        ("divided by another count", "By how much does {old} divide: by k, or by k - 1?"),
    ),
    Edit(
        changes.turned,
        ("in another order", "Here the order counts. Which comes first?"),
        ("in another order", "Look at {old}: here the order counts. Which comes first?"),
    ),
    Edit(
        changes.renames,
        ("another argument in its place", "Look at each name: is that the one which belongs there?"),
        ("another argument in its place", "Look at {old}: is that the one which belongs there?"),
    ),
    Edit(
        changes.renamed_everywhere,
        ("another argument in its place", "Look at each name: is that the one which belongs there?"),
        ("another argument in its place", "Look at each name: is that the one which belongs there?"),
    ),
    Edit(
        changes.exchanged,
        ("two arguments are exchanged", "Look at the names: does each argument stand where the other should?"),
        ("two arguments are exchanged", "Does each argument stand where it should? Look at their order too."),
    ),
    Edit(
        changes.squares,
        ("a square too many", "Is everything that you square a square in the formula?"),
        ("a square is missing", "Look at {old}: is a power lost there?"),
    ),
    Edit(
        changes.counts,
        ("off by one", "Count on your fingers with a small case. Is one too many or too few?"),
        ("off by one", "Look at {old}: count with a small case. Is one too many or too few?"),
    ),
    Edit(
        changes.constants,
        ("another constant", "Check the constants: twos, halves and ones."),
        ("another constant", "Look at {old}: is that the number which belongs there?"),
    ),
    Edit(
        changes.operators,
        ("another operation", "Check each sign: a product, a quotient, or a product with a sum?"),
        ("another operation", "Look at {old}: is that the right operation?"),
    ),
    Edit(
        changes.sums,
        ("added, not multiplied", "How do the two combine: does one scale the other, or come on top?"),
        ("multiplied, not added", "Look at {old}: does one scale the other, or come on top?"),
    ),
    Edit(
        changes.products,
        ("multiplied, not added", "How do the two combine: does one come on top of the other?"),
        ("added, not multiplied", "Look at {old}: does one come on top of the other, or scale it?"),
    ),
    Edit(
        changes.sides,
        ("the other side", "Which side of the border is meant?"),
        ("the other side", "Look at {old}: which side of the border is meant?"),
    ),
    Edit(
        changes.newaxes,
        ("lined up along another axis", "Which axis does each of the arrays run along?"),
        ("lined up along another axis", "Look at {old}: along which axis does it run?"),
    ),
    Edit(
        changes.added,
        ("added where nothing is to be added", "Is the old value still wanted there?"),
        ("overwritten instead of added", "{old} forgets what stood there before. What becomes of an earlier share?"),
    ),
    Edit(
        changes.statements,
        ("a step is left out", "Go through your lines with a small example: is a step missing?"),
        ("a step too many", "Look at {old}: should that happen at all?"),
    ),
    Edit(
        brackets,
        ("brackets stand elsewhere", "Python takes * and / before + and -. Which parts belong together?"),
        NO_WORDS,
    ),
    Edit(
        changes.more_factors,
        NO_WORDS,
        ("a factor is missing", "Look at {old}: by what is it to be multiplied?"),
    ),
    Edit(
        changes.more_terms,
        NO_WORDS,
        ("a term is missing", "Look at {old}: is something added to it?"),
    ),
)
