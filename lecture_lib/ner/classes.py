"""The classes of a model: what may be one, and the class of every token of a corpus."""

from collections.abc import Sequence

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.ner.metrics import MICRO
from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import to_types, types_to_bio

OUTSIDE = "O"


def checked_classes(classes: Sequence[str] | str) -> tuple[str, ...]:
    """The classes as a tuple; an error that says what is wrong with them."""
    names = (classes,) if isinstance(classes, str) else tuple(classes)
    for name in names:
        if not isinstance(name, str) or not name:
            raise TypeError(f"classes holds {name!r}; expected types such as 'PER', 'LOC', 'ORG'")
        if name[:2] in ("B-", "I-"):
            raise ValueError(f"classes holds {name!r}; expected types without B- and I-: {name[2:]!r}")
    if MICRO in names:
        raise ValueError(f"classes holds {MICRO!r}, as the score of all types is called; rename the type")
    if len(set(names)) != len(names):
        raise ValueError(f"classes is {names}; expected each type once")
    if not names or names == (OUTSIDE,):
        raise ValueError(f"classes is {names}; expected 'O' and one or more types, or one type alone")
    if len(names) > 1 and OUTSIDE not in names:
        raise ValueError(f"classes is {names}; several classes need {OUTSIDE!r} among them, for words that are no name")
    return names


def prefixed(tags: Sequence[str], classes: Sequence[str]) -> Sequence[str]:
    """Bare types as BIO where all are classes of the model, whatever these are called; other tags as they are."""
    return types_to_bio(tags) if set(tags) <= {OUTSIDE, *classes} else tags


def targets(sentences: Sequence[Sentence], name: str, classes: Sequence[str]) -> Array:
    """The class of every token, by its number; for one class 1 or 0."""
    types = []
    for number, sentence in enumerate(sentences, 1):
        try:
            types.append(to_types(prefixed(sentence.tags, classes)))
        except ValueError as error:
            raise ValueError(f"{name} {number}: {error}") from None
    if len(classes) == 1:
        return np.array([kind == classes[0] for row in types for kind in row], dtype=np.float32)
    place = {kind: k for k, kind in enumerate(classes)}
    for number, row in enumerate(types, 1):
        if strange := [kind for kind in row if kind not in place]:
            raise ValueError(
                f"{name} {number} has the type {strange[0]!r}, but the classes are "
                f"{', '.join(classes)}; add it to the classes, or turn its tags into O"
            )
    return np.array([place[kind] for row in types for kind in row], dtype=np.intp)
