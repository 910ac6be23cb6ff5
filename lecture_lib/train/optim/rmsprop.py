"""RMSprop: divide by a running root mean square of the gradient."""

import numpy as np

from lecture_lib.train.optim.optimizer import Kind, Optimizer, Slots
from lecture_lib.train.optim.pairs import Array
from lecture_lib.train.settings import non_negative, positive, share


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


KINDS = (Kind("rmsprop", RMSprop, rate=0.001, lab={"RMSprop": lambda rate, _: RMSprop(rate)}),)
