"""The registry of displayed derivatives: id → LaTeX → the numbers that prove it.

A notebook shows a derivative, a gradient or an error signal like this, the id in a comment on a line of its own before
the dollar signs (readers never see it)::

    <!-- eq: grad-W -->
    $$\\nabla_W J = \\delta x^\\top$$

`find_faults` lists displays without an id, ids without an entry here, entries whose LaTeX differs from the notebook's,
and ids that come twice in one notebook. The LaTeX itself is what is computed, so text and proof cannot drift apart:
its sides are evaluated on random numbers with unequal sizes and a random gradient from above, and every derivative in
it is found by wiggling. A symbol that no setting here knows gets a setting of its own: a function that draws its
numbers.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lecture_lib.course.claims import Array, Setting, Values, errors_of

DISPLAY = re.compile(r"(?:<!--\s*eq:\s*(?P<id>[^\s>]*)\s*-->\s*)?\$\$(?P<latex>.+?)\$\$", re.DOTALL)
DERIVATIVE = re.compile(
    r"\\partial|\\nabla|\\delta|\\Delta|'|\\[dt]?frac\{(?:\\mathrm\{d\}|d)[^{}]*\}\s*\{(?:\\mathrm\{d\}|d)"
)
# JupyterLab would show these too, and nothing would look at them.
OTHER_DISPLAY = re.compile(r"(?<!\\)\\\[|\\begin\{(?:equation|align|gather|multline)\*?\}")
TRIALS = 3


@dataclass(frozen=True)
class Equation:
    """A displayed derivative.

    Attributes:
        id: its name in the notebooks.
        latex: the text between the dollar signs; white space does not matter.
        setting: draws the numbers for its symbols.
    """

    id: str
    latex: str
    setting: Callable[[np.random.Generator], Setting]

    def error(self, trials: int = TRIALS) -> float:
        """The largest difference between two sides, in units of what is allowed.

        Args:
            trials: how many times numbers and sizes are drawn.

        Returns:
            At most 1 when the equation holds.

        Raises:
            ClaimError: it cannot be read, or its shapes do not fit.
        """
        rng = np.random.default_rng(0)
        return max(error for _ in range(trials) for error in errors_of(self.latex, self.setting(rng)))


def _sigma(s: Any) -> Any:
    return 1 / (1 + np.exp(-s))


def _bend(z: Any) -> Any:
    """A nonlinearity that is none of the usual ones: what holds for it holds for any."""
    return np.sin(z) + z**2 / 3


def _any_loss(s: Any) -> Any:
    return np.cos(s) + s**2


def _sizes(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(3, 5)), int(rng.integers(5, 8))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "\\sigma": _sigma,
    "\\tanh": np.tanh,
    "\\exp": np.exp,
    "\\log": np.log,
    "\\operatorname{diag}": np.diagflat,
    "\\operatorname{softmax}": lambda s: np.exp(s) / np.exp(s).sum(),
}


def window(rng: np.random.Generator, f: Callable[[Any], Any] = _bend, loss: str = "any") -> Setting:
    """The window network, from x to the score s, p and the loss J.

    Args:
        rng: draws sizes and numbers.
        f: the nonlinearity.
        loss: "any" for an arbitrary function of the score, "logistic" or "squared".

    Returns:
        x, W, b, u, z, h, s, p, y, J; e = ∂J/∂s and δ = ∇_z J; i = 2 and j = 3.
    """
    n, m = _sizes(rng)
    y = np.array([[float(rng.integers(0, 2))]])
    losses: dict[str, Callable[[Values], Array]] = {
        "any": lambda v: _any_loss(v["s"]),
        "logistic": lambda v: -v["y"] * np.log(v["p"]) - (1 - v["y"]) * np.log(1 - v["p"]),
        "squared": lambda v: (v["p"] - v["y"]) ** 2,
    }
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W": rng.normal(0, 0.5, (n, m)),
            "b": rng.normal(size=(n, 1)),
            "u": rng.normal(size=(n, 1)),
            "y": y,
            "I": np.eye(n),
        },
        {
            "z": lambda v: v["W"] @ v["x"] + v["b"],
            "h": lambda v: f(v["z"]),
            "s": lambda v: v["u"].T @ v["h"],
            "p": lambda v: _sigma(v["s"]),
            "J": losses[loss],
        },
        FUNCTIONS | {"f": f},
        {"\\delta": "\\nabla_z J", "e": "\\frac{\\partial J}{\\partial s}"},
        {"i": 2, "j": 3},
        {"i": n, "j": m},
    )


def bare_score(rng: np.random.Generator) -> Setting:
    """The window network up to its score: δ is ∇_z s."""
    setting = window(rng)
    return Setting(
        setting.leaves,
        setting.program,
        setting.functions,
        {"\\delta": "\\nabla_z s"},
        setting.indices,
        setting.ranges,
    )


def tanh_window(rng: np.random.Generator) -> Setting:
    """The window network with tanh."""
    return window(rng, np.tanh)


def logistic_loss(rng: np.random.Generator) -> Setting:
    """The window network with the logistic loss."""
    return window(rng, loss="logistic")


def squared_loss(rng: np.random.Generator) -> Setting:
    """The window network with the squared distance to the answer."""
    return window(rng, loss="squared")


def softmax_top(rng: np.random.Generator) -> Setting:
    """Scores s, probabilities p, the right class k as the one-hot column y, and the loss J."""
    n = int(rng.integers(4, 7))
    k = int(rng.integers(1, n + 1))
    other = k % n + 1
    return Setting(
        {"s": rng.normal(size=(n, 1)), "y": np.eye(n)[:, [k - 1]]},
        {
            "p": lambda v: np.exp(v["s"]) / np.exp(v["s"]).sum(),
            "J": lambda v: -np.log(v["p"][k - 1, 0]),
        },
        FUNCTIONS,
        {},
        {"c": k, "k": other},
        {"j": n, "k": n},
    )


def batch(rng: np.random.Generator) -> Setting:
    """A batch X of N examples through one layer, with an arbitrary loss above it; Δ = ∇_Z J."""
    n, m = _sizes(rng)
    N = int(rng.integers(8, 11))
    C = rng.normal(size=(N, n))
    return Setting(
        {
            "X": rng.normal(size=(N, m)),
            "W": rng.normal(size=(n, m)),
            "b": rng.normal(size=(n, 1)),
            "\\mathbf{1}": np.ones((N, 1)),
        },
        {
            "Z": lambda v: v["X"] @ v["W"].T + v["\\mathbf{1}"] @ v["b"].T,
            "J": lambda v: np.sum(C * _bend(v["Z"])),
        },
        FUNCTIONS,
        {"\\Delta": "\\nabla_Z J"},
    )


def one_number(rng: np.random.Generator) -> Setting:
    """A function f of one number x, and a small step ε."""
    a, c = rng.uniform(0.5, 2.0, 2)
    return Setting(
        {"x": rng.uniform(0.5, 2.0, (1, 1)), "\\varepsilon": np.full((1, 1), 1e-4)},
        functions=FUNCTIONS | {"f": lambda x: a * x**3 + c * x**2},
    )


def two_inputs(rng: np.random.Generator) -> Setting:
    """The f of notebook 02, x₁² + 3x₁x₂, at (1, 2), and a small step Δ."""
    return Setting(
        {"x": np.array([[1.0], [2.0]]), "\\Delta": 1e-4 * rng.uniform(0.5, 1.0, (2, 1))},
        functions={"f": lambda x: x[0, 0] ** 2 + 3 * x[0, 0] * x[1, 0]},
    )


def two_steps(rng: np.random.Generator) -> Setting:
    """A chain of two steps on one number: y = x² and z = 3y."""
    return Setting(
        {"x": rng.uniform(0.5, 2.0, (1, 1))},
        {"y": lambda v: v["x"] ** 2, "z": lambda v: 3 * v["y"]},
    )


def fan_out(rng: np.random.Generator) -> Setting:
    """The graph of notebook 08: a = x + y, b = max(y, z), f = ab, away from the kink."""
    x, y, z = rng.uniform(0.5, 1.0, 3)
    return Setting(
        {"x": np.array([[x]]), "y": np.array([[y + 1]]), "z": np.array([[z]])},
        {
            "a": lambda v: v["x"] + v["y"],
            "b": lambda v: np.maximum(v["y"], v["z"]),
            "f": lambda v: v["a"] * v["b"],
        },
    )


REGISTRY: tuple[Equation, ...] = (
    Equation("slope-one-sided", r"f'(x) \approx \frac{f(x + \varepsilon) - f(x)}{\varepsilon}", one_number),
    Equation(
        "slope-two-sided", r"f'(x) \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2\varepsilon}", one_number
    ),
    Equation(
        "gradient-of-two",
        r"\nabla f(x) = \begin{pmatrix} \partial f/\partial x_1 \\ \partial f/\partial x_2 \end{pmatrix}"
        r" = \begin{pmatrix} 8 \\ 3 \end{pmatrix}",
        two_inputs,
    ),
    Equation("foretell", r"f(x + \Delta) - f(x) \approx \nabla f(x)^\top \Delta", two_inputs),
    Equation("jacobian-x", r"\frac{\partial z}{\partial x} = W", bare_score),
    Equation("jacobian-b", r"\frac{\partial z}{\partial b} = I", bare_score),
    Equation("jacobian-u", r"\frac{\partial s}{\partial u} = h^\top", bare_score),
    Equation("jacobian-h", r"\frac{\partial s}{\partial h} = u^\top", bare_score),
    Equation("jacobian-f", r"\frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))", bare_score),
    Equation("entry-x", r"\frac{\partial z_i}{\partial x_j} = W_{ij}", bare_score),
    Equation(
        "slope-tanh", r"\tanh'(z) = \mathbf{1} - \tanh(z) \circ \tanh(z)", lambda rng: _with_ones(tanh_window(rng))
    ),
    Equation("slope-sigma", r"\sigma'(s) = \sigma(s)(1 - \sigma(s))", bare_score),
    Equation(
        "chain-scalar",
        r"\frac{\partial z}{\partial x} = \frac{\partial z}{\partial y} \cdot \frac{\partial y}{\partial x}"
        r" = 3 \cdot 2x = 6x",
        two_steps,
    ),
    Equation(
        "chain-x",
        r"\frac{\partial s}{\partial x} = \frac{\partial s}{\partial h}\frac{\partial h}{\partial z}"
        r"\frac{\partial z}{\partial x} = u^\top \operatorname{diag}(f'(z))\, W",
        bare_score,
    ),
    Equation(
        "chain-b",
        r"\frac{\partial s}{\partial b} = \frac{\partial s}{\partial h}\frac{\partial h}{\partial z}"
        r"\frac{\partial z}{\partial b} = u^\top \operatorname{diag}(f'(z))\, I = (u \circ f'(z))^\top",
        bare_score,
    ),
    Equation("delta-score", r"\delta := \nabla_z s = u \circ f'(z)", bare_score),
    Equation("delta-row", r"\delta^\top = \frac{\partial s}{\partial z} = u^\top \circ f'(z)^\top", bare_score),
    Equation("delta", r"\delta := \nabla_z J = e \cdot (u \circ f'(z))", window),
    Equation("grad-b", r"\nabla_b J = \delta", window),
    Equation("grad-x", r"\nabla_x J = W^\top \delta", window),
    Equation("grad-u", r"\nabla_u J = e \cdot h", window),
    Equation("grad-W", r"\nabla_W J = \delta x^\top", window),
    Equation("grad-b-score", r"\nabla_b s = u \circ f'(z) = \delta", bare_score),
    Equation("grad-x-score", r"\nabla_x s = W^\top \delta", bare_score),
    Equation("grad-W-score", r"\nabla_W s = \delta x^\top", bare_score),
    Equation("weight-23", r"\frac{\partial z_2}{\partial W_{23}} = x_3", bare_score),
    Equation("weight-23-other", r"\frac{\partial z_1}{\partial W_{23}} = 0", bare_score),
    Equation(
        "weight-entry",
        r"\frac{\partial s}{\partial W_{ij}} = \frac{\partial s}{\partial z_i}\frac{\partial z_i}{\partial W_{ij}}"
        r" = \delta_i x_j",
        bare_score,
    ),
    Equation(
        "unit-sum",
        r"\frac{\partial z_i}{\partial W_{ij}} = x_j, \qquad z_i = \sum_{j=1}^{m} W_{ij} x_j + b_i",
        bare_score,
    ),
    Equation("jacobian-vec-W", r"\frac{\partial z}{\partial \operatorname{vec} W} = I \otimes x^\top", bare_score),
    Equation("upstream-logistic", r"\frac{\partial J}{\partial s} = p - y", logistic_loss),
    Equation("upstream-squared", r"\frac{\partial J}{\partial s} = 2(p - y)\,p(1 - p)", squared_loss),
    Equation("delta-logistic", r"\delta = (p - y) \cdot (u \circ f'(z))", logistic_loss),
    Equation("softmax-right", r"\frac{\partial J}{\partial s_c} = p_c - 1", softmax_top),
    Equation("softmax-other", r"\frac{\partial J}{\partial s_k} = p_k", softmax_top),
    Equation("softmax-top", r"\nabla_s J = p - y", softmax_top),
    Equation(
        "fan-out",
        r"\frac{\partial f}{\partial y} = \frac{\partial f}{\partial a}\frac{\partial a}{\partial y}"
        r" + \frac{\partial f}{\partial b}\frac{\partial b}{\partial y} = b + a",
        fan_out,
    ),
    Equation("batch-W", r"\nabla_W J = \Delta^\top X", batch),
    Equation("batch-b", r"\nabla_b J = \Delta^\top \mathbf{1}", batch),
    Equation("batch-X", r"\nabla_X J = \Delta W", batch),
)


def _with_ones(setting: Setting) -> Setting:
    ones = np.ones_like(setting.leaves["b"])
    return Setting(setting.leaves | {"\\mathbf{1}": ones}, setting.program, setting.functions)


def prose(notebook: Path) -> Iterator[tuple[str, str]]:
    """The id of every Markdown cell and its text without code fences."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield cell["id"], re.sub(r"```.*?```", "", "".join(cell["source"]), flags=re.DOTALL)


def displays(notebook: Path) -> Iterator[tuple[str, str | None, str]]:
    """The displayed equations of a notebook.

    Args:
        notebook: the file.

    Returns:
        For each display the cell's id, the equation's id or None, and the LaTeX.
    """
    for cell, text in prose(notebook):
        for found in DISPLAY.finditer(text):
            yield cell, found["id"], found["latex"]


def find_faults(notebook: Path, registry: tuple[Equation, ...] = REGISTRY) -> list[str]:
    """What keeps the displayed derivatives of a notebook from being proved.

    Args:
        notebook: the file.
        registry: the known equations.

    Returns:
        One line a fault: the cell, and what to do.
    """
    known = {equation.id: equation for equation in registry}
    by_latex = {squeezed(equation.latex): equation.id for equation in registry}
    faults = [
        f"{cell}: write displayed mathematics between $$ and $$, not as {found.group()}"
        for cell, text in prose(notebook)
        if (found := OTHER_DISPLAY.search(DISPLAY.sub("", text)))
    ]
    seen = set()
    for cell, name, latex in displays(notebook):
        if name is None:
            if DERIVATIVE.search(latex):
                fits = by_latex.get(squeezed(latex))
                advice = (
                    f"<!-- eq: {fits} -->" if fits else "<!-- eq: … --> and an entry in lecture_lib/course/equations.py"
                )
                faults.append(f"{cell}: {squeezed(latex)} has no id: put {advice} before it")
        elif name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.0)
            faults.append(f"{cell}: there is no equation {name!r}; did you mean {near[0] if near else None!r}?")
        elif squeezed(latex) != squeezed(known[name].latex):
            faults.append(
                f"{cell}: {name} reads {squeezed(latex)} here and {squeezed(known[name].latex)} in the registry"
            )
        elif name in seen:
            faults.append(f"{cell}: {name} is displayed twice")
        seen.add(name)
    return faults


def squeezed(latex: str) -> str:
    """LaTeX with white space only where a command ends in it.

    Example:
        >>> squeezed(r"W ^\\top  \\delta x")
        'W^\\\\top\\\\delta x'
    """
    text = re.sub(r"\s+", " ", latex).strip()
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", text)
