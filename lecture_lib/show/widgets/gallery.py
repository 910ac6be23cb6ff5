"""Several pictures in one place, one at a time."""

from __future__ import annotations

from collections.abc import Mapping

from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget


class Gallery(Widget):
    """Pictures under names, with a menu of the names.

    Args:
        pictures: name → picture, in the order of the menu.
        label: what the names are, left of the menu.

    Attributes:
        name: which picture is shown.

    Raises:
        ValueError: no pictures.

    Example:
        >>> from lecture_lib import trace
        >>> from lecture_lib.show import draw
        >>> shelf = Gallery({"square": draw(trace(lambda x: x * x, 3.0)), "cube": draw(trace(lambda x: x**3, 2.0))})
        >>> shelf.name = "cube"
        >>> print(repr(shelf)[:39])
        cube: Computation graph: 1 leaf, 1 oper
    """

    name: str

    def __init__(self, pictures: Mapping[str, Picture], label: str = "picture") -> None:
        if not pictures:
            raise ValueError("Gallery needs at least one picture")
        self.pictures = dict(pictures)
        names = tuple(self.pictures)
        # All frames have one size: nothing jumps when another name is chosen.
        self.width = max(p.scene.width for p in self.pictures.values())
        self.height = max(p.scene.height for p in self.pictures.values())
        super().__init__([Choice("name", label, names, names[0])])

    def frame(self, state: State) -> Frame:
        picture = self.pictures[state["name"]]
        scene = Scene(self.width, self.height)
        scene.place(picture.scene)
        return Frame(scene, f"{state['name']}: {picture.alt}")
