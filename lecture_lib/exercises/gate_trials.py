"""How notebook 09 tries out gates, and programs that send gradients back through a graph of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lecture_lib.exercises.demands import Power, exponentials_counted
from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Finding
from lecture_lib.exercises.outcomes import Objection


class _Gate:
    """A gate from two functions: ``forward(*inputs)``, and ``backward(g, output, *inputs)``."""

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        self.functions = forward, backward

    def forward(self, *inputs: Any) -> Any:
        self.inputs = inputs
        self.output = self.functions[0](*inputs)
        return self.output

    def backward(self, g: Any) -> Any:
        return self.functions[1](g, self.output, *self.inputs)


def gate(forward: Callable[..., Any], backward: Callable[..., Any]) -> Callable[[], _Gate]:
    return lambda: _Gate(forward, backward)


def tried(make: Any, inputs: tuple[Any, ...], g: Any) -> Any:
    """The value of a gate and what it sends back, after it has run on other inputs before."""
    gate = make()
    for method in ("forward", "backward"):
        if not hasattr(gate, method):
            raise Objection(f"there is no {method}", "The gate needs two methods, forward and backward.")
    gate.forward(*(0.5 * v + 1.0 for v in inputs))
    value = gate.forward(*inputs)
    if value is ...:
        return value
    shares = gate.backward(g)
    if shares is ...:
        return shares
    if value is None or shares is None:
        name = "forward" if value is None else "backward"
        raise Objection(
            f"{name} returns nothing", "Hand the result back with return; self keeps only what is needed later."
        )
    if len(inputs) == 1 and np.size(shares) == 1:
        shares = (np.reshape(shares, ()),)
    if isinstance(shares, (dict, Iterator)):
        shares = tuple(shares.values() if isinstance(shares, dict) else shares)
    if not isinstance(shares, (tuple, list, np.ndarray)) or len(shares) != len(inputs):
        raise Objection(
            "another number of gradients",
            f"backward returns one gradient for each of the {len(inputs)} inputs, as a tuple.",
        )
    return (value, *shares)


def numbers(count: int) -> Any:
    def draw(rng: np.random.Generator) -> tuple[tuple[float, ...], float]:
        drawn = rng.uniform(0.4, 2.0, count + 1) * rng.choice([-1.0, 1.0], count + 1)
        return tuple(map(float, drawn[1:])), float(drawn[0])

    return draw


def layers(rng: np.random.Generator) -> tuple[tuple[Any, ...], Any]:
    n, m = sizes(rng)
    return (rng.normal(size=(n, m)), rng.normal(size=m), rng.normal(size=n)), rng.normal(size=n)


def bilinear(rng: np.random.Generator) -> tuple[tuple[Any, ...], float]:
    n, m = sizes(rng)
    return (rng.normal(size=n), rng.normal(size=(n, m)), rng.normal(size=m)), float(rng.normal())


def tried_layer(make: Any, inputs: tuple[Any, ...], g: Any) -> Any:
    """As `tried`; a gate that is right for weights stored the other way round is told which way is meant here."""
    W, x, b = inputs
    try:
        return tried(make, inputs, g)
    except ValueError:
        try:
            value, *shares = tried(make, (W.T.copy(), x, b), g)
            wanted = (W @ x + b, np.outer(x, g), W.T @ g, g)
            turned = all(np.allclose(a, c) for a, c in zip((value, *shares), wanted, strict=True))
        except Exception:
            turned = False
        if turned:
            raise Objection(
                "right for weights stored the other way round",
                "Here W has one row for each output, shape (n, m), and z = Wx + b.",
            ) from None
        raise


def exp_once(exercise: Exercise, make: Any) -> Finding | None:
    """Ask that σ's gate computes no exponential on the way back."""
    for v in (0.7, -0.7):
        gate = make()
        gate.forward(Power(v))
        before = Power.raised
        with exponentials_counted() as calls:
            gate.backward(1.0)
        if calls or Power.raised > before:
            return (
                "an exponential once more",
                "backward computes an exponential again. What has forward worked out already?",
            )
    return None


MOST_CALLS = 2_000
"""A graph of a few gates for which backward runs as often is walked path by path."""


class _Slopes:
    """A gate that has run forward: nothing is left of it but its slopes. It counts how often it runs backward."""

    def __init__(self, *slopes: float) -> None:
        self.slopes, self.calls = slopes, 0

    def backward(self, g: Any) -> list[Any]:
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise Objection(*WITHOUT_END)
        return [g * slope for slope in self.slopes]

    def __repr__(self) -> str:
        return f"a gate with slopes {' and '.join(f'{slope:.3g}' for slope in self.slopes)}"


WITHOUT_END = (
    "backward runs again and again",
    "A gate is asked once for each path that leads to it, and paths double. When is its gradient complete?",
)


def graph(rng: np.random.Generator) -> tuple[Any, ...]:
    """An order, inputs, gates that have run, and the output of a small random graph.

    It has gates with one input and with three, a repeated input, a dead end, and values after the output.
    """
    inputs: dict[str, list[str]] = {"a": ["x", "y"], "b": ["a"], "c": ["b", "b"]}
    names = ["x", "y", "a", "b", "c"]
    for name in ("d", "f", "k"):
        # The newest value, so that little is left over, and others, perhaps the same.
        inputs[name] = [names[-1], *(names[int(k)] for k in rng.integers(len(names), size=int(rng.integers(1, 3))))]
        names.append(name)
    inputs |= {"dead": ["d", "y"], "later": ["y", "a"]}
    order = ["a", "b", "c", "d", "dead", "f", "k", "later"]
    gates = {name: _Slopes(*rng.uniform(0.5, 2.0, len(inputs[name]))) for name in order}
    # The dictionaries are not sorted as the order is: it has to be used.
    return order, dict(reversed(inputs.items())), dict(reversed(gates.items())), "k" if rng.integers(2) else "f"


def each_gate_once(exercise: Exercise, send_back: Any) -> Finding | None:
    """Ask that each gate runs backward once, however many paths lead to it."""
    assert exercise.inputs is not None
    small = exercise.inputs(np.random.default_rng(3))
    order = [f"v{k}" for k in range(1, 41)]
    long = order, {f"v{k}": [f"v{k - 1}"] * 2 for k in range(1, 41)}, {name: _Slopes(1.0, 1.0) for name in order}, "v40"
    for graph in (long, small):
        try:
            send_back(*graph)
        except Objection as objection:
            return objection.name, objection.nudge
        if max(gate.calls for gate in graph[2].values()) > 1:
            return "a gate runs backward more than once", "Ask each gate once, and keep the list that it gives."
    return None


def named(grads: Any) -> Any:
    """Gradients by name, in a form that can be compared; what nothing reaches may be 0 or not be there."""
    if grads is ... or grads is None:
        return grads
    if not isinstance(grads, dict):
        raise Objection("no dictionary", "send_back returns a dictionary: name → gradient.")
    reached = {name: np.asarray(value, dtype=float) for name, value in grads.items() if np.any(np.asarray(value) != 0)}
    return ", ".join(sorted(map(str, reached))), np.array([float(reached[name]) for name in sorted(reached, key=str)])
