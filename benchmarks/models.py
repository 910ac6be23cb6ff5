"""One SGD step of the window model, written for every library that takes part.

The model: five word vectors of d entries side by side, x of 5d; z = Wx + b, h = tanh(z), s = uᵀh; the logistic loss
log(1 + e^s) - y·s, its mean over the batch; the word vectors E are trained too. All in float32.

Each maker returns ``step()``, which does one step on fixed data and returns the loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

RATE = 0.01
Step = Callable[[], Any]


def parameters(words: int, d: int = 50, width: int = 5, hidden: int = 100) -> list[np.ndarray]:
    """E (V×d), W (n×5d), b (n,), u (n,)."""
    rng = np.random.default_rng(1)
    shapes = [(words, d), (hidden, width * d), (hidden,), (hidden,)]
    return [(0.1 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]


def batch(words: int, size: int, width: int = 5) -> tuple[Any, Any]:
    """Word ids (N×5) and labels (N,)."""
    rng = np.random.default_rng(2)
    return rng.integers(0, words, (size, width)), rng.integers(0, 2, size).astype(np.float32)


def by_hand(words: int, size: int) -> Step:
    """NumPy as a good student writes it for any batch, the gradients derived by hand."""
    E, W, b, u = parameters(words)
    ids, y = batch(words, size)
    rate = np.float32(RATE)

    def step() -> Any:
        X = E[ids].reshape(size, -1)
        H = np.tanh(X @ W.T + b)
        s = H @ u
        p = 1 / (1 + np.exp(-s))
        loss = np.mean(np.logaddexp(0, s) - y * s)
        ds = (p - y) / np.float32(size)
        Delta = np.outer(ds, u) * (1 - H * H)
        grad_u, grad_W, grad_b, grad_X = H.T @ ds, Delta.T @ X, Delta.sum(axis=0), Delta @ W
        u[...] -= rate * grad_u
        b[...] -= rate * grad_b
        W[...] -= rate * grad_W
        np.subtract.at(E, ids, rate * grad_X.reshape(*ids.shape, -1))
        return loss

    return step


def by_hand_one(words: int, size: int) -> Step:
    """NumPy by hand for a single example, with vectors instead of a batch of one row."""
    if size != 1:
        raise ImportError("this one knows a single example only")
    E, W, b, u = parameters(words)
    (ids,), (y,) = batch(words, size)
    rate = np.float32(RATE)

    def step() -> Any:
        x = E[ids].ravel()
        h = np.tanh(W @ x + b)
        s = u @ h
        p = 1 / (1 + np.exp(-s))
        loss = np.logaddexp(0, s) - y * s
        delta = (p - y) * u * (1 - h * h)
        grad_u, grad_W, grad_x = (p - y) * h, np.outer(delta, x), W.T @ delta
        u[...] -= rate * grad_u
        b[...] -= rate * delta
        W[...] -= rate * grad_W
        np.subtract.at(E, ids, rate * grad_x.reshape(len(ids), -1))
        return loss

    return step


def by_expert(words: int, size: int) -> Step:
    """NumPy as a patient expert writes it for this model: buffers reused, the rate folded in, rows scattered once."""
    if size == 1:
        return by_expert_one(words)
    E, W, b, u = parameters(words)
    ids, y = batch(words, size)
    f, one, scale = ids.reshape(-1), np.float32(1), np.float32(RATE / size)
    rows, grad_X, grad_W = (np.empty(shape, np.float32) for shape in ((f.size, 50), (size, 250), (100, 250)))
    H, Delta = (np.empty((size, 100), np.float32) for _ in range(2))
    s, p, q = (np.empty(size, np.float32) for _ in range(3))
    grad, X, grad_rows = np.empty(100, np.float32), rows.reshape(size, -1), grad_X.reshape(f.size, 50)
    flat, columns, where = E.reshape(-1), np.arange(50), np.empty((f.size, 50), np.intp)

    def step() -> Any:
        E.take(f, 0, rows, "clip")
        np.dot(X, W.T, H)
        np.add(H, b, H)
        np.tanh(H, H)
        np.dot(H, u, s)
        np.logaddexp(0, s, p)
        np.multiply(y, s, q)
        np.subtract(p, q, q)
        loss = np.add.reduce(q) / size
        np.subtract(s, p, s)
        np.exp(s, s)
        np.subtract(s, y, s)
        np.multiply(s, scale, s)
        np.multiply(H, H, Delta)
        np.subtract(one, Delta, Delta)
        np.multiply(Delta, u, Delta)
        np.multiply(Delta, s[:, None], Delta)
        np.dot(Delta, W, grad_X)
        np.dot(s, H, grad)
        np.subtract(u, grad, u)
        np.add.reduce(Delta, 0, None, grad)
        np.subtract(b, grad, b)
        np.dot(Delta.T, X, grad_W)
        np.subtract(W, grad_W, W)
        np.add(np.multiply(f, 50)[:, None], columns, where)
        np.subtract.at(flat, where.reshape(-1), grad_rows.reshape(-1))
        return loss

    return step


def by_expert_one(words: int) -> Step:
    """The expert's step for a single example: vectors, and scalars in Python."""
    E, W, b, u = parameters(words)
    (ids,), (y,) = batch(words, 1)
    one = np.float32(1)
    rows, grad_x, grad_W = (np.empty(shape, np.float32) for shape in ((5, 50), 250, (100, 250)))
    h, delta = (np.empty(100, np.float32) for _ in range(2))
    x, grad_rows = rows.reshape(-1), grad_x.reshape(5, 50)
    column, row = delta.reshape(-1, 1), x.reshape(1, -1)

    def step() -> Any:
        E.take(ids, 0, rows, "clip")
        np.dot(W, x, h)
        np.add(h, b, h)
        np.tanh(h, h)
        s = float(u.dot(h))
        loss = np.logaddexp(0.0, s) - y * s
        e = np.float32((1 / (1 + math.exp(-s)) - float(y)) * RATE)
        np.multiply(h, h, delta)
        np.subtract(one, delta, delta)
        np.multiply(delta, u, delta)
        np.multiply(delta, e, delta)
        np.dot(delta, W, grad_x)
        np.multiply(h, e, h)
        np.subtract(u, h, u)
        np.subtract(b, delta, b)
        np.dot(column, row, grad_W)
        np.subtract(W, grad_W, W)
        np.subtract.at(E, ids, grad_rows)
        return loss

    return step


def loss_many(E: Any, W: Any, b: Any, u: Any, ids: Any, y: Any) -> Any:
    """The mean loss of a batch of windows."""
    s = np.tanh(E[ids].reshape(len(ids), -1) @ W.T + b) @ u
    return np.mean(np.logaddexp(0, s) - y * s)


def eager(words: int, size: int) -> Step:
    """lecture_lib: value_and_grad on every step."""
    from lecture_lib import value_and_grad

    return with_sgd(lambda *_: value_and_grad(loss_many, (0, 1, 2, 3)), words, size)


def compiled(words: int, size: int) -> Step:
    """lecture_lib: compile_gradient once."""
    from lecture_lib import compile_gradient

    return with_sgd(lambda *args: compile_gradient(loss_many, *args, argnums=(0, 1, 2, 3)), words, size)


def fused(words: int, size: int) -> Step:
    """lecture_lib: train.compile_step once."""
    from lecture_lib.train import compile_step, optim

    params, data = tuple(parameters(words)), batch(words, size)
    step = compile_step(loss_many, optim.SGD(lr=RATE), params, *data, argnums=(0, 1, 2, 3))
    return lambda: step(params, *data)


def printed_step(words: int, size: int) -> Step:
    """lecture_lib: the source of that step, executed."""
    from lecture_lib.train import compile_step, optim

    params, data = tuple(parameters(words)), batch(words, size)
    run = compile_step(loss_many, optim.SGD(lr=RATE), params, *data, argnums=(0, 1, 2, 3)).source.function()
    return lambda: run(*params, *data)


def printed(words: int, size: int) -> Step:
    """lecture_lib: the source that backward_source prints, executed."""
    from lecture_lib import backward_source

    return with_sgd(lambda *args: backward_source(loss_many, *args, argnums=(0, 1, 2, 3)).function(), words, size)


def with_sgd(make: Callable[..., Callable[..., Any]], words: int, size: int) -> Step:
    """A step of lecture_lib's SGD with the gradient function that ``make`` makes from example arguments."""
    from lecture_lib.train import optim

    params, data = tuple(parameters(words)), batch(words, size)
    gradient = make(*params, *data)
    optimizer = optim.SGD(lr=RATE)

    def step() -> Any:
        loss, grads = gradient(*params, *data)
        optimizer.step(params, grads)
        return loss

    return step


def hips(words: int, size: int) -> Step:
    """HIPS autograd: the whole table is an argument, and its gradient is dense."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    params = parameters(words)
    ids, y = batch(words, size)
    rate = np.float32(RATE)

    def loss(parts: tuple[Any, ...]) -> Any:
        E, *rest = parts
        return hips_loss(anp, E[ids], *rest, y, size)

    gradient = value_and_grad(loss)

    def step() -> Any:
        value, grads = gradient(tuple(params))
        for p, g in zip(params, grads, strict=True):
            p -= rate * g
        return value

    return step


def hips_rows(words: int, size: int) -> Step:
    """HIPS autograd with the rows looked up outside, so that its gradients stay small."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    E, *rest = parameters(words)
    ids, y = batch(words, size)
    rate = np.float32(RATE)
    gradient = value_and_grad(lambda parts: hips_loss(anp, *parts, y, size))

    def step() -> Any:
        value, (rows, *grads) = gradient((E[ids], *rest))
        np.subtract.at(E, ids, rate * rows)
        for p, g in zip(rest, grads, strict=True):
            p -= rate * g
        return value

    return step


def hips_loss(anp: Any, rows: Any, W: Any, b: Any, u: Any, y: Any, size: int) -> Any:
    """The loss in HIPS autograd's NumPy, from the rows that were looked up."""
    s = anp.dot(anp.tanh(anp.dot(anp.reshape(rows, (size, -1)), W.T) + b), u)
    return anp.mean(anp.logaddexp(0, s) - y * s)


def mygrad(words: int, size: int) -> Step:
    """MyGrad: the whole table is a tensor, and its gradient is dense."""
    import mygrad as mg

    params = [mg.tensor(p, copy=False) for p in parameters(words)]
    ids, y = batch(words, size)
    rate = np.float32(RATE)

    def step() -> Any:
        E, *rest = params
        loss = mygrad_loss(mg, E[ids], *rest, y, size)
        loss.backward()
        for p in params:
            p.data -= rate * p.grad
        return loss.item()

    return step


def mygrad_rows(words: int, size: int) -> Step:
    """MyGrad with the rows looked up outside."""
    import mygrad as mg

    E, *rest = parameters(words)
    ids, y = batch(words, size)
    rate = np.float32(RATE)
    params = [mg.tensor(p, copy=False) for p in rest]

    def step() -> Any:
        rows = mg.tensor(E[ids])
        loss = mygrad_loss(mg, rows, *params, y, size)
        loss.backward()
        np.subtract.at(E, ids, rate * rows.grad)
        for p in params:
            p.data -= rate * p.grad
        return loss.item()

    return step


def mygrad_loss(mg: Any, rows: Any, W: Any, b: Any, u: Any, y: Any, size: int) -> Any:
    """The loss in MyGrad, from the rows that were looked up."""
    s = mg.matmul(mg.tanh(mg.matmul(rows.reshape(size, -1), W.T) + b), u)
    return mg.mean(mg.logaddexp(np.float32(0), s) - y * s)


def torch_sparse(words: int, size: int) -> Step:
    """PyTorch, eager, with a sparse embedding and its SGD."""
    import torch

    E, W, b, u = (torch.from_numpy(p) for p in parameters(words))
    table = torch.nn.Embedding.from_pretrained(E, freeze=False, sparse=True)
    W, b, u = (torch.nn.Parameter(p) for p in (W, b, u))
    ids, y = batch(words, size)
    ids, y = torch.from_numpy(ids), torch.from_numpy(y)
    optimizer = torch.optim.SGD([table.weight, W, b, u], lr=RATE)

    def step() -> Any:
        optimizer.zero_grad(set_to_none=True)
        s = torch.tanh(table(ids).reshape(len(ids), -1) @ W.T + b) @ u
        loss = torch.mean(torch.nn.functional.softplus(s) - y * s)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def jax_jit(words: int, size: int) -> Step:
    """JAX, the whole step under jit: the whole table is an argument, and its gradient is dense."""
    import jax

    def loss(params: Any, ids: Any, y: Any) -> Any:
        E, *rest = params
        return jax_loss(E[ids], rest, y)

    def update(params: Any, ids: Any, y: Any) -> Any:
        value, grads = jax.value_and_grad(loss)(params, ids, y)
        return tuple(p - RATE * g for p, g in zip(params, grads, strict=True)), value

    return jax_step(words, size, update)


def jax_rows(words: int, size: int, donated: bool = False) -> Step:
    """JAX with the rows looked up outside, so that only they are updated."""
    import jax

    def update(params: Any, ids: Any, y: Any) -> Any:
        E, *rest = params
        value, (rows, grads) = jax.value_and_grad(jax_loss, (0, 1))(E[ids], tuple(rest), y)
        new = [p - RATE * g for p, g in zip(rest, grads, strict=True)]
        return (E.at[ids].add(-RATE * rows), *new), value

    return jax_step(words, size, update, donated)


def jax_rows_donated(words: int, size: int) -> Step:
    """JAX with the rows looked up outside and the parameters' buffers donated, so that it may overwrite them."""
    return jax_rows(words, size, donated=True)


def jax_loss(rows: Any, rest: Any, y: Any) -> Any:
    """The loss in JAX, from the rows that were looked up."""
    import jax.numpy as jnp

    W, b, u = rest
    s = jnp.tanh(rows.reshape(len(y), -1) @ W.T + b) @ u
    return jnp.mean(jnp.logaddexp(0, s) - y * s)


def jax_step(words: int, size: int, update: Callable[..., Any], donated: bool = False) -> Step:
    """A step of ``update(params, ids, y) -> (params, loss)``, compiled."""
    import jax
    import jax.numpy as jnp

    run = jax.jit(update, donate_argnums=0 if donated else ())
    state = [tuple(jnp.asarray(p) for p in parameters(words))]
    ids, y = map(jnp.asarray, batch(words, size))

    def step() -> Any:
        state[0], value = run(state[0], ids, y)
        return value.block_until_ready()

    return step


MAKERS: dict[str, Callable[[int, int], Step]] = {
    "NumPy by hand": by_hand,
    "NumPy by hand, one example": by_hand_one,
    "NumPy by an expert": by_expert,
    "lecture_lib eager": eager,
    "lecture_lib compile_step": fused,
    "lecture_lib compile_step, its source": printed_step,
    "lecture_lib compiled": compiled,
    "lecture_lib printed source": printed,
    "HIPS autograd": hips,
    "HIPS autograd, rows outside": hips_rows,
    "MyGrad": mygrad,
    "MyGrad, rows outside": mygrad_rows,
    "PyTorch eager, sparse": torch_sparse,
    "JAX jit": jax_jit,
    "JAX jit, rows outside": jax_rows,
    "JAX jit, rows outside, donated": jax_rows_donated,
}
