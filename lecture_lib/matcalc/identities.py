"""The table of standard identities, rendered from the rules themselves, each with its proof's error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lecture_lib.matcalc import language as v
from lecture_lib.matcalc import language_matrix as m
from lecture_lib.matcalc.derive import derive
from lecture_lib.matcalc.display import escaped, row_of, tick
from lecture_lib.matcalc.expr import Expr, total
from lecture_lib.matcalc.labels import change_label, entries_of, gradient_label, jacobian_label, label
from lecture_lib.matcalc.printing import latex
from lecture_lib.matcalc.prove import prove
from lecture_lib.matcalc.record import Claim, Step, moving
from lecture_lib.matcalc.rules import change, flipped, local_jacobian, pulled
from lecture_lib.matcalc.simplify import simplified
from lecture_lib.matcalc.sizes import ONE
from lecture_lib.matcalc.symbols import let, ones, symbols
from lecture_lib.matcalc.walk import substitute

# name of the result, its definition, and by what it is differentiated
IDENTITIES: list[tuple[str, str, Callable[..., Expr], str]] = [
    ("y", "W:n×m x:m", lambda W, x: W @ x, "x W"),
    ("y", "W:n×m x:n", lambda W, x: x.T @ W, "x W"),
    ("z", "W:n×m x:m b:n", lambda W, x, b: W @ x + b, "b"),
    ("y", "x:n", lambda x: v.f(x), "x"),
    ("y", "a:n b:n", lambda a, b: a * b, "a b"),
    ("y", "v:n x:n", lambda a, x: m.diag(a) @ x, "v"),
    ("s", "u:n h:n", lambda u, h: u.T @ h, "u h"),
    ("s", "x:n A:n×n", lambda x, A: x.T @ A @ x, "x A"),
    ("s", "x:n", lambda x: v.norm(x), "x"),
    ("s", "x:n", lambda x: v.norm(x) ** 2, "x"),
    ("s", "W:n×m", lambda W: v.norm(W) ** 2, "W"),
    ("s", "A:n×m X:m×k B:k×n", lambda A, X, B: m.trace(A @ X @ B), "X"),
    ("s", "X:n×m A:n×n", lambda X, A: m.trace(X.T @ A @ X), "X"),
    ("s", "X:n×n", lambda X: m.logdet(X), "X"),
    ("Y", "X:n×n", lambda X: m.inv(X), "X"),
    ("p", "q:k", lambda q: v.softmax(q), "q"),
    ("y", "q:k", lambda q: v.log_softmax(q), "q"),
    ("s", "q:k", lambda q: v.logsumexp(q), "q"),
    ("s", "q:k t:k", lambda q, t: v.cross_entropy(q, t), "q"),
    ("x", "a:n b:m", lambda a, b: m.concat(a, b), "a b"),
    ("Z", "X:N×m W:n×m b:n", lambda X, W, b: X @ W.T + ones("N") @ b.T, "X W b"),
    ("H", "Z:N×n", lambda Z: v.tanh(Z), "Z"),
]


@dataclass(frozen=True)
class Identity:
    """One line of the table."""

    result: Expr
    by: Expr
    jacobian: Step
    gradient: Step
    error: float

    def __repr__(self) -> str:
        jacobian = f"{self.jacobian.left} = {self.jacobian.body}"
        gradient = f"{self.gradient.left} = {self.gradient.body}"
        definition = f"{self.result} = {self.result.args[0]}"
        return f"{definition:<22} {jacobian:<34} {gradient:<34} {tick(self.error)}"


@dataclass(frozen=True)
class Table:
    """All identities."""

    rows: list[Identity]

    def __repr__(self) -> str:
        head = f"{'function':<22} {'Jacobian form':<34} {'shape convention':<34} checked"
        return "\n".join([head, *(repr(r) for r in self.rows)])

    def _repr_markdown_(self) -> str:
        lines = ["| function | Jacobian form | shape convention | checked |", "|:--|:--|:--|:--|"]
        for r in self.rows:
            definition = f"{latex(r.result)} = {latex(r.result.args[0], shapes=True)}"
            sides = [f"{s.left.latex} = {latex(s.body, shapes=True)}" for s in (r.jacobian, r.gradient)]
            cells = " | ".join(f"$\\displaystyle {c}$" for c in [definition, *sides])
            lines.append(f"| {cells} | {escaped(tick(r.error))} |")
        note = (
            "$\\delta$ (for a matrix $\\Delta$) is the gradient of $J$ that arrives at the result; "
            "where the result is itself a number, its own gradient is stated. The entries of a matrix run "
            "row by row in $\\operatorname{vec}$; $p = \\operatorname{softmax}(q)$."
        )
        return "\n".join([*lines, "", note])


def identities() -> Table:
    """The standard identities in both conventions, derived by the rules and proved.

    The Jacobian form and the differential form are those of J. Magnus and H. Neudecker, Matrix differential calculus
    with applications in statistics and econometrics, 1988, but for vec, which runs along the rows here.

    Returns:
        A table that displays itself; ``.rows`` holds the identities.

    >>> table = identities()
    >>> table.rows[0].jacobian.body, table.rows[1].gradient.body, max(r.error for r in table.rows) < 1e-7
    (W, δxᵀ, True)
    """
    rows = []
    for name, declared, build, by in IDENTITIES:
        declared_symbols = symbols(declared)
        arguments = declared_symbols if isinstance(declared_symbols, tuple) else (declared_symbols,)
        known = {s.name: s for s in arguments}
        result = let(name, build(*arguments))
        rows += [_identity(result, known[wrt]) for wrt in by.split()]
    return Table(rows)


def _identity(result: Expr, by: Expr) -> Identity:
    if result.is_scalar:
        whole, arriving = result, None
    else:
        arriving = symbols(f"{'delta' if result.is_column else 'Delta'}:{result.shape[0]}×{result.shape[1]}")
        whole = let("J", m.trace(arriving.T @ result) if not result.is_column else arriving.T @ result)
    derivation = derive(whole, [by])
    pieces = derivation.pieces
    piece = next(p for p in pieces.order if p.name == result.name)
    d = moving(by)
    moved = change(piece.args[0], by, d, pieces.names)
    pulled_back = pulled(arriving if arriving is not None else ones(1), moved, d)
    body = simplified(substitute(total(pulled_back), pieces.names), pieces.names)
    gradient = Step(gradient_label(whole.data, by.data), body, Claim("gradient", by), "shape convention")
    jacobian = _stated(piece, by, moved, d, gradient.body, pieces.names)
    proof = prove(derivation, steps=[jacobian, gradient])
    return Identity(result, by, jacobian, gradient, proof.max_error)


def _stated(piece: Expr, by: Expr, moved: Expr, d: Expr, gradient: Expr, names: dict[Expr, Expr]) -> Step:
    """The Jacobian, or where the result is a matrix the differential."""
    row = piece.shape[0] == ONE and not piece.is_scalar
    if piece.is_scalar and not by.is_column:
        return Step(jacobian_label(piece.data, entries_of(by)), row_of(gradient), Claim("local", by, piece), "")
    if piece.is_column or row:
        local = local_jacobian(flipped(moved) if row else moved, d)
        if local is not None:
            name = label(piece.data)
            above = replace(name, text=f"{name.text}ᵀ", latex=f"{name.latex}^{{\\top}}") if row else name
            return Step(
                jacobian_label(above, entries_of(by)),
                simplified(substitute(local, names), names),
                Claim("local", by, piece),
                "",
            )
    return Step(change_label(piece.data), simplified(moved, names), Claim("change", by, piece), "")
