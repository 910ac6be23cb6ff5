"""Twenty steps of every optimizer equal PyTorch's; needs PyTorch, which the course itself does not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lecture_lib import RowSparse
from lecture_lib.train import optim

torch = pytest.importorskip("torch", reason="no PyTorch to compare the optimizers with: pip install torch")
torch.sparse.check_sparse_tensor_invariants.enable()

STEPS = 20
SHAPES = {"dense": (4, 3), "table": (6, 2), "bias": ()}
PROBLEMS = {"dense": ("dense", "bias"), "rows": ("table",), "mixed": ("dense", "table", "bias")}

Pair = tuple[Callable[[], optim.Optimizer], Callable[[Any], Any]]

BOTH: dict[str, Pair] = {
    "SGD": (lambda: optim.SGD(0.05), lambda p: torch.optim.SGD(p, 0.05)),
    "SGD, weight decay": (
        lambda: optim.SGD(0.05, weight_decay=0.1),
        lambda p: torch.optim.SGD(p, 0.05, weight_decay=0.1),
    ),
    "momentum": (lambda: optim.SGD(0.05, momentum=0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "Nesterov": (
        lambda: optim.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
    ),
    "Adagrad": (lambda: optim.Adagrad(0.1), lambda p: torch.optim.Adagrad(p, 0.1)),
    "Adagrad, weight decay": (
        lambda: optim.Adagrad(0.1, weight_decay=0.1, initial_accumulator=0.5),
        lambda p: torch.optim.Adagrad(p, 0.1, weight_decay=0.1, initial_accumulator_value=0.5),
    ),
    "RMSprop": (lambda: optim.RMSprop(0.01), lambda p: torch.optim.RMSprop(p, 0.01)),
    "RMSprop, momentum": (
        lambda: optim.RMSprop(0.01, momentum=0.8, weight_decay=0.1),
        lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.8, weight_decay=0.1),
    ),
    "Adam": (lambda: optim.Adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
    "Adam, weight decay": (
        lambda: optim.Adam(0.01, weight_decay=0.1),
        lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1),
    ),
    "AdamW": (lambda: optim.AdamW(0.01, weight_decay=0.1), lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
}
DEFAULTS: list[Pair] = [
    (optim.SGD, torch.optim.SGD),
    (optim.Adagrad, torch.optim.Adagrad),
    (optim.RMSprop, torch.optim.RMSprop),
    (optim.Adam, torch.optim.Adam),
    (optim.AdamW, torch.optim.AdamW),
    (optim.SparseAdam, torch.optim.SparseAdam),
]


def run(
    make: Callable[[], optim.Optimizer], make_torch: Callable[[Any], Any], names: tuple[str, ...], torch_sparse: bool
) -> None:
    """Move the same parameters by the same gradients with both libraries and compare after every step."""
    rng = np.random.default_rng(7)
    ours = {name: rng.normal(size=SHAPES[name]) for name in names}
    theirs = {name: torch.tensor(array.copy(), requires_grad=True) for name, array in ours.items()}
    optimizer, torch_optimizer = make(), make_torch(list(theirs.values()))
    for _ in range(STEPS):
        grads: dict[str, Any] = {}
        for name in names:
            if name == "table":
                ids, rows = rng.integers(0, 5, 4), rng.normal(size=(4, 2))
                grads[name] = RowSparse(ids, rows, SHAPES[name])
                sparse = torch.sparse_coo_tensor(ids[None], rows, SHAPES[name])
                theirs[name].grad = sparse if torch_sparse else sparse.to_dense()
            else:
                grads[name] = np.asarray(rng.normal(size=SHAPES[name]))
                theirs[name].grad = torch.tensor(grads[name].copy())
        optimizer.step(ours, grads)
        torch_optimizer.step()
        for name in names:
            np.testing.assert_allclose(ours[name], theirs[name].detach().numpy(), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", BOTH)
def test_twenty_steps_with_rows_as_dense_gradients(name: str, problem: str) -> None:
    run(*BOTH[name], PROBLEMS[problem], torch_sparse=False)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", ["SGD", "momentum", "Adagrad"])
def test_twenty_steps_with_sparse_gradients_on_both_sides(name: str, problem: str) -> None:
    run(*BOTH[name], PROBLEMS[problem], torch_sparse=True)


def test_twenty_steps_of_sparse_adam() -> None:
    run(lambda: optim.SparseAdam(0.01), lambda p: torch.optim.SparseAdam(p, 0.01), ("table",), torch_sparse=True)


def test_sparse_adam_with_dense_gradients_equals_adam() -> None:
    # PyTorch's SparseAdam refuses dense gradients; with all rows present the two methods are one.
    run(lambda: optim.SparseAdam(0.01), lambda p: torch.optim.Adam(p, 0.01), ("dense", "bias"), torch_sparse=False)


@pytest.mark.parametrize(("make", "make_torch"), DEFAULTS)
def test_the_defaults_are_pytorchs(make: Callable[[], Any], make_torch: Callable[[Any], Any]) -> None:
    ours = make()
    theirs = make_torch([torch.zeros(2, requires_grad=True)]).defaults
    renamed = {"initial_accumulator": "initial_accumulator_value"}
    for name in ours.settings:
        assert getattr(ours, name) == theirs[renamed.get(name, name)]
