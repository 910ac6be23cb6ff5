"""Two packages can be read from top to bottom: every module uses only what the stated order puts above it."""

import ast
import re
from pathlib import Path

import pytest

from lecture_lib import autograd, graph

PACKAGES = {"autograd": autograd, "graph": graph}


def order_of(package):
    """The modules that the package's docstring lists, in its order."""
    listed = (line for line in (package.__doc__ or "").splitlines() if line.startswith("* "))
    return [name for line in listed for name in re.findall(r"``([\w.]+)``", line.partition(":")[0])]


def module_files(package):
    """Every module of the package with its file."""
    folder = Path(package.__file__).parent
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): path
        for path in folder.rglob("*.py")
        if path.stem != "__init__"
    }


def imported(path, package, modules):
    """The modules of the package that a file imports, when it is loaded or while it runs."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}."):
            name = (node.module or "")[len(package) + 1 :]
            names = [name] if name in modules else [f"{name}.{a.name}".lstrip(".") for a in node.names]
            found.update(names)
    return found


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_every_module_has_its_place(package):
    assert sorted(order_of(package)) == sorted(module_files(package))


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_every_module_uses_only_what_stands_above_it(package):
    order, modules = order_of(package), module_files(package)
    for place, module in enumerate(order):
        assert imported(modules[module], package.__name__, modules) <= set(order[:place]), module
