"""What a reader moves: a slider over steps, a slider over a range, a choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any


@dataclass(frozen=True)
class Steps:
    """A slider over the integers from ``first`` to ``last``; ``play`` adds a button that runs through them."""

    name: str
    label: str
    last: int
    first: int = 0
    default: int = 0
    play: bool = False

    def values(self) -> Sequence[int]:
        """Every value."""
        return range(self.first, self.last + 1)

    def checked(self, value: Any) -> int:
        """The value, if it is one of the slider's."""
        if isinstance(value, bool) or value not in self.values():
            raise ValueError(f"{self.name} is {value!r}; expected an integer from {self.first} to {self.last}")
        return int(value)

    def build(self, widgets: Any, value: Any) -> tuple[Any, list[Any]]:
        """Make the control."""
        slider = widgets.IntSlider(
            value, self.first, self.last, description=self.label, style={"description_width": "initial"},
            layout={"width": "360px"},
        )  # fmt: skip
        if not self.play:
            return slider, [slider]
        play = widgets.Play(value=value, min=self.first, max=self.last, interval=900)
        widgets.jslink((play, "value"), (slider, "value"))
        back, on = (widgets.Button(description=sign, tooltip=tip, layout={"width": "40px"})
                    for sign, tip in (("◀", "one step back"), ("▶", "one step on")))  # fmt: skip
        back.on_click(lambda _: setattr(slider, "value", max(self.first, slider.value - 1)))
        on.on_click(lambda _: setattr(slider, "value", min(self.last, slider.value + 1)))
        return slider, [play, back, slider, on]


@dataclass(frozen=True)
class Range:
    """A slider over real numbers: ``low`` to ``high`` in ``count`` equal steps, of the number or of its logarithm."""

    name: str
    label: str
    low: float
    high: float
    default: float
    count: int = 40
    log: bool = False

    def values(self) -> Sequence[float]:
        """Every value."""
        ends = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        found = [ends[0] + (ends[1] - ends[0]) * k / self.count for k in range(self.count + 1)]
        return [float(f"{10**v:.4g}") for v in found] if self.log else [float(f"{v:.6g}") for v in found]

    def checked(self, value: Any) -> float:
        """The value, if it lies in the range."""
        slack = 1e-9 * (abs(self.low) + abs(self.high))
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not self.low - slack <= value <= self.high + slack:
            raise ValueError(f"{self.name} is {value!r}; expected a number from {self.low:g} to {self.high:g}")
        return float(value)

    def nearest(self, value: float) -> float:
        """The slider's own value next to a number that its arithmetic blurred."""
        return min(self.values(), key=lambda v: abs(math.log(v / value)) if self.log else abs(v - value))

    def build(self, widgets: Any, value: Any) -> tuple[Any, list[Any]]:
        """Make the control."""
        common: dict[str, Any] = {"description": self.label, "layout": {"width": "420px"}}
        common["style"] = {"description_width": "initial"}
        if self.log:
            ends = math.log10(self.low), math.log10(self.high)
            slider = widgets.FloatLogSlider(
                value, base=10, min=ends[0], max=ends[1], step=(ends[1] - ends[0]) / self.count,
                readout_format=".3g", **common,
            )  # fmt: skip
        else:
            step = (self.high - self.low) / self.count
            slider = widgets.FloatSlider(value, min=self.low, max=self.high, step=step, readout_format=".3g", **common)
        return slider, [slider]


@dataclass(frozen=True)
class Choice:
    """One of a few named options."""

    name: str
    label: str
    options: tuple[Any, ...]
    default: Any

    def values(self) -> Sequence[Any]:
        """Every option."""
        return self.options

    def checked(self, value: Any) -> Any:
        """The value, if it is one of the options."""
        if value not in self.options:
            raise ValueError(f"{self.name} is {value!r}; expected one of {', '.join(map(repr, self.options))}")
        return value

    def build(self, widgets: Any, value: Any) -> tuple[Any, list[Any]]:
        """Make the control."""
        # JupyterLab takes the arrow keys away from a menu; a slider moves by key, drag and click.
        slider = widgets.SelectionSlider(
            options=[(str(o), o) for o in self.options], value=value, description=self.label,
            style={"description_width": "initial"}, layout={"width": "330px"},
        )  # fmt: skip
        return slider, [slider]


Control = Steps | Range | Choice
