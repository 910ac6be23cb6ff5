"""Noise in the last place: it is on all that is drawn or loaded, and what a notebook prints does not depend on it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np

from tests.portability.jitter import DRAWS, jittered

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ("-p", "tests.portability.nbval_outputs", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider")


def run_notebook(folder: Path, cells: list[nbformat.NotebookNode], *options: str) -> subprocess.CompletedProcess[str]:
    """Have nbval and the plugin judge a notebook in a process of its own."""
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "small.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", *PLUGIN, *options, str(folder / "small.ipynb")]
    environment = os.environ | {"IPYTHONDIR": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def cell(source: str, printed: str, tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed + "\n")]
    metadata = {"tags": list(tags)}
    return nbformat.v4.new_code_cell(source, id="00-small", execution_count=1, outputs=outputs, metadata=metadata)


CHAOS = """import numpy as np
x = np.random.default_rng(0).random(8)
for _ in range(100):
    x = 3.9 * x * (1 - x)
print(f"{x.mean():.4f}")"""


def after_chaos() -> str:
    x = np.random.default_rng(0).random(8)
    for _ in range(100):
        x = 3.9 * x * (1 - x)
    return f"{x.mean():.4f}"


def test_a_cell_that_prints_chaos_is_caught_by_noise_alone(tmp_path):
    assert run_notebook(tmp_path, [cell(CHAOS, after_chaos())]).returncode == 0
    noisy = run_notebook(tmp_path, [cell(CHAOS, after_chaos())], "--jitter=1")
    assert noisy.returncode == 1
    assert "cell 00-small" in noisy.stdout and "relative difference" in noisy.stdout


TAGGED = [
    ("0.1234", (), True),
    ("0.1235", (), True),
    ("0.1236", (), False),
    ("0.1235", ("exact",), False),
    ("0.1235", ("rtol-1e-6",), False),
    ("0.1234", ("rtol-1e-1",), False),
]


def test_cells_are_judged_with_their_tags(tmp_path):
    cells = [cell("print(0.1234)", printed, tags) for printed, tags, _ in TAGGED]
    for k, made in enumerate(cells):
        made.id = f"00-small-{k}"
    run = run_notebook(tmp_path, cells)
    failed = {int(k) for k in re.findall(r"^FAILED .*small\.ipynb::Cell (\d+)", run.stdout, re.MULTILINE)}
    assert failed == {k for k, (_, _, passed) in enumerate(TAGGED) if not passed}, run.stdout
    assert "a cell may ask for less than 0.001 only" in run.stdout


PROBE = """
import runpy, sys
runpy.run_path(sys.argv[1], run_name="__main__")
import numpy as np
from lecture_lib import data
from lecture_lib.places import data_folder
from lecture_lib.ner import NERWindowModel
vectors = data.vectors("default")
model = NERWindowModel.load(data_folder() / "model.npz", vectors)
rng = np.random.default_rng(3)
assert isinstance(rng, np.random.Generator)
drawn = {"vectors": vectors.matrix, **model._params, "normal": rng.normal(size=(40, 5)), "uniform": rng.uniform(size=90)}
drawn |= {"float32": rng.random(99, dtype=np.float32), "one": np.array([rng.normal() for _ in range(20)])}
drawn |= {"whole": rng.integers(9, size=99), "order": rng.permutation(50)}
np.savez(sys.argv[2], **drawn)
"""


def test_noise_is_on_all_that_is_drawn_or_loaded(tmp_path):
    found = []
    for seed in (None, "1", "2"):
        environment = {key: value for key, value in os.environ.items() if key != "LECTURE_LIB_JITTER"}
        environment |= {} if seed is None else {"LECTURE_LIB_JITTER": seed}
        startup, written = ROOT / "tests" / "portability" / "jitter.py", tmp_path / f"{seed}.npz"
        subprocess.run([sys.executable, "-c", PROBE, str(startup), str(written)], env=environment, check=True, cwd=ROOT)
        found.append(dict(np.load(written)))
    plain, *noisy = found
    for name, values in plain.items():
        for other in noisy:
            if values.dtype.kind == "f":
                off = np.abs(other[name] - values) / np.spacing(np.abs(values))
                # A share says nothing of an array of four.
                assert 0.3 < np.mean(off > 0) < 0.95 or values.size < 10, name
                assert off.max() <= 2, name
                assert other[name].dtype == values.dtype, name
            else:
                assert np.array_equal(other[name], values), name
    assert not np.array_equal(noisy[0]["normal"], noisy[1]["normal"])


def test_every_real_draw_of_numpy_is_listed():
    whole = {"binomial", "geometric", "hypergeometric", "integers", "logseries", "multinomial", "negative_binomial"}
    whole |= {"multivariate_hypergeometric", "poisson", "zipf"}
    moved = {"choice", "permutation", "permuted", "shuffle", "bytes", "spawn", "bit_generator"}
    public = {name for name in dir(np.random.Generator) if not name.startswith("_")}
    assert public - whole - moved == set(DRAWS)


def test_noise_is_one_unit():
    noise = np.random.default_rng(0)
    for kind in (np.float32, np.float64):
        values = np.linspace(-2, 2, 99, dtype=kind)
        moved = jittered(values, noise)
        assert moved.dtype == kind
        assert set(np.unique(np.round((moved - values) / np.spacing(values)))) <= {-1.0, 0.0, 1.0}
    assert isinstance(jittered(0.5, noise), float)
    assert jittered(3, noise) == 3
