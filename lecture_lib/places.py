"""Where the course's folders are, in a checkout and in an installed wheel."""

import io
import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Return the folder with the data that ship: the checkout's `data/`, or the wheel's copy of it.

    Example:
        >>> data_folder().name
        'data'
    """
    return _folder("data")


def notebooks_folder() -> Path:
    """Return the folder with the notebooks: the checkout's `notebooks/`, or the wheel's copy of it.

    Example:
        >>> notebooks_folder().name
        'notebooks'
    """
    return _folder("notebooks")


def checkout() -> Path | None:
    """Return the root of the checkout that this package runs from.

    Example:
        >>> root = checkout()
        >>> root is None or (root / "pyproject.toml").is_file()
        True
    """
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and not (PACKAGE / "shipped").is_dir() else None


def installing(extras: str) -> str:
    """How this copy of the course gets what it lacks: a checkout by its own files, an installed package by its name.

    Example:
        >>> print(installing("notebooks"))
        python -m pip install ...[notebooks]'...
    """
    if checkout() is None:
        return f"python -m pip install 'lecture_lib[{extras}]'"
    return f"python -m pip install -e '.[{extras}]' -c constraints.txt"


def forgive_console() -> None:
    """Let a console that lacks a letter show "?" for it, where Python would stop with an error.

    Example:
        >>> forgive_console()
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def require(user: str, *modules: str) -> None:
    """Refuse to go on without modules that an extra brings, and say how to have them.

    Example:
        >>> require("the example", "no_such_module")
        Traceback (most recent call last):
        ModuleNotFoundError: the example needs no_such_module, which is not installed: python -m pip install ...
    """
    for name in modules:
        if find_spec(name) is None:
            hint = f"{user} needs {name}, which is not installed: {installing('notebooks')}"
            raise ModuleNotFoundError(hint, name=name)


def modules_of(package: str) -> list[str]:
    """Find the modules of a package by themselves, so that a new one is known as soon as its file is there.

    Example:
        >>> modules_of("lecture_lib.train.optim")[:2]
        ['adagrad', 'adam']
    """
    return sorted(module.name for module in pkgutil.iter_modules(import_module(package).__path__))


def _folder(name: str) -> Path:
    root = checkout()
    folder = (PACKAGE / "shipped" if root is None else root) / name
    if not folder.is_dir():
        raise FileNotFoundError(f"The folder {name}/ of the course is missing: expected {folder}. Install again.")
    return folder
