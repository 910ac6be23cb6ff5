"""Every widget in every state: pure frames, words, state, errors, and what is left without a kernel."""

import base64
import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from lecture_lib import grad, numeric_gradient, trace
from lecture_lib.exercises.failing_networks import CASES as MUSEUM
from lecture_lib.exercises.failing_networks import HEALTHY, examine
from lecture_lib.show import (
    BatchSum,
    ColumnNudge,
    Gallery,
    JacobianMap,
    LearningRateLab,
    LinkedWeight,
    LossSlopes,
    NonlinearityExplorer,
    NudgeMeter,
    OrderCost,
    OverfittingLab,
    PathLens,
    Replay,
    Ridgelines,
    ShapeDock,
    StepMicroscope,
    Stepper,
    SymptomBoard,
    TraceTable,
    WeightGame,
    Widget,
    WindowSlider,
    WordMap,
    confusion,
    draw,
    heatmap,
    loss_curves,
)
from lecture_lib.show.canvas.scene import Scene, Text
from lecture_lib.show.canvas.svg import fragment
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame
from lecture_lib.show.widgets.game import NAMES, B, U, X, score_and_slopes
from lecture_lib.show.widgets.linked import W as linked_W
from lecture_lib.show.widgets.orders import costs

from .geometry import clipped_texts, overlapping_texts
from .graph_cases import CASES, score, seven


def word_map() -> WordMap:
    paths = np.random.default_rng(0).standard_normal((4, 3, 2)).cumsum(axis=0)
    paths[:, 2] = paths[0, 2]
    return WordMap(["tv", "telly", "television"], paths, ["O", "O", "O"], ["television"], np.ones((4, 3)))


def jacobian_map() -> JacobianMap:
    rng = np.random.default_rng(0)
    return JacobianMap(rng.standard_normal((3, 5)), rng.standard_normal(5), u=rng.standard_normal(3))


def column_nudge() -> ColumnNudge:
    rng = np.random.default_rng(0)
    W = rng.standard_normal((3, 5))
    W[:, 2] = 0
    return ColumnNudge(lambda x: np.tanh(W @ x), rng.standard_normal(5), "h")


def doubled(x: Any) -> Any:
    for _ in range(5):
        x = x + x
    return x


def two_bends(t: Any) -> Any:
    v1, v2 = 3 * t, t**2
    v3 = v1 + v2
    return 2 * v3 * v3**2


def cube(x: Any) -> Any:
    return x * x * x


def two_leaves(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def batch_sum() -> BatchSum:
    rng = np.random.default_rng(0)
    return BatchSum(rng.standard_normal((8, 3)), rng.standard_normal((8, 5)))


SENTENCE = ["The", "museums", "in", "Paris", "are", "free", "today", "."]


def window_slider() -> WindowSlider:
    answers = np.random.default_rng(0).dirichlet(np.ones(4), len(SENTENCE))
    return WindowSlider(SENTENCE, probabilities=answers, classes=("O", "PER", "LOC", "ORG"))


def overfitting_runs() -> dict[tuple[float, int], Any]:
    epochs = np.arange(1, 7)
    return {(p, n): (0.9 / n / epochs + p, 0.3 + 0.02 * n * epochs + p) for p in (0.0, 0.01, 0.1) for n in (1, 8)}


def symptom_board() -> SymptomBoard:
    return SymptomBoard({number: examine(MUSEUM[number]) for number in (3, 4, 5, 8)}, examine(HEALTHY))


MAKERS: dict[str, Any] = {
    "stepper of numbers": lambda: Stepper(trace(seven, 1.0, 2.0, 0.0)),
    "stepper of arrays": lambda: Stepper(trace(score, *CASES["score"][1])),
    "stepper of a model": lambda: Stepper(trace(*[CASES["window model"][0], *CASES["window model"][1]])),
    "stepper of a deep network": lambda: Stepper(trace(*[CASES["deep"][0], *CASES["deep"][1]])),
    "nudge meter": lambda: NudgeMeter(trace(score, *CASES["score"][1])),
    "replay of numbers": lambda: Replay(trace(seven, 1.0, 2.0, 0.0)),
    "replay of arrays": lambda: Replay(trace(score, *CASES["score"][1])),
    "path lens": lambda: PathLens(trace(two_bends, 1.0), "t"),
    "path lens of one leaf among three": lambda: PathLens(trace(seven, 1.0, 2.0, 0.0), "y"),
    "shape dock": ShapeDock,
    "learning-rate lab": LearningRateLab,
    "Jacobian map": jacobian_map,
    "column nudge": column_nudge,
    "linked weight": LinkedWeight,
    "linked weight with its chain": lambda: LinkedWeight("chain"),
    "linked weight with δ": lambda: LinkedWeight("delta"),
    "order cost": OrderCost,
    "ridgelines": lambda: Ridgelines(depth=5, width=20),
    "nonlinearity explorer": NonlinearityExplorer,
    "word map": word_map,
    "step microscope": lambda: StepMicroscope(
        {"x³ at 4": (cube, 4.0), "a kink": (lambda x: x * x + np.abs(x - 1.001), 1.0)}
    ),
    "trace table": lambda: TraceTable(trace(two_leaves, 2.0, 5.0)),
    "batch sum": batch_sum,
    "gallery": lambda: Gallery({k: draw(trace(f, 1.0, 2.0)) for k, f in {"+": np.add, "−": np.subtract}.items()}),
    "loss slopes": LossSlopes,
    "window slider": lambda: WindowSlider(SENTENCE),
    "window slider with answers": window_slider,
    "overfitting lab": lambda: OverfittingLab(overfitting_runs()),
    "symptom board": symptom_board,
    "weight game": WeightGame,
}


@pytest.fixture(params=MAKERS)
def widget(request: pytest.FixtureRequest) -> Widget:
    made: Widget = MAKERS[request.param]()
    return made


def test_every_state_has_a_frame_with_words(widget: Widget) -> None:
    states = list(widget.states())
    for name, control in widget.controls.items():
        seen = {json.dumps(state[name]) for state in states}
        assert seen == {json.dumps(v) for v in control.values()}
    for state in states[:: max(1, len(states) // 60)]:
        frame = widget.frame(state)
        assert len(frame.text) > 20
        assert "nan" not in fragment(frame.scene)
        assert not clipped_texts(frame.scene), state
        if not isinstance(widget, WordMap):
            assert not overlapping_texts(frame.picture.scene), state


def test_a_frame_depends_on_its_state_alone(widget: Widget) -> None:
    states = list(widget.states())
    first, last = states[0], states[-1]
    once = fragment(widget.frame(first).scene), widget.frame(first).text
    now = dict(widget.state)
    widget.frame(last)
    assert (fragment(widget.frame(first).scene), widget.frame(first).text) == once
    assert widget.state == now
    if len(states) > 1:
        assert fragment(widget.frame(last).scene) != once[0]


def test_attributes_move_the_live_widget_and_back(widget: Widget) -> None:
    box = widget.show()
    assert widget.show() is box
    live = widget._live
    assert live is not None
    for name, control in widget.controls.items():
        for value in (control.values()[0], control.values()[-1]):
            setattr(widget, name, value)
            assert live.inputs[name].value == pytest.approx(value) if not isinstance(value, str) else value
            assert html.escape(widget.frame(widget.state).text) in live.words.value
        live.inputs[name].value = control.values()[0]
        assert getattr(widget, name) == control.values()[0]
        assert html.escape(widget.frame(widget.state).text) in live.words.value


def test_a_state_that_the_controls_cannot_say_is_refused(widget: Widget) -> None:
    for name in widget.controls:
        for value in ("no such value", None):
            with pytest.raises(ValueError, match=name):
                setattr(widget, name, value)
    assert widget.error is None


def test_without_a_kernel_there_is_a_picture_with_words(widget: Widget) -> None:
    data, metadata = widget._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert len(data["image/png"]) < 400_000


class Fragile(Widget):
    """Fails in state 2."""

    def __init__(self) -> None:
        super().__init__([Steps("k", "k", 3), Choice("mode", "mode", ("a", "b"), "a")])

    def frame(self, state: Any) -> Frame:
        if state["k"] == 2:
            raise ArithmeticError("no picture for 2 < 3")
        return Frame(Scene(10, 10), f"k is {state['k']}")


def test_an_exception_in_a_callback_is_shown_and_raised() -> None:
    widget = Fragile()
    widget.show()
    live: Any = widget._live
    with pytest.raises(ArithmeticError, match="no picture"):
        live.inputs["k"].value = 2
    assert isinstance(widget.error, ArithmeticError)
    assert "no picture for 2 &lt; 3" in live.trouble.value
    assert live.trouble.layout.display == "block"
    live.inputs["k"].value = 3
    assert widget.error is None
    assert live.trouble.layout.display == "none"


def test_states_of_several_small_controls_are_all_visited() -> None:
    assert len(list(Fragile().states())) == 8


def test_export_has_a_picture_for_every_state() -> None:
    exported = jacobian_map().export()
    pictures = list(dict.fromkeys(state["which"] for state, _, _ in exported))
    assert pictures == ["∂h/∂z", "∂z/∂x", "∂z/∂W", "δᵀ(I⊗xᵀ) folded"]
    assert len(exported) == 4 * 3 * 5
    assert all(svg.startswith("<svg") and text for _, svg, text in exported)


def test_the_stepper_tells_the_max_gate() -> None:
    stepper = MAKERS["stepper of numbers"]()
    notes = ["".join(text for row in lines for text, _ in row) for lines in stepper._notes]
    assert "upstream  $\\frac{\\partial f}{\\partial b}$ = 3" in notes[6]
    assert "\\mathbf{1}[y > z]$ = 1" in notes[6]
    assert "= downstream  3, 0" in notes[6]
    # 1 product forward, 2 in its own backward pass, 2 in that of max.
    assert stepper.frame({"step": 7}).text.endswith("5 multiplications so far.")


def test_the_stepper_tells_delta() -> None:
    stepper = MAKERS["stepper of arrays"]()
    notes = ["".join(text for row in lines for text, _ in row) for lines in stepper._notes]
    assert r"\mathrm{diag}(1 - h^{2})" in notes[7]
    assert r"u \circ (1 - h^{2})" in notes[7] and r"\delta" in notes[7]


def test_the_last_step_writes_the_gradient_of_a_small_matrix_out() -> None:
    W, x = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 1.0]]), np.array([1.0, -2.0, 4.0])
    stepper = Stepper(trace(lambda W, x: np.sum(W @ x), W, x))
    last = 2 * len(stepper.order) + 1
    note = "".join(text for row in stepper._notes[last] for text, _ in row)
    assert r"\frac{\partial a_i}{\partial W_{ij}} = x_j" in note
    assert "[1 −2 4; 1 −2 4]" in note
    assert "downstream [1 −2 4; 1 −2 4]" in stepper.frame({"step": last}).text
    assert "‖" not in note


@pytest.mark.parametrize("name", ["stepper of numbers", "stepper of arrays"])
def test_the_stepper_shows_nothing_before_its_step(name: str) -> None:
    stepper = MAKERS[name]()
    plan = stepper.plan
    first = [item.text for item in stepper.frame({"step": 0}).scene.items if isinstance(item, Text)]
    given = [text for link in plan.links if link.node.op is None for text, _, _ in link.lines]
    note = ["The leaves have their values.", "0 multiplications so far"]
    assert sorted(first) == sorted([*given, *(vertex.label for vertex in plan.vertices), *note])
    last = [
        item.text for item in stepper.frame({"step": 2 * len(stepper.order) + 1}).scene.items if isinstance(item, Text)
    ]
    assert {text for link in plan.links for text, _, _ in [*link.lines, *link.below]} <= set(last)


def test_the_stepper_needs_one_number() -> None:
    with pytest.raises(ValueError, match="one real number"):
        Stepper(trace(lambda x: np.tanh(x), np.ones(3)))


def test_the_lens_adds_up_to_the_backward_pass() -> None:
    lens = MAKERS["path lens"]()
    assert lens.products == [96, 64, 192, 128]
    assert sum(lens.products) == lens.grad == 480
    assert lens.frame({"path": 3}).text.endswith("Sum so far: 96 + 64 + 192 = 352, with 12 multiplications.")
    assert (
        "finds 288 + 192 = 480 with 8 multiplications, one for each line; path by path" in lens.frame({"path": 5}).text
    )


def test_every_value_that_a_path_names_is_named_in_the_picture() -> None:
    lens = MAKERS["path lens"]()
    drawn = [{t.text for t in lens.frame({"path": path}).scene.texts} for path in range(6)]
    paths = {text for texts in drawn for text in texts if "←" in text}
    assert len(paths) == 4
    for named in (set(path.split(" ← ")) for path in paths):
        assert len(named) == 5 and all(named <= texts for texts in drawn), named


def test_one_bar_holds_for_every_matrix_of_a_batch() -> None:
    """The same number has the same color in Δ, X, the outer product and both sums."""
    ones = BatchSum(np.ones((2, 1)), np.array([[1.0, 4.0], [1.0, 2.0]]))
    frame = ones.frame({"i": 1})
    matrices = [item.colors for item in frame.scene.items if hasattr(item, "colors")]
    assert ones.limit == 6 and len(matrices) >= 5
    assert len({tuple(matrix[0, 0]) for matrix in matrices[:5]}) == 1
    assert "new sum" in [t.text for t in frame.scene.texts]


@pytest.mark.parametrize("x", [0.7, -1.3])
def test_the_lens_adds_up_on_negative_slopes_and_double_lines(x: float) -> None:
    def f(x: Any, y: Any) -> Any:
        a = np.sin(x) - y
        b = a * a
        return b * x - a / b

    lens = PathLens(trace(f, x, 0.4), "x")
    assert len(lens.paths) == 6
    assert sum(lens.products) == pytest.approx(lens.grad)
    assert all(path[0].user is None and path[-1].node.name == "x" for path in lens.paths)
    assert all(n.grad is None for n in lens.graph.nodes)


def test_the_lens_stays_with_what_has_a_gradient() -> None:
    """A comparison and a floor lie between leaf and output, but nothing flows through them."""
    lens = PathLens(trace(lambda x: np.where(x > 1, 3 * x, x * x) + np.floor(x), 2.0), "x")
    assert sum(lens.products) == lens.grad == 3
    assert len(lens.paths) == 3


@pytest.mark.parametrize(
    ("f", "args", "leaf", "message"),
    [
        (lambda x: np.sum(x * x), (np.ones(1),), "x", "single numbers"),
        (lambda x: x * x, (2,), "x", "0 paths from x"),
        (lambda x: x * x, (2.0,), "y", "no leaf is named 'y'; the leaves are x"),
        (lambda x, y: x * x, (2.0, 1.0), "y", "0 paths from y"),
        (lambda x: x**2 * x * x, (2.0,), "x", None),
        (doubled, (2.0,), "x", "32 paths from x to the output; PathLens shows 1 to 16"),
    ],
)
def test_the_lens_refuses_what_it_cannot_show(f: Any, args: Any, leaf: str, message: str | None) -> None:
    if message is None:
        assert len(PathLens(trace(f, *args), leaf).paths) == 3
        return
    with pytest.raises(ValueError, match=message):
        PathLens(trace(f, *args), leaf)


def test_the_gap_of_a_nudge_shrinks_with_its_square() -> None:
    meter = NudgeMeter(trace(lambda x: x**3, 2.0))
    gaps = meter._gaps("x")
    assert gaps[1] / gaps[2] == pytest.approx(100, rel=0.05)
    assert gaps[2] / gaps[3] == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize("name", ["replay of numbers", "replay of arrays"])
def test_every_node_of_a_replay_moves_the_output_as_its_gradient_foretells(name: str) -> None:
    replay = MAKERS[name]()
    replay.eps = 0.001
    assert len(replay.places) == len(replay.plan.vertices) - 1, "all but the output's frame"
    for node in replay.places:
        replay.node = node
        foretold, happened = replay.moves(replay.state)
        assert happened == pytest.approx(foretold, rel=5e-3, abs=1e-9), node
        assert f"{node} is nudged by 0.001" in repr(replay)


def rims(replay: Replay) -> int:
    items = replay.frame(replay.state).scene.items
    return sum(getattr(item, "stroke", None) == "forward" and item.thick == 2.4 for item in items)


def test_a_replay_nudges_the_steepest_entry_and_marks_what_lies_behind_it() -> None:
    replay = Replay(trace(seven, 1.0, 2.0, 0.0))
    assert (repr(replay), rims(replay)) == ("Nothing is nudged. Choose a node.", 0)
    replay.node = "y"
    assert (replay.moves(replay.state), rims(replay)) == ((pytest.approx(0.5), pytest.approx(0.51)), 4)
    replay.node = "x"
    assert rims(replay) == 3
    entry = Replay(trace(lambda x: x[0] + 3 * x[1], np.array([1.0, 2.0])))
    assert "x[1]" in entry.places
    for wrong in (trace(lambda x: 2 * x, np.ones(2)), trace(lambda n: n * 2, 3)):
        with pytest.raises(ValueError, match="Replay needs"):
            Replay(wrong)


def test_the_dock_finds_the_one_right_order() -> None:
    dock = ShapeDock(n=4, m=7)
    fitting = set()
    for product in dock.controls["product"].values():
        for form in dock.controls["form"].values():
            text = dock.frame({"product": product, "form": form, "n": 4, "m": 7}).text
            if text.endswith("it fits."):
                fitting.add((product, form))
    assert fitting == {
        ("δ xᵀ", "shape convention"), ("δᵀ (I⊗xᵀ)", "Jacobian form"), ("Wᵀ δ", "shape convention"),
        ("δᵀ W", "Jacobian form"), ("δ", "shape convention"), ("δᵀ", "Jacobian form"),
    }  # fmt: skip
    square = dock.frame({"product": "x δᵀ", "form": "shape convention", "n": 3, "m": 3}).text
    assert "sizes happen to agree" in square


def test_descent_turns_at_the_marked_rate() -> None:
    lab = LearningRateLab()
    eigenvalues = np.linalg.eigvalsh(lab.X.T @ lab.X / len(lab.y))
    assert lab.limit == pytest.approx(2 / eigenvalues[-1])
    below = lab.path({**lab.state, "rate": 0.98 * lab.limit})
    above = lab.path({**lab.state, "rate": 1.05 * lab.limit})
    assert lab.loss(below[-1]) < lab.loss(below[0])
    assert lab.loss(above[-1]) > lab.loss(above[0])
    assert "diverges" in lab.frame({**lab.state, "rate": 1.0}).text


@pytest.mark.parametrize("mark", [True, False])
def test_at_the_limit_itself_the_path_jumps_and_comes_no_closer(mark: bool) -> None:
    lab = LearningRateLab(mark=mark)
    for start in ("upper left", "far right"):
        words = lab.frame({**lab.state, "start": start, "rate": lab.limit}).text
        assert words.endswith("it jumps from side to side and comes no closer.")
        closer = lab.frame({**lab.state, "start": start, "rate": 0.999 * lab.limit}).text
        assert closer.endswith("it jumps from side to side and comes closer only slowly.")
        arrives = lab.frame({**lab.state, "start": start, "rate": 0.9 * lab.limit}).text
        assert "it has arrived" in arrives
    assert "too slow" in lab.frame({**lab.state, "rate": 1e-4}).text


def test_the_limit_can_be_left_to_the_reader() -> None:
    told, silent = LearningRateLab(), LearningRateLab(mark=False)
    state = {**told.state, "rate": 1.0}
    assert "λmax" in told.frame(state).text
    assert "diverges" in silent.frame(state).text
    assert "λmax" not in silent.frame(state).text
    assert told.frame(told.state).picture.svg != silent.frame(told.state).picture.svg
    assert np.array_equal(told.path(state), silent.path(state))


def test_no_path_holds_nan() -> None:
    lab = LearningRateLab()
    for state in lab.states():
        assert np.all(np.isfinite(lab.path(state)))


def test_the_folded_jacobian_is_the_outer_product() -> None:
    maps = jacobian_map()
    assert (maps.delta @ maps.of_weights).reshape(3, 5) == pytest.approx(np.outer(maps.delta, maps.x))
    assert maps.gradient == pytest.approx(np.outer(maps.delta, maps.x))
    assert maps.of_weights == pytest.approx(np.kron(np.eye(3), maps.x[None]))


@pytest.mark.parametrize(("i", "j"), [(1, 2), (2, 3)])
def test_a_nudged_weight_moves_its_own_path_and_no_other(i: int, j: int) -> None:
    linked = LinkedWeight("delta")
    linked.i, linked.j, linked.nudge = i, j, 0.1
    moved = linked_W.copy()
    moved[i - 1, j - 1] += 0.1
    said = dict(re.findall(r"(?<!of )\b([zhs][₁₂]?) (?:moves )?by ([−\d.e]+)", repr(linked)))
    z, h = moved @ X + B, np.tanh(moved @ X + B)
    unit = "₀₁₂"[i]
    assert list(said) == [f"z{unit}", f"h{unit}", "s"]
    changes = (z - linked.z)[i - 1], (h - linked.h)[i - 1], U @ h - linked.s
    np.testing.assert_allclose([float(text.replace("−", "-")) for text in said.values()], changes, rtol=5e-3)
    lit = [item for item in linked.frame(linked.state).scene.items if getattr(item, "fill", None) == "halo"]
    assert len(lit) == 4, "z, h, s and one cell"


def test_the_cell_of_a_weight_is_its_slope() -> None:
    linked = LinkedWeight()
    slopes = grad(lambda W: U @ np.tanh(W @ X + B))(linked_W)
    np.testing.assert_allclose(linked.gradient, slopes)
    np.testing.assert_allclose(linked.gradient, np.outer(linked.delta, X))
    assert "The cell in row 2, column 3 is 0.21" in repr(linked)
    assert "u₂f′(z₂)x₃ = −1 × 0.42 × −0.5 = 0.21" in repr(LinkedWeight("chain"))
    linked.nudge = 0.0
    assert "not nudged" in repr(linked)
    with pytest.raises(ValueError, match="slope"):
        LinkedWeight("row")


def test_the_folded_jacobian_shows_its_numbers_and_follows_one_entry() -> None:
    W, x, u = np.array([[0.2, -0.4, 0.1], [0.5, 0.3, -0.2]]), np.array([1.0, 2.0, -0.5]), np.array([1.5, -1.0])
    folded = JacobianMap(W, x, np.array([0.1, -0.2]), u)
    folded.which, folded.i, folded.j = "δᵀ(I⊗xᵀ) folded", 2, 3
    scene = folded.frame(folded.state).scene
    texts = [text.text for text in scene.texts]
    assert texts.count("0.21") == 2, "once in the row, once in the table"
    assert {"$W_{23}$", r"$\delta_{2}$", "$x_{3}$", "$z_{2}$"} <= set(texts)
    assert "Entry 6 of the row is δ₂x₃ = −0.42 × −0.5 = 0.21, and lands in row 2, column 3" in repr(folded)
    marked = {(text.x, text.y): text for text in scene.texts if text.text == "0.21"}
    boxes = [corners(item) for item in scene.items if getattr(item, "stroke", None) == "backward"]
    assert len(boxes) == 4, "δ₂, x₃ in its block, the entry of the row, and its cell"
    for x, y in marked:
        assert any(left < x < right and top < y < low for left, top, right, low in boxes)


def corners(item: Any) -> tuple[float, float, float, float]:
    points = [command[1:] for command in item.commands if len(command) == 3]
    (left, top), (right, low) = np.min(points, axis=0), np.max(points, axis=0)
    return left, top, right, low


def test_a_column_foretells_the_outputs() -> None:
    nudged = column_nudge()
    foretold, happened = nudged.changes({"j": 2, "nudge": 0.01})
    assert foretold == pytest.approx(nudged.jacobian[:, 1] * 0.01)
    assert happened == pytest.approx(foretold, abs=2e-4)
    assert nudged.frame({"j": 3, "nudge": 2.0}).text.count("does not move") == 3


@pytest.mark.parametrize(
    ("f", "x", "message"),
    [
        (np.tanh, np.ones(9), "at most 8"),
        (np.sum, np.ones(3), r"from \(3,\) to \(\)"),
        (lambda x: x * np.nan, np.ones(3), "NaN"),
    ],
)
def test_a_column_nudge_refuses_what_it_cannot_draw(f: Any, x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ColumnNudge(f, x)


def test_the_slopes_of_the_game_are_those_of_its_score() -> None:
    W = np.random.default_rng(0).uniform(-1, 1, (2, 3))
    _, slopes = score_and_slopes(W)
    assert slopes == pytest.approx(numeric_gradient(lambda W: score_and_slopes(W)[0], W), abs=1e-6)


def test_the_game_is_won_in_two_moves_by_following_the_steepest_slope() -> None:
    game = WeightGame()
    assert "Slopes" not in repr(game) and "slopes" not in repr(game)
    game.slopes = "shown"
    for _ in range(2):
        assert "the goal is 2." in repr(game)
        W = np.reshape([getattr(game, name) for name in NAMES], (2, 3))
        slopes = score_and_slopes(W)[1]
        steepest = int(np.abs(slopes).argmax())
        setattr(game, NAMES[steepest], float(np.sign(slopes.flat[steepest])))
    assert "the goal is reached" in repr(game)
    assert "The slopes are" in repr(game)
    for name in NAMES:
        assert WeightGame().frame({**WeightGame().state, name: 1.0}).text.count("the goal is 2") == 1


def test_the_game_says_no_slope_before_it_is_asked_for() -> None:
    game = WeightGame()
    for shown in ("hidden", "shown"):
        texts = [item.text for item in game.frame({**game.state, "slopes": shown}).scene.texts]
        assert any("slope" in text for text in texts) == (shown == "shown")


@pytest.mark.parametrize("goal", [0.2, 2.5, float("nan")])
def test_a_goal_that_is_no_game_is_refused(goal: float) -> None:
    with pytest.raises(ValueError, match="expected a score above"):
        WeightGame(goal)


@pytest.mark.parametrize(("K", "n", "m"), [(1, 3, 5), (4, 3, 2)])
def test_the_counted_multiplications_are_those_of_the_loops(K: int, n: int, m: int) -> None:
    def dense(p: int, q: int, r: int) -> int:
        return sum(1 for _ in np.ndindex(p, q, r))

    loops = (dense(K, n, n), dense(K, n, m)), (dense(n, n, m), dense(K, n, m))
    assert costs(K, n, m, full=True) == loops
    assert costs(K, n, m, full=False) == ((K * n, K * n * m), (n * m, K * n * m))
    first, then = dense(K, n, n), dense(n, n, m)
    assert costs(K, n, m, full=True, layers=3) == ((5 * first, K * n * m), (5 * then, K * n * m))
    assert costs(K, n, m, full=False, layers=2)[0] == (2 * K * n + first, K * n * m)


def test_the_gain_of_the_order_comes_with_depth() -> None:
    cost = OrderCost(n=100, m=100)
    told = [cost.frame({**cost.state, "layers": layers}).text for layers in (1, 2, 10)]
    assert "the left is 1.98 times cheaper" in told[0]
    assert "90.2 times cheaper" in told[2]
    assert costs(1, 100, 250, full=False, layers=10)[1][0] == 10 * 25_000 + 9 * 2_500_000


def test_an_order_that_saves_next_to_nothing_is_a_little_cheaper() -> None:
    cost = OrderCost(n=100, m=250)
    assert cost.frame({**cost.state, "K": 500}).text.endswith(": the right is a little cheaper.")
    assert cost.frame({**cost.state, "K": 1}).text.endswith(": the left is 1.99 times cheaper.")


def test_a_step_calls_a_value_by_the_letter_of_the_notes() -> None:
    def layer(W, x, b):
        z = W @ x + b
        return np.sum(z)

    step = Stepper(trace(layer, np.ones((2, 3)), np.ones(3), np.ones(2)))
    said = [step.frame({"step": k}).text for k in (1, 2)]
    assert "forward: a = W @ x" in said[0] and "forward: z = a + b" in said[1]


def test_both_orders_cost_the_same_with_as_many_outputs_as_inputs() -> None:
    cost = OrderCost(n=100, m=250)
    assert "= 25,100 multiplications" in repr(cost)
    texts = {K: cost.frame({**cost.state, "K": K}).text for K in cost.controls["K"].values()}
    assert [K for K, text in texts.items() if "the same" in text] == [250]
    assert "the right is" in texts[500]


def test_a_heatmap_names_its_rows_and_marks_its_zeros() -> None:
    picture = heatmap(np.array([[5.0, 2.0, 0.0], [0.0, 1.0, 6.0]]))
    assert [t.text for t in picture.scene.texts].count("·") == 2
    assert {"$y_{2}$", "$x_{3}$"} <= {t.text for t in picture.scene.texts}
    large = heatmap(np.eye(60, 100), "z", "x")
    assert "5,940 of 6,000 entries are 0" in large.alt
    for shown in (picture, large, heatmap([1.0, -0.5], "s", "u"), heatmap(np.full((12, 1), 1e-9))):
        assert not overlapping_texts(shown.scene)
        assert not clipped_texts(shown.scene)
    with pytest.raises(ValueError, match="matrix"):
        heatmap(np.zeros((2, 2, 2)))


def test_small_weights_vanish_and_large_ones_explode() -> None:
    ridges = Ridgelines(depth=8, width=40)
    assert "gradients vanish" in ridges.frame({"scale": 0.3, "f": "tanh"}).text
    assert "gradients fade" in ridges.frame({"scale": 1.0, "f": "relu"}).text
    assert "gradients keep" in ridges.frame({"scale": 1.413, "f": "relu"}).text
    assert "gradients grow" in ridges.frame({"scale": 2.0, "f": "relu"}).text
    assert "gradients explode" in ridges.frame({"scale": 3.0, "f": "relu"}).text


def test_a_ridgeline_counts_both_flat_ends_as_saturated() -> None:
    ridges = Ridgelines(depth=4, width=40)
    for f, slope in (("tanh", lambda h: 1 - h * h), ("sigmoid", lambda h: h * (1 - h))):
        h = ridges.spreads({"scale": 10.0, "f": f})[0][-1]
        share = np.mean(slope(h) < 0.1)
        assert f"{100 * share:.0f} % of the last layer is saturated" in ridges.frame({"scale": 10.0, "f": f}).text
    assert "saturated" not in ridges.frame({"scale": 10.0, "f": "relu"}).text


def test_the_explorer_says_slope_and_power() -> None:
    text = NonlinearityExplorer().frame({"f": "sigmoid", "z": 0.0, "k": 4}).text
    assert text == "sigmoid(0) = 0.5, slope 0.25; after 4 layers a gradient keeps 0.00391 of its size."


def test_the_held_out_word_stands_still() -> None:
    assert "television stands still" in word_map().frame({"epoch": 3}).text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.zeros((2, 4, 2))}, r"expected \(epochs \+ 1, 3, d\)"),
        ({"held_out": ["radio"]}, "radio"),
        ({"boundary": np.zeros((3, 3))}, "boundary"),
        ({"positions": np.full((2, 3, 2), np.nan)}, "NaN"),
    ],
)
def test_a_word_map_refuses_what_does_not_fit(change: dict[str, Any], message: str) -> None:
    given = {"words": ["a", "b", "c"], "positions": np.zeros((2, 3, 2)), **change}
    with pytest.raises(ValueError, match=message):
        WordMap(**given)


def test_the_losses_agree_with_the_library_and_the_squared_one_stalls() -> None:
    lab = LossSlopes()
    for y in (0, 1):
        for s in (-8.0, -0.7, 0.0, 3.0):
            logistic, logistic_slope, squared, squared_slope = lab.values(s, y)
            p = 1 / (1 + np.exp(-s))
            assert logistic == pytest.approx(-y * np.log(p) - (1 - y) * np.log(1 - p))
            assert squared == pytest.approx((p - y) ** 2)
            for k, slope in ((0, logistic_slope), (2, squared_slope)):
                ends = lab.values(s + 1e-5, y)[k], lab.values(s - 1e-5, y)[k]
                assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-10)
    steepest = min(lab.controls["s"].values(), key=lambda s: lab.values(s, 1)[3])
    assert steepest == pytest.approx(-0.7)
    assert lab.values(-8.0, 1)[1::2] == (pytest.approx(-1.0, abs=1e-3), pytest.approx(-0.00067, abs=1e-5))


def test_the_window_slides_over_padding() -> None:
    slider = WindowSlider(SENTENCE)
    assert "Place 0: <padding> <padding> [The] museums in. The fills x[100:150]." in repr(slider)
    slider.place = 7
    assert "free today [.] <padding> <padding>" in repr(slider)
    words = [t.text for t in slider.frame({"place": 5}).scene.texts]
    assert words[-15::3] == ["Paris", "are", "free", "today", "."]
    assert words[-14::3] == ["x[0:50]", "x[50:100]", "x[100:150]", "x[150:200]", "x[200:250]"]


def test_the_window_says_the_most_probable_class() -> None:
    slider = WindowSlider(["Paris"], probabilities=[[0.1, 0.9]], classes=("O", "LOC"))
    assert repr(slider).endswith("The network says LOC with probability 0.90.")


@pytest.mark.parametrize("words", [["a"], ["word"] * 40, ["Donaudampfschifffahrtsgesellschaftskapitaen"] * 3])
def test_any_sentence_fits_its_boxes(words: list[str]) -> None:
    slider = WindowSlider(words)
    for state in slider.states():
        assert not clipped_texts(slider.frame(state).scene)
        assert not overlapping_texts(slider.frame(state).picture.scene)


@pytest.mark.parametrize(
    ("tokens", "given", "message"),
    [
        ([], {}, "at least one word"),
        (["a", "b"], {"probabilities": [[0.5, 0.5]], "classes": "OL"}, r"shape \(1, 2\); expected \(2, 2\)"),
    ],
)
def test_a_window_slider_refuses_what_does_not_fit(tokens: list[str], given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WindowSlider(tokens, **given)


def test_the_overfitting_lab_says_both_losses() -> None:
    lab = OverfittingLab(overfitting_runs())
    lab.penalty, lab.hidden = 0.01, 8
    assert repr(lab).startswith("λ = 0.01, 8 hidden units: after 6 epochs the training loss is 0.029")
    assert "its lowest, 0.47, came after epoch 1" in repr(lab)
    lab.hidden = 1
    assert "1 hidden unit:" in repr(lab)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda runs: {key: run for key, run in runs.items() if key[1] == 1}, "two or more λ and two or more sizes"),
        (lambda runs: {key: run for key, run in runs.items() if key != (0.01, 8)}, "no run for λ = 0.01 and size 8"),
        (lambda runs: runs | {(0.1, 8): ([1.0], [1.0])}, r"runs of \[1, 6\] epochs"),
    ],
)
def test_the_overfitting_lab_refuses_what_does_not_fit(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OverfittingLab(change(overfitting_runs()))


def test_the_board_tells_symptoms_and_not_the_fault() -> None:
    board = symptom_board()
    said = {}
    for case in (3, 4, 5, 8):
        board.case = case
        said[case] = repr(board)
    assert "the worst window from 2 to 2" in said[3] and "disagrees on nothing" in said[3]
    assert "W1 (−1)" in said[4]
    assert "100 % before training and 100 % after" in said[5]
    assert "where it stops being a finite number" in said[8]
    assert not any(word in text for text in said.values() for word in ("clip", "sign", "dead", "explod"))
    with pytest.raises(ValueError, match="two cases to choose from, not 1"):
        SymptomBoard({1: board.cases[3]})


def test_curves_with_gaps_and_logarithms() -> None:
    picture = loss_curves({"loss": [1.0, float("nan"), 0.01], "dev": [2.0]}, log=True)
    assert "1 not finite" in picture.alt
    assert not overlapping_texts(picture.scene)
    with pytest.raises(ValueError, match="1 to 6 curves"):
        loss_curves({})


def test_confusion_counts_tokens_by_type() -> None:
    picture = confusion([["B-PER", "I-PER", "O"]] * 2, [["B-PER", "O", "O"], ["B-PER", "I-PER", "O"]])
    assert "PER taken for O, 1 token" in picture.alt
    assert {"2", "3", "1", "0"} <= {t.text for t in picture.scene.texts}
    assert not overlapping_texts(picture.scene)


def test_nbconvert_shows_pictures_with_words(tmp_path: Path) -> None:
    """The HTML edition, from outputs as a kernel makes them, has pictures and alt texts."""
    from nbconvert import HTMLExporter

    outputs = []
    for shown in (trace(seven, 1.0, 2.0, 0.0), jacobian_map()):
        data, metadata = shown._repr_mimebundle_()
        outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw", outputs=outputs)])
    exporter = HTMLExporter()
    exporter.embed_images = True
    page, _ = exporter.from_notebook_node(notebook)
    assert page.count("<img") >= 2
    assert "Computation graph: 3 leaves, 3 operations" in page
    assert "∂h/∂z = diag(f′(z)), 3×3" in page


def test_the_microscope_finds_both_arms() -> None:
    lens = StepMicroscope({"x³ at 4": (cube, 4.0)})
    state = dict(lens.state)
    assert lens.distance({**state, "eps": 1e-2}) == pytest.approx(1e-4 / 48, rel=1e-6)
    assert lens.distance({**state, "eps": 1e-2, "scheme": "one-sided"}) == pytest.approx((0.12 + 1e-4) / 48, rel=1e-6)
    assert lens.distance({**state, "eps": 1e-5}) < 1e-9 < lens.distance({**state, "eps": 1e-10})
    assert lens.distance({**state, "eps": 1e-8, "numbers": "float32"}) == 1


@pytest.mark.parametrize(("numbers", "eps"), [("float64", 1e-15), ("float32", 1e-6)])
def test_stairs_are_wide_enough_to_be_seen(numbers: str, eps: float) -> None:
    """At the finest step the function has some ten stairs on each side, not fifty."""
    kind = {"float64": np.float64, "float32": np.float32}[numbers]
    reach = np.linspace(-2.5, 2.5, 401).astype(kind)
    levels = np.unique(cube(kind(4) + reach * kind(eps)))
    assert 5 < len(levels) < 25
    assert StepMicroscope({"x³ at 4": (cube, 4.0)}).controls["eps"].low <= 1e-15


def test_the_microscope_needs_a_slope() -> None:
    with pytest.raises(ValueError, match="not 0"):
        StepMicroscope({"flat": (lambda x: x * x, 0.0)})
    with pytest.raises(ValueError, match="at least one"):
        StepMicroscope({})


def test_both_directions_of_the_trace_table_agree() -> None:
    table = TraceTable(trace(two_leaves, 2.0, 5.0))
    adjoints, (last,) = table.adjoints(5), table.graph.outputs
    for leaf in table.graph.leaves:
        assert sum(adjoints[leaf]) == pytest.approx(table.tangents(leaf, 5)[last])
    assert [sum(adjoints[leaf]) for leaf in table.graph.leaves] == pytest.approx([5.5, 2 - np.cos(5)])
    assert len(adjoints[table.graph.leaves[0]]) == 2


def test_the_trace_table_shows_both_directions_on_paper() -> None:
    paper = MAKERS["trace table"]().still().alt
    assert "Forward from x1, step 5 of 5" in paper and "Reverse, step 5 of 5" in paper


def test_the_trace_table_takes_numbers_only() -> None:
    with pytest.raises(ValueError, match="single numbers"):
        TraceTable(trace(lambda x: np.sum(x), np.ones(3)))


def test_the_batch_adds_up_to_one_product() -> None:
    sums = batch_sum()
    assert sums.frame({"i": 8}).text.endswith("largest difference from ΔᵀX: 0; from Δᵀ𝟏: 0.")
    whole = np.abs(sums.Delta.T @ sums.X).max()
    assert f"ΔᵀX: {whole:.3g}" in sums.frame({"i": 0}).text
    paper = sums.still().alt
    assert paper.startswith("1 of 8 examples") and paper.endswith("largest difference from ΔᵀX: 0; from Δᵀ𝟏: 0.")
    with pytest.raises(ValueError, match="BatchSum"):
        BatchSum(np.ones((4, 2)), np.ones((5, 2)))
    with pytest.raises(ValueError, match="from 1 to 12"):
        BatchSum(np.ones((0, 2)), np.ones((0, 3)))


def test_a_gallery_needs_pictures() -> None:
    with pytest.raises(ValueError, match="picture"):
        Gallery({})


def test_a_replay_spells_a_nudge_with_the_digits_that_show_it() -> None:
    replay = Replay(trace(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    replay.eps = 0.001
    for node, said in (("v2 + v3", "10.693 to 10.694"), ("x × y", "10 to 10.001"), ("v4 − v5", "11.652 to 11.653")):
        replay.node = node
        assert f"from {said}: gradient · ε = 1 × 0.001 = 0.001, and the output moves by 0.001." in str(replay)


def test_what_adds_up_to_zero_is_zero() -> None:
    linked = LinkedWeight()
    linked.i, linked.j, linked.nudge = 2, 1, -1.0
    assert "e−" not in str(linked) and not [
        text for text in linked.frame(linked.state).scene.texts if "e−" in text.text
    ]
