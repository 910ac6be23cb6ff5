"""Eight gates with one fault each, for the bug hunt of notebook 10. Their forward is right; do not read on, hunt first.

A gate computes in `forward`, remembers what it needs, and returns from `backward(upstream)` a tuple with one gradient
for each input, of that input's shape. All work on arrays of any size. What a gate computes is assigned to `__doc__`: a
docstring would be gone under `python -OO`, and the notebook prints it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Gradients = tuple[Any, ...]


class GateA:
    __doc__ = "y = a - b, entry by entry."

    sign = "−"

    def forward(self, a: Any, b: Any) -> Any:
        return a - b

    def backward(self, upstream: Any) -> Gradients:
        return upstream, upstream


class GateB:
    __doc__ = "y = the sum of the squares of all entries of a: one number."

    sign = "Σ( )²"

    def forward(self, a: Any) -> Any:
        self.a = a
        return np.sum(a * a)

    def backward(self, upstream: Any) -> Gradients:
        return (upstream * self.a,)


class GateC:
    __doc__ = "y = a ∘ b, entry by entry."

    sign = "×"

    def forward(self, a: Any, b: Any) -> Any:
        self.a, self.b = a, b
        return a * b

    def backward(self, upstream: Any) -> Gradients:
        return upstream * self.a, upstream * self.b


class GateD:
    __doc__ = "y = tanh(a), entry by entry."

    sign = "tanh"

    def forward(self, a: Any) -> Any:
        self.a = a
        return np.tanh(a)

    def backward(self, upstream: Any) -> Gradients:
        return (upstream * (1 - self.a**2),)


class GateE:
    __doc__ = "y = W x, a matrix n×m times a vector."

    sign = "Wx"

    def forward(self, W: Any, x: Any) -> Any:
        self.W, self.x = W, x
        return W @ x

    def backward(self, upstream: Any) -> Gradients:
        return np.outer(np.ones_like(upstream), self.x), self.W.T @ upstream


class GateF:
    __doc__ = "y = W x, a matrix n×m times a vector."

    sign = "Wx"

    def forward(self, W: Any, x: Any) -> Any:
        self.W, self.x = W, x
        return W @ x

    def backward(self, upstream: Any) -> Gradients:
        return np.outer(upstream, self.x), self.W @ upstream


class GateG:
    __doc__ = "y = max(a, 0), entry by entry."

    sign = "relu"

    def forward(self, a: Any) -> Any:
        self.on = a > 0
        return a * self.on

    def backward(self, upstream: Any) -> Gradients:
        return (np.maximum(upstream, 0) * self.on,)


class GateH:
    __doc__ = "y = σ(a), entry by entry."

    sign = "σ"

    def forward(self, a: Any) -> Any:
        self.y = 1 / (1 + np.exp(-a))
        return self.y

    def backward(self, upstream: Any) -> Gradients:
        upstream *= self.y * (1 - self.y)
        return (upstream,)


GATES: dict[str, Any] = {
    "A": GateA,
    "B": GateB,
    "C": GateC,
    "D": GateD,
    "E": GateE,
    "F": GateF,
    "G": GateG,
    "H": GateH,
}
