"""Descent by hand walks as the library's optimizers do, says what the lab says, and its bars are the true factors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.live import descent
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.show import LearningRateLab
from lecture_lib.show.widgets import rates

from .conftest import opened

PAGE = "15_optimizers_and_learning_rates.html"
SET = """(box, given) => {
    for (const row of box.querySelectorAll(".control")) {
        const name = row.firstChild.textContent.replace("learning ", "");
        const input = row.querySelector("input, select");
        if (!(name in given)) continue;
        input.value = given[name];
        input.dispatchEvent(new Event(input.matches("select") ? "change" : "input"));
    }
}"""
PATH = """box => {
    const frame = box.querySelector(".ground .plane");
    const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(frame.getAttribute(name)));
    return box.querySelector(".path").getAttribute("points").split(" ").map((pair) => pair.split(",").map(Number))
        .map(([px, py]) => [(px - x) / w, 1 - (py - y) / h]);
}"""
# Time is made, so that no run stands long enough to stay but where the test says so.
CLOCK = "() => { window.clock = 0; performance.now = () => window.clock; }"
LATER = "() => { window.clock += 2000; }"


def walked(box: Any, lab: LearningRateLab) -> Any:
    """The path that the page draws, in the weights' own units."""
    return (np.array(box.evaluate(PATH)) - 0.5) * 2 * [3.2, 2.75] + lab.best


def long_run(optimizer: str, rate: float, momentum: float, curvature: float) -> float:
    """By what a step multiplies in the long run, measured on the library's own optimizer in one dimension."""
    moved = rates.OPTIMIZERS[optimizer](rate, momentum)
    theta, path = np.ones(1), [1.0]
    for _ in range(4):
        moved.step([theta], [curvature * theta])
        path.append(float(theta[0]))
    if not momentum:
        return path[1]
    again = np.linalg.solve([[path[1], path[0]], [path[2], path[1]]], [path[2], path[3]])
    return float(np.abs(np.roots([1, *-again])).max())


def test_the_ravine_is_that_of_the_notebook() -> None:
    path = next(path for path in find_notebooks() if path.stem == Path(PAGE).stem)
    source = next(cell.source for cell in read_notebook(path).cells if cell.id == "15-ravine-data")
    names: dict[str, Any] = {"np": np}
    exec(source, names)
    X, y = descent.ravine()
    assert np.array_equal(X, names["X"]) and np.array_equal(y, names["y"])


def test_the_first_picture_leaves_the_limit_to_the_reader() -> None:
    search, lab = descent.search(), descent.lab()
    assert not search.data["mark"] and not search.data["bars"] and list(search.data["values"]) == ["rate"]
    assert lab.data["mark"] and lab.data["bars"] and len(lab.data["values"]) == 5
    assert PLACES["15-lab-run"].instead and PLACES["15-lab-full"].instead
    assert len(lab.text) < 12_000


STATES: list[dict[str, Any]] = [
    {}, {"rate": 0.001}, {"rate": 0.2}, {"rate": 0.2239}, {"rate": 1.0}, {"rate": 0.01, "momentum": 0.9},
    {"rate": 0.3981, "momentum": 0.9}, {"rate": 0.4467, "momentum": 0.9}, {"optimizer": "Nesterov", "rate": 0.1, "momentum": 0.9},
    {"optimizer": "Nesterov", "rate": 0.1}, {"optimizer": "Adagrad", "rate": 1.0}, {"optimizer": "RMSprop", "rate": 0.05012},
    {"optimizer": "Adam", "rate": 0.1}, {"optimizer": "Adam", "rate": 1.0, "batch": 1}, {"rate": 0.1, "batch": 4},
    {"rate": 0.1, "batch": 16, "schedule": "halve every 15"}, {"rate": 0.2, "schedule": "exponential"},
    {"rate": 0.1995, "schedule": "cosine", "momentum": 0.5, "batch": 4},
]  # fmt: skip


def test_it_walks_and_speaks_as_the_library(chromium: Any, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = LearningRateLab(*descent.ravine())
    values = {name: list(lab.controls[name].values()) for name in ("rate", "momentum")}
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        page.goto((site / PAGE).as_uri())
        figure = page.locator("#\\31 5-lab-full figure.answers")
        figure.scroll_into_view_if_needed()
        page.wait_for_selector("#\\31 5-lab-full figure[data-live]")
        page.evaluate(CLOCK)
        box, height = figure.locator(".descent"), figure.bounding_box()["height"]
        assert page.locator("[data-picture=descent]").count() == 3 and page.locator("figure.widget").count() == 0

        def agree(state: dict[str, Any], **also: Any) -> None:
            for name in state:
                if name in values:
                    state[name] = min(values[name], key=lambda value: abs(value - state[name]))
            whole = {**{name: control.default for name, control in lab.controls.items()}, **state, **also}
            places = lab.path(whole)
            assert walked(box, lab) == pytest.approx(places, rel=1e-6, abs=1e-6), state
            said = lab._words(whole, places, np.array([lab.loss(w) for w in places]))
            assert box.locator(".words").inner_text() == said

        plain = {"optimizer": "SGD", "momentum": 0, "batch": "all", "schedule": "constant"}
        for state in STATES:
            at = {name: np.abs(np.array(values[name]) - state[name]).argmin() for name in values if name in state}
            given = {"rate": values["rate"].index(0.1), **plain, **state, **{name: int(k) for name, k in at.items()}}
            box.evaluate(SET, given)
            agree(dict(state))
            told = box.locator(".factors").get_attribute("aria-label")
            optimizer, rate, mu = (state.get(n, d) for n, d in (("optimizer", "SGD"), ("rate", 0.1), ("momentum", 0.0)))
            red = 0
            for name, curvature in (("steep", 9.0), ("flat", 0.5)):
                if optimizer in ("SGD", "Nesterov"):
                    nearest = min(values["rate"], key=lambda value: abs(value - rate))
                    found = long_run(optimizer, nearest, mu, curvature)
                    shown = told.split(f"{name}: ")[1].split(".  ")[0]
                    number = shown.split("=" if not mu else "factor ")[1].split()[0].lstrip("±").replace("−", "-")
                    assert (abs(float(number)) if mu else float(number)) == pytest.approx(found, rel=6e-3)
                    red += abs(found) > 1
                    assert ("diverges" in shown.split("flat")[0]) == (abs(found) > 1)
            assert box.locator(".factors rect.f-wrong").count() == red

        # A drag, keys, and a tap move the start.
        box.evaluate(SET, {"rate": values["rate"].index(0.2239), **plain})
        start = box.locator(".start circle").last.bounding_box()
        # The run that the page began with is there, faded.
        assert box.locator(".ground .ghosts polyline").count() == 1
        page.evaluate(LATER)
        page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        page.mouse.down()
        page.mouse.move(start["x"] + 80, start["y"] + 60, steps=3)
        page.mouse.up()
        first = walked(box, lab)[0]
        assert np.linalg.norm(first - lab.best - rates.STARTS["upper left"]) > 0.5
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
        moved = walked(box, lab)[0]
        assert moved - first == pytest.approx([0.1, 0.5], abs=1e-9)
        monkeypatch.setitem(rates.STARTS, "here", tuple(moved - lab.best))
        agree({"rate": 0.2239}, start="here")
        # What stood for a while stays as a ghost, once, until it is cleared.
        assert box.locator(".ground .ghosts polyline").count() == box.locator(".losses .ghosts polyline").count() == 2
        ground = box.locator(".ground").bounding_box()
        page.evaluate(LATER)
        page.mouse.click(ground["x"] + ground["width"] * 0.6, ground["y"] + ground["height"] * 0.7)
        assert box.locator(".ground .ghosts polyline").count() == 3
        assert walked(box, lab)[0][1] < moved[1]
        box.get_by_role("button", name="Clear").click()
        assert box.locator(".ghosts polyline").count() == 0
        assert figure.bounding_box()["height"] == height
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert page.wrong == []


@pytest.mark.parametrize("make", [descent.search, descent.directions, descent.lab])
def test_a_control_begins_at_a_value_that_it_offers(make: Callable[[], Live]) -> None:
    """Else its handle would stand at one end while the picture shows another state."""
    data = make().data
    assert all(data["now"][name] in offered for name, offered in data["values"].items())
