"""Every road on which an operation is written: printed and compiled code, the table, formulas, labels and sentences."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lecture_lib
from lecture_lib import backward_source, compile_gradient, trace, value_and_grad
from lecture_lib.autograd.operation import Operation
from lecture_lib.autograd.tensor import apply
from lecture_lib.graph.notation import Sample

KATEX = Path(lecture_lib.__file__).parent / "course" / "site" / "static" / "katex" / "katex.min.js"
READS = """
const katex = require(process.argv[1]);
const faults = [];
for (const text of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(text, {throwOnError: true, strict: false}); }
  catch (error) { faults.push(text + ": " + error.message); }
}
console.log(JSON.stringify(faults));
"""


def program(operation: Operation, sample: Sample, seed: int = 0) -> Callable[..., Any]:
    """A number that depends on every entry of an operation's result."""
    y = operation.forward(*sample.operands(), *sample.constants, **sample.settings)
    weights = np.random.default_rng(seed).standard_normal(np.shape(y))
    return lambda *operands: np.sum(apply(operation, *operands, *sample.constants, **sample.settings) * weights)


def written_on_every_road(f: Callable[..., Any], args: Sequence[Any]) -> str:
    """Printed and compiled code give the gradient, formulas render, labels and sentences say something."""
    every = tuple(range(len(args)))
    value, gradient = value_and_grad(f, every)(*args)
    source = backward_source(f, *args, argnums=every)
    for found in (source.function(), compile_gradient(f, *args, argnums=every)):
        again, parts = found(*args)
        np.testing.assert_allclose(again, value, rtol=1e-10)
        for part, expected in zip(parts, gradient, strict=True):
            np.testing.assert_allclose(part, expected, rtol=1e-10, atol=1e-12)
            assert part.dtype == expected.dtype
    drawn(f, args)
    return source


def drawn(f: Callable[..., Any], args: Sequence[Any]) -> None:
    """The graph's formulas render, its operations have labels and its picture has words."""
    mathtext = pytest.importorskip("matplotlib.mathtext", reason="matplotlib is not installed")
    from lecture_lib.show import draw
    from lecture_lib.show.graphs.describe import made_from
    from lecture_lib.show.graphs.formulas import symbols_of
    from lecture_lib.show.graphs.signs import sign

    graph = trace(f, *args)
    steps = [node for node in graph.nodes if node.op is not None]
    assert all(sign(node).strip() and made_from(node).strip() for node in steps)
    made = symbols_of(graph, differentials=True)
    parser = mathtext.MathTextParser("path")
    for text in {text for texts in vars(made).values() for text in texts.values() if isinstance(text, str)}:
        parser.parse(f"${text}$")
    assert draw(graph, "symbols").svg and draw(graph).alt


def faults_in_katex(formulas: Iterable[str]) -> list[str]:
    """What KaTeX, which the pages use, cannot read."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, and so KaTeX cannot be asked")
    run = subprocess.run(
        [node, "-e", READS, str(KATEX)], input=json.dumps(list(formulas)), capture_output=True, text=True, check=True,
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    faults: list[str] = json.loads(run.stdout)
    return faults
