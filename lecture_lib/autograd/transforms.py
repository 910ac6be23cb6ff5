"""Functions that take a function and return its derivative; they nest in any order.

Each makes an alias of every argument it differentiates, runs the function once and walks the recorded graph. An
alias is a node of its own, so an inner derivative never mistakes the outer one's variable for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from operator import index
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import (
    Step,
    as_upstream,
    fitted,
    pull_back,
    push_forward,
    require_float,
    steps_between,
    touches_others,
)
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.families import lead_of
from lecture_lib.autograd.linear import ALIAS
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.state import MODE
from lecture_lib.autograd.tensor import Tensor, leaf, node_of
from lecture_lib.autograd.trees import aligned, leaves, rebuild, refill, spell

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class Recording:
    """One run of a function on aliases of its arguments: what every transform starts from.

    Args:
        f: the function.
        args: its arguments; those at ``argnums`` may be tuples, lists or dicts of real arrays.
        argnums: the positions of the arguments to differentiate, from 0.
    """

    def __init__(self, f: Function, args: Sequence[Any], argnums: Sequence[int]) -> None:
        outer = MODE.get()
        names = parameter_names(f)
        self.aliases: list[Tensor] = []
        aliased = list(args)
        for k in argnums:
            name = names[k] if k < len(names) else f"argument {k}"
            if isinstance(args[k], (np.ndarray, Tensor, float)):
                aliased[k] = self._alias(args[k], name, outer.recording)
            else:
                named = [self._alias(value, spell(name, path), outer.recording) for path, value in leaves(args[k])]
                aliased[k] = refill(args[k], named)
        inside = MODE.set(outer._replace(recording=True, depth=outer.depth + 1))
        try:
            result = f(*aliased)
        finally:
            MODE.reset(inside)
        self.structure = result
        if isinstance(result, Tensor):
            self.outputs = [result]
        else:
            self.outputs = [part if isinstance(part, Tensor) else leaf(output(part)) for _, part in leaves(result)]
        self.steps: list[Step] = steps_between(self.aliases, self.outputs)
        linked = any(alias.op is not None for alias in self.aliases)
        self.record = outer.recording and (linked or (outer.depth > 0 and self._depends_on_others()))

    def _depends_on_others(self) -> bool:
        """Whether a Tensor that is not made from the aliases alone takes part."""
        own_nodes = {id(node) for node, _ in self.steps} | {id(alias) for alias in self.aliases}
        return touches_others(self.steps) or any(y.op is not None and id(y) not in own_nodes for y in self.outputs)

    def _alias(self, value: Any, name: str, link: bool) -> Tensor:
        if type(value) is np.ndarray and value.dtype.kind == "f":
            inner = node_of(value, None, (), (), {}, name)
        elif isinstance(value, Tensor):
            require_float(value.data, value.name or name)
            op, args, arrays = (ALIAS, (value,), (value.data,)) if link else (None, (), ())
            inner = node_of(value.data, op, args, arrays, {}, value.name or name)
        else:
            try:
                inner = leaf(value, name)
            except TypeError as error:
                raise TypeError(f"cannot differentiate with respect to argument {name!r}: {error}") from None
            require_float(inner.data, name)
        self.aliases.append(inner)
        return inner

    def value(self) -> Any:
        """What the function returned: Tensors while an outer derivative is being taken, arrays otherwise."""
        if isinstance(self.structure, Tensor):
            return self.hand_out(self.structure)
        return refill(self.structure, [self.hand_out(y) for y in self.outputs])

    def hand_out(self, y: Tensor) -> Any:
        """A result as the caller expects it."""
        if self.record:
            return y
        return number_of(y.data)

    def pull(self, upstream: Sequence[Value]) -> list[Value]:
        """The gradients of all aliases, one upstream gradient per output."""
        record = self.record or any(isinstance(w, Tensor) for w in upstream)
        found = pull_back(self.steps, zip(self.outputs, upstream, strict=True), record)
        lead = lead_of(upstream[0], self.outputs[0]) if upstream else ()
        return delivered(found, self.aliases, lead, upstream)

    def push(self, tangents: Sequence[Value]) -> list[Value]:
        """The tangents of all outputs, one tangent per alias."""
        record = self.record or any(isinstance(v, Tensor) for v in tangents)
        found = push_forward(self.steps, zip(self.aliases, tangents, strict=True), record)
        lead = lead_of(tangents[0], self.aliases[0]) if self.aliases else ()
        return delivered(found, self.outputs, lead, tangents)


def delivered(
    found: dict[int, Value], nodes: Sequence[Tensor], lead: tuple[int, ...], borrowed: Sequence[Value]
) -> list[Value]:
    """The gradients or tangents of some nodes as the caller's own: zeros where nothing arrived, no shared memory.

    Inside the engine a gradient may be a view, be shared by two nodes, or be what the caller sent in.
    """
    taken = {id(owner(array)) for array in borrowed}
    results: list[Value] = []
    for node in nodes:
        g = found.get(node.serial)
        if g is None:
            g = np.zeros(lead + node.shape, node.dtype)
        elif type(g) is np.ndarray:
            memory = owner(g)
            if getattr(memory, "size", None) != g.size or id(memory) in taken or not g.flags.writeable:
                g = memory = g.copy()
            taken.add(id(memory))
        elif type(g) is RowSparse:
            g = g.copy() if id(owner(g.rows)) in taken else g
            taken.add(id(owner(g.rows)))
        elif isinstance(g, np.generic):
            g = np.asarray(g)
        results.append(g)
    return results


def owner(array: Value) -> Any:
    """The array whose memory this one reads."""
    return array if getattr(array, "base", None) is None else array.base


def like_arguments(argument: Any, gradients: Iterator[Value]) -> Any:
    """The next gradients in the argument's structure: a NumPy number for a number, an array for an array."""
    if isinstance(argument, np.ndarray):
        return next(gradients)

    def like(original: Any) -> Value:
        g = next(gradients)
        is_number = isinstance(original, (float, np.generic)) and isinstance(g, np.ndarray) and g.ndim == 0
        return g[()] if is_number else g

    return rebuild(argument, like)


def parameter_names(f: Function) -> Sequence[str]:
    """The names of a function's positional parameters, as far as they are known."""
    code = getattr(f, "__code__", None)
    bound = getattr(f, "__self__", None) is not None
    return code.co_varnames[bound : code.co_argcount] if code is not None else ()


def output(value: Any) -> Any:
    """A function's result that is no Tensor, as an array; a clear error for what is no number."""
    found = np.asarray(value)
    if found.dtype.kind not in "buif":
        raise TypeError(f"the function must return numbers or Tensors, not {type(value).__name__}")
    return found.astype(float) if found.dtype.kind != "f" else found


def positions(argnums: Argnums, count: int) -> tuple[int, ...]:
    """``argnums`` as a tuple of positions from 0 among ``count`` arguments.

    Raises:
        TypeError: ``argnums`` is neither an integer nor a tuple of integers.
        ValueError: there is no such argument, or one is asked for twice.
    """
    try:
        wanted = [index(k) for k in argnums] if isinstance(argnums, (tuple, list)) else [index(argnums)]
    except TypeError:
        raise TypeError(f"argnums is a position or a tuple of positions, not {argnums!r}") from None
    for k in wanted:
        if not -count <= k < count:
            raise ValueError(f"argnums asks for argument {k}, but the function was called with {count} arguments")
    found = tuple(k % count for k in wanted)
    if len(set(found)) < len(found):
        raise ValueError(f"argnums {argnums!r} asks for one of the {count} arguments twice; its gradient is one array")
    return found


def one_or_all(parts: list[Any], argnums: Argnums) -> Any:
    """A tuple of results if ``argnums`` is one, the only result otherwise."""
    return tuple(parts) if isinstance(argnums, (tuple, list)) else parts[0]


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns f's value and its gradient from one forward and one backward pass.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.

    Returns:
        ``g(*args) -> (value, gradient)``. The gradient has the structure, shapes and dtypes of the argument; a
        tuple of them if ``argnums`` is a tuple.

    Raises:
        ShapeError: f returned more than one number.
        TypeError: a differentiated argument holds no real numbers, or ``argnums`` is no position.
        ValueError: there is no such position, or it is asked for twice.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import value_and_grad
        >>> value, slope = value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
        >>> print(value, slope)
        5.0 [2. 4.]
    """
    places = cache(partial(positions, argnums))

    def differentiated(*args: Any) -> tuple[Any, Any]:
        wanted = places(len(args))
        run = Recording(f, args, wanted)
        if len(run.outputs) != 1 or isinstance(run.structure, (tuple, list, dict)):
            raise ShapeError(
                "the gradient of a function that returns several values is not defined; vjp or jacobian take one"
            )
        y = run.outputs[0]
        if y.size != 1:
            raise ShapeError(
                f"the gradient needs a function that returns one number, but this one returned shape {y.shape}: "
                "sum it or take its mean, or use jacobian or vjp"
            )
        gradients = iter(run.pull([as_upstream(None, y, "the gradient")]))
        return run.value(), one_or_all([like_arguments(args[k], gradients) for k in wanted], argnums)

    return differentiated


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns the gradient of f, by reverse mode.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.

    Returns:
        ``g(*args)``: the gradient, in the structure, shapes and dtypes of the argument; a tuple of them if
        ``argnums`` is a tuple. Inside another transform the result is a Tensor.

    Raises:
        ShapeError: f returned more than one number.
        TypeError: a differentiated argument holds no real numbers, or ``argnums`` is no position.
        ValueError: there is no such position, or it is asked for twice.

    Example:
        >>> from lecture_lib import grad
        >>> cube = lambda x: x**3
        >>> print(grad(cube)(4.0), grad(grad(cube))(4.0))
        48.0 24.0
    """
    both = value_and_grad(f, argnums)
    return lambda *args: both(*args)[1]


def vjp(f: Function, *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f's value and the function that carries an upstream gradient back to every argument.

    Args:
        f: returns an array, or a tuple of arrays.
        args: its arguments: real arrays, or tuples, lists or dicts of them.

    Returns:
        ``(y, pull)``; ``pull(w)``, with w of y's shape (a tuple if y is one), is a tuple with one entry an argument,
        each wᵀ times the Jacobian, in the argument's shape.

    Raises:
        ShapeError: an upstream gradient of another shape.
        TypeError: an argument holds integers, booleans or no numbers.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import vjp
        >>> y, pull = vjp(lambda a, b: a * b, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
        >>> pull(np.array([1.0, 10.0]))
        (array([ 3., 40.]), array([ 1., 20.]))
    """
    run = Recording(f, args, range(len(args)))

    def pull(w: Any) -> tuple[Any, ...]:
        given = aligned(run.structure, w, "the upstream gradient")
        upstream = [as_upstream(part, y, "pull") for part, y in zip(given, run.outputs, strict=True)]
        gradients = iter(run.pull(upstream))
        return tuple(like_arguments(arg, gradients) for arg in args)

    return run.value(), pull


def jvp(f: Function, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f's value and its directional derivative, by forward mode.

    Args:
        f: returns an array, or a tuple of arrays.
        args: its arguments: real arrays, or tuples, lists or dicts of them.
        tangents: one direction per argument, in the same structure and shapes.

    Returns:
        ``(y, dy)``: dy is the Jacobian times the direction, in y's structure and shapes.

    Raises:
        ShapeError: tangents that do not match the arguments.
        TypeError: an argument holds integers, booleans or no numbers.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import jvp
        >>> jvp(np.sin, (np.array([0.0, 0.0]),), (np.array([1.0, 2.0]),))
        (array([0., 0.]), array([1., 2.]))
    """
    if not isinstance(args, (tuple, list)) or not isinstance(tangents, (tuple, list)) or len(args) != len(tangents):
        raise ShapeError("jvp(f, args, tangents) takes a tuple of arguments and a tuple with one tangent for each")
    run = Recording(f, args, range(len(args)))
    given = aligned(tuple(args), tuple(tangents), "tangents")
    directions = []
    for v, alias in zip(given, run.aliases, strict=True):
        v = v if isinstance(v, Tensor) else np.asarray(v)
        if v.shape != alias.shape:
            raise ShapeError(
                f"the tangent of {alias.name} has shape {v.shape}, but the argument has shape {alias.shape}"
            )
        directions.append(fitted(v, alias))
    return run.value(), refill(run.structure, [number_of(dy) for dy in run.push(directions)])


def number_of(dy: Value) -> Value:
    """An array without axes as a number, as NumPy's own functions return it."""
    return dy[()] if isinstance(dy, np.ndarray) and dy.ndim == 0 else dy


def jacobian(f: Function, argnums: Argnums = 0, mode: str = "auto") -> Function:
    """A function that returns the Jacobian of f in one vectorized pass.

    Args:
        f: returns an array.
        argnums: the position(s) of the arguments to differentiate.
        mode: "reverse" (one row per output), "forward" (one column per input) or "auto", the one with fewer.

    Returns:
        ``J(*args)`` of shape ``y.shape + x.shape``, ``J[i, j] = ∂y_i/∂x_j``, in the structure of the argument; a
        tuple if ``argnums`` is a tuple.

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

    def differentiated(*args: Any) -> Any:
        wanted = places(len(args))
        run = Recording(f, args, wanted)
        inputs, outputs = sum(a.size for a in run.aliases), sum(y.size for y in run.outputs)
        backward = mode == "reverse" or (mode == "auto" and outputs <= inputs)
        blocks = _rows(run) if backward else _columns(run)
        parts = []
        for y_blocks in blocks:
            found = iter(y_blocks)
            parts.append(one_or_all([refill(args[k], found) for k in wanted], argnums))
        return refill(run.structure, parts)

    return differentiated


def _rows(run: Recording) -> list[list[Value]]:
    """Jacobian blocks by reverse mode: all unit upstream gradients of an output at once."""
    blocks = []
    for k, y in enumerate(run.outputs):
        upstream = [np.zeros((y.size, *other.shape), other.dtype) for other in run.outputs]
        upstream[k] = np.eye(y.size, dtype=y.dtype).reshape((y.size, *y.shape))
        gradients = run.pull(upstream)
        blocks.append([g.reshape(y.shape + a.shape) for g, a in zip(gradients, run.aliases, strict=True)])
    return blocks


def _columns(run: Recording) -> list[list[Value]]:
    """Jacobian blocks by forward mode: all unit tangents of an argument at once."""
    blocks: list[list[Value]] = [[] for _ in run.outputs]
    for k, x in enumerate(run.aliases):
        tangents = [np.zeros((x.size, *other.shape), other.dtype) for other in run.aliases]
        tangents[k] = np.eye(x.size, dtype=x.dtype).reshape((x.size, *x.shape))
        for row, dy, y in zip(blocks, run.push(tangents), run.outputs, strict=True):
            row.append(np.moveaxis(dy, 0, -1).reshape(y.shape + x.shape))
    return blocks


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns the matrix of second derivatives of a function that returns one number.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.

    Returns:
        ``H(*args)`` of shape ``x.shape + x.shape``, in x's dtype; nested like the arguments if they are.

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
        ``h(*args, v)`` of the argument's shape and dtype: the Hessian at ``args`` times ``v``.

    Raises:
        ShapeError: f returned more than one number, or v has another shape than the argument.
        TypeError, ValueError: as ``grad`` does.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import hvp
        >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
        array([ 6., 12.])
    """

    def product(*args_and_v: Any) -> Any:
        *args, v = args_and_v
        (k,) = positions(argnum, len(args))

        def slope(x: Any) -> Any:
            return grad(f, k)(*args[:k], x, *args[k + 1 :])

        return jvp(slope, (args[k],), (v,))[1]

    return product
