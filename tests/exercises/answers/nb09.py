"""Answers to the exercises of notebook 09."""

import math
from collections import defaultdict
from typing import ClassVar

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import sigmoid

ALL = {}


def gate(forward, backward, keep=True):
    """A class from two functions; backward is given the gate and g."""

    def remember(self, *inputs):
        self.inputs, self.output = inputs, forward(*inputs)
        return self.output

    return type("Gate", (), {"forward": remember, "backward": lambda self, g: backward(g, self.output, *self.inputs)})


def form(x, A, y):
    return x @ A @ y


class Multiply:
    def forward(self, a, c):
        self.a, self.c = a, c
        return a * c

    def backward(self, g):
        return g * self.c, g * self.a


class MultiplyList:
    def forward(self, *inputs):
        self.inputs = inputs
        return np.prod(inputs)

    def backward(self, g):
        a, c = self.inputs
        return [g * c, g * a]


class MultiplyShared:
    memory: ClassVar[list[float]] = []

    def forward(self, a, c):
        self.memory[:] = [a, c]
        return a * c

    def backward(self, g):
        return g * self.memory[1], g * self.memory[0]


class MultiplyGlobal:
    def forward(self, a, c):
        ALL["a"], ALL["c"] = a, c
        return a * c

    def backward(self, g):
        return g * ALL["c"], g * ALL["a"]


class MultiplyDefault:
    def __init__(self, memory=[]):  # noqa: B006
        self.memory = memory

    def forward(self, a, c):
        self.memory[:] = [a, c]
        return a * c

    def backward(self, g):
        return (g * value for value in reversed(self.memory))


class MultiplyStack:
    def __init__(self):
        self.stack = []

    def forward(self, a, c):
        self.stack.append((a, c))
        return a * c

    def backward(self, g):
        a, c = self.stack.pop()
        return g * c, g * a


class MultiplyFirst:
    def forward(self, a, c):
        if not hasattr(self, "a"):
            self.a, self.c = a, c
        return a * c

    def backward(self, g):
        return g * self.c, g * self.a


class MultiplyForgets:
    def forward(self, a, c):
        return a * c

    def backward(self, g):
        return g * self.c, g * self.a


class MultiplyNothing:
    def forward(self, a, c):
        self.a, self.c = a, c
        a * c

    def backward(self, g):
        return g * self.c, g * self.a


class NoBackward:
    def forward(self, a, c):
        return a * c


class Sigmoid:
    def forward(self, v):
        self.output = 1 / (1 + np.exp(-v))
        return self.output

    def backward(self, g):
        return g * self.output * (1 - self.output)


class SigmoidSlope:
    def forward(self, v):
        y = sigmoid(v)
        self.slope = y * (1 - y)
        return y

    def backward(self, g):
        return (g * self.slope,)


class SigmoidMath:
    def forward(self, v):
        self.e = math.exp(-v)
        return 1 / (1 + self.e)

    def backward(self, g):
        return [g * self.e / (1 + self.e) ** 2]


class SigmoidTwice:
    def forward(self, v):
        self.v = v
        return 1 / (1 + np.exp(-v))

    def backward(self, g):
        y = 1 / (1 + np.exp(-self.v))
        return g * y * (1 - y)


class SigmoidPower:
    def forward(self, v):
        self.v = v
        return 1 / (1 + np.e**-v)

    def backward(self, g):
        y = 1 / (1 + np.e**-self.v)
        return g * y * (1 - y)


class SigmoidLibrary:
    def forward(self, v):
        self.v = v
        return sigmoid(v)

    def backward(self, g):
        return g * sigmoid(self.v) * (1 - sigmoid(self.v))


class SigmoidLoose:
    def forward(self, v):
        self.y = 1 / (1 + np.exp(-v))
        return self.y

    def backward(self, g):
        return g * self.y * 1 - self.y


class Linear:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        return W @ x + b

    def backward(self, g):
        return np.outer(g, self.x), self.W.T @ g, g


class LinearRows:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        return x @ W.T + b

    def backward(self, g):
        return [g[:, None] * self.x, g @ self.W, g.copy()]


class LinearTurned:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        return x @ W + b

    def backward(self, g):
        return np.outer(self.x, g), self.W @ g, g


class LinearNoBias:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        return W @ x

    def backward(self, g):
        return np.outer(g, self.x), self.W.T @ g, g


class LinearShared:
    kept: ClassVar[dict[str, object]] = {}

    def forward(self, W, x, b):
        LinearShared.kept.update(W=W, x=x)
        return W @ x + b

    def backward(self, g):
        return np.outer(g, self.kept["x"]), self.kept["W"].T @ g, g


class LinearInPlace:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        b += W @ x
        return b

    def backward(self, g):
        return np.outer(g, self.x), self.W.T @ g, g


def linear(backward):
    return gate(lambda W, x, b: W @ x + b, backward)


def send_back(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def skips_the_dead(order, inputs, gates, output):
    grads = {output: 1.0}
    for name in order[::-1]:
        if name in grads:
            shares = gates[name].backward(grads[name])
            for k in range(len(shares)):
                grads[inputs[name][k]] = grads.get(inputs[name][k], 0) + shares[k]
    return grads


def with_zeros(order, inputs, gates, output):
    names = {name for needed in inputs.values() for name in needed} | set(order)
    grads = dict.fromkeys(names, 0.0)
    grads[output] = 1.0
    for name in sorted(order, key=order.index, reverse=True):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] = grads[i] + share
    return grads


def exponential(order, inputs, gates, output):
    grads = defaultdict(float)

    def send(name, share):
        grads[name] += share
        if name in gates:
            for i, down in zip(inputs[name], gates[name].backward(share), strict=True):
                send(i, down)

    send(output, 1.0)
    return grads


def partial_sums(order, inputs, gates, output):
    grads = defaultdict(float)

    def send(name, share):
        grads[name] += share
        if name in gates:
            for i, down in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
                send(i, down)

    send(output, 1.0)
    return grads


def two_inputs(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        first, second = inputs[name]
        left, right = gates[name].backward(grads[name])
        grads[first] += left
        grads[second] += right
    return grads


def from_the_last(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[order[-1]] = 1.0
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def once_an_input(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        for k, i in enumerate(inputs[name]):
            grads[i] += gates[name].backward(grads[name])[k]
    return grads


def with_a_dict(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        for i, share in dict(zip(inputs[name], gates[name].backward(grads[name]), strict=True)).items():
            grads[i] += share
    return grads


def overwritten(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] = share
    return grads


def forward_order(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in order:
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def no_seed(order, inputs, gates, output):
    grads = defaultdict(float)
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def ones(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(1.0), strict=True):
            grads[i] += share
    return grads


def turned_for_good(order, inputs, gates, output):
    order.reverse()
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in order:
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def dictionary_order(order, inputs, gates, output):
    return send_back(list(inputs), inputs, gates, output)


def first_parent(order, inputs, gates, output):
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in list(zip(inputs[name], gates[name].backward(grads[name]), strict=True))[:1]:
            grads[i] += share
    return grads


def seed_of_the_first(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        if name == output:
            break
    for i, share in zip(inputs[name], gates[name].backward(1.0), strict=True):
        grads[i] += share
    return grads


def a_list(order, inputs, gates, output):
    return list(send_back(order, inputs, gates, output).values())


ANSWERS = {
    "09-before": three_numbers("09-before"),
    "09-order": Tries(
        [
            ["a", "d", "c", "q", "F"],
            ("a", "c", "d", "q", "F"),
            ["d", "a", "c", "q", "F"],
            ["x", "y", "a", "c", "d", "q", "F"],
            "a c d q f",
            "a, d, c, q, f",
            "adcqf",
            "a → c → d → q → f",
            np.array(["a", "d", "c", "q", "F"]),
            ["A", "D", "C", "Q", "F"],
        ],
        [
            (["F", "q", "d", "c", "a"], "back to front"),
            (["a", "c", "d", "F", "q"], "by the alphabet"),
            (["F", "c", "q", "a", "d"], "as they were typed"),
            (["a", "c", "q", "F"], "not every operation|4 of 5"),
            (["a", "c", "q", "d", "F"], "too early"),
            (["c", "a", "d", "q", "F"], "."),
            (["a", "b", "c", "d", "F"], "'b' is not among the names"),
            ({"a", "c", "d", "q", "F"}, "a set"),
            (["a", "a", "c", "d", "q", "F"], "."),
            (3, "a value of type int"),
            (["d", "c", "a", "q", "F"], "."),
            (["a", "c"], "2 of 5|not every"),
        ],
    ),
    "09-multiply": Tries(
        [Multiply, MultiplyList, gate(lambda a, c: a * c, lambda g, y, a, c: (g * c, g * a)), lambda: Multiply()],
        [
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g * a, g * c)), "not switched"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (c, a)), "the upstream gradient is lost"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g, g)), "distributed as by a sum"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g * y, g * y)), "the output as a factor"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g + c, g + a)), "added to the upstream"),
            (gate(lambda a, c: a + c, lambda g, y, a, c: (g * c, g * a)), "forward adds"),
            (MultiplyForgets, "there is no c"),
            (MultiplyNothing, "forward returns nothing"),
            (NoBackward, "there is no backward"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: g * c), "another number of gradients"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g * c, -g * a)), "the gradient for c: wrong sign"),
            (gate(lambda a, c: a * c, lambda g, y, a, c: (g * c, a)), "factor|the gradient for c"),
            (Multiply(), "not a class"),
        ],
        [
            (MultiplyShared, "memory shared between gates"),
            (MultiplyDefault, "memory shared between gates"),
            (MultiplyGlobal, "memory shared between gates"),
            (MultiplyStack, "."),
            (MultiplyFirst, "."),
        ],
    ),
    "09-sigmoid": Tries(
        [Sigmoid, SigmoidSlope, SigmoidMath, gate(sigmoid, lambda g, y, v: g * (y - y * y))],
        [
            (gate(sigmoid, lambda g, y, v: g * v * (1 - v)), "with the input in it"),
            (gate(sigmoid, lambda g, y, v: y * (1 - y)), "the upstream gradient is lost"),
            (gate(sigmoid, lambda g, y, v: g), "the slope is missing"),
            (gate(sigmoid, lambda g, y, v: g * y), "the value instead of the slope"),
            (gate(sigmoid, lambda g, y, v: g * (1 - y**2)), "the slope of tanh"),
            (SigmoidLoose, "brackets"),
            (gate(sigmoid, lambda g, y, v: -g * y * (1 - y)), "the gradient: wrong sign"),
            (gate(np.tanh, lambda g, y, v: g * y * (1 - y)), "forward is wrong"),
            (gate(sigmoid, lambda g, y, v: g * y * (1 + y)), "sign"),
            (gate(sigmoid, lambda g, y, v: g * (1 - y)), "factor|."),
        ],
        [
            (SigmoidTwice, "an exponential once more"),
            (SigmoidPower, "an exponential once more"),
            (SigmoidLibrary, "an exponential once more"),
        ],
    ),
    "09-backward": Tries(
        [send_back, skips_the_dead, with_zeros],
        [
            (overwritten, "overwritten instead of added"),
            (forward_order, "in the order of the forward pass"),
            (no_seed, "nothing to start with"),
            (ones, "the upstream gradient is ignored"),
            (partial_sums, "partial sums sent on"),
            (two_inputs, "two inputs assumed"),
            (first_parent, "a parent is left out"),
            (from_the_last, "the last of the order"),
            (with_a_dict, "a repeated input is lost"),
            (a_list, "no dictionary"),
            (dictionary_order, "."),
            (seed_of_the_first, "."),
        ],
        [
            (exponential, "runs again and again"),
            (once_an_input, "a gate runs backward more than once"),
            (turned_for_good, "it changes order"),
        ],
    ),
    "09-doubling": Tries(
        [4, 4.0, [4], "4", np.array(4), 2 * 2, "2 * 2"],
        [
            (1, "overwritten"),
            (2, "half the uses"),
            (6, "partial sums sent on"),
            (8, "one visit for each edge and path"),
            (3, "off by one|."),
            (-4, "sign"),
            (16, "square"),
            (0, "."),
            ((2, 2), "2 numbers"),
            ("four", "a text"),
        ],
    ),
    "09-linear": Tries(
        [Linear, LinearRows, linear(lambda g, z, W, x, b: (np.outer(g, x), g @ W, g * 1.0))],
        [
            (linear(lambda g, z, W, x, b: (np.outer(x, g), W.T @ g, g)), "the outer product is transposed"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W @ g, g)), "the transpose is missing"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W.T @ g, np.ones_like(b))), "the bias gets ones"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W.sum(axis=0), g)), "lost for x"),
            (linear(lambda g, z, W, x, b: (np.tile(x, (g.size, 1)), W.T @ g, g)), "lost for W"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W, g)), "a Jacobian"),
            (LinearNoBias, "forward is wrong"),
            (LinearTurned, "stored the other way round"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W.T @ g)), "another number of gradients"),
            (linear(lambda g, z, W, x, b: (W.T @ g, np.outer(g, x), g)), "in another order"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W.T @ g, g.sum())), "the gradient for b: summed"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), W.T @ g, g * b)), "the gradient for b"),
            (linear(lambda g, z, W, x, b: (np.outer(g, x), -W.T @ g, g)), "the gradient for x: wrong sign"),
        ],
        [(LinearShared, "memory shared between gates"), (LinearInPlace, "changes")],
    ),
    "09-bilinear": Tries(
        [
            gate(form, lambda g, v, x, A, y: (g * (A @ y), g * np.outer(x, y), g * (A.T @ x))),
            gate(form, lambda g, v, x, A, y: [g * A @ y, g * x[:, None] * y, g * x @ A]),
            gate(form, lambda g, v, x, A, y: (A @ (g * y), np.outer(g * x, y), (g * x) @ A)),
        ],
        [
            (gate(form, lambda g, v, x, A, y: (g * (A.T @ x), g * np.outer(x, y), g * (A @ y))), "swapped"),
            (gate(form, lambda g, v, x, A, y: (g * (A @ y), g * np.outer(y, x), g * (A.T @ x))), "transposed"),
            (gate(form, lambda g, v, x, A, y: (A @ y, np.outer(x, y), A.T @ x)), "the upstream gradient is lost"),
            (gate(form, lambda g, v, x, A, y: (g * (A @ y), np.outer(x, y), g * (A.T @ x))), "lost for A"),
            (gate(form, lambda g, v, x, A, y: (g * A.sum(1), g * np.outer(x, y), g * A.sum(0))), "forgotten"),
            (gate(form, lambda g, v, x, A, y: (-g * (A @ y), g * np.outer(x, y), g * (A.T @ x))), "sign"),
            (gate(form, lambda g, v, x, A, y: (g * (A @ y), g * np.outer(x, y))), "another number of gradients"),
            (gate(form, lambda g, v, x, A, y: (g * A, g * np.outer(x, y), g * A)), "."),
            (gate(form, lambda g, v, x, A, y: (g * (A @ y), g * A, g * (A.T @ x))), "."),
            (NoBackward, "no backward|forward"),
        ],
    ),
}
