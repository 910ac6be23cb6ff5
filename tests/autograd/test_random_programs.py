"""Random programs of 5 to 60 operations against differences, HIPS autograd and PyTorch.

``LECTURE_LIB_PROGRAMS=20000`` runs more of them than the 1,500 of an ordinary run.
"""

import os
from typing import Any

import numpy as np
import pytest
from gradient_reference import flat, plain
from random_programs import Program, program

from lecture_lib import grad, jvp

# Some programs depend on an argument only through an operation without a derivative; the numbers say so too.
pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")

COUNT = int(os.environ.get("LECTURE_LIB_PROGRAMS", "1500"))
BATCHES = 10


def programs(batch: int, share: int = 1):
    """This batch's programs, short and long ones mixed; every ``share``-th of them."""
    for seed in range(batch, COUNT, BATCHES * share):
        yield seed, program(seed, 5 + seed * 7 % 56)


def difference(made: Program, direction: list[np.ndarray], eps: float) -> float:
    """The directional derivative by central differences of order eps⁴."""

    def at(step: float) -> float:
        return float(made.run(np, *(x + step * d for x, d in zip(made.inputs, direction, strict=True))))

    whole, half = (at(eps) - at(-eps)) / (2 * eps), (at(eps / 2) - at(-eps / 2)) / eps
    return (4 * half - whole) / 3


def gradients_of(made: Program) -> tuple[Any, ...]:
    """The gradients of all inputs, by reverse mode; those of pure look-ups arrive row-sparse."""
    gradients = grad(lambda *x: made.run(np, *x), tuple(range(len(made.inputs))))(*made.inputs)
    return tuple(np.asarray(g) for g in gradients)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_both_modes_agree_with_differences(batch: int):
    """A fault in how operations combine (fan-out, broadcasting, views, dead ends) shows only in whole programs."""
    for seed, made in programs(batch):
        rng = np.random.default_rng(seed + 1)
        direction = [rng.uniform(-1, 1, x.shape) for x in made.inputs]
        y, dy = jvp(lambda *x, made=made: made.run(np, *x), made.inputs, direction)
        np.testing.assert_allclose(y, made.run(np, *made.inputs), rtol=1e-12, atol=1e-12)
        gradients = gradients_of(made)
        along = sum(float(np.vdot(g, d)) for g, d in zip(gradients, direction, strict=True))
        size = sum(float(np.abs(g).sum()) for g in gradients) + 1
        assert abs(along - dy) <= 1e-10 * size, f"seed {seed}: reverse {along}, forward {dy}\n{made}"
        found = [difference(made, direction, eps) for eps in (1e-4, 1e-5, 1e-6)]
        assert min(abs(n - dy) for n in found) <= 1e-6 * size, f"seed {seed}: rules {dy}, differences {found}\n{made}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_second_derivatives_agree_with_differences_of_gradients(batch: int):
    """Forward over reverse on whole programs."""
    for seed, made in programs(batch, share=5):
        rng = np.random.default_rng(seed + 2)
        direction = [rng.uniform(-1, 1, x.shape) for x in made.inputs]
        slopes = grad(lambda *x, made=made: made.run(np, *x), tuple(range(len(made.inputs))))

        def all_slopes(*x: Any, slopes: Any = slopes) -> Any:
            return flat(slopes(*x))

        _, curve = jvp(all_slopes, made.inputs, direction)

        def moved(eps: float, made: Program = made, direction: Any = direction, slopes: Any = slopes) -> np.ndarray:
            def at(step: float) -> np.ndarray:
                return plain(flat(slopes(*(x + step * d for x, d in zip(made.inputs, direction, strict=True)))))

            whole, half = (at(eps) - at(-eps)) / (2 * eps), (at(eps / 2) - at(-eps / 2)) / eps
            return (4 * half - whole) / 3

        size = float(np.abs(curve).max()) + 1
        errors = [float(np.abs(moved(eps) - curve).max()) for eps in (1e-4, 1e-5, 1e-6)]
        assert min(errors) <= 1e-5 * size, f"seed {seed}: off by {errors} of {size}\n{made}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_agrees_with_hips_autograd(batch: int):
    """An independent implementation, to rounding."""
    anp = pytest.importorskip("autograd.numpy", reason="HIPS autograd is not installed: pip install autograd")
    from autograd import grad as hips_grad

    for seed, made in programs(batch, share=2):
        expected = hips_grad(lambda *x, made=made: made.run(HipsNames(anp), *x), tuple(range(len(made.inputs))))
        with np.errstate(over="ignore"):  # Its rule of tanh squares cosh.
            compare(seed, made, expected(*made.inputs))


class HipsNames:
    """``autograd.numpy``, with another road where its own rule is wrong or missing."""

    def __init__(self, anp: Any) -> None:
        self.anp = anp

    def __getattr__(self, name: str) -> Any:
        return getattr(self.anp, name)

    def broadcast_to(self, x: Any, shape: Any) -> Any:
        """Its rule refuses new axes."""
        return x * np.ones(shape)

    def flip(self, x: Any, axis: int) -> Any:
        """It has no rule."""
        return x[(slice(None),) * axis + (slice(None, None, -1),)]

    def sort(self, x: Any, axis: int) -> Any:
        """Its rule knows vectors alone."""
        places = np.arange(x.size).reshape(x.shape)
        return self.anp.ravel(x)[np.take_along_axis(places, self.anp.argsort(x, axis=axis), axis)]

    def diagonal(self, x: Any) -> Any:
        """Its rule knows the last two axes in reverse alone."""
        steps = np.arange(min(x.shape))
        return x[steps, steps]

    def prod(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        """The product by repeated multiplication: the rule divides by the entries."""
        if axis is None:
            x, axis = self.anp.reshape(x, (-1,)), 0
        rows = self.anp.moveaxis(x, axis, 0) if x.ndim > 1 else x
        y = rows[0]
        for k in range(1, rows.shape[0]):
            y = y * rows[k]
        return self.anp.expand_dims(y, axis) if keepdims else y


@pytest.mark.parametrize("batch", range(BATCHES))
def test_agrees_with_pytorch(batch: int):
    """The other independent implementation, to rounding."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch compares with it too")
    for seed, made in programs(batch):
        inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in made.inputs]
        made.run(TorchNames(torch), *inputs).backward()
        found = [np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in inputs]
        compare(seed, made, found)


def compare(seed: int, made: Program, expected: Any) -> None:
    """The library's gradients against another's."""
    scale = max(float(np.abs(e).max(initial=1.0)) for e in expected)
    for k, (g, e) in enumerate(zip(gradients_of(made), expected, strict=True)):
        np.testing.assert_allclose(g, e, rtol=1e-8, atol=1e-9 * scale, err_msg=f"seed {seed}, input {k}\n{made}")


class TorchNames:
    """The NumPy names that the programs use, in PyTorch."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.linalg = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)

    def constant(self, x: Any) -> Any:
        return self.torch.as_tensor(np.ascontiguousarray(x), dtype=self.torch.float64).reshape(x.shape)

    def sum(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.sum() if axis is None else x.sum(dim=axis, keepdim=keepdims)

    def mean(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.mean() if axis is None else x.mean(dim=axis, keepdim=keepdims)

    def var(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.var(correction=0) if axis is None else x.var(dim=axis, correction=0, keepdim=keepdims)

    def std(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.std(correction=0) if axis is None else x.std(dim=axis, correction=0, keepdim=keepdims)

    def prod(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.prod() if axis is None else x.prod(dim=axis, keepdim=keepdims)

    def max(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.max() if axis is None else x.amax(dim=axis, keepdim=keepdims)

    def min(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.min() if axis is None else x.amin(dim=axis, keepdim=keepdims)

    def transpose(self, x: Any, axes: Any) -> Any:
        return x.permute(axes)

    def concatenate(self, parts: Any, axis: int = 0) -> Any:
        return self.torch.cat(parts, dim=axis)

    def stack(self, parts: Any, axis: int = 0) -> Any:
        return self.torch.stack(parts, dim=axis)

    def flip(self, x: Any, axis: int) -> Any:
        return self.torch.flip(x, (axis,))

    def roll(self, x: Any, shift: int, axis: int) -> Any:
        return self.torch.roll(x, shift, axis)

    def repeat(self, x: Any, n: int, axis: int) -> Any:
        return self.torch.repeat_interleave(x, n, dim=axis)

    def sort(self, x: Any, axis: int) -> Any:
        return self.torch.sort(x, dim=axis).values

    def inv(self, a: Any) -> Any:
        return self.torch.linalg.inv(a)

    def det(self, a: Any) -> Any:
        return self.torch.linalg.det(a)

    def solve(self, a: Any, b: Any) -> Any:
        return self.torch.linalg.solve(a, b)

    def norm(self, x: Any, axis: int) -> Any:
        return self.torch.linalg.norm(x, dim=axis)
