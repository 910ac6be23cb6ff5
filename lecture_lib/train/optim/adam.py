"""Adam and its kin: with decoupled weight decay, and for tables of which few rows have a gradient."""

import numpy as np

from lecture_lib.graph.update import Rule
from lecture_lib.train.optim.optimizer import Kind, Optimizer, Slots
from lecture_lib.train.optim.pairs import Array
from lecture_lib.train.settings import non_negative, positive, share


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

    @property
    def beta1(self) -> float:
        """The share of m that stays."""
        return self.betas[0]

    @property
    def beta2(self) -> float:
        """The share of v that stays."""
        return self.betas[1]

    def update(self, param: Array, grad: Array, slots: Slots) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        self._descend(param, grad, slots)

    def rule(self, fold: bool) -> Rule:
        if self.weight_decay:
            return Rule(descent("(grad + weight_decay * param)"), NUMBERS, self.memory)
        return Rule(descent("grad"), NUMBERS, self.memory)

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

    def rule(self, fold: bool) -> Rule:
        return Rule(("param *= 1 - lr * weight_decay", *descent("grad")), NUMBERS, self.memory)

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

    >>> from lecture_lib import RowSparse
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


def descent(grad: str) -> tuple[str, ...]:
    """Adam's lines for a gradient."""
    return (
        "m *= beta1",
        f"m += (1 - beta1) * {grad}",
        "v *= beta2",
        f"v += (1 - beta2) * {grad} * {grad}",
        "param -= lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)",
    )


NUMBERS = ("lr", "beta1", "beta2", "eps", "weight_decay", "t")
"""What Adam's lines name besides arrays; t is the number of the step."""


def _betas(betas: tuple[float, float]) -> tuple[float, float]:
    """Adam's two shares, each checked."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas is {betas!r}; expected two numbers")
    return share(betas[0], "betas[0]"), share(betas[1], "betas[1]")


# The lab has two weights and no penalty: there AdamW and SparseAdam move as Adam does.
KINDS = (
    Kind("adam", Adam, rate=0.001, lab={"Adam": lambda rate, _: Adam(rate)}),
    Kind("adamw", AdamW, rate=0.001),
    Kind("sparseadam", SparseAdam, rate=0.001),
)
