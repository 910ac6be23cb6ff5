"""What is said of a line: it follows, it uses one rule, it jumps, it is false, it does not fit, it cannot be read."""

import pytest
from networks import residual, two_layers, window

from lecture_lib import matcalc as mc

DELTA = {"δ": "∇_z s"}


def kinds(output, text, names=None):
    return [line.kind for line in mc.check_derivation(output, text, names)]


def test_the_first_derivation():
    lines = mc.check_derivation(
        window(),
        """
        ds/dW = ds/dh dh/dz dz/dW
              = u^T diag(f'(z)) dz/dW     # two rules at once
        δ = u ∘ f'(z)
        ∇_W s = x δ^T
        """,
        names=DELTA,
    )
    assert [line.kind for line in lines] == ["follows", "jump", "follows", "false"]
    assert not lines and lines[1].uses == ("∂h/∂z", "∂s/∂h")
    assert lines[3].mistake == "transposed" and "the order" in lines[3].message
    assert "δ is n×1" in lines[3].message and "x is m×1" in lines[3].message and "n×m" in lines[3].message
    assert [line.number for line in lines] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "line, kind",
    [
        ("∂s/∂x = ∂s/∂h ∂h/∂z ∂z/∂x", "follows"),
        ("∂s/∂x = ∂s/∂z ∂z/∂x", "follows"),
        ("∂s/∂h = u^T", "rule"),
        ("∂h/∂z = diag(f'(z))", "rule"),
        ("∂z/∂x = W", "rule"),
        ("∂z/∂W = I ⊗ x^T", "rule"),
        ("∂(Wx + b)/∂x = W", "rule"),
        ("∂(u^T h)/∂u = h^T", "rule"),
        ("∂f(z)/∂z = diag(f'(z))", "rule"),
        ("z = W x + b", "follows"),
        ("s = u^T f(Wx + b)", "follows"),
        ("s = Σ_i u_i h_i", "follows"),
        ("∂z_i/∂W_ij = x_j", "rule"),
        ("∂z_2/∂W_23 = x_3", "rule"),
        ("∂z_1/∂W_23 = 0", "rule"),
        ("∂z_k/∂W_ij = [i=k] x_j", "rule"),
        ("∂s/∂W_ij = Σ_k ∂s/∂z_k ∂z_k/∂W_ij", "follows"),
        ("∂s/∂W_ij = δ_i x_j", "rule"),
        ("ds = δ^T dz", "follows"),
        ("ds = u^T dh", "rule"),
        ("ds = δ^T dW x", "rule"),
        ("ds = du^T h + u^T dh", "rule"),
        ("∇_W s = δ x^T", "rule"),
        ("∇_b s = δ", "rule"),
        ("∇_b s = u ∘ f'(z)", "jump"),
        ("∇_x s = W^T (u ∘ f'(z))", "jump"),
        ("∇_b s = u ∘ f(z)", "false"),
        ("∇_W s = δ x", "shape"),
        ("∂s/∂x = ∂z/∂x ∂s/∂z", "shape"),
        ("∇_b s = g", "unreadable"),
        ("∇_b s", "unreadable"),
        ("∇_b s = δ δ )", "unreadable"),
        ("= δ", "unreadable"),
    ],
)
def test_kinds(line, kind):
    assert kinds(window(), line, DELTA) == [kind]


def test_stated_lines_open_what_follows():
    rules = "∂s/∂h = u^T\n∂h/∂z = diag(f'(z))\n∂z/∂b = I\n"
    assert kinds(window(), rules + "∇_b s = u ∘ f'(z)") == ["rule", "rule", "rule", "follows"]
    assert kinds(window(), "∂s/∂h = u^T\n∂h/∂z = diag(f'(z))\n∇_b s = u ∘ f'(z)")[-1] == "rule"


def test_every_equation_of_a_line_has_its_verdict():
    lines = mc.check_derivation(window(), "∂s/∂z = ∂s/∂h ∂h/∂z = u^T ∂h/∂z = u^T diag(f'(z))")
    assert [line.kind for line in lines] == ["follows", "rule", "rule"]


def test_a_name_is_defined():
    lines = mc.check_derivation(window(), "g := u ∘ f'(z)\n∂z/∂b = I\n∇_b s = g")
    assert [line.kind for line in lines] == ["follows", "rule", "jump"]
    assert lines[2].uses == ("∂h/∂z", "∂s/∂h")


def test_after_a_false_line():
    lines = mc.check_derivation(
        window(), "∂h/∂z = diag(f(z))\n∂s/∂h = u^T\n∂s/∂z = u^T diag(f(z))\n= (u ∘ f(z))^T\n∂s/∂h = u^T"
    )
    assert [line.kind for line in lines] == ["false", "rule", "follows", "follows", "follows"]
    assert "if line 1 were right" in lines[2].message and "though line 1 is not" in lines[4].message


def test_direct_part_and_total_derivative():
    out = residual()
    lines = mc.check_derivation(out, "∂h/∂x = I + ∂h/∂z ∂z/∂x")
    assert lines and "direct part" not in lines[0].message
    W, x, u = mc.symbols("W:n×n x:n u:n")
    y = mc.let("y", mc.f(W @ x))
    h = mc.let("h", x + y)
    s = mc.let("s", u.T @ h)
    direct = mc.check_derivation(s, "∂h/∂x = I")
    assert direct and direct[0].kind == "rule" and "direct part" in direct[0].message
    assert mc.check_derivation(s, "dh/dx = ∂h/∂x + ∂h/∂y dy/dx")[0].kind == "follows"


def test_only_what_moves_is_said():
    assert "only W moves" in mc.check_derivation(window(), "dz = dW x")[0].message
    assert "u" in mc.check_derivation(window(), "ds = δ^T dz", DELTA)[0].message


@pytest.mark.parametrize(
    "line, said",
    [
        ("∂s/∂b = u ∘ f'(z)", "∇_b s"),
        ("∇_b s = (u ∘ f'(z))^T", "∂s/∂b"),
        ("∂s/∂W = δ x^T", "∇_W s"),
        ("∂z/∂x = W^T", "a row for every input"),
    ],
)
def test_the_other_convention_is_false_and_just_that(line, said):
    (found,) = mc.check_derivation(window(), line, DELTA)
    assert found.kind == "false" and found.mistake == "convention"
    assert "other convention" in found.message and said in found.message


def test_help_comes_in_levels():
    (line,) = mc.check_derivation(window(), "∇_x s = W^T (u ∘ f(z))")
    first = line.message
    second = line.more()
    third = line.more()
    assert first in second and second in third and line.more() == third
    assert "f(z)" in second and "f′(z)" in third and "Wᵀ(u∘f′(z))" not in first


def test_notice_adds_a_remark_and_leaves_the_verdict():
    def notice(line):
        return "well done" if line.ok else None

    lines = mc.check_derivation(window(), "∂s/∂h = u^T\n∂s/∂h = u", notice=notice)
    assert [line.remark for line in lines] == ["well done", ""] and not lines
    assert "(well done)" in str(lines) and "well done" in lines._repr_markdown_()


def test_what_is_no_derivation():
    with pytest.raises(TypeError, match="a text"):
        mc.check_derivation(window(), 3)
    with pytest.raises(TypeError, match="an expression"):
        mc.check_derivation("s", "")
    with pytest.raises(ValueError, match="taken"):
        mc.check_derivation(window(), "", names={"z": "∇_z s"})
    with pytest.raises(ValueError, match="cannot stand for"):
        mc.check_derivation(window(), "", names={"δ": "∇_q s"})
    assert not mc.check_derivation(window(), "") and len(mc.check_derivation(window(), "# nothing")) == 0


def test_an_expression_as_a_name():
    out = window()
    D = mc.derive(out)
    assert mc.check_derivation(out, "∇_W s = δ x^T", names={"δ": D.delta})[-1].ok


def test_the_wrong_layer_and_the_forgotten_path():
    names = {"δ1": "∇_z1 s", "δ2": "∇_z2 s"}
    lines = mc.check_derivation(two_layers(), "∇_W2 s = δ1 h1^T\n∇_W1 s = δ1 h1^T\n∇_b1 s = δ2", names)
    assert [line.mistake for line in lines][:2] == ["wrong quantity", "wrong quantity"]
    (line,) = mc.check_derivation(residual(), "∇_x s = W^T(u ∘ f'(z))")
    assert line.mistake == "path" and "2 paths" in line.message


def test_right_only_for_a_symmetric_matrix():
    A, x = mc.symbols("A:n×n x:n")
    s = mc.let("s", x.T @ A @ x)
    (line,) = mc.check_derivation(s, "∇_x s = 2 A x")
    assert line.kind == "false" and line.mistake == "symmetric" and "A = Aᵀ" in line.message
    S, x = mc.symbols("S:n×n sym x:n")
    assert mc.check_derivation(mc.let("s", x.T @ S @ x), "∇_x s = 2 S x")
