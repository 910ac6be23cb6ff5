"""A training step as one program: the loss, its gradient and the optimizer's update."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.transforms import Argnums, positions
from lecture_lib.autograd.trees import leaves, refill, spell
from lecture_lib.graph.compile import Programs, compile_gradient
from lecture_lib.graph.source import Source
from lecture_lib.graph.update import Rule, UpdateProgram
from lecture_lib.graph.update_source import update_source
from lecture_lib.train.optim import NotFiniteError, Optimizer, parameter_array
from lecture_lib.train.optim.pairs import refuse_not_finite

FOLDABLE = {np.dtype(np.float32), np.dtype(np.float64)}
"""Half precision loses small numbers when the rate is multiplied in too soon."""


def compile_step(
    loss: Callable[..., Any], optimizer: Optimizer, params: Any, *batch: Any, argnums: Argnums = 0
) -> "CompiledStep":
    """The fast form of a training step: loss, gradient and update, traced once and run as straight-line NumPy.

    For `SGD` (with momentum, Nesterov and weight decay), `Adam` and `AdamW`; with other optimizers a step is a
    compiled gradient and `optimizer.step`. Of plain SGD the rate is multiplied in at the loss, not at every gradient,
    so a step agrees with gradient and `optimizer.step` up to rounding; the others agree to the last bit. As with
    `compile_gradient`, batches of other shapes are traced anew, and whatever the loss reads besides its arguments is
    taken as it is at the trace. The optimizer's settings may change between steps.

    Args:
        loss: returns one number.
        optimizer: moves the parameters; counts and remembers as in `optimizer.step`.
        params: arrays of floating-point numbers; with a tuple of ``argnums`` as many arguments of the loss.
        batch: the other arguments of the loss, to trace with.
        argnums: which arguments of the loss the parameters are.

    Returns:
        ``step(params, *batch)``, which moves the parameters in place and returns the loss as it was before. Its
        ``source`` is the step as NumPy code. It raises NotFiniteError, and moves nothing, where the loss or a
        gradient is nan or inf.

    Raises:
        TypeError: the loss takes a choice by a value, as `compile_gradient` says; a parameter is no array of
            floating-point numbers.
        ValueError: a parameter is read-only; ``argnums`` and parameters do not fit.
        ShapeError: the loss is no single number.

    >>> from lecture_lib.train.optim import SGD
    >>> def squared(w, x, y):
    ...     return np.mean((x @ w - y) ** 2)
    >>> w, x, y = np.zeros(2), np.eye(2), np.ones(2)
    >>> step = compile_step(squared, SGD(lr=0.5), w, x, y)
    >>> print(step(w, x, y), step(w, x, y), w)
    1.0 0.25 [0.75 0.75]
    """
    return CompiledStep(loss, optimizer, params, batch, argnums)


class CompiledStep:
    """What `compile_step` returns.

    Attributes:
        refused: the last loss that was looked at because a step might diverge.

    Args:
        loss: returns one number.
        optimizer: moves the parameters.
        params: the parameters.
        batch: the other arguments of the loss.
        argnums: which arguments of the loss the parameters are.
        fold: whether the rate may be multiplied in at the loss.
    """

    def __init__(
        self,
        loss: Callable[..., Any],
        optimizer: Optimizer,
        params: Any,
        batch: tuple[Any, ...],
        argnums: Argnums,
        fold: bool = True,
    ) -> None:
        several = not isinstance(argnums, int)
        if not isinstance(argnums, int) and (not isinstance(params, (tuple, list)) or len(params) != len(argnums)):
            raise ValueError(f"argnums {argnums!r} needs a tuple of {len(argnums)} parameters, one for each position")
        self.loss = loss
        self.optimizer = optimizer
        self.places = positions(argnums, len(batch) + (len(params) if several else 1))
        self.argnums = argnums
        self.several = several
        for path, param in leaves(params):
            parameter_array(param, spell("params", path))
        self.fold = fold and all(param.dtype in FOLDABLE for _, param in leaves(params))
        self._ahead = self.places == tuple(range(len(self.places)))
        self.example = self._merged(params, batch)
        dtypes = {param.dtype for _, param in leaves(params)}
        self._rate = (dtypes.pop() if len(dtypes) == 1 else np.dtype(float)).type
        self._latest: tuple[Any, Any] = (None, None)
        self._programs: dict[Rule, UpdatePrograms] = {}
        self._gradient: Callable[..., Any] | None = None
        self._kept: Any = None
        self._grads: Any = None
        self.refused = float("nan")
        self._memories: list[Any] = []
        rule = self._rule()
        if rule is None:
            self._compiled_gradient()
        else:
            self._programs_of(rule).fitting(self._given(rule, self.example))

    def __call__(self, params: Any, *batch: Any) -> Any:
        rule = self._rule()
        if rule is not None:
            # To compare is quicker than to look up, and the rule hardly ever changes.
            if rule is not self._latest[0]:
                self._latest = rule, self._programs_of(rule)
            programs, optimizer = self._latest[1], self.optimizer
            optimizer.steps += 1  # The rule names the step that is being taken.
            taken = False
            try:
                numbers = [optimizer.steps if name == "t" else getattr(optimizer, name) for name in rule.numbers]
                memories = self._memories_of(params) if rule.memories else ()
                value = programs.step(numbers, memories, self._given(rule, self._merged(params, batch)))
                taken = value is not None
            finally:
                if not taken:
                    optimizer.steps -= 1
            if taken:
                self._grads = None
                return value
        value, grads = self._compiled_gradient()(*self._merged(params, batch))
        self.refused = float(value)
        refuse_loss(value)
        self.optimizer.step(params, grads)
        self._grads = grads
        return value

    @property
    def gradients(self) -> Any:
        """Copies of the gradients of the last step; not of a folded rule, which does not keep them."""
        if self._grads is None:
            parts = tuple(self.example[k] for k in self.places)
            self._grads = refill(
                parts if self.several else parts[0], [g.copy() for g in self._latest[1].latest.update.last]
            )
        return self._grads

    @property
    def source(self) -> Source:
        """The step as NumPy code that a person would write; ``.function()`` runs it.

        It takes the arguments of the loss, then what the optimizer remembers, then its numbers; moves the parameters in
        place and returns the loss. It checks nothing.
        """
        rule = self._rule()
        names = dict.fromkeys(("lr", *rule.numbers)) if rule else {}
        numbers = {name: getattr(self.optimizer, name) for name in names if name != "t"}
        return update_source(self.loss, self.example, self.places, rule, numbers, self.optimizer)

    def _merged(self, params: Any, batch: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments of the loss."""
        if not self.several:
            params = (params,)
        if self._ahead:
            return (*params, *batch)
        args, rest = [], iter(batch)
        chosen = dict(zip(self.places, params, strict=True))
        for k in range(len(params) + len(batch)):
            args.append(chosen[k] if k in chosen else next(rest))
        return tuple(args)

    def _rule(self) -> Rule | None:
        """The optimizer's rule, if its class states one: a subclass may move in another way."""
        optimizer = self.optimizer
        return optimizer.rule(self.fold) if "rule" in type(optimizer).__dict__ else None

    def _programs_of(self, rule: Rule) -> "UpdatePrograms":
        argnums = tuple(k + rule.folded for k in self.places)
        if rule not in self._programs:
            self._programs[rule] = UpdatePrograms(self.loss, argnums, rule, self._refuse)
        return self._programs[rule]

    def _given(self, rule: Rule, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the program takes: before the arguments of the loss, the rate that is multiplied in there."""
        return (self._rate(self.optimizer.lr), *args) if rule.folded else args

    def _memories_of(self, params: Any) -> list[Any]:
        """The optimizer's memories, looked up anew when they were replaced."""
        if self._kept is not self.optimizer._kept or not self._kept:
            self._memories = self.optimizer.kept_for(params)
            self._kept = self.optimizer._kept
        return self._memories

    def _compiled_gradient(self) -> Callable[..., Any]:
        if self._gradient is None:
            self._gradient = compile_gradient(self.loss, *self.example, argnums=self.argnums)
        return self._gradient

    def _refuse(self, value: Any, grads: list[Any]) -> None:
        """Raise if the loss or a gradient is not finite; the sum of squares alone may have overflowed."""
        self.refused = float(value)
        refuse_loss(value)
        paths = [path for path, _ in leaves([self.example[k] for k in self.places])]
        for path, grad in zip(paths, grads, strict=True):
            for array in grad if isinstance(grad, list) else [grad]:
                refuse_not_finite(spell("grads", path if self.several else path[1:]), array)


def refuse_loss(value: Any) -> None:
    """Raise if the loss is not finite."""
    if not np.isfinite(value).all():
        raise NotFiniteError(f"the loss became {float(value)}; expected a finite number, and nothing has moved")


class UpdatePrograms(Programs):
    """The programs of one loss and one rule."""

    def __init__(
        self, f: Callable[..., Any], argnums: tuple[int, ...], rule: Rule, refuse: Callable[..., None]
    ) -> None:
        super().__init__(f, argnums)
        self.rule = rule
        self.refuse = refuse

    def program(self, args: tuple[Any, ...]) -> UpdateProgram:
        return UpdateProgram(self.f, args, self.argnums, self.rule, self.refuse)

    def step(self, numbers: list[float], memories: Any, args: tuple[Any, ...]) -> Any:
        """Take a step with the program that fits these arguments; None where none does."""
        latest: Any = self.latest
        value = None if latest is None else latest.step(numbers, memories, args)
        if value is None:
            given, latest = self.fitting(args)
            value = latest.step(numbers, memories, given)
        return value
