"""The printed and the compiled backward pass give the numbers of the engine, and say so when they cannot."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from gradient_functions import CASES, score, window_loss, window_loss_one

from lecture_lib import RowSparse, ShapeError, Tensor, backward_source, compile_gradient, value_and_grad

RNG = np.random.default_rng(5)


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, (tuple, list)):
        assert type(found) is type(expected)
        for one, two in zip(found, expected, strict=True):
            assert_same(one, two)
    else:
        assert np.shape(found) == np.shape(expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype
        scale = max(1.0, float(np.abs(np.asarray(expected)).max(initial=0)))
        tolerance = (1e-5 if np.asarray(expected).dtype == np.float32 else 1e-12) * scale
        np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=0, atol=tolerance)


def leaves_of(structure: Any) -> list[Any]:
    if isinstance(structure, dict):
        return [leaf for part in structure.values() for leaf in leaves_of(part)]
    if isinstance(structure, (tuple, list)):
        return [leaf for part in structure for leaf in leaves_of(part)]
    return [structure]


@pytest.mark.parametrize("name", CASES)
def test_printed_source_computes_the_gradient(name: str) -> None:
    f, args, argnums = CASES[name]
    value, gradients = backward_source(f, *args, argnums=argnums).function()(*args)
    wanted_value, wanted = value_and_grad(f, argnums)(*args)
    assert_same(np.asarray(value), np.asarray(wanted_value))
    for found, expected in zip(leaves_of(gradients), leaves_of(wanted), strict=True):
        assert_same(found, expected)


@pytest.mark.parametrize("name", CASES)
def test_printed_source_passes_ruff(name: str, tmp_path: Any) -> None:
    f, args, argnums = CASES[name]
    source = backward_source(f, *args, argnums=argnums)
    if source.names:
        source = type(source)(
            source.replace("\n\n\n", "\n\n" + "\n".join(f"{k} = None" for k in source.names) + "\n\n\n", 1)
        )
    path = tmp_path / "printed.py"
    path.write_text(source + "\n", encoding="utf-8")
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", str(path)], capture_output=True, text=True
    )
    assert ruff.returncode == 0, f"{source}\n{ruff.stdout}"


def test_the_window_score_reads_as_derived_by_hand() -> None:
    f, args, _ = CASES["score"]
    assert backward_source(f, *args) == (
        "import numpy as np\n\n\n"
        "def backward(W, x, b, u):\n"
        "    # forward\n"
        "    z = W @ x + b  # (2,)\n"
        "    h = np.tanh(z)  # (2,)\n"
        "    value = u @ h  # ()\n"
        "\n"
        "    # backward\n"
        "    delta = u * (1 - h * h)  # (2,)\n"
        "    grad_W = np.outer(delta, x)  # (2, 3)\n"
        "    grad_x = W.T @ delta  # (3,)\n"
        "    grad_b = delta  # (2,)\n"
        "    grad_u = h  # (2,)\n"
        "    return value, (grad_W, grad_x, grad_b, grad_u)"
    )


@pytest.mark.parametrize(("examples", "printed"), [(1, "np.outer(delta, X)"), (3, "delta.T @ X")])
def test_a_batch_of_one_is_an_outer_product(examples: int, printed: str) -> None:
    def layer(W: Any, X: Any) -> Any:
        return np.sum(np.tanh(X @ W.T) ** 2)

    args = RNG.standard_normal((4, 5)), RNG.standard_normal((examples, 5))
    source = backward_source(layer, *args)
    assert printed in source
    assert_same(source.function()(*args), value_and_grad(layer, (0, 1))(*args))


@pytest.mark.parametrize(
    "f", [lambda a, b, c: ((a + b.T) @ c) ** 2, lambda a, b, c: (2 * b.T) @ c, lambda a, b, c: (a * (a @ b @ b.T)) @ c]
)
@pytest.mark.parametrize("argnum", [0, 1, 2])
def test_a_sum_that_ends_in_a_transpose_is_none(f: Any, argnum: int) -> None:
    args = tuple(RNG.standard_normal(shape) for shape in ((3, 1), (1, 3), (1, 4)))

    def total(*args: Any) -> Any:
        return np.sum(f(*args))

    source = backward_source(total, *args, argnums=(argnum,))
    assert_same(source.function()(*args), value_and_grad(total, (argnum,))(*args))


def test_several_layers_have_a_delta_each() -> None:
    f, args, _ = CASES["two layers"]
    source = backward_source(f, *args)
    assert "delta_z1 = " in source
    assert "delta_z2 = " in source


def test_source_has_no_dead_or_repeated_line() -> None:
    """Common subexpressions are shared and nothing is computed that is not used."""
    for f, args, argnums in CASES.values():
        lines = [t.strip() for t in backward_source(f, *args, argnums=argnums).splitlines() if " = " in t]
        right_sides = [t.split(" = ", 1)[1].split("  #")[0] for t in lines]
        computed = [t for t in right_sides if any(c in t for c in "(*@/") and "zeros" not in t]
        assert len(computed) == len(set(computed)), computed


@pytest.mark.parametrize("name", CASES)
def test_compiled_equals_value_and_grad(name: str) -> None:
    f, args, argnums = CASES[name]
    single = argnums[0] if len(argnums) == 1 else argnums
    step = compile_gradient(f, *args, argnums=single)
    for _ in range(3):
        assert_same(step(*args), value_and_grad(f, single)(*args))


@pytest.mark.parametrize("name", CASES)
def test_compiled_follows_new_values(name: str) -> None:
    """Buffers are overwritten by every call, so other values must come out as if nothing had been kept."""
    f, args, argnums = CASES[name]
    other = tuple(scaled(a) for a in args)
    step = compile_gradient(f, *args, argnums=argnums)
    assert_same(step(*other), value_and_grad(f, argnums)(*other))
    assert_same(step(*args), value_and_grad(f, argnums)(*args))


def scaled(a: Any) -> Any:
    if isinstance(a, dict):
        return {k: scaled(v) for k, v in a.items()}
    if isinstance(a, list):
        return [scaled(v) for v in a]
    if isinstance(a, np.ndarray):
        return (a * a.dtype.type(0.7) + a.dtype.type(0.01)) if a.dtype.kind == "f" else a[::-1].copy()
    return type(a)(a * 0.7 + 0.01)


@pytest.mark.parametrize("name", CASES)
def test_results_belong_to_the_caller(name: str) -> None:
    """Overwriting what was returned must change neither later results nor the arguments."""
    f, args, argnums = CASES[name]
    step = compile_gradient(f, *args, argnums=argnums)
    expected = value_and_grad(f, argnums)(*args)
    before = [np.array(a) for a in leaves_of(args)]
    arrays = []
    for result in leaves_of(step(*args)):
        arrays.append(result.rows if isinstance(result, RowSparse) else result)
    for k, array in enumerate(arrays):
        if isinstance(array, np.ndarray) and array.ndim:
            assert array.flags.writeable
            assert not any(isinstance(o, np.ndarray) and np.shares_memory(array, o) for o in arrays[:k])
            array[...] = 1e6
    assert_same(step(*args), expected)
    for a, b in zip(leaves_of(args), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_shapes_and_dtypes_are_traced_anew() -> None:
    f, args, argnums = CASES["window batch float32"]
    step = compile_gradient(f, *args, argnums=argnums)
    E, W, b, u, ids, y = args
    fewer = (E, W, b, u, ids[:2], y[:2])
    assert_same(step(*fewer), value_and_grad(f, argnums)(*fewer))
    doubled = (*(p.astype(np.float64) for p in (E, W, b, u)), ids, y)
    value, gradients = step(*doubled)
    assert value.dtype == np.float64
    assert all(g.dtype == np.float64 for g in gradients)
    assert_same(step(*args), value_and_grad(f, argnums)(*args))


def test_look_ups_give_row_sparse_gradients() -> None:
    f, args, argnums = CASES["window batch float32"]
    _, eager = value_and_grad(f, argnums)(*args)
    _, compiled = compile_gradient(f, *args, argnums=argnums)(*args)
    assert type(eager[0]) is type(compiled[0]) is RowSparse
    dense = value_and_grad(CASES["table used twice"][0])(*CASES["table used twice"][1])[1]
    assert type(dense) is np.ndarray


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x: x if x > 0 else -x, "np.where"),
        (lambda x: float(x) * x, "float"),
        (lambda x: x.item() * x, "item"),
        (lambda x: x * RNG.random(), "random mask"),
        (lambda x: np.asarray(x) * 2.0, "np.stack"),
        (lambda x: sum(x for _ in range(int(x))), "int"),
    ],
)
def test_what_one_trace_cannot_show_is_refused(f: Any, what: str) -> None:
    with pytest.raises(TypeError, match=what):
        compile_gradient(f, 2.0)


def test_nothing_stays_behind_after_a_refusal() -> None:
    with pytest.raises(TypeError):
        compile_gradient(lambda x: float(x) * x, 2.0)
    assert sys.getprofile() is None
    assert value_and_grad(lambda x: x * x)(3.0) == (9.0, 6.0)


def test_several_numbers_are_refused() -> None:
    with pytest.raises(ShapeError, match="one number"):
        compile_gradient(lambda x: x * x, np.ones(2))
    with pytest.raises(ShapeError, match="one number"):
        backward_source(lambda x: x * x, np.ones(2))


def test_threads_do_not_share_buffers() -> None:
    f, args, argnums = CASES["window batch float32"]
    step = compile_gradient(f, *args, argnums=argnums)
    wrong: list[str] = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        mine = (*(p + rng.normal(size=p.shape).astype(np.float32) for p in args[:4]), *args[4:])
        expected = value_and_grad(f, argnums)(*mine)
        for _ in range(100):
            try:
                assert_same(step(*mine), expected)
            except AssertionError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_no_memory_is_taken_for_intermediate_arrays() -> None:
    """A step allocates what it returns and little more."""
    import tracemalloc

    rng = np.random.default_rng(0)
    args = [rng.normal(size=s).astype(np.float32) for s in ((50, 10), (100, 50), (100,), (100,))]
    ids, y = rng.integers(0, 50, (64, 5)), np.ones(64, np.float32)
    step = compile_gradient(window_loss, *args, ids, y, argnums=(1, 2, 3))
    step(*args, ids, y)
    tracemalloc.start()
    _, gradients = step(*args, ids, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    returned = sum(g.nbytes for g in gradients)
    looked_up = 64 * 50 * 4
    assert peak < returned + 2 * looked_up + 8_000


def test_one_example_and_a_batch_agree() -> None:
    _, args, argnums = CASES["window one float32"]
    E, W, b, u, ids, y = args
    one = compile_gradient(window_loss_one, *args, argnums=argnums)(*args)
    batch = (E, W, b, u, ids[None, :], np.array([y]))
    many = compile_gradient(window_loss, *batch, argnums=argnums)(*batch)
    assert_same(tuple(np.asarray(g) for g in one[1]), tuple(np.asarray(g) for g in many[1]))


def test_lambdas_without_variables_have_plain_names() -> None:
    source = backward_source(lambda a, b: np.sum(np.tanh(a * b) ** 2), np.ones(3), np.ones(3))
    assert source.startswith("import numpy as np")
    assert "delta = " in source
    assert "grad_a = " in source


def test_score_with_float32_prints_and_runs_in_float32() -> None:
    _, args, _ = CASES["score"]
    single = [a.astype(np.float32) for a in args]
    value, gradients = backward_source(score, *single).function()(*single)
    assert value.dtype == np.float32
    assert all(g.dtype == np.float32 for g in gradients)


def test_a_number_that_is_a_view_of_kept_memory_stays_as_it_was_returned():
    step = compile_gradient(lambda a, b: np.inner(a, b), np.ones(3), np.ones(3))
    first, _ = step(np.ones(3), np.ones(3))
    step(np.zeros(3), np.ones(3))
    assert first == 3


def test_a_plain_array_indexed_by_a_traced_argument_is_refused_with_what_helps():
    table, w = np.arange(5.0), np.ones(2)
    with pytest.raises(TypeError, match=r"Tensor\(a\)\[t\] for a\[t\]"):
        compile_gradient(lambda w, ids: np.sum(table[ids] * w), w, np.array([1, 2]))
    step = compile_gradient(lambda w, ids: np.sum(Tensor(table)[ids] * w), w, np.array([1, 2]))
    assert step(w, np.array([3, 4]))[1].tolist() == [3, 4]
