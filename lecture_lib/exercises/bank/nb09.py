"""Exercises of notebook 09: gates, and running a graph backward in the right order."""

from collections import defaultdict
from typing import Any

import numpy as np

from lecture_lib.exercises.demands import leaves_alone, remembered
from lecture_lib.exercises.draws import logistic
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.gate_trials import (
    bilinear,
    each_gate_once,
    exp_once,
    gate,
    graph,
    layers,
    named,
    numbers,
    tried,
    tried_layer,
)
from lecture_lib.exercises.retrieval import retrieval

TANGLE = {"F": ["q", "a"], "c": ["a", "y"], "q": ["c", "d"], "a": ["x", "y"], "d": ["x", "x"]}
"""The operations of the notebook's first graph and their inputs; x and y are sources."""


def fault_of_order(answer: Any) -> str:
    """What is wrong with an order of the first graph's operations; "" if nothing is."""
    names = [name for name in answer if name not in ("x", "y")]
    if len(names) != len(set(names)):
        return f"{next(name for name in names if names.count(name) > 1)} stands there twice"
    absent = [name for name in TANGLE if name not in names]
    if absent:
        return f"{len(absent)} missing"
    faults = ["", ""]
    for k, order in enumerate((names, names[::-1])):
        for place, name in enumerate(order):
            if not faults[k] and any(i in TANGLE and i not in order[:place] for i in TANGLE[name]):
                faults[k] = f"{name} comes at place {place}, before its inputs"
    return "back to front" if faults[0] and not faults[1] else faults[0]


def _send_back(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] += share
    return grads


def _with_zip(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in dict(zip(inputs[name], gates[name].backward(grads[name]), strict=True)).items():
            grads[i] += share
    return grads


def _overwritten(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] = share
    return grads


def _not_reversed(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    return _send_back(order[::-1], inputs, gates, output)


def _from_the_last(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    return _send_back(order, inputs, gates, order[-1])


def _without_seed(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    return dict.fromkeys(_send_back(order, inputs, gates, output), 0.0)


def _without_sources(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = _send_back(order, inputs, gates, output)
    return {name: grads[name] for name in order}


def _ones_upstream(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(1.0), strict=True):
            grads[i] += share
    return grads


def _first_share(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        share = gates[name].backward(grads[name])[0]
        for i in inputs[name]:
            grads[i] += share
    return grads


def _one_parent(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        grads[inputs[name][0]] += gates[name].backward(grads[name])[0]
    return grads


def _two_inputs(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        first, second = inputs[name]
        shares = gates[name].backward(grads[name])
        grads[first] += shares[0]
        grads[second] += shares[1]
    return grads


def _partial_sums(order: Any, inputs: Any, gates: Any, output: Any) -> Any:
    grads: dict[str, Any] = defaultdict(float)

    def visit(name: str, share: Any) -> None:
        grads[name] += share
        for i, d in zip(inputs.get(name, []), gates[name].backward(grads[name]) if name in gates else [], strict=True):
            visit(i, d)

    visit(output, 1.0)
    return grads


EXERCISES = (
    retrieval(
        "09",
        (15, 5, 3),
        ("the value", "the slope along y", "the slope along z"),
        (0, 3, "the smaller one", "The larger of y and z comes out of max."),
        (1, 8, "two paths", "y lost at max. What does max send to the loser?"),
        (1, 3, "through max", "y lost at max, and the sum sends it something else."),
        (2, 5, "switched wrongly", "A product sends each input the other one. Which is the other one here?"),
        (2, 0, "the loser", "z is the larger one here."),
    ),
    Exercise(
        "09-order",
        "An order in which the five operations of the first graph can be computed, as a list of names.",
        ["a", "d", "c", "q", "F"],
        (
            Mistake(
                "back to front",
                "That is the way from the output to the sources. What can be computed at once?",
                ["F", "q", "d", "c", "a"],
            ),
            Mistake(
                "by the alphabet",
                "All goes well until F. Is everything there that F takes?",
                ["a", "c", "d", "F", "q"],
            ),
            Mistake(
                "as they were typed",
                "The first in the list is F. Which values does it take, and who has made them?",
                ["F", "c", "q", "a", "d"],
            ),
            Mistake(
                "not every operation, or one twice",
                "Five operations, each once; the sources need not be named.",
                ["a", "c", "q", "F"],
            ),
            Mistake(
                "too early",
                "q takes two values. Are both there when its turn comes?",
                ["a", "c", "q", "d", "F"],
            ),
        ),
        "Take an operation whose inputs are all there. Then look again.",
        "Every operation stands after all of its inputs; there are several such orders.",
        measure=fault_of_order,
        choices=("a", "c", "d", "F", "q", "x", "y"),
        ordered=True,
    ),
    Exercise(
        "09-multiply",
        "A gate for a product: forward(a, c) returns it, backward(g) the two downstream gradients.",
        gate(lambda a, c: a * c, lambda g, y, a, c: (g * c, g * a)),
        (
            Mistake(
                "not switched",
                "If a moves by 1, the product moves by how much?",
                gate(lambda a, c: a * c, lambda g, y, a, c: (g * a, g * c)),
            ),
            Mistake(
                "the upstream gradient is lost",
                "Those are the local gradients. What comes in as g?",
                gate(lambda a, c: a * c, lambda g, y, a, c: (c, a)),
            ),
            Mistake(
                "distributed as by a sum",
                "That is what a sum does. Does a product move one for one with each input?",
                gate(lambda a, c: a * c, lambda g, y, a, c: (g, g)),
            ),
            Mistake(
                "the output as a factor",
                "The slope along a is not the whole product. What is left of a·c when you differentiate by a?",
                gate(lambda a, c: a * c, lambda g, y, a, c: (g * y, g * y)),
            ),
            Mistake(
                "added to the upstream gradient",
                "Upstream and local are factors of a chain.",
                gate(lambda a, c: a * c, lambda g, y, a, c: (g + c, g + a)),
            ),
            Mistake(
                "forward adds",
                "Look at forward first: this gate multiplies.",
                gate(lambda a, c: a + c, lambda g, y, a, c: (g * c, g * a)),
            ),
        ),
        "forward keeps both inputs; backward multiplies g by the slope along each.",
        "The gate remembers both inputs, and each input's share is g times the other one.",
        inputs=numbers(2),
        measure=tried,
        labels=("forward", "the gradient for a", "the gradient for c"),
        demands=(remembered,),
    ),
    Exercise(
        "09-sigmoid",
        "A gate for σ: forward(v) returns σ(v), backward(g) the downstream gradient.",
        gate(logistic, lambda g, y, v: g * y * (1 - y)),
        (
            Mistake(
                "the slope formula with the input in it",
                "σ' = σ(1 - σ): the output stands in it, not v.",
                gate(logistic, lambda g, y, v: g * v * (1 - v)),
            ),
            Mistake(
                "the upstream gradient is lost",
                "That is the local gradient. What comes in as g?",
                gate(logistic, lambda g, y, v: y * (1 - y)),
            ),
            Mistake("the slope is missing", "The gate hands g through unchanged.", gate(logistic, lambda g, y, v: g)),
            Mistake(
                "the value instead of the slope",
                "σ(v) is where the output stands, not how fast it moves.",
                gate(logistic, lambda g, y, v: g * y),
            ),
            Mistake(
                "the slope of tanh",
                "1 minus the square belongs to another curve. What is the derivative of σ?",
                gate(logistic, lambda g, y, v: g * (1 - y**2)),
            ),
        ),
        "Which number of the forward pass gives you the slope of σ most cheaply?",
        "The slope σ(1 - σ) needs only the output: that is what this gate remembers.",
        inputs=numbers(1),
        measure=tried,
        labels=("forward", "the gradient"),
        demands=(remembered, exp_once),
    ),
    Exercise(
        "09-backward",
        "A function of order, inputs, gates and output that returns the gradient of every value, as a dictionary.",
        _send_back,
        (
            Mistake(
                "overwritten instead of added",
                "A value that is used twice gets two shares. Is the first one kept?",
                _overwritten,
            ),
            Mistake(
                "in the order of the forward pass",
                "When the first operation of the order sends, what has arrived there?",
                _not_reversed,
            ),
            Mistake(
                "nothing to start with",
                "All gradients are 0. Which one do you know before you begin?",
                _without_seed,
            ),
            Mistake(
                "the upstream gradient is ignored",
                "backward needs what has arrived at that node, not a 1.",
                _ones_upstream,
            ),
            Mistake(
                "partial sums sent on",
                "A node sent before everything had arrived, and then again.",
                _partial_sums,
            ),
            Mistake(
                "a repeated input is lost",
                "A name may stand twice among the inputs. A dictionary keeps one share for it.",
                _with_zip,
            ),
            Mistake(
                "the last of the order, not the output",
                "The output need not come last. Whose gradient do you know before you begin?",
                _from_the_last,
            ),
            Mistake(
                "the sources are left out",
                "Sources have no gate, but they have gradients.",
                _without_sources,
            ),
            Mistake(
                "one share for all inputs",
                "backward returns a gradient for each input. Which one belongs to which?",
                _first_share,
            ),
            Mistake(
                "a parent is left out",
                "The first input of every gate gets its share. Do all the others?",
                _one_parent,
            ),
            Mistake(
                "two inputs assumed",
                "A gate may have one input, or three.",
                _two_inputs,
            ),
        ),
        "Start with 1 at the output. Go through the order from the end, and add each share to its input's gradient.",
        "Each gate runs backward once, when the gradient of its output is complete.",
        inputs=graph,
        arguments=("order", "inputs", "gates", "output"),
        measure=named,
        demands=(each_gate_once,),
    ),
    Exercise(
        "09-doubling",
        "∂F/∂a for c = a + a and F = c + c.",
        4,
        (
            Mistake("overwritten instead of added", "Each use of c sends something back. Is the first one kept?", 1),
            Mistake("half the uses", "Each line uses its input twice, and there are two lines.", 2),
            Mistake(
                "partial sums sent on",
                "c sent its first half down, and later its whole. When is c's gradient complete?",
                6,
            ),
            Mistake("one visit for each edge and path", "A node sends its gradient on once, when it is complete.", 8),
        ),
        "How many paths lead from a to F?",
        "Each node waits until everything has arrived, and then sends once.",
        way=lambda: (1 + 1) * (1 + 1),
    ),
    Exercise(
        "09-linear",
        "A gate for a whole layer: forward(W, x, b) returns Wx + b, backward(g) the gradients for W, x and b.",
        gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(g, x), W.T @ g, g)),
        (
            Mistake(
                "the outer product is transposed",
                "The gradient for W has W's shape: rows belong to g.",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(x, g), W.T @ g, g)),
            ),
            Mistake(
                "the transpose is missing",
                "W leads from x to z. Which matrix leads from g, of z's shape, back to x's shape?",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(g, x), W @ g, g)),
            ),
            Mistake(
                "the bias gets ones",
                "1 is the local gradient of b. What does it multiply?",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(g, x), W.T @ g, np.ones_like(b))),
            ),
            Mistake(
                "the upstream gradient is lost for x",
                "The columns of W are summed here. By what should each row be weighted first?",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(g, x), W.sum(axis=0), g)),
            ),
            Mistake(
                "the upstream gradient is lost for W",
                "Every row of your gradient for W is x. By what is row i multiplied?",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.tile(x, (g.size, 1)), W.T @ g, g)),
            ),
            Mistake(
                "a Jacobian",
                "W itself is the local gradient for x. What is sent on has x's shape.",
                gate(lambda W, x, b: W @ x + b, lambda g, y, W, x, b: (np.outer(g, x), W, g)),
            ),
        ),
        "Three inputs, three gradients, each of its input's shape: you derived all of them in notebooks 05 and 06.",
        "A whole layer is one gate, and its Jacobians are never built.",
        inputs=layers,
        measure=tried_layer,
        labels=("forward", "the gradient for W", "the gradient for x", "the gradient for b"),
        demands=(remembered, leaves_alone),
    ),
    Exercise(
        "09-bilinear",
        "A gate for the number xᵀAy: forward(x, A, y) returns it, backward(g) the gradients for x, A and y.",
        gate(lambda x, A, y: x @ A @ y, lambda g, value, x, A, y: (g * (A @ y), g * np.outer(x, y), g * (A.T @ x))),
        (
            Mistake(
                "the gradients for x and y are swapped",
                "The gradient for x has the shape of x. Which of your two has it?",
                gate(lambda x, A, y: x @ A @ y, lambda g, v, x, A, y: (g * (A.T @ x), g * np.outer(x, y), g * (A @ y))),
            ),
            Mistake(
                "the outer product is transposed",
                "Entry (i, j) of A meets x_i and y_j. In which row does x_i belong?",
                gate(lambda x, A, y: x @ A @ y, lambda g, v, x, A, y: (g * (A @ y), g * np.outer(y, x), g * (A.T @ x))),
            ),
            Mistake(
                "the upstream gradient is lost",
                "Those are the local gradients. What comes in as g?",
                gate(lambda x, A, y: x @ A @ y, lambda g, v, x, A, y: (A @ y, np.outer(x, y), A.T @ x)),
            ),
            Mistake(
                "the other vector is forgotten",
                "When x moves, the number moves by A times y, not by the rows of A alone.",
                gate(
                    lambda x, A, y: x @ A @ y,
                    lambda g, v, x, A, y: (g * A.sum(axis=1), g * np.outer(x, y), g * A.sum(axis=0)),
                ),
            ),
            Mistake(
                "the upstream gradient is lost for A",
                "Two of the three are right. What multiplies the outer product?",
                gate(lambda x, A, y: x @ A @ y, lambda g, v, x, A, y: (g * (A @ y), np.outer(x, y), g * (A.T @ x))),
            ),
        ),
        "Hold two of the three still, and see the number as a function of the third: each time it is linear.",
        "What is linear in each of its inputs switches: each gets g times what the others make together.",
        inputs=bilinear,
        measure=tried,
        labels=("forward", "the gradient for x", "the gradient for A", "the gradient for y"),
        demands=(remembered, leaves_alone),
    ),
)
