"""Plain text, Unicode, LaTeX and NumPy spellings of one line are read alike; nothing that is typed crashes or hangs."""

import random
import time

import numpy as np
import pytest
from networks import batch, two_layers, window

from lecture_lib import matcalc as mc

# A random expression in the names of the window network, in four spellings: plain, Unicode, LaTeX, NumPy.
COLUMNS = {
    "n": [
        ("u",) * 4,
        ("h",) * 4,
        ("b",) * 4,
        ("delta", "δ", r"\boldsymbol{\delta}", "delta"),
        ("f'(z)", "f′(z)", "f'(z)", "f'(z)"),
    ],
    "m": [("x", "x", r"\mathbf{x}", "x")],
}


def column(rng, size, depth):
    """A column of that size, in four spellings."""
    choice = rng.random() if depth else 0
    if choice < 0.35:
        return rng.choice(COLUMNS[size])
    if choice < 0.5:
        a, b = column(rng, size, depth - 1), column(rng, size, depth - 1)
        sign = rng.choice("+-")
        signs = (sign, "−" if sign == "-" else "+", sign, sign)
        return tuple(f"({p} {s} {q})" for p, s, q in zip(a, signs, b, strict=True))
    if choice < 0.7:
        a, b = column(rng, size, depth - 1), column(rng, size, depth - 1)
        return tuple(f"({p} {s} {q})" for p, s, q in zip(a, ("∘", "⊙", r"\odot", "*"), b, strict=True))
    if choice < 0.85:
        a = column(rng, size, depth - 1)
        return f"1/2 {a[0]}", f"½{a[1]}", rf"\frac{{1}}{{2}} {a[2]}", f"0.5 * {a[3]}"
    if size == "n":
        a = column(rng, "m", depth - 1)
        return f"W {a[0]}", f"W{a[1]}", rf"\mathbf{{W}} {a[2]}", f"W @ {a[3]}"
    a = column(rng, "n", depth - 1)
    return f"W^T {a[0]}", f"Wᵀ{a[1]}", rf"W^\top {a[2]}", f"W.T @ {a[3]}"


def left_side(rng):
    by, size = rng.choice([("b", "n"), ("x", "m"), ("h", "n")])
    return (f"grad_{by} s", f"∇_{by} s", rf"\nabla_{{{by}}} s", f"grad_{by} s"), size


@pytest.mark.parametrize("seed", range(60))
def test_four_spellings_of_one_line_are_one(seed):
    rng = random.Random(seed)
    left, size = left_side(rng)
    right = column(rng, size, 3)
    read = [
        mc.check_derivation(window(), f"{p} = {q}", names={"δ": "∇_z s"})[0] for p, q in zip(left, right, strict=True)
    ]
    assert len({line.understood for line in read}) == 1, [line.understood for line in read]
    assert len({(line.kind, line.mistake) for line in read}) == 1
    assert read[0].kind != "unreadable", (right, read[0].message)


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "ds/dW",
            "∂s/∂W",
            r"\frac{\partial s}{\partial W}",
            r"\frac{ds}{dW}",
            r"\dfrac{\mathrm{d}s}{\mathrm{d}W}",
            "d s/d W",
        ],
        ["∇_W s", "grad_W s", r"\nabla_W s", r"\nabla_{W} s", "∇_W", r"\nabla_{\mathbf{W}}\, s"],
        ["u^T", "uᵀ", "u.T", r"u^\top", r"u^{\top}", "u^{T}", "u⊤", r"\mathbf{u}^{\mathsf{T}}", "u'"],
        ["u^T diag(f'(z))", "uᵀ diag(f′(z))", r"u^\top \operatorname{diag}(f'(z))", "u.T @ np.diag(f'(z))"],
        ["u ∘ f'(z)", "u ⊙ f'(z)", "u * f'(z)", r"u \circ f'(z)", r"u \odot f^{\prime}(z)", "np.multiply(u, f'(z))"],
        ["u x^T", "u xᵀ", "np.outer(u, x)", "u @ x.T", r"u\,x^{\top}"],
        ["1/2 h", "½ h", "0.5 h", r"\frac{1}{2} h", "h/2", r"\tfrac12 h".replace("12", "{1}{2}")],
        ["h^2", "h²", "h**2", "h ∘ h", "np.square(h)"],
        ["‖x‖", r"\lVert x \rVert", r"\|x\|", "norm(x)", "np.linalg.norm(x)"],
        ["Σ_i u_i h_i", "∑_i u_i h_i", r"\sum_i u_i h_i", r"\sum_{i=1}^{n} u_i h_i", "sum_i u_i h_i", "∑ᵢ uᵢhᵢ"],
        ["W_ij x_j", "W_{ij} x_j", "W_{i,j} x_{j}", "Wᵢⱼ xⱼ"],
    ],
)
def test_spellings(spellings):
    problem = mc.check_derivation(window(), "").problem
    read = []
    for side in spellings:
        lines = mc.check_derivation(window(), f"q := {side}")
        assert lines[0].kind == "follows", (side, lines[0].message)
        read.append(lines[0].understood)
    assert len(set(read)) == 1, read
    assert problem.output.name == "s"


@pytest.mark.parametrize("name", ["W2", "W_2", "W₂", "W^{(2)}", "W_{2}", "W^{[2]}", "W^(2)"])
def test_layers(name):
    (line,) = mc.check_derivation(two_layers(), f"∂z2/∂h1 = {name}")
    assert line.kind == "rule", line.message


def test_the_longest_name_wins_and_u_of_z_is_a_product():
    a, ab, b = mc.symbols("a:n ab:n b:n")
    out = mc.let("s", a.T @ ab + b.T @ b)
    assert mc.check_derivation(out, "g := ab")[0].understood == "g := ab"
    assert mc.check_derivation(window(), "g := u^T(h)")[0].understood == "g := uᵀh"


def test_ones_and_identities_take_the_size_that_fits():
    lines = mc.check_derivation(batch(), "∇_b J = Delta^T 1\nZ = X W^T + 1 b^T\ng := 1^T Z", names={"Δ": "∇_Z J"})
    assert [line.kind for line in lines] == ["rule", "follows", "follows"]
    assert "n×n" in mc.check_derivation(window(), "∂z/∂b = I")[0].latex.replace(r"\times ", "×")


def test_an_unreadable_line_says_where_and_what_is_known():
    (line,) = mc.check_derivation(window(), "∇_b s = u ∘ g'(z)")
    assert line.kind == "unreadable" and "g" in line.message and "W, b, h, s, u, x, z" in line.message


def test_hundreds_of_random_lines_neither_crash_nor_hang():
    rng = np.random.default_rng(3)
    signs = [*"WxbuhszδfdT∂∇Σ∑∘⊙⊗+-*/@^_'=()[]{}‖|,;:.0123456789 \\$&#ᵀ½₁²ijk"]
    signs += ["∂s/∂", "diag(", "f'(", r"\frac{", "^T", "np.", "[i=j]", " = ", "_{ij}", "W", "x", "u"]
    out = window()
    slowest = 0.0
    for _ in range(250):
        text = "".join(rng.choice(signs, size=rng.integers(1, 40)))
        start = time.perf_counter()
        for line in mc.check_derivation(out, text, {"δ": "∇_z s"}):
            assert line.kind in ("follows", "rule", "jump", "false", "shape", "unreadable")
            assert isinstance(line.message, str) and isinstance(line.latex, str)
        slowest = max(slowest, time.perf_counter() - start)
    assert slowest < 20


@pytest.mark.parametrize(
    "text", ["∇_b s = " + "(" * 500, "∇_b s = " + "u∘" * 900 + "u", "x = " + "1+" * 700 + "x", "=" * 300, "∂" * 90]
)
def test_long_lines(text):
    (line, *_) = mc.check_derivation(window(), text)
    assert line.kind == "unreadable"
