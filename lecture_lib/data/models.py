"""Trained networks by name."""

from lecture_lib.data.vectors import vectors
from lecture_lib.ner import NERWindowModel
from lecture_lib.ner.errors import MissingDataError
from lecture_lib.places import data_folder

FILES = {"default": "model.npz", "plain": "model_plain.npz"}


def model(name: str = "default") -> NERWindowModel:
    """Load a trained network that ships with the course, ready to tag.

    Args:
        name: "default", the tagger of notebook 00, which also sees how words are spelled; or "plain", whose input is
            five word vectors side by side and nothing else.

    Returns:
        The network, with the word vectors that it was trained on.

    Raises:
        MissingDataError: there is no network of that name.

    Example:
        >>> model("default").predict([["Maria", "flew", "to", "Paris"]])
        [['B-PER', 'O', 'O', 'B-LOC']]
    """
    if name not in FILES:
        raise MissingDataError(f"there is no network named {name!r}; there are: {', '.join(FILES)}", data_folder())
    return NERWindowModel.load(data_folder() / FILES[name], vectors("default"))
