"""A finished derivation, and the part of it that belongs to one quantity."""

from __future__ import annotations

from dataclasses import dataclass, field

from lecture_lib.matcalc.display import Comparison, View, view
from lecture_lib.matcalc.expressions import Expr, clean_name, make
from lecture_lib.matcalc.numpy_source import source
from lecture_lib.matcalc.pieces import Pieces
from lecture_lib.matcalc.prove import Proof, prove
from lecture_lib.matcalc.simplify import tidy
from lecture_lib.matcalc.steps import Step


@dataclass
class Derivation:
    """All lines of a derivation, in order.

    Show it by ending a notebook cell with it, or print it. ``D[W]`` is the part for W.

    Args:
        pieces: the function, cut into pieces.
        wanted: what was asked for.
        steps: the lines.
        columns: gradients by quantity, each of its quantity's shape.
        rows: Jacobians by quantity, where they were stated.
        deltas: the error signals by the name of their place: ``D.deltas["z1"]``.
        jacobian: does it end with Jacobians?

    >>> from lecture_lib import matcalc as mc
    >>> W, x = mc.symbols("W:n×m x:m")
    >>> D = mc.derive(mc.norm(W @ x) ** 2)
    >>> D[W].gradient, D[x].jacobian, D.wanted
    (δxᵀ, δᵀW, [W, x])
    """

    pieces: Pieces
    wanted: list[Expr]
    steps: list[Step]
    columns: dict[Expr, Expr]
    rows: dict[Expr, Expr]
    deltas: dict[str, Expr]
    jacobian: bool = False
    # A notebook asks one view for Markdown, LaTeX and text; its proof is computed once.
    _views: dict[tuple[str, bool], View | Comparison] = field(default_factory=dict, init=False, repr=False)

    @property
    def output(self) -> Expr:
        """What was differentiated, by its name."""
        return self.pieces.output

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

    def prove(self, trials: int = 2, seed: int = 0, **lengths: int) -> Proof:
        """Measure the error of every line against finite differences.

        Args:
            trials: how many random points.
            seed: of the random numbers.
            lengths: lengths for labels, as n=3; the others are drawn, all different.

        Returns:
            A `Proof` with the worst relative error of each line.

        Raises:
            ValueError: trials is below 1, a label is unknown or its length below 1, or no random point was found where
                the function is finite and smooth.
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

        Raises:
            GradientError: a line disagrees with finite differences; the message shows it.
            ValueError: as for `prove`.

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

        Raises:
            ValueError: there is no such form, or "shape" is asked of a derivation that ends with Jacobians.
        """
        if (form, row_delta) not in self._views:
            self._views[form, row_delta] = view(self, form, row_delta)
        return self._views[form, row_delta]

    def _repr_markdown_(self) -> str:
        return str(self.show()._repr_markdown_())

    def _repr_latex_(self) -> str:
        return str(self.show()._repr_latex_())

    def __repr__(self) -> str:
        return repr(self.show())


@dataclass(frozen=True)
class Part:
    """What was derived for one quantity.

    Args:
        derivation: the whole.
        by: the quantity.
    """

    derivation: Derivation
    by: Expr

    @property
    def gradient(self) -> Expr:
        """∇, of the quantity's shape; δ in it is a name, so it can be used on.

        Raises:
            ValueError: only Jacobians were asked for.
        """
        if self.derivation.jacobian:
            raise ValueError(f"{self.derivation.output} is not a single number: ask for .jacobian")
        return self.derivation.columns[self.by]

    @property
    def jacobian(self) -> Expr:
        """∂: one row an output, one column an entry of the quantity; the entries of a matrix row by row."""
        d = self.derivation
        if d.jacobian:
            return d.rows[self.by]
        if not self.by.is_column:
            return make("T", make("vec", self.gradient))
        return tidy(make("T", self.gradient))

    @property
    def steps(self) -> list[Step]:
        """The lines that lead to it."""
        inside = {self.by}
        for piece in self.derivation.pieces.order:
            if any(p in inside for p in self.derivation.pieces.parents(piece)):
                inside.add(piece)
        helpers = set(self.derivation.pieces.helpers)
        return [s for s in self.derivation.steps if s.claim.of in inside | helpers]

    def numpy(self) -> str:
        """The source of one NumPy function that computes it, without loops, every δ once.

        Returns:
            Source text: ``def grad_W(W, x, b, u)``. Columns come in with shape (n, 1); the result has the quantity's
            shape. A Jacobian has a row for each output.

        Raises:
            ValueError: a length cannot be read off the arguments, or is named like a symbol.

        >>> from lecture_lib import matcalc as mc
        >>> W, x, u = mc.symbols("W:n×m x:m u:n")
        >>> s = u.T @ mc.tanh(W @ x)
        >>> print(mc.derive(s)[W].numpy())
        def grad_W(W, x, u):
            # gradient of J, n×m; W is n×m, x is m×1, u is n×1
            z = W @ x
            h = np.tanh(z)
            delta = u * (1 - h * h)
            return delta @ x.T
        """
        return source(self)

    def check(self, trials: int = 5, seed: int = 0, **lengths: int) -> Proof:
        """Prove the lines that lead to it, and raise if one is wrong.

        Args:
            trials: how many random points.
            seed: of the random numbers.
            lengths: lengths for labels, as ``n=3, m=5``.

        Returns:
            The proof; ``.max_error`` is the worst relative error.

        Raises:
            GradientError: a line disagrees with finite differences; the message shows it.
            ValueError: as for `Derivation.prove`.
        """
        return prove(self.derivation, trials, seed, lengths, self.steps).raise_if_wrong()

    def show(self, form: str = "derivation", row_delta: bool = False) -> View | Comparison:
        """Show it in another form.

        Args:
            form: "derivation", "jacobian", "shape" or "side by side"; see `Derivation.show`.
            row_delta: write the error signal as the lecture's row, which is δᵀ here.

        Returns:
            Something that displays itself.

        Raises:
            ValueError: there is no such form, or "shape" is asked of a derivation that ends with Jacobians.
        """
        return view(self.derivation, form, row_delta, self)

    def _repr_markdown_(self) -> str:
        return str(self.show()._repr_markdown_())

    def _repr_latex_(self) -> str:
        return str(self.show()._repr_latex_())

    def __repr__(self) -> str:
        return repr(self.show())
