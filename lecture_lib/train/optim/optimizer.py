"""What all optimizers share: the walk through nested parameters, and the memory."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.trees import Path, leaves, refill, spell
from lecture_lib.graph.update import Rule
from lecture_lib.train.optim.pairs import Array, listed, paired, parameter_array, refuse_shared
from lecture_lib.train.settings import non_negative

Slots = dict[str, Array]


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

        >>> from lecture_lib.train.optim import SGD
        >>> params = {"w": np.array([1.0, 2.0])}
        >>> SGD(lr=0.1).step(params, {"w": np.array([1.0, -1.0])})
        >>> params["w"]
        array([0.9, 2.1])
        """
        pairs = paired(params, grads)
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

    def rule(self, fold: bool) -> Rule | None:
        """The update as code, for `compile_step`; a subclass with another rule states its own.

        Args:
            fold: whether the rate may multiply the gradient where it starts, at the loss.

        Returns:
            The rule; None, where a step is the gradient and then `step`.
        """
        return None

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

        >>> from lecture_lib.train.optim import Adam
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

        >>> from lecture_lib.train.optim import SGD
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

        >>> from lecture_lib.train.optim import SGD
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

    def kept_for(self, params: Any) -> list[Array]:
        """What is kept for every parameter, made at the first step: all memories of the first, then of the next.

        Args:
            params: as `step` takes them.

        Returns:
            Arrays, which the next steps change in place.
        """
        pairs = [(path, parameter_array(param, spell("params", path)), None) for path, param in leaves(params)]
        return [array for slots in self._memories(params, pairs) for array in slots.values()]

    def _memories(self, params: Any, pairs: list[tuple[Path, Array, Any]]) -> list[Slots]:
        """What is kept for every parameter; made at the first step."""
        if not self._kept:
            refuse_shared(pairs)
            for name in self.memory:
                # Writing the zeros now, not at the first touch of a row, keeps the cost of all later steps equal.
                self._kept[name] = refill(params, [np.full(p.shape, self.first(name), p.dtype) for _, p, _ in pairs])
        known = [(path, array.shape) for path, array in leaves(self._kept[self.memory[0]])]
        given = [(path, array.shape) for path, array, _ in pairs]
        if known != given:
            raise ValueError(
                f"this {type(self).__name__} remembers {listed(known)}, but now comes {listed(given)}; "
                "expected the same parameters at every step, or a new optimizer"
            )
        kept = [[array for _, array in leaves(self._kept[name])] for name in self.memory]
        return [dict(zip(self.memory, arrays, strict=True)) for arrays in zip(*kept, strict=True)]


@dataclass(frozen=True)
class Kind:
    """An optimizer as everything finds it that offers optimizers by name: the model, the lab, the tests.

    Args:
        name: what `get` calls it.
        make: its class.
        rate: a learning rate that suits the window model.
        lab: label → the optimizer for a rate and a momentum, as the learning-rate lab offers it; nothing where the
            lab's two weights show nothing new.

    >>> Kind("signs", Optimizer, 0.01).lab
    {}
    """

    name: str
    make: Callable[..., Optimizer]
    rate: float
    lab: Mapping[str, Callable[[float, float], Optimizer]] = field(default_factory=dict)
