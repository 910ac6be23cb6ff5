"""Notebooks 13 and 14: depth, nonlinearity, first weights, residual layers, clipping."""

from typing import Any

import numpy as np
from networks import deep, locations, start

from lecture_lib import leaky_relu, relu, sigmoid
from lecture_lib.train import DivergenceError, fit, init, optim

RECTIFIER = np.sqrt(2)


def _trained(f: Any, draw: Any, seed: int, depth: int, optimizer: Any, residual: bool = False, **more: Any) -> Any:
    """The loss on train in the last epoch and the loss on dev after it, at least 9 where training diverged."""
    (X, y), held_out = locations("train", 600), locations("dev", 300)
    loss, params = deep(f, residual), start(y, draw, seed, depth)
    try:
        history = fit(loss, params, (X, y), optimizer=optimizer, epochs=4, seed=seed, progress=False, **more)
    except DivergenceError:
        return {"train": 9.0, "dev": 9.0}
    return {"train": min(history.loss[-1], 9.0), "dev": min(float(loss(params, *held_out)), 9.0)}


def _gained(gain: float) -> Any:
    return lambda shape, rng: init.xavier_uniform(shape, rng, gain)


def six_layers(seed: int) -> dict[str, float]:
    """Notebook 13: six layers and one layer of each nonlinearity at 0.05; six logistic ones with Adam at 0.003."""
    figures = {}
    for name, f, gain in (("sigmoid", sigmoid, 1), ("tanh", np.tanh, 5 / 3), ("relu", relu, RECTIFIER)):
        for part, value in _trained(f, _gained(gain), seed, 6, optim.SGD(0.05)).items():
            figures[f"{name} {part}"] = value
        figures[f"{name} one layer train"] = _trained(f, _gained(gain), seed, 1, optim.SGD(0.05))["train"]
    figures["sigmoid Adam train"] = _trained(sigmoid, _gained(1), seed, 6, optim.Adam(0.003))["train"]
    return figures


def saturated_start(seed: int) -> dict[str, float]:
    """Notebook 13: one tanh layer, rates up to 0.5, first weights 1 and 10 times as large; saturation, train, dev."""
    (X, y), held_out, loss = locations("train", 600), locations("dev", 300), deep(np.tanh)
    figures = {}
    for name, rate, factor in (("0.1", 0.1, 1), ("0.5", 0.5, 1), ("10 times", 0.3, 10), ("once", 0.3, 1)):
        params = start(y, init.xavier_uniform, seed, 1)
        layer = params["layers"][0]
        layer["W"] *= factor
        for moment in ("before", "after"):
            flat = 1 - np.tanh(X @ layer["W"].T + layer["b"]) ** 2 < 0.1
            figures[f"{name} saturated {moment}"] = flat.mean()
            if moment == "before":
                epochs = 6 if factor == 1 and rate != 0.3 else 4
                history = fit(loss, params, (X, y), optimizer=optim.SGD(rate), epochs=epochs, seed=seed, progress=False)
        figures[f"{name} train"], figures[f"{name} dev"] = history.loss[-1], float(loss(params, *held_out))
    return figures


def dead_units(seed: int) -> dict[str, float]:
    """Notebook 13: dead units of six ReLU layers of 40, before and after training at two rates; leaky at the larger."""
    X, y = locations("train", 600)
    figures = {}
    for name, rate, f in (("0.05", 0.05, relu), ("0.5", 0.5, relu), ("leaky 0.5", 0.5, leaky_relu)):
        params = start(y, _gained(RECTIFIER), seed, 6)
        for moment in ("before", "after"):
            H, lower, upper = X, 0, 0
            for number, layer in enumerate(params["layers"]):
                Z = H @ layer["W"].T + layer["b"]
                H, silent = f(Z), int((Z <= 0).all(axis=0).sum())
                lower, upper = lower + silent * (number < 3), upper + silent * (number >= 3)
            figures[f"{name} lower {moment}"], figures[f"{name} upper {moment}"] = lower, upper
            if moment == "before":
                try:
                    history = fit(
                        deep(f), params, (X, y), optimizer=optim.SGD(rate), epochs=4, seed=seed, progress=False
                    )
                    figures[f"{name} train"] = min(history.loss[-1], 9.0)
                except DivergenceError:
                    figures[f"{name} train"] = 9.0
    return figures


def eight_layers(seed: int) -> dict[str, float]:
    """Notebook 14: eight layers: tanh with 0.3, 1, 5/3 and 3 times Xavier's weights, ReLU with Xavier's and He's."""
    figures = {}
    for scale in (0.3, 1.0, 5 / 3, 3.0):
        found = _trained(np.tanh, _gained(scale), seed, 8, optim.SGD(0.01))
        figures |= {f"tanh × {scale:.2g} {part}": value for part, value in found.items()}
    for name, draw in (("Xavier", init.xavier_uniform), ("He", init.he_uniform)):
        found = _trained(relu, draw, seed, 8, optim.SGD(0.05))
        figures |= {f"relu {name} {part}": value for part, value in found.items()}
    return figures


def thirty_layers(seed: int) -> dict[str, float]:
    """Notebook 14: thirty layers: tanh plain and residual; ReLU with gains √2 and 1.2 √2, clipped or not."""
    figures = {}
    for name, residual in (("plain", False), ("residual", True)):
        for rate in (0.01, 0.05):
            found = _trained(np.tanh, init.xavier_uniform, seed, 30, optim.SGD(rate), residual)
            figures |= {f"tanh {name} {rate} {part}": value for part, value in found.items()}
    for scale in (1.0, 1.2):
        for name, more in (("as it is", {}), ("clipped", {"clip_norm": 1.0})):
            found = _trained(relu, _gained(scale * RECTIFIER), seed, 30, optim.SGD(0.05), **more)
            figures |= {f"relu {scale:g} {name} {part}": value for part, value in found.items()}
    return figures


EXPERIMENTS = {
    "six-layers": six_layers,
    "saturated-start": saturated_start,
    "dead-units": dead_units,
    "eight-layers": eight_layers,
    "thirty-layers": thirty_layers,
}
