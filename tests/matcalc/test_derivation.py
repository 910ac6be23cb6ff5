"""How a derivation reads: order, names, forms, and what it costs."""

import time

import numpy as np
import pytest

from lecture_lib import GradientError
from lecture_lib import matcalc as mc
from lecture_lib.matcalc.printing import latex


def window_model(f=None):
    W, x, b, u = mc.symbols("W:n×m  x:m  b:n  u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", (f or mc.f)(z))
    s = mc.let("s", u.T @ h)
    return (W, x, b, u), mc.derive(s, wrt=[u, b, W, x])


LECTURE = [
    ("∂s/∂h = uᵀ", "1×n"),
    ("∂h/∂z = diag(f′(z))", "n×n"),
    ("∂s/∂z = uᵀdiag(f′(z))", "1×n"),
    ("= (u∘f′(z))ᵀ", "1×n"),
    ("δ := u∘f′(z)", "n×1"),
    ("∂z/∂b = I", "n×n"),
    ("∂s/∂b = δᵀI", "1×n"),
    ("= δᵀ", "1×n"),
    ("∇_b s = δ", "n×1"),
    ("∇_W s = δxᵀ", "n×m"),
    ("∂z/∂x = W", "n×m"),
    ("∂s/∂x = δᵀW", "1×m"),
    ("∇_x s = Wᵀδ", "m×1"),
    ("∇_u s = h", "n×1"),
]


def test_window_model_comes_out_in_the_lecture_s_order():
    _, D = window_model()
    said = [(s.text, f"{s.shape[0]}×{s.shape[1]}") for s in D.steps]
    places = [said.index(line) for line in LECTURE]
    assert places == sorted(places)


def test_parts_speak_of_their_own_symbol():
    (W, x, b, _u), D = window_model()
    assert str(D[W].gradient) == "δxᵀ" and str(D["x"].gradient) == "Wᵀδ"
    assert str(D[b].jacobian) == "δᵀ" and str(D[x].jacobian) == "δᵀW"
    assert str(D[W].jacobian.shape[1]) == "nm" and D[W].jacobian.shape[0] == mc.ones(1).shape[0]
    assert D.delta == D.deltas["z"]
    assert {s.claim.of.name for s in D[W].steps} == {"z", "h", "s", "W"}


def test_check_takes_sizes_and_finds_a_wrong_line():
    _, D = window_model(mc.tanh)
    assert D.check(trials=5, n=3, m=5).max_error <= 1e-7
    k = next(i for i, s in enumerate(D.steps) if s.text == "∇_W s = δxᵀ")
    from dataclasses import replace

    D.steps[k] = replace(D.steps[k], body=-D.steps[k].body)
    with pytest.raises(GradientError, match="∇_W s = −δxᵀ"):
        D.check()
    assert "✗" in repr(D)


def test_forms():
    _, D = window_model()
    jacobian, shape = D.show("jacobian"), D.show("shape")
    assert not any(s.left.text.startswith("∇") for s in jacobian.steps)
    assert not any(s.left.text.startswith("∂") for s in shape.steps)
    assert "∂s/∂vec W = vec(δxᵀ)ᵀ" in [s.text for s in jacobian.steps]
    assert [s.text for s in shape.steps][3:] == [
        "∇_h s = u",
        "δ := u∘f′(z)",
        "∇_b s = δ",
        "∇_W s = δxᵀ",
        "∇_x s = Wᵀδ",
        "∇_u s = h",
    ]
    assert jacobian.proof.ok and shape.proof.ok
    assert "∂s/∂b is 1×n as a Jacobian; b is n×1; transpose" in repr(D.show("side by side"))


def test_the_lecture_s_row():
    _, D = window_model()
    rows = D.show(row_delta=True)
    said = [s.text for s in rows.steps]
    assert "δ := (u∘f′(z))ᵀ" in said and "∇_W s = δᵀxᵀ" in said and "∂s/∂x = δW" in said
    assert rows.proof.ok


def test_every_form_has_text_markdown_and_latex():
    _, D = window_model()
    for shown in (
        D,
        D["W"],
        D.show("jacobian"),
        D.show("shape"),
        D.show("side by side"),
        D.show(row_delta=True),
    ):
        assert "δ" in repr(shown)
        markdown = shown._repr_markdown_()
        assert "\\delta" in markdown and "|" in markdown
        for line in markdown.splitlines():
            if line.startswith("|"):
                assert line.replace("\\|", "").count("|") in (5, 6), line
        tex = shown._repr_latex_()
        assert tex.startswith("$$\\begin{aligned}") and tex.count("{") == tex.count("}")


def test_shapes_stand_under_every_factor():
    (W, x, *_), _D = window_model()
    assert latex(W @ x, shapes=True).count("\\underset") == 2


def test_two_layers_name_every_signal():
    U, b2, W, b, x, t = mc.symbols("U:k×n b2:k W:n×m b:n x:m t:k")
    z1 = mc.let("z1", W @ x + b)
    z2 = mc.let("z2", U @ mc.tanh(z1) + b2)
    D = mc.derive(mc.cross_entropy(z2, t), wrt=[U, b2, W, b, x])
    assert list(D.deltas) == ["z2", "z1"]
    assert str(D.deltas["z2"]) == "δ₂" and str(D.deltas["z2"].args[0]) == "p − t"
    assert str(D.deltas["z1"].args[0]) == "Uᵀδ₂∘(1 − h∘h)"
    assert str(D[W].gradient) == "δ₁xᵀ" and str(D[U].gradient) == "δ₂hᵀ"
    with pytest.raises(ValueError, match=r'deltas\["z2"\], deltas\["z1"\]'):
        _ = D.delta


def test_a_number_on_the_way_is_e():
    W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    s = mc.let("s", u.T @ mc.tanh(W @ x + b))
    D = mc.derive(mc.let("J", -mc.log(mc.sigmoid(s))), wrt=[u, b, W])
    assert str(D.delta.args[0]) == "e·(u∘(1 − h∘h))" and str(D[u].gradient) == "eh"


def test_batch():
    X, W, b, Y = mc.symbols("X:N×m W:n×m b:n Y:N×n")
    Z = mc.let("Z", X @ W.T + mc.ones("N") @ b.T - Y)
    D = mc.derive(0.5 * mc.norm(Z) ** 2)
    assert [str(D[s].gradient) for s in (W, b, X)] == ["ΔᵀX", "Δᵀ1", "ΔW"]
    assert str(D.delta.args[0]) == "Z"
    said = [s.text for s in D.steps]
    assert "dJ = tr(ΔᵀX·dWᵀ)" in said and "∇_W J = ΔᵀX" in said


def test_shared_parameter_sums_its_paths():
    M, h0, x1, x2, u = mc.symbols("M:n×n h0:n x1:n x2:n u:n")
    z1 = mc.let("z1", M @ h0 + x1)
    h1 = mc.let("h1", mc.tanh(z1))
    z2 = mc.let("z2", M @ h1 + x2)
    D = mc.derive(u.T @ mc.tanh(z2), wrt=[M])
    assert str(D[M].gradient) == "δ₂h₁ᵀ + δ₁h₀ᵀ"
    assert "∇_M J = ∇_M J|z₂ + ∇_M J|z₁" in [s.text for s in D.steps]


def test_signal_is_named_after_all_paths_are_summed():
    A, W, x, u, v = mc.symbols("A:k×n W:n×m x:m u:k v:n")
    z = mc.let("z", W @ x)
    J = u.T @ mc.tanh(A @ mc.tanh(z)) + v.T @ mc.sigmoid(z)
    D = mc.derive(J, wrt=[W])
    said = [s.text for s in D.steps]
    assert sum(t.startswith("δ_z :=") for t in said) == 1
    k = next(i for i, t in enumerate(said) if t.startswith("δ_z :="))
    total = [i for i, s in enumerate(D.steps) if s.left.text == "∂J/∂z" and s.claim.via is None]
    assert total and max(total) < k
    assert D.check().max_error < 1e-7


def test_repeated_word_gets_the_sum_of_its_blocks():
    W, b, u, x1, x2 = mc.symbols("W:n×3d b:n u:n x1:d x2:d")
    D = mc.derive(u.T @ mc.tanh(W @ mc.concat(x1, x2, x2) + b), wrt=[x1, x2])
    assert str(D[x1].gradient) == "(Wᵀδ)[:d]"
    assert str(D[x2].gradient) == "(Wᵀδ)[d:2d] + (Wᵀδ)[2d:3d]"


def test_jacobian_of_a_column():
    W, x, b = mc.symbols("W:n×m x:m b:n")
    D = mc.derive(mc.tanh(W @ x + b), jacobian=True)
    assert str(D[x].jacobian) == "diag(1 − J∘J)W" and D[x].jacobian.shape == W.shape
    assert D[W].jacobian.shape[1] == W.shape[0] * W.shape[1]
    assert D.check().max_error < 1e-7
    assert str(mc.derive(W @ x, jacobian=True)[W].jacobian) == "I⊗xᵀ"
    with pytest.raises(ValueError, match="jacobian"):
        _ = D[x].gradient
    assert str(mc.derive(W @ mc.diag(x), [W], jacobian=True)[W].jacobian) == "I⊗diag(x)"


def test_wrt_an_intermediate():
    W, x, u = mc.symbols("W:n×m x:m u:n")
    h = mc.let("h", mc.tanh(W @ x))
    D = mc.derive(u.T @ h, wrt=[h, "z"])
    assert str(D[h].gradient) == "u" and D["z"].gradient == D.delta


def test_long_functions_are_broken_into_short_lines():
    xs = mc.symbols(" ".join(f"input{i}:m" for i in range(12)))
    Ws = mc.symbols(" ".join(f"weight{i}:n×m" for i in range(12)))
    u = mc.symbols("u:n")
    z = Ws[0] @ xs[0]
    for W, x in zip(Ws[1:], xs[1:], strict=True):
        z = z + W @ x
    D = mc.derive(u.T @ mc.tanh(z))
    assert max(len(s.text) for s in D.steps) <= 60
    assert D.prove(1).ok


def test_many_paths_wrap_into_rows_of_sixty():
    M, h, u = mc.symbols("M:n×n h:n u:n")
    for _ in range(9):
        h = mc.tanh(M @ h)
    D = mc.derive(u.T @ h, wrt=[M])
    for step in D.steps:
        for row in step.wrapped:
            assert len("".join(s.written for s in row)) <= 60
    assert D.prove(1).ok


def network(layers):
    x, t = mc.symbols(f"x:n0 t:n{layers}")
    h = x
    for k in range(layers):
        W, b = mc.symbols(f"W{k}:n{k + 1}×n{k} b{k}:n{k + 1}")
        h = W @ h + b
        h = mc.tanh(h) if k < layers - 1 else h
    return mc.cross_entropy(h, t)


def seconds(layers):
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        mc.derive(network(layers))
        best = min(best, time.perf_counter() - start)
    return best


def test_two_layers_take_fifty_milliseconds():
    assert seconds(2) <= 0.05


def test_twenty_layers_stay_linear():
    assert seconds(20) <= 10 * seconds(4) + 0.05
    assert len(mc.derive(network(20)).steps) <= 6 * len(mc.derive(network(4)).steps)


def test_twenty_layers_hold():
    assert mc.derive(network(20)).prove(1).ok


def test_eighteen_doublings_stay_linear():
    x = mc.symbols("x:n")
    y = x
    for _ in range(18):
        y = y + mc.tanh(y)
    start = time.process_time()
    D = mc.derive(mc.sum(y))
    assert time.process_time() - start < 1.0
    assert D.prove(1).ok


def test_steps_record_their_simplification():
    _, D = window_model(mc.tanh)
    rules = [s.rule for s in D.steps]
    assert "slope of tanh: 1 − tanh²" in rules
    assert "a row times a diagonal matrix: multiply entry by entry" in rules
    assert all(rules)


@pytest.mark.parametrize("k", [0, 2, 4, 11])
def test_an_entry_far_down_is_proved_and_closed(k):
    """The sizes that are drawn reach beyond every entry that is named."""
    (x,) = mc.symbols("x:n")
    D = mc.derive(mc.log(mc.softmax(x))[k])
    assert str(D[x].closed_form) == f"I[{k}]ᵀ − softmax(x)"
    proof = D.prove(2)
    assert proof.ok and all(lengths["n"] > k for lengths in proof.lengths)


def test_values_are_given_by_symbol_or_by_name():
    W, x = mc.symbols("W:n×m x:m")
    W_, x_ = np.arange(6.0).reshape(2, 3), np.ones((3, 1))
    assert np.array_equal(mc.evaluate(W @ x, {W: W_, "x": x_}), W_ @ x_)
