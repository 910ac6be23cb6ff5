"""Check gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import GradientError, ShapeError
from lecture_lib.autograd.node import no_subclass, plain
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.state import no_grad
from lecture_lib.autograd.transforms import jvp, parameter_names, vjp
from lecture_lib.autograd.trees import leaves, named_leaves, rebuild, refill, spell

SCHEMES = ("central", "forward")


def numeric_gradient(f: Callable[..., Any], x: Any, eps: float | None = None, scheme: str = "central") -> Array:
    """The gradient of a function by wiggling every entry of its argument.

    Args:
        f: takes an array of x's shape, returns one number.
        x: real array of any shape, or a number; never changed.
        eps: the step; if left out 1e-4, and more for entries so large that their dtype hardly holds such a step.
        scheme: "central", (f(x + eps) - f(x - eps)) / 2eps with error of order eps², or "forward",
            (f(x + eps) - f(x)) / eps with error of order eps.

    Returns:
        An array of x's shape, in x's dtype (float64 for integers). It costs two evaluations of f an entry.

    Raises:
        ShapeError: f returned more than one number.
        TypeError: x holds something else than real numbers.
        ValueError: an unknown scheme or a step that is not positive.

    Example:
        >>> from lecture_lib import numeric_gradient
        >>> print(round(float(numeric_gradient(lambda x: x**3, 4.0)), 4))
        48.0
    """
    x = real_copy(x)
    slopes = np.empty_like(x)
    for index, slope in differences(f, x, eps, scheme):
        if slope.size != 1:
            raise ShapeError(
                f"numeric_gradient needs a function that returns one number, not shape {slope.shape}; "
                "numeric_jacobian takes the others"
            )
        slopes[index] = slope.reshape(())
    return slopes


def numeric_jacobian(f: Callable[..., Any], x: Any, eps: float | None = None, scheme: str = "central") -> Array:
    """The Jacobian of a function by wiggling every entry of its argument.

    Args:
        f: takes an array of x's shape, returns an array.
        x: real array of any shape, or a number; never changed.
        eps: the step, as in ``numeric_gradient``.
        scheme: "central" or "forward", as in ``numeric_gradient``.

    Returns:
        An array of shape ``y.shape + x.shape``: entry [i, j] is ∂y_i/∂x_j.

    Raises:
        TypeError: x holds something else than real numbers.
        ValueError: an unknown scheme or a step that is not positive.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import numeric_jacobian
        >>> numeric_jacobian(lambda x: 2 * x, np.array([1.0, 5.0])).round(6)
        array([[2., 0.],
               [0., 2.]])
    """
    x = real_copy(x)
    columns = [slope for _, slope in differences(f, x, eps, scheme)]
    if not columns:
        return np.zeros(evaluate(f, x).shape + x.shape, x.dtype)
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def differences(
    f: Callable[..., Any], x: Array, eps: float | None, scheme: str
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """For every entry of x its index and how fast f's result changes with it."""
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}, not {scheme!r}")
    if eps is not None and not eps > 0:
        raise ValueError(f"the step eps must be positive, not {eps!r}")
    here = evaluate(f, x) if scheme == "forward" else None
    for index in np.ndindex(x.shape):
        step = held_step(x[index], scheme) if eps is None else eps
        if here is not None:
            yield index, (evaluate(f, moved(x, index, step)) - here) / x.dtype.type(step)
        else:
            yield index, central(f, x, index, step)


def central(f: Callable[..., Any], x: Array, index: tuple[int, ...], step: float) -> Array:
    """How fast f's result changes with one entry, from a step to either side."""
    return (evaluate(f, moved(x, index, step)) - evaluate(f, moved(x, index, -step))) / x.dtype.type(2 * step)


def held_step(entry: Any, scheme: str = "central", eps: float = 1e-4) -> float:
    """The step itself; for an entry whose last digits are not much finer, the step that balances both errors."""
    size = abs(float(entry))
    if not eps < 1000 * abs(float(np.spacing(entry))) or not np.isfinite(size):
        return eps
    return float(np.finfo(entry.dtype).eps) ** (1 / 3 if scheme == "central" else 1 / 2) * size


def moved(x: Array, index: tuple[int, ...], step: float) -> Array:
    """A copy of x with one entry changed."""
    other = x.copy()
    other[index] += x.dtype.type(step)
    return other


def evaluate(f: Callable[..., Any], x: Array) -> Array:
    """f's value as an array of its own, which a function that reuses a buffer cannot change afterwards."""
    y = f(x.copy() if x.ndim else x[()])
    return np.array(plain(y))


def real_copy(x: Any) -> Array:
    """The argument as an array of real numbers."""
    array = np.array(no_subclass(plain(x), "a finite difference"))
    if array.dtype.kind not in "buif":
        raise TypeError(f"finite differences need an array of real numbers, not {array.dtype}: {x!r}")
    return array if array.dtype.kind == "f" else array.astype(float)


@dataclass(frozen=True)
class Entry:
    """One entry of a gradient: where it is, what the rule says, what the differences say."""

    where: str
    stated: float
    numeric: float
    error: float


@dataclass(frozen=True)
class GradientReport:
    """What ``check_gradient`` found: the largest relative error, and the worst entry of every argument."""

    max_error: float
    rows: list[Entry] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"{'mode, entry':34} {'gradient':>14} {'numeric':>14} {'error':>9}"
        body = [f"{r.where:34} {r.stated:14.6g} {r.numeric:14.6g} {r.error:9.1e}" for r in self.rows]
        return "\n".join([head, *body, f"largest relative error {self.max_error:.1e}"])

    def __repr__(self) -> str:
        return f"GradientReport(max_error={self.max_error:.1e})"

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{r.where}</td><td>{r.stated:.6g}</td><td>{r.numeric:.6g}</td><td>{r.error:.1e}</td></tr>"
            for r in self.rows
        )
        head = "<tr><th>mode, worst entry</th><th>gradient</th><th>numeric</th><th>relative error</th></tr>"
        return f"<table>{head}{cells}</table><p>largest relative error {self.max_error:.1e}</p>"


def check_gradient(
    f: Callable[..., Any], *args: Any, eps: float = 1e-4, tolerance: float = 1e-5, seed: int = 0, **keywords: Any
) -> GradientReport:
    """Compare f's derivative in both modes with finite differences, in float64 and with a random upstream gradient.

    Args:
        f: returns one array or a tuple of arrays.
        args: its arguments. Real arrays (or tuples, lists, dicts, dataclasses of them) are differentiated; integers
            stay as they are.
        eps: the step of the central differences, relative to entries larger than 1; where they disagree with the rule
            the step is made smaller until they settle.
        tolerance: the largest relative error allowed.
        seed: of the random upstream gradient and direction.
        keywords: handed to f; not differentiated.

    Returns:
        A report with ``.max_error`` and the worst entry of every argument; it displays as a table.

    Raises:
        GradientError: a gradient differs; the message names the worst entry, or says that the function has a kink
            there.
        TypeError: no argument holds real numbers.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import check_gradient
        >>> check_gradient(lambda x: np.tanh(x), np.array([0.5, -1.0])).max_error < 1e-7
        True
    """
    rng = np.random.default_rng(seed)
    found = list(named_leaves(args, parameter_names(f)))
    numbers = [np.array(no_subclass(plain(value), "check_gradient")) for _, _, value, _ in found]
    places = [n for n, array in enumerate(numbers) if array.dtype.kind == "f"]
    arrays = [numbers[n].astype(np.float64) for n in places]
    if not arrays:
        raise TypeError("check_gradient needs at least one argument of real numbers; write 3.0 instead of 3")

    def flat(*given: Any) -> Any:
        """f as a function of its real arrays alone."""
        full = [value for _, _, value, _ in found]
        for n, array in zip(places, given, strict=True):
            full[n] = array
        return f(*refill(args, full), **keywords)

    with no_grad():  # Numbers are compared here, whatever Tensors f reads from around it.
        y, pull = vjp(flat, *arrays)
        upstream = rebuild(y, lambda part: rng.standard_normal(np.shape(part)))
        gradients = pull(upstream)
        directions = [np.asarray(rng.standard_normal(a.shape)) for a in arrays]
        _, moved_y = jvp(flat, arrays, directions)

    def weighted(*given: Any) -> float:
        """The number whose gradient the upstream gradient makes of f."""
        return inner(flat(*given), upstream)

    rows = []
    # A step may reach out of the domain, as of sqrt near 0: what comes back then is no number, and no fault of f.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for n, name in enumerate([found[k][3] for k in places]):
            rows.append(worst_entry(weighted, arrays, n, np.asarray(gradients[n]), name, eps, tolerance))
        rows.append(along_direction(flat, arrays, directions, moved_y, upstream, eps, tolerance))
    return GradientReport(max((r.error for r in rows), default=0.0), rows)


def inner(y: Any, w: Any) -> float:
    """⟨y, w⟩ over all parts of a result."""
    parts = zip(leaves(y), leaves(w), strict=True)
    return float(sum(np.vdot(plain(a), b) for (_, a), (_, b) in parts))


def worst_entry(
    weighted: Callable[..., float], arrays: list[Array], n: int, stated: Array, name: str, eps: float, tolerance: float
) -> Entry:
    """Compare every entry of one argument's gradient; raise at a wrong one, and tell a kink from a mistake."""
    x = arrays[n]
    numeric, left, right = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    here = weighted(*arrays)

    def at(index: tuple[int, ...], step: float) -> float:
        return weighted(*arrays[:n], moved(x, index, step), *arrays[n + 1 :])

    for index in np.ndindex(x.shape):
        step = step_at(x, index, eps)
        above, below = at(index, step), at(index, -step)
        numeric[index] = (above - below) / (2 * step)
        right[index], left[index] = (above - here) / step, (here - below) / step
    if not x.size:
        return Entry(f"reverse, {name} (empty)", 0.0, 0.0, 0.0)
    scale = max(1.0, float(np.nanmax(np.abs(numeric), initial=0)))
    errors = relative_errors(stated, numeric)
    doubtful = ~(errors <= tolerance) | ~(np.abs(right - left) <= 1e-3 * scale)
    for index in [tuple(int(k) for k in place) for place in np.argwhere(doubtful)]:
        numeric[index], step = settled(partial(at, index), step_at(x, index, eps), float(x[index]))
        above, below = at(index, step), at(index, -step)
        right[index], left[index] = (above - here) / step, (here - below) / step
        apart = not abs(right[index] - left[index]) <= 1e-3 * max(1.0, abs(numeric[index]))
        if apart and is_kink(at, index, step, here):
            raise GradientError(
                f"the function has a kink at {entry_name(name, index)} = {x[index]:.6g}: its slope is "
                f"{left[index]:.6g} from the left and {right[index]:.6g} from the right, so there is no derivative to "
                f"compare {stated[index]:.6g} with; check at another point"
            )
    errors = relative_errors(stated, numeric)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(errors), np.inf, errors)), x.shape)
    where = entry_name(name, worst)
    entry = Entry(f"reverse, {where}", float(stated[worst]), float(numeric[worst]), float(errors[worst]))
    if not entry.error <= tolerance:
        raise GradientError(
            f"the gradient is wrong at {where}: the rule says {entry.stated:.6g}, central differences say "
            f"{entry.numeric:.6g} (relative error {entry.error:.1e}); "
            f"{int(np.sum(~(errors <= tolerance)))} of {x.size} entries of {name} differ"
        )
    return entry


def entry_name(name: str, index: Sequence[Any]) -> str:
    """An entry as one would write it: ``W[2, 0]``."""
    return name + (f"[{', '.join(str(int(k)) for k in index)}]" if len(index) else "")


def step_at(x: Array, index: tuple[int, ...], eps: float) -> float:
    """The step for one entry: ``eps``, or that part of an entry larger than 1."""
    return eps * max(1.0, abs(float(x[index])))


def extrapolated(whole: Any, half: Any) -> Any:
    """Richardson's combination of two central differences, whose error is of order eps⁴ instead of eps²."""
    return (4 * half - whole) / 3


def is_kink(at: Callable[[tuple[int, ...], float], float], index: tuple[int, ...], step: float, here: float) -> bool:
    """Whether left and right slope stay apart as the step shrinks: at a smooth point their gap shrinks with it."""
    wide, narrow = (abs(at(index, s) - 2 * here + at(index, -s)) / s for s in (step, step / 10))
    return bool(narrow > 0.5 * wide)


EPS = float(np.finfo(float).eps)
RUNGS = 13
"""How many steps are tried, each a tenth of the one before."""


def settled(at: Callable[[float], Any], step: float, entry: float = 0.0) -> tuple[Any, float]:
    """The central difference at the step where it changes least when the step is halved, and that step.

    A large step reaches beyond the scale on which a function bends, or out of its domain; in a small one the last
    digits of its values drown the slope. Between the two lies the function's own scale.
    """
    best, slope, found = np.inf, np.nan, step
    for k in range(RUNGS):
        h = step / 10**k
        if h < 64 * abs(float(np.spacing(entry))):
            break
        # Divided by the step that was taken: beside a large entry another one than was asked for.
        above = at(h)
        whole = (above - at(-h)) / ((entry + h) - (entry - h))
        half = (at(h / 2) - at(-h / 2)) / ((entry + h / 2) - (entry - h / 2))
        change = abs(whole - half) + EPS * abs(above) / h
        if change < best:
            best, slope, found = change, extrapolated(whole, half), h
    return slope, found


def along_direction(
    flat: Callable[..., Any],
    arrays: list[Array],
    directions: list[Array],
    moved_y: Any,
    upstream: Any,
    eps: float,
    tolerance: float,
) -> Entry:
    """Compare the tangent of forward mode with a central difference along the same direction."""
    size = max((float(np.abs(d).max()) for d in directions if d.size), default=1.0)

    def slopes_at(step: float) -> list[Array]:
        above = flat(*(a + step * d for a, d in zip(arrays, directions, strict=True)))
        below = flat(*(a - step * d for a, d in zip(arrays, directions, strict=True)))
        pairs = zip(leaves(above), leaves(below), strict=True)
        return [(np.asarray(plain(high)) - np.asarray(plain(low))) / (2 * step) for (_, high), (_, low) in pairs]

    step = eps / size
    slopes = [extrapolated(whole, half) for whole, half in zip(slopes_at(step), slopes_at(step / 2), strict=True)]
    stated_parts = [np.asarray(part) for _, part in leaves(moved_y)]
    if not all(np.all(relative_errors(a, b) <= tolerance) for a, b in zip(stated_parts, slopes, strict=True)):
        # Directions of a few bits and steps that are powers of two move even large entries by just what they say.
        directions = [np.asarray(np.copysign(np.ceil(np.abs(d) * 16) / 16, d)) for d in directions]
        with no_grad():
            _, moved_y = jvp(flat, arrays, directions)
            sizes = [np.abs(np.asarray(plain(part))) for _, part in leaves(flat(*arrays))]
        largest = max([1.0, *(float(np.abs(a).max(initial=0)) for a in arrays)])
        slopes = settled_parts(slopes_at, 2.0 ** np.floor(np.log2(step * largest)), sizes)
    worst = Entry("forward (empty)", 0.0, 0.0, 0.0)
    for (path, stated), numeric in zip(leaves(moved_y), slopes, strict=True):
        errors = relative_errors(np.asarray(stated), numeric)
        for index in np.ndindex(errors.shape):
            if not errors[index] <= worst.error:
                where = entry_name(spell("output", path), index)
                worst = Entry(
                    f"forward, {where}", float(np.asarray(stated)[index]), float(numeric[index]), float(errors[index])
                )
                if np.isnan(errors[index]):
                    break
    if not worst.error <= tolerance:
        raise GradientError(
            f"the tangent is wrong at {worst.where.removeprefix('forward, ')}: forward mode says {worst.stated:.6g}, "
            f"central differences say {worst.numeric:.6g} (relative error {worst.error:.1e})"
        )
    return worst


def settled_parts(slopes_at: Callable[[float], list[Array]], step: float, sizes: list[Array]) -> list[Array]:
    """As ``settled``, for every entry of several results of these sizes."""
    best: list[Array] = []
    least: list[Array] = []
    for k in range(2 * RUNGS):
        h = step / 4**k
        for n, (whole, half) in enumerate(zip(slopes_at(h), slopes_at(h / 2), strict=True)):
            change = np.asarray(np.abs(whole - half) + EPS * sizes[n] / h)
            if k == 0:
                best.append(np.full(whole.shape, np.nan))
                least.append(np.full(whole.shape, np.inf))
            better = change < least[n]
            best[n] = np.where(better, extrapolated(whole, half), best[n])
            least[n] = np.where(better, change, least[n])
    return best


def relative_errors(stated: Array, numeric: Array) -> Array:
    """|a - b| relative to the larger of the two, but not finer than the differences resolve."""
    floor = 1e-3 * max(1.0, float(np.abs(numeric).max(initial=0.0)))
    return np.asarray(np.abs(stated - numeric) / np.maximum(np.maximum(np.abs(stated), np.abs(numeric)), floor))
