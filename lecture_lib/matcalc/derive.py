"""The narrator: walk from the output to the parameters, one idea a line.

∂-lines are Jacobians (of a number: a row) and multiply from left to right; at every pre-activation, after
all paths into it are summed, δ := (∂J/∂z)ᵀ gets its name; ∇-lines have the shape of what they belong to.
What is a matrix goes through the differential form dJ = tr(GᵀdX), whose G is the gradient.

Source of the differential form: J. Magnus and H. Neudecker, Matrix differential calculus with applications in
statistics and econometrics, 1988.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.derivation import Derivation
from lecture_lib.matcalc.expressions import (
    Expr,
    chain,
    clean_name,
    describe,
    factors,
    free_symbols,
    make,
    named,
    number,
    topological,
    total,
)
from lecture_lib.matcalc.labels import Label, change_label, gradient_label, jacobian_label, signal_label
from lecture_lib.matcalc.pieces import SINGLE, Pieces, cut_up
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.rules import change, depends, flipped, local_jacobian, pulled
from lecture_lib.matcalc.simplify import TIDY, simplified, simplify, substitute, tidy
from lecture_lib.matcalc.steps import Claim, Step

Name = str | Label

# The longest row, in characters, that is carried on as it is; a row that is a single number is written out less far.
LONG = 26
SHORT = 7


def derive(s: Expr, wrt: Sequence[Expr | str] | Expr | None = None, jacobian: bool = False) -> Derivation:
    """Derive gradients line by line.

    Args:
        s: what to differentiate: a single number, or with ``jacobian=True`` also a column.
        wrt: with respect to what: symbols, or things named with `let`; all symbols if omitted.
        jacobian: state Jacobians and do not go on to gradients.

    Returns:
        The derivation; shown by a notebook as a table, by a terminal as text. ``D[W]`` is the result for W.

    Raises:
        ShapeError: s is not a single number and no Jacobian was asked for, or a Jacobian cannot be stated in matrices.
        ValueError: s does not depend on something in wrt, wrt is empty, or one name stands for two things.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    >>> z = mc.let("z", W @ x + b); h = mc.let("h", mc.f(z)); s = mc.let("s", u.T @ h)
    >>> D = mc.derive(s, wrt=[u, b, W, x])
    >>> D[W].gradient, D[b].jacobian, D.delta.args[0]
    (δxᵀ, δᵀ, u∘f′(z))
    """
    if not s.is_scalar and not jacobian:
        raise ShapeError(
            f"{describe(s)}, not a single number, and only a number has a gradient: multiply it to a number, "
            "or ask for the Jacobian with mc.derive(…, jacobian=True)"
        )
    if jacobian and not s.is_column:
        raise ShapeError(
            f"{describe(s)}: a Jacobian is stated here for columns; take one column or row of it, transposed"
        )
    pieces = cut_up(s)
    return Narrator(pieces, _wanted(pieces, s, wrt), jacobian).run()


def _wanted(pieces: Pieces, s: Expr, wrt: Sequence[Expr | str] | Expr | None) -> list[Expr]:
    """What to differentiate by, as it stands in the pieces."""
    symbols = free_symbols(pieces.output)
    if wrt is None:
        return symbols
    known = {e.name: e for e in [*symbols, *pieces.order[:-1]]}
    found = []
    for item in [wrt] if isinstance(wrt, (Expr, str)) else wrt:
        name = clean_name(item) if isinstance(item, str) else item.name
        if isinstance(item, Expr) and item.op not in ("symbol", "let"):
            raise ValueError(f"cannot differentiate by {item}: give it a name with mc.let and use that name in {s}")
        if name not in known or (isinstance(item, Expr) and known[name].shape != item.shape):
            raise ValueError(f"{s} does not depend on {name}; it depends on {', '.join(known)}")
        found.append(known[name])
    if not found:
        raise ValueError("wrt is empty: name at least one symbol")
    return list(dict.fromkeys(found))


class Narrator:
    """Writes the lines of one derivation.

    Args:
        pieces: the function, cut into pieces.
        wanted: by what it is differentiated.
        jacobian: whether to end with Jacobians.
    """

    def __init__(self, pieces: Pieces, wanted: list[Expr], jacobian: bool) -> None:
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
        taken = {s.name for s in free_symbols(self.output)} | {p.name for p in self.pieces.order}
        out: dict[Expr, tuple[str, str]] = {}
        for p, letter in letters.items():
            same = [q for q in letters if letters[q] == letter]
            digits = [_digits(q.name) for q in same]
            short = all(digits) and len(set(digits)) == len(digits)
            below = "" if len(same) == 1 and letter not in taken else _digits(p.name) if short else p.name
            out[p] = (letter, below)
        return out

    def run(self) -> Derivation:
        """Write all lines.

        Returns:
            The derivation.

        Raises:
            ShapeError: a Jacobian was asked for that cannot be stated in matrices.
        """
        for piece in self._definitions():
            self._say(piece, piece.args[0], Claim("definition", piece), "a piece, and its name")
        for piece in reversed(self.pieces.order):
            if piece in self.needed and piece != self.output:
                self._arrive(piece)
                self._finish(piece)
        # What the output alone uses, such as u in uᵀh, waits until the error signals have been told.
        self._finish(self.output)
        return Derivation(self.pieces, self.wanted, self.steps, self.columns, self.rows, self.signals, self.jacobian)

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

    def _last_user(self, v: Expr) -> Expr:
        """The piece after which all paths into v are known: the first to be computed that uses v."""
        return next(p for p in self.pieces.order if p in self.users[v])

    def _finish(self, piece: Expr) -> None:
        """Go on to the wanted symbols into which all paths are known once this piece has been told."""
        ready = [v for v in self.wanted if v.op == "symbol" and self._last_user(v) == piece]
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
            self._sum_rows(v, [r for r in rows if r is not None], several)
        else:
            self._sum_columns(v, [column for _, column in paths], several)
        if self.jacobian:
            return
        if v in self.letters:
            self._name_signal(v)
        if v in self.wanted:
            self._conclude(v)

    def _sum_rows(self, v: Expr, rows: list[Expr], several: bool) -> None:
        label = jacobian_label(self.output.data, v.data)
        claim = Claim("jacobian", v)
        row = rows[0]
        if several:
            parts = [
                named(jacobian_label(self.output.data, v.data, u.data), r)
                for u, r in zip(self._users(v), rows, strict=True)
            ]
            self._say(label, total(parts), claim, "all paths into it add up")
            self._say(label, total(rows), claim, "put in what each path gave", again=True)
            row = self._say_simplified(label, total(rows), claim)
        self.rows[v] = row
        if not self.jacobian:
            self.columns[v] = row if v.is_scalar else tidy(flipped(row))
            limit = SHORT if v.is_scalar else LONG
            if v.op == "let" and v not in self.letters and v not in self.wanted and len(text(row)) > limit:
                self._shorten(v)

    def _shorten(self, v: Expr) -> None:
        """A long row gets a name before it is carried on."""
        label = signal_label("g", v.name)
        self._say(label, self.columns[v], Claim("gradient", v), "a name for what is long: the row, transposed")
        self.columns[v] = named(label, self.columns[v])
        self.rows[v] = tidy(make("T", self.columns[v]))

    def _users(self, v: Expr) -> list[Expr]:
        """The pieces through which v is felt, the last to be computed first."""
        return [p for p in reversed(self.pieces.order) if p in self.users.get(v, []) and p in self.needed]

    def _sum_columns(self, v: Expr, columns: list[Expr], several: bool) -> None:
        self.stated.add(v)
        label = gradient_label(self.output.data, v.data)
        column = columns[0]
        if several:
            claim = Claim("gradient", v)
            parts = [
                named(gradient_label(self.output.data, v.data, u.data), c)
                for u, c in zip(self._users(v), columns, strict=True)
            ]
            self._say(label, total(parts), claim, "all paths into it add up")
            self._say(label, total(columns), claim, "put in what each path gave", again=True)
            column = self._say_simplified(label, total(columns), claim)
        self.columns[v] = column
        if v.is_column:
            self.rows[v] = tidy(make("T", column))

    def _name_signal(self, v: Expr) -> None:
        letter, below = self.letters[v]
        label = replace(signal_label(letter, below), source=self.output)
        value = self.columns[v]
        signal = named(label, value)
        transposed = v in self.rows and not v.is_scalar
        signal_at = f"the error signal at {text(v)}"
        rule = f"{signal_at}: the row, transposed to a column" if transposed else f"name it: {signal_at}"
        self._say(label, value, Claim("gradient", v), rule)
        self.signals[v.name] = signal
        self.columns[v] = signal
        self.rows[v] = tidy(make("T", signal))

    def _conclude(self, v: Expr) -> None:
        """The gradient in v's shape."""
        column = self.columns[v]
        if v not in self.stated and v not in self.letters:
            label = gradient_label(self.output.data, v.data)
            rule = "a single number: nothing to transpose" if v.is_scalar else f"transpose to the shape of {text(v)}"
            self._say(label, column, Claim("gradient", v), rule)

    def _path(self, user: Expr, v: Expr, several: bool) -> tuple[Expr | None, Expr]:
        """The contribution of one user to v's derivative: as a row if all is columns, and in v's shape."""
        d = Expr("symbol", (), f"d{v.name}", v.shape)
        moved = change(user.args[0], v, d, self.pieces.names)
        via = user.data if several else None
        if user.is_column and (v.is_column or self.jacobian):
            local = local_jacobian(moved, d)
            if local is not None:
                return self._path_of_columns(user, v, local, via)
            if self.jacobian:
                raise ShapeError(
                    f"the Jacobian ∂{text(user)}/∂{text(v)} is not stated for this form; "
                    f"take a single number, such as cᵀ{text(user)}"
                )
        if self.jacobian:
            raise ShapeError(f"{describe(user)}: a Jacobian runs through columns only; differentiate a single number")
        return None, self._path_of_matrices(user, v, moved, d, via)

    def _path_of_columns(self, user: Expr, v: Expr, local: Expr, via: Name | None) -> tuple[Expr, Expr]:
        label, claim = jacobian_label(user.data, v.data), Claim("local", v, user)
        local = tidy(substitute(local, self.pieces.names))
        if user == self.output and via is not None:
            label, claim = jacobian_label(self.output.data, v.data, via), Claim("jacobian", v, user)
        self._say(label, local, claim, rule_name(user, v))
        local = self._say_simplified(label, local, claim)
        row = local
        if user != self.output:
            arriving = self.rows[user]
            label = jacobian_label(self.output.data, v.data, via)
            claim = Claim("jacobian", v, user if via else None)
            product = _row_times(arriving, local)
            self._say(label, product, claim, f"chain rule: ∂{self.output}/∂{user} times ∂{user}/∂{v}")
            row = self._say_simplified(label, product, claim)
        return row, (row if self.jacobian or v.is_scalar else tidy(flipped(row)))

    def _path_of_matrices(self, user: Expr, v: Expr, moved: Expr, d: Expr, via: Name | None) -> Expr:
        dv = named(change_label(v.data), d)
        moved = tidy(substitute(moved, self.pieces.names))
        whole = change_label(self.output.data)
        claim = Claim("change", v, user)
        shown = substitute(moved, {d: dv})
        self._say(change_label(user.data), shown, claim, f"only {v} moves: {rule_name(user, v)}")
        simpler = self._say_simplified(change_label(user.data), shown, claim)
        moved = substitute(simpler, {dv: d})
        if user == self.output:
            gradient = total(pulled(number(1), moved, d))
        else:
            arriving = self.columns[user]
            rule = f"chain rule: what a change of {user} does to {self.output}"
            self._say(whole, _inner(arriving, simpler), Claim("total change", v, user), rule)
            gradient = total(pulled(arriving, moved, d))
        gradient = simplified(gradient, self.pieces.names)
        final = _inner(gradient, dv)
        if self.steps[-1].body != final:
            self._say(whole, final, Claim("total change", v, user), _turning_rule(v), again=True)
        label = gradient_label(self.output.data, v.data, via)
        claim = Claim("gradient", v, user if via else None)
        self._say(label, gradient, claim, f"read off what stands before d{v}")
        return gradient


def _bookkeeping(e: Expr) -> str:
    """What tidying does to an expression, in words."""
    if any(n.op == "eye" for n in topological([e], into_lets=False)):
        return "the identity changes nothing"
    if any(n.op == "neg" for n in topological([e], into_lets=False)):
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
            step = 0 if node.op in ("add", "neg", "T") else 1
            if a not in depths:
                depths[a] = depths[node] + step
                stack.insert(0, a)
    return 99


def _row_times(row: Expr, local: Expr) -> Expr:
    if row.is_scalar:
        return make("scale", row, local)
    if local.is_scalar and local.op != "eye":
        return make("scale", local, row)
    if row.op == "neg" or (local.op == "neg" and local.args[0].op != "eye"):
        product = _row_times(_unsigned(row), _unsigned(local))
        return product if row.op == local.op else make("neg", product)
    if row.op == "scale":
        return make("scale", row.args[0], _row_times(row.args[1], local))
    return chain([*factors(row), *factors(local)])


def _unsigned(e: Expr) -> Expr:
    return e.args[0] if e.op == "neg" else e


def _inner(g: Expr, d: Expr) -> Expr:
    """tr(Gᵀ dX); for columns Gᵀ dx; for numbers g dx."""
    if g.is_scalar:
        return tidy(make("scale", g, d))
    product = tidy(chain([tidy(make("T", g)), d]))
    return product if d.is_column else tidy(make("trace", product))


def _turning_rule(v: Expr) -> str:
    return "inside a trace factors may go round" if not v.is_column else "written as a row times the change"


RULES = {
    "add": "a sum: each term by itself",
    "matmul": "a product: the other factor stays",
    "mul": "entry by entry: the other factor on the diagonal",
    "scale": "a number times something: the other factor stays",
    "neg": "a minus sign stays",
    "elem": "an elementwise function: output i sees input i alone",
    "div": "a quotient",
    "power": "a power",
    "maximum": "the larger one passes its change on",
    "softmax": "softmax: pᵢ depends on every q",
    "log_softmax": "log softmax: one minus the softmax",
    "logsumexp": "logsumexp: its slope is the softmax",
    "cross_entropy": "softmax and cross-entropy fused, as 1ᵀt = 1",
    "norm": "a length: the direction",
    "sqnorm": "a squared length: twice the vector",
    "trace": "a trace is linear",
    "inv": "an inverse: minus the inverse on both sides",
    "logdet": "log det: the inverse, transposed",
    "diag": "a diagonal matrix is linear in its diagonal",
    "diagpart": "a diagonal is linear in the matrix",
    "concat": "a stack: its own block is the identity",
    "rows": "rows cut out",
    "T": "a transpose",
}


def rule_name(piece: Expr, v: Expr) -> str:
    """The name of the rule by which a piece depends on v.

    Args:
        piece: a named piece.
        v: a symbol or another piece that it uses.

    Returns:
        The rule in words.
    """
    body = piece.args[0]
    if body.op == "scale" and body.args[0].op == "number" and body.args[1].op == "sqnorm":
        return f"{RULES['sqnorm']}, times {text(body.args[0])}"
    while True:
        if body == v:
            return "a summand: the identity"
        inside = [a for a in body.args if depends(a, v)]
        if body.op in ("add", "neg", "T") and len(inside) == 1:
            (body,) = inside
            continue
        if body.op == "scale" and len(inside) == 1 and inside[0].op in SINGLE:
            (body,) = inside
            continue
        if body.op == "matmul" and body.is_scalar and body.args[0] == v.T:
            return f"{body} = {flipped(body)}: the other factor, as a row"
        if body.op == "elem" and v.is_scalar:
            return "a function of one number: its slope"
        if body.op == "concat" and body.args.count(v) > 1:
            return f"a stack: the identity in each block of {text(v)}"
        if len(inside) > 1:
            return f"product rule: {text(v)} stands in {len(inside)} places, one term for each"
        return RULES[body.op]
