"""The library's own derivations, read as those of others: which of their lines hold without rounding."""

from __future__ import annotations

from collections.abc import Sequence

from lecture_lib.matcalc.labels import label
from lecture_lib.matcalc.paper.problem import problem_of
from lecture_lib.matcalc.paper.reader import TROUBLES, Reader
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.record import Record, Step


def proved(record: Record, steps: Sequence[Step]) -> list[bool]:
    """Which lines of a derivation are proved modulo a prime; what cannot be read there is not."""
    signals = {label(delta.data).text: f"∇_{place} {record.output.name}" for place, delta in record.deltas.items()}
    try:
        reader = Reader(problem_of(record.output), signals)
    except TROUBLES:
        return [False] * len(steps)
    return [step.claim.kind == "definition" or _holds(reader, step) for step in steps]


def _holds(reader: Reader, step: Step) -> bool:
    try:
        left, right = reader.problem.read(f"{step.left.text} {step.sign} {text(step.body)}").sides
        found = reader.judge.step(left, right)
    except TROUBLES:
        return False
    return found is not None and found.exact
