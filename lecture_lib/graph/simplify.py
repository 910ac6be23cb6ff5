"""Make a traced graph as short as a person would write it: no aliases, no 1 * x, nothing twice, nothing unused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd import linear
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.operation import Array, Opaque, Operation
from lecture_lib.autograd.products import MATMUL
from lecture_lib.autograd.rules import UFUNCS
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.trees import leaves
from lecture_lib.graph.trace import Graph, Node, is_numeric

MULTIPLY, DIVIDE, ADD, SUBTRACT, NEGATIVE, POWER = (
    UFUNCS[u] for u in (np.multiply, np.divide, np.add, np.subtract, np.negative, np.power)
)


def simplify(
    graph: Graph, merge: bool = False, rate: Node | None = None
) -> tuple[list[Node], list[Any], dict[Node, Any]]:
    """The nodes that the outputs need, each rewritten by the identities below.

    Args:
        graph: from ``trace``.
        merge: treat constant arrays with the same numbers as one; not for code that must follow their changes.
        rate: an input, one number that multiplies every gradient; it is moved to where it meets the fewest entries.

    Returns:
        The nodes in topological order; the outputs, each a Node or a constant array; and what became of every node
        of the graph.
    """
    became: dict[Node, Any] = {}
    known: dict[Any, Node] = {}
    constants: dict[Any, Array] = {}
    spread: dict[Node, Node] = {} if rate is None else {rate: rate}
    for node in graph.nodes:
        if node.op is None:
            became[node] = node
            continue
        args = tuple(became[a] if isinstance(a, Node) else a for a in node.args)
        if merge:
            args = tuple(constants.setdefault(content(a), a) if isinstance(a, np.ndarray) else a for a in args)
        new = rewrite(node, args) if rate is None else weighted(node, args, spread)
        if isinstance(new, Node) and new.op is not None:
            new = shared(new, known)
            new.name = new.name or node.name
        became[node] = new
    outputs = [became[node] for node in graph.outputs]
    outputs = [outputs[0], *(as_rows(g, known) for g in outputs[1:])]
    return needed(outputs, known.values(), graph), outputs, became


def numbers_as_arrays(graph: Graph) -> list[Node]:
    """The inputs that come as Python's numbers, if an operation wants the methods that only an array has."""

    def wants_arrays(node: Node) -> bool:
        return not isinstance(node.op, (Elementwise, Opaque)) and any(not a.shape for a in node.parents)

    if not any(node.op is not linear.ALIAS and wants_arrays(node) for node in graph.nodes):
        return []
    given = [value for _, value in leaves(graph._arguments) if is_numeric(value)]
    return [n for n, value in zip(graph.inputs, given, strict=True) if isinstance(value, (bool, int, float))]


def shared(node: Node, known: dict[Any, Node]) -> Node:
    """The node that already computes the same, or this one, with its arguments shared likewise."""
    key = signature(node)
    if key not in known:
        node.args = tuple(shared(a, known) if isinstance(a, Node) and a.op is not None else a for a in node.args)
        key = signature(node)
    return known.setdefault(key, node)


ROWS = Operation("row_sparse", lambda rows, ids, shape: RowSparse.of_lookup(ids, rows, shape))


def as_rows(g: Any, known: dict[Any, Node]) -> Any:
    """The gradient of a table in row-sparse form, if every use of the table was a look-up of rows."""
    if not isinstance(g, Node):
        return g
    if g.op is linear.SCATTER and len(g.shape) == 2 and len(g.args) == 2 and is_integer_array(g.args[1]):
        rows = g.args[0]
        while isinstance(rows, Node) and rows.op is linear.RESHAPE:
            rows = rows.args[0]
        sparse = Node(g.index, g.name, ROWS, (rows, g.args[1]), g.settings)
    elif g.op is ADD:
        parts = tuple(as_rows(a, known) for a in g.args)
        if not all(is_row_sparse(part) for part in parts):
            return g
        sparse = Node(g.index, g.name, ADD, parts, {})
    else:
        return g
    sparse.value = g.value
    return shared(sparse, known)


def is_row_sparse(part: Any) -> bool:
    """Whether a node holds a RowSparse."""
    return isinstance(part, Node) and (part.op is ROWS or (part.op is ADD and all(map(is_row_sparse, part.args))))


def is_integer_array(part: Any) -> bool:
    """Whether an index is an array of integers."""
    value = part.value if isinstance(part, Node) else part
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def needed(outputs: Sequence[Any], made: Iterable[Node], graph: Graph) -> list[Node]:
    """The inputs, and the nodes that lead to an output."""
    alive: set[Node] = set()
    waiting = [y for y in outputs if isinstance(y, Node)]
    while waiting:
        node = waiting.pop()
        if node not in alive:
            alive.add(node)
            waiting.extend(node.parents)
    rest = [node for node in graph.nodes if node.op is None and node not in graph.inputs and node in alive]
    return [*graph.inputs, *rest, *(node for node in made if node in alive and node.op is not None)]


def signature(node: Node) -> Any:
    """Equal for two nodes that compute the same."""
    return (
        id(node.op),
        tuple(part_key(a) for a in node.args),
        tuple(sorted((k, part_key(v)) for k, v in node.settings.items())),
    )


def content(array: Array) -> Any:
    """A key that is equal for arrays of the same numbers."""
    return array.shape, array.dtype.str, array.tobytes()


def part_key(part: Any) -> Any:
    """A key for one argument: a node by itself, an array by its identity, anything else by how it is written."""
    if isinstance(part, Node):
        return part
    if isinstance(part, np.ndarray):
        return (np.ndarray, id(part)) if part.ndim else (np.ndarray, *content(part))
    if isinstance(part, (tuple, list)):
        return type(part), tuple(map(part_key, part))
    return type(part), repr(part)


def rewrite(node: Node, args: tuple[Any, ...]) -> Any:
    """One node with its arguments replaced: a Node, an argument that equals it, or a constant array."""
    op = node.op
    if op in (linear.ALIAS, linear.COPY):
        return args[0]
    if not any(isinstance(a, Node) for a in args):
        return node.value
    if isinstance(op, Elementwise) or op is linear.WHERE:
        for k in range(len(args)):
            args = (*args[:k], as_number(k, args, node), *args[k + 1 :])
    shorter = shortened(node, op, args)
    if shorter is not None:
        return shorter
    return remade(node, op, args)


def weighted(node: Node, args: tuple[Any, ...], spread: dict[Node, Node]) -> Any:
    """``rewrite`` for a node that the rate may flow into: the rate stays one number, and multiplies sums, not terms.

    ``spread`` holds the nodes that repeat one number which depends on the rate alone, and that number's node.
    """
    op = node.op
    if isinstance(op, Elementwise):
        for k, a in enumerate(args):
            # A node that repeats a number is that number, where the shape follows from the others.
            if isinstance(a, Node) and a in spread:
                shorter = (*args[:k], spread[a], *args[k + 1 :])
                shapes = [np.shape(part.value if isinstance(part, Node) else part) for part in shorter]
                args = shorter if np.broadcast_shapes(*shapes) == node.shape else args
    if op is MULTIPLY:
        for a, b in (args, args[::-1]):
            if isinstance(a, Node) and a.op is NEGATIVE and a.args[0] in spread:
                fits = np.shape(b.value if isinstance(b, Node) else b) == node.shape
                number = spread[a.args[0]] if fits else a.args[0]
                return remade(node, NEGATIVE, (remade(node, MULTIPLY, (number, b)),))
            c, inner = factored(b)
            if isinstance(a, Node) and not a.shape and a in spread and inner is not None and inner.shape:
                number = Node(node.index, None, MULTIPLY, (a, c), {})
                number.value = a.value * a.value.dtype.type(c)
                spread[number] = number
                return remade(node, MULTIPLY, (number, inner))
    new = rewrite(node, args)
    if isinstance(new, Node) and new.op in (ADD, SUBTRACT):
        new = with_common_rate(new, new.args[0], new.args[1], spread) or new
    numbers = [a for a in new.args if isinstance(a, Node)] if isinstance(new, Node) else []
    if numbers and all(a in spread for a in numbers):
        if new.op in (linear.RESHAPE, linear.BROADCAST):
            spread[new] = spread[numbers[0]]
        elif not new.shape:
            spread[new] = new
    return new


def with_common_rate(node: Node, a: Any, b: Any, spread: dict[Node, Node]) -> Node | None:
    """c·a ± c·b as (a ± b)·c for a number c that depends on the rate alone."""
    if not all(isinstance(part, Node) and part.op is MULTIPLY for part in (a, b)):
        return None
    for c, inner_a in (a.args, a.args[::-1]):
        for d, inner_b in (b.args, b.args[::-1]):
            if c is d and c in spread and all(same_kind(part, node) for part in (inner_a, inner_b)):
                return remade(node, MULTIPLY, (remade(node, node.op, (inner_a, inner_b)), c))
    return None


def remade(node: Node, op: Any, args: tuple[Any, ...]) -> Node:
    """A node with the value of ``node``, made by another operation."""
    new = Node(node.index, node.name, op, args, node.settings if op is node.op else {})
    new.value = node.value
    return new


def shortened(node: Node, op: Any, args: tuple[Any, ...]) -> Any:
    """A shorter equal of an operation on these arguments, or None."""
    first = args[0]
    if op is linear.RESHAPE:
        while isinstance(first, Node) and first.op is linear.RESHAPE:
            first = first.args[0]
        if isinstance(first, Node):
            return first if first.shape == node.shape else remade(node, op, (first,))
    if op in (linear.BROADCAST, linear.CAST) and isinstance(first, Node):
        return first if first.shape == node.shape and first.value.dtype == node.value.dtype else None
    if op is linear.MEAN:
        total = Node(node.index, None, linear.SUM, args, node.settings)
        total.value = np.asarray(linear.SUM.forward(first.value, **node.settings))
        return rewrite(remade(node, DIVIDE, ()), (rewrite(total, args), linear.length(first, node.settings["axis"])))
    if op is linear.SUM and node.settings["axis"] == () and same_kind(first, node):
        return first
    if op is linear.TRANSPOSE:
        return shortened_transpose(node, first)
    if op is NEGATIVE and isinstance(first, Node) and first.op is NEGATIVE:
        return first.args[0]
    if op is POWER and is_number(args[1], 1) and same_kind(first, node):
        return first
    if op in (MULTIPLY, DIVIDE, ADD, SUBTRACT):
        return shortened_arithmetic(node, op, *args)
    return None


def shortened_transpose(node: Node, first: Node) -> Node | None:
    """Axes that stay where they are need no transpose, two transposes are one, and (AB)ᵀ is BᵀAᵀ."""
    axes: tuple[int, ...] = node.settings["axes"]
    if first.op is linear.TRANSPOSE:
        inner, first = first.settings["axes"], first.args[0]
        axes = tuple(inner[a] for a in axes)
        node = remade(node, linear.TRANSPOSE, ())
        node.settings = {"axes": axes}
        node.args = (first,)
        return shortened_transpose(node, first) or node
    if axes == tuple(range(-len(axes), 0)):
        return first
    if first.op is MATMUL and len(axes) == 2 and all(isinstance(a, Node) and len(a.shape) == 2 for a in first.args):
        a, b = first.args
        return remade(node, MATMUL, (turned(b, node), turned(a, node)))
    return None


def turned(matrix: Node, like: Node) -> Node:
    """The transpose of a matrix; the matrix itself if this one is a transpose."""
    if matrix.op is linear.TRANSPOSE:  # Of a matrix, and none that leaves it as it is: those are gone.
        return matrix.args[0]
    new = Node(like.index, None, linear.TRANSPOSE, (matrix,), {"axes": (-1, -2)})
    new.value = matrix.value.T
    return new


def shortened_arithmetic(node: Node, op: Any, a: Any, b: Any) -> Any:
    """Leave out factors of 1 and terms of 0; turn factors of -1 and sums with a negative into signs."""
    if op is MULTIPLY and is_number(a, 1) and same_kind(b, node):
        return b
    if op in (MULTIPLY, DIVIDE) and is_number(b, 1) and same_kind(a, node):
        return a
    if op is ADD and is_number(a, 0) and same_kind(b, node):
        return b
    if op in (ADD, SUBTRACT) and is_number(b, 0) and same_kind(a, node):
        return a
    if op is MULTIPLY and is_number(a, -1) and same_kind(b, node):
        return remade(node, NEGATIVE, (b,))
    if op is MULTIPLY and is_number(b, -1) and same_kind(a, node):
        return remade(node, NEGATIVE, (a,))
    if not all(is_real(part) for part in (a, b) if isinstance(part, Node)):
        return None  # Integers wrap around, and so what comes in another order may come out as another number.
    if op is MULTIPLY and isinstance(a, (int, float)) and isinstance(b, Node):
        c, inner = factored(b)
        if inner is not None and representable(a * c, inner.value.dtype):
            return remade(node, MULTIPLY, (a * c, inner))
    if op is ADD and isinstance(b, Node) and b.op is NEGATIVE:
        return remade(node, SUBTRACT, (a, b.args[0]))
    if op is SUBTRACT and isinstance(b, Node) and b.op is NEGATIVE:
        return remade(node, ADD, (a, b.args[0]))
    if op is ADD and isinstance(a, Node) and a.op is NEGATIVE:
        return remade(node, SUBTRACT, (b, a.args[0]))
    if op in (ADD, SUBTRACT):
        return with_common_factor(node, op, a, b)
    return None


def with_common_factor(node: Node, op: Any, a: Any, b: Any) -> Node | None:
    """c·a ± c·b as (a ± b)·c for a number c."""
    (c, inner_a), (d, inner_b) = factored(a), factored(b)
    if inner_a is None or inner_b is None or abs(c) != abs(d) or c == 1 or inner_a.shape != inner_b.shape != ():
        return None
    if inner_a.value.dtype != inner_b.value.dtype or inner_a.value.dtype == np.float16:
        return None  # Half precision overflows so soon that a + b may, where c·a + c·b does not.
    if op is SUBTRACT:
        d = -d
    first, second = (inner_a, inner_b) if c > 0 else (inner_b, inner_a)
    total = Node(node.index, None, ADD if c == d else SUBTRACT, (first, second), {})
    total.value = node.value
    return remade(node, MULTIPLY, (total, c if c == d else abs(c)))


def factored(part: Any) -> tuple[float, Node | None]:
    """A product of a number and a node of real numbers, taken apart."""
    if isinstance(part, Node) and part.op is MULTIPLY:
        for number, inner in (part.args, part.args[::-1]):
            if isinstance(number, (int, float)) and isinstance(inner, Node) and is_real(inner):
                return number, inner
    return 1.0, None


def is_real(node: Node) -> bool:
    """Whether a node holds floating-point numbers."""
    return node.value.dtype.kind == "f"


def representable(number: float, dtype: np.dtype[Any]) -> bool:
    """Whether a number neither overflows in a dtype nor loses digits at its lower end."""
    limits = np.finfo(dtype)
    return number == 0 or float(limits.tiny) <= abs(number) <= float(limits.max)


def same_kind(part: Any, node: Node) -> bool:
    """Whether a node has the shape and dtype of another."""
    return isinstance(part, Node) and part.shape == node.shape and part.value.dtype == node.value.dtype


def is_number(part: Any, value: float) -> bool:
    """Whether a constant is this number."""
    return isinstance(part, (int, float, np.generic)) and not isinstance(part, bool) and part == value


def as_number(k: int, args: Sequence[Any], node: Node) -> Any:
    """A constant array of equal entries as one number, where broadcasting and dtype do not need the array."""
    part = args[k]
    if not isinstance(part, np.ndarray) or part.dtype.kind != "f" or not part.size:
        return part
    others = [a.value if isinstance(a, Node) else a for i, a in enumerate(args) if i != k]
    number = part.flat[0]
    if np.any(part != number) or np.any(np.signbit(part) != np.signbit(number)):
        return part
    if np.broadcast_shapes(*map(np.shape, others)) != node.shape:
        return part
    # As a number it will have no say in the dtype; as the others do not have who are numbers already.
    if np.result_type(*others, 0.0) != node.value.dtype:
        return part
    return float(number)
