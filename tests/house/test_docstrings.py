"""Public docstrings tell arguments, results, errors and an example."""

import ast
import dataclasses
import inspect
import re
import textwrap
from importlib import import_module

import pytest

PACKAGES = [
    "lecture_lib",
    *(f"lecture_lib.{name}" for name in ("data", "exercises", "matcalc", "ner", "show", "train")),
]


def public_things(module, path):
    """Every public function and class of a module, with its path; modules among its names are entered."""
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    for name in getattr(module, "__all__", [name for name in own if not name.startswith("_")]):
        thing = getattr(module, name)
        if inspect.ismodule(thing):
            yield from public_things(thing, f"{path}.{name}")
        elif inspect.isclass(thing) or inspect.isfunction(thing):
            yield f"{path}.{name}", thing


def own_nodes(function):
    """The syntax of what a function itself executes, without the functions that it makes."""
    waiting = list(ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def raises(nodes):
    """Whether an error of its own is raised; an abstract method's refusal is none."""
    made = [node.exc for node in nodes if isinstance(node, ast.Raise) and node.exc is not None]
    return any(ast.unparse(error) != "NotImplementedError" for error in made)


def untold(words, parameters):
    """The parameters that neither "Args:" nor "Attributes:" of a docstring lists."""
    parts = re.findall(r"^(?:Args|Attributes):\n((?:[ \t]+.*\n?|\n(?=[ \t]))+)", words, flags=re.M)
    told = {
        name.strip("* ")
        for part in parts
        for names in re.findall(r"^ +([\w*, ]+):", part, re.M)
        for name in names.split(",")
    }
    return [name for name in parameters if name not in told | {"self", "cls"} and not name.startswith("_")]


def faults_of_function(path, function, words):
    """What the docstring of a function does not tell."""
    nodes = list(own_nodes(function))
    if missing := untold(words, inspect.signature(function).parameters):
        yield f"{path}: no Args for {', '.join(missing)}"
    given = [node.value for node in nodes if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom)]
    if any(value and ast.unparse(value) != "None" for value in given) and not re.search(r"(Returns|Yields):", words):
        yield f"{path}: no Returns"
    if raises(nodes) and "Raises:" not in words:
        yield f"{path}: no Raises"


def faults_of_class(path, thing, words):
    """What the docstrings of a class and of its methods do not tell."""
    maker = vars(thing).get("__init__") or vars(thing).get("__new__")
    is_record = dataclasses.is_dataclass(thing) or hasattr(thing, "_fields")
    told = words + "\n" + (inspect.getdoc(maker) or "" if inspect.isfunction(maker) and not is_record else "")
    if (maker or is_record) and (missing := untold(told, inspect.signature(thing).parameters)):
        yield f"{path}: no Args for {', '.join(missing)}"
    checks = [vars(thing)[name] for name in ("__init__", "__post_init__", "__new__") if name in vars(thing)]
    # What a NamedTuple or a dataclass makes itself has no file.
    written = [check for check in checks if inspect.isfunction(check) and check.__code__.co_filename.endswith(".py")]
    if any(raises(own_nodes(check)) for check in written) and "Raises:" not in told:
        yield f"{path}: no Raises"
    for name, member in vars(thing).items():
        function = getattr(member, "__func__", member)
        # A method that a loop makes after one of NumPy's is told by NumPy.
        if not name.startswith("_") and inspect.isfunction(function) and "<locals>" not in function.__qualname__:
            inherited = [inspect.getdoc(getattr(base, name, None)) or "" for base in thing.__mro__]
            yield from faults_of_function(f"{path}.{name}", inspect.unwrap(function), "\n\n".join(inherited))


def docstring_faults(package):
    """What the docstrings of a package's public names do not tell."""
    for path, thing in public_things(import_module(package), package):
        words = inspect.getdoc(thing) or ""
        if ">>>" not in words and not (inspect.isclass(thing) and issubclass(thing, Exception)):
            yield f"{path}: no example"
        if inspect.isclass(thing):
            yield from faults_of_class(path, thing, words)
        else:
            yield from faults_of_function(path, inspect.unwrap(thing), words)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_docstrings_are_complete(package):
    """Args for every parameter, Returns where something comes back, Raises where something is raised, an example."""
    assert not list(docstring_faults(package))
