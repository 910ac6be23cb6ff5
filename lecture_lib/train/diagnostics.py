"""A look inside a network that trains: activations and gradients by layer, step sizes, the sharpest curvature."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.jacobians import hvp
from lecture_lib.autograd.trees import leaves, refill
from lecture_lib.graph.trace import Node, trace, values
from lecture_lib.train.nonlinearities import LAYERS
from lecture_lib.train.settings import generator, positive, whole

STEEPEST = {name: record.steepest for name, record in LAYERS.items()}
"""The nonlinearities that make a layer, and the steepest slope of each."""

FLAT = 0.05
"""The share of the steepest slope below which an entry counts as saturated."""

RESIDUAL = 0.01
"""How close, as a share of it, an eigenvalue has to be to the estimate when power iteration ends."""


class Layer(NamedTuple):
    """One nonlinearity h = f(z) of a network, over one batch.

    Attributes:
        name: the variable that holds h, as far as it is known.
        nonlinearity: f.
        mean: of the activations h.
        std: their standard deviation.
        gradient_mean: of the error signals δ = ∇_z J.
        gradient_std: their standard deviation.
        saturated: the share of entries whose slope f′(z) is below 5 % of f's steepest; they hardly learn. For the
            rectifier these are the entries that are 0.
        dead: the share of units whose slope is exactly 0 in every row of the batch; they learn nothing. A leaky
            rectifier has none, for its small slope lets a unit come back.

    >>> from lecture_lib import relu
    >>> (layer,) = layers(lambda b, X: np.sum(relu(X + b)), np.zeros(2), np.array([[1.0, -9.0], [2.0, -9.0]]))
    >>> layer.saturated, layer.dead
    (0.5, 0.5)
    """

    name: str
    nonlinearity: str
    mean: float
    std: float
    gradient_mean: float
    gradient_std: float
    saturated: float
    dead: float


def layers(loss: Callable[..., Any], params: Any, *batch: Any) -> list[Layer]:
    """What happens in each layer of a network on one batch, forward and backward.

    The loss is traced, so the layers are found by their nonlinearities: tanh, sigmoid, relu, leaky_relu, hard_tanh.

    Args:
        loss: `loss(params, *batch)`, one number.
        params: the parameters, a nested structure of arrays.
        batch: what else the loss takes.

    Returns:
        The layers from the input on; the last axis of each counts its units.

    Raises:
        ValueError: the loss has no such nonlinearity.

    >>> def loss(W, x):
    ...     h = np.tanh(W @ x)
    ...     return np.sum(h * h)
    >>> (layer,) = layers(loss, np.eye(2), np.array([0.0, 10.0]))
    >>> layer.name, layer.nonlinearity, layer.saturated
    ('h', 'tanh', 0.5)
    """
    graph = trace(loss, params, *batch)
    graph.backward()
    found = [node for node in graph.nodes if node.op is not None and node.op.name in STEEPEST]
    if not found:
        raise ValueError(f"the loss has no layer: no {', '.join(STEEPEST)} on the way; expected a network")
    return [_layer(node) for node in found]


def update_ratios(before: Any, after: Any) -> dict[str, float]:
    """How far a step moved each parameter, relative to its size: ‖θ_new - θ_old‖ / ‖θ_old‖.

    About 0.001 is healthy; far above, the steps are wild, and far below, hardly anything is learned.
    Source of that rule of thumb: A. Karpathy, notes of the Stanford course CS231n, Neural networks part 3.

    Args:
        before: a copy of the parameters before the step, a nested structure of arrays.
        after: the parameters after it.

    Returns:
        The ratio for every parameter, by its name; inf where zeros moved, 0 where they stayed.

    Raises:
        ValueError: the structures or shapes differ.

    >>> before, after = {"W": np.array([3.0, 4.0])}, {"W": np.array([3.0, 4.05])}
    >>> round(update_ratios(before, after)["W"], 4)
    0.01
    """
    old, new = list(leaves(before)), list(leaves(after))
    if [(path, np.shape(a)) for path, a in old] != [(path, np.shape(a)) for path, a in new]:
        raise ValueError("before and after differ in structure or shapes; expected the same parameters twice")
    ratios = {}
    for (path, a), (_, b) in zip(old, new, strict=True):
        size, moved = np.linalg.norm(a), np.linalg.norm(np.subtract(b, a))
        ratios[".".join(map(str, path)) or "params"] = float(moved / size) if size else float(np.inf if moved else 0)
    return ratios


def largest_eigenvalue(
    f: Callable[[Any], Any], x: Any, rng: np.random.Generator, steps: int = 1000, tolerance: float = 1e-8
) -> float:
    """λmax of the Hessian of f at x, by power iteration: no matrix is built, only Hessian-vector products.

    Gradient descent near a minimum converges for rates below 2/λmax and diverges above. Power iteration finds the
    eigenvalue of largest magnitude; if that one is negative, a second run on the Hessian minus it finds the largest.
    Source: Y. LeCun, P. Simard and B. Pearlmutter, Automatic learning rate maximization by on-line estimation of the
    Hessian's eigenvectors, 1993.

    Args:
        f: returns one number.
        x: an array, or a nested structure of arrays.
        rng: draws the first direction.
        steps: the most iterations.
        tolerance: stop when the estimate changes by less than this share of itself.

    Returns:
        The largest eigenvalue.

    Raises:
        ArithmeticError: no convergence after that many steps; says how close it came.
        TypeError: rng is not a generator, or steps is not a whole number.
        ValueError: steps is below 1, or tolerance is not above 0.

    >>> bowl = lambda x: 3 * x[0] ** 2 + x[1] ** 2
    >>> print(round(largest_eigenvalue(bowl, np.zeros(2), np.random.default_rng(0)), 4))
    6.0
    """
    generator(rng)
    steps, tolerance = whole(steps, "steps"), positive(tolerance, "tolerance")
    shapes = [np.shape(a) for _, a in leaves(x)]
    sizes = [int(np.prod(shape)) for shape in shapes]
    product = hvp(f)

    def apply(v: NDArray[Any]) -> NDArray[Any]:
        parts = np.split(v, np.cumsum(sizes)[:-1])
        direction = refill(x, [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
        return np.concatenate([np.ravel(part) for _, part in leaves(product(x, direction))])

    start = rng.normal(size=sum(sizes))
    dominant = _power_iteration(apply, start, steps, tolerance)
    if dominant >= 0:
        return dominant
    return dominant + _power_iteration(lambda v: apply(v) - dominant * v, start, steps, tolerance)


def _power_iteration(
    apply: Callable[[NDArray[Any]], NDArray[Any]], v: NDArray[Any], steps: int, tolerance: float
) -> float:
    estimate = change = 0.0
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        w = apply(v)
        previous, estimate = estimate, float(v @ w)
        change = abs(estimate - previous)
        # An eigenvalue lies within the residual of the estimate; the change alone may pause on a plateau.
        residual = np.linalg.norm(w - estimate * v)
        if change <= tolerance * abs(estimate) and residual <= RESIDUAL * abs(estimate):
            return estimate
        v = w
    raise ArithmeticError(
        f"no convergence after {steps} steps: the estimate {estimate:.6g} still changed by "
        f"{change:.2g}; expected more steps or a larger tolerance"
    )


def _layer(node: Node) -> Layer:
    op, z, (_, *rest) = node.op, node.args[0], values(node.args)
    assert isinstance(op, Elementwise)
    (slope_of, *_) = op.slopes
    assert callable(slope_of)
    slope = np.abs(np.broadcast_to(slope_of(node.value, z.value, *rest), node.shape))
    flat = slope < FLAT * STEEPEST[op.name]
    delta = z.grad if z.grad is not None else np.zeros(node.shape)
    units = slope.reshape(-1, node.shape[-1]) if slope.ndim else slope.reshape(1, 1)
    return Layer(
        node.name or op.name,
        op.name,
        float(node.value.mean()),
        float(node.value.std()),
        float(delta.mean()),
        float(delta.std()),
        float(flat.mean()),
        float((units == 0).all(axis=0).mean()),
    )
