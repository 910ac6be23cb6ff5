"""The engine that the reader builds in notebook 09: kept as plain Python beside the notebooks, and used by later ones.

What was kept is tried out before it is used. A part that is missing or wrong is named, and the course's own part, which
stands below, takes its place.
"""

from __future__ import annotations

import linecache
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.checking import judge
from lecture_lib.exercises.programs import text_of, unfinished
from lecture_lib.places import checkout

FILE, BEFORE = "my_engine.py", "my_engine_before.py"
HEAD = '''\
"""The engine that you built in notebook 09. Read it, change it: notebooks 10, 12 and 16 use it."""

from collections import defaultdict

import numpy as np
'''
WIDTH = 80

Steps = Mapping[str, tuple[Callable[[], Any], Sequence[str]]]
"""A graph: each name with its kind of gate and its inputs."""


class Gate:
    """A gate from a formula and one slope for each input, as in notebook 09; it multiplies entry by entry.

    Args:
        formula: a function of the inputs.
        slopes: functions of the inputs, one for each.

    Example:
        >>> gate = Gate(np.tanh, lambda v: 1 - np.tanh(v) ** 2)
        >>> gate.forward(0.0), gate.backward(3.0)
        (np.float64(0.0), [np.float64(3.0)])
    """

    def __init__(self, formula: Callable[..., Any], *slopes: Callable[..., Any]) -> None:
        self.formula, self.slopes = formula, slopes

    def forward(self, *inputs: Any) -> Any:
        """Compute the value, and remember the inputs.

        Args:
            inputs: numbers or arrays.

        Returns:
            What the formula gives.
        """
        self.inputs = inputs
        return self.formula(*inputs)

    def backward(self, g: Any) -> Sequence[Any]:
        """Turn the upstream gradient into one for each input.

        Args:
            g: what arrives from above.

        Returns:
            The gradients.
        """
        return [g * slope(*self.inputs) for slope in self.slopes]


class MultiplyGate(Gate):
    """The course's own gate for a product."""

    def __init__(self) -> None:
        super().__init__(np.multiply, lambda a, c: c, lambda a, c: a)


class LinearGate(Gate):
    """The course's own gate for a layer z = Wx + b."""

    def __init__(self) -> None:
        super().__init__(lambda W, x, b: W @ x + b)

    def backward(self, g: Any) -> Sequence[Any]:
        W, x, _ = self.inputs
        return np.outer(g, x), W.T @ g, g


def send_back(order: Any, inputs: Any, gates: Any, output: Any) -> dict[str, Any]:
    """The course's own way back through a graph."""
    grads: dict[str, Any] = defaultdict(float, {output: 1.0})
    for name in reversed(order):
        for i, share in zip(inputs[name], gates[name].backward(grads[name]), strict=True):
            grads[i] = grads[i] + share
    return grads


PARTS: dict[str, Any] = {"send_back": send_back, "MultiplyGate": MultiplyGate, "LinearGate": LinearGate}
JUDGES = {"send_back": "09-backward", "MultiplyGate": "09-multiply", "LinearGate": "09-linear"}


@dataclass(frozen=True)
class Engine:
    """An engine, each of whose parts is the reader's or the course's.

    Attributes:
        send_back: the way back through a graph.
        MultiplyGate: the gate for a product.
        LinearGate: the gate for a layer.
        yours: the names of the parts that are the reader's.
    """

    send_back: Callable[..., Any]
    MultiplyGate: Callable[[], Any]
    LinearGate: Callable[[], Any]
    yours: tuple[str, ...] = ()

    def run(self, steps: Steps, sources: Mapping[str, Any], output: str) -> tuple[Any, Mapping[str, Any]]:
        """Run a graph forward and backward.

        Args:
            steps: name → its kind of gate and the names of its inputs, in any order.
            sources: the values that nobody computes.
            output: the name of the value whose gradients are wanted.

        Returns:
            The output, and the gradient of every value by name.

        Example:
            >>> engine = Engine(send_back, MultiplyGate, LinearGate)
            >>> value, grads = engine.run({"f": (MultiplyGate, ["a", "a"])}, {"a": 3.0}, "f")
            >>> float(value), float(grads["a"])
            (9.0, 6.0)
        """
        inputs = {name: list(needed) for name, (_, needed) in steps.items()}
        gates = {name: kind() for name, (kind, _) in steps.items()}
        order = [name for name in TopologicalSorter(inputs).static_order() if name in inputs]
        values = dict(sources)
        for name in order:
            values[name] = gates[name].forward(*(values[i] for i in inputs[name]))
        return values[output], self.send_back(order, inputs, gates, output)


def keep(*parts: Any) -> None:
    """Keep functions and classes as text, in `my_engine.py` beside the notebook, for the notebooks that come later.

    What still holds the dots of its exercise is left out. The file of before is laid aside as `my_engine_before.py`.

    Args:
        parts: `send_back`, `MultiplyGate`, `LinearGate`, and helpers of one's own.

    Example:
        >>> def send_back(order, inputs, gates, output):
        ...     return ...
        >>> keep(send_back)
        Nothing is kept yet: send_back is not done.
    """
    texts = {getattr(part, "__name__", str(part)): None if unfinished(part) else text_of(part) for part in parts}
    done = [name for name, text in texts.items() if text is not None]
    left = [name for name in texts if name not in done]
    if not done:
        print(f"Nothing is kept yet: {_listed(left)} {'is' if len(left) == 1 else 'are'} not done.")
        return
    root = checkout()
    if root is not None and Path.cwd() == root / "notebooks":
        print("Nothing is kept here, among the course's own notebooks. `make lab` opens copies of your own.")
        return
    try:
        _write("\n\n".join([HEAD, *(text for text in texts.values() if text is not None)]))
    except OSError as error:
        print(f"{FILE} cannot be written here ({error.strerror}), so later notebooks take the course's own engine.")
        return
    print(f"Kept in {FILE}: {_listed(done)}.{f' Not done: {_listed(left)}.' if left else ''}")
    if sys.platform == "emscripten":
        print("In a browser that shows no list of files it lasts as long as this page.")


def kept() -> Engine:
    """The engine that `keep` left beside the notebook, tried out; the course's own stands in for what is not right.

    One line says whose engine it is, and names what is wrong with a part. Nothing in the file can stop the notebook.

    Returns:
        The engine.

    Example:
        >>> engine = kept()
        There is no my_engine.py here, which notebook 09 keeps: the course's own engine runs.
    """
    if not Path(FILE).is_file():
        print(f"There is no {FILE} here, which notebook 09 keeps: the course's own engine runs.")
        return Engine(**PARTS)
    try:
        module = _loaded()
    except (Exception, SystemExit) as error:
        where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        _say(f"{FILE} does not load{where}: {type(error).__name__}: {getattr(error, 'msg', error)}.")
        _say("Until it does, the course's own engine runs.")
        return Engine(**PARTS)
    faults = {name: _fault(name, getattr(module, name, None)) for name in PARTS}
    yours = tuple(name for name, fault in faults.items() if not fault)
    if yours:
        print(f"From your {FILE}: {_listed(yours)}.")
    for name, fault in faults.items():
        if fault:
            _say(f"{name}: {fault} The course's own stands in.")
    return Engine(**PARTS | {name: getattr(module, name) for name in yours}, yours=yours)


def _fault(name: str, part: Any) -> str:
    """What is wrong with a part of a kept engine; "" if nothing is."""
    if part is None:
        return f"not in {FILE}."
    try:
        verdict = judge(find_exercise(JUDGES[name]), part)
    except Exception as error:
        # Where solutions are withheld, nothing can be judged.
        return f"it could not be tried out ({type(error).__name__})."
    if verdict.state == "right":
        return ""
    return "not done yet." if verdict.state != "wrong" else f"{verdict.mistake or 'not right'}. {verdict.text}"


def _loaded() -> ModuleType:
    """The kept file as a module: run anew at each call, and without the cache that an import would leave behind."""
    path = Path(FILE).resolve()
    text = path.read_text(encoding="utf-8")
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    # By its lines the checks tell what is wrong with a part.
    linecache.cache[str(path)] = len(text), None, text.splitlines(keepends=True), str(path)
    sys.modules[path.stem] = module
    exec(compile(text, str(path), "exec"), vars(module))
    return module


def _write(text: str) -> None:
    path = Path(FILE)
    if path.is_file() and path.read_text(encoding="utf-8", errors="replace") != text:
        path.replace(BEFORE)
    path.write_text(text, encoding="utf-8", newline="\n")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _say(text: str) -> None:
    print(textwrap.fill(text, WIDTH, subsequent_indent="    "))
