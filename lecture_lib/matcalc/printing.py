"""Expressions on paper: the same structure in plain text and in LaTeX, with the shape under every factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lecture_lib.matcalc.expressions import Expr, factors, summands
from lecture_lib.matcalc.labels import Label, label
from lecture_lib.matcalc.sizes import ONE, ZERO, Shape, in_product, show_shape

SUM, SIGN, DOT, PRODUCT, POWER, ATOM = range(6)


@dataclass(frozen=True)
class Segment:
    """A piece of a line.

    Attributes:
        written: its text or LaTeX.
        shape: what is written under it; None for a sign between factors.
    """

    written: str
    shape: Shape | None = None


@dataclass(frozen=True)
class Style:
    """The signs of one way of writing.

    Args:
        latex: is it LaTeX?
        hadamard: the sign ∘.
        minus: the sign −.
        times: what separates factors that would run together.
        transpose: ``transpose(base)``, the base with its ᵀ.
        power: ``power(base, top)``.
        wrap: puts parentheses around something.
        functions: how functions are written whose name is not written as it is.
    """

    latex: bool
    hadamard: str
    minus: str
    times: str
    transpose: Callable[[str], str]
    power: Callable[[str, str], str]
    wrap: Callable[[str], str]
    functions: dict[str, str]

    def name(self, data: str | Label) -> str:
        """A name as this style writes it.

        Args:
            data: the name, or its label.

        Returns:
            Text or LaTeX.
        """
        written = label(data)
        return written.latex if self.latex else written.text

    def call(self, function: str, inside: str) -> str:
        """A function applied to something.

        Args:
            function: its name.
            inside: its argument, as it is written.

        Returns:
            Text or LaTeX.
        """
        return self.functions.get(function, function) + self.wrap(inside)


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _text_power(base: str, top: str) -> str:
    plain = top.replace("−", "-")
    return base + plain.translate(SUPERSCRIPTS) if plain.lstrip("-").isdigit() else f"{base}^{top}"


TEXT = Style(
    latex=False,
    hadamard="∘",
    minus="−",
    times="·",
    transpose=lambda base: f"{base}ᵀ",
    power=_text_power,
    wrap=lambda inside: f"({inside})",
    functions={
        "sigmoid": "σ",
        "trace": "tr",
        "log_softmax": "log softmax",
        "diagpart": "diag⁻¹",
        "sqrt": "√",
    },
)
LATEX = Style(
    latex=True,
    hadamard="\\circ",
    minus="-",
    times="\\;",
    transpose=lambda base: f"{base}^{{\\top}}",
    power=lambda base, top: f"{base}^{{{top}}}",
    wrap=lambda inside: f"({inside})",
    functions={
        "sigmoid": "\\sigma",
        "trace": "\\operatorname{tr}",
        "log_softmax": "\\log\\operatorname{softmax}",
        "diagpart": "\\operatorname{diag}^{-1}",
        **{n: f"\\{n}" for n in ("tanh", "exp", "log", "sin", "cos", "max")},
        **{n: f"\\operatorname{{{n}}}" for n in ("softmax", "relu", "softplus", "diag", "vec", "step", "sign")},
        "logsumexp": "\\operatorname{logsumexp}",
        "sqrt": "\\operatorname{sqrt}",
    },
)


def text(e: Expr) -> str:
    """An expression in plain text.

    Args:
        e: the expression.

    Returns:
        One line of text.

    >>> from lecture_lib import matcalc as mc
    >>> u, z1 = mc.symbols("u:n z1:n")
    >>> text(u.T @ mc.diag(mc.f.prime(z1)))
    'uᵀdiag(f′(z₁))'
    """
    return "".join(s.written for s in segments(e, TEXT))


def latex(e: Expr, shapes: bool = False) -> str:
    """An expression in LaTeX.

    Args:
        e: the expression.
        shapes: write the shape under every factor.

    Returns:
        LaTeX, without dollar signs.

    >>> from lecture_lib import matcalc as mc
    >>> W, x = mc.symbols("W:n×m x:m")
    >>> latex(W @ x)
    'W\\\\;x'
    """
    return "".join(under(s, shapes) for s in segments(e, LATEX))


def under(s: Segment, shapes: bool) -> str:
    """A segment with its shape below it.

    Args:
        s: the segment.
        shapes: whether to write the shape; that of a single number is never written.

    Returns:
        LaTeX.
    """
    if not shapes or s.shape is None or show_shape(s.shape) == "1":
        return s.written
    rows, columns = (in_product(size) for size in s.shape)
    return f"\\underset{{{rows}\\times {columns}}}{{{s.written}}}"


def segments(e: Expr, style: Style, context: int = SUM) -> list[Segment]:
    """An expression cut into factors and the signs between them.

    Args:
        e: the expression.
        style: how to write.
        context: how tightly the surroundings bind; looser expressions get parentheses.

    Returns:
        The pieces in order; each factor carries its shape.
    """
    parts, level = _parts(e, style)
    if level < context:
        return [Segment("("), *parts, Segment(")")]
    return parts


def _parts(e: Expr, style: Style) -> tuple[list[Segment], int]:
    match e.op:
        case "add":
            return _sum(e, style), SUM
        case "neg":
            return [Segment(style.minus), *segments(e.args[0], style, DOT)], SIGN
        case "mul":
            a, b = e.args
            joined = Segment(f" {style.hadamard} " if style.latex else style.hadamard)
            left, right = (segments(x, style, ATOM if x.op == "div" else DOT) for x in (a, b))
            return [*left, joined, *right], DOT
        case "matmul":
            return _product(factors(e), style), PRODUCT
        case "scale":
            c, a = e.args
            if c.op == "matmul":
                return [Segment("("), *segments(c, style), Segment(")"), *segments(a, style, POWER)], PRODUCT
            return _product([c, a], style), PRODUCT
    written, level = _whole(e, style)
    return [Segment(written, e.shape if e.op != "number" or e.data == 1 else None)], level


def _sum(e: Expr, style: Style) -> list[Segment]:
    terms = summands(e)
    out = segments(terms[0], style, SIGN)
    for term in terms[1:]:
        sign, inside = (style.minus, term.args[0]) if term.op == "neg" else ("+", term)
        out += [Segment(f" {sign} "), *segments(inside, style, DOT)]
    return out


def _product(parts: list[Expr], style: Style) -> list[Segment]:
    out: list[Segment] = []
    for k, part in enumerate(parts):
        piece = segments(part, style, PRODUCT if k == 0 or part.op == "matmul" else POWER)
        if out and _runs_together(out[-1].written, piece[0].written, parts[k - 1], part, style):
            digits = style.latex and piece[0].written[:1].isdigit() and part.is_scalar
            close = style.latex and parts[k - 1].op == "number"
            out.append(Segment("\\cdot " if digits else "\\," if close else style.times))
        out += piece
    return out


def _runs_together(left: str, right: str, a: Expr, b: Expr, style: Style) -> bool:
    """Would two factors side by side be read as one?"""
    if style.latex:
        return True
    if a.op in ("scale", "div") or b.op == "scale":
        return (a.op == "scale" and b.op not in ("symbol", "let", "T")) or (a.op == "div" and not right.startswith("("))
    bare = b.args[0] if b.op == "T" else b
    change = bare.op == "let" and getattr(bare.data, "kind", "") in ("change", "jacobian")
    if change:
        return True
    if left.endswith("ᵀ"):
        return False
    if right[:1].isdigit():
        return True
    if a.op in ("symbol", "let") and right.startswith("("):
        return True
    if b.op in ("elem", "softmax", "trace", "logdet", "diag") and left[-1:].isalpha():
        return True
    if not right[:1].isalpha() or (not left[-1:].isalpha() and not left[-1:].isdigit()):
        return False
    long = len(label(a.data).text.rstrip("₀₁₂₃₄₅₆₇₈₉")) > 1 if a.op in ("symbol", "let") else False
    right_long = len(label(b.data).text.rstrip("₀₁₂₃₄₅₆₇₈₉")) > 1 if b.op in ("symbol", "let") else False
    return long or right_long or a.op == "size"


def _join(parts: list[Segment]) -> str:
    return "".join(p.written for p in parts)


def _inner(e: Expr, style: Style, context: int = SUM) -> str:
    return _join(segments(e, style, context))


def _whole(e: Expr, style: Style) -> tuple[str, int]:
    match e.op:
        case "symbol" | "let":
            return style.name(e.data), ATOM
        case "number":
            return _number(e, style), SIGN if e.data < 0 else ATOM
        case "eye":
            return "I", ATOM
        case "size":
            return str(e.data), ATOM if len(str(e.data)) == 1 else PRODUCT
        case "T":
            return style.transpose(_inner(e.args[0], style, ATOM)), POWER
        case "elem":
            return _function(e, style)
        case "div":
            return _fraction(e, style)
        case "power":
            return style.power(_inner(e.args[0], style, ATOM), _inner(e.args[1], style)), POWER
        case "inv":
            return style.power(_inner(e.args[0], style, ATOM), "-1" if style.latex else "−1"), POWER
        case "norm" | "sqnorm":
            return _length(e, style), ATOM
        case "rows":
            return _rows(e, style), ATOM
        case "concat":
            return _stack(e, style), ATOM
        case "logdet":
            inside = _inner(e.args[0], style)
            return (f"\\log\\lvert\\det {inside}\\rvert" if style.latex else f"log|det {inside}|"), PRODUCT
        case "kron":
            sign = " \\otimes " if style.latex else "⊗"
            return sign.join(_inner(a, style, POWER) for a in e.args), DOT
        case "maximum":
            return style.call("max", ", ".join(_inner(a, style) for a in e.args)), ATOM
        case "cross_entropy":
            name = "\\operatorname{cross\\_entropy}" if style.latex else "cross_entropy"
            return style.call(name, ", ".join(_inner(a, style) for a in e.args)), ATOM
    return style.call(e.op, _inner(e.args[0], style)), ATOM


def _number(e: Expr, style: Style) -> str:
    value = e.data
    if style.latex and value == 1 and not e.is_scalar:
        return "\\mathbf{1}"
    if value == 0.5:
        return "\\tfrac{1}{2}" if style.latex else "½"
    written = str(value) if isinstance(value, int) else f"{value:.6g}"
    return written.replace("-", style.minus)


def _function(e: Expr, style: Style) -> tuple[str, int]:
    name, order = e.data
    inside = _inner(e.args[0], style)
    if name == "abs" and order == 0:
        return (f"\\lvert {inside}\\rvert" if style.latex else f"|{inside}|"), ATOM
    if name == "exp" and order == 0:
        return style.power("e", inside if style.latex or len(inside) == 1 else f"({inside})"), ATOM
    written = style.functions.get(name, style.name(name))
    return written + ("'" if style.latex else "′") * order + style.wrap(inside), ATOM


def _fraction(e: Expr, style: Style) -> tuple[str, int]:
    top, below = e.args
    if style.latex and below.is_scalar:
        return f"\\frac{{{_inner(top, style)}}}{{{_inner(below, style)}}}", PRODUCT
    sign = " / " if style.latex else "/"
    return _inner(top, style, PRODUCT) + sign + _inner(below, style, POWER), PRODUCT


def _length(e: Expr, style: Style) -> str:
    bars = ("\\lVert ", "\\rVert") if style.latex else ("‖", "‖")
    written = bars[0] + _inner(e.args[0], style) + bars[1]
    if e.args[0].shape[1] != ONE:
        written += "_{F}" if style.latex else "_F"
    return style.power(written, "2") if e.op == "sqnorm" else written


def _rows(e: Expr, style: Style) -> str:
    start, height = e.data
    first = "" if start == ZERO else str(start)
    inside = _inner(e.args[0], style, ATOM)
    written = f"{first}:{start + height}"
    return f"{inside}_{{[{written}]}}" if style.latex else f"{inside}[{written}]"


def _stack(e: Expr, style: Style) -> str:
    parts = [_inner(a, style) for a in e.args]
    if style.latex:
        return "\\left[" + ";\\;".join(parts) + "\\right]"
    return "[" + "; ".join(parts) + "]"
