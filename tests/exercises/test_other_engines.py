"""What notebook 11 says of other people's engines: their programs are run where they are installed, and print what it says."""

import contextlib
import io
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

(NOTEBOOK,) = (Path(__file__).resolve().parents[2] / "notebooks").glob("11_*.ipynb")
PROGRAM = re.compile(
    r"<details><summary>(PyTorch|JAX|micrograd)</summary>\n\n```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL
)
MODULES = {"PyTorch": "torch", "JAX": "jax", "micrograd": "micrograd"}
ROWS = ("gate", "tape", "delta", "broadcast", "table")


def programs() -> list:
    found = []
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if row := re.fullmatch(r"11-others-(\w+)-theirs", cell["id"]):
            text = "".join(cell["source"])
            found += [pytest.param(*parts, id=f"{row[1]}-{parts[0]}") for parts in PROGRAM.findall(text)]
    return found


def test_every_row_has_a_program_for_each_engine():
    assert {str(case.id) for case in programs()} == {f"{row}-{name}" for row in ROWS for name in MODULES}
    for case in programs():
        compile(case.values[1], str(case.id), "exec")


@pytest.mark.parametrize(("name", "program", "printed"), programs())
def test_a_program_prints_what_the_notebook_says(name, program, printed):
    if find_spec(MODULES[name]) is None:
        pytest.skip(f"{name} is not installed here, and the course does not need it")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(program, name, "exec"), {"__name__": "__main__"})
    assert out.getvalue() == printed
