"""Predictions that are drawn: empty axes, and the curves laid over the reader's line once the truth is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from lecture_lib.autograd.checks import numeric_gradient
from lecture_lib.autograd.nn import hard_tanh, leaky_relu, relu, sigmoid, softplus
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.transforms import vjp
from lecture_lib.course.site.figures import own
from lecture_lib.course.site.live.live import Live
from lecture_lib.data import corpus, vectors
from lecture_lib.ner import NERWindowModel, to_types
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.train import fit, init, optim

SCRIPT = "drawn"
EMPTY = "Empty axes. Draw what you expect, then open what happens."
RAISED = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
LEAK = 0.25
SIX: Mapping[str, Callable[[Any], Any]] = {
    "logistic": sigmoid,
    "tanh": np.tanh,
    "hard tanh": hard_tanh,
    "ReLU": relu,
    "leaky ReLU": leaky_relu,
    "parametric ReLU": lambda z: leaky_relu(z, LEAK),
}
"""The nonlinearities of notebook 13; the slope of the last one below 0 is a quarter there."""


def error_of_a_step() -> Live:
    """The V of the error: how far a difference is off, against its step, for x³ at 4."""
    steps = np.linspace(-12, 0, 49)
    points = np.linspace(-12, 0, 9)
    lines = []
    for scheme, name in (("central", "two-sided"), ("forward", "one-sided")):
        errors = [abs(float(numeric_gradient(lambda x: x**3, 4.0, float(10**e), scheme)) - 48) for e in steps]
        logs = np.log10(np.maximum(errors, 1e-14))
        # Rounding jumps from step to step; a reader's line is compared with the middle of what is near.
        near = [min(3, k, len(logs) - 1 - k) for k in range(len(logs))]
        calm = np.array([np.median(logs[k - n : k + n + 1]) for k, n in enumerate(near)])
        lowest = float(steps[calm.argmin()])
        lines.append(_line(name, steps, logs, calm[::6], _turn("lowest", lowest, power(round(lowest)))))
    words = " ".join(
        f"The {line['name']} error is smallest near ε = {line['turn']['name']} and grows to both sides of it."
        for line in lines
    )
    return _drawn(
        "02-v-shape",
        "the error of the slope",
        x=_axis("step ε", (-12, 0), [(k, power(k)) for k in range(-12, 1, 3)], [power(float(k)) for k in points]),
        y=_axis("error", (-14, 3), [(k, power(k)) for k in range(-14, 4, 4)]),
        points=points,
        curves=[{"name": "", "lines": lines, "words": words}],
        near=1.0,
        step=0.5,
    )


def slopes() -> Live:
    """The slopes of the six nonlinearities, one at a time."""
    points = np.linspace(-4, 4, 9)
    curves = []
    for name, f in SIX.items():
        z = np.linspace(-4, 4, 401)
        slope = _slope(f, z)
        jumps = [float(z[k]) for k in np.flatnonzero(np.abs(np.diff(slope)) > 0.3)]
        at = [None if min((abs(p - j) for j in jumps), default=1) < 0.03 else float(_slope(f, p)) for p in points]
        turn = _turn("jumps", [round(j) for j in jumps], "") if jumps else _turn("highest", 0.0, "0")
        kept = [k for k in range(len(z)) if k % 8 == 0 or min((abs(z[k] - j) for j in jumps), default=1) < 0.03]
        begins = (
            f"jumps: it is {short(slope[0], 2)} at −4" if jumps else f"is {short(slope.max(), 2)} at 0, its highest"
        )
        ends = f"{short(float(_slope(f, 0.5)), 2)} at 0.5 and {short(slope[-1], 2)} at 4"
        curves.append({
            "name": name, "lines": [_line("", z[kept], slope[kept], at, turn)],
            "words": f"The slope of {name} {begins}, {ends}.",
        })  # fmt: skip
    ticks = [(k, short(k)) for k in (-4, -2, 0, 2, 4)]
    return _drawn(
        "13-six-picture",
        "the slope of",
        x=_axis("z", (-4, 4), ticks, [short(k) for k in points]),
        y=_axis("slope", (-0.5, 1.5), [(k, short(k)) for k in (-0.5, 0, 0.5, 1, 1.5)]),
        points=points,
        curves=curves,
        near=0.12,
        step=0.05,
    )


def loss_at_a_rate() -> Live:
    """The bowl: what the window network has learned after two epochs of SGD, against the rate."""
    powers = np.arange(-5, 2)
    losses = np.array([loss_after_two_epochs(10.0**k) for k in powers])
    best = int(powers[losses.argmin()])
    words = (
        f"The loss is lowest, {losses.min():.3f}, at a rate of {power(best)}. At {power(-5)} it is {losses[0]:.2f}, "
        f"hardly learned, and at {power(1)} it is {losses[-1]:.2f}, broken."
    )
    return _drawn(
        "15-powers-run",
        "the loss of SGD",
        x=_axis("rate", (-5, 1), [(int(k), power(int(k))) for k in powers], [power(int(k)) for k in powers]),
        y=_axis("loss in the second epoch", (0, 0.5), [(k / 10, short(k / 10)) for k in range(6)]),
        points=powers,
        curves=[{
            "name": "", "words": words,
            "lines": [_line("", powers, losses, losses, _turn("lowest", float(best), power(best)))],
        }],
        near=0.035,
        step=0.02,
    )  # fmt: skip


def power(exponent: float) -> str:
    """A power of ten in signs.

    Example:
        >>> power(-7.5)
        '10⁻⁷·⁵'
    """
    plain: dict[float, str] = {0: "1", 1: "10"}
    return plain.get(exponent, f"10{f'{exponent:g}'.translate(RAISED)}")


@cache
def _windows() -> tuple[Array, Array]:
    """The windows of notebook 15 and whether each is part of a location's name."""
    sentences = corpus("default").train[:300]
    X = NERWindowModel(vectors("default"), "LOC").windows(sentences).astype(float)
    return X, np.array([tag == "LOC" for sentence in sentences for tag in to_types(sentence.tags)], float)


@cache
def loss_after_two_epochs(rate: float) -> float:
    """The loss that SGD reports in the second epoch, as notebook 15 trains."""
    X, y = _windows()

    def loss(params: Any, X: Any, y: Any) -> Any:
        s = np.tanh(X @ params["W"].T + params["b"]) @ params["u"] + params["c"]
        return np.mean(softplus(s) - y * s)

    rng = np.random.default_rng(15)
    W, u = init.xavier_uniform((20, 250), rng), init.xavier_uniform((1, 20), rng)[0]
    params = {"W": W, "b": np.zeros(20), "u": u, "c": init.output_bias(y)}
    return float(fit(loss, params, (X, y), optimizer=optim.SGD(rate), epochs=2, progress=False).loss[-1])


def _slope(f: Callable[[Any], Any], z: Any) -> Any:
    """f′, entry by entry, from the engine."""
    value, pull = vjp(f, np.asarray(z, float))
    return pull(np.ones_like(value))[0]


def _axis(label: str, limits: tuple[float, float], ticks: Any, names: Sequence[str] = ()) -> dict[str, Any]:
    return {"label": label, "limits": limits, "ticks": ticks, "names": list(names)}


def _turn(kind: str, x: Any, name: str) -> dict[str, Any]:
    return {"kind": kind, "x": x, "name": name}


def _line(name: str, x: Array, y: Array, at: Any, turn: dict[str, Any]) -> dict[str, Any]:
    """A line of the truth: where it runs, its height at the reader's points, and where it turns."""
    run = [[round(float(a), 3), round(float(b), 4)] for a, b in zip(x, y, strict=True)]
    return {"name": name, "run": run, "at": [None if v is None else round(float(v), 4) for v in at], "turn": turn}


def _drawn(cell: str, title: str, *, x: Any, y: Any, points: Array, **more: Any) -> Live:
    numbers = {"cell": cell, "title": title, "x": x, "y": y, "points": [float(k) for k in points], **more}
    picture = Picture(_empty(x, y), EMPTY)
    return Live(SCRIPT, numbers, own(picture.svg, EMPTY), EMPTY)


def _empty(x: Any, y: Any) -> Scene:
    """The axes with nothing in them, for paper and pencil."""
    scene = Scene(560, 320)
    axes = Axes(scene, (64, 14, 480, 250), x["limits"], y["limits"])
    axes.frame(x["label"], y["label"], xticks=False, yticks=False)
    for value, name in x["ticks"]:
        scene.text(name, float(axes.px(value)), 282, 13.0, "muted", "middle")
    for value, name in y["ticks"]:
        scene.text(name, 57, float(axes.py(value)) + 4, 13.0, "muted", "end")
    return scene
