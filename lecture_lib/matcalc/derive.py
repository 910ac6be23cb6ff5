"""What a reader does with a derivation: ask for it, look at a part of it, prove it, and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.closed import closed_form
from lecture_lib.matcalc.cut import Cut, cut_up
from lecture_lib.matcalc.display import Comparison, View, row_of, view
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.narrate import Narrator
from lecture_lib.matcalc.normal import tidy
from lecture_lib.matcalc.prove import Proof, prove
from lecture_lib.matcalc.record import Record, Step, moving, whole_change
from lecture_lib.matcalc.rules import inner
from lecture_lib.matcalc.shape_errors import describe
from lecture_lib.matcalc.symbols import clean_name, let
from lecture_lib.matcalc.walk import free_symbols


class _Shown:
    """What displays itself as its `show()` does."""

    show: Callable[[], View | Comparison]

    def _repr_markdown_(self) -> str:
        return str(self.show()._repr_markdown_())

    def _repr_latex_(self) -> str:
        return str(self.show()._repr_latex_())

    def __repr__(self) -> str:
        return repr(self.show())


class Derivation(_Shown, Record):
    """All lines of a derivation, in order.

    Show it by ending a notebook cell with it, or print it. ``D[W]`` is the part for W.

    Args:
        pieces: the function, cut into pieces.
        wanted: what was asked for.
        told: the lines, without those that put the names back in.
        columns: gradients by quantity, each of its quantity's shape.
        rows: Jacobians by quantity, where they were stated.
        deltas: the error signals by the name of their place: ``D.deltas["z1"]``.
        jacobian: does it end with Jacobians?

    >>> from lecture_lib import matcalc as mc
    >>> W, x = mc.symbols("W:n×m x:m")
    >>> D = mc.derive(mc.norm(W @ x) ** 2)
    >>> D[W].gradient, D[x].jacobian, D[x].closed_form, D.wanted
    (δxᵀ, δᵀW, 2WᵀWx, [W, x])
    """

    @property
    def delta(self) -> Expr:
        """The one error signal δ of a column or matrix.

        Raises:
            ValueError: there is none, or more than one; then use `deltas`.
        """
        vectors = [d for d in self.deltas.values() if not d.is_scalar] or list(self.deltas.values())
        if len(vectors) != 1:
            found = ", ".join(f'deltas["{k}"]' for k in self.deltas) or "none"
            raise ValueError(f"there is no single δ in the derivation of {self.output}; its error signals: {found}")
        return vectors[0]

    def __getitem__(self, by: Expr | str) -> Part:
        name = clean_name(by) if isinstance(by, str) else by.name
        for v in self.wanted:
            if v.name == name:
                return Part(self, v)
        raise KeyError(f"{by} is not derived here: {', '.join(v.name for v in self.wanted)} are")

    def hessian(self, by: Expr | str) -> Part:
        """The second derivatives: the Jacobian of the gradient, as a derivation of its own with every line proved.

        Args:
            by: the quantity; for a matrix its entries run row by row.

        Returns:
            The derivation's part for the quantity: ``.closed_form`` is the Hessian.

        >>> from lecture_lib import matcalc as mc
        >>> A, x = mc.symbols("A:n×n x:n")
        >>> mc.derive(x.T @ A @ x).hessian(x).closed_form
        A + Aᵀ
        """
        part = self[by]
        part.check(trials=1)
        taken = {s.name for s in free_symbols(self.output)}
        name = next(n for n in ("g", "grad", f"grad_{part.by.name}") if n not in taken)
        return derive(let(name, part.closed_form), [part.by], jacobian=True)[part.by]

    def prove(self, trials: int = 2, seed: int = 0, **lengths: int) -> Proof:
        """Measure the error of every line against finite differences.

        Args:
            trials: how many random points.
            seed: of the random numbers.
            lengths: lengths for labels, as n=3; the others are drawn, all different.

        Returns:
            A `Proof` with the worst relative error of each line.
        """
        return prove(self, trials=trials, seed=seed, lengths=lengths)

    def check(self, trials: int = 5, seed: int = 0, **lengths: int) -> Proof:
        """Prove every line and raise if one is wrong.

        Args:
            trials: how many random points.
            seed: of the random numbers.
            lengths: lengths for labels, as ``n=3, m=5``.

        Returns:
            The proof; ``.max_error`` is the worst relative error.

        >>> from lecture_lib import matcalc as mc
        >>> W, x = mc.symbols("W:n×m x:m")
        >>> mc.derive(mc.norm(W @ x) ** 2).check(trials=3, n=3, m=5).max_error < 1e-7
        True
        """
        return self.prove(trials, seed, **lengths).raise_if_wrong()

    def show(self, form: str = "derivation", row_delta: bool = False) -> View | Comparison:
        """Show it in another form.

        Args:
            form: "derivation" (as it is), "jacobian" (∂-lines only), "shape" (∇-lines only), or "side by
                side" (both conventions for every quantity, with the reason for each transpose).
            row_delta: write the error signal as the lecture's row, which is δᵀ here.

        Returns:
            Something that displays itself.
        """
        # A notebook asks one view for Markdown, LaTeX and text; its proof is computed once.
        views = self.__dict__.setdefault("_views", {})
        if (form, row_delta) not in views:
            views[form, row_delta] = view(self, form, row_delta, self.wanted, self.steps)
        return views[form, row_delta]


@dataclass(frozen=True, repr=False)
class Part(_Shown):
    """What was derived for one quantity."""

    derivation: Derivation
    by: Expr

    @property
    def gradient(self) -> Expr:
        """∇, of the quantity's shape; δ in it is a name, so it can be used on."""
        if self.derivation.jacobian:
            raise ValueError(f"{self.derivation.output} is not a single number: ask for .jacobian")
        return self.derivation.columns[self.by]

    @property
    def jacobian(self) -> Expr:
        """∂: one row an output, one column an entry of the quantity; the entries of a matrix row by row."""
        d = self.derivation
        return d.rows[self.by] if d.jacobian else row_of(d.columns[self.by])

    @property
    def closed_form(self) -> Expr:
        """The gradient, or the Jacobian where one was asked for, in the reader's symbols alone, simplified."""
        return self.closed()

    def closed(self, keep: Iterable[Expr | str] = ()) -> Expr:
        """The gradient, or the Jacobian where one was asked for, with all names put back in but some.

        Args:
            keep: the names that may stay: what `let` made, an error signal such as ``D.delta``, or a name as text.

        Returns:
            An expression of the same shape and value, as short as the rules can write it.

        >>> from lecture_lib import matcalc as mc
        >>> W, x, u = mc.symbols("W:n×m x:m u:n")
        >>> z = mc.let("z", W @ x)
        >>> D = mc.derive(u.T @ mc.tanh(z))
        >>> D[W].closed(keep=[z]), D[W].closed(keep=[D.delta])
        ((u∘(1 − tanh²(z)))xᵀ, δxᵀ)
        """
        return closed_form(self.derivation.found(self.by), keep)

    @property
    def differential(self) -> Expr:
        """How the output changes when the quantity does, in the reader's symbols: tr(GᵀdX), or A dX B."""
        d = self.derivation
        if not d.jacobian:
            return tidy(inner(self.closed_form, moving(self.by)))
        return closed_form(whole_change(d.pieces, self.by, moving(self.by)))

    @property
    def steps(self) -> list[Step]:
        """The lines that lead to it."""
        inside = {self.by}
        for piece in self.derivation.pieces.order:
            if any(p in inside for p in self.derivation.pieces.parents(piece)):
                inside.add(piece)
        helpers = set(self.derivation.pieces.helpers)
        return [s for s in self.derivation.steps if s.claim.of in inside | helpers]

    def check(self, trials: int = 5, seed: int = 0, **lengths: int) -> Proof:
        """Prove the lines that lead to it, and raise if one is wrong."""
        return prove(self.derivation, trials, seed, lengths, self.steps).raise_if_wrong()

    def show(self, form: str = "derivation", row_delta: bool = False) -> View | Comparison:
        """Show it in another form."""
        return view(self.derivation, form, row_delta, [self.by], self.steps)


def derive(s: Expr, wrt: Sequence[Expr | str] | Expr | str | None = None, jacobian: bool = False) -> Derivation:
    """Derive gradients line by line.

    Args:
        s: what to differentiate: a single number, or with ``jacobian=True`` also a column or a matrix.
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
    >>> D[W].gradient, D[b].jacobian, D.delta.args[0], D[b].closed_form
    (δxᵀ, δᵀ, u∘f′(z), u∘f′(Wx + b))
    >>> A, X, B = mc.symbols("A:n×m X:m×k B:k×l")
    >>> mc.derive(A @ X @ B, jacobian=True)[X].closed_form
    A⊗Bᵀ
    """
    if not s.is_scalar and not jacobian:
        raise ShapeError(
            f"{describe(s)}, not a single number, and only a number has a gradient: multiply it to a number, "
            "or ask for the Jacobian with mc.derive(…, jacobian=True)"
        )
    pieces = cut_up(s)
    record = Narrator(pieces, _wanted(pieces, s, wrt), jacobian).run()
    return Derivation(**vars(record))


def hessian(s: Expr, by: Expr | str) -> Expr:
    """The matrix of second derivatives of a number, as an expression.

    Args:
        s: a single number.
        by: a symbol in it; for a matrix its entries run row by row.

    Returns:
        A square matrix, in the reader's symbols; `Derivation.hessian` shows the lines that lead to it.

    >>> from lecture_lib import matcalc as mc
    >>> X, w, y = mc.symbols("X:N×m w:m y:N")
    >>> hessian(mc.norm(X @ w - y) ** 2, w)
    2XᵀX
    """
    return derive(s, [by]).hessian(by).closed_form


def _wanted(pieces: Cut, s: Expr, wrt: Sequence[Expr | str] | Expr | str | None) -> list[Expr]:
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
