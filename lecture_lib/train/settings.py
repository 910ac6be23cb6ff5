"""Checks of settings: every refusal says the setting's name, what was given and what is allowed."""

import operator
from typing import Any

import numpy as np


def positive(value: Any, name: str) -> float:
    """A finite number above 0."""
    number = real(value, name, "a number above 0")
    if not number > 0:
        raise ValueError(f"{name} is {value!r}; expected a number above 0")
    return number


def non_negative(value: Any, name: str) -> float:
    """A finite number of at least 0."""
    number = real(value, name, "a number of at least 0")
    if number < 0:
        raise ValueError(f"{name} is {value!r}; expected a number of at least 0")
    return number


def share(value: Any, name: str) -> float:
    """A number from 0 up to, but not including, 1."""
    number = real(value, name, "0 <= number < 1")
    if not 0 <= number < 1:
        raise ValueError(f"{name} is {value!r}; expected 0 <= {name} < 1")
    return number


def whole(value: Any, name: str, least: int = 1) -> int:
    """A whole number of at least `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected a whole number of at least {least}") from None
    if number < least or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {least}")
    return number


def real(value: Any, name: str, expected: str = "a number") -> float:
    """A finite real number."""
    if isinstance(value, (bool, str)) or np.ndim(value) != 0:
        raise TypeError(f"{name} is {value!r}; expected {expected}")
    try:
        number = float(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected {expected}") from None
    except OverflowError:
        number = np.inf
    if not np.isfinite(number):
        raise ValueError(f"{name} is {value!r}; expected {expected}")
    return number


def generator(rng: Any) -> np.random.Generator:
    """The generator itself; a seed or an old RandomState is refused, so that every draw has one visible source."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; expected a generator: np.random.default_rng(seed)")
    return rng
