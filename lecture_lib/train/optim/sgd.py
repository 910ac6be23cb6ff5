"""Stochastic gradient descent, with momentum and Nesterov's look ahead."""

from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.graph.update import Rule
from lecture_lib.train.optim.optimizer import Kind, Optimizer, Slots
from lecture_lib.train.optim.pairs import Array
from lecture_lib.train.settings import non_negative, share


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

    >>> import numpy as np
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

    def rule(self, fold: bool) -> Rule:
        decayed = "grad + weight_decay * param" if self.weight_decay else "grad"
        if self.momentum:
            moved = f"({decayed} + momentum * velocity)" if self.nesterov else "velocity"
            lines = ("velocity *= momentum", f"velocity += {decayed}", f"param -= lr * {moved}")
            return Rule(lines, ("lr", "momentum", "weight_decay"), self.memory)
        if not self.weight_decay:
            return FOLDED if fold else PLAIN
        if fold:
            return Rule(("param *= 1 - lr * weight_decay", "param -= grad"), ("lr", "weight_decay"), folded=True)
        return Rule((f"param -= lr * ({decayed})",), ("lr", "weight_decay"))

    def update_rows(self, param: Array, grad: RowSparse, slots: Slots) -> None:
        grad.add_to(param, -self.lr)


PLAIN = Rule(("param -= lr * grad",), ("lr",))
FOLDED = Rule(("param -= grad",), (), folded=True)

KINDS = (
    Kind(
        "sgd",
        SGD,
        rate=0.3,
        lab={
            "SGD": lambda rate, momentum: SGD(rate, momentum),
            "Nesterov": lambda rate, momentum: SGD(rate, momentum, nesterov=momentum > 0),
        },
    ),
)
