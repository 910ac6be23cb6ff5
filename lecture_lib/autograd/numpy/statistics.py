"""NumPy's statistics that look at the order of the entries, or leave NaN out: median, quantile, nanmean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.numpy import reduce as reducing
from lecture_lib.autograd.numpy.register import array, axes_from_end, refuse_out, stands_for
from lecture_lib.autograd.operation import Value


def without_nan(reduction: Callable[..., Value], neutral: float | None = None, empty: float | None = None) -> Any:
    """A reduction that leaves NaN out; ``empty`` is what it gives where nothing is left."""

    def run(
        a: Value, axis: Any = None, *args: Any, where: Any = True, keepdims: bool = False, **settings: Any
    ) -> Value:
        missing = np.isnan(a)
        taken = ~missing if where is True else np.logical_and(where, ~missing)
        if neutral is not None:
            settings.setdefault("initial", neutral)
        filled = np.where(missing, np.zeros((), a.dtype), a)
        result = reduction(filled, axis, *args, where=taken, keepdims=keepdims, **settings)
        if empty is None:
            return result
        return np.where(np.any(taken, axis=axis, keepdims=keepdims), result, np.asarray(empty, result.dtype))

    return run


stands_for(np.nansum)(without_nan(reducing.sum))
stands_for(np.nanmean)(without_nan(reducing.mean, empty=np.nan))
stands_for(np.nanvar)(without_nan(reducing.var, empty=np.nan))
stands_for(np.nanstd)(without_nan(reducing.std, empty=np.nan))
stands_for(np.nanmax)(without_nan(reducing.max_, -np.inf, np.nan))
stands_for(np.nanmin)(without_nan(reducing.min_, np.inf, np.nan))

PLACES: dict[str, Callable[[Value], Value]] = {
    "linear": lambda place: place - np.floor(place),
    "lower": lambda place: np.zeros(np.shape(place)),
    "higher": lambda place: np.ceil(place) - np.floor(place),
    "nearest": lambda place: np.rint(place) - np.floor(place),
    "midpoint": lambda place: (np.ceil(place) - np.floor(place)) / 2,
}
"""How far between its two neighbors in the sorted row a quantile lies, by method."""


@stands_for(np.quantile)
def quantile(
    a: Value, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: bool = False,
) -> Value:  # fmt: skip
    refuse_out(out)
    if method not in PLACES:
        raise ValueError(f"np.quantile of a Tensor knows the methods {', '.join(PLACES)}, not {method!r}")
    a, q = array(a), array(q)
    if not np.all((q >= 0) & (q <= 1)) if isinstance(q, np.ndarray) else False:
        raise ValueError("quantiles must be in the range [0, 1], percentiles in [0, 100]")
    axes = axes_from_end(axis, a.ndim)
    rest = [k for k in range(-a.ndim, 0) if k not in axes]
    rows = np.sort(np.transpose(a, [*rest, *axes]).reshape((*(a.shape[k] for k in rest), -1)), axis=-1)
    place = q * (rows.shape[-1] - 1)
    low = np.floor(place).astype(int)
    above = np.minimum(low + 1, rows.shape[-1] - 1)
    below, step = rows[..., low], rows[..., above] - rows[..., low]
    found = (below + step * PLACES[method](place)).astype(a.dtype)
    # NaN is sorted to the end.
    last = rows[..., -1].reshape((*rows.shape[:-1], *[1] * q.ndim))
    found = np.where(np.isnan(last), last, found)
    found = np.moveaxis(found, range(len(rest), found.ndim), range(q.ndim)) if q.ndim else found
    return np.expand_dims(found, axes) if keepdims else found


@stands_for(np.percentile)
def percentile(
    a: Value, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: bool = False,
) -> Value:  # fmt: skip
    return quantile(a, array(q) / 100, axis, out, overwrite_input, method, keepdims)


@stands_for(np.median)
def median(a: Value, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Value:
    return quantile(a, 0.5, axis, out, overwrite_input, "linear", keepdims)
