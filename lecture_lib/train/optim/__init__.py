"""Optimizers: each takes gradients and moves parameters, in place, by its published rule.

Parameters are arrays, alone or in nested tuples, lists and dicts; gradients come in the same structure, as
`value_and_grad` returns them. In the update rules θ is a parameter, g its gradient, t the number of the step,
counted from 1, and all operations are entry by entry. Names and defaults are PyTorch's.

Every other module of this folder states one optimizer, or a few of one family, in its KINDS.
"""

from importlib import import_module

from lecture_lib.places import modules_of
from lecture_lib.train.optim.adagrad import Adagrad
from lecture_lib.train.optim.adam import Adam, AdamW, SparseAdam
from lecture_lib.train.optim.optimizer import Kind, Optimizer
from lecture_lib.train.optim.pairs import NotFiniteError, parameter_array
from lecture_lib.train.optim.rmsprop import RMSprop
from lecture_lib.train.optim.sgd import SGD

FIRST = ("sgd", "adagrad", "rmsprop", "adam")
"""The optimizers of the course in the order in which it meets them; further ones follow by name."""

_FOUND = sorted(modules_of(__name__), key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
KINDS: dict[str, Kind] = {
    kind.name: kind for name in _FOUND for kind in getattr(import_module(f"{__name__}.{name}"), "KINDS", ())
}
"""Every optimizer by its name."""

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Kind",
    "NotFiniteError",
    "Optimizer",
    "RMSprop",
    "SparseAdam",
    "get",
    "parameter_array",
]
_FURTHER = {kind.make.__name__: kind.make for kind in KINDS.values() if kind.make.__name__ not in __all__}
globals().update(_FURTHER)
__all__ += list(_FURTHER)


def get(optimizer: str | Optimizer, lr: float | None = None) -> Optimizer:
    """An optimizer by its name.

    Args:
        optimizer: "sgd", "adagrad", "rmsprop", "adam", "adamw" or "sparseadam"; an optimizer is returned as it is.
        lr: the learning rate; None leaves the optimizer's own.

    Returns:
        The optimizer.

    Raises:
        ValueError: there is no optimizer of that name.
        TypeError: it is neither a name nor an optimizer.

    >>> get("adam", lr=0.01).lr
    0.01
    """
    if isinstance(optimizer, str):
        if optimizer.lower() not in KINDS:
            raise ValueError(f"no optimizer named {optimizer!r}; expected one of {', '.join(KINDS)}")
        return KINDS[optimizer.lower()].make(**({} if lr is None else {"lr": lr}))
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {optimizer!r}; expected a name or an optimizer such as optim.SGD(lr=0.1)")
    if lr is not None:
        optimizer.lr = lr
    return optimizer
