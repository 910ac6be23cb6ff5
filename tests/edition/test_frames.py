"""Packed widgets: every offered state is there, and says and draws what the widget itself does."""

import base64
import itertools
import json
import math
import re
import zlib
from typing import Any

import numpy as np
import pytest

from lecture_lib import trace
from lecture_lib.show import LearningRateLab, NonlinearityExplorer, NudgeMeter, Ridgelines, ShapeDock, Stepper, Widget
from lecture_lib.show.canvas.scene import Pixels, Scene, Shape
from lecture_lib.show.widgets.controls import Range, Steps
from lecture_lib.show.widgets.frames import Frame
from lecture_lib.show.widgets.packed import MIME, MOST, VARIABLE, offered, packed, unpacked


def stepper() -> Stepper:
    return Stepper(trace(lambda x, y: np.sin(x) * y, 1.0, 2.0))


def nudge() -> NudgeMeter:
    return NudgeMeter(trace(lambda x, y: x**2 * np.sin(y), 3.0, 1.0))


def states(widget: Widget) -> list[dict[str, Any]]:
    values = offered(widget)
    return [dict(zip(values, found, strict=True)) for found in itertools.product(*values.values())]


@pytest.mark.parametrize("make", [stepper, nudge, Ridgelines])
def test_every_state_says_what_the_widget_says(make: Any) -> None:
    widget = make()
    data = unpacked(widget)
    assert len(data["frames"]) == len(states(widget)) == math.prod(len(c["values"]) for c in data["controls"])
    assert [data["texts"][text] for _, _, text in data["frames"]] == [widget.frame(s).text for s in states(widget)]
    assert not data["fewer"]


@pytest.mark.parametrize("make", [stepper, nudge, Ridgelines])
def test_every_state_draws_what_the_widget_draws(make: Any) -> None:
    """Piece and place together give each shape's coordinates, to the tenth of a pixel that SVG keeps."""
    widget = make()
    data = unpacked(widget)
    for state, (back, front, _) in list(zip(states(widget), data["frames"], strict=True))[::7]:
        frame = widget.frame(state)
        for scene, layer in ((frame.background, back), (frame.scene, front)):
            assert (scene is None) == (layer < 0)
            if scene is not None:
                compare(scene, data["layers"][layer], data["pieces"])


def compare(scene: Scene, layer: list[list[int]], pieces: list[str]) -> None:
    for item, piece, x, y in zip(scene.items, layer[0], np.cumsum(layer[1]), np.cumsum(layer[2]), strict=True):
        if isinstance(item, Shape):
            data = re.search(r' d="([^"]*)"', pieces[piece])[1]  # type: ignore[index]
            found = np.array([float(v) for v in re.findall(r"-?[\d.]+", data)]).reshape(-1, 2)
            if data.startswith("m"):
                found = found.cumsum(axis=0)
            true = np.array([v for c in item.commands for v in c[1:]]).reshape(-1, 2)
            assert np.abs(found + np.array([x, y]) / 10 - true).max() < 0.11
        else:
            assert (x / 10, y / 10) == pytest.approx((item.x, item.y), abs=0.051)
            assert pieces[piece].startswith("<image" if isinstance(item, Pixels) else "<g transform")


def test_a_packed_widget_unpacks() -> None:
    text = packed(stepper())
    assert json.loads(zlib.decompress(base64.b64decode(text))) == json.loads(json.dumps(unpacked(stepper())))


def test_pieces_and_layers_come_once() -> None:
    data = unpacked(Ridgelines())
    assert len(set(data["pieces"])) == len(data["pieces"])
    assert len({str(layer) for layer in data["layers"]}) == len(data["layers"])
    used = {piece for layer in data["layers"] for piece in layer[0]}
    assert used == set(range(len(data["pieces"])))
    assert {layer for back, front, _ in data["frames"] for layer in (back, front) if layer >= 0} == set(
        range(len(data["layers"]))
    )
    named = set(re.findall(r'href="#([^"]+)"', "".join(data["pieces"])))
    assert named == set(data["glyphs"])


def test_the_present_state_is_where_a_page_begins() -> None:
    lab = LearningRateLab()
    lab.rate, lab.optimizer, lab.start = 0.33, "Adam", "near"
    values = offered(lab)
    assert 0.33 in values["rate"] and values["rate"] == sorted(values["rate"])
    assert values["start"] == ["upper left", "near"]
    assert values["optimizer"] == list(lab.controls["optimizer"].values())


@pytest.mark.parametrize("make", [LearningRateLab, NonlinearityExplorer, ShapeDock, Ridgelines, stepper, nudge])
def test_a_page_offers_a_bounded_number_of_states(make: Any) -> None:
    widget = make()
    values = offered(widget)
    assert list(values) == list(widget.controls)
    assert math.prod(map(len, values.values())) <= MOST
    for name, found in values.items():
        assert set(found) <= {*widget.controls[name].values(), widget.controls[name].default}
        assert widget.controls[name].default in found
        # The ends of a slider stay within reach.
        if len(found) > 3:
            assert {found[0], found[-1]} == {widget.controls[name].values()[k] for k in (0, -1)}


class Wide(Widget):
    """Three long sliders, and nothing said about pages."""

    def __init__(self) -> None:
        super().__init__([Steps("a", "a", 60), Range("b", "b", 0.0, 1.0, 0.3, count=40), Steps("c", "c", 3)])

    def frame(self, state: Any) -> Frame:
        return Frame(Scene(10, 10), f"{state}")


def test_long_sliders_become_coarser() -> None:
    values = offered(Wide())
    assert math.prod(map(len, values.values())) <= MOST
    assert (values["a"][0], values["a"][-1], values["b"][0], values["b"][-1]) == (0, 60, 0.0, 1.0)
    assert 0.3 in values["b"] and values["c"] == [0, 1, 2, 3]
    assert unpacked(Wide())["fewer"]


def test_notebooks_carry_frames_only_when_a_page_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = stepper()._repr_mimebundle_()
    assert MIME not in data
    monkeypatch.setenv(VARIABLE, "1")
    data, _ = stepper()._repr_mimebundle_()
    assert next(iter(data)) == MIME and "application/vnd.jupyter.widget-view+json" not in data
    assert data[MIME] == packed(stepper())
    assert 'class="lecture-lib"' in data["text/html"]
