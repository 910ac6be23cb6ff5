"""Derivatives by differences, written apart from the library, so that one fault cannot hide the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib import Tensor, jacobian, jvp, vjp

Function = Callable[..., Any]


def plain(y: Any) -> np.ndarray:
    """A result as an array."""
    return np.asarray(y.data if isinstance(y, Tensor) else y)


def flat(parts: Any) -> Any:
    """All numbers of a result, of one array or several, in one vector."""
    if isinstance(parts, (tuple, list)):
        return np.concatenate([np.reshape(part, (-1,)) for part in parts])
    return np.reshape(parts, (-1,))


def difference_jacobian(f: Function, args: Sequence[np.ndarray], k: int, eps: float = 1e-3) -> np.ndarray:
    """∂f/∂args[k] as a matrix, outputs by inputs, by central differences extrapolated to order eps⁴."""

    def at(entry: int, step: float) -> np.ndarray:
        x = args[k].copy()
        x.reshape(-1)[entry] += step
        return plain(flat(f(*args[:k], x, *args[k + 1 :])))

    columns = []
    for entry in range(args[k].size):
        whole = (at(entry, eps) - at(entry, -eps)) / (2 * eps)
        half = (at(entry, eps / 2) - at(entry, -eps / 2)) / eps
        columns.append((4 * half - whole) / 3)
    rows = flat(f(*args)).size
    return np.stack(columns, axis=-1) if columns else np.zeros((rows, 0))


def assert_close(found: Any, expected: Any, tolerance: float, what: str) -> None:
    """Equal shapes, and entries that differ by less than ``tolerance`` of the largest one."""
    found, expected = plain(found), plain(expected)
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, expected {expected.shape}"
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    worst = float(np.abs(found - expected).max(initial=0.0))
    assert worst <= tolerance * scale, f"{what}: off by {worst:.1e}"


def check_first(f: Function, args: Sequence[np.ndarray], seed: int = 0, tolerance: float = 1e-7) -> None:
    """Both modes, alone and as vectorized Jacobians, agree with differences and with each other."""
    rng = np.random.default_rng(seed)
    expected = [difference_jacobian(f, args, k) for k in range(len(args))]
    y, pull = vjp(f, *args)
    assert_close(flat(y), flat(f(*args)), 1e-12, "value")
    w = [rng.standard_normal(np.shape(part)) for part in y] if isinstance(y, (tuple, list)) else None
    w = rng.standard_normal(np.shape(y)) if w is None else type(y)(w)
    v = [rng.standard_normal(a.shape) for a in args]
    weights = flat(w)
    pulled = pull(w)
    for k, (g, matrix) in enumerate(zip(pulled, expected, strict=True)):
        assert np.shape(g) == args[k].shape, f"reverse mode, argument {k}: shape {np.shape(g)}"
        assert_close(flat(g), weights @ matrix, tolerance, f"reverse mode, argument {k}")
    _, pushed = jvp(f, args, v)
    moved = sum((m @ flat(d) for m, d in zip(expected, v, strict=True)), np.zeros(flat(y).size))
    assert_close(flat(pushed), moved, tolerance, "forward mode")
    for k in range(len(args)):
        alone = [d if i == k else np.zeros_like(d) for i, d in enumerate(v)]
        _, pushed_k = jvp(f, args, alone)
        assert_close(flat(pushed_k), expected[k] @ flat(v[k]), tolerance, f"forward mode, argument {k}")
    left = float(plain(flat(pushed)) @ weights)
    right = sum(float(flat(d) @ plain(flat(g))) for d, g in zip(v, pulled, strict=True))
    assert abs(left - right) <= 1e-11 * max(1.0, abs(left)) * max(1, flat(y).size), "⟨push v, w⟩ ≠ ⟨v, pull w⟩"
    for mode in ("reverse", "forward"):
        blocks = jacobian(lambda *a: flat(f(*a)), tuple(range(len(args))), mode=mode)(*args)
        for k, (block, matrix) in enumerate(zip(blocks, expected, strict=True)):
            assert_close(block, matrix.reshape(block.shape), tolerance, f"jacobian, {mode}, argument {k}")


def check_second(f: Function, args: Sequence[np.ndarray], seed: int = 1, tolerance: float = 1e-6) -> None:
    """The derivative of either mode, taken by either mode, agrees with differences of it."""
    rng = np.random.default_rng(seed)
    y = f(*args)
    parts = y if isinstance(y, (tuple, list)) else None
    w = rng.standard_normal(np.shape(y)) if parts is None else type(y)(rng.standard_normal(np.shape(p)) for p in parts)
    v = [rng.standard_normal(a.shape) for a in args]

    def gradients(*a: Any) -> Any:
        return flat(vjp(f, *a)[1](w))

    def tangents(*a: Any) -> Any:
        return flat(jvp(f, a, v)[1])

    for name, g in (("vjp", gradients), ("jvp", tangents)):
        expected = [difference_jacobian(g, args, k) for k in range(len(args))]
        for mode in ("reverse", "forward"):
            blocks = jacobian(g, tuple(range(len(args))), mode=mode)(*args)
            for k, (block, matrix) in enumerate(zip(blocks, expected, strict=True)):
                assert_close(block, matrix.reshape(block.shape), tolerance, f"{mode} of {name}, argument {k}")
