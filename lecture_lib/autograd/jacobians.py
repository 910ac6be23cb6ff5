"""Jacobians and Hessians, built from many passes at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from functools import cache, partial
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import steps_between
from lecture_lib.autograd.linear import CONCATENATE
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.tensor import Tensor, leaf
from lecture_lib.autograd.transforms import Argnums, Function, Recording, grad, jvp, one_or_all, positions
from lecture_lib.autograd.trees import refill


def jacobian(f: Function, argnums: Argnums = 0, mode: str = "auto") -> Function:
    """A function that returns the Jacobian of f, many rows or columns in one vectorized pass.

    A pass takes as many of them as keep its largest array at 16 MB; with the few arrays that live at a time, memory
    stays within 128 MB besides what the function itself and twice the Jacobian need.

    Args:
        f: returns an array.
        argnums: the position(s) of the arguments to differentiate.
        mode: "reverse" (one row per output), "forward" (one column per input) or "auto", the one with fewer. Where f
            stacks many results, a row goes through nothing but its own result's part of the graph.

    Returns:
        ``J(*args, **keywords)`` of shape ``y.shape + x.shape``, ``J[i, j] = ∂y_i/∂x_j``, in the structure of the
        argument; a tuple if ``argnums`` is a tuple.

    Raises:
        ValueError: an unknown mode; an argument that does not exist, or is asked for twice.
        TypeError: a differentiated argument holds no real numbers, or ``argnums`` is no position.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import jacobian
        >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
        array([[2., 0.],
               [0., 4.]])
    """
    if mode not in ("auto", "reverse", "forward"):
        raise ValueError(f"mode must be 'auto', 'reverse' or 'forward', not {mode!r}")
    places = cache(partial(positions, argnums))

    def differentiated(*args: Any, **keywords: Any) -> Any:
        wanted = places(len(args))
        run = Recording(f, args, wanted, keywords)
        inputs, outputs = sum(a.size for a in run.aliases), sum(y.size for y in run.outputs)
        backward = mode == "reverse" or (mode == "auto" and outputs <= inputs)
        known = (outputs if backward else inputs) * work(run) + STEP * len(run.steps)
        apart = [] if mode == "forward" else pieces(run, known // 2)
        if apart:
            blocks = [stacked([_rows(piece)[0] for piece in apart], run)]
        else:
            blocks = _rows(run) if backward else _columns(run)
        parts = []
        for y_blocks in blocks:
            found = iter(y_blocks)
            parts.append(one_or_all([refill(args[k], found) for k in wanted], argnums))
        return refill(run.structure, parts)

    return differentiated


BLOCK_BYTES = 2**24
"""How large the largest array of one pass through the graph may be while a Jacobian is made."""


STEP = 3000
"""What a step through a node costs besides the numbers that it moves, in numbers."""


def work(run: Recording) -> int:
    """How many numbers one row moves on its way through the graph."""
    return sum(node.size + sum(node.args[i].size for i in where) for node, where in run.steps)


def pieces(run: Recording, most: int) -> list[Recording]:
    """The run as seen from each part of a result that is a stack of parts; none if that costs more than ``most``.

    Each row of a stack reaches only what its own part was computed from.
    """
    (y,) = run.outputs if len(run.outputs) == 1 else (None,)
    if y is None or y.op is not CONCATENATE or y.settings["axis"] != -y.ndim:
        return []
    found, cost = [], 0
    for part in y.args:
        piece = copy(run)
        piece.outputs = [part if isinstance(part, Tensor) else leaf(np.asarray(part))]
        piece.steps, _ = steps_between(run.aliases, piece.outputs)
        cost += piece.outputs[0].size * work(piece) + STEP * len(piece.steps)
        if cost > most:
            return []
        found.append(piece)
    return found


def unit_blocks(run: Recording, x: Tensor) -> Iterator[Array]:
    """The rows of the identity on x's entries, each in x's shape, as many at a time as memory allows."""
    sizes = [a.data.nbytes for node, where in run.steps for a in (node, *(node.args[i] for i in where))]
    count = max(1, BLOCK_BYTES // max([1, x.data.nbytes, *sizes]))
    for start in range(0, max(1, x.size), count):
        block = np.zeros((min(count, x.size - start), x.size), x.dtype)
        np.fill_diagonal(block[:, start:], 1)
        yield block.reshape((len(block), *x.shape))


def with_zeros(block: Array, place: int, nodes: Sequence[Tensor]) -> list[Array]:
    """The upstream gradients or tangents of all nodes: a block of unit ones at one of them, zeros at the others."""
    return [block if k == place else np.zeros((len(block), *x.shape), x.dtype) for k, x in enumerate(nodes)]


def stacked(rows: Sequence[Sequence[Value]], run: Recording) -> list[Value]:
    """The rows of all parts of a stack, for every argument."""
    return [np.concatenate(blocks) for blocks in zip(*rows, strict=True)] if run.aliases else []


def below_each_other(blocks: Sequence[Value]) -> Value:
    """Blocks of rows as one array."""
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _rows(run: Recording) -> list[list[Value]]:
    """Jacobian blocks by reverse mode: many unit upstream gradients of an output at once."""
    rows = []
    for k, y in enumerate(run.outputs):
        found = [run.pull(with_zeros(block, k, run.outputs)) for block in unit_blocks(run, y)]
        gradients = map(below_each_other, zip(*found, strict=True))
        rows.append([g.reshape(y.shape + a.shape) for g, a in zip(gradients, run.aliases, strict=True)])
    return rows


def _columns(run: Recording) -> list[list[Value]]:
    """Jacobian blocks by forward mode: many unit tangents of an argument at once."""
    rows: list[list[Value]] = [[] for _ in run.outputs]
    for k, x in enumerate(run.aliases):
        found = [run.push(with_zeros(block, k, run.aliases)) for block in unit_blocks(run, x)]
        for row, dy, y in zip(rows, map(below_each_other, zip(*found, strict=True)), run.outputs, strict=True):
            row.append(np.moveaxis(dy, 0, -1).reshape(y.shape + x.shape))
    return rows


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns the matrix of second derivatives of a function that returns one number.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.

    Returns:
        ``H(*args, **keywords)`` of shape ``x.shape + x.shape``, in x's dtype; nested like the arguments if they are.

    Raises:
        ShapeError, TypeError, ValueError: as ``grad`` does.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import hessian
        >>> hessian(lambda x: x[0] * x[1] ** 2)(np.array([1.0, 2.0]))
        array([[0., 4.],
               [4., 2.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function, argnum: int = 0) -> Function:
    """A function that multiplies the Hessian of f with a vector without building it: forward mode over reverse mode.

    Source: B. Pearlmutter, Fast exact multiplication by the Hessian, 1994.

    Args:
        f: returns one number.
        argnum: the position of the argument to differentiate.

    Returns:
        ``h(*args, v, **keywords)`` of the argument's shape and dtype: the Hessian at ``args`` times ``v``.

    Raises:
        ShapeError: f returned more than one number, or v has another shape than the argument.
        TypeError, ValueError: as ``grad`` does.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import hvp
        >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
        array([ 6., 12.])
    """

    def product(*args_and_v: Any, **keywords: Any) -> Any:
        *args, v = args_and_v
        (k,) = positions(argnum, len(args))

        def slope(x: Any) -> Any:
            return grad(f, k)(*args[:k], x, *args[k + 1 :], **keywords)

        return jvp(slope, (args[k],), (v,))[1]

    return product
