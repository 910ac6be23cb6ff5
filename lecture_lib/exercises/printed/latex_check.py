"""Read a displayed equation as a claim, and compute both of its sides.

The part of LaTeX that the course writes its derivatives in: `=`, `:=` and `\\approx` between sums of products;
juxtaposition and `\\cdot` multiply, `\\circ` goes entry by entry and binds less, `\\otimes` is the Kronecker product;
`^\\top`, powers, brackets, `\\frac`, `\\sum_j`, `\\begin{pmatrix}` with `&` and `\\\\`; functions and their primes;
`\\frac{\\partial z}{\\partial x}` (or with d) for Jacobians and `\\nabla_W J` for gradients, both found by wiggling.
A subscript is part of a name, or an index that counts from 1; `^{[2]}` names a layer and `^{(2)}` an example.
`\\quad`, a comma and `\\\\` separate claims; words (`\\text`) and labels count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Values = dict[str, Array]

WIGGLE = 1e-5
"""The step of the differences, which are taken here and not by the library, whose gradients they judge."""
EXACT = 1e-6
ROUGH = 1e-2

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|:=|\S")
WITHOUT_MEANING = re.compile(
    r"\\(?:left|right|displaystyle|big|Big|limits)(?![A-Za-z])|(?<!\\)\\[,;!: ]|~"
    r"|\\(?:text|textrm|label|tag)\{[^{}]*\}|\\(?:begin|end)\{(?:aligned|align\*?|gathered|split)\}"
)
# Between the entries of a matrix & separates; anywhere else it only lines equations up.
MATRIX = re.compile(r"(\\begin\{[pb]matrix\}.*?\\end\{[pb]matrix\})", re.DOTALL)
LABEL = re.compile(r"\^\{(?:\[\w\]|\(\w\))\}")
STRAIGHT_D = re.compile(r"\\[dt]?frac\{(?:\\mathrm\{d\}|d)\s*([^{}]+)\}\s*\{(?:\\mathrm\{d\}|d)\s*([^{}]+)\}")
SAME = {"\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\odot": "\\circ", "\\times": "\\cdot", "\\equiv": "="}
RELATIONS = {"=", ":=", "\\approx"}
SEPARATORS = {"\\quad", "\\qquad", ",", "\\\\", ";"}
ENDS = RELATIONS | SEPARATORS | {")", "]", "}", "+", "-", "\\circ", "\\end", ".", "&"}


class ClaimError(ValueError):
    """An equation that cannot be read, or whose shapes do not fit; the message shows the place."""


class MisfitError(ClaimError):
    """Sides, factors or terms whose shapes do not fit.

    Attributes:
        shapes: the problem alone, without its place.
    """

    def __init__(self, shapes: str, place: str) -> None:
        super().__init__(f"{shapes}, {place}")
        self.shapes = shapes


@dataclass(frozen=True)
class Setting:
    """The numbers that the symbols of a claim stand for.

    Attributes:
        leaves: matrices by LaTeX name, columns as (n, 1) and numbers as (1, 1).
        program: the other quantities, each computed from what stands before it.
        functions: elementwise functions, and functions of a column, by LaTeX name.
        definitions: quantities that are defined by a derivative, as LaTeX: δ is `\\nabla_z J`.
        indices: what a free index stands for, counted from 1.
        ranges: how far a summation index runs.
    """

    leaves: Values
    program: dict[str, Callable[[Values], Array]] = field(default_factory=dict)
    functions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    indices: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, int] = field(default_factory=dict)

    def run(self, fixed: Values | None = None) -> Values:
        """Compute every quantity, with some held at given values."""
        fixed = fixed or {}
        values = {name: fixed.get(name, value) for name, value in self.leaves.items()}
        for name, compute in self.program.items():
            values[name] = fixed[name] if name in fixed else np.atleast_2d(compute(values))
        return values

    def jacobian(self, output: str, by: str) -> Array:
        """The Jacobian of one quantity by another, both laid out row by row, by central differences."""
        here = self.run()
        columns = []
        for place in np.ndindex(here[by].shape):
            ends = []
            for step in (WIGGLE, -WIGGLE):
                moved = here[by].astype(float)
                moved[place] += step
                ends.append(self.run({by: moved})[output].ravel())
            columns.append((ends[0] - ends[1]) / (2 * WIGGLE))
        return np.stack(columns, axis=1)


def errors_of(latex: str, setting: Setting) -> list[float]:
    """How far the sides of each claim lie apart.

    Example:
        >>> plane = Setting({"x": np.array([[2.0], [3.0]])}, {"s": lambda v: v["x"].T @ v["x"]})
        >>> [error <= 1 for error in errors_of(r"\\nabla_x s = 2x", plane)]
        [True]
        >>> [error <= 1 for error in errors_of(r"\\nabla_x s = x", plane)]
        [False]
    """
    return _Reader(_tokens(latex), setting).claims()


def _tokens(latex: str) -> list[str]:
    curly = STRAIGHT_D.sub(r"\\frac{\\partial \1}{\\partial \2}", latex)
    parts = MATRIX.split(curly)
    parts[::2] = [part.replace("&", " ") for part in parts[::2]]
    return [SAME.get(token, token) for token in TOKEN.findall(WITHOUT_MEANING.sub(" ", "".join(parts)))]


class _Reader:
    """Recursive descent that computes as it reads."""

    def __init__(self, tokens: list[str], setting: Setting):
        self.tokens = tokens
        self.place = 0
        self.setting = setting
        self.values = setting.run()
        self.indices = dict(setting.indices)

    def claims(self) -> list[float]:
        errors: list[float] = []
        sides: list[Array] = []
        while self.next() is not None:
            token = self.next()
            if token in SEPARATORS or token == ".":
                self.take()
                if self.next() not in RELATIONS:
                    sides = []
            elif token in RELATIONS:
                relation = self.take()
                if not sides:
                    raise self.error("a relation without a left side")
                sides.append(self.sum())
                errors.append(self.distance(sides[-2], sides[-1], ROUGH if relation == "\\approx" else EXACT))
            elif sides:
                raise self.error(f"cannot read {token}")
            else:
                sides = [self.sum()]
        if not errors:
            raise self.error("it claims nothing: there is no relation")
        return errors

    def distance(self, left: Array, right: Array, allowed: float) -> float:
        if left.shape != right.shape:
            raise self.misfit(f"the left side is {_shape(left)}, the right side {_shape(right)}")
        return float(np.max(np.abs(left - right)) / (allowed * max(1e-3, np.max(np.abs(right)))))

    def next(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.next()
        if token is None or (wanted is not None and token != wanted):
            raise self.error(f"expected {wanted or 'more'}, found {token or 'the end'}")
        self.place += 1
        return token

    def error(self, problem: str) -> ClaimError:
        return ClaimError(f"{problem}, {self.here()}")

    def misfit(self, shapes: str) -> MisfitError:
        return MisfitError(shapes, self.here())

    def here(self) -> str:
        return f"after: {' '.join(self.tokens[: self.place])} ⟨here⟩ {' '.join(self.tokens[self.place :])}"

    def sum(self) -> Array:
        negative = self.next() == "-"
        if negative:
            self.take()
        total = -self.term() if negative else self.term()
        while self.next() in {"+", "-"}:
            sign = self.take()
            other = self.term()
            self.fit(total, other, sign)
            total = total + other if sign == "+" else total - other
        return total

    def term(self) -> Array:
        result = self.product()
        while self.next() == "\\circ":
            self.take()
            other = self.product()
            self.fit(result, other, "∘")
            result = result * other
        return result

    def product(self) -> Array:
        result = self.factor()
        while (token := self.next()) is not None and token not in ENDS:
            if token in {"/", "\\cdot", "\\otimes"}:
                self.take()
            other = self.factor()
            if token == "\\otimes":
                result = np.kron(result, other)
            elif token == "/":
                result = result / self.number(other)
            elif result.size == 1 or other.size == 1:
                result = result * other
            elif result.shape[1] == other.shape[0]:
                result = result @ other
            else:
                raise self.misfit(f"{_shape(result)} times {_shape(other)}: the inner sizes differ")
        return result

    def factor(self) -> Array:
        result = self.atom()
        while self.next() == "^":
            self.take()
            power = self.group() if self.next() == "{" else [self.take()]
            if power == ["\\top"]:
                result = result.T
            elif power == ["-", "1"]:
                result = np.linalg.inv(result)
            elif len(power) == 1 and power[0].isdigit() and result.size == 1:
                result = result ** int(power[0])
            else:
                raise self.misfit(f"cannot raise {_shape(result)} to the power {''.join(power)}")
        return result

    def atom(self) -> Array:
        token = self.take()
        if token in {"(", "["}:
            inside = self.sum()
            self.take(")" if token == "(" else "]")
            return inside
        if token == "{":
            inside = self.sum()
            self.take("}")
            return inside
        if token[0].isdigit():
            return np.array([[float(token)]])
        if token == "\\frac":
            return self.fraction()
        if token == "\\partial":
            output = self.target()
            self.take("/")
            self.take("\\partial")
            return self.derivative(output, self.target())
        if token == "\\nabla":
            return self.gradient()
        if token == "\\sum":
            return self.series()
        if token == "\\begin":
            return self.matrix()
        self.place -= 1
        name = self.name()
        if name in self.setting.functions:
            return self.call(name)
        return self.value(name)

    def group(self) -> list[str]:
        """The tokens between two braces."""
        self.take("{")
        start, depth = self.place, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self.tokens[start : self.place - 1]

    def name(self) -> str:
        """A letter or a command, with what belongs to it: a font, a name in letters, a subscript."""
        token = self.take()
        if token in {"\\operatorname", "\\mathrm", "\\mathbf", "\\vec", "\\hat", "\\tilde", "\\bar"}:
            token += "{" + "".join(self.group() if self.next() == "{" else [self.take()]) + "}"
        elif not (token.isalpha() or re.fullmatch(r"\\[A-Za-z]+", token)):
            raise self.error(f"cannot read {token}")
        label = "".join(self.tokens[self.place : self.place + 6])
        if LABEL.fullmatch(label):
            self.place += 6
            token += label
        if self.next() == "_":
            self.take()
            token += "_" + "".join(self.group() if self.next() == "{" else [self.take()])
        return token

    def value(self, name: str) -> Array:
        if name in self.setting.definitions:
            return _Reader(_tokens(self.setting.definitions[name]), self.setting).sum()
        if name in self.values:
            return self.values[name]
        base, places = self.entry(name)
        return self.value(base)[places].reshape(1, 1)

    def entry(self, name: str) -> tuple[str, tuple[int, int]]:
        """The matrix and the place, from 0, that a name with indices means; a column takes one index."""
        base, _, sub = name.partition("_")
        known = base in self.values or base in self.setting.definitions
        if not known or not sub or not all(c in self.indices or c.isdigit() for c in sub) or len(sub) > 2:
            raise self.error(
                f"{name} is not known here; known are {', '.join([*self.values, *self.setting.definitions])}"
            )
        places = [self.indices[c] if c in self.indices else int(c) for c in sub]
        shape = self.value(base).shape
        row, column = (places[0], 1) if len(places) == 1 else places
        if not (1 <= row <= shape[0] and 1 <= column <= shape[1]) or (len(places) == 1 and shape[1] != 1):
            raise self.error(f"{base} is {shape[0]}×{shape[1]} and has no entry {sub}")
        return base, (row - 1, column - 1)

    def call(self, name: str) -> Array:
        function = self.setting.functions[name]
        primes = 0
        while self.next() == "'":
            self.take()
            primes += 1
        power = 1
        if self.next() == "^":
            self.take()
            power = int(self.take())
        argument = self.atom()
        for _ in range(primes):
            function = _slope(function)
        return np.atleast_2d(function(argument)) ** power

    def fraction(self) -> Array:
        if self.tokens[self.place : self.place + 2] == ["{", "\\partial"]:
            self.place += 2
            output = self.target()
            self.take("}")
            self.take("{")
            self.take("\\partial")
            by = self.target()
            self.take("}")
            return self.derivative(output, by)
        top = self.atom()
        return top / self.number(self.atom())

    def target(self) -> str:
        name = self.name()
        return self.name() if name in {"\\operatorname{vec}", "\\mathrm{vec}"} else name

    def derivative(self, output: str, by: str) -> Array:
        """∂output/∂by: rows outputs, columns inputs."""
        if output in self.setting.functions:
            return self.slope_of_function(output, by)
        rows, columns = self.block(output), self.block(by)
        jacobian = self.setting.jacobian(rows[0], columns[0])
        return jacobian[rows[1]][:, columns[1]]

    def slope_of_function(self, function: str, by: str) -> Array:
        base, place = (by, None) if by in self.values else self.entry(by)
        gradient = _wiggled(self.setting.functions[function], self.values[base])
        return gradient.T if place is None else gradient[place].reshape(1, 1)

    def block(self, name: str) -> tuple[str, Any]:
        """The quantity that a name means, and which of its entries, laid out row by row."""
        if name in self.values:
            return name, slice(None)
        base, place = self.entry(name)
        if base not in self.values:
            raise self.error(f"{base} cannot be differentiated here")
        return base, [int(np.ravel_multi_index(place, self.values[base].shape))]

    def gradient(self) -> Array:
        if self.next() != "_":
            name = self.name()
            return _wiggled(self.setting.functions[name], self.atom())
        self.take("_")
        inside = self.group() if self.next() == "{" else [self.take()]
        by = _Reader(inside, self.setting).name()
        output = self.name()
        jacobian = self.derivative(output, by)
        if jacobian.shape[0] != 1:
            raise self.error(f"∇ needs a number, and {output} has {jacobian.shape[0]} entries")
        return jacobian.reshape(self.values[by].shape if by in self.values else (1, 1))

    def series(self) -> Array:
        self.take("_")
        index = (self.group() if self.next() == "{" else [self.take()])[0]
        if self.next() == "^":
            self.take()
            self.group() if self.next() == "{" else self.take()
        if index not in self.setting.ranges:
            raise self.error(f"the index {index} has no range here")
        start, before = self.place, self.indices.get(index)
        total: Any = 0.0
        for number in range(1, self.setting.ranges[index] + 1):
            self.place = start
            self.indices[index] = number
            total = total + self.term()
        if before is None:
            del self.indices[index]
        else:
            self.indices[index] = before
        return np.atleast_2d(total)

    def matrix(self) -> Array:
        kind = self.group()
        if "".join(kind) not in {"pmatrix", "bmatrix"}:
            raise self.error(f"cannot read \\begin{{{''.join(kind)}}}")
        rows = [self.matrix_row()]
        while self.next() == "\\\\":
            self.take()
            rows.append(self.matrix_row())
        self.take("\\end")
        self.group()
        if len({row.shape[1] for row in rows}) > 1:
            raise self.misfit(f"the rows of the matrix are {', '.join(map(_shape, rows))}: they must be equally wide")
        return np.concatenate(rows, axis=0)

    def matrix_row(self) -> Array:
        entries = [self.sum()]
        while self.next() == "&":
            self.take()
            entries.append(self.sum())
        heights = {entry.shape[0] for entry in entries}
        if len(heights) > 1:
            raise self.misfit(f"a row of a matrix holds pieces of {' and '.join(map(str, sorted(heights)))} rows")
        return np.concatenate(entries, axis=1)

    def number(self, value: Array) -> float:
        if value.size != 1:
            raise self.misfit(f"cannot divide by {_shape(value)}")
        return float(value.reshape(()))

    def fit(self, left: Array, right: Array, sign: str) -> None:
        if left.shape != right.shape:
            raise self.misfit(f"{_shape(left)} {sign} {_shape(right)}: both must have the same shape")


def _slope(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda z: (function(z + WIGGLE) - function(z - WIGGLE)) / (2 * WIGGLE)


def _wiggled(function: Callable[[Any], Any], at: Array) -> Array:
    """The gradient of a function that returns one number, in the shape of its argument."""
    slopes = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        step = np.zeros(at.shape)
        step[place] = WIGGLE
        slopes[place] = float(np.squeeze(function(at + step) - function(at - step))) / (2 * WIGGLE)
    return slopes


def _shape(value: Array) -> str:
    return "a number" if value.size == 1 else f"{value.shape[0]}×{value.shape[1]}"
