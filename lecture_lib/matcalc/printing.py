"""Expressions on paper: the same structure in plain text and in LaTeX, with the shape under every factor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lecture_lib.matcalc.expr import WRITERS, Expr, Number, Power, entries, parts, product
from lecture_lib.matcalc.labels import Label, label
from lecture_lib.matcalc.sizes import ONE, ZERO, Shape, Size, in_product, show_shape

SUM, SIGN, DOT, PRODUCT, POWER, ATOM = range(6)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Segment:
    """A piece of a line: its text or LaTeX, and the shape under it (None for a sign between factors)."""

    written: str
    shape: Shape | None = None


@dataclass(frozen=True)
class Style:
    """The signs of one way of writing."""

    latex: bool
    hadamard: str
    minus: str
    times: str
    transpose: Callable[[str], str]
    power: Callable[[str, str], str]
    functions: dict[str, str]

    def name(self, data: str | Label) -> str:
        """A name as this style writes it."""
        written = label(data)
        return written.latex if self.latex else written.text

    def call(self, function: str, inside: str) -> str:
        """A function applied to something."""
        return f"{self.functions.get(function) or self.name(function)}({inside})"


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
GLYPHS = {HALF: "½", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}


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
    functions={
        "sigmoid": "σ",
        "trace": "tr",
        "log_softmax": "log softmax",
        "diagpart": "diagonal",
        "normal_cdf": "Φ",
        "leaky_relu": "leaky_relu",
        "cross_entropy": "cross_entropy",
        "frechet": "dexpm",
    },
)
WORDS = ("softmax", "relu", "softplus", "diag", "vec", "unvec", "step", "sign", "logsumexp", "expm", "clip", "huber")
LATEX = Style(
    latex=True,
    hadamard="\\circ",
    minus="-",
    times="\\;",
    transpose=lambda base: f"{base}^{{\\top}}",
    power=lambda base, top: f"{base}^{{{top}}}",
    functions={
        "sigmoid": "\\sigma",
        "trace": "\\operatorname{tr}",
        "log_softmax": "\\log\\operatorname{softmax}",
        "diagpart": "\\operatorname{diagonal}",
        "normal_cdf": "\\Phi",
        "leaky_relu": "\\operatorname{leaky\\_relu}",
        "cross_entropy": "\\operatorname{cross\\_entropy}",
        "frechet": "\\operatorname{dexpm}",
        **{n: f"\\{n}" for n in ("tanh", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det")},
        **{n: f"\\operatorname{{{n}}}" for n in WORDS},
    },
)


def text(e: Expr) -> str:
    """An expression in plain text."""
    return "".join(s.written for s in segments(e, TEXT))


def latex(e: Expr, shapes: bool = False) -> str:
    """An expression in LaTeX without dollar signs, if wanted with the shape under every factor."""
    return "".join(under(s, shapes) for s in segments(e, LATEX))


WRITERS["text"] = text
WRITERS["latex"] = lambda e: latex(e, shapes=True)


def under(s: Segment, shapes: bool) -> str:
    """A segment with its shape below it; that of a single number is never written."""
    if not shapes or s.shape is None or show_shape(s.shape) == "1":
        return s.written
    rows, columns = (in_product(size) for size in s.shape)
    return f"\\underset{{{rows}\\times {columns}}}{{{s.written}}}"


def segments(e: Expr, style: Style, context: int = SUM) -> list[Segment]:
    """An expression cut into factors and the signs between them, in parentheses if it binds too loosely."""
    pieces, level = _pieces(e, style)
    return [Segment("("), *pieces, Segment(")")] if level < context else pieces


def _pieces(e: Expr, style: Style) -> tuple[list[Segment], int]:
    if e.op == "sum":
        return _sum(e, style), SUM
    if e.op == "product":
        return _product(e, style)
    if e.op == "hadamard" and (len(e.args) > 1 or e.data[0] == -1 or (e.data[0] == 2 and e.args[0].name)):
        return _hadamard(e, style)
    written, level = _whole(e, style)
    return [Segment(written, e.shape if e.op != "number" or e.data == 1 else None)], level


def _sum(e: Expr, style: Style) -> list[Segment]:
    out = segments(e.args[0], style, SIGN)
    for term in e.args[1:]:
        negative = parts(term).coefficient < 0 if term.op == "product" or term.op == "number" else False
        inside = positive(term) if negative else term
        out += [Segment(f" {style.minus if negative else '+'} "), *segments(inside, style, DOT)]
    return out


def positive(e: Expr) -> Expr:
    """A product or a number without its minus sign."""
    if e.op == "number":
        return Expr("number", (), -e.data, e.shape)
    coefficient, scalars, chain = parts(e)
    return product(-coefficient, scalars, chain)


def _product(e: Expr, style: Style) -> tuple[list[Segment], int]:
    coefficient, scalars, chain = parts(e)
    above = [(b, p) for b, p in scalars if p > 0]
    below = [(b, -p) for b, p in scalars if p < 0]
    sign = [Segment(style.minus)] if coefficient < 0 else []
    size: Number = coefficient if coefficient > 0 else -coefficient
    divisor: Number = 1
    if isinstance(size, Fraction) and (below or (size not in GLYPHS and not _short(size))):
        size, divisor = size.numerator, size.denominator
    items = [*above, *((c, 1) for c in chain)]
    # Written as 1·u, it is shown as it was written.
    explicit = coefficient == 1 and not below and len(items) == 1 and items[0][1] == 1
    top = _factors(size, items, style, explicit)
    if not below and divisor == 1:
        return [*sign, *top], SIGN if sign else PRODUCT
    bottom = _joined(_factors(divisor, below, style))
    if style.latex:
        written = f"\\frac{{{_bare(items, size, style) or _joined(top)}}}{{{_bare(below, divisor, style) or bottom}}}"
    else:
        several = len(below) + (divisor != 1) > 1 or (below and _is_product(below[0]))
        written = f"{_joined(top)}/{f'({bottom})' if several else bottom}"
    return [*sign, Segment(written, e.shape)], SIGN if sign else PRODUCT


def _is_product(power: Power) -> bool:
    base, top = power
    return top == 1 and base.op == "product"


def _bare(items: list[Power], size: Number, style: Style) -> str:
    """What stands alone above or under a fraction bar needs no parentheses."""
    return _joined(segments(items[0][0], style)) if len(items) == 1 and size == 1 and items[0][1] == 1 else ""


def _short(value: Fraction) -> bool:
    """Is it a decimal of few digits, such as 0.1?"""
    return len(repr(float(value))) <= 6


def _factors(size: Number, items: list[Power], style: Style, explicit: bool = False) -> list[Segment]:
    """A number and factors side by side, with a sign between two that would run together."""
    out = [Segment(_numeral(size, style))] if size != 1 or not items or explicit else []
    for k, (base, top) in enumerate(items):
        last = k == len(items) - 1
        piece = _power(base, top, style, last=last)
        before = items[k - 1][0] if k else None
        if out and _runs_together(out[-1].written, piece[0].written, before, base, style):
            digits = style.latex and piece[0].written[:1].isdigit()
            out.append(Segment("\\cdot " if digits else "\\," if style.latex and k == 0 else style.times))
        out += piece
    return out


def _power(base: Expr, top: Number, style: Style, last: bool) -> list[Segment]:
    if top == 1:
        return segments(base, style, PRODUCT if last and base.op == "product" else POWER)
    return [Segment(_raised(base, top, style, round_sign=False), base.shape)]


def _raised(base: Expr, top: Number, style: Style, round_sign: bool) -> str:
    """base to a power: a root for ½, tanh² for a known function, a round sign where it goes entry by entry."""
    if top == HALF:
        inside = _joined(segments(base, style))
        if style.latex:
            return f"\\sqrt{{{inside}}}"
        return f"√{inside}" if len(inside) == 1 else f"√({inside})"
    exponent = _exponent(top, style)
    if base.op == "elem" and base.data[1:] == (0,) and base.data[0] in POWERED and isinstance(top, int) and top > 1:
        name = style.functions.get(base.data[0]) or style.name(base.data[0])
        return f"{style.power(name, exponent)}({_inner(base.args[0], style)})"
    inside = _inner(base, style, ATOM)
    if round_sign:
        return f"{inside}^{{\\circ {exponent}}}" if style.latex else f"{inside}^∘{exponent}"
    return style.power(inside, exponent)


POWERED = ("tanh", "sin", "cos", "sigmoid", "cosh", "sinh", "tan")


def _exponent(top: Number, style: Style) -> str:
    if isinstance(top, Fraction):
        sign = style.minus if top < 0 else ""
        written = f"{sign}{abs(top.numerator)}/{top.denominator}"
        return written if style.latex else f"({written})"
    return f"{top:.6g}".replace("-", style.minus)


def _hadamard(e: Expr, style: Style) -> tuple[list[Segment], int]:
    above = [(b, p) for b, p in entries(e) if p > 0]
    below = [(b, -p) for b, p in entries(e) if p < 0]
    sign = Segment(f" {style.hadamard} " if style.latex else style.hadamard)
    out: list[Segment] = []
    for base, top in above:
        for piece in _entry(base, top, style):
            out += [sign, *piece] if out else piece
    if not below:
        return out, DOT
    written = style.hadamard.join(_joined(piece) for base, top in below for piece in _entry(base, top, style))
    several = sum(len(_entry(base, top, style)) for base, top in below) > 1
    one = Segment("\\mathbf{1}" if style.latex else "1", e.shape)
    divided = Segment((" / " if style.latex else "/") + (f"({written})" if several else written))
    return [*(out or [one]), divided], DOT


def _entry(base: Expr, top: Number, style: Style) -> list[list[Segment]]:
    """One factor of an entry-by-entry product; the square of a name is written twice."""
    if top == 1 or (top == 2 and base.op in ("symbol", "let")):
        return [segments(base, style, PRODUCT if base.op != "hadamard" else DOT)] * int(top)
    return [[Segment(_raised(base, top, style, round_sign=True), base.shape)]]


def _runs_together(left: str, right: str, a: Expr | None, b: Expr, style: Style) -> bool:
    """Would two factors side by side be read as one?"""
    if style.latex:
        return True
    if a is None:
        return right[:1].isdigit() or (right[:1] in "½⅓¼")
    bare = b.args[0] if b.op == "T" else b
    if bare.op in ("symbol", "let") and getattr(bare.data, "kind", "") in ("change", "jacobian"):
        return True
    if left.endswith("ᵀ"):
        return False
    if right[:1].isdigit() or (a.op in ("symbol", "let") and right.startswith("(")):
        return True
    if not right[:1].isalpha() or not (left[-1:].isalpha() or left[-1:].isdigit() or left[-1:] in "₀₁₂₃₄₅₆₇₈₉"):
        return False
    if bare.op not in ("symbol", "let", "product", "inv") and left[-1:].isalpha():
        return True
    words = [label(x.data).text.partition("_")[0].rstrip("₀₁₂₃₄₅₆₇₈₉") for x in (a, bare) if x.op in ("symbol", "let")]
    return max(map(len, words), default=0) > 1 or a.op == "size"


def _joined(pieces: Sequence[Segment]) -> str:
    return "".join(p.written for p in pieces)


def _inner(e: Expr, style: Style, context: int = SUM) -> str:
    return _joined(segments(e, style, context))


def _whole(e: Expr, style: Style) -> tuple[str, int]:
    a = e.args[0] if e.args else e
    match e.op:
        case "symbol" | "let":
            return style.name(e.data), ATOM
        case "number":
            return _number(e, style), SIGN if e.data < 0 else ATOM
        case "eye":
            return "I", ATOM
        case "size":
            (labels, factor), *more = e.data.terms
            simple = factor == 1 and len(set(labels)) == 1
            return str(e.data), SUM if more else ATOM if simple else PRODUCT
        case "T":
            return _transposed(a, style)
        case "elem":
            return _function(e, style)
        case "hadamard":
            return _raised(a, e.data[0], style, round_sign=True), POWER
        case "power":
            return style.power(_inner(a, style, ATOM), _inner(e.args[1], style, SUM if style.latex else ATOM)), POWER
        case "inv":
            return style.power(_inner(a, style, ATOM), "-1" if style.latex else "−1"), POWER
        case "norm":
            bars = ("\\lVert ", "\\rVert") if style.latex else ("‖", "‖")
            frobenius = "" if a.is_column else "_{F}" if style.latex else "_F"
            return bars[0] + _inner(a, style) + bars[1] + frobenius, ATOM
        case "rows":
            entry = e.is_scalar and a.op == "T"
            return _part(a.args[0] if entry else a, e.data, style, columns=entry), ATOM
        case "concat":
            return _bracket(e.args, style, "\\\\" if style.latex else "; "), ATOM
        case "logdet":
            inside = _inner(a, style)
            return (f"\\log\\lvert\\det {inside}\\rvert" if style.latex else f"log|det {inside}|"), ATOM
        case "kron":
            sign = " \\otimes " if style.latex else "⊗"
            return sign.join(_inner(x, style, POWER) for x in e.args), DOT
        case "winner":
            inside = _inner(a, style)
            return (f"\\left[{inside} = \\max {inside}\\right]" if style.latex else f"[{inside} = max {inside}]"), ATOM
        case "commutation":
            return (f"K_{{{e.data[0]},{e.data[1]}}}" if style.latex else f"K_{e.data[0]},{e.data[1]}"), ATOM
    name = {"maximum": "max", "minimum": "min"}.get(e.op, e.op)
    return style.call(name, ", ".join(_inner(x, style) for x in e.args)), ATOM


def _transposed(a: Expr, style: Style) -> tuple[str, int]:
    """A transpose; of rows cut out of a transpose it is columns, of a stack of transposes it stands side by side."""
    if a.op == "rows" and a.args[0].op == "T":
        return _part(a.args[0].args[0], a.data, style, columns=True), ATOM
    if a.op == "concat" and all(x.op == "T" for x in a.args):
        return _bracket([x.args[0] for x in a.args], style, " & " if style.latex else ", "), ATOM
    return style.transpose(_inner(a, style, ATOM)), POWER


def _part(e: Expr, data: tuple[Size, Size], style: Style, columns: bool) -> str:
    place = _range(*data)
    if e.op == "rows" and columns:
        # rows cut out first, then columns: A[0, 1:3]
        place, e = f"{_range(*e.data)}, {place}", e.args[0]
    elif columns:
        place = ":, " + place
    inside = _inner(e, style, ATOM)
    return f"{{{inside}}}_{{[{place}]}}" if style.latex else f"{inside}[{place}]"


def _range(start: Size, height: Size) -> str:
    return str(start) if height == ONE else f"{'' if start == ZERO else start}:{start + height}"


def _bracket(items: Sequence[Expr], style: Style, between: str) -> str:
    inside = [_inner(x, style) for x in items]
    if not style.latex:
        return f"[{between.join(inside)}]"
    return f"\\begin{{bmatrix}}{between.join(inside)}\\end{{bmatrix}}"


def _number(e: Expr, style: Style) -> str:
    if style.latex and e.data == 1 and not e.is_scalar:
        return "\\mathbf{1}"
    return (style.minus if e.data < 0 else "") + _numeral(e.data if e.data > 0 else -e.data, style)


def _numeral(value: Number, style: Style) -> str:
    if isinstance(value, Fraction):
        if style.latex and (value in GLYPHS or not _short(value)):
            return f"\\tfrac{{{value.numerator}}}{{{value.denominator}}}"
        if value in GLYPHS:
            return GLYPHS[value]
        return repr(float(value)) if _short(value) else f"({value.numerator}/{value.denominator})"
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def _function(e: Expr, style: Style) -> tuple[str, int]:
    name, order, *settings = e.data
    inside = _inner(e.args[0], style)
    if order == 0 and name == "abs":
        return (f"\\lvert {inside}\\rvert" if style.latex else f"|{inside}|"), ATOM
    if order == 0 and name == "exp":
        return style.power("e", inside if style.latex or len(inside) == 1 else f"({inside})"), POWER
    written = style.functions.get(name) or style.name(name)
    told = ", ".join([inside, *(_setting(x, style) for x in settings)])
    return f"{written}{('' if not order else chr(39) * order if style.latex else '′' * order)}({told})", ATOM


def _setting(value: Number, style: Style) -> str:
    return (style.minus if value < 0 else "") + _numeral(value if value > 0 else -value, style)
