"""Turn the gradient of a function into fast NumPy: one trace, straight-line code, memory used again and again."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd import linear
from lecture_lib.autograd.node import no_subclass
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.autograd.transforms import Argnums, parameter_names, positions, value_and_grad
from lecture_lib.autograd.trees import Keywords, call, is_record, joined, leaves, parts_of, rebuild, refill
from lecture_lib.graph.trace import NUMBERS, Graph, Node, is_numeric, record
from lecture_lib.graph.writer import ProgramWriter

KEPT = 64
"""How many programs a compiled gradient keeps; the least recently used goes first, with a warning."""


def compile_gradient(f: Callable[..., Any], *args: Any, argnums: Argnums = 0, **keywords: Any) -> Callable[..., Any]:
    """The fast form of ``value_and_grad(f, argnums)``: traced once, then run as straight-line NumPy.

    Intermediate arrays are kept and overwritten on the next call; what is returned belongs to the caller. Arguments
    of other shapes or dtypes are traced anew; the programs of the 64 forms used last are kept. Whatever f reads besides
    its arguments is taken as it is at the trace.

    Args:
        f: returns one number; NumPy code whose path does not depend on the values of its arguments.
        args: arguments to trace with; integers may be among those that are not differentiated.
        argnums: the position(s) of the arguments to differentiate.
        keywords: more arguments to trace with; not differentiated.

    Returns:
        ``step(*args, **keywords)``, which returns what ``value_and_grad(f, argnums)(*args, **keywords)`` returns.

    Raises:
        TypeError: f asks a Tensor for a plain number or a choice, or computes something else on a second run, as
            with a random mask: pass the mask as an argument.
        ShapeError: f returned more than one number.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import compile_gradient
        >>> step = compile_gradient(lambda w, x: np.sum(np.tanh(w * x)), np.ones(2), np.ones(2))
        >>> value, slope = step(np.zeros(2), np.array([1.0, 2.0]))
        >>> print(value, slope)
        0.0 [1. 2.]
    """
    programs = Programs(f, argnums)
    programs.run(joined(args, keywords))

    def step(*given: Any, **more: Any) -> Any:
        return programs.run(joined(given, more))

    step.__name__ = f"gradient_of_{getattr(f, '__name__', 'function')}"
    return step


class Programs(threading.local):
    """The programs of one function, one for every set of shapes and dtypes; each thread has its own."""

    def __init__(self, f: Callable[..., Any], argnums: Argnums) -> None:
        self.f = f
        self.argnums = argnums
        self.latest: Program | None = None
        self.known: dict[Any, Program] = {}
        self.fixed: set[Any] = set()
        self.warned = False

    def program(self, args: tuple[Any, ...]) -> Program:
        """A new program for arguments of this form."""
        return Program(self.f, args, self.argnums)

    def run(self, args: tuple[Any, ...]) -> Any:
        """Run the program that fits these arguments; trace it first if there is none."""
        if self.latest is not None:
            result = self.latest.run(args)
            if result is not None:
                return result
        given, program = self.fitting(args)
        return program.run(given)

    def fitting(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], Program]:
        """The arguments as plain arrays, and their program; it is the latest from now on."""
        given: tuple[Any, ...] = rebuild(tuple(args), partial(no_subclass, taker="a compiled gradient"))
        key = form(given)
        if key in self.fixed:
            key = form_by_value(given, self.argnums)
        # The dict is in the order of last use: what is used goes to the end, and what is dropped is the first.
        self.latest = self.known.pop(key, None) or self.program(given)
        if self.latest.fixed and form(given) not in self.fixed:
            self.fixed.add(key)
            key = form_by_value(given, self.argnums)
        self.known[key] = self.latest
        if len(self.known) > KEPT:
            del self.known[next(iter(self.known))]
            if not self.warned:
                self.warned = True
                name = getattr(self.f, "__name__", "the function")
                warnings.warn(
                    f"the compiled gradient of {name} has met more than {KEPT} forms of arguments and forgets the one "
                    "used longest ago; tracing takes time: fewer shapes (padding), or value_and_grad, are faster",
                    RuntimeWarning,
                    stacklevel=4,
                )
        return given, self.latest


def form(part: Any, by_value: bool = False) -> Any:
    """What a program depends on: nesting and keys, shapes and dtypes, the value of what is no number, or of any."""
    if isinstance(part, dict):
        return type(part), tuple([(key, form(inner, by_value)) for key, inner in part.items()])
    if isinstance(part, (tuple, list)):
        return type(part), tuple([form(inner, by_value) for inner in part])
    if is_record(part):
        return type(part), tuple([(name, form(inner, by_value)) for name, inner in parts_of(part).items()])
    if isinstance(part, Tensor):
        raise TypeError(
            "a compiled gradient takes plain arrays, not Tensors: take the numbers out with t.numpy(), and inside "
            "another transform use value_and_grad"
        )
    if isinstance(part, (np.ndarray, np.generic)):
        return type(part), part.shape, part.dtype
    # What turns into an array has no form of its own: it is looked at again as an array.
    return type(part) if is_numeric(part) and not (by_value and type(part) in NUMBERS) else (type(part), part)


def form_by_value(args: Sequence[Any], argnums: Argnums) -> Any:
    """What a program depends on that takes the numbers among what is not differentiated for constants."""
    return tuple([form(arg, k not in wanted(args, argnums)) for k, arg in enumerate(args)])


def wanted(args: Sequence[Any], argnums: Argnums) -> tuple[int, ...]:
    """The positions of what is differentiated."""
    return positions(argnums, sum(type(arg) is not Keywords for arg in args))


class Program:
    """The code for one set of shapes and dtypes.

    Args:
        f: the function.
        args: arguments of these shapes and dtypes.
        argnums: what to differentiate.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], argnums: Argnums) -> None:
        self.f = f
        self.count = len(args)
        self.argnums = argnums
        self.wanted = wanted(args, argnums)
        # Python's numbers are traced, so that one program serves all their values; they are constants of the program
        # where f needs a plain number (an axis, a choice), or where the result would have another dtype.
        self.fixed = False
        step = self.differentiated()
        names = parameter_names(f)
        try:
            graph = self._traced(step, args, names)
            self.fixed = self._has_numbers(args) and dtypes(call(step, args)) != [n.value.dtype for n in graph.outputs]
        except TypeError:
            if not self._has_numbers(args):
                raise
            self.fixed = True
        if self.fixed:
            graph = self._traced(step, args, names)
        # The code itself checks the arrays and numbers it is given; only what lies around them is checked here.
        self.form = None if all(map(is_numeric, args)) and not self.fixed else self._form(args)
        writer = self.writer(graph, args)
        self.source = writer.source()
        space = dict(writer.space)
        exec(compile(self.source, "<compiled gradient>", "exec"), space)
        self.compiled: Callable[..., list[Any] | None] = space["run"]
        self.structure = graph._result

    def differentiated(self) -> Callable[..., Any]:
        """What is traced: the value and the gradient."""
        return value_and_grad(self.f, self.argnums)

    def writer(self, graph: Graph, args: tuple[Any, ...]) -> ProgramWriter:
        """What writes the code for a graph."""
        return ProgramWriter(graph, [value for _, value in self._placed(args)])

    def _traced(self, step: Callable[..., Any], args: tuple[Any, ...], names: Sequence[str]) -> Graph:
        """One trace, which a second one must repeat."""
        graph, again = (record(step, args, names, self.wanted, self.fixed) for _ in range(2))
        refuse_change(graph, again)
        refuse_changing_shapes(graph)
        return graph

    def _form(self, args: tuple[Any, ...]) -> Any:
        return form_by_value(args, self.argnums) if self.fixed else form(args)

    def _has_numbers(self, args: Sequence[Any]) -> bool:
        """Whether Python's numbers are among what is not differentiated."""
        return any(
            type(value) in NUMBERS for k, arg in enumerate(args) if k not in self.wanted for _, value in leaves(arg)
        )

    def _placed(self, args: Sequence[Any]) -> list[tuple[int, Any]]:
        """All arrays and numbers that the code takes, in order, each with the position of its argument."""
        return [
            (k, value)
            for k, arg in enumerate(args)
            for _, value in leaves(arg)
            if is_numeric(value) and not (self.fixed and type(value) in NUMBERS and k not in self.wanted)
        ]

    def _taken(self, args: Sequence[Any]) -> Sequence[Any] | None:
        """What the code takes of these arguments; None where they have another form."""
        if len(args) != self.count:
            return None
        if self.form is None:
            return args
        if self._form(tuple(args)) != self.form:
            return None
        return [value for _, value in self._placed(args)]

    def run(self, args: Sequence[Any]) -> Any:
        """The value and the gradient as ``value_and_grad`` gives them; None for other shapes or dtypes."""
        taken = self._taken(args)
        results = None if taken is None else self.compiled(*taken)
        return None if results is None else refill(self.structure, results)


def dtypes(structure: Any) -> list[Any]:
    """The dtypes of all leaves of a result."""
    return [getattr(value, "dtype", None) or np.asarray(value).dtype for _, value in leaves(structure)]


def refuse_change(one: Graph, two: Graph) -> None:
    """Raise if two traces of the same function differ: then one of them cannot stand for all calls."""
    same = len(one.nodes) == len(two.nodes) and all(map(alike, one.nodes, two.nodes))
    if not same:
        raise TypeError(
            "the function computes with other constants, or other operations, when it is run again (a random mask, a "
            "counter?), so one trace cannot stand for it: pass what changes as an argument, or use value_and_grad"
        )


def refuse_changing_shapes(graph: Graph) -> None:
    """Raise if the shape of a value depends on the numbers in another: one trace knows only one shape."""
    for node in graph.nodes:
        if node.op is None:
            continue
        masks = [i for i in node.args[1:] if isinstance(i, Node) and i.value.dtype == bool]
        if node.op.name in ("nonzero", "flatnonzero", "argwhere", "unique") or (masks and node.op is linear.TAKE):
            what = "x[mask]" if masks else f"np.{node.op.name}"
            raise TypeError(
                f"the shape of {what} depends on the numbers, so one trace cannot stand for it: keep the shape with "
                "np.where(mask, x, 0), or use value_and_grad"
            )


def alike(a: Node, b: Node) -> bool:
    """Whether two nodes are the same operation on the same nodes and constants."""
    if a.op is not b.op and (a.op is None or b.op is None or a.op.name != b.op.name):
        return False
    if a.op is None and not np.array_equal(a.value, b.value, equal_nan=a.value.dtype.kind == "f"):
        return False
    if len(a.args) != len(b.args) or a.settings.keys() != b.settings.keys():
        return False
    return all(map(alike_part, [*a.args, *a.settings.values()], [*b.args, *(b.settings[k] for k in a.settings)]))


def alike_part(a: Any, b: Any) -> bool:
    """Whether two arguments are the same node or equal constants."""
    if isinstance(a, Node) or isinstance(b, Node):
        return isinstance(a, Node) and isinstance(b, Node) and a.index == b.index
    if isinstance(a, (np.ndarray, np.generic, float)):
        return type(a) is type(b) and np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    return bool(a == b)
