"""The narrator: walk from the output to the parameters, one idea a line.

∂-lines are Jacobians (of a number: a row) and multiply from left to right; at every pre-activation, after
all paths into it are summed, δ := (∂J/∂z)ᵀ gets its name; ∇-lines have the shape of what they belong to.
What is a matrix goes through the differential form dJ = tr(GᵀdX), whose G is the gradient.

Source of the differential form: J. Magnus and H. Neudecker, Matrix differential calculus with applications in
statistics and econometrics, 1988.
"""

from __future__ import annotations

from dataclasses import replace

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.cut import Cut
from lecture_lib.matcalc.expr import Expr, Number, chain, entries, exact, make, number, parts, total
from lecture_lib.matcalc.labels import (
    Label,
    change_label,
    entries_of,
    gradient_label,
    jacobian_label,
    label,
    signal_label,
)
from lecture_lib.matcalc.normal import tidy
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.record import Claim, Record, Step, moving
from lecture_lib.matcalc.rules import change, flipped, inner, local_jacobian, pulled
from lecture_lib.matcalc.simplify import TIDY, simplified, simplify
from lecture_lib.matcalc.symbols import named
from lecture_lib.matcalc.walk import depends, free_symbols, substitute, topological

Name = str | Label

# The longest row, in characters, that is carried on as it is; a row that is a single number is written out less far.
LONG = 26
SHORT = 7


class Narrator:
    """Writes the lines of one derivation."""

    def __init__(self, pieces: Cut, wanted: list[Expr], jacobian: bool) -> None:
        self.pieces = pieces
        self.wanted = wanted
        self.jacobian = jacobian
        self.output = pieces.output
        self.steps: list[Step] = []
        self.rows: dict[Expr, Expr] = {}
        self.columns: dict[Expr, Expr] = {}
        self.signals: dict[str, Expr] = {}
        self.stated: set[Expr] = set()
        self.users: dict[Expr, list[Expr]] = {}
        for piece in pieces.order:
            for parent in pieces.parents(piece):
                self.users.setdefault(parent, []).append(piece)
        self.needed = self._needed()
        self.letters = self._letters()

    def _needed(self) -> set[Expr]:
        """What lies on a path from something wanted to the output."""
        needed = set(self.wanted)
        for piece in self.pieces.order:
            if any(p in needed for p in self.pieces.parents(piece)):
                needed.add(piece)
        return needed

    def _letters(self) -> dict[Expr, tuple[str, str]]:
        """The letter and subscript of each error signal: δ for columns, Δ for matrices, e for numbers."""
        places = [p for p in self.pieces.order if p in self.needed and self.pieces.is_signal(p)]
        big = [p for p in places if not p.is_scalar]
        letters = {p: ("e" if big else "delta") if p.is_scalar else "delta" if p.is_column else "Delta" for p in places}
        taken = {label(s.data).text for s in [*free_symbols(self.output), *self.pieces.order]}
        out: dict[Expr, tuple[str, str]] = {}
        for p, letter in letters.items():
            same = [q for q in letters if letters[q] == letter]
            digits = [_digits(q.name) for q in same]
            short = all(digits) and len(set(digits)) == len(digits)
            below = "" if len(same) == 1 and label(letter).text not in taken else _digits(p.name) if short else p.name
            out[p] = (letter, below)
        return out

    def run(self) -> Record:
        """Write all lines."""
        for piece in self._definitions():
            self._say(piece, piece.args[0], Claim("definition", piece), "a piece, and its name")
        for piece in reversed(self.pieces.order):
            if piece in self.needed and piece != self.output:
                self._arrive(piece)
                self._finish(piece)
        # What the output alone uses, such as u in uᵀh, waits until the error signals have been told.
        self._finish(self.output)
        return Record(self.pieces, self.wanted, self.steps, self.columns, self.rows, self.signals, self.jacobian)

    def _definitions(self) -> list[Expr]:
        """The pieces that the derivation speaks of, each after what it is made of."""
        spoken = [p for p in self.pieces.order if p in self.needed or self.needed & set(self.users.get(p, []))]
        placed: list[Expr] = []
        for piece in [None, *spoken]:
            placed += [piece] if piece is not None else []
            for helper in self.pieces.helpers:
                below = self.pieces.parents(helper)
                if helper not in placed and all(p in placed or p.op == "symbol" for p in below):
                    placed.append(helper)
        return placed

    def _finish(self, piece: Expr) -> None:
        """Go on to the wanted symbols into which all paths are known once this piece, their first user, is told."""
        ready = [v for v in self.wanted if v.op == "symbol" and self.users[v][0] == piece]
        for v in sorted(ready, key=lambda v: _depth(piece.args[0], v)):
            self._arrive(v)

    def _say(self, subject: Label | Expr, body: Expr, claim: Claim, rule: str, again: bool = False) -> None:
        self.steps.append(Step(subject, body, claim, rule, again))

    def _say_simplified(self, subject: Label | Expr, body: Expr, claim: Claim) -> Expr:
        """Write every recorded simplification as a line of its own; return the last form."""
        for rewriting in simplify(body, self.pieces.names):
            rule = _bookkeeping(body) if rewriting.rule == TIDY else rewriting.rule
            if text(rewriting.result) != text(self.steps[-1].body):
                self._say(subject, rewriting.result, claim, rule, again=True)
            body = rewriting.result
        return body

    def _arrive(self, v: Expr) -> None:
        """Sum all paths into v, give the sum its name, and turn it to v's shape."""
        users = self._users(v)
        several = len(users) > 1
        paths = [self._path(user, v, several) for user in users]
        rows = [row for row, _ in paths]
        if all(row is not None for row in rows):
            self._sum_rows(v, [r for r in rows if r is not None])
        else:
            self._sum_columns(v, [column for _, column in paths])
        if self.jacobian:
            return
        if v in self.letters:
            self._name_signal(v)
        if v in self.wanted:
            self._conclude(v)

    def _summed(self, v: Expr, paths: list[Expr], kind: str) -> Expr:
        """All paths into v, added up and simplified."""
        if len(paths) == 1:
            return paths[0]
        claim, name, out = Claim(kind, v), self._name_of(kind, v), total(paths)
        parts = [named(self._name_of(kind, v, u.data), p) for u, p in zip(self._users(v), paths, strict=True)]
        self._say(name, total(parts), claim, "all paths into it add up")
        self._say(name, out, claim, "put in what each path gave", again=True)
        return self._say_simplified(name, out, claim)

    def _name_of(self, kind: str, v: Expr, via: Name | None = None) -> Label:
        if kind == "gradient":
            return gradient_label(self.output.data, v.data, via)
        return self._jacobian_label(self.output, v, via)

    def _sum_rows(self, v: Expr, rows: list[Expr]) -> None:
        row = self.rows[v] = self._summed(v, rows, "jacobian")
        if not self.jacobian:
            self.columns[v] = row if v.is_scalar else tidy(flipped(row))
            limit = SHORT if v.is_scalar else LONG
            if v.op == "let" and v not in self.letters and v not in self.wanted and len(text(row)) > limit:
                self._shorten(v)

    def _shorten(self, v: Expr) -> None:
        """A long row gets a name before it is carried on."""
        name = signal_label("g", v.name)
        self._say(name, self.columns[v], Claim("gradient", v), "a name for what is long: the row, transposed")
        self.columns[v] = named(name, self.columns[v])
        self.rows[v] = tidy(make("T", self.columns[v]))

    def _users(self, v: Expr) -> list[Expr]:
        """The pieces through which v is felt, the last to be computed first."""
        return [p for p in reversed(self.pieces.order) if p in self.users.get(v, []) and p in self.needed]

    def _sum_columns(self, v: Expr, columns: list[Expr]) -> None:
        self.stated.add(v)
        self.columns[v] = self._summed(v, columns, "gradient")
        if v.is_column:
            self.rows[v] = tidy(make("T", self.columns[v]))

    def _name_signal(self, v: Expr) -> None:
        letter, below = self.letters[v]
        name = replace(signal_label(letter, below), source=self.output)
        value = self.columns[v]
        signal = named(name, value)
        transposed = v in self.rows and not v.is_scalar
        signal_at = f"the error signal at {text(v)}"
        rule = f"{signal_at}: the row, transposed to a column" if transposed else f"name it: {signal_at}"
        self._say(name, value, Claim("gradient", v), rule)
        self.signals[v.name] = signal
        self.columns[v] = signal
        self.rows[v] = tidy(make("T", signal))

    def _conclude(self, v: Expr) -> None:
        """The gradient in v's shape."""
        column = self.columns[v]
        if v not in self.stated and v not in self.letters:
            name = gradient_label(self.output.data, v.data)
            rule = "a single number: nothing to transpose" if v.is_scalar else f"transpose to the shape of {text(v)}"
            self._say(name, column, Claim("gradient", v), rule)

    def _jacobian_label(self, of: Expr, by: Expr, via: Name | None = None) -> Label:
        """∂z/∂x; where a Jacobian by or of a matrix is stated, its entries run row by row."""
        return jacobian_label(entries_of(of), entries_of(by), via)

    def _path(self, user: Expr, v: Expr, several: bool) -> tuple[Expr | None, Expr]:
        """The contribution of one user to v's derivative: as a row if all is columns, and in v's shape."""
        d = moving(v)
        moved = change(user.args[0], v, d, self.pieces.names)
        via = user.data if several else None
        if self.jacobian or (user.is_column and v.is_column):
            local = local_jacobian(moved, d)
            if local is not None:
                return self._path_of_columns(user, v, local, via)
            if self.jacobian:
                raise ShapeError(
                    f"the Jacobian ∂{text(user)}/∂{text(v)} is not stated for this form; "
                    f"take a single number, such as tr(Cᵀ{text(user)})"
                )
        return None, self._path_of_matrices(user, v, moved, d, via)

    def _path_of_columns(self, user: Expr, v: Expr, local: Expr, via: Name | None) -> tuple[Expr, Expr]:
        name, claim = self._jacobian_label(user, v), Claim("local", v, user)
        local = tidy(substitute(local, self.pieces.names))
        if user == self.output and via is not None:
            name, claim = self._jacobian_label(self.output, v, via), Claim("jacobian", v, user)
        self._say(name, local, claim, rule_name(user, v))
        row = local = self._say_simplified(name, local, claim)
        if user != self.output:
            name = self._jacobian_label(self.output, v, via)
            claim = Claim("jacobian", v, user if via else None)
            whole = chain([self.rows[user], local])
            self._say(name, whole, claim, f"chain rule: ∂{self.output}/∂{user} times ∂{user}/∂{v}")
            row = self._say_simplified(name, whole, claim)
        return row, (row if self.jacobian or v.is_scalar else tidy(flipped(row)))

    def _path_of_matrices(self, user: Expr, v: Expr, moved: Expr, d: Expr, via: Name | None) -> Expr:
        moved = tidy(substitute(moved, self.pieces.names))
        whole = change_label(self.output.data)
        claim = Claim("change", v, user)
        self._say(change_label(user.data), moved, claim, f"only {v} moves: {rule_name(user, v)}")
        moved = self._say_simplified(change_label(user.data), moved, claim)
        if user == self.output:
            gradient = total(pulled(number(1), moved, d))
        else:
            arriving = self.columns[user]
            rule = f"chain rule: what a change of {user} does to {self.output}"
            self._say(whole, _inner(arriving, moved), Claim("total change", v, user), rule)
            gradient = total(pulled(arriving, moved, d))
        gradient = simplified(gradient, self.pieces.names)
        final = _inner(gradient, d)
        if self.steps[-1].body != final:
            self._say(whole, final, Claim("total change", v, user), _turning_rule(v), again=True)
        name = gradient_label(self.output.data, v.data, via)
        claim = Claim("gradient", v, user if via else None)
        free = f"; its entries move freely, whatever is known of {v}" if v.fact else ""
        self._say(name, gradient, claim, f"read off what stands before d{v}{free}")
        return gradient


def _bookkeeping(e: Expr) -> str:
    """What tidying does to an expression, in words."""
    nodes = topological([e], into_lets=False)
    if any(n.op == "eye" for n in nodes):
        return "the identity changes nothing"
    for n in nodes:
        powers = list(parts(n).scalars) if n.op == "product" else entries(n) if n.op == "hadamard" else []
        if any(base == other and top * further < 0 for base, top in powers for other, further in powers):
            return "cancel"
    if any(n.op == "product" and n.data[0] < 0 for n in nodes):
        return "signs and numbers to the front"
    return "collect what is alike"


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())


def _depth(body: Expr, v: Expr) -> int:
    """How deep v stands in a body: a direct summand comes before a factor."""
    depths = {body: 0}
    stack = [body]
    while stack:
        node = stack.pop()
        if node == v:
            return depths[node]
        if node.op == "let" and node is not body:
            continue
        for a in node.args:
            step = 0 if node.op in ("sum", "T") or (node.op == "product" and len(node.args) == 1) else 1
            if a not in depths:
                depths[a] = depths[node] + step
                stack.insert(0, a)
    return 99


def _inner(g: Expr, d: Expr) -> Expr:
    """tr(Gᵀ dX); for columns Gᵀ dx; for numbers g dx."""
    return tidy(inner(g, d))


def _turning_rule(v: Expr) -> str:
    return "inside a trace factors may go round" if not v.is_column else "written as a row times the change"


RULES = {
    "sum": "a sum: each term by itself",
    "product": "a product: the other factor stays",
    "scalars": "a number times something: the other factor stays",
    "hadamard": "entry by entry: the other factor on the diagonal",
    "elem": "an elementwise function: output i sees input i alone",
    "power": "a power",
    "maximum": "the larger one passes its change on",
    "minimum": "the smaller one passes its change on",
    "max": "the largest entry passes its change on",
    "winner": "which entry is the largest does not change",
    "softmax": "softmax: pᵢ depends on every q",
    "log_softmax": "log softmax: one minus the softmax",
    "logsumexp": "logsumexp: its slope is the softmax",
    "cross_entropy": "softmax and cross-entropy fused, as 1ᵀt = 1",
    "norm": "a length: the direction",
    "trace": "a trace is linear",
    "inv": "an inverse: minus the inverse on both sides",
    "logdet": "log det: the inverse, transposed",
    "det": "a determinant: itself times the inverse, transposed",
    "expm": "the matrix exponential: its own differential",
    "frechet": "linear in what moves",
    "diag": "a diagonal matrix is linear in its diagonal",
    "diagpart": "a diagonal is linear in the matrix",
    "concat": "a stack: its own block is the identity",
    "rows": "rows cut out",
    "vec": "the same entries as a column",
    "unvec": "the same entries as a matrix",
    "kron": "a Kronecker product: the other factor stays",
    "T": "a transpose",
}


def rule_name(piece: Expr, v: Expr) -> str:
    """The rule by which a piece depends on a symbol or another piece, in words."""
    body, times_number = piece.args[0], ""
    while True:
        if body == v:
            return "a summand: the identity"
        inside = [k for k, a in enumerate(body.args) if depends(a, v)]
        if len(inside) > 1:
            if body.op == "concat":
                return f"a stack: the identity in each block of {text(v)}"
            return f"product rule: {text(v)} stands in {len(inside)} places, one term for each"
        moving_part = body.args[inside[0]]
        if body.op in ("product", "hadamard"):
            top = ([*body.data[1], *[1] * len(body.args)] if body.op == "product" else body.data)[inside[0]]
            if top != 1:
                return _power_rule(moving_part, top) + (f", times {_number(body)}" if _number(body) else times_number)
        if body.op in ("sum", "T") or (body.op == "product" and len(body.args) == 1):
            body, times_number = moving_part, f", times {_number(body)}" if _number(body) else times_number
            continue
        if body.op == "product":
            links = parts(body).chain
            if body.is_scalar and len(links) == 2 and links[0] == v.T:
                return f"{body} = {flipped(body)}: the other factor, as a row"
            if inside[0] < len(body.data[1]) and moving_part.op == "product" and parts(moving_part).chain:
                body = moving_part
                continue
            return RULES["product"] if links else RULES["scalars"]
        if body.op == "elem" and v.is_scalar:
            return "a function of one number: its slope"
        return RULES[body.op]


def _number(body: Expr) -> str:
    """The number before a product, unless it is a sign."""
    coefficient = parts(body).coefficient if body.op == "product" else 1
    coefficient = -coefficient if coefficient < 0 else coefficient
    return "" if coefficient == 1 else text(number(coefficient))


def _power_rule(base: Expr, top: Number) -> str:
    if base.op == "norm" and top == 2:
        return "a squared length: twice the vector"
    if top == exact(0.5):
        return "slope of the root: 1/(2√z)"
    return "a quotient" if top == -1 else "a power"
