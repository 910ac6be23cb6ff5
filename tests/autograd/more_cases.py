"""The names that people write in losses besides the basic ones, each with its keywords."""

import numpy as np
from gradient_cases import case, distinct, normal, positive, regular

MASK = np.array([[True, False, True], [True, True, False]])


def with_nan(x):
    """NaN in two places, made from the argument itself."""
    return np.where(np.array([[False, True, False], [False, False, False]]), np.nan, x)


def spd(x):
    """A symmetric positive matrix."""
    return x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])


# Keywords of reductions
for _name in ("sum", "prod", "max", "min"):
    _f = getattr(np, _name)
    case(f"{_name} where initial", lambda x, f=_f: f(x, axis=1, where=MASK, initial=0.5), distinct(2, 3))
    case(f"{_name} initial keepdims", lambda x, f=_f: f(x, keepdims=True, initial=1.7), distinct(2, 3))
for _name in ("mean", "var", "std"):
    _f = getattr(np, _name)
    case(f"{_name} where", lambda x, f=_f: f(x, axis=0, where=np.array([[True], [True]])), normal(2, 3))
    case(f"{_name} where mask", lambda x, f=_f: f(x, where=MASK, keepdims=True), normal(2, 3))
    case(f"{_name} dtype", lambda x, f=_f: f(x, axis=1, dtype=np.float64, out=None), normal(2, 3))
case("var where ddof", lambda x: np.var(x, axis=1, where=MASK, ddof=1), normal(2, 3))
case("sum dtype", lambda x: np.sum(x, 1, np.float64, None, True), normal(2, 3))
case("add.reduce where", lambda x: np.add.reduce(x, axis=1, where=MASK, initial=2.0), normal(2, 3))
case("exp dtype", lambda x: np.exp(x, dtype=np.float64), normal(3))
case("multiply.accumulate", lambda x: np.multiply.accumulate(x, axis=1), normal(2, 4))
case("cumsum dtype", lambda x: np.cumsum(x, 0, np.float64), normal(2, 4))
case("concatenate dtype", lambda x: np.concatenate([x, x[:1]], dtype=np.float64), normal(2, 3))
case("stack dtype", lambda x: np.stack([x, 2 * x], dtype=np.float64, out=None), normal(3))

# Statistics
for _name in ("nansum", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"):
    _f = getattr(np, _name)
    case(_name, lambda x, f=_f: f(with_nan(x)), distinct(2, 3))
    case(f"{_name} 1", lambda x, f=_f: f(with_nan(x), axis=1, keepdims=True), distinct(2, 3))
case("nansum where", lambda x: np.nansum(with_nan(x), axis=1, where=MASK), normal(2, 3))
case("nanvar ddof", lambda x: np.nanvar(with_nan(x), axis=1, ddof=1), normal(2, 3))
for _axis in (None, 0, -1, (0, 1)):
    case(f"median {_axis}", lambda x, a=_axis: np.median(x, axis=a), distinct(2, 3))
    case(f"quantile {_axis}", lambda x, a=_axis: np.quantile(x, 0.3, axis=a, keepdims=True), distinct(2, 3))
case("median even", np.median, distinct(6))
case("quantiles", lambda x: np.quantile(x, [0.1, 0.5, 0.99], axis=1), distinct(2, 5))
case("quantiles, a matrix of them", lambda x: np.quantile(x, [[0.1], [0.4]], axis=0, keepdims=True), distinct(5, 2))
case("percentile", lambda x: np.percentile(x, [20, 70], axis=0), distinct(4, 2))
for _method in ("lower", "higher", "nearest", "midpoint"):
    case(f"quantile {_method}", lambda x, m=_method: np.quantile(x, [0.2, 0.63], method=m), distinct(6))
case("cumprod", np.cumprod, normal(2, 3))
case("cumprod axis", lambda x: np.cumprod(x, axis=1), normal(2, 5))
case("cumprod with zeros", np.cumprod, np.array([2.0, 0.0, 3.0, 0.0, 1.5]))

# Norms
for _ord in (0.5, 1, 2, 3, 2.5, -1, -2, np.inf, -np.inf, 0):
    case(f"norm of a vector {_ord}", lambda x, p=_ord: np.linalg.norm(x, p), distinct(4))
    case(f"norm along {_ord}", lambda x, p=_ord: np.linalg.norm(x, p, axis=0, keepdims=True), distinct(3, 2))
    case(f"vector_norm {_ord}", lambda x, p=_ord: np.linalg.vector_norm(x, ord=p), distinct(2, 3))
for _ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    case(f"norm of a matrix {_ord}", lambda x, p=_ord: np.linalg.norm(x, p), distinct(3, 4))
    case(
        f"norm of a stack {_ord}", lambda x, p=_ord: np.linalg.norm(x, p, axis=(2, 0), keepdims=True), distinct(2, 2, 3)
    )
    case(f"matrix_norm {_ord}", lambda x, p=_ord: np.linalg.matrix_norm(x, ord=p), distinct(2, 3, 2))
case("vector_norm axes", lambda x: np.linalg.vector_norm(x, axis=(0, 2), keepdims=True, ord=3), normal(2, 3, 2))

# Linear algebra
case("cholesky", lambda x: np.linalg.cholesky(spd(x)), normal(3, 3))
case("cholesky upper", lambda x: np.linalg.cholesky(spd(x), upper=True), normal(2, 3, 3))
case("cholesky reads one triangle", lambda x: np.linalg.cholesky(x), spd(normal(3, 3)))
case("eigh values", lambda x: np.linalg.eigh(x)[0], spd(normal(3, 3)))
case("eigh", lambda x: tuple(np.linalg.eigh(x + np.diag([1.0, 5.0, 12.0]))), normal(3, 3))
case("eigh U", lambda x: tuple(np.linalg.eigh(x + np.diag([1.0, 5.0]), "U")), normal(3, 2, 2))
case("eigvalsh", np.linalg.eigvalsh, spd(normal(3, 3)))
case("eigvalsh of the identity", lambda x: np.sum(np.linalg.eigvalsh(np.eye(3) + 0 * x)), normal(3, 3), second=False)
for _shape in ((3, 3), (4, 2), (2, 4), (2, 3, 2)):
    case(f"svd {_shape}", lambda x: tuple(np.linalg.svd(x, full_matrices=False)), distinct(*_shape))
    case(f"pinv {_shape}", np.linalg.pinv, distinct(*_shape))
case("svdvals", np.linalg.svdvals, distinct(3, 2))
case("svd without vectors", lambda x: np.linalg.svd(x, compute_uv=False), distinct(3, 2))
case("nuclear norm at repeated singular values", lambda x: np.linalg.norm(x, "nuc"), 2 * np.eye(3), second=False)
case("lstsq", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[:2], distinct(5, 2), normal(5))
case("lstsq matrix", lambda a, b: np.linalg.lstsq(a, b)[0], distinct(5, 2), normal(5, 3))
case("lstsq wide", lambda a, b: np.linalg.lstsq(a, b)[0], distinct(2, 4), normal(2))
for _n in (-2, -1, 0, 1, 2, 3, 5):
    case(f"matrix_power {_n}", lambda a, n=_n: np.linalg.matrix_power(a, n), regular(2))
case("multi_dot", lambda a, b, c: np.linalg.multi_dot([a, b, c]), normal(2, 3), normal(3, 2), normal(2))
case("multi_dot, vector first", lambda a, b, c: np.linalg.multi_dot([a, b, c]), normal(2), normal(2, 3), normal(3, 2))
case("vecdot", np.vecdot, normal(2, 3), normal(3))
case("linalg.vecdot", lambda a, b: np.linalg.vecdot(a, b, axis=0), normal(2, 3), normal(2, 3))
case("linalg.outer", np.linalg.outer, normal(2), normal(3))
case("cross", np.cross, normal(3), normal(2, 3))
case("cross axes", lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), normal(3, 2), normal(2, 3))
case("linalg.cross", lambda a, b: np.linalg.cross(a, b, axis=0), normal(3, 2), normal(3, 2))
case("det of a singular matrix", np.linalg.det, np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]))
case("det of rank 1", np.linalg.det, np.outer([1.0, 2.0, 3.0], [1.0, -1.0, 2.0]))
case("det of zeros", np.linalg.det, np.zeros((2, 2)))
case("det of a number", np.linalg.det, np.array([[3.0]]))
case("det of a large matrix", np.linalg.det, regular(7))
case("einsum list", lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), normal(2, 3), normal(3, 2))
case("einsum list without result", lambda a, b: np.einsum(a, [0, 1], b, [1, 2]), normal(2, 3), normal(3, 2))
case("einsum list with dots", lambda a, b: np.einsum(a, [..., 1], b, [1, 2], [..., 2]), normal(2, 3), normal(3, 2))
for _mode in ("full", "same", "valid"):
    for _a, _b in ((5, 3), (2, 4), (3, 3), (1, 2), (4, 1), (6, 4)):
        case(f"convolve {_mode} {_a} {_b}", lambda a, v, m=_mode: np.convolve(a, v, m), normal(_a), normal(_b))

# Shapes
case("block", lambda a, b: np.block([[a, b], [2.0 * b, a]]), normal(2, 2), normal(2, 2))
case("block of vectors", lambda a, b: np.block([a, 1.0, b]), normal(2), normal(3))
case("block of ranks", lambda a, b: np.block([[a, b], [np.ones((1, 5))]]), normal(2, 3), normal(2, 2))
case("block of one", lambda a: np.block(a), normal(2, 3))
case("meshgrid", lambda a, b: np.meshgrid(a, b), normal(2), normal(3))
case("meshgrid ij", lambda a, b: np.meshgrid(a, b, a, indexing="ij"), normal(2), normal(3))
case("meshgrid sparse", lambda a, b: np.meshgrid(a, b, sparse=True), normal(2), normal(3))
case("delete", lambda x: np.delete(x, [0, 2]), normal(2, 3))
case("delete axis", lambda x: np.delete(x, 1, axis=1), normal(2, 3))
case("delete slice", lambda x: np.delete(x, slice(0, 3, 2), 1), normal(2, 3))
case("insert", lambda x, v: np.insert(x, 2, v), normal(2, 3), normal())
case("insert many", lambda x, v: np.insert(x, [0, 3, 3], v), normal(4), normal(3))
case("insert axis", lambda x, v: np.insert(x, 1, v, axis=1), normal(2, 3), normal(2))
case("insert slice", lambda x, v: np.insert(x, slice(0, 2), v, axis=1), normal(2, 3), normal(2, 2))
case("insert a row", lambda x, v: np.insert(x, [1], v, axis=0), normal(2, 3), normal(3))
case("diagflat", lambda x: np.diagflat(x, 1), normal(2, 2))
case("dsplit", lambda x: np.dsplit(x, 2), normal(1, 2, 4))
if hasattr(np, "unstack"):
    case("unstack", lambda x: np.unstack(x, axis=1), normal(2, 3))
case("full_like", lambda x: np.full_like(np.ones((2, 3)) * x[0], x[1]), normal(2))
case("full_like shape", lambda x: np.full_like(x, x[0] * x[1], shape=(2, 2)), normal(2))
case("full", lambda x: np.full((2, 3), x, like=x), normal(3))
case("partition", lambda x: np.partition(x, 2), distinct(6))
case("partition axis", lambda x: np.partition(x, [1, 2], axis=0), distinct(4, 2))
case("sort kind", lambda x: np.sort(x, 0, kind="mergesort"), distinct(4, 2))
case("unique", np.unique, distinct(5), second=False)
case("take wrap", lambda x: np.take(x, [5, -7, 1], mode="wrap"), normal(3))
case("take clip", lambda x: np.take(x, [[5, -7], [1, 0]], axis=1, mode="clip"), normal(2, 3))
case("x[[]]", lambda x: x[[]], normal(3))
case("x[:, []]", lambda x: x[:, []], normal(2, 3))
case("take_along_axis broadcasts", lambda x: np.take_along_axis(x, np.array([[1, 0]]), 1), normal(3, 4))
case("take_along_axis of a row", lambda x: np.take_along_axis(x, np.array([[1], [0]]), 1), normal(1, 4))
case("diff prepend", lambda x: np.diff(x, prepend=0.0, append=x[:, :1]), normal(2, 3))
case("diff prepend axis", lambda x: np.diff(x, axis=0, prepend=x[1:], n=2), normal(2, 3))
for _mode in (
    "edge",
    "reflect",
    "symmetric",
    "wrap",
    "maximum",
    "minimum",
    "mean",
    "median",
    "linear_ramp",
    "constant",
):
    case(f"pad {_mode}", lambda x, m=_mode: np.pad(x, ((1, 2), (0, 1)), mode=m), distinct(4, 3))
    case(f"pad {_mode} far", lambda x, m=_mode: np.pad(x, (3, 4), m), distinct(3))
for _mode in ("reflect", "symmetric"):
    case(f"pad {_mode} odd", lambda x, m=_mode: np.pad(x, [(3, 1), (2, 2)], m, reflect_type="odd"), normal(3, 4))
for _mode in ("maximum", "minimum", "mean", "median"):
    case(f"pad {_mode} stat_length", lambda x, m=_mode: np.pad(x, 2, m, stat_length=((1, 2), (2, 3))), distinct(3, 4))
case("pad linear_ramp ends", lambda x: np.pad(x, 2, "linear_ramp", end_values=(3.0, -1.0)), normal(2, 3))
case("pad with a Tensor", lambda x: np.pad(x, 1, constant_values=x[0]), normal(3))

# Functions of one variable
case("linspace", lambda a, b: np.linspace(a, b, 5), normal(), normal())
case("linspace of arrays", lambda a, b: np.linspace(a, b, 4, endpoint=False, axis=-1), normal(2, 1), normal(3))
case("linspace step", lambda a, b: np.linspace(a, b, 4, retstep=True), normal(), normal())
case("linspace of one", lambda a, b: np.linspace(a, b, 1), normal(), normal())
case("select", lambda x: np.select([x > 1, x < 0], [x**2, np.sin(x)], 3.0), normal(6))
case("select default", lambda x, y: np.select([x > 0], [y], x), normal(2, 3), normal(3))
case("piecewise", lambda x: np.piecewise(x, [x < 0, x > 0.5], [lambda v: -v, lambda v: np.log(v)]), distinct(6))
case(
    "piecewise else",
    lambda x: np.piecewise(x, [x < 0], [lambda v, k: v * k, lambda v, k: np.sqrt(v)], 3.0),
    normal(2, 3),
)
case("piecewise number", lambda x: np.piecewise(x, x > 0, [lambda v: v**2, -1.0]), normal(4))
_knots = np.array([-2.0, -0.5, 0.3, 1.4])
case("interp", np.interp, np.array([-1.1, 0.0, 0.9, -3.0, 2.5]), _knots, normal(4))
case("interp of numbers", lambda x, y: np.interp(x, _knots, y), np.asarray(0.5), normal(4))
case(
    "interp left right",
    lambda x, y: np.interp(x, _knots, y, left=y[1], right=7.0),
    np.array([[-3.0, 0.1], [1.5, 2.0]]),
    normal(4),
)
case("trapezoid", np.trapezoid, normal(2, 4))
case("trapezoid dx", lambda y: np.trapezoid(y, dx=0.3, axis=0), normal(3, 2))
case("trapezoid x", lambda y, x: np.trapezoid(y, x, axis=0), normal(3, 2), normal(3))
case("trapezoid x of one shape", lambda y, x: np.trapezoid(y, x), normal(2, 3), normal(2, 3))
case("polyval", np.polyval, normal(4), normal(2, 3))
case("polyval of a list", lambda x: np.polyval([1.0, 0.0, -2.0], x), normal(3))
case("vander", np.vander, normal(3))
case("vander increasing", lambda x: np.vander(x, 4, increasing=True), np.array([0.0, 1.5, -2.0]))
case("sinc", np.sinc, np.array([-1.3, -0.1, 0.0, 0.05, 0.4, 2.0]))
case(
    "nan_to_num",
    lambda x: np.nan_to_num(np.where(x > 1, np.nan, np.where(x < -0.8, np.inf, x)), posinf=3.0),
    np.array([0.3, 2.0, -1.0]),
)
case("histogram weights", lambda w: np.histogram([0.1, 0.7, 2.0, 1.0], 3, weights=w)[0], normal(4))
case(
    "histogram weights density",
    lambda w: np.histogram([0.1, 0.7, 2.0, 5.0], [0.0, 0.5, 2.0], weights=w, density=True)[0],
    positive(4),
)
case("divmod", lambda x: divmod(x, 0.7)[1] + divmod(5.0, x)[1], np.asarray(1.9))
case("np.divmod", lambda x: np.divmod(x, 0.7)[1], np.array([1.9, 0.3]))

# Stacks, in which an axis counted from the wrong end is another one
case("cholesky of stacks", lambda x: np.linalg.cholesky(spd(x)), normal(2, 1, 2, 2))
case("svd of wide matrices in a stack", lambda x: tuple(np.linalg.svd(x, full_matrices=False)), distinct(2, 2, 3))
