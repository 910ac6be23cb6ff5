"""trace: the graph of one run can be run again on other values, forward and backward."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from gradient_functions import CASES

from lecture_lib import ShapeError, Tensor, grad, trace, value_and_grad, vjp
from lecture_lib.autograd.trees import leaves

SCALAR = [name for name in CASES if name not in ("table used twice", "shared table")]


def real_leaves(args: Any) -> list[np.ndarray]:
    return [v for _, v in leaves(args) if np.asarray(v).dtype.kind == "f"]


@pytest.mark.parametrize("name", CASES)
def test_forward_and_backward_equal_the_engine(name):
    f, args, argnums = CASES[name]
    graph = trace(f, *args)
    value, wanted = value_and_grad(f, argnums)(*args)
    np.testing.assert_allclose(graph.result(), value, rtol=1e-6)
    found = graph.backward()
    chosen = {id(a) for k in argnums for a in real_leaves(args[k])}
    inputs = [
        node
        for node, a in zip(graph.inputs, [v for _, v in leaves(args)], strict=True)
        if id(a) in chosen or len(args) == 1
    ]
    if len({id(a) for k in argnums for a in real_leaves(args[k])}) == sum(len(real_leaves(args[k])) for k in argnums):
        for node, (_, g) in zip(inputs, leaves(wanted), strict=True):
            np.testing.assert_allclose(found[node], np.asarray(g), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_forward_follows_other_values(name):
    f, args, _ = CASES[name]
    graph = trace(f, *args)
    other = scaled(args)
    np.testing.assert_allclose(graph.forward(*other), f(*other), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(graph.forward(*args), f(*args), rtol=1e-5, atol=1e-7)


def scaled(a: Any) -> Any:
    if isinstance(a, dict):
        return {k: scaled(v) for k, v in a.items()}
    if isinstance(a, (list, tuple)):
        return type(a)(scaled(v) for v in a)
    if isinstance(a, np.ndarray):
        return a * a.dtype.type(0.7) if a.dtype.kind == "f" else a[::-1].copy()
    return type(a)(a * 0.7)


def test_nodes_are_in_topological_order():
    for f, args, _ in CASES.values():
        graph = trace(f, *args)
        for node in graph.nodes:
            assert all(parent.index < node.index for parent in node.parents)
        assert [node.index for node in graph.nodes] == list(range(len(graph)))


def test_every_node_keeps_value_and_gradient():
    graph = trace(lambda x, y, z: (x + y) * np.maximum(y, z), 1.0, 2.0, 0.0)
    graph.backward()
    found = {node.name or node.op.name: (float(node.value), float(node.grad)) for node in graph.nodes}
    assert found == {"x": (1, 2), "y": (2, 5), "z": (0, 0), "add": (3, 2), "maximum": (2, 3), "multiply": (6, 1)}
    top = graph.nodes[-1]
    assert {k: float(g) for k, g in top.passed.items()} == {0: 2.0, 1: 3.0}


def test_names_are_those_of_the_functions_variables():
    f, args, _ = CASES["score"]
    graph = trace(f, *args)
    assert [node.name for node in graph.nodes] == ["W", "x", "b", "u", None, "z", "h", None]
    assert [leaf.name for leaf in graph.leaves] == ["W", "x", "b", "u"]


def test_structured_arguments_have_paths_for_names():
    f, args, _ = CASES["network"]
    names = [node.name for node in trace(f, *args).inputs]
    assert names[:3] == ["params['W']", "params['b']", "params['layers'][0]"]


def test_a_vector_needs_an_upstream_gradient():
    graph = trace(np.tanh, np.array([0.5, 1.0]))
    with pytest.raises(ShapeError, match="upstream"):
        graph.backward()
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        graph.backward(np.ones(3))
    w = np.array([2.0, -1.0])
    _, pull = vjp(np.tanh, np.array([0.5, 1.0]))
    np.testing.assert_allclose(next(iter(graph.backward(w).values())), pull(w)[0])


def test_several_results_run_forward_but_not_backward():
    graph = trace(lambda x: (x, {"double": 2 * x}), 3.0)
    assert graph.forward(4.0) == (4.0, {"double": 8.0})
    with pytest.raises(ShapeError, match="one result"):
        graph.backward()


def test_other_shapes_are_refused():
    graph = trace(lambda x, y: x * y, np.ones(3), 2.0)
    with pytest.raises(ShapeError, match=r"x was traced with shape \(3,\), but now has shape \(4,\)"):
        graph.forward(np.ones(4), 2.0)
    with pytest.raises(ShapeError, match="2 arrays, but 1 came"):
        graph.forward(np.ones(3))


def test_lists_count_as_arrays_where_an_array_was_traced():
    graph = trace(lambda E, ids: np.sum(E[ids]), np.ones((4, 2)), np.array([0, 1]))
    assert graph.forward(np.ones((4, 2)), [3, 3]) == 4.0


def test_comparisons_and_integers_are_part_of_the_graph():
    """A mask that depends on the values must be computed again, not be kept from the first run."""
    graph = trace(lambda x, k: np.where(x > 0, x, 0.1 * x) * k, np.array([-1.0, 2.0]), 3)
    np.testing.assert_allclose(graph.forward(np.array([1.0, -2.0]), 2), [2.0, -0.4])
    graph = trace(lambda x: np.floor(x) + np.argmax(x), np.array([1.5, 0.5]))
    np.testing.assert_allclose(graph.forward(np.array([0.5, 2.5])), [1.0, 3.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 1.0 if x > 0 else x,
        lambda x: float(x),
        lambda x: int(x) * x,
        lambda x: x.item() * x,
        lambda x: x.numpy() * x,
        lambda x: np.asarray(x) * x,
        lambda x: [x, x][x.astype(int)],
    ],
)
def test_plain_numbers_are_refused_while_tracing(f):
    with pytest.raises(TypeError):
        trace(f, 1.0)
    assert sys.getprofile() is None
    assert float(Tensor(2.0)) == 2.0


def test_a_constant_result_is_a_graph_too():
    graph = trace(lambda x: 3.0, 1.0)
    assert graph.result() == 3.0
    assert graph.backward()["x"] == 0.0


def test_an_unknown_leaf_is_named_in_the_error():
    graph = trace(lambda x, y: x * y, 1.0, 2.0)
    with pytest.raises(KeyError, match="x, y"):
        graph.backward()["w"]


def test_gradients_inside_a_traced_function_are_part_of_the_graph():
    graph = trace(lambda x: grad(lambda t: t**3)(x), 2.0)
    assert graph.result() == 12.0
    assert graph.forward(3.0) == 27.0
    assert graph.backward()["x"] == 18.0


def test_it_names_itself():
    graph = trace(lambda x, y: x * y, 1.0, np.ones(2))
    assert repr(graph) == "Graph(1 operations on 2 leaves)"
    assert repr(graph.nodes[1]) == "Node(1, y, leaf, shape=(2,))"


def test_what_is_no_number_is_handed_through():
    graph = trace(lambda x, how: x * 2 if how == "double" else x, 3.0, "double")
    assert graph.result() == 6.0
    assert graph.forward(4.0, "double") == 8.0
