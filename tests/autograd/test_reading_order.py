"""The package can be read from top to bottom: every module uses only what the stated order puts above it."""

import ast
import re
from pathlib import Path

from lecture_lib import autograd

FOLDER = Path(autograd.__file__).parent
ORDER = [
    name
    for line in (autograd.__doc__ or "").splitlines()
    if line.startswith("* ")
    for name in re.findall(r"``(\w+)``", line.partition(":")[0])
]


def imported(module):
    """The modules of the package that a module imports when it is loaded, and those it imports while it runs."""
    at_once, later = set(), set()
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lecture_lib.autograd"):
            _, _, name = (node.module or "").partition("lecture_lib.autograd.")
            (later if node.col_offset else at_once).update([name] if name else [alias.name for alias in node.names])
    return at_once, later


def test_every_module_has_its_place():
    assert sorted(ORDER) == sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def test_every_module_uses_only_what_stands_above_it():
    for place, module in enumerate(ORDER):
        at_once, later = imported(module)
        assert at_once <= set(ORDER[:place]), module
        # backward() is a method of Tensor and a walk of the engine: the one arrow that points back.
        assert later <= set(ORDER[:place]) | ({"engine"} if module == "tensor" else set()), module
