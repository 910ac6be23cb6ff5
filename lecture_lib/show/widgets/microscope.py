"""Look at a function through a step: where a numeric slope bends, where it is good, where it drowns in rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lecture_lib.autograd.transforms import grad
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

TWO, ONE = "two-sided", "one-sided"
NUMBERS: dict[str, Any] = {"float64": np.float64, "float32": np.float32}
FINEST, SAMPLES, REACH = 1e-15, 401, 2.5
FLOOR = 1e-17
Case = tuple[Callable[[Any], Any], float]


class StepMicroscope(Widget):
    """A numeric slope under the microscope: the function as far as the step reaches, and the error over all steps.

    Left, the function as the computer computes it, magnified so that the step eps has always the same width and the
    true slope is always the diagonal. Right, the relative error of both differences over the step.

    Args:
        cases: name → a function of one number, made of NumPy operations, and the place where its slope is wanted;
            the slope there must not be 0.

    Attributes:
        eps: the step.
        scheme: "two-sided" or "one-sided".
        numbers: "float64" or "float32".
        case: which function.

    Raises:
        ValueError: no cases, or a slope that is 0 or not finite.

    Example:
        >>> lens = StepMicroscope({"x³ at 4": (lambda x: x * x * x, 4.0)})
        >>> lens
        x³ at 4, two-sided, float64, eps = 0.1: slope 48.01, true slope 48, relative error 2.1e−4.
        >>> lens.scheme = "one-sided"
        >>> lens
        x³ at 4, one-sided, float64, eps = 0.1: slope 49.21, true slope 48, relative error 0.025.
    """

    eps: float
    scheme: str
    numbers: str
    case: str

    def __init__(self, cases: Mapping[str, Case]) -> None:
        if not cases:
            raise ValueError("StepMicroscope needs at least one function")
        self.cases = dict(cases)
        self.slopes = {name: float(grad(f)(float(x))) for name, (f, x) in self.cases.items()}
        for name, slope in self.slopes.items():
            if slope == 0 or not np.isfinite(slope):
                raise ValueError(f"StepMicroscope needs a slope that is finite and not 0; that of {name} is {slope!r}")
        names = tuple(self.cases)
        super().__init__([
            Range("eps", "step eps", FINEST, 1.0, 0.1, count=60, log=True),
            Choice("scheme", "difference", (TWO, ONE), TWO),
            Choice("numbers", "numbers", tuple(NUMBERS), "float64"),
            Choice("case", "function", names, names[0]),
        ])  # fmt: skip
        self._backs: dict[tuple[str, str], Scene] = {}

    def slope(self, state: State) -> float:
        """The numeric slope in a state.

        Args:
            state: as ``frame`` takes it.

        Returns:
            The difference quotient, computed in the state's numbers.
        """
        f, place = self.cases[state["case"]]
        kind = NUMBERS[state["numbers"]]
        x, eps = kind(place), kind(state["eps"])
        if state["scheme"] == ONE:
            return float((f(x + eps) - f(x)) / eps)
        return float((f(x + eps) - f(x - eps)) / (kind(2) * eps))

    def distance(self, state: State) -> float:
        """The relative error of the numeric slope in a state.

        Args:
            state: as ``frame`` takes it.

        Returns:
            |numeric - true| / |true|.
        """
        true = self.slopes[state["case"]]
        return abs(self.slope(state) - true) / abs(true)

    def _errors(self, scene: Scene) -> Axes:
        return Axes(scene, (440, 34, 260, 220), (FINEST, 1.0), (FLOOR, 10.0), "xy")

    def _lens(self, scene: Scene) -> Axes:
        return Axes(scene, (60, 34, 260, 220), (-REACH, REACH), (-REACH, REACH))

    def _backdrop(self, numbers: str, case: str) -> Scene:
        if (numbers, case) not in self._backs:
            scene = Scene(720, 300)
            axes = self._errors(scene)
            axes.frame("step eps", title=f"relative error, {numbers}")
            steps = [float(v) for v in np.logspace(-15, 0, 121)]
            for scheme, color, dash in ((TWO, "forward", False), (ONE, "backward", True)):
                state = {"scheme": scheme, "numbers": numbers, "case": case}
                errors = [max(self.distance({**state, "eps": eps}), FLOOR) for eps in steps]
                axes.curve(steps, errors, color, dash=dash, thick=1.6)
            scene.text("solid: two-sided", 452, 228, 13, "forward")
            scene.text("dashed: one-sided", 452, 246, 13, "backward")
            self._lens(scene).frame("(input − x) / eps", "change / (true slope · eps)", title="under the microscope")
            self._backs[numbers, case] = scene
        return self._backs[numbers, case]

    def frame(self, state: State) -> Frame:
        f, place = self.cases[state["case"]]
        kind, true = NUMBERS[state["numbers"]], self.slopes[state["case"]]
        x, eps = kind(place), kind(state["eps"])
        slope, error = self.slope(state), self.distance(state)
        scene = Scene(720, 300)
        lens = self._lens(scene)
        reach = np.linspace(-REACH, REACH, SAMPLES)
        changes = f(x + reach.astype(kind) * eps) - f(x)
        lens.curve([-REACH, REACH], [-REACH, REACH], "muted", thick=1.0)
        lens.curve(reach, changes.astype(float) / (true * float(eps)), "forward")
        ends = (-1.0, 1.0) if state["scheme"] == TWO else (0.0, 1.0)
        heights = [float(f(x + kind(u) * eps) - f(x)) / (true * float(eps)) for u in ends]
        tilt = (heights[1] - heights[0]) / (ends[1] - ends[0])
        lens.curve(reach, [heights[0] + tilt * (u - ends[0]) for u in reach], "backward", dash=True)
        for u, height in zip(ends, heights, strict=True):
            lens.dot(u, height)
        self._errors(scene).dot(state["eps"], max(error, FLOOR), "forward" if state["scheme"] == TWO else "backward")
        text = (
            f"{state['case']}, {state['scheme']}, {state['numbers']}, eps = {short(state['eps'])}: "
            f"slope {short(slope, 4)}, true slope {short(true, 4)}, relative error {short(error, 2)}."
        )
        return Frame(scene, text, self._backdrop(state["numbers"], state["case"]))
