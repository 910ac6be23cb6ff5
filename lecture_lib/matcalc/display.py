"""Derivations on the page: Markdown and LaTeX for notebooks, plain text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lecture_lib.matcalc.expr import Expr, make
from lecture_lib.matcalc.labels import entries_of, gradient_label, jacobian_label, label, signal_label
from lecture_lib.matcalc.normal import tidy, transposed_once
from lecture_lib.matcalc.printing import latex, text
from lecture_lib.matcalc.prove import TOLERANCE, Proof, prove
from lecture_lib.matcalc.record import Claim, Record, Step, two_lines
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.symbols import named
from lecture_lib.matcalc.walk import substitute

FORMS = ("derivation", "jacobian", "shape", "side by side")


def view(record: Record, form: str, row_delta: bool, wanted: list[Expr], lines: Sequence[Step]) -> View | Comparison:
    """Lines of a derivation that lead to some quantities, in one of the forms."""
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; it is one of {', '.join(repr(f) for f in FORMS)}")
    if form == "side by side":
        return Comparison(record, wanted)
    steps = list(lines)
    if form == "jacobian":
        steps = _jacobian_form(record, steps, wanted)
    if form == "shape":
        steps = _shape_form(record, steps)
    if row_delta:
        steps = with_row_signals(record, steps)
    return View(record, steps, wanted)


def row_of(column: Expr) -> Expr:
    """A gradient as a Jacobian: one row, the entries of a matrix row by row."""
    return tidy(column.T) if column.is_column else make("vec", column).T


# Whoever reads derivations line by line puts in here what says which lines hold without rounding.
PROVERS: list[Callable[[Record, Sequence[Step]], list[bool]]] = []


def tick(error: float) -> str:
    """✓ where nothing differs, ✓≈ or ✗ with a measured error."""
    return "✓" if error == 0 else f"{'✓≈' if error <= TOLERANCE else '✗'} {error:.0e}"


@dataclass(frozen=True)
class View:
    """Lines, ready to be shown."""

    record: Record
    steps: list[Step]
    wanted: list[Expr]

    @cached_property
    def proof(self) -> Proof | None:
        """The errors of these lines; None where no random point was found."""
        try:
            return prove(self.record, steps=self.steps)
        except ValueError:
            return None

    @cached_property
    def proved(self) -> list[bool]:
        """Which lines hold without rounding."""
        found = [prover(self.record, self.steps) for prover in PROVERS]
        return [any(lines) for lines in zip(*found, strict=True)] if found else [False] * len(self.steps)

    def tick(self, k: int) -> str:
        """The sign of one line, and its error where it is not proved without rounding."""
        if self.proof is None:
            return "not checked"
        error = self.proof.errors[k]
        return tick(0 if error <= TOLERANCE and self.proved[k] else error)

    @property
    def verdict(self) -> str:
        """What the proof says, in a sentence."""
        p = self.proof
        if p is None:
            return "The lines are not checked: no random point was found where the function is finite and smooth."
        good = f"Every line agrees with finite differences at {p.trials} random points"
        measured = (good if p.ok else "A line disagrees with finite differences") + f" (worst error {p.max_error:.0e})."
        ticks = [self.tick(k) for k in range(len(self.steps))]
        if not p.ok or "✓" not in ticks:
            return measured
        return f"{measured} {'All' if set(ticks) == {'✓'} else 'Those without ≈'} are proved without rounding, too."

    @property
    def title(self) -> tuple[str, str]:
        """The heading, in text and in Markdown."""
        kind = "Jacobian" if self.record.jacobian else "Gradient"
        out = label(self.record.output.data)
        by = [label(v.data) for v in self.wanted]
        return (
            f"{kind} of {out.text} with respect to {', '.join(b.text for b in by)}",
            f"**{kind} of ${out.latex}$ with respect to {', '.join(f'${b.latex}$' for b in by)}**",
        )

    def _repr_markdown_(self) -> str:
        rows = [self.title[1], "", "| | | | why | checked |", "|--:|--:|:--|:--|:--|"]
        for k, step in enumerate(self.steps):
            first, *more = step.latex_rows
            left = "" if step.again else _math(step.left.latex, beside=first)
            shown = _math(f"{step.sign} {first}", beside="" if step.again else step.left.latex)
            rows.append(f"| {k + 1} | {left} | {shown} | {escaped(step.rule)} | {self.tick(k)} |")
            rows += [f"| | | $\\displaystyle\\quad {row}$ | | |" for row in more]
        return "\n".join([*rows, "", self.verdict])

    def _repr_latex_(self) -> str:
        lines = []
        for step in self.steps:
            first, *more = step.latex_rows
            left = "" if step.again else step.left.latex
            lines.append(f"{left} &{step.sign} {first} && \\text{{{step.rule}}}")
            lines += [f"&\\quad {row}" for row in more]
        return "$$\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}$$"

    def __repr__(self) -> str:
        lefts = max(len(s.left.text) for s in self.steps)
        lines = [self.title[0], ""]
        width = max(len(two_lines(row)[0]) for s in self.steps for row in s.wrapped)
        for k, step in enumerate(self.steps):
            left = "" if step.again else step.left.text
            for j, row in enumerate(step.wrapped):
                above, below = two_lines(row)
                head = f"{k + 1:>3}  {left:>{lefts}} {step.sign:>2} " if j == 0 else " " * (lefts + 9)
                note = f"{step.rule}   {self.tick(k)}" if j == 0 else ""
                lines.append(f"{head}{above:<{width}}   {note}".rstrip())
                if below:
                    lines.append(" " * len(head) + below)
        return "\n".join([*lines, "", self.verdict])


def _math(formula: str, beside: str) -> str:
    """A formula in a cell, as tall and deep as its neighbor's, so that both stand on one line."""
    strut = f"\\vphantom{{{beside}}}" if beside else ""
    return f"$\\displaystyle {formula}{strut}$"


def escaped(words: str) -> str:
    """Words as they are written in a Markdown table."""
    for sign in "\\_*|":
        words = words.replace(sign, "\\" + sign)
    return words


def _jacobian_form(record: Record, steps: Sequence[Step], wanted: Sequence[Expr]) -> list[Step]:
    """∂-lines alone; a matrix ends with its row of entries."""
    kept = [s for s in steps if s.claim.kind in ("definition", "local", "jacobian") or s.left.kind == "signal"]
    for v in wanted:
        if not v.is_column and not record.jacobian:
            name = jacobian_label(record.output.data, entries_of(v))
            kept.append(
                Step(name, row_of(record.columns[v]), Claim("jacobian", v), "all entries, row by row, as one row")
            )
    return kept


def _shape_form(record: Record, steps: Sequence[Step]) -> list[Step]:
    """∇-lines alone: everything in the shape of what it belongs to."""
    if record.jacobian:
        raise ValueError(f"{record.output} is not a single number: it has Jacobians, and no gradients to show")
    wanted = {s.claim.of for s in steps}
    kept = [s for s in steps if s.claim.kind == "definition"]
    for v, column in record.columns.items():
        if v not in wanted:
            continue
        signal = record.deltas.get(v.name)
        value = signal.args[0] if signal is not None else column
        left = signal.data if signal is not None else gradient_label(record.output.data, v.data)
        kept.append(Step(left, value, Claim("gradient", v), f"{show_shape(v.shape)}, the shape of {text(v)}"))
    return kept


def with_row_signals(record: Record, steps: Sequence[Step]) -> list[Step]:
    """The same lines with every δ of a column written as the lecture's row."""
    rows: dict[Expr, Expr] = {}
    for signal in record.deltas.values():
        if signal.is_column and not signal.is_scalar:
            letter, _, below = signal.data.code.partition("_")
            value = tidy(make("T", substitute(signal.args[0], rows)))
            rows[signal] = make("T", named(signal_label(letter, below), value))
    out = []
    for step in steps:
        body = transposed_once(substitute(step.body, rows))
        if step.left.kind == "signal" and step.claim.of.name in record.deltas and not step.claim.of.is_scalar:
            claim = Claim("jacobian", step.claim.of) if step.claim.of.is_column else step.claim
            body = tidy(make("T", body)) if step.claim.of.is_column else body
            out.append(replace(step, body=body, claim=claim, rule="the error signal as the lecture writes it: a row"))
        elif step.body.shape == body.shape:
            out.append(replace(step, body=body))
    return out


@dataclass(frozen=True)
class Comparison:
    """Both conventions side by side, with the reason for each transpose."""

    record: Record
    wanted: list[Expr]

    @property
    def rows(self) -> list[tuple[Expr, Expr, Expr, str]]:
        """For each quantity: it, its Jacobian, its gradient, and why they differ."""
        out = []
        places = [p for p in self.record.columns if p.op == "let" and p not in self.wanted]
        for v in [*places, *self.wanted]:
            column = self.record.columns[v]
            row = row_of(column)
            out.append((v, row, column, self._reason(v, row)))
        return out

    def _reason(self, v: Expr, row: Expr) -> str:
        of, by = text(self.record.output), text(v)
        if v.is_scalar:
            return f"{by} is a single number: both are the same number"
        shape = show_shape(v.shape)
        if v.is_column:
            return f"∂{of}/∂{by} is {show_shape(row.shape)} as a Jacobian; {by} is {shape}; transpose"
        return f"∂{of}/∂vec {by} is {show_shape(row.shape)} as a Jacobian, row by row; {by} is {shape}; reshape"

    def _repr_markdown_(self) -> str:
        out = label(self.record.output.data)
        lines = ["| | Jacobian form | shape convention | why |", "|:--|:--|:--|:--|"]
        for v, row, column, why in self.rows:
            jacobian = jacobian_label(out, entries_of(v)).latex
            gradient = gradient_label(out, v.data).latex
            lines.append(
                f"| ${label(v.data).latex}$ | $\\displaystyle {jacobian} = {latex(row, shapes=True)}$ "
                f"| $\\displaystyle {gradient} = {latex(column, shapes=True)}$ | {escaped(why)} |"
            )
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        out = label(self.record.output.data)
        lines = [
            f"{jacobian_label(out, entries_of(v)).latex} &= {latex(row, shapes=True)} & "
            f"{gradient_label(out, v.data).latex} &= {latex(column, shapes=True)} && \\text{{{why}}}"
            for v, row, column, why in self.rows
        ]
        return "$$\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}$$"

    def __repr__(self) -> str:
        out = self.record.output
        cells = [
            (
                f"{jacobian_label(out.data, entries_of(v))} = {row}",
                f"{gradient_label(out.data, v.data)} = {column}",
                why,
            )
            for v, row, column, why in self.rows
        ]
        widths = [max(len(c[k]) for c in cells) for k in (0, 1)]
        return "\n".join(f"{a:<{widths[0]}}   {b:<{widths[1]}}   {why}" for a, b, why in cells)
