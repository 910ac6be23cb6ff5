"""NumPy's functions of one variable: linspace, interp, piecewise, polynomials, integrals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from lecture_lib.autograd.linear import scatter_add
from lecture_lib.autograd.node import plain
from lecture_lib.autograd.numpy.indexing import along, getitem
from lecture_lib.autograd.numpy.register import array, stands_for
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.state import MODE
from lecture_lib.autograd.tensor import Tensor


@stands_for(np.linspace)
def linspace(
    start: Value, stop: Value, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    start, stop = array(start), array(stop)
    parts, step = np.linspace(0.0, 1.0, num, endpoint, retstep=True)
    span = stop - start
    kind = np.result_type(span.dtype, float) if span.dtype.kind != "f" else span.dtype
    points = start + span * parts.reshape((-1, *[1] * span.ndim)).astype(kind)
    points = np.moveaxis(points if dtype is None else points.astype(dtype), 0, axis)
    return (points, span * float(step)) if retstep else points


@stands_for(np.select)
def select(condlist: Sequence[Value], choicelist: Sequence[Value], default: Value = 0) -> Value:
    if len(condlist) != len(choicelist):
        raise ValueError(f"select needs a choice for each condition, not {len(choicelist)} for {len(condlist)}")
    result = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        if condition.dtype != bool:
            raise TypeError(f"select needs conditions that are booleans, not {condition.dtype}")
        result = np.where(condition, choice, result)
    return result


@stands_for(np.piecewise)
def piecewise(x: Value, condlist: Any, funclist: Sequence[Any], *args: Any, **settings: Any) -> Value:
    conditions = list(condlist) if isinstance(condlist, (list, tuple)) or condlist.ndim > x.ndim else [condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(np.stack(conditions), axis=0))
    result = np.zeros(x.shape, x.dtype)
    for condition, f in zip(conditions, funclist, strict=True):
        # Where the condition fails the function sees an entry for which it holds, so that it stays in its domain.
        inside = np.where(condition, x, np.ravel(x)[np.argmax(condition)])
        result = np.where(condition, f(inside, *args, **settings) if callable(f) else f, result)
    numbers = np.piecewise(plain(x), [plain(c) for c in conditions], funclist, *args, **settings)
    if not np.allclose(plain(result), numbers, equal_nan=True):
        raise TypeError("np.piecewise on Tensors needs functions that act on each entry by itself")
    return result.astype(x.dtype)


@stands_for(np.interp)
def interp(x: Value, xp: Value, fp: Value, left: Any = None, right: Any = None, period: float | None = None) -> Value:
    if period is not None:
        raise TypeError("np.interp of a Tensor has no period=: bring x into one period with np.remainder")
    x, xp, fp = array(x), array(xp), array(fp)
    place = np.clip(np.searchsorted(xp, x, "right") - 1, 0, max(len(xp) - 2, 0))
    after = np.minimum(place + 1, len(xp) - 1)
    start, low = getitem(xp, place), getitem(fp, place)
    width = getitem(xp, after) - start
    found = low + (getitem(fp, after) - low) * (x - start) / np.where(width == 0, np.ones((), width.dtype), width)
    found = np.where(x < xp[0], fp[0] if left is None else left, found)
    return np.where(x > xp[-1], fp[-1] if right is None else right, found)


@stands_for(np.trapezoid)
def trapezoid(y: Value, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Value:
    y = array(y)
    if x is not None:
        x = array(x)
        dx = np.diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            dx = dx.reshape((-1, *[1] * (y.ndim - 1 - normalize_axis_index(axis, y.ndim))))
    return np.sum((along(y, axis, slice(1, None)) + along(y, axis, slice(None, -1))) * dx / 2, axis=axis)


@stands_for(np.polyval)
def polyval(p: Any, x: Value) -> Value:
    """Horner's rule."""
    result = x * 0
    for coefficient in p:
        result = result * x + coefficient
    return result


@stands_for(np.vander)
def vander(x: Value, N: int | None = None, increasing: bool = False) -> Value:
    exponents = np.arange(len(x) if N is None else N)
    return x[:, None] ** (exponents if increasing else exponents[::-1]).astype(x.dtype)


TERMS = 9
NEAR = 0.5


@stands_for(np.sinc)
def sinc(x: Value) -> Value:
    """sin(πx) / πx, and near 0 its series, which has the right derivatives of every order there."""
    z = math.pi * x
    near = np.abs(z) < NEAR
    small = np.where(near, z, np.zeros((), z.dtype)) ** 2
    series = polyval([(-1.0) ** k / math.factorial(2 * k + 1) for k in reversed(range(TERMS))], small)
    safe = np.where(near, np.ones((), z.dtype), z)
    return np.where(near, series, np.sin(safe) / safe)


@stands_for(np.nan_to_num)
def nan_to_num(
    x: Value, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Value:
    if not copy:
        raise TypeError("nan_to_num with copy=False would overwrite an array that the gradient needs")
    largest = np.finfo(x.dtype).max
    cases: list[tuple[Callable[[Any], Any], float]] = [
        (np.isnan, nan), (lambda x: x == np.inf, largest if posinf is None else posinf),
        (lambda x: x == -np.inf, -largest if neginf is None else neginf),
    ]  # fmt: skip
    for happens, number in cases:
        x = np.where(happens(x), np.asarray(number, x.dtype), x)
    return x


@stands_for(np.histogram)
def histogram(a: Value, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Counts have no derivative in the entries, but edges have; sums of weights have one in the weights."""
    if MODE.get().tracing and not all(plain(part) is part for part in (a, bins)):
        raise TypeError("np.histogram in a trace would freeze which entry falls into which bin: pass plain arrays")
    counts, fixed = np.histogram(plain(a), plain(bins), range, density, plain(weights))
    edges: Value = bins if isinstance(bins, Tensor) and bins.ndim else fixed
    if isinstance(a, Tensor) and np.ndim(bins) == 0 and range is None:
        edges = linspace(np.min(a), np.max(a), len(fixed))
    place = np.searchsorted(fixed, np.ravel(plain(a)), "right") - 1
    place[np.ravel(plain(a)) == fixed[-1]] = len(fixed) - 2
    inside = (place >= 0) & (place < len(fixed) - 1)
    if isinstance(weights, Tensor):
        counts = scatter_add(np.ravel(weights)[inside], (place[inside],), (len(fixed) - 1,))
    elif density:
        counts = np.histogram(plain(a), fixed, weights=weights)[0]
    if density and (isinstance(weights, Tensor) or isinstance(edges, Tensor)):
        counts = counts / np.diff(edges) / np.sum(counts)
    return counts, edges
