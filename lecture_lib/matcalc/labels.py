"""How names are written in text, in LaTeX and in code: z1 is z₁, z_{1} and z1; ∂s/∂h is a name too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

GREEK = [
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi"),
    *("rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
]
LETTERS = dict(zip(GREEK, "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
LETTERS["lam"] = "λ"
COMMANDS = {letter: name for name, letter in LETTERS.items() if name != "lam"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Label:
    """A written name."""

    text: str
    latex: str
    code: str
    kind: str = "value"
    source: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return self.text


@cache
def label(name: str | Label) -> Label:
    """How a name is written."""
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
    latex = f"\\frac{{\\partial {y.latex}}}{{\\partial {x.latex}}}"
    return _through(Label(f"∂{y.text}/∂{x.text}", latex, f"d{y.code}_d{x.code}", "jacobian"), via)


def gradient_label(of: str | Label, by: str | Label, via: str | Label | None = None) -> Label:
    """∇_W s; with a path, the part of it that comes through one quantity."""
    y, x = label(of), label(by)
    latex = f"\\nabla_{{{x.latex}}}\\, {y.latex}"
    return _through(Label(f"∇_{x.text} {y.text}", latex, f"grad_{x.code}", "gradient"), via)


def _through(whole: Label, via: str | Label | None) -> Label:
    """The part of a derivative that comes through one quantity."""
    if via is None:
        return whole
    place = label(via)
    latex = f"\\left.{whole.latex}\\right\\rvert_{{\\text{{via }}{place.latex}}}"
    return replace(whole, text=f"{whole.text}|{place.text}", latex=latex, code=f"{whole.code}_via_{place.code}")


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


def entries_of(v: Any) -> Label:
    """A column by its name, a matrix as vec of its name: what stands below or above ∂ in a Jacobian."""
    name = label(v.data)
    if v.is_column:
        return name
    return replace(name, text=f"vec {name.text}", latex=f"\\operatorname{{vec}} {name.latex}")
