"""Whole numbers modulo the prime 2⁶¹ − 1: sums, products, transposes and the chain rule without rounding.

A nonlinear value becomes an opaque number, the same wherever it stands for the same thing; its slope is the one of the
table of slopes. Two different rational expressions agree at a random point with a probability of about 10⁻¹⁸.

Source of the bound: J. Schwartz, Fast probabilistic algorithms for verification of polynomial identities, 1980.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any

import numpy as np

from lecture_lib.matcalc.evaluate import needed
from lecture_lib.matcalc.expr import Array, Expr, Number
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.paper.problem import Problem
from lecture_lib.matcalc.paper.worlds import World
from lecture_lib.matcalc.walk import free_symbols, topological

PRIME = 2**61 - 1
# Where no root exists modulo the prime, other numbers are drawn, so many times.
TRIES = 12


class NotExact(NotImplementedError):
    """An operation that has no place among whole numbers modulo a prime."""


class NoRoot(NotExact):
    """A number that is no square modulo the prime."""


def residue(value: Number) -> int:
    """A number modulo the prime."""
    whole = Fraction(value)
    return whole.numerator * pow(whole.denominator, -1, PRIME) % PRIME


class Residues:
    """Arithmetic modulo the prime, at one random point."""

    def __init__(self, lengths: dict[str, int], rng: np.random.Generator) -> None:
        self.lengths = lengths
        self.rng = rng
        self.salt = rng.bytes(16)

    def random(self, rows: int, columns: int) -> Array:
        """A random matrix."""
        drawn = self.rng.integers(1, PRIME, size=(rows, columns))
        return np.array([[int(x) for x in row] for row in drawn], dtype=object).reshape(rows, columns)

    def eye(self, size: int) -> Array:
        """An identity matrix."""
        return np.array([[int(i == j) for j in range(size)] for i in range(size)], dtype=object)

    def equal(self, a: Array, b: Array, close: float = 0) -> bool:
        """Are they the same modulo the prime?"""
        return a.shape[-2:] == b.shape[-2:] and not np.any((a - b) % PRIME)

    def value(self, e: Expr, known: Mapping[Expr, Array]) -> Array:
        """The value of an expression when some nodes are known."""
        if e in known:
            return known[e]
        done = dict(known)
        for node in needed(e, done):
            done[node] = self._node(node, [done[a] for a in node.args]) % PRIME
        return done[e]

    def _node(self, node: Expr, args: list[Array]) -> Array:
        match node.op:
            case "product":
                return self._product(node, args)
            case "hadamard":
                result = self._raised(args[0], node.data[0])
                for a, top in zip(args[1:], node.data[1:], strict=True):
                    result = result * self._raised(a, top) % PRIME
                return result
            case "sum":
                result = args[0]
                for a in args[1:]:
                    result = result + a
                return result
            case "let":
                return args[0]
            case "T":
                return np.swapaxes(args[0], -1, -2)
            case "number":
                rows, columns = (s.value(self.lengths) for s in node.shape)
                return np.full((rows, columns), residue(node.data), dtype=object)
            case "eye":
                return self.eye(node.shape[0].value(self.lengths))
            case "size":
                return np.full((1, 1), node.data.value(self.lengths), dtype=object)
            case "elem":
                return self._elementwise(node, args[0])
        return self._structure(node, args)

    def _structure(self, node: Expr, args: list[Array]) -> Array:
        """Operations that only move entries, or add them up."""
        match node.op:
            case "trace":
                return np.asarray(np.trace(args[0], axis1=-2, axis2=-1))[..., None, None]
            case "diag":
                return args[0] * self.eye(args[0].shape[-2])
            case "diagpart":
                return np.diagonal(args[0], axis1=-2, axis2=-1)[..., None]
            case "vec":
                return args[0].reshape((*args[0].shape[:-2], -1, 1))
            case "unvec":
                return args[0].reshape((*args[0].shape[:-2], *(s.value(self.lengths) for s in node.shape)))
            case "rows":
                start, height = (s.value(self.lengths) for s in node.data)
                return args[0][..., start : start + height, :]
            case "concat":
                lead = np.broadcast_shapes(*(a.shape[:-2] for a in args))
                return np.concatenate([np.broadcast_to(a, lead + a.shape[-2:]) for a in args], axis=-2)
            case "kron":
                a, b = args
                both = a[..., :, None, :, None] * b[..., None, :, None, :]
                rows, columns = a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1]
                return both.reshape((*both.shape[:-4], rows, columns))
        return self._nonlinear(node, args)

    def _nonlinear(self, node: Expr, args: list[Array]) -> Array:
        """Values with a relation that is kept: a softmax adds up to 1, a norm is a root; inverses are computed."""
        match node.op:
            case "softmax":
                axis = -2 if node.is_column else -1
                value = self._opaque_array("softmax", args[0])
                rest = value.sum(axis=axis, keepdims=True) - 1
                last = [slice(None)] * value.ndim
                last[axis] = slice(-1, None)
                value[tuple(last)] = value[tuple(last)] - rest
                return value
            case "norm":
                return self._root((args[0] * args[0]).sum(axis=(-2, -1), keepdims=True))
            case "inv":
                return inverse(args[0])[0]
            case "det":
                return np.array([[inverse(args[0])[1]]], dtype=object)
            case "log_softmax":
                return self._opaque_array(node.op, args[0])
            case "logsumexp" | "cross_entropy" | "logdet":
                label = f"{node.op}|{[int(x) for a in args for x in a.ravel()]}".encode()
                return np.array([[self._opaque(label, 0)]], dtype=object)
        raise NotExact(node.op)

    def _opaque_array(self, op: str, q: Array) -> Array:
        """Opaque numbers for a function whose every result depends on every argument."""
        if q.ndim > 2:
            raise NotExact(op)
        lines = [q] if q.shape[-1] == 1 else list(q)
        label = [f"{op}|{[int(x) % PRIME for x in line.ravel()]}".encode() for line in lines]
        made = [[self._opaque(name, k) for k in range(line.size)] for name, line in zip(label, lines, strict=True)]
        return np.array(made, dtype=object).reshape(q.shape)

    def _root(self, a: Array) -> Array:
        """A square root, entry by entry."""
        flat = [pow(int(x) % PRIME, (PRIME + 1) // 4, PRIME) for x in a.ravel()]
        if any((r * r - int(x)) % PRIME for r, x in zip(flat, a.ravel(), strict=True)):
            raise NoRoot("a root")
        return np.array(flat, dtype=object).reshape(a.shape)

    def _product(self, node: Expr, args: list[Array]) -> Array:
        coefficient, tops = node.data
        links = args[len(tops) :]
        result: Any = residue(coefficient)
        for base, top in zip(args, tops, strict=False):
            result = result * self._raised(base, top) % PRIME
        if not links:
            return np.asarray(result, dtype=object)
        backward = links[-1].shape[-1] == 1
        made = links[-1] if backward else links[0]
        for link in reversed(links[:-1]) if backward else links[1:]:
            made = (link @ made if backward else made @ link) % PRIME
        return np.asarray(result * made, dtype=object)

    def _raised(self, base: Array, top: Number) -> Array:
        if not isinstance(top, int):
            if Fraction(top).denominator != 2:
                raise NotExact("a root")
            return self._raised(self._root(base), int(2 * top))
        if top == 1:
            return base
        flat = [pow(int(x), top, PRIME) for x in base.ravel()]
        return np.array(flat, dtype=object).reshape(base.shape)

    def _elementwise(self, node: Expr, z: Array) -> Array:
        name, order, *settings = node.data
        if order and lookup(name).slope is not None:
            return self.value(slope_of(node), {node.args[0]: z})
        label = f"{name}|{order}|{settings}".encode()
        flat = [self._opaque(label, int(x) % PRIME) for x in z.ravel()]
        return np.array(flat, dtype=object).reshape(z.shape)

    def _opaque(self, label: bytes, z: int) -> int:
        """A number that stands for a function's value at z."""
        told = blake2b(label + z.to_bytes(8, "big"), digest_size=16, key=self.salt).digest()
        return int.from_bytes(told, "big") % PRIME


def inverse(a: Array) -> tuple[Array, int]:
    """The inverse and the determinant modulo the prime, by elimination."""
    size = len(a)
    if a.ndim > 2:
        raise NotExact("inverses of many matrices")
    work = np.concatenate([a % PRIME, np.array(np.eye(size, dtype=int), dtype=object)], axis=1)
    det = 1
    for k in range(size):
        pivot = next((i for i in range(k, size) if work[i, k] % PRIME), None)
        if pivot is None:
            raise ZeroDivisionError("a singular matrix")
        if pivot != k:
            work[[k, pivot]] = work[[pivot, k]]
            det = -det
        det = det * work[k, k] % PRIME
        work[k] = work[k] * pow(int(work[k, k]), -1, PRIME) % PRIME
        for i in range(size):
            if i != k:
                work[i] = (work[i] - work[i, k] * work[k]) % PRIME
    return work[:, size:], det % PRIME


def field_world(problem: Problem, seed: int = 61) -> World | None:
    """The world modulo the prime; None where a piece has no place in it."""
    for k in range(TRIES):
        try:
            return _drawn(problem, np.random.default_rng(seed + k))
        except NoRoot:
            continue
        except (NotExact, ValueError, ArithmeticError):
            return None
    return None


def _drawn(problem: Problem, rng: np.random.Generator) -> World:
    # Two sizes are unequal, and none is 1.
    drawn = rng.permutation(np.arange(3, len(problem.labels) + 3)).tolist()
    lengths = dict(zip(sorted(problem.labels), drawn, strict=True))
    nodes = topological([problem.output])
    if any(s.value(lengths) < 1 for e in nodes for s in e.shape):
        raise NotExact("a size below 1")
    numbers = Residues(lengths, rng)
    world = World(problem, numbers, lengths, {})
    targets = {s for n in nodes if n.op == "cross_entropy" for s in free_symbols(n.args[1])}
    for symbol in free_symbols(problem.output):
        rows, columns = (s.value(lengths) for s in symbol.shape)
        value = numbers.random(rows, columns)
        if symbol.fact == "sym":
            value = (value + value.T) % PRIME
        elif symbol.fact:
            raise NotExact(symbol.fact)
        if symbol in targets:
            axis = 0 if symbol.is_column else 1
            rest = value.sum(axis=axis, keepdims=True) - 1
            last = (slice(-1, None), slice(None)) if axis == 0 else (slice(None), slice(-1, None))
            value[last] = (value[last] - rest) % PRIME
        world.values[symbol] = value
    for piece in problem.order:
        world.values[piece] = numbers.value(piece, world.values)
    return world
