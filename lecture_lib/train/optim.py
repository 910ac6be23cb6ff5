"""Optimizers: each takes gradients and moves parameters, in place, by its published rule.

Parameters are arrays, alone or in nested tuples, lists and dicts; gradients come in the same structure, as
`value_and_grad` returns them. In the update rules θ is a parameter, g its gradient, t the number of the step,
counted from 1, and all operations are entry by entry. Names and defaults are PyTorch's.
"""

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.autograd.trees import Field, Path, leaves, refill, spell
from lecture_lib.train.settings import non_negative, positive, share

Array = NDArray[Any]
Slots = dict[str, Array]

FLAT = (tuple, list)
"""The usual structures of parameters, when no other is nested in them."""


class NotFiniteError(ValueError):
    """A gradient holds nan or inf; the message names the parameter."""


class Optimizer:
    """What all optimizers share: the walk through nested parameters, the checks, the memory.

    A subclass states its rule in `update`, for one array and its gradient, and names in `memory` what it keeps
    for every entry. `lazy` says that a row without gradient stays where it is, so that a `RowSparse` gradient costs
    only its own rows; otherwise it counts as the dense gradient that it stands for.

    Args:
        lr: the learning rate; may be set between steps.

    Attributes:
        steps: how many steps were taken.

    Raises:
        ValueError: a negative learning rate.

    >>> class Signs(Optimizer):
    ...     def update(self, param, grad, slots):
    ...         param -= self.lr * np.sign(grad)
    >>> theta = np.array([1.0, 1.0])
    >>> Signs(lr=0.1).step(theta, np.array([5.0, -0.01]))
    >>> theta
    array([0.9, 1.1])
    """

    settings: tuple[str, ...] = ("lr",)
    memory: tuple[str, ...] = ()
    lazy = False

    def __init__(self, lr: float) -> None:
        self.lr = lr
        self.steps = 0
        self._kept: dict[str, Any] = {}

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, value: float) -> None:
        self._lr = non_negative(value, "lr")

    def step(self, params: Any, grads: Any) -> None:
        """Move every parameter once, in place.

        Args:
            params: arrays of floating-point numbers, in any nesting of tuples, lists and dicts.
            grads: their gradients in the same structure; an array of the parameter's shape or, for a parameter with
                two axes, a `RowSparse`.

        Raises:
            ValueError: the structures or shapes differ, a gradient is nan or inf, a parameter is read-only, or one
                comes twice to an optimizer with a memory; names the parameter. Nothing has moved then.
            TypeError: a parameter or a gradient is no array of floating-point numbers.

        >>> params = {"w": np.array([1.0, 2.0])}
        >>> SGD(lr=0.1).step(params, {"w": np.array([1.0, -1.0])})
        >>> params["w"]
        array([0.9, 2.1])
        """
        pairs = _paired(params, grads)
        memories = self._memories(params, pairs) if self.memory else [{} for _ in pairs]
        self.steps += 1
        for (_, param, grad), slots in zip(pairs, memories, strict=True):
            if type(grad) is not RowSparse:
                self.update(param, grad, slots)
            elif self.lazy:
                self.update_rows(param, grad, slots)
            else:
                self.update(param, grad.dense(), slots)

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        """Move one array, in place, and bring its memory up to date.

        Args:
            param: the parameter θ.
            grad: its gradient g, of the same shape; not to be changed.
            slots: what is kept for it, by the names in `memory`, each of the same shape.
        """
        raise NotImplementedError

    def update_rows(self, param: Array, grad: RowSparse, slots: Slots) -> None:
        """Move only the rows that a gradient holds, by the same rule.

        Args:
            param: the parameter θ, of two axes.
            grad: its gradient.
            slots: as for `update`.
        """
        grad = grad.coalesce()
        ids, rows = grad.ids, grad.rows
        # take reads rows from all over a large table twice as fast as indexing does.
        present = {name: array.take(ids, axis=0) for name, array in slots.items()}
        moved = param.take(ids, axis=0)
        self.update(moved, rows, present)
        param[ids] = moved
        for name, array in slots.items():
            array[ids] = present[name]

    def first(self, name: str) -> float:
        """What a memory holds before the first step.

        Args:
            name: one of `memory`.

        Returns:
            A number.
        """
        return 0.0

    @property
    def state(self) -> dict[str, Any]:
        """What the optimizer remembers: `steps` and, after the first step, each memory in the parameters' structure.

        >>> adam, params = Adam(), {"w": np.array([1.0])}
        >>> adam.step(params, {"w": np.array([2.0])})
        >>> adam.state["m"]["w"].round(3)
        array([0.2])
        """
        return {"steps": self.steps, **self._kept}

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as a copy: the optimizer's name, its settings, its memory.

        Returns:
            A dict of numbers and nested arrays, which `save_state` writes to a file.

        >>> SGD(lr=0.1).state_dict()["settings"]["lr"]
        0.1
        """
        settings = {name: getattr(self, name) for name in self.settings}
        return copy.deepcopy({"optimizer": type(self).__name__, "settings": settings, "state": self.state})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Become what `state_dict` described: the next step is the one that would have come.

        Args:
            state: what `state_dict` of the same kind of optimizer returned; copied.

        Raises:
            ValueError: it is not such a dict, or belongs to another kind of optimizer.

        >>> optimizer = SGD(lr=0.5)
        >>> optimizer.load_state_dict(SGD(lr=0.1).state_dict())
        >>> optimizer.lr
        0.1
        """
        name = type(self).__name__
        if not isinstance(state, dict) or state.keys() != {"optimizer", "settings", "state"}:
            raise ValueError(f"this is no state of an optimizer; expected what {name}.state_dict() returns")
        if state["optimizer"] != name or set(state["settings"]) != set(self.settings):
            raise ValueError(f"this is a state of {state['optimizer']}; expected one of {name}")
        state = copy.deepcopy(state)
        self.__init__(**state["settings"])  # type: ignore[misc]
        self._kept = state["state"]
        self.steps = self._kept.pop("steps")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.settings)})"

    def _memories(self, params: Any, pairs: list[tuple[Path, Array, Any]]) -> list[Slots]:
        """What is kept for every parameter; made at the first step."""
        if not self._kept:
            _refuse_shared(pairs)
            for name in self.memory:
                # Writing the zeros now, not at the first touch of a row, keeps the cost of all later steps equal.
                self._kept[name] = refill(params, [np.full(p.shape, self.first(name), p.dtype) for _, p, _ in pairs])
        known = [(path, array.shape) for path, array in leaves(self._kept[self.memory[0]])]
        given = [(path, array.shape) for path, array, _ in pairs]
        if known != given:
            raise ValueError(
                f"this {type(self).__name__} remembers {_listed(known)}, but now comes {_listed(given)}; "
                "expected the same parameters at every step, or a new optimizer"
            )
        kept = [[array for _, array in leaves(self._kept[name])] for name in self.memory]
        return [dict(zip(self.memory, arrays, strict=True)) for arrays in zip(*kept, strict=True)]


class SGD(Optimizer):
    """Stochastic gradient descent: θ ← θ - lr·g; with momentum μ: v ← μv + g, θ ← θ - lr·v.

    Nesterov's variant looks ahead: θ ← θ - lr·(g + μv). With `weight_decay` λ, g is replaced by g + λθ first, which
    is the gradient of the loss plus ½λ‖θ‖². Without momentum and weight decay, rows that a `RowSparse` gradient
    lacks stay exactly where they are; with either, all rows move, as the rule says.
    Sources: B. Polyak, Some methods of speeding up the convergence of iteration methods, 1964; I. Sutskever et al.,
    On the importance of initialization and momentum in deep learning, 2013, in PyTorch's form, where the rate
    multiplies the velocity.

    Args:
        lr: the learning rate.
        momentum: μ, the share of the velocity that stays; 0.9 averages over about 10 steps.
        nesterov: look ahead; needs momentum.
        weight_decay: λ.

    Raises:
        ValueError: a setting is outside its range.

    >>> theta = np.array([1.0])
    >>> sgd = SGD(lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     sgd.step(theta, np.array([1.0]))
    >>> theta.round(3)
    array([0.71])
    """

    settings = ("lr", "momentum", "nesterov", "weight_decay")

    def __init__(
        self, lr: float = 1e-3, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.momentum = share(momentum, "momentum")
        self.nesterov = bool(nesterov)
        self.weight_decay = non_negative(weight_decay, "weight_decay")
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov is True but momentum is 0; expected a momentum above 0")
        self.memory = ("velocity",) if self.momentum else ()
        self.lazy = not self.momentum and not self.weight_decay

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        if self.momentum:
            velocity = slots["velocity"]
            velocity *= self.momentum
            velocity += grad
            grad = grad + self.momentum * velocity if self.nesterov else velocity
        param -= self.lr * grad

    def update_rows(self, param: Array, grad: RowSparse, slots: Slots) -> None:
        grad.add_to(param, -self.lr)


class Adagrad(Optimizer):
    """A rate for every entry, which falls with the gradients it has seen: s ← s + g², θ ← θ - lr·g/(√s + eps).

    Entries that rarely get a gradient, such as vectors of rare words, keep a high rate. Rows that a `RowSparse`
    gradient lacks stay exactly where they are, unless there is weight decay.
    Source: J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods for online learning and stochastic
    optimization, 2011.

    Args:
        lr: the learning rate; the first step moves every entry by about this much.
        weight_decay: λ; g is replaced by g + λθ first.
        initial_accumulator: s before the first step.
        eps: keeps the quotient finite.

    Raises:
        ValueError: a setting is outside its range.

    >>> theta = np.array([1.0, 1.0])
    >>> Adagrad(lr=0.1).step(theta, np.array([5.0, 0.01]))
    >>> theta.round(3)
    array([0.9, 0.9])
    """

    settings = ("lr", "weight_decay", "initial_accumulator", "eps")
    memory = ("squares",)

    def __init__(
        self, lr: float = 1e-2, weight_decay: float = 0.0, initial_accumulator: float = 0.0, eps: float = 1e-10
    ) -> None:
        super().__init__(lr)
        self.weight_decay = non_negative(weight_decay, "weight_decay")
        self.initial_accumulator = non_negative(initial_accumulator, "initial_accumulator")
        self.eps = positive(eps, "eps")
        self.lazy = not self.weight_decay

    def first(self, name: str) -> float:
        return self.initial_accumulator

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        squares = slots["squares"]
        squares += grad * grad
        param -= self.lr * grad / (np.sqrt(squares) + self.eps)


class RMSprop(Optimizer):
    """Divide by a running root mean square of the gradient: v ← αv + (1-α)g², θ ← θ - lr·g/(√v + eps).

    Unlike Adagrad's sum, the mean forgets, so the rate does not fall to 0. With momentum μ: b ← μb + g/(√v + eps),
    θ ← θ - lr·b. A `RowSparse` gradient counts as a dense one: the mean of the absent rows decays.
    Source: T. Tieleman and G. Hinton, Lecture 6.5 of Neural networks for machine learning, 2012.

    Args:
        lr: the learning rate.
        alpha: α, the share of the mean that stays; 0.99 averages over about 100 steps.
        eps: keeps the quotient finite.
        weight_decay: λ; g is replaced by g + λθ first.
        momentum: μ.

    Raises:
        ValueError: a setting is outside its range.

    >>> theta = np.array([1.0])
    >>> RMSprop(lr=0.01).step(theta, np.array([3.0]))
    >>> theta.round(3)
    array([0.9])
    """

    settings = ("lr", "alpha", "eps", "weight_decay", "momentum")

    def __init__(
        self, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0, momentum: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.alpha = share(alpha, "alpha")
        self.eps = positive(eps, "eps")
        self.weight_decay = non_negative(weight_decay, "weight_decay")
        self.momentum = share(momentum, "momentum")
        self.memory = ("mean_square", "velocity") if self.momentum else ("mean_square",)

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        mean_square = slots["mean_square"]
        mean_square *= self.alpha
        mean_square += (1 - self.alpha) * grad * grad
        direction = grad / (np.sqrt(mean_square) + self.eps)
        if self.momentum:
            velocity = slots["velocity"]
            velocity *= self.momentum
            velocity += direction
            direction = velocity
        param -= self.lr * direction


class Adam(Optimizer):
    """Running means of the gradient and of its square, freed of their bias towards 0 in the first steps.

    m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ), θ ← θ - lr·m̂/(√v̂ + eps).
    A `RowSparse` gradient counts as the dense one it stands for. So a row that is absent still moves as long as its m
    is not 0: the vectors of words that are not in the batch drift on. `SparseAdam` leaves them in place.
    Source: D. Kingma and J. Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Args:
        lr: the learning rate; no entry moves by much more than this in a step.
        betas: β₁ and β₂: means over about 10 and 1,000 steps.
        eps: keeps the quotient finite.
        weight_decay: λ; g is replaced by g + λθ first, so the penalty's gradient is rescaled too (see `AdamW`).

    Raises:
        ValueError: a setting is outside its range.

    >>> theta = np.array([1.0, 1.0])
    >>> Adam(lr=0.1).step(theta, np.array([5.0, 0.01]))
    >>> theta.round(3)
    array([0.9, 0.9])
    """

    settings: tuple[str, ...] = ("lr", "betas", "eps", "weight_decay")
    memory = ("m", "v")

    def __init__(
        self, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.betas = _betas(betas)
        self.eps = positive(eps, "eps")
        self.weight_decay = non_negative(weight_decay, "weight_decay")

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        self._descend(param, grad, slots)

    def _descend(self, param: Array, grad: Array, slots: Slots) -> None:
        m_hat, v_hat = self._means(grad, slots)
        param -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def _means(self, grad: Array, slots: Slots) -> tuple[Array, Array]:
        m, v = slots["m"], slots["v"]
        beta1, beta2 = self.betas
        m *= beta1
        m += (1 - beta1) * grad
        v *= beta2
        v += (1 - beta2) * grad * grad
        return m / (1 - beta1**self.steps), v / (1 - beta2**self.steps)


class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ - lr·λ·θ first, then Adam's step with g alone.

    The decay pulls every parameter towards 0 at the same relative speed. An L2 penalty in the loss, or Adam's own
    `weight_decay`, is divided by √v̂ like every gradient, so it hardly holds entries with large gradients.
    A `RowSparse` gradient counts as a dense one, as in Adam.
    Source: I. Loshchilov and F. Hutter, Decoupled weight decay regularization, 2019, algorithm 2.

    Args:
        lr: the learning rate.
        betas: β₁ and β₂.
        eps: keeps the quotient finite.
        weight_decay: λ.

    Raises:
        ValueError: a setting is outside its range.

    >>> theta = np.array([1.0])
    >>> AdamW(lr=0.1, weight_decay=0.5).step(theta, np.array([0.0]))
    >>> theta
    array([0.95])
    """

    def __init__(
        self, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2
    ) -> None:
        super().__init__(lr, betas, eps, weight_decay)

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        param *= 1 - self.lr * self.weight_decay
        self._descend(param, grad, slots)


class SparseAdam(Adam):
    """Adam that touches only the rows present in a `RowSparse` gradient: parameters and both means.

    Absent rows keep θ, m and v to the last bit; t counts all steps. A dense gradient has all rows, and the step is
    Adam's. As in PyTorch eps is added before the correction of the bias: θ ← θ - lr·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + eps),
    the order that section 2 of Adam's paper calls more efficient.
    Source: Adam's, applied row by row; the rule is that of torch.optim.SparseAdam.

    Args:
        lr: the learning rate.
        betas: β₁ and β₂.
        eps: keeps the quotient finite.

    Raises:
        ValueError: a setting is outside its range.

    >>> E = np.ones((3, 1))
    >>> SparseAdam(lr=0.1).step(E, RowSparse(np.array([2]), np.array([[4.0]]), (3, 1)))
    >>> E.ravel().round(3)
    array([1. , 1. , 0.9])
    """

    settings = ("lr", "betas", "eps")
    lazy = True

    def __init__(self, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        super().__init__(lr, betas, eps)

    def _descend(self, param: Array, grad: Array, slots: Slots) -> None:
        self._means(grad, slots)
        beta1, beta2 = self.betas
        rate = self.lr * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)
        param -= rate * slots["m"] / (np.sqrt(slots["v"]) + self.eps)


NAMES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "sparseadam": SparseAdam,
}


def get(optimizer: str | Optimizer, lr: float | None = None) -> Optimizer:
    """An optimizer by its name.

    Args:
        optimizer: "sgd", "adagrad", "rmsprop", "adam", "adamw" or "sparseadam"; an optimizer is returned as it is.
        lr: the learning rate; None leaves the optimizer's own.

    Returns:
        The optimizer.

    Raises:
        ValueError: there is no optimizer of that name.
        TypeError: it is neither a name nor an optimizer.

    >>> get("adam", lr=0.01).lr
    0.01
    """
    if isinstance(optimizer, str):
        if optimizer.lower() not in NAMES:
            raise ValueError(f"no optimizer named {optimizer!r}; expected one of {', '.join(NAMES)}")
        return NAMES[optimizer.lower()](**({} if lr is None else {"lr": lr}))
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {optimizer!r}; expected a name or an optimizer such as optim.SGD(lr=0.1)")
    if lr is not None:
        optimizer.lr = lr
    return optimizer


def _betas(betas: tuple[float, float]) -> tuple[float, float]:
    """Adam's two shares, each checked."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas is {betas!r}; expected two numbers")
    return share(betas[0], "betas[0]"), share(betas[1], "betas[1]")


def _paired(params: Any, grads: Any) -> list[tuple[Path, Array, Any]]:
    """Every parameter with its gradient, both checked."""
    # A small model takes as long to check in full as to move, so what is plainly right passes at a glance.
    if type(params) in FLAT and type(grads) in FLAT and len(params) == len(grads) and all(map(_usual, params, grads)):
        return [((k,), param, grad) for k, (param, grad) in enumerate(zip(params, grads, strict=True))]
    given, found = list(leaves(params)), list(leaves(grads))
    paths = [path for path, _ in given]
    if paths != [path for path, _ in found]:
        _explain_structures(given, [path for path, _ in found], grads)
        found = sorted(found, key=lambda part: paths.index(part[0]))
    arrays = [parameter_array(param, spell("params", path)) for path, param in given]
    return [
        (path, array, _gradient(array, grad, path)) for path, array, (_, grad) in zip(paths, arrays, found, strict=True)
    ]


def _usual(param: Any, grad: Any) -> bool:
    """Whether these are an array that may be changed and a finite gradient for it, as nearly always: quick to see."""
    if type(param) is not np.ndarray:
        return False
    values = grad.rows if type(grad) is RowSparse else grad
    if type(values) is not np.ndarray or grad.shape != param.shape or not param.flags.writeable:
        return False
    if param.dtype.kind != "f" or values.dtype.kind != "f":
        return False
    # One pass of BLAS. The sum of squares may overflow though all entries are finite; the slow way then decides.
    # Of the functions that compute it, vdot is the one that does not warn of that.
    return math.isfinite(np.vdot(values, values))


def _explain_structures(params: list[tuple[Path, Any]], found: list[Path], grads: Any) -> None:
    for path, param in params:
        if path not in found:
            if _holds_none(grads, path):
                shape = np.shape(param)
                raise TypeError(
                    f"{spell('grads', path)} is NoneType; expected an array of shape {shape} or a RowSparse"
                )
            raise ValueError(f"{spell('params', path)} has no gradient; expected grads with the structure of params")
    known = [path for path, _ in params]
    for path in found:
        if path not in known:
            raise ValueError(f"{spell('grads', path)} has no parameter; expected grads with the structure of params")


def _holds_none(structure: Any, path: Path) -> bool:
    """Whether there is a None at this place of a structure, which is no leaf of it."""
    for key in path:
        try:
            structure = getattr(structure, key) if isinstance(key, Field) else structure[key]
        except (LookupError, TypeError, AttributeError):
            return False
    return structure is None


def parameter_array(param: Any, name: str) -> Array:
    """A parameter as the array that a step changes in place.

    Args:
        param: an array, or a Tensor.
        name: what the message calls it.

    Returns:
        The array itself, or the Tensor's.

    Raises:
        TypeError: it is no array of floating-point numbers.
        ValueError: it is read-only.

    >>> parameter_array(np.zeros(2), "params['b']")
    array([0., 0.])
    """
    array = param.data if isinstance(param, Tensor) else param
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{name} is {type(param).__name__}, which cannot be changed in place; expected an array: np.array(value)"
        )
    if array.dtype.kind != "f":
        raise TypeError(f"{name} holds {array.dtype}; expected floating-point numbers: use .astype(float)")
    if not array.flags.writeable:
        raise ValueError(f"{name} is read-only, so it cannot be changed in place; expected a copy: .copy()")
    return array


def _gradient(param: Any, grad: Any, path: Path) -> Any:
    """A gradient as an array or `RowSparse`."""
    name = spell("grads", path)
    if isinstance(grad, Tensor):
        grad = grad.data
    if not isinstance(grad, (np.ndarray, np.generic, float, RowSparse)):
        raise TypeError(f"{name} is {type(grad).__name__}; expected an array of shape {param.shape} or a RowSparse")
    if not isinstance(grad, RowSparse):
        grad = np.asarray(grad)
    if grad.shape != param.shape:
        raise ValueError(
            f"{name} has shape {grad.shape}, but {spell('params', path)} has shape {param.shape}; "
            "expected the same shape"
        )
    values = grad.rows if isinstance(grad, RowSparse) else grad
    if values.dtype.kind != "f":
        raise TypeError(f"{name} holds {values.dtype}; expected floating-point numbers")
    if not np.isfinite(values).all():
        wrong = "nan" if np.isnan(values).any() else "inf"
        raise NotFiniteError(f"{name} holds {wrong}; expected finite numbers. detect_anomalies() finds the operation")
    return grad


def _refuse_shared(pairs: list[tuple[Path, Array, Any]]) -> None:
    seen: dict[int, Path] = {}
    for path, param, _ in pairs:
        if id(param) in seen:
            raise ValueError(
                f"{spell('params', seen[id(param)])} and {spell('params', path)} are the same array; "
                "expected each once, with the sum of its gradients"
            )
        seen[id(param)] = path


def _listed(shapes: list[tuple[Path, tuple[int, ...]]]) -> str:
    return ", ".join(f"{spell('params', path)} of shape {shape}" for path, shape in shapes)
