"""The data that ship with the course, and the packed form of its vectors."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.errors import DataError, MissingDataError
from lecture_lib.ner.vectors import Vectors
from lecture_lib.places import data_folder
from lecture_lib.train.storage import UNREADABLE

SPLITS = ("train", "dev", "test")


def shipped_corpus() -> dict[str, Path]:
    """The files of the corpus that ships, by split."""
    return {split: data_folder() / "corpus" / f"{split}.conll" for split in SPLITS}


def shipped_vectors() -> Path:
    """The file of the vectors that ship."""
    return data_folder() / "vectors.npz"


def read_packed(path: str | PathLike[str]) -> Vectors:
    r"""Read vectors packed with 8 bits a number: a NumPy archive of three arrays.

    `words` holds the UTF-8 bytes of the words joined by `\n`, `matrix` N×d whole numbers (int8), `scale` d factors
    (float32). The vectors are `matrix * scale`. Nothing is unpickled.

    Args:
        path: the `.npz` file.

    Returns:
        The words and their vectors as float32.

    Raises:
        MissingDataError: there is no such file.
        DataError: the file is damaged or has another form; names the file.

    >>> read_packed(shipped_vectors()).dim
    50
    """
    path = Path(path)
    if not path.exists():
        raise MissingDataError("there is no such file", path)
    if path.is_dir():
        raise DataError("this is a folder; expected a file of packed vectors (.npz)", path)
    arrays = _arrays(path)
    words, matrix, scale = arrays["words"], arrays["matrix"], arrays["scale"]
    if words.dtype != np.uint8 or words.ndim != 1:
        raise DataError(f"words is {_form(words)}; expected uint8 of shape (bytes,)", path)
    if matrix.dtype != np.int8 or matrix.ndim != 2:
        raise DataError(f"matrix is {_form(matrix)}; expected int8 of shape (words, d)", path)
    if scale.dtype != np.float32 or scale.shape != matrix.shape[1:]:
        raise DataError(f"scale is {_form(scale)}; expected float32 of shape ({matrix.shape[1]},)", path)
    try:
        return Vectors(words.tobytes().decode("utf-8").split("\n"), matrix * scale)
    except UnicodeDecodeError as error:
        raise DataError(f"words are not UTF-8 at byte {error.start}; get the file again", path) from None
    except (TypeError, ValueError) as error:
        raise DataError(str(error), path) from None


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with path.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError("this is one NumPy array; expected an archive of words, matrix and scale", path)
            if missing := {"words", "matrix", "scale"} - set(archive.files):
                raise DataError(
                    f"no array named {' or '.join(sorted(missing))}; expected words, matrix and scale", path
                )
            return {name: archive[name] for name in ("words", "matrix", "scale")}
    except DataError:
        raise
    except UNREADABLE as error:
        raise DataError(f"not a readable file of packed vectors ({error}); get the file again", path) from None


def _form(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape}"
