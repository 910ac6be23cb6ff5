"""Words and signs of a typed line: plain text, Unicode, LaTeX and NumPy spellings come out alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lecture_lib.matcalc.labels import LETTERS

# A line longer than this is no line of a derivation.
LONGEST = 2000


class Unreadable(ValueError):
    """A line that cannot be read: why, and where."""

    def __init__(self, why: str, near: str = "") -> None:
        super().__init__(f"{why}, at “{near}”" if near else why)


@dataclass(frozen=True)
class Token:
    """A word or a sign, and where it stands in the cleaned line."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass
class Vocabulary:
    """What a line may speak of: names of quantities, sizes, and functions by every spelling."""

    names: set[str]
    sizes: set[str]
    functions: Mapping[str, str]
    scalars: set[str]
    defined: set[str] = field(default_factory=set)

    def kind(self, word: str) -> tuple[str, str] | None:
        """What a word is: a name first, then a function, a size, and a change dz of a name."""
        plain = canonical(word)
        if plain in self.names or plain in self.defined:
            return "name", plain
        if word in self.functions or plain in self.functions:
            return "function", self.functions.get(word) or self.functions[plain]
        if word in self.sizes:
            return "size", word
        if word == "I":
            return "eye", word
        rest = canonical(word[1:])
        if word[0] == "d" and (rest in self.names or rest in self.defined):
            return "change", rest
        return None


def canonical(word: str) -> str:
    """One form of a name for all its spellings: b₂, b_2 and b2; delta and δ."""
    plain = unicodedata.normalize("NFKC", word)
    match = re.fullmatch(r"([^\W\d_]+)_?(\d*)", plain) or re.fullmatch(r"([^\W\d_]+)(_\w+)", plain)
    return LETTERS.get(match[1], match[1]) + match[2] if match else plain


_WRAPPERS = (
    r"\\(?:mathbf|boldsymbol|bm|mathrm|mathit|mathsf|mathbb|mathcal|text|textbf|textrm|operatorname\*?|vec|bf|rm)"
)
_NOTHING = re.compile(
    r"\\(?:left|right|bigl?|bigr|Bigl?|Bigr|displaystyle|limits|quad|qquad)(?![A-Za-z])|\\[,;!: ]|\$|&|\\\\|~|\\$"
)
# A derivative through one piece alone, as `derive` writes it.
_THROUGH = re.compile(r"\\right\\rvert_\{\\text\{via \}((?:[^{}]|\{[^{}]*\})*)\}")
_STACK = re.compile(r"\\begin\{[bp]matrix\}(.*?)\\end\{[bp]matrix\}")
_COMMANDS = {
    "top": "⊤",
    "intercal": "⊤",
    "prime": "'",
    "circ": "∘",
    "odot": "∘",
    "cdot": "·",
    "times": "·",
    "otimes": "⊗",
    "partial": "∂",
    "nabla": "∇",
    "sum": "∑",
    "lVert": "‖",
    "rVert": "‖",
    "Vert": "‖",
    "coloneqq": ":=",
    "colon": ":",
    "lbrace": "{",
    "rbrace": "}",
    "varepsilon": "ε",
    "varphi": "φ",
    "dfrac": "\\frac ",
    "tfrac": "\\frac ",
    "frac": "\\frac ",
    "sqrt": " sqrt ",
    "ell": "l",
    "ln": " log ",
    "equiv": ":=",
}
_SIGNS = str.maketrans(
    {
        "⊙": "∘",
        "∗": "*",
        "−": "-",
        "–": "-",
        "×": "·",
        "⋅": "·",
        "•": "·",
        "′": "'",
        "’": "'",
        "″": "''",
        "∥": "‖",
        "√": " sqrt ",
        "≔": ":=",
        "≡": ":=",
        "ᵀ": "^⊤",
        "\u00a0": " ",
        "½": "(1/2)",
        "⅓": "(1/3)",
        "⅔": "(2/3)",
        "¼": "(1/4)",
        "¾": "(3/4)",
        "𝟏": "1",
        "𝟙": "1",
        "⟨": "(",
        "⟩": ")",
    }
)
_LOW_LETTERS = dict(zip("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx", strict=True))
_LOW_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_HIGH = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
_RULES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(f"[{''.join(_LOW_LETTERS)}]+"), lambda m: "_{" + "".join(_LOW_LETTERS[c] for c in m[0]) + "}"),
    (re.compile(f"[{''.join(_HIGH)}]+"), lambda m: "^{" + "".join(_HIGH[c] for c in m[0]) + "}"),
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"\b(?:np|numpy|mc|torch|jnp)\.(?:linalg\.)?(?=[A-Za-z])"), ""),
    (re.compile(r"\.T\b|\.transpose\(\)|\.mT\b|\.t\(\)"), "^⊤"),
    (re.compile(r"\.dot\("), "@("),
    (re.compile(r"\b(?:grad|nabla)_"), "∇_"),
    (re.compile(r"_prime\b"), "'"),
    (re.compile(r"\bpartial\b"), "∂"),
    (re.compile(r"\^\s*\{\s*('+)\s*\}|\^\s*('+)"), lambda m: m[1] or m[2]),
    (re.compile(r"\^\s*(?:T\b|T(?=[A-Z(])|⊤|\{\s*[T⊤]\s*\}|\(\s*T\s*\))"), "^⊤"),
    (re.compile(r"(?<!\^)⊤"), "^⊤"),
    # A layer as an upper index: W^{(2)} is W2.
    (re.compile(r"\^\s*\{\s*[(\[]\s*(\d+)\s*[)\]]\s*\}|\^\s*[(\[]\s*(\d+)\s*[)\]]"), lambda m: m[1] or m[2]),
    (re.compile(r"_\s*\{\s*(\d)\s*\}"), lambda m: "_" + m[1]),
    (re.compile(r"_\s*\{\s*([A-Za-z])\s*\}"), lambda m: f"_{m[1]} "),
]


def cleaned(line: str) -> str:
    """A line without its comment, LaTeX commands as signs, all signs in one spelling."""
    text = line.split("#", 1)[0].strip().translate(_LOW_DIGITS)
    tex = "\\" in text
    text = text.replace("\\|", "‖").replace("\\{", "{").replace("\\}", "}")
    text = _STACK.sub(lambda m: f"[{m[1].replace(chr(92) * 2, ';').replace('&', ',')}]", text.replace("\\_", "_"))
    text = re.sub(r"_\{(\[[^\]]*\])\}", r"\1", text)
    text = _THROUGH.sub(r"|\1 ", text.replace("\\left.", ""))
    text = _NOTHING.sub(" ", text)
    for _ in range(3):
        text = re.sub(_WRAPPERS + r"\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(_WRAPPERS + r"\s+", "", text)
    text = re.sub(r"\\([A-Za-z]+)\s?", lambda m: _command(m[1]), text).translate(_SIGNS)
    for pattern, made in _RULES:
        text = pattern.sub(made, text)
    if tex:
        # In LaTeX an index without braces is one sign.
        text = re.sub(r"(?<![A-Za-z]{2})_([A-Za-z])(?=[A-Za-z])", r"_{\1}", text)
    return text


def _command(name: str) -> str:
    if name in _COMMANDS:
        return _COMMANDS[name]
    return LETTERS.get(name) or f" {name} "


_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+")
_WORD = re.compile(r"[^\W\d_]\w*")
_INDEX = re.compile(r"_\s*(?:\{([^{}]*)\}|([A-Za-z]+|\d+))")
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r":=|\\frac|\^⊤|['+\-*@∘·⊗/()\[\]{}=,;|‖^_∂∇∑:]")


def tokens(line: str, words: Vocabulary) -> list[Token]:
    """Cut a cleaned line into tokens; the longest known name wins."""
    if len(line) > LONGEST:
        raise Unreadable(f"a line of {len(line)} characters is too long")
    found: list[Token] = []
    place = 0
    while place < len(line):
        if match := _SPACE.match(line, place):
            place = match.end()
            continue
        token = _next(line, place, words, found)
        found.append(token)
        place = token.end
    return found


def _next(line: str, place: int, words: Vocabulary, before: list[Token]) -> Token:
    last = before[-1] if before else None
    after_nabla = last is not None and last.kind == "sign" and last.value == "∇"
    if line[place] == "_" and not after_nabla and (match := _INDEX.match(line, place)):
        return Token("index", _letters(match[1] if match[1] is not None else match[2]), place, match.end())
    if match := _NUMBER.match(line, place):
        if last is not None and last.kind == "name" and last.end == place:
            raise _unknown(line, last.start, match.end(), words)
        return Token("number", Fraction(match[0]), place, match.end())
    if match := _SIGN.match(line, place):
        return Token("sign", match[0], place, match.end())
    if match := _WORD.match(line, place):
        return _word(line, place, match[0].rstrip("_"), words)
    raise Unreadable("this sign has no meaning here", line[place : place + 12])


def _letters(inside: str) -> tuple[str, ...]:
    parts = [p for p in re.split(r"[,\s]+", inside) if p]
    return tuple(p for part in parts for p in ([part] if part.isdigit() and len(parts) > 1 else list(part)))


def _word(line: str, place: int, run: str, words: Vocabulary) -> Token:
    if (match := re.match("(?:Σ|sum)(?=_)", line[place:])) and (words.kind(run[:1]) is None or run[0] == "s"):
        return Token("sign", "∑", place, place + match.end())
    for length in range(len(run), 0, -1):
        known = words.kind(run[:length]) if run[length - 1] != "_" else None
        # z1 is not z times 1, and diagonal is not diag onal.
        if known and not run[length : length + 1].isdigit() and (known[0] != "function" or not run[length:].isalpha()):
            return Token(known[0], known[1], place, place + length)
    if run[0] == "d" and (len(run) == 1 or words.kind(run[1:])):
        return Token("sign", "∂", place, place + 1)
    first = not line[:place].strip() and re.match(r"\s*:?=", line[place + len(run) :])
    end = place + (len(run) if first else len(re.split("_(?=[a-z]{1,2}$)", run)[0]))
    return Token("unknown", canonical(line[place:end]), place, end)


def _unknown(line: str, start: int, end: int, words: Vocabulary) -> Unreadable:
    return Unreadable(f"{line[start:end]} is no name here; known are {listed(words.names | words.defined)}")


def listed(names: Iterable[str]) -> str:
    """Names in order, for a message."""
    return ", ".join(sorted(names))
