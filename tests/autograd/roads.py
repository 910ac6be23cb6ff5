"""Every road from a function to its gradient; they must all end at the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from gradient_reference import flat, plain

from lecture_lib import backward_source, compile_gradient, jacobian, jvp, trace, value_and_grad

Function = Callable[..., Any]
Road = Callable[..., tuple[Any, Sequence[Any]]]


def real(args: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the arguments that hold real numbers."""
    return tuple(k for k, a in enumerate(args) if np.asarray(a).dtype.kind == "f")


def eager(f: Function, args: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
    """The value and the gradients by reverse mode."""
    return value_and_grad(f, real(args))(*args)


def roads(f: Function, args: Sequence[Any]) -> dict[str, Road]:
    """What is made once from a function and these arguments, and then run on any of the same shapes."""
    graph, wanted = trace(f, *args), real(args)
    printed = backward_source(f, *args, argnums=wanted).function()
    compiled = compile_gradient(f, *args, argnums=wanted)

    def run_graph(*given: Any) -> tuple[Any, Sequence[Any]]:
        value, found = graph.forward(*given), graph.backward()
        return value, [found[graph.inputs[k]] for k in wanted]

    return {"Graph.backward": run_graph, "printed": printed, "compiled": compiled}


def compare(
    f: Function, args: Sequence[Any], others: Sequence[Any], rng: np.random.Generator, tolerance: float
) -> None:
    """Raise if two roads differ at these arguments or, made from these, at others of the same shapes."""
    made = roads(f, args)
    for what, given in (("", args), (" at other values", others)):
        value, expected = eager(f, given)
        # Conditions and places that depend on the numbers are allowed to give NaN, but on every road alike.
        for name, road in made.items():
            found_value, found = road(*given)
            close(found_value, value, tolerance, f"value, {name}{what}")
            for k, (g, e) in enumerate(zip(found, expected, strict=True)):
                close(g, e, tolerance, f"gradient {k}, {name}{what}")
        close(forward(f, given, rng, expected), 0.0, tolerance, f"forward mode against reverse mode{what}")


def forward(f: Function, args: Sequence[Any], rng: np.random.Generator, gradients: Sequence[Any]) -> float:
    """How far forward mode is from reverse mode along a random direction, of the size of what is added up."""
    wanted = real(args)

    def moving(*parts: Any) -> Any:
        given = list(args)
        for k, part in zip(wanted, parts, strict=True):
            given[k] = part
        return f(*given)

    directions = [rng.uniform(-1, 1, np.shape(args[k])).astype(np.asarray(args[k]).dtype) for k in wanted]
    _, moved = jvp(moving, [args[k] for k in wanted], directions)
    along = sum(float(np.vdot(plain(g), d)) for g, d in zip(gradients, directions, strict=True))
    size = 1 + sum(float(np.abs(plain(g)).sum()) for g in gradients)
    return (float(moved) - along) / size


def close(found: Any, expected: Any, tolerance: float, what: str) -> None:
    """Equal shapes and dtypes, NaN at the same places, and entries that differ little against the largest."""
    found, expected = plain(found), plain(expected)
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, expected {expected.shape}"
    finite = np.isfinite(expected)
    same = np.array_equal(found[~finite], expected[~finite], equal_nan=True)
    assert same, f"{what}: {found} where {expected} was expected"
    scale = max(1.0, float(np.abs(expected[finite]).max(initial=0.0)))
    worst = float(np.abs(found[finite] - expected[finite]).max(initial=0.0))
    assert worst <= tolerance * scale, f"{what}: off by {worst:.1e} of {scale:.1e}"


def weighted(f: Function, args: Sequence[Any], rng: np.random.Generator) -> Function:
    """The number ⟨w, f(…)⟩ for random weights."""
    y = f(*args)
    parts = y if isinstance(y, (tuple, list)) else [y]
    weights = [np.asarray(rng.standard_normal(np.shape(p))).astype(np.result_type(p)) for p in parts]

    def number(*given: Any) -> Any:
        z = f(*given)
        total = 0.0
        for part, w in zip(z if isinstance(z, (tuple, list)) else [z], weights, strict=True):
            total = total + np.sum(part * w)
        return total

    return NAMED[len(args)](number)


NAMED: dict[int, Callable[[Function], Function]] = {
    1: lambda f: lambda a: f(a),
    2: lambda f: lambda a, b: f(a, b),
    3: lambda f: lambda a, b, c: f(a, b, c),
    4: lambda f: lambda a, b, c, d: f(a, b, c, d),
    5: lambda f: lambda a, b, c, d, e: f(a, b, c, d, e),
}
"""A function whose parameters have names, by their number."""


def rows_agree(f: Function, args: Sequence[Any], rng: np.random.Generator, tolerance: float) -> None:
    """The rows of the whole Jacobian, weighted, are the gradient of the weighted result."""
    w = rng.standard_normal(flat(f(*args)).size)
    wanted = real(args)
    _, expected = value_and_grad(lambda *a: np.sum(flat(f(*a)) * w), wanted)(*args)
    blocks = jacobian(lambda *a: flat(f(*a)), wanted, mode="reverse")(*args)
    for k, (block, e) in enumerate(zip(blocks, expected, strict=True)):
        close(np.tensordot(w, plain(block), 1), plain(e), tolerance, f"Jacobian rows, argument {k}")
