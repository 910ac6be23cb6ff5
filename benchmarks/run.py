"""Time lecture_lib against hand-written NumPy and its peers; one table, written to benchmarks/RESULTS.md.

    python benchmarks/run.py [--quick]

Everything runs on one thread. The contestants of a case take turns, round after round, and the table shows the median
over rounds, so that a slow moment of the machine hits all of them. Libraries that are not installed are left out.
"""

from __future__ import annotations

import os

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import argparse
import importlib.metadata
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from models import MAKERS, batch, compiled, loss_many, parameters

from lecture_lib.places import forgive_console

RESULTS = Path(__file__).with_name("RESULTS.md")
PEERS = ("numpy", "autograd", "mygrad", "torch", "jax")
Row = tuple[str, ...]


def interleaved(contestants: dict[str, Callable[[], Any]], rounds: int, seconds: float) -> dict[str, float]:
    """Median microseconds per call of each, measured in turns.

    Args:
        contestants: name → what to call.
        rounds: how often each has its turn.
        seconds: how long a turn takes, about.
    """
    calls = {}
    for name, call in contestants.items():
        for _ in range(3):
            call()
        start = time.perf_counter()
        call()
        calls[name] = max(1, int(seconds / (time.perf_counter() - start + 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            start = time.perf_counter()
            for _ in range(calls[name]):
                call()
            times[name].append((time.perf_counter() - start) / calls[name])
    return {name: 1e6 * median(t) for name, t in times.items()}


def available(words: int, size: int) -> dict[str, Callable[[], Any]]:
    """The contestants that are installed, ready to step, after a check that their losses agree."""
    ready: dict[str, Callable[[], Any]] = {}
    for name, make in MAKERS.items():
        try:
            ready[name] = make(words, size)
        except ImportError:
            continue
    losses = {name: float(step()) for name, step in ready.items()}
    expected = losses["NumPy by hand"]
    for name, loss in losses.items():
        if abs(loss - expected) > 1e-3 * max(1.0, abs(expected)):
            raise AssertionError(f"{name} computes the loss {loss}, NumPy by hand {expected}")
    return ready


def window_model(rounds: int, seconds: float) -> list[Row]:
    """(a) One SGD step of the window model."""
    rows = []
    for size in (1, 32, 512):
        times = interleaved(available(20_000, size), rounds, seconds)
        hand = times["NumPy by hand"]
        rows += [
            (f"batch {size}", name, f"{t:.0f}", f"{t / hand:.2f}", f"{times['lecture_lib compiled'] / t:.2f}")
            for name, t in times.items()
        ]
    return rows


def chain(depth: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A scalar graph of ``depth`` operations: building it, and building it with the backward pass."""
    from lecture_lib import Tensor

    def build() -> Any:
        x = y = Tensor(1.0)
        for k in range(depth):
            y = y * 0.9999 if k % 2 else y + 0.0001
        return x, y

    def both() -> Any:
        x, y = build()
        y.backward()
        return x.grad

    return build, both


def chain_hips(depth: int) -> Callable[[], Any]:
    from autograd import grad

    def f(y: Any) -> Any:
        for k in range(depth):
            y = y * 0.9999 if k % 2 else y + 0.0001
        return y

    return lambda: grad(f)(1.0)


def chain_mygrad(depth: int) -> Callable[[], Any]:
    import mygrad as mg

    def both() -> Any:
        x = y = mg.tensor(1.0)
        for k in range(depth):
            y = y * 0.9999 if k % 2 else y + 0.0001
        y.backward()
        return x.grad

    return both


def chain_torch(depth: int) -> Callable[[], Any]:
    import torch

    def both() -> Any:
        x = y = torch.tensor(1.0, requires_grad=True)
        for k in range(depth):
            y = y * 0.9999 if k % 2 else y + 0.0001
        y.backward()
        return x.grad

    return both


def scalar_graphs(rounds: int, seconds: float) -> list[Row]:
    """(b) A scalar graph of 1,000 and 100,000 nodes: forward and backward."""
    rows = []
    for depth in (1_000, 100_000):
        contestants: dict[str, Callable[[], Any]] = {"lecture_lib eager": chain(depth)[1]}
        for name, make in (("HIPS autograd", chain_hips), ("MyGrad", chain_mygrad), ("PyTorch eager", chain_torch)):
            try:
                call = make(depth)
                call()
            except ImportError:
                continue
            except RecursionError:
                rows.append((f"{depth:,} nodes", name, "RecursionError", "–"))
                continue
            contestants[name] = call
        times = interleaved(contestants, max(3, rounds // 3), seconds)
        own = times["lecture_lib eager"]
        rows += [(f"{depth:,} nodes", name, f"{t / 1000:.1f} ms", f"{own / t:.2f}") for name, t in times.items()]
    return rows


def jacobians(rounds: int, seconds: float) -> list[Row]:
    """(c) The Jacobian of tanh(Wx) for W of 200×200."""
    from lecture_lib import jacobian, vjp

    rng = np.random.default_rng(0)
    W, x = rng.standard_normal((200, 200)), rng.standard_normal(200)

    def f(x: Any) -> Any:
        return np.tanh(W @ x)

    def by_hand() -> Any:
        h = np.tanh(W @ x)
        return np.diag(1 - h * h) @ W

    def row_by_row() -> Any:
        _, pull = vjp(f, x)
        return np.stack([pull(e)[0] for e in np.eye(200)])

    contestants = {
        "NumPy by hand, diag(f′) W": by_hand,
        "lecture_lib jacobian, reverse": lambda: jacobian(f, mode="reverse")(x),
        "lecture_lib jacobian, forward": lambda: jacobian(f, mode="forward")(x),
        "a loop of 200 backward passes": row_by_row,
    }
    times = interleaved(contestants, rounds, seconds)
    hand = times["NumPy by hand, diag(f′) W"]
    return [("200×200", name, f"{t:.0f}", f"{t / hand:.2f}") for name, t in times.items()]


def many_inputs(rounds: int, seconds: float) -> list[Row]:
    """(d) The Jacobian of tanh(Wx), W of 1,000×1,000, and the Hessian of its sum, in float32."""
    from lecture_lib import hessian, jacobian

    rng = np.random.default_rng(0)
    W = (rng.standard_normal((1000, 1000)) / 30).astype(np.float32)
    x = rng.standard_normal(1000).astype(np.float32)

    def slopes_by_hand() -> Any:
        h = np.tanh(W @ x)
        return (1 - h * h)[:, None] * W

    def bends_by_hand() -> Any:
        h = np.tanh(W @ x)
        return W.T @ ((-2 * h * (1 - h * h))[:, None] * W)

    def layer(np: Any) -> Callable[[Any], Any]:
        return lambda x: np.tanh(W @ x)

    def total(np: Any) -> Callable[[Any], Any]:
        return lambda x: np.sum(np.tanh(np.dot(W, x)))

    jacobian_of: dict[str, Callable[[], Any]] = {"NumPy by hand": slopes_by_hand}
    hessian_of: dict[str, Callable[[], Any]] = {"NumPy by hand": bends_by_hand}
    jacobian_of["lecture_lib"] = partial(jacobian(layer(np)), x)
    hessian_of["lecture_lib"] = partial(hessian(total(np)), x)
    try:
        import autograd.numpy as anp
        from autograd import hessian as hips_hessian
        from autograd import jacobian as hips_jacobian

        jacobian_of["HIPS autograd"] = partial(hips_jacobian(lambda x: anp.tanh(anp.dot(W, x))), x)
        hessian_of["HIPS autograd"] = partial(hips_hessian(total(anp)), x)
    except ImportError:
        pass
    try:
        import jax

        slopes, bends = jax.jit(jax.jacrev(layer(jax.numpy))), jax.jit(jax.hessian(total(jax.numpy)))
        jacobian_of["JAX jit"] = lambda: slopes(x).block_until_ready()
        hessian_of["JAX jit"] = lambda: bends(x).block_until_ready()
    except ImportError:
        pass
    rows = []
    for what, contestants in (("Jacobian", jacobian_of), ("Hessian", hessian_of)):
        expected = contestants["NumPy by hand"]()
        for name, call in contestants.items():
            if not np.allclose(np.asarray(call()), expected, atol=1e-4):
                raise AssertionError(f"{name} computes another {what} than NumPy by hand")
        times = interleaved(contestants, max(3, rounds // 4), seconds / 10)
        own = times["lecture_lib"]
        rows += [(what, name, f"{t / 1000:.1f} ms", f"{own / t:.2f}") for name, t in times.items()]
    return rows


def vocabularies(rounds: int, seconds: float) -> list[Row]:
    """(e) A compiled step at batch 32 while the vocabulary grows."""
    sizes = (10_000, 100_000, 1_000_000)
    times = interleaved({f"{words:,}": compiled(words, 32) for words in sizes}, rounds, seconds)
    base = times["10,000"]
    return [("V = " + name, "lecture_lib compiled", f"{t:.0f}", f"{t / base:.2f}") for name, t in times.items()]


def depths(rounds: int, seconds: float) -> list[Row]:
    """(f) Backward time over forward time while the graph gets deeper."""
    rows = []
    for depth in (10, 100, 1_000, 10_000):
        build, both = chain(depth)
        times = interleaved({"forward": build, "both": both}, rounds, seconds / 4)
        backward = times["both"] - times["forward"]
        rows.append(
            (
                f"depth {depth:,}",
                "lecture_lib eager",
                f"{times['forward'] / depth:.2f}",
                f"{backward / times['forward']:.2f}",
            )
        )
    return rows


def start_up() -> list[Row]:
    """Import time beyond NumPy's, and the peak memory of a compiled step at V = 20,000."""
    code = "import time; a = time.perf_counter(); import {}; print(time.perf_counter() - a)"

    def seconds(module: str, first: str = "") -> float:
        found = [
            float(
                subprocess.run(
                    [sys.executable, "-c", first + code.format(module)], capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(7)
        ]
        return median(found)

    rows = [
        ("import", "numpy", f"{1000 * seconds('numpy'):.0f} ms", "–"),
        ("import", "lecture_lib beyond numpy", f"{1000 * seconds('lecture_lib', 'import numpy; '):.0f} ms", "–"),
    ]
    import tracemalloc

    from lecture_lib import compile_gradient

    params, data = parameters(20_000), batch(20_000, 32)
    step = compile_gradient(loss_many, *params, *data, argnums=(0, 1, 2, 3))
    tracemalloc.start()
    step(*params, *data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows.append(("peak memory of a step", "lecture_lib compiled, batch 32", f"{peak / 1024:.0f} KiB", "–"))
    rows.append(("derivation of 20 layers", "derive, every line proved", f"{derivation_of(20):.2f} s", "–"))
    return rows


def derivation_of(layers: int) -> float:
    """The seconds that the gradient of a network's first weights takes to derive and prove."""
    from lecture_lib import matcalc as mc

    letters = [f"W{k}:n{k}*n{k - 1}" for k in range(1, layers + 1)]
    *weights, x, u = mc.symbols(" ".join([*letters, "x:n0", f"u:n{layers}"]))
    h = x
    for W in weights:
        h = mc.tanh(W @ h)
    start = time.perf_counter()
    mc.derive(u.T @ h, weights[0]).prove()
    return time.perf_counter() - start


def table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def versions() -> str:
    """Python, the machine and the libraries that took part."""
    found = []
    for name in PEERS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpu()}; {', '.join(found)}"


def cpu() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "unknown processor")


def main() -> None:
    """Measure everything and write the page."""
    forgive_console()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that everything runs")
    quick = parser.parse_args().quick
    rounds, seconds = (3, 0.01) if quick else (21, 0.1)
    parts = [
        "# Results",
        "Written by `make bench`. One thread; medians over interleaved rounds; microseconds a call unless said.",
        versions(),
        "## One SGD step of the window model (V = 20,000, d = 50, 5 words, 100 tanh units, logistic loss, float32)",
        table(("case", "library", "µs", "time / by hand", "compiled / this"), window_model(rounds, seconds)),
        "## A scalar graph, built and differentiated",
        table(("case", "library", "time", "lecture_lib / this"), scalar_graphs(rounds, seconds)),
        "## A full Jacobian",
        table(("case", "how", "µs", "time / by hand"), jacobians(rounds, seconds)),
        "## 1,000 inputs",
        table(("case", "library", "time", "lecture_lib / this"), many_inputs(rounds, seconds)),
        "## The size of the vocabulary",
        table(("case", "library", "µs", "time / at 10,000"), vocabularies(rounds, seconds)),
        "## Depth",
        table(("case", "library", "forward µs a node", "backward / forward"), depths(rounds, seconds)),
        "## Start and memory",
        table(("what", "of", "measured", ""), start_up()),
    ]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if not quick:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
