"""What all widgets share: plain state, pure frames, controls, and a picture where no widget can live."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lecture_lib.places import require
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.canvas.svg import WIDGET_STYLE, fragment
from lecture_lib.show.widgets.controls import Control, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.packed import MIME, packed, wanted

EVERY = 400


class Widget:
    """A picture with controls. The last value of a cell displays itself, live or, without a kernel, as a picture.

    A subclass names its controls and draws a frame from a state; it never touches the browser. Its state are plain
    attributes: ``lab.rate = 0.1`` moves the slider and the picture, and refuses what the slider could not say.

    Args:
        controls: what can be moved.

    Attributes:
        controls: the same by name.
        offline: the values that a page without a kernel offers, by control, where all of them would be too many.
        error: the last exception of a frame, which the widget shows; None after the next good frame.

    Example:
        >>> from lecture_lib.show.widgets.controls import Steps
        >>> class Dots(Widget):
        ...     def __init__(self):
        ...         super().__init__([Steps("n", "dots", 5)])
        ...
        ...     def frame(self, state):
        ...         scene = Scene(100, 20)
        ...         for k in range(state["n"]):
        ...             scene.circle(10 + 20 * k, 10, 6)
        ...         return Frame(scene, f"{state['n']} dots.")
        >>> dots = Dots()
        >>> dots.n = 3
        >>> dots
        3 dots.
        >>> dots.n = 6
        Traceback (most recent call last):
        ValueError: n is 6; expected an integer from 0 to 5
    """

    offline: ClassVar[Mapping[str, Sequence[Any]]] = {}
    controls: dict[str, Control]
    _live: Live | None

    def __init__(self, controls: Sequence[Control]) -> None:
        self.__dict__["controls"] = {c.name: c for c in controls}
        self.__dict__["_live"] = None
        self.error: BaseException | None = None
        for control in controls:
            self.__dict__[control.name] = control.default

    def __setattr__(self, name: str, value: Any) -> None:
        controls = self.__dict__.get("controls", {})
        if name in controls:
            value = controls[name].checked(value)
            if value == self.__dict__.get(name) and type(value) is type(self.__dict__.get(name)):
                return
        object.__setattr__(self, name, value)
        if name in controls and self._live is not None:
            self._live.moved(name, value)

    @property
    def state(self) -> State:
        """The controls' values now."""
        return {name: self.__dict__[name] for name in self.controls}

    def states(self) -> Iterator[State]:
        """The states to visit one by one.

        All of them if they are at most 400, else each control through all its values while the others keep their
        default.

        Yields:
            A value for every control.
        """
        values = {name: list(c.values()) for name, c in self.controls.items()}
        if math.prod(map(len, values.values())) <= EVERY:
            for combination in itertools.product(*values.values()):
                yield dict(zip(values, combination, strict=True))
            return
        default = {name: c.default for name, c in self.controls.items()}
        yield dict(default)
        for name, found in values.items():
            for value in found:
                if value != default[name]:
                    yield {**default, name: value}

    def frame(self, state: State) -> Frame:
        """What is shown in a state; depends on nothing else and changes nothing.

        Args:
            state: a value for every control.

        Returns:
            The frame.

        Raises:
            NotImplementedError: the subclass has none.
        """
        raise NotImplementedError

    def still(self) -> Picture:
        """The picture for paper and for pages without a kernel: the present state.

        Returns:
            A Picture.
        """
        return self.frame(self.state).picture

    def export(self) -> list[tuple[State, str, str]]:
        """Every state with its picture as SVG and its sentence, for pages that have no kernel.

        Returns:
            State, SVG and sentence, one for each of ``states``.
        """
        frames = ((state, self.frame(state)) for state in self.states())
        return [(state, frame.picture.svg, frame.text) for state, frame in frames]

    def show(self) -> Any:
        """The live widget, made on the first call.

        Returns:
            An ipywidgets box.

        Raises:
            ImportError: ipywidgets is not installed.
        """
        live = self._live or Live(self)
        self.__dict__["_live"] = live
        return live.box

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        picture = self.still()
        data, metadata = picture._repr_mimebundle_()
        if wanted():
            return {MIME: packed(self)} | data, metadata
        try:
            box = self.show()
        except ImportError:
            return data, metadata
        # Said here, since ipywidgets 7 has no method for it. Without a kernel there is no model.
        live = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
        return ({"application/vnd.jupyter.widget-view+json": live} if box.model_id else {}) | data, metadata

    def __repr__(self) -> str:
        return self.frame(self.state).text


class Live:
    """The browser's side of a widget: controls, the two layers of the picture, the sentence, an error."""

    def __init__(self, owner: Widget) -> None:
        require("a live widget", "ipywidgets")
        import ipywidgets

        self.owner = owner
        self.busy = False
        self.inputs: dict[str, Any] = {}
        rows = []
        for name, control in owner.controls.items():
            self.inputs[name], parts = control.build(ipywidgets, getattr(owner, name))
            self.inputs[name].observe(lambda change, name=name: self.changed(name, change["new"]), "value")
            rows.append(ipywidgets.HBox(parts))
        same_place = {"grid_area": "1 / 1 / 2 / 2", "margin": "0", "overflow": "visible"}
        self.back = ipywidgets.HTML(layout=same_place)
        self.front = ipywidgets.HTML(layout=same_place)
        whole = {"overflow": "auto hidden", "width": "100%", "grid_template_columns": "minmax(0, 1fr)"}
        stage = ipywidgets.GridBox([self.back, self.front], layout=whole)
        self.words = ipywidgets.HTML()
        self.trouble = ipywidgets.HTML(layout={"display": "none"})
        style = ipywidgets.HTML(WIDGET_STYLE, layout={"display": "none"})
        controls = ipywidgets.Box(rows, layout={"display": "flex", "flex_flow": "row wrap"})
        self.box = ipywidgets.VBox([style, controls, self.trouble, stage, self.words])
        self.box.add_class("lecture-lib-widget")
        self.drawn: Scene | None = None
        self.draw()

    def changed(self, name: str, value: Any) -> None:
        """A control moved in the browser."""
        if self.busy:
            return
        control = self.owner.controls[name]
        try:
            value = control.nearest(value) if isinstance(control, Range) else control.checked(value)
            object.__setattr__(self.owner, name, value)
        except Exception as error:
            self.fail(error)
            raise
        self.draw()

    def moved(self, name: str, value: Any) -> None:
        """An attribute was set: the control follows, and with it the picture."""
        self.busy = True
        try:
            self.inputs[name].value = value
        finally:
            self.busy = False
        self.draw()

    def draw(self) -> None:
        """Show the present state; what went wrong is shown in the widget, and raised."""
        try:
            frame = self.owner.frame(self.owner.state)
            front = fragment(frame.scene, paper=frame.background is None)
            back = None
            if frame.background is not self.drawn:
                back = fragment(frame.background) if frame.background is not None else ""
        except Exception as error:
            self.fail(error)
            raise
        if back is not None:
            self.back.value = back
            self.drawn = frame.background
        label = html.escape(frame.text)
        self.front.value = f'<div role="img" aria-label="{label}">{front}</div>'
        self.words.value = f'<p class="lecture-lib-words" style="margin:4px 2px;max-width:60em">{label}</p>'
        if self.owner.error is not None:
            self.owner.error = None
            self.trouble.layout.display = "none"

    def fail(self, error: BaseException) -> None:
        """Show an exception."""
        self.owner.error = error
        text = html.escape(f"{type(error).__name__}: {error}")
        self.trouble.value = f'<p role="alert" style="border:2px solid #B00020;padding:4px 8px">{text}</p>'
        self.trouble.layout.display = "block"
