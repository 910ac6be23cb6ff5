"""The words of the language, declarations, and how things are written: one notation, one meaning."""

import ast
import itertools
import time
from pathlib import Path

import numpy as np
import pytest

from lecture_lib import ShapeError
from lecture_lib import matcalc as mc
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.functions import FUNCTIONS, MEANINGS, slope_of
from lecture_lib.matcalc.printing import latex
from lecture_lib.matcalc.prove import draw, relative_error

W, A, B, S = mc.symbols("W:n×m A:n×n B:n×n S:n×n sym")
x, u, v, c = mc.symbols("x:m u:n v:n c")
CENTER = v - mc.mean(v) * mc.ones("n")

# Every word inside a number, differentiated and proved: by all that stands in it, as a gradient.
WORDS = {
    "kron": lambda: mc.norm(mc.kron(A, W)) ** 2,
    "kron, second place": lambda: mc.trace(mc.kron(A, B)),
    "vec": lambda: mc.vec(A).T @ mc.vec(B @ A),
    "outer": lambda: mc.trace(A @ mc.outer(u, v)),
    "mean and var": lambda: mc.mean(W) + mc.var(v) + mc.mean(v) ** 2,
    "max and min": lambda: mc.max(u) * mc.min(v) + mc.max(A),
    "larger and smaller": lambda: u.T @ mc.maximum(u, v) + mc.sum(mc.minimum(u, 0)) + mc.sum(mc.max(v, 1)),
    "clip": lambda: u.T @ mc.clip(v, -0.5, 0.5),
    "det": lambda: mc.det(A) * c + mc.log(mc.det(A) ** 2),
    "expm": lambda: u.T @ mc.expm(A) @ v + mc.trace(mc.expm(B)),
    "stacks": lambda: mc.norm(mc.hstack(A, W)) ** 2 + mc.trace(mc.vstack(A, W.T) @ mc.hstack(A, W)),
    "huber": lambda: mc.sum(mc.huber(u)) + mc.sum(mc.huber(v, 0.5)),
    "leaky_relu": lambda: u.T @ mc.leaky_relu(v) + mc.sum(mc.leaky_relu(u, 0.2)),
    "gelu and silu": lambda: u.T @ mc.gelu(v) + v.T @ mc.silu(u),
    "entries": lambda: u[0] * v[-1] + A[0, 1] ** 2 + c * W[1, 0],
    "slices": lambda: mc.norm(v[1:] - v[:-1]) ** 2 + mc.sum(A[:, 1:] ** 2) + mc.norm(A[0]) ** 2,
    "Python's sum of a list": lambda: sum([u.T @ v, mc.norm(u) ** 2, c]),
    "roots": lambda: mc.sqrt(1 + u.T @ u) + mc.sum(mc.sqrt(1 + v**2)),
    "symmetric": lambda: u.T @ S @ v + mc.logdet(S),
    "powers": lambda: mc.sum(2 ** (u * v)) + c**3 + mc.sum(v**3),
}


@pytest.mark.parametrize("name", WORDS)
def test_word_is_proved(name):
    D = mc.derive(WORDS[name]())
    assert D.check(trials=2).max_error <= 1e-7
    for by in D.wanted:
        point = draw(D.pieces, np.random.default_rng(3), {})
        closed, named = (evaluate_at(e, point) for e in (D[by].closed_form, D[by].gradient))
        assert relative_error(closed, named) <= 1e-9
    assert repr(D) and D._repr_markdown_() and D._repr_latex_()


def test_numpy_s_functions_build_expressions():
    assert np.tanh(W @ x) == mc.tanh(W @ x) and np.exp(-x) == mc.exp(-x)
    assert np.sum(u) == mc.sum(u) and np.linalg.norm(W) == mc.norm(W) and np.linalg.inv(A) == mc.inv(A)
    assert np.maximum(u, v) == mc.maximum(u, v) and np.float64(2) * u == 2 * u and np.sqrt(c) == mc.sqrt(c)
    assert np.vstack([u, v]) == mc.concat(u, v) and np.outer(u, v) == u @ v.T and np.kron(A, B) == mc.kron(A, B)
    for build, told in [
        (lambda: np.floor(u), "np.floor"),
        (lambda: np.cumsum(u), "np.cumsum"),
        (lambda: np.sum(u, axis=0), "axis"),
    ]:
        with pytest.raises(TypeError, match=told):
            build()


@pytest.mark.parametrize("name", [*MEANINGS, "sigmoid", "softplus", "normal_cdf"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_slopes_of_every_order_are_the_slopes(name, order):
    """The slopes come from the autograd table; each is measured against the one below it."""
    z = mc.symbols("z:n")
    below = mc.expr.make("elem", z, data=(name, order - 1))
    at = np.array([[0.21], [0.34], [0.47]])
    assert FUNCTIONS[name].value is not None
    here, there = (mc.evaluate(below, z=at + step) for step in (1e-5, -1e-5))
    assert (
        relative_error(mc.evaluate(slope_of(mc.expr.make("elem", z, data=(name, order))), z=at), (here - there) / 2e-5)
        < 1e-6
    )


class TestDeclarations:
    def test_one_symbol_unpacks(self):
        (y,) = mc.symbols("y:n")
        assert y == mc.symbols("y:n")
        with pytest.raises(TypeError, match=r"mc\.sum\(y\)"):
            sum(y)
        assert str(0 + y) == "y" and not y.unpacking

    @pytest.mark.parametrize(
        ("text", "shape"), [("n-1", "n-1"), ("n − 1", "n-1"), ("2n", "2n"), ("n+m-2", "n+m-2"), ("5d", "5d")]
    )
    def test_sizes(self, text, shape):
        assert str(mc.symbols(f"y:{text}").shape[0]) == shape

    @pytest.mark.parametrize("text", ["y:0", "y:n-", "y:-1", "y:n--1", "A:n×m sym", "y:2-2"])
    def test_what_is_no_declaration(self, text):
        with pytest.raises(ValueError):
            mc.symbols(text)

    def test_facts_are_used(self):
        Q, D = mc.symbols("Q:n×n orthogonal D:n×n diag")
        assert str(mc.derive(v.T @ S @ v)[v].closed_form) == "2Sv"
        assert str(mc.derive(u.T @ Q.T @ Q @ v)[u].closed_form) == "v"
        assert str(mc.derive(u.T @ D @ v, [v])[v].closed_form) == "Du"
        assert str(mc.derive(u.T @ mc.inv(Q) @ v, [v])[v].closed_form) == "Qu"
        for e in (u.T @ Q.T @ Q @ v, u.T @ D @ v, u.T @ mc.inv(Q) @ v, mc.logdet(S)):
            assert mc.derive(e).check().max_error <= 1e-7

    def test_the_convention_for_a_symmetric_argument_is_told(self):
        assert "move freely" in repr(mc.derive(u.T @ S @ v, [S])) and "move freely" not in repr(mc.derive(u.T @ A @ v))


# What was written in two ways, or read in two.
WRITTEN = [
    (A**-1, "1/A", "\\mathbf{1} / A"),
    (mc.inv(A), "A⁻¹", "A^{-1}"),
    (A**3, "A^∘3", "A^{\\circ 3}"),
    (A @ A, "AA", "A\\;A"),
    (mc.diagonal(A), "diagonal(A)", "\\operatorname{diagonal}(A)"),
    (mc.exp(u).T @ v, "(e^u)ᵀv", "(e^{u})^{\\top}\\;v"),
    (mc.exp(c) ** 2, "(e^c)²", "(e^{c})^{2}"),
    (mc.symbols("c:n") @ mc.relu(x).T, "c·relu(x)ᵀ", "c\\;\\operatorname{relu}(x)^{\\top}"),
    (-0.5 * u, "−½u", "-\\tfrac{1}{2}\\,u"),
    (0.5 * u, "½u", "\\tfrac{1}{2}\\,u"),
    (mc.sqrt(c) / (2 * u.T @ v), "√c/(2uᵀv)", None),
    (u / 3, "⅓u", "\\tfrac{1}{3}\\,u"),
    (mc.hstack(A, W), "[A, W]", "\\begin{bmatrix}A & W\\end{bmatrix}"),
    (A[0, 1], "A[0, 1]", "{A}_{[0, 1]}"),
    (W[:, 1], "W[:, 1]", "{W}_{[:, 1]}"),
]  # fmt: skip


@pytest.mark.parametrize(("e", "text", "tex"), WRITTEN, ids=lambda e: e if isinstance(e, str) else "")
def test_one_notation_has_one_meaning(e, text, tex):
    assert str(e) == text
    assert tex is None or latex(e) == tex


def test_invented_names_do_not_collide_and_count_in_reading_order():
    a, z, h, b2 = mc.symbols("a:n z:n h:n b2:n")
    function = (
        a.T @ mc.inv(A @ B) @ a + mc.sum(mc.tanh(A @ z + b2) * mc.sigmoid(B @ h)) + mc.norm(mc.inv(A) @ mc.inv(B)) ** 2
    )
    D = mc.derive(function)
    names = [p.name for p in D.pieces.order[:-1]]
    letters = {name.rstrip("0123456789") for name in names}
    assert not letters & {"a", "z", "h", "b", "A", "B"} and len(set(names)) == len(names)
    for letter in letters:
        numbers = [int(name.removeprefix(letter) or 0) for name in names if name.rstrip("0123456789") == letter]
        assert numbers == sorted(numbers)
    assert D.check(trials=1).max_error <= 1e-7


def test_nothing_that_displays_raises():
    """A function that is defined nowhere has a derivation all the same, whose lines are not checked."""
    D = mc.derive(mc.log(-(u.T @ u)))
    assert "not checked" in repr(D) and "not checked" in D._repr_markdown_()


def test_indexing_out_of_range_and_odd_indices():
    y = mc.symbols("y:3")
    for bad in (lambda: y[3], lambda: y[1:9], lambda: y[::2], lambda: A[0, 0, 0], lambda: y[2:1]):
        with pytest.raises(IndexError):
            bad()
    with pytest.raises(TypeError, match="gone through"):
        list(u + v)
    with pytest.raises(ShapeError, match="heights"):
        mc.hstack(u, x)


def test_evaluate_takes_a_dictionary():
    found = mc.evaluate(mc.derive(v.T @ A @ v)[v].closed_form, {"A": [[1, 2], [3, 4]], "v": [[1], [1]]})
    assert found.tolist() == [[7], [13]]


def test_differentials():
    X, C = mc.symbols("X:m×k C:k×l")
    assert str(mc.derive(W @ X @ C, [X], jacobian=True)[X].differential) == "W·dX·C"
    assert str(mc.derive(mc.inv(A), jacobian=True)[A].differential) == "−A⁻¹·dA·A⁻¹"
    assert str(mc.derive(mc.logdet(A))[A].differential) == "tr(A⁻¹·dA)"


def test_hessians_are_proved_and_symmetric():
    D = mc.derive(mc.sum(mc.tanh(A @ v)) + 0.5 * v.T @ S @ v)
    H = D.hessian(v)
    assert H.check().max_error <= 1e-7 and H.closed_form == mc.hessian(mc.sum(mc.tanh(A @ v)) + 0.5 * v.T @ S @ v, v)
    point = draw(H.derivation.pieces, np.random.default_rng(0), {})
    values = evaluate_at(H.closed_form, point)
    assert np.allclose(values, values.T)


def test_deriving_stays_fast():
    def network(layers):
        x, t = mc.symbols(f"x:n0 t:n{layers}")
        h = x
        for k in range(layers):
            W, b = mc.symbols(f"W{k}:n{k + 1}×n{k} b{k}:n{k + 1}")
            h = W @ h + b
            h = mc.tanh(h) if k < layers - 1 else h
        return mc.cross_entropy(h, t)

    def seconds(run):
        start = time.process_time()
        run()
        return time.process_time() - start

    def ratio(run):
        """How often a known piece of Python would have run meanwhile; both are taken at their best, in turn."""
        pairs = [(seconds(run), seconds(lambda: sum(hash((k, str(k))) for k in range(2000)))) for _ in range(9)]
        return min(a for a, _ in pairs) / min(b for _, b in pairs)

    # 8 and 107 milliseconds where that piece takes half a millisecond.
    assert ratio(lambda: mc.derive(network(2))) <= 25
    assert ratio(lambda: mc.derive(network(20))) <= 300


# The modules, each above those that it may import.
ORDER = [
    "sizes",
    "labels",
    "expr",
    "symbols",
    "walk",
    "printing",
    "shape_errors",
    "operations",
    "functions",
    "evaluate",
    "rules",
    "normal",
    "simplify",
    "closed",
    "cut",
    "record",
    "prove",
    "display",
    "narrate",
    "derive",
    "mistakes",
    "explain",
    "balance",
    "language",
    "language_matrix",
    "identities",
]


def test_imports_point_one_way():
    folder = Path(mc.__file__).parent
    assert {p.stem for p in folder.glob("*.py")} == {*ORDER, "__init__"}
    for k, name in enumerate(ORDER):
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        named = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
        inside = [
            n.module.removeprefix("lecture_lib.matcalc.") for n in named if n.module.startswith("lecture_lib.matcalc.")
        ]
        assert set(inside) <= set(ORDER[:k]), name


def test_modules_are_short():
    for path in Path(mc.__file__).parent.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 450, path.name


def test_products_are_one_node_however_they_are_written():
    ways = [c * (A @ v), (c * A) @ v, A @ (c * v), (A @ v) * c, A @ v * c]
    assert all(a == b for a, b in itertools.pairwise(ways))
    assert -(2 * u) == -2 * u and 2 * (3 * u) == 6 * u and u / 2 == 0.5 * u and (c * u) / c != u
