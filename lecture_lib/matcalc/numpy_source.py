"""Write a derivation as NumPy: one function, straight down, every named quantity once."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from lecture_lib.matcalc.expressions import Expr, free_symbols, let, summands, topological
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.labels import label
from lecture_lib.matcalc.operations import axis_of
from lecture_lib.matcalc.simplify import substitute
from lecture_lib.matcalc.sizes import ONE, ZERO, Size, show_shape

if TYPE_CHECKING:
    from lecture_lib.matcalc.derivation import Part

SUM, SIGN, PRODUCT, POWER, ATOM = range(5)
HOISTED = ("softmax", "log_softmax", "logsumexp")
CALLS = {
    "trace": "np.trace({})",
    "diag": "np.diagflat({})",
    "diagpart": "np.diag({})[:, None]",
    "inv": "np.linalg.inv({})",
    "logdet": "np.linalg.slogdet({})[1]",
    "norm": "np.linalg.norm({})",
    "vec": "{}.reshape(-1, 1)",
}


def source(part: Part) -> str:
    """The source of the function for one quantity; see `Part.numpy`.

    Args:
        part: what was derived for the quantity.

    Returns:
        Python source text of one function.

    Raises:
        ValueError: a length cannot be read off the arguments, or is named like a symbol.
    """
    derivation = part.derivation
    symbols = free_symbols(derivation.output)
    target = part.jacobian if derivation.jacobian else part.gradient
    writer = Writer(symbols, derivation.output)
    result = writer.whole(target, part.by if not derivation.jacobian else None)
    kind = "Jacobian" if derivation.jacobian else "gradient"
    told = ", ".join(f"{writer.names[s]} is {show_shape(s.shape)}" for s in symbols)
    head = "jac" if derivation.jacobian else "grad"
    by = label(part.by.data).code
    parameters = ", ".join([*(writer.names[s] for s in symbols), *writer.functions])
    body = [
        f"# {kind} of {derivation.output}, {show_shape(target.shape)}; {told}",
        *writer.checks(derivation.output),
        *writer.sizes(),
        *writer.lines,
        f"return {result}",
    ]
    return "\n".join([f"def {head}_{by}({parameters}):", *(f"    {line}" for line in body)])


class Writer:
    """Turns expressions into lines of NumPy.

    Args:
        symbols: the arguments of the function that is written.
        output: what was differentiated.
    """

    def __init__(self, symbols: list[Expr], output: Expr) -> None:
        self.symbols = symbols
        self.names: dict[Expr, str] = {}
        self.taken: set[str] = {"np"}
        self.lines: list[str] = []
        self.lengths: dict[str, None] = {}
        self.functions: dict[str, None] = {}
        for s in symbols:
            self._take(s, s.name)

    def _take(self, e: Expr, wish: str) -> str:
        wish = wish + "_" if keyword.iskeyword(wish) else wish
        name, k = wish, 2
        while name in self.taken:
            name, k = f"{wish}_{k}", k + 1
        self.taken.add(name)
        self.names[e] = name
        return name

    def whole(self, target: Expr, like: Expr | None) -> str:
        """Write the lines for all names in an expression.

        Args:
            target: the expression.
            like: a single number among the arguments whose shape, () or (1, 1), the result takes; None for others.

        Returns:
            The code for the expression.
        """
        target = self._define(target)
        code = self.code(target)
        if like is not None and like.is_scalar:
            return f"np.reshape({code}, np.shape({self.names[like]}))" if like in self.names else code
        return self._filled(target) if target.op == "number" else code

    def _define(self, e: Expr) -> Expr:
        """Lines for the names below e, and for softmax and its kin, which take two lines."""
        for node in topological([e]):
            if node.op == "let" and node not in self.names:
                body = self._hoist(node.args[0], whole=True)
                self._assign(self._take(node, label(node.data).code), body)
        return self._hoist(e, whole=False)

    def _hoist(self, e: Expr, whole: bool) -> Expr:
        swaps: dict[Expr, Expr] = {}
        for node in topological([e], into_lets=False):
            if node.op in HOISTED and not (whole and node is e):
                stand_in = let(f"{node.op}_{len(self.lines)}", node)
                self._assign(self._take(stand_in, {"softmax": "p"}.get(node.op, "l")), node)
                swaps[node] = stand_in
        return substitute(e, swaps)

    def _assign(self, name: str, e: Expr) -> None:
        if e.op not in HOISTED:
            self.lines.append(f"{name} = {self._filled(e) if e.op == 'number' and not e.is_scalar else self.code(e)}")
            return
        q = self.code(e.args[0], ATOM)
        axis = "" if axis_of(e.args[0]) == -2 else "axis=1, keepdims=True"
        total = axis or "keepdims=True"
        if e.op == "softmax":
            self.lines += [f"{name} = np.exp({q} - {q}.max({axis}))", f"{name} = {name} / {name}.sum({axis})"]
            return
        top = f"{q}.max({total})"
        lse = f"{top} + np.log(np.exp({q} - {top}).sum({total}))"
        self.lines.append(f"{name} = {lse if e.op == 'logsumexp' else f'{q} - ({lse})'}")

    def checks(self, output: Expr) -> list[str]:
        """Lines that refuse targets of a fused cross-entropy that do not sum to 1.

        Args:
            output: what was differentiated.

        Returns:
            The lines; none when it has no cross-entropy.
        """
        out = []
        for t in dict.fromkeys(n.args[1] for n in topological([output]) if n.op == "cross_entropy"):
            axis = 0 if t.is_column else 1
            if t in self.names:
                name = self.names[t]
                out.append(f"if not np.allclose({name}.sum(axis={axis}), 1):")
                out.append('    raise ValueError("the rule p - t needs targets that sum to 1")')
        return out

    def sizes(self) -> list[str]:
        """Lines that read the lengths off the arguments.

        Returns:
            One line for every length that the code uses.
        """
        return [f"{name} = {self._length_of(name)}" for name in self.lengths]

    def _length_of(self, name: str) -> str:
        for s in self.symbols:
            for axis, size in enumerate(s.shape):
                if len(size.terms) == 1 and size.terms[0][0] == (name,):
                    factor = size.terms[0][1]
                    return f"{self.names[s]}.shape[{axis}]" + (f" // {factor}" if factor > 1 else "")
        raise ValueError(f"the length {name} cannot be read off the shape of any argument")

    def size(self, size: Size) -> str:
        """Code for a size.

        Args:
            size: such as 5d or n + m.

        Returns:
            A sum of products of names.

        Raises:
            ValueError: a label of the size is also the name of a symbol.
        """
        parts = []
        for labels, factor in size.terms:
            for name in labels:
                if name in self.taken and name not in self.lengths:
                    raise ValueError(f"{name} is a size and a symbol too: rename one of them to write NumPy")
                self.lengths[name] = None
            parts.append(" * ".join([*([str(factor)] if factor != 1 or not labels else []), *labels]))
        return " + ".join(parts) or "0"

    def _filled(self, e: Expr) -> str:
        shape = f"({self.size(e.shape[0])}, {self.size(e.shape[1])})"
        if e.data in (0, 1):
            return f"np.{'ones' if e.data else 'zeros'}({shape})"
        return f"np.full({shape}, {e.data})"

    def code(self, e: Expr, context: int = SUM) -> str:
        """Code for an expression, in parentheses if it binds too loosely.

        Args:
            e: the expression; all names in it have been written.
            context: how tightly the surroundings bind.

        Returns:
            Python source text.

        Raises:
            ValueError: a cross-entropy stands in it, or a size cannot be written.
        """
        written, level = self._written(e)
        return f"({written})" if level < context else written

    def _written(self, e: Expr) -> tuple[str, int]:
        match e.op:
            case "symbol" | "let":
                return self.names[e], ATOM
            case "number":
                return (repr(e.data), SIGN if e.data < 0 else ATOM) if e.is_scalar else (self._filled(e), ATOM)
            case "size":
                return self.size(e.data), PRODUCT
            case "eye":
                return f"np.eye({self.size(e.shape[0])})", ATOM
            case "add":
                return self._sum(e), SUM
            case "neg":
                return f"-{self._operand(e.args[0], PRODUCT)}", SIGN
            case "T":
                inside = e.args[0]
                return (self.code(inside, ATOM) + ("" if inside.is_scalar else ".T")), ATOM
            case "matmul":
                a, b = e.args
                left = self.code(a, PRODUCT if a.op == "matmul" else POWER)
                return f"{left} @ {self.code(b, POWER)}", PRODUCT
            case "mul" | "scale":
                a, b = e.args
                left = self._operand(a, POWER if a.op == "matmul" else PRODUCT, b)
                return f"{left} * {self._operand(b, POWER, a)}", PRODUCT
            case "div":
                a, b = e.args
                return f"{self._operand(a, PRODUCT, b)} / {self.code(b, POWER)}", PRODUCT
            case "power":
                a, b = e.args
                return f"{self.code(a, ATOM)} ** {self.code(b, ATOM)}", POWER
        return self._function(e) if e.op == "elem" else (self._call(e), ATOM)

    def _operand(self, e: Expr, context: int, beside: Expr | None = None) -> str:
        """A filled number beside an array is a plain number: NumPy repeats it."""
        if e.op == "number" and beside is not None and beside.op != "number":
            return f"({e.data})" if e.data < 0 else repr(e.data)
        return self.code(e, context)

    def _sum(self, e: Expr) -> str:
        terms = summands(e)
        array = any(t.op != "number" for t in terms)
        out = ""
        for term in terms:
            negative, inside = (True, term.args[0]) if term.op == "neg" else (False, term)
            plain = inside.op == "number" and (array or inside.is_scalar)
            written = repr(inside.data) if plain else self.code(inside, SIGN if not negative else PRODUCT)
            if not out:
                out = ("-" if negative else "") + written
            else:
                out += f" {'-' if negative else '+'} {written}"
        return out

    def _call(self, e: Expr) -> str:
        if e.op == "rows":
            start, height = e.data
            first = "" if start == ZERO else self.size(start)
            return f"{self.code(e.args[0], ATOM)}[{first}:{self.size(start + height)}]"
        if e.op == "sqnorm":
            a = self.code(e.args[0], PRODUCT)
            return f"np.sum({a} ** 2)" if e.args[0].op in ("symbol", "let") else f"np.sum(({a}) ** 2)"
        if e.op in ("concat", "maximum", "kron", "cross_entropy"):
            return self._several(e)
        inside = self.code(e.args[0], ATOM if e.op == "vec" else SUM)
        return CALLS[e.op].format(inside)

    def _several(self, e: Expr) -> str:
        if e.op == "cross_entropy":
            raise ValueError("a cross-entropy inside a gradient is not written as NumPy; name its parts with mc.let")
        if e.op == "maximum":
            a, b = (self._operand(x, SUM, y) for x, y in zip(e.args, reversed(e.args), strict=True))
            return f"np.maximum({a}, {b})"
        parts = ", ".join(self._filled(a) if a.op == "number" and a.shape[1] != ONE else self.code(a) for a in e.args)
        return f"np.vstack([{parts}])" if e.op == "concat" else f"np.kron({parts})"

    def _function(self, e: Expr) -> tuple[str, int]:
        name, order = e.data
        function = lookup(name)
        if function.value is None:
            code = name + "_prime" * order
            self.functions[code] = None
            return f"{code}({self.code(e.args[0])})", ATOM
        if order:
            return self.code(slope_of(e)), SUM
        whole = function.source.endswith("{})") or function.source.startswith("np.maximum")
        written = function.source.format(self.code(e.args[0], SUM if whole else ATOM))
        return written, ATOM if written.startswith("np.") else PRODUCT
