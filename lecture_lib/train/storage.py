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
    NotImplementedError,
    SyntaxError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_state(path: str | PathLike[str], state: Any) -> None:
    """Write nested tuples, lists and dicts of arrays, numbers and strings to a `.npz` file.

    The file appears whole or not at all: it is written beside its place and moved there. Arrays keep dtype, shape and
    every bit. The layout is a JSON text, so nothing in the file can run when it is read.

    Args:
        path: the file; an existing one is replaced.
        state: what to write; dict keys are strings.

    Raises:
        TypeError: it holds something else, such as a function.
        OSError: the folder does not exist or cannot be written to.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_state(f"{folder}/state.npz", {"W": np.ones(2), "epoch": 3})
    ...     load_state(f"{folder}/state.npz")
    {'W': array([1., 1.]), 'epoch': 3}
    """
    arrays: dict[str, NDArray[Any]] = {}
    layout = _describe(state, arrays, "state")
    arrays[LAYOUT] = np.frombuffer(json.dumps(layout).encode("utf-8"), dtype=np.uint8)
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
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        raise ValueError(f"{path}: not a file that save_state wrote; train and save again") from None


def write_archive(path: str | PathLike[str], arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to a compressed `.npz` file that appears whole or not at all.

    Args:
        path: the file; an existing one is replaced.
        arrays: by name.

    Raises:
        OSError: the folder does not exist or cannot be written to.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file, such as model.npz")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}; make it first")
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        # mkstemp makes a file for its owner alone; a saved model is an ordinary file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_archive(path: str | PathLike[str]) -> dict[str, NDArray[Any]]:
    """Read all arrays of a `.npz` file; nothing is unpickled.

    Args:
        path: the file.

    Returns:
        The arrays by name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged or no such archive.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
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
