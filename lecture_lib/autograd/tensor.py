"""Tensor: an array that remembers which operation made it, and from what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import backward_to_leaves
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.node import PLAIN, Node, as_numbers, next_serial, no_subclass, plain
from lecture_lib.autograd.operation import Array, Opaque, Operation, Value
from lecture_lib.autograd.saved import mark
from lecture_lib.autograd.shape_errors import explain_misfit
from lecture_lib.autograd.spoken import parameters, spoken, written
from lecture_lib.autograd.state import MODE, refuse_number

UFUNCS: dict[Callable[..., Any], Operation] = {}
"""NumPy's universal functions and the operation that stands for each; ``rules`` fills it."""

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's other functions and the function that does the same on Tensors; the package ``numpy`` fills it."""

SEQUENCES = (list, tuple)
"""What NumPy takes for an array when it meets one."""

ndarray, new = np.ndarray, object.__new__


def operator(ufunc: np.ufunc) -> tuple[Callable[[Any, Value], Any], Callable[[Any, Value], Any]]:
    """The methods behind an operator: for a Tensor on its left, and for one on its right."""

    def method(self: Any, other: Value) -> Any:
        return apply(UFUNCS[ufunc], self, np.asarray(other) if isinstance(other, SEQUENCES) else other)

    def reflected(self: Any, other: Value) -> Any:
        return apply(UFUNCS[ufunc], np.asarray(other) if isinstance(other, SEQUENCES) else other, self)

    return method, reflected


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """The method that does what one of NumPy's functions does, with the Tensor as its first argument."""

    def run(self: Tensor, *args: Any, **settings: Any) -> Any:
        return self.__array_function__(function, (), (self, *args), settings)

    run.__name__ = function.__name__
    run.__doc__ = f"NumPy's ``{function.__name__}``."
    return run


class Tensor(Node):
    """An array and the operation that made it: one node of the computation graph.

    A Tensor works wherever NumPy code expects an array. A leaf (a Tensor you make) copies its data, and after
    ``backward`` keeps a gradient in ``.grad``.

    Args:
        data: numbers of any real, integer or boolean dtype; copied. Shape ``(...)``.
        name: what pictures and error messages call it.

    Raises:
        TypeError: complex numbers, strings or objects.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import Tensor
        >>> x = Tensor([1.0, 2.0], name="x")
        >>> y = np.sum(x * x)
        >>> y.backward()
        >>> x.grad
        array([2., 4.])
    """

    __slots__ = ()
    __array_priority__ = 1000.0
    __pandas_priority__ = 5000

    def __init__(self, data: Any, name: str | None = None) -> None:
        self.data = as_numbers(np.array(no_subclass(plain(data))))
        self.grad = None
        self.name = name
        self.op = None
        self.args = self.arrays = ()
        self.settings = {}
        self.serial = next_serial()
        self.saved = None
        if isinstance(data, Tensor) and MODE.get().depth:
            # A leaf in the middle of a differentiated function would drop the gradient without a word.
            made = data.copy()
            self.op, self.args, self.arrays, self.settings = made.op, made.args, made.arrays, made.settings

    def __copy__(self) -> Tensor:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        other = Tensor(self, self.name)
        other.grad = None if self.grad is None else self.grad.copy()
        return other

    def __reduce__(self) -> Any:
        refuse_number("a pickled Tensor")
        return restored, (self.data, self.name, self.grad)

    @property
    def T(self) -> Tensor:
        """The transpose; of a vector, the vector itself."""
        return FUNCTIONS[np.transpose](self)

    @property
    def mT(self) -> Tensor:
        """The transpose of the last two axes: of every matrix in a stack."""
        return self.swapaxes(-1, -2)

    def backward(self, upstream: Any = None) -> None:
        """Add the gradient of this value to ``.grad`` of every leaf it was computed from.

        Args:
            upstream: the gradient of some later scalar with respect to this value, of its shape; 1 if left out,
                which only a value with a single entry allows.

        Raises:
            ShapeError: no upstream for several entries, or an upstream of another shape.
            TypeError: a leaf on the way holds integers or booleans.
            RuntimeError: called inside a transform, whose gradient it would not see.
        """
        backward_to_leaves(self, upstream)

    def zero_grad(self) -> None:
        """Forget the accumulated gradient."""
        self.grad = None

    def item(self) -> Any:
        """The single entry as a Python number.

        Returns:
            A float, an integer or a boolean, as the dtype says.

        Raises:
            TypeError: inside a transform, where the number would silently drop the gradient.
            ValueError: more than one entry.
        """
        refuse_number("t.item()")
        return self.data.item()

    def numpy(self) -> Array:
        """A copy of the data as a plain array.

        Returns:
            An array of the same shape and dtype.

        Raises:
            TypeError: inside a transform, where the array would silently drop the gradient.
        """
        refuse_number("t.numpy()")
        return self.data.copy()

    def tolist(self) -> Any:
        """The data as nested Python lists.

        Returns:
            A list with one level for every axis; a number if there is none.

        Raises:
            TypeError: inside a transform, where the numbers would silently drop the gradient.
        """
        refuse_number("t.tolist()")
        return self.data.tolist()

    def detach(self) -> Tensor:
        """A leaf with the same values and no history: a constant for every gradient.

        Returns:
            A Tensor with a copy of the data.
        """
        return Tensor(self.data, self.name)

    def __repr__(self) -> str:
        body = np.array2string(self.data, separator=", ", prefix="Tensor(")
        return f"Tensor({body}{'' if self.name is None else f', name={self.name!r}'})"

    def __str__(self) -> str:
        return str(self.data)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise TypeError("a Tensor without axes holds one number; there is nothing to iterate over")
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        if MODE.get().tracing:
            refuse_number("a choice (if, while, and, or, not) on a Tensor")
        return bool(self.data)

    def __float__(self) -> float:
        refuse_number("float(t)")
        return float(self.data)

    def __int__(self) -> int:
        refuse_number("int(t)")
        return int(self.data)

    def __index__(self) -> int:
        refuse_number("a Tensor as an index of a list or a range")
        return self.data.__index__()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        raise TypeError(
            "a Tensor does not turn into a plain array by itself, since its gradient would be lost: join Tensors with "
            "np.stack or np.concatenate, choose entries with np.where, write a @ t for a.dot(t), np.asarray(df) @ t "
            "for df @ t and Tensor(a)[t] for a[t]; the numbers alone are t.numpy()"
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "x[i] = ... would overwrite a value that the gradient needs: build the new array with np.where, "
            "np.concatenate or np.stack (to change a leaf between steps, write to its .data)"
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        if method != "__call__":
            return _reduced(ufunc, method, inputs, settings)
        if settings:
            if settings.get("out") is not None:
                raise TypeError(
                    f"np.{ufunc.__name__} cannot write into an existing array when a Tensor takes part: "
                    "write a = a + t instead of a += t or out=a"
                )
            if settings.keys() != {"dtype"}:
                raise TypeError(f"np.{ufunc.__name__} on Tensors does not support the keyword {next(iter(settings))!r}")
            inputs = tuple([FUNCTIONS[np.ndarray.astype](x, settings["dtype"]) for x in inputs])
        operation = UFUNCS.get(ufunc)
        if operation is None and ufunc in FUNCTIONS:
            return FUNCTIONS[ufunc](*inputs)
        if operation is None:
            raise TypeError(f"{written(ufunc)} has no derivative rule; primitive(forward, pull) makes your own")
        for x in inputs:
            if isinstance(x, SEQUENCES):
                inputs = tuple([np.asarray(x) if isinstance(x, SEQUENCES) else x for x in inputs])
        return apply(operation, *inputs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Sequence[Any], settings: dict[str, Any]
    ) -> Any:
        stand_in = FUNCTIONS.get(function)
        if stand_in is None:
            raise TypeError(f"{spoken(function)} has no derivative rule; primitive(forward, pull) makes your own")
        try:
            return stand_in(*args, **settings)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            # No frame below this one: the arguments did not fit the stand-in's parameters.
            raise TypeError(
                f"{spoken(function)} on Tensors {str(error).partition('() ')[2]}; it is differentiable as "
                f"{spoken(function)}{parameters(stand_in)}"
            ) from None

    __hash__ = Node.__hash__

    __add__, __radd__ = operator(np.add)
    __sub__, __rsub__ = operator(np.subtract)
    __mul__, __rmul__ = operator(np.multiply)
    __truediv__, __rtruediv__ = operator(np.divide)
    __floordiv__, __rfloordiv__ = operator(np.floor_divide)
    __mod__, __rmod__ = operator(np.remainder)
    __pow__, __rpow__ = operator(np.power)
    __matmul__, __rmatmul__ = operator(np.matmul)
    __and__, __rand__ = operator(np.bitwise_and)
    __or__, __ror__ = operator(np.bitwise_or)
    __xor__, __rxor__ = operator(np.bitwise_xor)
    __lt__, __gt__ = operator(np.less)[0], operator(np.greater)[0]
    __le__, __ge__ = operator(np.less_equal)[0], operator(np.greater_equal)[0]
    __eq__, __ne__ = operator(np.equal)[0], operator(np.not_equal)[0]

    def __neg__(self) -> Tensor:
        return apply(UFUNCS[np.negative], self)

    def __pos__(self) -> Tensor:
        return apply(UFUNCS[np.positive], self)

    def __abs__(self) -> Tensor:
        return apply(UFUNCS[np.absolute], self)

    def __round__(self, ndigits: int | None = None) -> Any:
        rounded = FUNCTIONS[np.round](self, ndigits or 0)
        return rounded.astype(int) if ndigits is None else rounded

    def __divmod__(self, other: Value) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Value) -> Any:
        return other // self, other % self

    def __invert__(self) -> Any:
        return apply(UFUNCS[np.invert], self)

    def __getitem__(self, index: Any) -> Tensor:
        return FUNCTIONS[np.ndarray.__getitem__](self, index)

    sum, prod, mean, var, std = method(np.sum), method(np.prod), method(np.mean), method(np.var), method(np.std)
    max, min, argmax, argmin = method(np.max), method(np.min), method(np.argmax), method(np.argmin)
    any, all, nonzero, round = method(np.any), method(np.all), method(np.nonzero), method(np.round)
    cumsum, argsort, clip, copy = method(np.cumsum), method(np.argsort), method(np.clip), method(np.copy)
    cumprod, argpartition = method(np.cumprod), method(np.argpartition)
    take, repeat, diagonal, trace = method(np.take), method(np.repeat), method(np.diagonal), method(np.trace)
    ravel, flatten, squeeze, swapaxes = method(np.ravel), method(np.ravel), method(np.squeeze), method(np.swapaxes)
    dot, astype = method(np.dot), method(np.ndarray.astype)

    def reshape(self, *shape: Any) -> Tensor:
        """NumPy's ``reshape``.

        Args:
            shape: the lengths one by one, or a tuple of them; one may be -1.

        Returns:
            A Tensor of that shape.
        """
        return FUNCTIONS[np.reshape](self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Tensor:
        """NumPy's ``transpose``.

        Args:
            axes: the axes one by one, or a tuple of them, or none to turn them all round.

        Returns:
            A Tensor with its axes in that order.
        """
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return FUNCTIONS[np.transpose](self, order)


def node_of(
    data: Array,
    op: Operation | None,
    args: tuple[Any, ...],
    arrays: Sequence[Any],
    settings: dict[str, Any],
    name: str | None = None,
) -> Tensor:
    """A Tensor that borrows its data, made by an operation from its arguments, whose arrays it keeps for the pull."""
    node = new(Tensor)
    node.data = data
    node.grad = node.saved = None
    node.name = name
    node.op = op
    node.args = args
    node.arrays = arrays
    node.settings = settings
    node.serial = next_serial()
    return node


def leaf(data: Array, name: str | None = None) -> Tensor:
    """A leaf that borrows ``data`` instead of copying it."""
    return node_of(as_numbers(np.asarray(no_subclass(data))), None, (), (), {}, name)


def restored(data: Array, name: str | None, grad: Any) -> Tensor:
    """A leaf as it was before it was pickled; its serial number is one of this process."""
    tensor = leaf(data, name)
    tensor.grad = grad
    return tensor


def apply(operation: Operation, *args: Any, **settings: Any) -> Any:
    """Run an operation and, if any argument is a Tensor, record it as a node.

    The result is a Tensor then, and a plain array otherwise; a plain array too from an operation without a
    derivative, except in a trace, which records everything.
    """
    arrays = []
    tensors = constants = odd = False
    for a in args:
        if isinstance(a, Tensor):
            tensors = True
            a = a.data
        elif type(a) is ndarray:
            constants = True
        elif type(a) not in PLAIN:
            odd = True
            a = no_subclass(a, operation.name)
        arrays.append(a)
    if odd:
        args = tuple([a if isinstance(a, Tensor) else array for a, array in zip(args, arrays, strict=True)])
    try:
        result = operation.forward(*arrays, **settings)
    except (ShapeError, np.linalg.LinAlgError):
        raise
    except ValueError as error:
        raise explain_misfit(operation.name, args, settings, error) from None
    if not tensors:
        return result
    recording, depth, tracing, _, inspect, dropped = MODE.get()
    if type(operation) is Opaque:
        if dropped is not None:
            dropped.append((operation.name, args))
        if not tracing:
            return result
    data = result if type(result) is np.ndarray else np.asarray(result)
    if data.dtype.kind not in "fbiu":
        as_numbers(data)
    if not recording:
        return node_of(data, None, (), (), {})
    # As node_of makes one, without the call.
    node = new(Tensor)
    node.data = data
    node.grad = node.name = node.saved = None
    node.op = operation
    node.args = args
    node.arrays = arrays
    node.settings = settings
    node.serial = next_serial()
    if constants:
        node.saved = [(i, mark, mark(a)) for i, a in enumerate(args) if type(a) is ndarray]
    if not depth:
        # Inside a transform the leaves are aliases of its arguments, which it watches itself where that is needed.
        for i, a in enumerate(args):
            if isinstance(a, Tensor) and a.op is None:
                node.saved = [*(node.saved or ()), (i, mark, mark(a.data))]
    if inspect is not None:
        inspect.forward(node)
    return node


def _reduced(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """``np.add.reduce`` and the like, as far as a function of NumPy does the same."""
    if method == "outer" and not settings:
        a, b = (x if isinstance(x, Tensor) else np.asarray(x) for x in inputs)
        return ufunc(a.reshape(a.shape + (1,) * b.ndim), b)
    same: dict[tuple[Any, str], Callable[..., Any]] = {
        (np.add, "reduce"): np.sum, (np.multiply, "reduce"): np.prod, (np.maximum, "reduce"): np.max,
        (np.minimum, "reduce"): np.min, (np.add, "accumulate"): np.cumsum, (np.multiply, "accumulate"): np.cumprod,
    }  # fmt: skip
    function = same.get((ufunc, method))
    if function is None or len(inputs) != 1 or not settings.keys() <= {"axis", "keepdims", "dtype", "initial", "where"}:
        raise TypeError(
            f"np.{ufunc.__name__}.{method} with these arguments has no derivative rule; "
            "np.sum, np.prod, np.max, np.min and np.cumsum have one, with axis and keepdims"
        )
    return FUNCTIONS[function](*inputs, **{"axis": 0, **settings})
