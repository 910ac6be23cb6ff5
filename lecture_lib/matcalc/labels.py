"""How names are written in text, in LaTeX and in code: z1 is z₁, z_{1} and z1; ∂s/∂h is a name too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Phi",
    "Psi",
    "Omega",
]
LETTERS = dict(zip(GREEK, "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
LETTERS["lam"] = "λ"
COMMANDS = {letter: name for name, letter in LETTERS.items() if name != "lam"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Label:
    """A written name.

    Args:
        text: in a terminal.
        latex: in a notebook.
        code: as a Python name.
        kind: what it names: a "value", a "jacobian", a "gradient", a "signal" (δ) or a "change" (dz).
        source: for an error signal, the function whose gradient it is.
    """

    text: str
    latex: str
    code: str
    kind: str = "value"
    source: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return self.text


def label(name: str | Label) -> Label:
    """How a name is written.

    >>> label("z12").text, label("s_c").latex, label("lam").text, label("delta_1").latex
    ('z₁₂', 's_{c}', 'λ', '\\\\delta_{1}')
    """
    if isinstance(name, Label):
        return name
    match = re.fullmatch(r"(.*?[^\W\d_])_?(\d+)", name) or re.fullmatch(r"([^\W_]+)_(\w+)", name)
    stem, below = (match[1], match[2]) if match else (name, "")
    letter = LETTERS.get(stem, stem)
    below_text = below.translate(SUBSCRIPTS) if below.isdigit() else f"_{below}" if below else ""
    command = f"\\{COMMANDS[letter]}" if letter in COMMANDS else letter
    if len(letter) > 1:
        command = f"\\mathit{{{letter}}}".replace("_", "\\_")
    below_latex = below if len(below) < 2 or below.isdigit() else f"\\mathrm{{{below}}}".replace("_", "\\_")
    return Label(letter + below_text, command + (f"_{{{below_latex}}}" if below else ""), name)


def jacobian_label(of: str | Label, by: str | Label, via: str | Label | None = None) -> Label:
    """∂s/∂h; with a path, the part of it that comes through one quantity."""
    y, x = label(of), label(by)
    text, latex = f"∂{y.text}/∂{x.text}", f"\\frac{{\\partial {y.latex}}}{{\\partial {x.latex}}}"
    code = f"d{y.code}_d{x.code}"
    if via is not None:
        through = label(via)
        text += f"|{through.text}"
        latex = f"\\left.{latex}\\right\\rvert_{{\\text{{via }}{through.latex}}}"
        code += f"_via_{through.code}"
    return Label(text, latex, code, "jacobian")


def gradient_label(of: str | Label, by: str | Label, via: str | Label | None = None) -> Label:
    """∇_W s; with a path, the part of it that comes through one quantity."""
    y, x = label(of), label(by)
    text, latex, code = f"∇_{x.text} {y.text}", f"\\nabla_{{{x.latex}}}\\, {y.latex}", f"grad_{x.code}"
    if via is not None:
        through = label(via)
        text += f"|{through.text}"
        latex = f"\\left.{latex}\\right\\rvert_{{\\text{{via }}{through.latex}}}"
        code += f"_via_{through.code}"
    return Label(text, latex, code, "gradient")


def change_label(of: str | Label) -> Label:
    """dz, a small change of z."""
    z = label(of)
    return Label(f"d{z.text}", f"\\mathrm{{d}}{z.latex}", f"d{z.code}", "change")


def signal_label(letter: str, below: str) -> Label:
    """δ, or δ₁, or δ with the name of its place below."""
    name = label(f"{letter}_{below}" if below else letter)
    if below and not below.isdigit():
        place = label(below)
        name = Label(f"{label(letter).text}_{place.text}", f"{label(letter).latex}_{{{place.latex}}}", "")
    return Label(name.text, name.latex, f"{letter}_{below}" if below else letter, "signal")
