"""The folder of real data that the reader names in an environment variable."""

import os
from pathlib import Path

from lecture_lib.ner.errors import DataError, MissingDataError

VARIABLE = "LECTURE_LIB_DATA"

FILES = {
    "ewt": ("ner_uner_ewt/train.tsv", "ner_uner_ewt/dev.tsv", "ner_uner_ewt/test.tsv"),
    "glove-50k": ("vectors/glove.6B.50d.top50k.unit-q8.txt.gz",),
    "glove-10k": ("vectors/glove.6B.50d.exact10k.txt.gz",),
    "rt-polarity": ("sentiment_rt/rt-polarity.pos", "sentiment_rt/rt-polarity.neg"),
}
"""The files of each data set within the folder, in the order of use."""


def local_folder() -> Path | None:
    """The folder that the variable LECTURE_LIB_DATA names."""
    value = os.environ.get(VARIABLE, "")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(f"{VARIABLE} is {value!r}, which is not a folder; set it to the folder with the data")
    return folder


def local_files(name: str, kind: str) -> list[Path]:
    """The files of a data set in that folder."""
    folder = local_folder()
    for file in FILES[name]:
        wanted = f"{kind} {name!r} needs the file {file}; place it"
        if folder is None:
            remedy = f"in a folder and set the environment variable {VARIABLE} to that folder"
            raise MissingDataError(f"{wanted} {remedy}")
        if not (folder / file).is_file():
            raise MissingDataError(f"{wanted} at {folder / file} ({VARIABLE} is {folder})")
    assert folder is not None
    return [folder / file for file in FILES[name]]
