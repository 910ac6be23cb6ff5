"""The differential fuzzer: on random programs over every registered name, every road leads to the same gradient.

``LECTURE_LIB_PROGRAMS=10000`` runs more programs than the 1,500 of an ordinary run.
"""

import os

import numpy as np
import pytest
from fuzz_programs import POOL, Program, program
from gradient_reference import plain
from roads import NAMED, compare, eager, rows_agree

from lecture_lib import grad, jvp

pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")
"""A sample or a program may depend on an argument through steps alone (a count of what is not 0)."""

COUNT = int(os.environ.get("LECTURE_LIB_PROGRAMS", "1500"))
BATCHES = 30


def difference(made: Program, args: list, direction: list, eps: float) -> float:
    """The directional derivative by central differences of order eps⁴."""

    def at(step: float) -> float:
        return float(made(*(x + step * d for x, d in zip(args[:-1], direction, strict=True)), args[-1]))

    whole, half = (at(eps) - at(-eps)) / (2 * eps), (at(eps / 2) - at(-eps / 2)) / eps
    return (4 * half - whole) / 3


def check(seed: int) -> None:
    """One program on every road, at its own numbers and at others, and against differences."""
    made = program(seed)
    rng = np.random.default_rng(seed + 1)
    args = [*made.inputs, made.ids]
    others = [*(rng.standard_normal(x.shape).astype(x.dtype) for x in made.inputs), made.ids[::-1].copy()]
    single = made.inputs[0].dtype == np.float32
    f = NAMED[len(args)](made)
    compare(f, args, others, rng, 1e-2 if single else 1e-9)
    if single:
        return
    _, gradients = eager(f, args)
    direction = [rng.uniform(-1, 1, x.shape) for x in made.inputs]
    along = sum(float(np.vdot(plain(g), d)) for g, d in zip(gradients, direction, strict=True))
    size = 1 + sum(float(np.abs(plain(g)).sum()) for g in gradients)
    found = [difference(made, args, direction, eps) for eps in (1e-3, 1e-4, 1e-5)]
    assert min(abs(n - along) for n in found) <= 1e-6 * size, f"rules {along}, differences {found}"
    if seed % 5 == 0:
        rows_agree(lambda *x: np.stack([made(*x, made.ids), made(*x, made.ids) ** 2]), made.inputs, rng, 1e-9)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_road_agrees_on_random_programs(batch: int):
    """A fault of one road alone (an identity transpose taken for .T, a frozen value) shows against the others."""
    for seed in range(batch, COUNT, BATCHES):
        try:
            check(seed)
        except Exception as error:
            error.add_note(f"program {seed}: {program(seed)}")
            raise


def test_the_programs_take_every_sample():
    """1,500 programs give each of them its turn."""
    assert len(POOL) < 1500
    assert {program(k).calls[len(program(k).calls) // 2].case.name for k in range(5)} <= {c.name for c in POOL}


def test_second_derivatives_of_random_programs():
    """Forward over reverse against reverse over forward, where both exist."""
    for seed in range(0, COUNT, 50):
        made = program(seed)
        if made.inputs[0].dtype == np.float32 or not all(call.case.second for call in made.calls):
            continue
        rng = np.random.default_rng(seed + 3)
        v, w = ([rng.uniform(-1, 1, x.shape) for x in made.inputs] for _ in range(2))
        everything = tuple(range(len(made.inputs)))

        def f(*x, made=made):
            return made(*x, made.ids)

        def slopes(*x, f=f, w=w, everything=everything):
            return sum(np.sum(g * d) for g, d in zip(grad(f, everything)(*x), w, strict=True))

        def moved(*x, f=f, w=w):
            return jvp(f, x, w)[1]

        one, two = jvp(slopes, made.inputs, v)[1], jvp(moved, made.inputs, v)[1]
        size = 1 + abs(float(one))
        assert abs(float(one) - float(two)) <= 1e-8 * size, f"program {seed}: {one} and {two}\n{made}"
