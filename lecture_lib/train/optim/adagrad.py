"""Adagrad: a rate for every entry, which falls with the gradients it has seen."""

import numpy as np

from lecture_lib.train.optim.optimizer import Kind, Optimizer, Slots
from lecture_lib.train.optim.pairs import Array
from lecture_lib.train.settings import non_negative, positive


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


KINDS = (Kind("adagrad", Adagrad, rate=0.05, lab={"Adagrad": lambda rate, _: Adagrad(rate)}),)
