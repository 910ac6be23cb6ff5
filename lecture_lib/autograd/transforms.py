"""Functions that take a function and return its derivative; they nest in any order.

Each makes an alias of every argument it differentiates, runs the function once and walks the recorded graph. An
alias is a node of its own, so an inner derivative never mistakes the outer one's variable for its own.
"""

from __future__ import annotations

import warnings
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
)
from lecture_lib.autograd.errors import ShapeError, ZeroGradientWarning
from lecture_lib.autograd.families import lead_of
from lecture_lib.autograd.linear import ALIAS
from lecture_lib.autograd.node import no_subclass
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.saved import mark
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.state import MODE, Mode, changed, explained
from lecture_lib.autograd.tensor import Tensor, leaf, node_of
from lecture_lib.autograd.trees import aligned, is_structure, leaves, rebuild, refill, spell

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class Recording:
    """One run of a function on aliases of its arguments: what every transform starts from.

    Args:
        f: the function.
        args: its arguments; those at ``argnums`` may be nested tuples, lists, dicts and dataclasses of real arrays.
        argnums: the positions of the arguments to differentiate, from 0.
        keywords: what else the function takes.
        has_aux: whether the function returns a pair, of which only the first is differentiated.
    """

    def __init__(
        self, f: Function, args: Sequence[Any], argnums: Sequence[int], keywords: dict[str, Any], has_aux: bool = False
    ) -> None:
        outer = MODE.get()
        names = parameter_names(f)
        self.aliases: list[Tensor] = []
        aliased = list(args)
        for k in argnums:
            name = names[k] if k < len(names) else f"argument {k}"
            if isinstance(args[k], (np.ndarray, Tensor, float)):
                aliased[k] = self._alias(args[k], name, outer.recording)
            elif args[k] is None:
                raise TypeError(f"cannot differentiate with respect to argument {name!r}: it is None")
            else:
                named = [self._alias(value, spell(name, path), outer.recording) for path, value in leaves(args[k])]
                aliased[k] = refill(args[k], named)
        # Without an alias a leaf marks what is older than this run.
        sources = self.aliases or [leaf(np.zeros(()))]
        dropped: list[tuple[str, Any]] = []
        inside = MODE.set(Mode(True, outer.depth + 1, outer.tracing, outer.arrivals, outer.inspect, dropped))
        try:
            result = f(*aliased, **keywords)
        except ValueError as error:
            raise explained(error) from error.__cause__
        finally:
            MODE.reset(inside)
        self.aux: Any = None
        if has_aux:
            result, self.aux = value_and_aux(result)
        self.structure = result
        if isinstance(result, Tensor):
            self.outputs = [result]
        elif result is None:
            raise TypeError("the function must return numbers or Tensors, not None: does it end without a return?")
        else:
            self.outputs = [part if isinstance(part, Tensor) else leaf(output(part)) for _, part in leaves(result)]
        for y in self.outputs:
            if y.data.dtype.kind != "f":
                refuse_whole_numbers(y, dropped)
        seen = self.outputs
        if has_aux:
            seen = [*seen, *(part for _, part in leaves(self.aux) if isinstance(part, Tensor))]
        self.steps: list[Step]
        self.steps, beyond = steps_between(sources, seen)
        if dropped:
            self._warn_of_zeros(dropped)
        # Whatever Tensor takes part, as an argument or from around the function, can ask for its gradient later.
        self.record = outer.recording and (beyond or any(alias.op is not None for alias in self.aliases))

    def _warn_of_zeros(self, dropped: Sequence[tuple[str, Any]]) -> None:
        """Say which arguments the result depends on only where there is no derivative."""
        used = {node.args[i].serial for node, where in self.steps for i in where} | {y.serial for y in self.outputs}
        for alias in self.aliases:
            if alias.serial in used:
                continue
            for operation, args in dropped:
                tensors = [a for a in args if isinstance(a, Tensor)]
                if any(a is alias for a in tensors) or steps_between([alias], tensors)[0]:
                    warnings.warn(
                        f"the gradient with respect to {alias.name} is zero: the result depends on it only through "
                        f"{operation}, which has no derivative; train with a smooth loss such as cross_entropy",
                        ZeroGradientWarning,
                        stacklevel=4,
                    )
                    break

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

    def hold(self) -> None:
        """Remember what the arguments hold, which are borrowed and may change before the pull."""
        for node, _ in self.steps:
            borrowed = [
                (i, mark, mark(array))
                for i, (a, array) in enumerate(zip(node.args, node.arrays, strict=True))
                if isinstance(a, Tensor) and (a.op is None or a.op is ALIAS or array.base is not None)
            ]
            node.saved = [*(node.saved or ()), *borrowed]

    def value(self) -> Any:
        """What the function returned: Tensors while an outer derivative is being taken, arrays otherwise."""
        if isinstance(self.structure, Tensor):
            return self.hand_out(self.structure)
        return refill(self.structure, [self.hand_out(y) for y in self.outputs])

    def auxiliary(self) -> Any:
        """What else the function returned, with its Tensors as ``value`` gives them."""
        return rebuild(self.aux, lambda part: self.hand_out(part) if isinstance(part, Tensor) else part)

    def hand_out(self, y: Tensor) -> Any:
        """A result as the caller expects it."""
        if self.record:
            return y
        return number_of(y.data)

    def pull(self, upstream: Sequence[Value]) -> list[Value]:
        """The gradients of all aliases, one upstream gradient per output."""
        found = undropped(pull_back, self.steps, zip(self.outputs, upstream, strict=True), self.record)
        lead = lead_of(upstream[0], self.outputs[0]) if upstream else ()
        return delivered(found, self.aliases, lead, upstream)

    def push(self, tangents: Sequence[Value]) -> list[Value]:
        """The tangents of all outputs, one tangent per alias."""
        found = undropped(push_forward, self.steps, zip(self.aliases, tangents, strict=True), self.record)
        lead = lead_of(tangents[0], self.aliases[0]) if self.aliases else ()
        return delivered(found, self.outputs, lead, tangents)


def undropped(walk: Function, *args: Any) -> dict[Any, Value]:
    """Walk through the graph without noting what has no derivative: a slope such as x > 0 drops nothing."""
    if MODE.get().dropped is None:
        return walk(*args)
    with changed(dropped=None):
        return walk(*args)


def delivered(
    found: dict[Any, Value], nodes: Sequence[Tensor], lead: tuple[int, ...], borrowed: Sequence[Value]
) -> list[Value]:
    """The gradients or tangents of some nodes as the caller's own: zeros where nothing arrived, no shared memory.

    Inside the engine a gradient may be a view, be shared by two nodes, or be what the caller sent in.
    """
    taken = {id(owner(array)) for array in borrowed}
    results: list[Value] = []
    for node in nodes:
        g = found.get(node)
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


def value_and_aux(result: Any) -> tuple[Any, Any]:
    """The two parts of what a function with an auxiliary result returned."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError("with has_aux=True the function must return a pair: the value, and what else it found")
    return result[0], result[1]


def refuse_whole_numbers(y: Tensor, dropped: Sequence[tuple[str, Any]]) -> None:
    """Raise when a function returns integers or booleans, which change by jumps or not at all."""
    through = f" (it was computed through {dropped[-1][0]})" if dropped else ""
    raise TypeError(
        f"the function returned {y.data.dtype}, which has no derivative{through}: return real numbers, "
        "and train with a smooth loss such as cross_entropy instead of a count or an argmax"
    )


def output(value: Any) -> Any:
    """A function's result that is no Tensor, as an array; a clear error for what is no number."""
    found = np.asarray(value)
    if found.dtype.kind not in "buif":
        raise TypeError(f"the function must return numbers or Tensors, not {type(value).__name__}")
    return found


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


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns f's value and its gradient from one forward and one backward pass.

    An array that f changes after an operation has used it is reported, not differentiated wrongly; of an array of more
    than 4 kB only 64 entries are looked at, so a change of few entries of a large array may pass.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.
        has_aux: whether f returns a pair: the number, and anything else that it found on the way.

    Returns:
        ``g(*args, **keywords) -> (value, gradient)``; keyword arguments are handed to f. The gradient has the
        structure, shapes and dtypes of the argument; a tuple of them if ``argnums`` is a tuple. With ``has_aux`` the
        value is f's pair.

    Raises:
        ShapeError: f returned more than one number.
        TypeError: a differentiated argument holds no real numbers, ``argnums`` is no position, or f returned no pair
            although ``has_aux`` says so.
        ValueError: there is no such position, or it is asked for twice.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import value_and_grad
        >>> value, slope = value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
        >>> print(value, slope)
        5.0 [2. 4.]
    """
    places = cache(partial(positions, argnums))

    def differentiated(*args: Any, **keywords: Any) -> tuple[Any, Any]:
        wanted = places(len(args))
        run = Recording(f, args, wanted, keywords, has_aux)
        if len(run.outputs) != 1 or is_structure(run.structure):
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
        value = (run.value(), run.auxiliary()) if has_aux else run.value()
        return value, one_or_all([like_arguments(args[k], gradients) for k in wanted], argnums)

    return differentiated


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns the gradient of f, by reverse mode.

    Args:
        f: returns one number.
        argnums: the position(s) of the arguments to differentiate.
        has_aux: whether f returns a pair: the number, and anything else that it found on the way.

    Returns:
        ``g(*args, **keywords)``: the gradient, in the structure, shapes and dtypes of the argument; a tuple of them if
        ``argnums`` is a tuple. With ``has_aux`` a pair: the gradient, and the second part of what f returned. Inside
        another transform the results are Tensors. Keyword arguments are handed to f.

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
    both = value_and_grad(f, argnums, has_aux)

    def gradient(*args: Any, **keywords: Any) -> Any:
        value, found = both(*args, **keywords)
        return (found, value[1]) if has_aux else found

    return gradient


def vjp(f: Function, *args: Any, **keywords: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f's value and the function that carries an upstream gradient back to every argument.

    Do not change the arguments before the pull: that is reported, but of an array of more than 4 kB only 64 entries are
    looked at, so a change of few entries of a large array may pass.

    Args:
        f: returns an array, or a tuple of arrays.
        args: its arguments: real arrays, or nested tuples, lists, dicts and dataclasses of them.
        keywords: handed to f; not differentiated.

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
    run = Recording(f, args, range(len(args)), keywords)
    run.hold()

    def pull(w: Any) -> tuple[Any, ...]:
        given = aligned(run.structure, w, "the upstream gradient")
        upstream = [as_upstream(part, y, "pull") for part, y in zip(given, run.outputs, strict=True)]
        gradients = iter(run.pull(upstream))
        return tuple(like_arguments(arg, gradients) for arg in args)

    return rebuild(run.value(), lambda part: part.copy() if isinstance(part, np.ndarray) else part), pull


def jvp(f: Function, args: Sequence[Any], tangents: Sequence[Any], **keywords: Any) -> tuple[Any, Any]:
    """f's value and its directional derivative, by forward mode.

    Args:
        f: returns an array, or a tuple of arrays.
        args: its arguments: real arrays, or nested tuples, lists, dicts and dataclasses of them.
        tangents: one direction per argument, in the same structure and shapes.
        keywords: handed to f; not differentiated.

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
    run = Recording(f, args, range(len(args)), keywords)
    given = aligned(tuple(args), tuple(tangents), "tangents")
    directions = []
    for v, alias in zip(given, run.aliases, strict=True):
        v = v if isinstance(v, Tensor) else np.asarray(no_subclass(v, "a tangent"))
        if v.shape != alias.shape:
            raise ShapeError(
                f"the tangent of {alias.name} has shape {v.shape}, but the argument has shape {alias.shape}"
            )
        directions.append(fitted(v, alias))
    return run.value(), refill(run.structure, [number_of(dy) for dy in run.push(directions)])


def number_of(dy: Value) -> Value:
    """An array without axes as a number, as NumPy's own functions return it."""
    return dy[()] if isinstance(dy, np.ndarray) and dy.ndim == 0 else dy
