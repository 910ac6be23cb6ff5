"""The graph that can be scrubbed: its table against autograd, and the picture moved in a browser."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lecture_lib
from lecture_lib import trace
from lecture_lib.autograd import nn
from lecture_lib.course.site.live.graph import known_operations, logistic_regression, one_unit, program, small_graph
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.graph.trace import Graph

from .conftest import SHIFTS, opened

PICTURE = "figure[data-picture=graph]"
EDGES = (-1.0, 0.0, 1.0, -0.5, 2.0, 3.5)
BINARY = ("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "leaky_relu")
RUN = """async (programs) => {
  const { operations, forward, backward } = await course.drawing.part("graph_operations");
  const run = ([nodes, leaves]) => { const values = forward(nodes, leaves); return { values, ...backward(nodes, values) }; };
  return [Object.keys(operations), programs.map(run)];
}"""


@pytest.fixture(scope="module")
def page(chromium: Any, site: Path) -> Iterator[Any]:
    """Notebook 08 with its small graph in sight."""
    with opened(chromium) as page:
        show(page, site)
        yield page


def show(page: Any, site: Path, query: str = "") -> None:
    page.goto(f"{(site / '08_computation_graphs.html').as_uri()}{query}")
    page.evaluate("window.shifts = 0")
    page.locator(PICTURE).scroll_into_view_if_needed()
    page.wait_for_selector(f"{PICTURE}[data-live]")


def operation(name: str) -> Callable[..., Any]:
    return getattr(nn, name) if hasattr(nn, name) and not hasattr(np, name) else getattr(np, name)


def random_program(rng: np.random.Generator) -> Graph:
    """A graph of a few random operations on earlier values and constants, whose loose ends are added up."""
    names = rng.choice(known_operations(), rng.integers(2, 9))
    leaves = rng.choice([*EDGES, *rng.normal(size=6)], rng.integers(1, 4))

    def f(*made: Any) -> Any:
        values, used = list(made), set()
        for name in names:
            picked = [int(k) for k in rng.integers(len(values), size=1 + (name in BINARY))]
            used |= set(picked)
            args = [values[k] for k in picked]
            if len(args) == 2 and rng.random() < 0.3:
                args[int(rng.integers(2))] = float(rng.choice([2.0, -1.0, 0.5]))
            if any(isinstance(a, lecture_lib.Tensor) for a in args):
                values.append(operation(name)(*args))
        total = values[-1]
        for k in set(range(len(values) - 1)) - used:
            total = total + values[k]
        return total

    return trace(f, *leaves, names=[f"x{k}" for k in range(len(leaves))])


def tame(graph: Graph) -> bool:
    """Whether no value has grown so large that rounding decides what a sine makes of it."""
    return all(not np.isfinite(node.value) or abs(node.value) < 1e3 for node in graph.nodes) and len(graph.outputs) == 1


def test_the_page_computes_what_the_library_does(page: Any) -> None:
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        graphs = [
            trace(operation(name), *args)
            for name in known_operations()
            for args in itertools.product(EDGES, repeat=1 + (name in BINARY))
        ]
        graphs += list(itertools.islice(filter(tame, (random_program(rng) for _ in range(2000))), 400))
        for graph in graphs:
            graph.backward()
    programs = [[program(graph), [float(leaf.value) for leaf in graph.leaves]] for graph in graphs]
    names, found = page.evaluate(RUN, programs)
    assert names == known_operations() and len(names) >= 25
    used = {node.op.name for graph in graphs for node in graph.nodes if node.op}
    assert used == set(names)
    assert any(sum(leaf in n.parents for n in graph.nodes) > 2 for graph in graphs for leaf in graph.leaves)
    for graph, made in zip(graphs, found, strict=True):
        passed = [float(node.passed[i]) for node in graph.nodes for i in sorted(node.passed)]
        theirs = [g for sent in made["passed"] for g in sent if g is not None]
        gradients = [np.nan if node.grad is None else float(node.grad) for node in graph.nodes]
        reached = [np.nan if g is None else g for g in made["gradients"]]
        message = f"{graph!r}: {[(n.op.name if n.op else float(n.value)) for n in graph.nodes]}"
        near = {"rtol": 1e-9, "atol": 1e-9, "err_msg": message}
        np.testing.assert_allclose(made["values"], [float(node.value) for node in graph.nodes], **near)
        np.testing.assert_allclose(reached, gradients, **near)
        np.testing.assert_allclose(theirs, passed, **near)


def test_ties_are_shared_and_marked(page: Any) -> None:
    nodes = program(trace(lambda x, y: np.maximum(x, y), 1.0, 1.0))
    tie = "async (nodes) => (await course.drawing.part('graph_operations')).tie(nodes, [1, 1, 1], 2)"
    assert page.evaluate(tie, nodes) is True
    assert page.evaluate(tie.replace("[1, 1, 1]", "[1, 1.1, 1.1]"), nodes) is False


def test_what_the_page_cannot_compute_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"cannot compute 'arcsinh'.*which knows add, "):
        program(trace(lambda x: np.arcsinh(x) + 1, 1.0))
    with pytest.raises(ValueError, match="numbers alone"):
        program(trace(lambda x: x * 2, np.ones(2)))
    with pytest.raises(ValueError, match="one output"):
        program(trace(lambda x: (x + 1, x * 2), 1.0))


@pytest.mark.parametrize("make", [small_graph, one_unit, logistic_regression])
def test_lines_end_at_their_vertices_and_nothing_lies_outside(make: Callable[[], Any]) -> None:
    assert make in [place.make for place in PLACES.values()]
    for stage in make().data["stages"]:
        width, height = stage["size"]
        numbers = [float(v) for line in stage["lines"] for v in re.findall(r"-?[\d.]+", line["middle"])]
        assert min(numbers) >= 0 and max(numbers[::2]) <= width and max(numbers[1::2]) <= height
        for vertex in stage["vertices"]:
            x, y = vertex["at"]
            assert vertex["half"] < x < width - vertex["half"] and 22 < y < height - 22
        leaves = [vertex for vertex in stage["vertices"] if vertex["kind"] == "leaf"]
        assert all(v["at"][0] - v["half"] < v["field"][0] < sum(v["field"]) < v["at"][0] + v["half"] for v in leaves)


def small(x: Any, y: Any, z: Any) -> Any:
    return (x + y) * np.maximum(y, z)


def lines(page: Any) -> dict[str, tuple[float, ...]]:
    """Of every line its value and what comes back: upstream, local, downstream."""
    found = {}
    for label in page.locator(f"{PICTURE} .scrub-line").evaluate_all("all => all.map(one => one.ariaLabel)"):
        name, said = label.split(": value ")
        found[name] = tuple(float(n) for n in re.findall(r"-?[\d.]+", said.replace("−", "-")))
    return found


def leaf(page: Any, name: str) -> Any:
    return page.locator(PICTURE).get_by_role("spinbutton", name=name, exact=True)


def agrees(page: Any, *at: float) -> None:
    """The page shows the library's numbers."""
    graph = trace(small, *map(float, at))
    gradients = graph.backward()
    found = lines(page)
    assert found["F to the end"][0] == pytest.approx(float(graph.result()), rel=5e-3)
    for name in "xyz":
        shares = [line[3] for label, line in found.items() if label.startswith(f"{name} to")]
        assert sum(shares) == pytest.approx(float(gradients[name]), rel=5e-3)
    for value, upstream, local, downstream in found.values():
        assert np.isfinite(value) and downstream == pytest.approx(upstream * local, rel=1e-2)


def test_leaves_move_by_keys_by_pointer_and_by_typing(page: Any, site: Path) -> None:
    agrees(page, 1, 2, 0)
    z = leaf(page, "z")
    z.focus()
    for _ in range(2):
        page.keyboard.press("PageUp")
    agrees(page, 1, 2, 2)
    assert lines(page)["z to c"][1:] == (3, 0.5, 1.5)
    page.keyboard.press("ArrowUp")
    agrees(page, 1, 2, 2.1)
    assert lines(page)["z to c"][2] == 1 and lines(page)["y to c"][2] == 0
    assert z.get_attribute("aria-valuenow") == "2.1"

    box = leaf(page, "y").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 31, middle[1], steps=4)
    page.mouse.up()
    agrees(page, 1, 2.5, 2.1)
    assert lines(page)["y to c"][2] == 1 and lines(page)["z to c"][2] == 0

    leaf(page, "x").click()
    page.keyboard.type("−1.5")
    page.keyboard.press("Enter")
    agrees(page, -1.5, 2.5, 2.1)
    leaf(page, "x").fill("none")
    page.keyboard.press("Enter")
    assert leaf(page, "x").input_value() == "−1.5"
    leaf(page, "x").fill("99")
    page.keyboard.press("Enter")
    agrees(page, 10, 2.5, 2.1)
    page.locator(PICTURE).get_by_role("button", name="Start again").click()
    agrees(page, 1, 2, 0)
    assert not page.wrong


def test_a_line_says_upstream_times_local(page: Any) -> None:
    panel = page.locator(f"{PICTURE} .scrub-equation")
    assert panel.inner_text().split()[:4] == ["Back", "from", "c", "to"]
    page.locator(f"{PICTURE} .scrub-line[aria-pressed=true]").focus()
    page.keyboard.press("ArrowRight")
    looked = page.locator(f"{PICTURE} .scrub-line[aria-pressed=true]")
    assert looked.count() == 1 and looked.evaluate("one => one === document.activeElement")
    name = looked.get_attribute("aria-label").split(":")[0]
    upstream, local, downstream = (part for part in panel.locator("b").all_inner_texts())
    assert tuple(map(float, (upstream, local, downstream))) == lines(page)[name][1:]
    page.locator(f"{PICTURE} .scrub-line").last.dispatch_event("pointerenter")
    assert "way back begins at F" in panel.inner_text()
    page.locator(PICTURE).get_by_role("button", name="Start again").click()


def test_a_nudge_runs_forward_and_is_compared_with_the_gradient(page: Any) -> None:
    page.locator(PICTURE).get_by_label("Nudge").select_option("y")
    said = page.locator(f"{PICTURE} .scrub-said").all_inner_texts()
    assert said == ["5 · 0.5 = 2.5", f"{small(1, 2.5, 0) - small(1, 2, 0):g}"]
    assert page.locator(f"{PICTURE} .scrub-line.moving").count() == 5
    page.locator(PICTURE).get_by_label("ε").press("Home")
    said = page.locator(f"{PICTURE} .scrub-said").all_inner_texts()
    assert said == ["5 · (−1) = −5", f"−{small(1, 2, 0) - small(1, 1, 0):g}"]
    page.locator(PICTURE).get_by_label("Nudge").select_option("a")
    assert page.locator(f"{PICTURE} .scrub-said").all_inner_texts() == ["2 · (−1) = −2", "−2"]
    assert "exactly" in page.locator(f"{PICTURE} .scrub-gap").inner_text()


def test_the_address_holds_the_state_and_what_else_stands_in_it(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}, reduced_motion="reduce") as page:
        page.add_init_script(SHIFTS)
        show(page, site, "?open&small=1,2,2.5,y,-0.2#A-small-graph-that-has-everything")
        agrees(page, 1, 2, 2.5)
        assert page.locator(PICTURE).get_by_label("Nudge").input_value() == "1"
        tall = page.locator(PICTURE).bounding_box()["height"]
        leaf(page, "z").press("ArrowUp")
        page.wait_for_function("() => location.search.includes('2.6')")
        assert page.evaluate("[location.search, location.hash]") == [
            "?open&small=1,2,2.6,y,-0.2", "#A-small-graph-that-has-everything"
        ]  # fmt: skip
        assert not page.locator("details.truth:not([open])").count()
        page.locator(PICTURE).get_by_role("button", name="Start again").click()
        page.wait_for_function("() => location.search === '?open'")
        # Nothing beyond the edge of a telephone, and nothing moves below.
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator(PICTURE).bounding_box()["height"] == tall
        show(page, site, "?small=a,b,900")
        agrees(page, 1, 2, 0)
        page.wait_for_timeout(200)
        assert page.evaluate("shifts") <= 0.1
        assert not page.wrong
        page.emulate_media(media="print")
        assert page.locator(f"{PICTURE} .still svg").is_visible()
        assert not page.locator(f"{PICTURE} .live").is_visible()
