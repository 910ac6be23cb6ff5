"""A graph in words: the text that stands for the picture where it cannot be seen."""

from __future__ import annotations

from collections.abc import Callable

from lecture_lib.graph.trace import Graph, Node
from lecture_lib.show.canvas.numbers import brief, spoken_shape
from lecture_lib.show.graphs.signs import sign

MOST = 12
OPERATORS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@"}


def called(node: Node) -> str:
    """What to call a node in a sentence.

    Args:
        node: of a graph.

    Returns:
        Its name, or ``v`` and its number.
    """
    return node.name or f"v{node.index}"


def made_from(node: Node, call: Callable[[Node], str] = called) -> str:
    """An operation with the names of its arguments: ``max(y, z)``, ``x + y``.

    Args:
        node: an operation.
        call: what to call an argument.

    Returns:
        Operators between their arguments, functions before them; constants are left out of functions.
    """
    assert node.op is not None
    if node.op.name in OPERATORS and len(node.args) == 2:
        names = [call(a) if isinstance(a, Node) else brief(a) for a in node.args]
        return f" {OPERATORS[node.op.name]} ".join(names)
    word = sign(node).replace("$", "")
    if "\\" in word or "(" in word or not word.strip("[]| "):
        word = node.op.name  # A sign that cannot be spoken.
    return f"{word}({', '.join(call(a) for a in node.args if isinstance(a, Node))})"


def describe(graph: Graph, remarks: tuple[str, ...] = (), backward: bool = True) -> str:
    """What a graph computes, forward and backward, in sentences.

    Args:
        graph: from ``trace``.
        remarks: what the picture says besides.
        backward: speak of gradients too, if there are any.

    Returns:
        Sentences with one space between them.
    """
    steps = [node for node in graph.nodes if node.op is not None]
    leaves = [f"{called(n)} = {brief(n.value)}" if not n.shape else f"{called(n)} ({spoken_shape(n.shape)})"
              for n in graph.leaves]  # fmt: skip
    text = f"Computation graph: {counted(len(leaves), 'leaf', 'leaves')}, {counted(len(steps), 'operation')}."
    if leaves:
        text += f" Leaves: {listed(leaves)}."
    if steps:
        forward = [f"{called(n)} = {made_from(n)} = {brief(n.value)}" for n in steps]
        text += f" Forward: {listed(forward)}."
    gradients = [n for n in graph.leaves if n.grad is not None] if backward else []
    if gradients:
        text += " Gradients: " + listed([total(graph, n) for n in gradients]) + "."
    return " ".join([text, *remarks])


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 leaf``, ``2 leaves``.

    Args:
        number: how many.
        one: the noun for one.
        many: the noun for several; with an s if left out.

    Returns:
        The number and the noun that fits it.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Parts in a row; of a long list the ends.

    Args:
        parts: any number of texts.

    Returns:
        The parts with semicolons between them; of more than 12 the first and the last six.
    """
    if len(parts) > MOST:
        half = MOST // 2
        parts = [*parts[:half], f"… {len(parts) - 2 * half} more …", *parts[-half:]]
    return "; ".join(parts)


def total(graph: Graph, node: Node) -> str:
    """The gradient of a leaf, as a sum where several paths meet.

    Args:
        graph: after its backward pass.
        node: a leaf of it.

    Returns:
        A phrase, such as ``of y 2 + 3 = 5``.
    """
    paths = [user.passed[i] for user in graph.nodes for i, a in enumerate(user.args) if a is node and i in user.passed]
    if 1 < len(paths) <= 4 and not node.shape:
        return f"of {called(node)} {' + '.join(brief(p) for p in paths)} = {brief(node.grad)}"
    return f"of {called(node)} {brief(node.grad)}" + (f", summed over {len(paths)} paths" if len(paths) > 1 else "")
