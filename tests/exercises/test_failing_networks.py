"""The museum of notebook 18: each case shows the symptoms that its text describes, and its repair removes them."""

import dataclasses

import numpy as np
import pytest

from lecture_lib import check_gradient
from lecture_lib.exercises import failing_networks
from lecture_lib.exercises.failing_networks import CASES, HEALTHY, Program, agreement, examine

WRONG_GRADIENTS = {2, 4, 6, 9}


@pytest.fixture(scope="module")
def seen():
    return {number: examine(program) for number, program in CASES.items()}


@pytest.fixture(scope="module")
def healthy():
    return examine(HEALTHY)


def untidy():
    rng = np.random.default_rng(3)
    return {name: value + rng.normal(0, 0.1, value.shape) for name, value in failing_networks.start().items()}


def test_the_healthy_gradient_is_the_gradient():
    X, y = failing_networks.problem()
    given = failing_networks.gradient(untidy(), X[:9], y[:9])
    found = failing_networks.gradient_of(failing_networks.losses)(untidy(), X[:9], y[:9])
    for name, value in found.items():
        np.testing.assert_allclose(given[name], value, atol=1e-12)
    check_gradient(lambda W2: np.mean(failing_networks.losses(untidy() | {"W2": W2}, X[:9], y[:9])), untidy()["W2"])


def test_wiggling_finds_the_wrong_gradients_and_no_others(seen):
    wrong = {number for number, record in seen.items() if min(record.agreement.values()) < 0.999}
    assert wrong == WRONG_GRADIENTS
    assert list(seen[4].agreement.values()) == pytest.approx([-1] * 6)
    for number in (2, 6, 9):
        assert [name for name, cosine in seen[number].agreement.items() if cosine < 0.999] == ["W1", "b1"]


def test_harmless_suspects_pass():
    point = untidy()
    symmetric = point | {"W2": point["W2"] + point["W2"].T}
    tiny = point | {"W1": 0.001 * point["W1"], "b1": 0.001 * point["b1"]}
    passed = {
        (number, name)
        for number in (2, 6, 9)
        for name, where in {"symmetric": symmetric, "tiny": tiny}.items()
        if agreement(CASES[number], where)["W1"] > 0.9995
    }
    assert passed == {(2, "symmetric"), (9, "tiny")}


def test_each_case_changes_one_line():
    for number in WRONG_GRADIENTS:
        pairs = zip(HEALTHY.code.splitlines(), CASES[number].code.splitlines(), strict=True)
        assert sum(right != wrong for right, wrong in pairs) == 1, number


def test_the_treacherous_three_train_as_well(seen, healthy):
    assert healthy.loss[-1] < 0.02
    assert all(seen[number].loss[-1] < 0.03 for number in (2, 6, 9))


def test_the_others_show_their_fingerprints(seen):
    _, y = failing_networks.problem()
    shares = np.bincount(y) / len(y)
    assert seen[1].worst[-1] > seen[1].worst[0], "gradients pile up"
    assert np.allclose(seen[3].worst, 2.0) and 0 < seen[3].unheard[1] < 1, "deaf to the worst"
    assert seen[4].loss[-1] > 100, "uphill"
    assert seen[5].unheard == (1.0, 1.0) and seen[5].loss[-1] == pytest.approx(-shares @ np.log(shares), abs=0.02)
    assert seen[7].loss.min() > np.log(1 + 3 / np.e), "a floor"
    assert len(seen[8].loss) < 150 and seen[8].loss[-1] > 1e10, "exploded"


@pytest.mark.parametrize(
    "repaired",
    [
        # Its rate was turned down against the piled-up gradients, in vain.
        dataclasses.replace(CASES[1], forgets=True, lr=failing_networks.HEALTHY.lr),
        Program(failing_networks.losses, clip=1.0),
        Program(failing_networks.dead_relu),
        dataclasses.replace(CASES[8], clip=1.0),
    ],
    ids=["reset", "gradient clipped", "biases of 0", "length clipped"],
)
def test_the_repair_learns(repaired):
    assert examine(repaired).loss[-1] < 0.05
