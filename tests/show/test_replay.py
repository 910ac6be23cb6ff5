"""Every backward pass that a notebook draws is replayed: nudge one use of one value, and see the output move as drawn."""

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from lecture_lib import primitive, trace
from lecture_lib.graph.trace import Graph, Node, values
from lecture_lib.show import draw
from lecture_lib.show.graphs import draw as drawing
from lecture_lib.show.graphs.edges import run_from

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
DRAWN = ("05", "08", "09", "10", "11")
SHOWS_A_GRAPH = ("Computation graph:", "backward through", "backward pass finds")
STEP = 1e-5


class Drawn(NamedTuple):
    """One line of a picture: what it sends back, what stands below it, and whether the picture says that it is wrong."""

    graph: Graph
    node: Node
    position: int
    sent: Any
    text: str
    local: bool
    accused: bool


def moved(line: Drawn) -> Any:
    """How fast the output moves with each entry of this use of the value; for a slope, how fast the node alone does."""
    x = np.asarray(line.node.args[line.position].value, float)
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = STEP * max(1.0, abs(x[index]))
        found[index] = (output(line, x + nudge) - output(line, x - nudge)) / (2 * nudge[index])
    return found


def output(line: Drawn, x: Any) -> float:
    if not line.local:
        return run_from(line.graph, line.node, line.position, x)
    args = values(line.node.args)
    args[line.position] = x
    return float(line.node.op.forward(*args, **line.node.settings))


def fault(line: Drawn) -> str:
    """What a line says that is not so; "" if nothing is."""
    found = moved(line)
    name = f"{line.node!r}, argument {line.position}"
    if not line.local and not np.allclose(line.sent, found, rtol=1e-5, atol=1e-7):
        return f"{name} sends {line.sent}, and the output moves by {found}"
    number = as_number(line.text)
    if number is not None and not np.isclose(number, found, rtol=1e-2, atol=1e-6):
        return f"below {name} stands {number}, and the output moves by {found}"
    return ""


def as_number(text: str) -> float | None:
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return None


@pytest.fixture
def lines(monkeypatch) -> list[Drawn]:
    """The lines of every picture that is drawn from now on."""
    found: list[Drawn] = []
    init = drawing.DrawingPlan.__init__

    def noted(plan: Any, graph: Graph, *args: Any, **settings: Any) -> None:
        init(plan, graph, *args, **settings)
        for link in plan.links:
            if link.user is not None and link.below and link.position in link.user.passed:
                sent, text = np.array(link.user.passed[link.position]), link.below[0][0]
                slope = getattr(plan, "slopes", False) is True
                found.append(Drawn(graph, link.user, link.position, sent, text, slope, link.wrong is not None))

    monkeypatch.setattr(drawing.DrawingPlan, "__init__", noted)
    return found


@pytest.mark.parametrize("number", DRAWN)
def test_every_line_of_a_notebooks_pictures_is_replayed(number: str, lines: list[Drawn]) -> None:
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    assert show_all(path) and len(lines) > 5
    wrong = [fault(line) for line in lines if not line.accused]
    assert list(filter(None, wrong)) == []
    assert all(fault(line) for line in lines if line.accused)
    assert any(line.accused for line in lines) == (number == "10")


@pytest.mark.parametrize("number", ["08", "11"])
def test_after_a_nudge_the_gradients_are_those_of_the_new_place(number: str, lines: list[Drawn]) -> None:
    """Every leaf moves a little; the graph is run again, forward and backward, and replayed there."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    show_all(path)
    rng = np.random.default_rng(8)
    for graph in {id(line.graph): line.graph for line in lines}.values():
        graph.forward(*(leaf.value + 0.05 * rng.normal(size=leaf.shape) for leaf in graph.leaves))
        graph.backward()
        for node in graph.nodes:
            for position, sent in node.passed.items():
                assert not fault(Drawn(graph, node, position, sent, "", False, False))


def show_all(path: Path) -> int:
    """Run a notebook's cells and show what their last lines show; how many of its cells show a graph."""
    space: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown: None}
    shown = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code" or "timing" in cell["metadata"].get("tags", []):
            continue
        tree = ast.parse(TransformerManager().transform_cell("".join(cell["source"])))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, cell["id"], "exec"), space)
            result = None if last is None else eval(compile(ast.Expression(last.value), cell["id"], "eval"), space)
            told = json.dumps([output.get("data") for output in cell["outputs"]])
            if any(words in told for words in SHOWS_A_GRAPH):
                result._repr_mimebundle_()
                shown += 1
    plt.close("all")
    return shown


def test_no_notebook_that_draws_a_graph_is_left_out() -> None:
    drawn = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [json.dumps(o.get("data", {}).get("text/plain")) for c in cells for o in c.get("outputs", [])]
        if any(words in text for text in texts for words in SHOWS_A_GRAPH):
            drawn.add(path.name[:2])
    assert drawn == set(DRAWN)


@pytest.mark.parametrize("factor", [-1.0, 2.0, 0.0])
def test_a_planted_gradient_is_found(factor: float, lines: list[Drawn]) -> None:
    cube = primitive(lambda x: x**3, pull=lambda g, y, x: (factor * g * 3 * x**2,), name="cube")
    graph = trace(lambda x, y: cube(x) * y, 2.0, 1.5)
    graph.backward()
    draw(graph)._repr_mimebundle_()
    assert [bool(fault(line)) for line in lines if line.node.op.name == "cube"] == [True]
    assert not any(fault(line) for line in lines if line.node.op.name != "cube")


def test_a_planted_number_below_a_line_is_found(lines: list[Drawn]) -> None:
    draw(trace(lambda x, y: x * y, 2.0, 1.5))._repr_mimebundle_()
    assert [fault(line) for line in lines] == ["", ""]
    assert all("stands 7.0" in fault(line._replace(text="7")) for line in lines)
