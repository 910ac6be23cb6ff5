"""Names of a program as mathematics: ``W``, ``h1`` → h₁, ``delta`` → δ, ``x_hat`` → x̂."""

from __future__ import annotations

import re
from functools import lru_cache

from lecture_lib.show.canvas.glyphs import in_mathematics

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "lambda": "λ", "lambda_": "λ",
}  # fmt: skip
COMMANDS = {sign: name.rstrip("_") for name, sign in GREEK.items()}
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "dot": r"\dot"}
LONGEST = 16
SUPERSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def shortened(name: str, longest: int = LONGEST) -> str:
    """A name with its middle left out if it is long."""
    if len(name) <= longest:
        return name
    head = longest // 2
    return f"{name[:head]}…{name[len(name) - (longest - 1 - head) :]}"


@lru_cache(maxsize=4096)
def formula(name: str) -> str:
    """A name as mathtext, without the dollar signs.

    Example:
        >>> formula("W"), formula("h1"), formula("delta_2"), formula("x_hat"), formula("params['W'][0]")
        ('W', 'h_{1}', '\\\\delta_{2}', '\\\\hat{x}', 'W_{0}')
    """
    name = name.translate(SUPERSCRIPTS)
    root, *path = [part for part in re.split(r"[\[\]'\"]+", name) if part]
    if path:
        keys = [part for part in path if not part.isdigit()]
        numbers = [part for part in path if part.isdigit()]
        inner = formula(keys[-1]) if keys else formula(root)
        return f"{inner}_{{{','.join(numbers)}}}" if numbers and "_" not in inner else inner + "".join(numbers)
    base, _, index = root.partition("_")
    if index in ACCENTS and _is_letter(base):
        return f"{ACCENTS[index]}{{{_letter(base)}}}"
    if not index:
        found = re.fullmatch(r"([^\d]+)(\d+)", base)
        if found:
            base, index = found[1], found[2]
    if _is_letter(base) and len(index) <= 6 and "_" not in index:
        if not index:
            return _letter(base)
        inner = _letter(index) if _is_letter(index) or index.isdigit() else _upright(index)
        return f"{_letter(base)}_{{{inner}}}"
    return _upright(shortened(name))


def _is_letter(text: str) -> bool:
    return text in GREEK or text in COMMANDS or (len(text) == 1 and text.isascii() and text.isalpha())


def _letter(text: str) -> str:
    sign = GREEK.get(text, text)
    return f"\\{COMMANDS[sign]}" if sign in COMMANDS else sign


def _upright(text: str) -> str:
    """Any text in roman letters; a character that the font lacks becomes a box."""
    safe = "".join(c if in_mathematics(c) else "□" for c in text)
    return r"\mathrm{" + re.sub(r"([_#%&{}$^\\])", _escaped, safe) + "}"


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return {"^": "ˆ", "\\": "/"}.get(character, "\\" + character)
