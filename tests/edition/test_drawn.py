"""Predictions that are drawn: by pointer and by keys, kept, and the notebooks' own numbers over them once they are open."""

import re
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

import lecture_lib
from lecture_lib import numeric_gradient
from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.cells import FORMS
from lecture_lib.course.site.live import drawn
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.outputs import Slots
from lecture_lib.course.site.questions import ask

from .conftest import opened

ERRORS, SLOPES, RATES = (
    ("02_slopes_and_numeric_gradients.html", "02-v-shape"),
    ("13_nonlinearities.html", "13-six-picture"),
    ("15_optimizers_and_learning_rates.html", "15-powers-run"),
)


def sources(stem: str, *names: str) -> str:
    """The code of some cells."""
    cells = {cell.id: cell.source for cell in read_notebook(find_notebooks([stem])[0]).cells}
    return "\n".join(cells[name] for name in names)


def run(live: Live, curve: int = 0, line: int = 0) -> Any:
    return np.array(live.data["curves"][curve]["lines"][line]["run"])


def test_the_v_is_the_notebook_s() -> None:
    plt = MagicMock()
    names = {"np": np, "plt": plt, "numeric_gradient": numeric_gradient, "cube": lambda x: x**3}
    exec(sources("02", "02-v-shape"), names)
    plotted = {call.kwargs["label"]: call.args[1] for call in plt.loglog.call_args_list}
    live = drawn.error_of_a_step()
    for k, line in enumerate(live.data["curves"][0]["lines"]):
        assert 10 ** run(live, line=k)[:, 1] == pytest.approx(plotted[line["name"]], rel=1e-3)
        # What a guess is compared with has the noise taken out, but lies in it.
        assert np.abs(np.array(line["at"]) - run(live, line=k)[::6, 1]).max() < 2.5
        assert run(live, line=k)[-1, 1] == pytest.approx(line["at"][-1])


def test_the_slopes_are_the_notebook_s() -> None:
    names: dict[str, Any] = {**vars(lecture_lib), "np": np, "rng": np.random.default_rng(0)}
    exec(sources("13", "13-six"), names)
    live = drawn.slopes()
    assert [curve["name"] for curve in live.data["curves"]] == list(names["six"])
    for k, (_, formula) in enumerate(names["six"].values()):
        z, slope = run(live, k).T
        away = np.abs(np.abs(z) - np.round(np.abs(z))) > 1e-9  # At a kink each side has its own.
        assert slope[away] == pytest.approx(formula(z[away]), abs=1e-4)
        assert np.abs(np.diff(slope)).max() < 0.3 or np.diff(z)[np.abs(np.diff(slope)).argmax()] < 0.03


def test_the_losses_are_the_notebook_s() -> None:
    names: dict[str, Any] = {}
    source = sources("15", "15-imports", "15-windows", "15-network", "15-powers-run")
    source, count = re.subn(r"makers = \{.*?\}", 'makers = {"SGD": optim.SGD}', source, flags=re.S)
    assert count == 1
    exec(source, names)
    live = drawn.loss_at_a_rate()
    assert run(live)[:, 1] == pytest.approx(names["results"]["SGD"], abs=1e-4)
    assert 10.0 ** run(live)[:, 0] == pytest.approx(names["rates"])


@pytest.mark.parametrize("stem", ["02", "13", "15"])
def test_they_stand_where_a_line_is_asked_for(stem: str) -> None:
    notebook = read_notebook(find_notebooks([stem])[0])
    ask(notebook, Slots(), FORMS)
    asked = [cell.id for cell in notebook.cells if cell.metadata.get("page", {}).get("guess") == "drawn"]
    assert {"02": ERRORS, "13": SLOPES, "15": RATES}[stem][1] in asked


def draw(figure: Any, live: Live, values: Any) -> None:
    """One stroke of the mouse through a height for each point."""
    (x0, x1), (y0, y1) = live.data["x"]["limits"], live.data["y"]["limits"]
    box = figure.locator(".frame").bounding_box()
    mouse = figure.page.mouse
    for k, (x, y) in enumerate(zip(live.data["points"], values, strict=True)):
        mouse.move(box["x"] + (x - x0) / (x1 - x0) * box["width"], box["y"] + (y1 - y) / (y1 - y0) * box["height"])
        if not k:
            mouse.down()
    mouse.up()


def heights(figure: Any) -> list[float]:
    return [float(dot.get_attribute("aria-valuenow")) for dot in figure.get_by_role("slider").all()]


def laid_over(figure: Any, live: Live, number: int) -> Any:
    """A line of the truth as the page draws it, in the units of the axes."""
    given = figure.locator(".truth-line").nth(number).get_attribute("points")
    frame = [float(figure.locator(".frame").get_attribute(name)) for name in ("x", "y", "width", "height")]
    at = np.array([pair.split(",") for pair in given.split()], float)
    share = (at - frame[:2]) / frame[2:]
    (x0, x1), (y0, y1) = live.data["x"]["limits"], live.data["y"]["limits"]
    return np.stack([x0 + share[:, 0] * (x1 - x0), y1 - share[:, 1] * (y1 - y0)], axis=1)


def found(page: Any, site: Path, place: tuple[str, str], query: str = "") -> Any:
    page.goto((site / place[0]).as_uri() + query)
    page.wait_for_function("() => document.readyState === 'complete' && !document.querySelector('.math:not(.set)')")
    cell = page.locator(f"[id='{place[1]}']")
    cell.scroll_into_view_if_needed()
    cell.locator("figure[data-live]").wait_for()
    return cell.locator("figure[data-live]")


def test_a_line_is_drawn_kept_and_compared(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        live = drawn.error_of_a_step()
        figure = found(page, site, ERRORS)
        truth = page.locator("[id='02-v-shape'] details.truth")
        height = figure.bounding_box()["height"]
        # Keys: one stop, from point to point, up and down.
        assert figure.locator("[role=slider][tabindex='0']").count() == 1
        first = figure.get_by_role("slider", name="step ε = 10⁻¹²")
        assert first.get_attribute("aria-valuetext") == "not drawn yet"
        first.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("PageDown")
        assert heights(figure)[:3] == [-5.0, -8.0, -5.5]
        assert figure.get_by_role("slider").nth(1).get_attribute("aria-valuetext") == "10 to the −8"
        assert not truth.evaluate("e => e.open") and figure.locator(".truth-line").count() == 0
        assert "-sided" not in figure.locator(".words").inner_text()
        # A stroke along one side of the V, and the same after a reload.
        two, one = (np.array(line["at"]) for line in live.data["curves"][0]["lines"])
        draw(figure, live, two)
        assert heights(figure) == pytest.approx(two, abs=0.1)
        assert figure.bounding_box()["height"] == height
        figure = found(page, site, ERRORS)
        assert heights(figure) == pytest.approx(two, abs=0.1)
        truth.locator("summary").click()
        figure.locator(".truth-line").first.wait_for()
        for k in range(2):
            assert laid_over(figure, live, k) == pytest.approx(run(live, line=k), abs=1e-6)
        words, open_height = figure.locator(".words"), figure.bounding_box()["height"]
        said = "It is nearest to the {} line. Your line is {}. {}"
        near = said.format(
            "two-sided", "close to it from end to end", "It turns where the two-sided line does, near 10⁻⁵."
        )
        assert words.inner_text().startswith(near)
        draw(figure, live, one + np.repeat([2, 0, -4], 3))
        sides = "too high on the left, close to it in the middle, and far too low on the right"
        assert words.inner_text().startswith(said.format("one-sided", sides, ""))
        draw(figure, live, np.linspace(-1, 2, 9))
        assert (
            "Your line has no turn, it is lowest at its left end; the one-sided line is lowest near 10⁻⁸."
            in words.inner_text()
        )
        assert not re.search(r"\b(right!|wrong|correct|score|points?|%)\b", words.inner_text())
        assert figure.bounding_box()["height"] == open_height
        figure.get_by_role("button", name="Clear").click()
        assert words.inner_text().startswith("You drew no line here.")
        truth.locator("summary").click()
        figure.locator(".truth-line").first.wait_for(state="detached")

        # Six slopes, each with a line of its own.
        live = drawn.slopes()
        figure = found(page, site, SLOPES)
        draw(figure, live, np.full(9, 0.25))
        figure.get_by_role("combobox").select_option("ReLU")
        assert figure.locator("g.none").count() == 9
        draw(figure, live, np.r_[np.zeros(5), np.ones(4)])
        page.locator("[id='13-six-picture'] details.truth > summary").click()
        figure.locator(".truth-line").wait_for()
        words = figure.locator(".words")
        assert words.inner_text().startswith(
            "Your line is close to it from end to end. Your line rises where the curve jumps, at 0."
        )
        assert laid_over(figure, live, 0) == pytest.approx(run(live, 3), abs=1e-6)
        figure.get_by_role("combobox").select_option("tanh")
        draw(figure, live, np.cos(np.linspace(-1, 5, 9)))
        assert "too far left: the curve is highest near 0." in words.inner_text()
        figure.get_by_role("combobox").select_option("logistic")
        assert heights(figure) == pytest.approx([0.25] * 9, abs=0.02) and "Your line is flat" in words.inner_text()

        # A teacher and paper see the truth at once.
        live = drawn.loss_at_a_rate()
        figure = found(page, site, RATES, "?open")
        assert laid_over(figure, live, 0) == pytest.approx(run(live), abs=1e-6)
        page.emulate_media(media="print")
        assert figure.locator(".truth-line").is_visible() and not figure.locator(".still").is_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert page.wrong == []
