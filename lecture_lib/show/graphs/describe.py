"""A graph in words: the text that stands for the picture where it cannot be seen."""

from __future__ import annotations

from collections.abc import Callable

from lecture_lib.graph.notation import notation
from lecture_lib.graph.trace import Graph, Node
from lecture_lib.show.canvas.numbers import brief, spoken_shape
from lecture_lib.show.graphs.signs import sign

MOST = 12


def called(node: Node) -> str:
    """What to call a node in a sentence: its name, or ``v`` and its number."""
    return node.name or f"v{node.index}"


def made_from(node: Node, call: Callable[[Node], str] = called) -> str:
    """An operation with what ``call`` calls its arguments: ``max(y, z)``, ``x + y``; functions without constants."""
    assert node.op is not None
    between = notation(node.op).between
    if between:
        return f" {between} ".join(call(a) if isinstance(a, Node) else brief(a) for a in node.args)
    word = sign(node).replace("$", "")
    if "\\" in word or "(" in word or not word.strip("[]| "):
        word = node.op.name  # A sign that cannot be spoken.
    return f"{word}({', '.join(call(a) for a in node.args if isinstance(a, Node))})"


def describe(graph: Graph, remarks: tuple[str, ...] = (), backward: bool = True) -> str:
    """What a graph computes, forward and backward, in sentences; ``remarks`` are what the picture says besides."""
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
    """A number with its noun: ``1 leaf``, ``2 leaves``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Parts in a row; of a long list the first and the last six."""
    if len(parts) > MOST:
        half = MOST // 2
        parts = [*parts[:half], f"… {len(parts) - 2 * half} more …", *parts[-half:]]
    return "; ".join(parts)


def total(graph: Graph, node: Node) -> str:
    """The gradient of a leaf, as a sum where several paths meet: ``of y 2 + 3 = 5``."""
    paths = [user.passed[i] for user in graph.nodes for i, a in enumerate(user.args) if a is node and i in user.passed]
    if 1 < len(paths) <= 4 and not node.shape:
        return f"of {called(node)} {' + '.join(brief(p) for p in paths)} = {brief(node.grad)}"
    return f"of {called(node)} {brief(node.grad)}" + (f", summed over {len(paths)} paths" if len(paths) > 1 else "")
