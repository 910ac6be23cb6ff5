"""Nested structures of arrays and plain values in one NumPy archive, without pickle."""

import json
import os
import tempfile
import tokenize
import zipfile
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYOUT = "layout"
PLAIN = (bool, int, float, str, type(None))
# What NumPy raises on a damaged archive, depending on which of its bytes are wrong.
UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    SyntaxError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_state(path: str | PathLike[str], state: Any) -> None:
    """Write nested tuples, lists and dicts of arrays, numbers and strings to a `.npz` file.

    The file appears whole or not at all: it is written beside its place and moved there, also where `path` is a link to
    that place. Arrays keep dtype, shape and
    every bit. The layout is a JSON text, so nothing in the file can run when it is read.

    Args:
        path: the file; an existing one is replaced.
        state: what to write; dict keys are strings.

    Raises:
        TypeError: it holds something else, such as a function.
        ValueError: it is nested too deep, or holds itself.
        OSError: the folder does not exist or cannot be written to, or the path is no ordinary file, such as a device.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_state(f"{folder}/state.npz", {"W": np.ones(2), "epoch": 3})
    ...     load_state(f"{folder}/state.npz")
    {'W': array([1., 1.]), 'epoch': 3}
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        layout = json.dumps(_describe(state, arrays, "state"))
    except RecursionError:
        raise ValueError("state is nested too deep, or holds itself; expected a few levels") from None
    arrays[LAYOUT] = np.frombuffer(layout.encode("utf-8"), dtype=np.uint8)
    write_archive(path, arrays)


def load_state(path: str | PathLike[str]) -> Any:
    """Read what `save_state` wrote.

    Args:
        path: the file.

    Returns:
        The same structure, with the same arrays and values.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or `save_state` did not write it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_state(f"{folder}/state.npz", [np.zeros(3, np.float32), "SGD", None])
    ...     load_state(f"{folder}/state.npz")
    [array([0., 0., 0.], dtype=float32), 'SGD', None]
    """
    arrays = read_archive(path)
    try:
        return _rebuild(json.loads(arrays[LAYOUT].tobytes().decode("utf-8")), arrays)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        raise ValueError(f"{path}: not a file that save_state wrote; train and save again") from None


def write_archive(path: str | PathLike[str], arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to a compressed `.npz` file that appears whole or not at all."""
    # A link stays a link: what it leads to is what is written.
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file, such as model.npz")
    if os.path.lexists(path) and not path.is_file():
        raise OSError(f"{path} is a device, a pipe or a link to itself; expected the name of a file, such as model.npz")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}; make it first")
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        # mkstemp makes a file for its owner alone; a saved model is an ordinary file, or as open as the one before.
        if mode is None:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_archive(path: str | PathLike[str]) -> dict[str, NDArray[Any]]:
    """Read all arrays of a `.npz` file; nothing is unpickled."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    if not path.is_file():
        raise ValueError(f"{path} is a folder, a device or a pipe; expected a file that save wrote")
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("one array, not an archive")
            with archive:
                return {name: archive[name] for name in archive.files}
    except UNREADABLE as error:
        raise ValueError(f"{path}: not a readable archive ({error}); save it again") from None


def _describe(state: Any, arrays: dict[str, NDArray[Any]], name: str) -> Any:
    if isinstance(state, dict):
        for key in state:
            if not isinstance(key, str):
                raise TypeError(f"{name} has the key {key!r}; expected strings as keys")
        return {"dict": {key: _describe(part, arrays, f"{name}[{key!r}]") for key, part in state.items()}}
    if isinstance(state, (tuple, list)):
        kind = "tuple" if isinstance(state, tuple) else "list"
        return {kind: [_describe(part, arrays, f"{name}[{k}]") for k, part in enumerate(state)]}
    if isinstance(state, np.ndarray) and state.dtype != object:
        arrays[str(len(arrays))] = state
        return {"array": str(len(arrays) - 1)}
    if isinstance(state, np.generic):
        state = state.item()
    if isinstance(state, PLAIN):
        return {"value": state}
    raise TypeError(f"{name} is {type(state).__name__}; expected arrays, numbers, strings, True, False or None")


def _rebuild(layout: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Any:
    ((kind, content),) = layout.items()
    if kind == "dict":
        return {key: _rebuild(part, arrays) for key, part in content.items()}
    if kind in ("tuple", "list"):
        parts = [_rebuild(part, arrays) for part in content]
        return tuple(parts) if kind == "tuple" else parts
    if kind == "array":
        return arrays[content]
    if kind == "value":
        return content
    raise ValueError(kind)
