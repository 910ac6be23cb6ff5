"""A learning rate, and what it does: the path on the contours and the loss beside it."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.show.canvas.axes import Axes, pointer, ruler
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget
from lecture_lib.train import optim, schedule

STEPS = 60
RECENT = 10
OPTIMIZERS = {label: make for kind in optim.KINDS.values() for label, make in kind.lab.items()}
SCHEDULES = ("constant", "halve every 15", "exponential", "cosine")
STARTS = {"upper left": (-2.2, 2.0), "far right": (2.6, 1.6), "near": (0.4, -1.6)}
ALL = "all"


class LearningRateLab(Widget):
    """Least squares with two weights: move the learning rate and watch path and loss together.

    The loss is L(w) = ‖Xw - y‖² / 2N, so its Hessian is XᵀX/N; plain gradient descent converges for rates below
    2/λmax, which is marked. Batches are drawn in the same order every time.

    Args:
        X: examples, shape (N, 2); a problem of 64 made ones if left out.
        y: targets, shape (N,).
        mark: whether 2/λmax is marked and named; without it, it is the reader's to find.

    Attributes:
        rate: the learning rate.
        optimizer: "SGD", "Nesterov", "Adagrad", "RMSprop" or "Adam".
        momentum: of SGD and Nesterov.
        batch: examples a step, or "all".
        schedule: how the rate changes over the 60 steps.
        start: where the path begins.

    Raises:
        ValueError: X or y has another shape, or X has no curvature.

    Example:
        >>> lab = LearningRateLab()
        >>> lab.rate = 1.0
        >>> "diverges" in repr(lab)
        True
    """

    offline: ClassVar = {
        "rate": [float(f"{10 ** (k / 5 - 4):.4g}") for k in range(21)],
        "momentum": (0.0, 0.9),
        "batch": (ALL, 4),
        "start": (),
    }
    rate: float
    optimizer: str
    momentum: float
    batch: Any
    schedule: str
    start: str

    def __init__(self, X: Any = None, y: Any = None, mark: bool = True) -> None:
        made = _made() if X is None else (np.asarray(X, float), np.asarray(y, float))
        self.X: Array = made[0]
        self.y: Array = made[1]
        self.mark = mark
        if self.X.ndim != 2 or self.X.shape[1] != 2 or self.y.shape != self.X.shape[:1]:
            raise ValueError(
                f"LearningRateLab needs X of shape (N, 2) and y of shape (N,), not {self.X.shape} and {self.y.shape}"
            )
        self.hessian = self.X.T @ self.X / len(self.y)
        curvatures, self.axes_of = np.linalg.eigh(self.hessian)
        if curvatures[0] <= 1e-9 * curvatures[1]:
            raise ValueError("LearningRateLab needs two columns of X that are not multiples of each other")
        self.curvatures = curvatures
        self.best = np.linalg.solve(self.hessian, self.X.T @ self.y / len(self.y))
        self.limit = 2 / float(curvatures[1])
        sizes = tuple(n for n in (1, 4, 16) if n < len(self.y))
        super().__init__([
            Range("rate", "learning rate", 1e-4, 1.0, 0.1, count=80, log=True),
            Choice("optimizer", "optimizer", tuple(OPTIMIZERS), "SGD"),
            Range("momentum", "momentum", 0.0, 0.95, 0.0, count=19),
            Choice("batch", "batch", (ALL, *sizes[::-1]), ALL),
            Choice("schedule", "schedule", SCHEDULES, "constant"),
            Choice("start", "start", tuple(STARTS), "upper left"),
        ])  # fmt: skip
        self._backdrop = self._background()

    def loss(self, w: Any) -> float:
        """The loss of all examples.

        Args:
            w: weights, shape (2,).

        Returns:
            L(w).
        """
        r = self.X @ w - self.y
        return float(r @ r) / (2 * len(self.y))

    def path(self, state: State) -> Array:
        """Where the weights go.

        Args:
            state: as ``frame`` takes it.

        Returns:
            Shape (steps + 1, 2); it ends early where the weights leave 10⁶, so that nothing in it is NaN.
        """
        w = np.array(STARTS[state["start"]]) + self.best
        optimizer, rates = self._optimizer(state), self._rates(state)
        order = np.random.default_rng(0)
        size = len(self.y) if state["batch"] == ALL else state["batch"]
        places = [w.copy()]
        for t in range(STEPS):
            rows = slice(None) if size == len(self.y) else order.choice(len(self.y), size, replace=False)
            X, y = self.X[rows], self.y[rows]
            optimizer.lr = rates[t]
            optimizer.step([w], [X.T @ (X @ w - y) / size])
            if not np.abs(w).max() < 1e6:
                break
            places.append(w.copy())
        return np.array(places)

    def _optimizer(self, state: State) -> Any:
        return OPTIMIZERS[state["optimizer"]](state["rate"], state["momentum"])

    def _rates(self, state: State) -> list[float]:
        rate = state["rate"]
        rule = {
            "constant": lambda: schedule.constant(rate), "halve every 15": lambda: schedule.halve(rate, 15),
            "exponential": lambda: schedule.exponential(rate, 0.05), "cosine": lambda: schedule.cosine(rate, STEPS),
        }[state["schedule"]]()  # fmt: skip
        return [float(rule(t)) for t in range(STEPS)]

    def _plane(self, scene: Scene) -> Axes:
        a, b = self.best
        return Axes(scene, (60, 34, 330, 286), (a - 3.2, a + 3.2), (b - 2.75, b + 2.75))

    def _chart(self, scene: Scene) -> Axes:
        floor = self.loss(self.best)
        highest = max(self.loss(np.array(s) + self.best) for s in STARTS.values())
        return Axes(scene, (470, 34, 330, 286), (0.0, STEPS), (max(floor, 1e-6) / 3, highest * 30), "y")

    def _background(self) -> Scene:
        scene = Scene(830, 452)
        plane = self._plane(scene)
        plane.frame("$\\theta_1$", "$\\theta_2$", "path on the contours of the loss")
        angle = np.linspace(0, 2 * math.pi, 121)
        circle = np.stack([np.cos(angle), np.sin(angle)])
        for level in np.geomspace(0.05, 40, 9):
            ring = self.axes_of @ (circle * np.sqrt(2 * level / self.curvatures)[:, None]) + self.best[:, None]
            plane.curve(ring[0], ring[1], "line", thick=1.3)
        x, y = float(plane.px(self.best[0])), float(plane.py(self.best[1]))
        scene.line([(x - 6, y), (x + 6, y)], "third", thick=2)
        scene.line([(x, y - 6), (x, y + 6)], "third", thick=2)
        chart = self._chart(scene)
        chart.frame("step", "loss", "loss of all examples")
        floor = self.loss(self.best)
        chart.curve([0, STEPS], [floor, floor], "third", dash=True, thick=1.4)
        scene.text("lowest", float(chart.px(STEPS)) - 4, float(chart.py(floor)) + 15, 13, "third", "end")
        self._ruler(scene)
        return scene

    def _ruler(self, scene: Scene) -> Axes:
        shown = self.mark and 1e-4 <= self.limit <= 1
        mark = [(self.limit, rf"2/$\lambda_{{max}}$ = {short(self.limit)}")] if shown else []
        return ruler(scene, 60, 412, 600, (1e-4, 1.0), mark, "learning rate")

    def frame(self, state: State) -> Frame:
        scene = Scene(830, 452)
        places = self.path(state)
        losses = np.array([self.loss(w) for w in places])
        plane, chart = self._plane(scene), self._chart(scene)
        plane.curve(places[:, 0], places[:, 1], "backward", thick=1.8)
        for w in places[1:-1]:
            plane.dot(w[0], w[1], "backward", 2.4, stroke=None)
        plane.dot(places[0][0], places[0][1], "paper", 5.5)
        plane.dot(places[-1][0], places[-1][1], "backward", 5.5)
        chart.curve(np.arange(len(losses)), losses, "backward")
        for k in range(0, len(losses), 5):
            chart.dot(k, losses[k], "backward", 2.6, stroke=None)
        pointer(scene, self._ruler(Scene(1, 1)), state["rate"])
        return Frame(scene, self._words(state, places, losses), self._backdrop)

    def _words(self, state: State, places: Array, losses: Array) -> str:
        head = f"{state['optimizer']}, rate {short(state['rate'])}: "
        head += f"the loss goes from {short(losses[0])} to {short(losses[-1])}"
        floor = self.loss(self.best)
        plain = state["optimizer"] == "SGD" and not state["momentum"]
        if len(losses) <= STEPS or losses[-1] > 2 * losses[0]:
            why = ""
            if self.mark and plain and state["rate"] > self.limit:
                why = f"; above 2/λmax = {short(self.limit)} every step overshoots by more than the last"
            return f"{head} and diverges after {len(losses) - 1} steps{why}."
        gap = (losses[-1] - floor) / (losses[0] - floor)
        jumps = state["batch"] == ALL and _takes_back(places)
        if gap > 0.02 and jumps and losses[-1] > (1 - 1e-6) * losses[-3]:
            return f"{head} in {STEPS} steps: it jumps from side to side and comes no closer."
        if gap > 0.5:
            slow = "it jumps from side to side and comes closer only slowly" if jumps else "too slow to get anywhere"
            what = slow if losses[-1] <= losses[0] else "it does not settle"
            return f"{head} in {STEPS} steps: {what}."
        if gap > 0.02:
            left = f"{short(100 * gap, 2)} % of the distance to the lowest loss is left"
            return f"{head} in {STEPS} steps: on its way, {left}."
        last = losses[-RECENT:]
        if np.any(np.diff(last) > 0) and last.max() - last.min() > 0.1 * floor:
            return (
                f"{head} in {STEPS} steps: it is near the lowest loss {short(floor)} and has not settled; in the last "
                f"{RECENT} steps the loss was still up to {short(last.max())}."
            )
        return f"{head} in {STEPS} steps: it has arrived near the lowest loss {short(floor)}."


def _takes_back(places: Array) -> bool:
    """Whether the last move goes back along the one before it, as it does where a step overshoots."""
    before, last = np.diff(places[-3:], axis=0)
    return bool(before @ last < -0.9 * np.linalg.norm(before) * np.linalg.norm(last))


def _made() -> tuple[Array, Array]:
    """64 examples with two correlated features of unequal size."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((64, 2)) @ np.array([[2.2, 0.5], [0.2, 0.8]])
    return X, X @ np.array([0.8, -0.5]) + 0.3 * rng.standard_normal(64)
