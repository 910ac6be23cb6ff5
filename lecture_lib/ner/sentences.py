"""Labeled sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lecture_lib.autograd.operation import Array


@dataclass(frozen=True)
class Sentence:
    """One sentence: its tokens in their original casing, and one tag a token.

    Args:
        tokens: n strings.
        tags: n strings; what `read_conll` returns is always BIO.

    Raises:
        ValueError: the lengths differ.
        TypeError: tokens or tags are not lists of strings.

    >>> Sentence(["Ana", "saw", "Paris"], ["B-PER", "O", "B-LOC"]).tags
    ['B-PER', 'O', 'B-LOC']
    """

    tokens: list[str]
    tags: list[str]

    def __post_init__(self) -> None:
        for name in ("tokens", "tags"):
            object.__setattr__(self, name, _strings(getattr(self, name), name))
        if len(self.tokens) != len(self.tags):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.tags)} tags; expected one tag a token")

    def __len__(self) -> int:
        return len(self.tokens)


def tokens_of(sentence: Sentence | Sequence[str]) -> Sequence[str]:
    """The tokens of a `Sentence`, or the token list itself."""
    if isinstance(sentence, Sentence):
        return sentence.tokens
    if isinstance(sentence, str):
        raise TypeError(f"expected a Sentence or a list of tokens, not the string {sentence!r}; use tokenize(text)")
    return sentence


def token_lists(sentences: Sequence[Sentence | Sequence[str]]) -> list[Sequence[str]]:
    """The tokens of each of several sentences."""
    if isinstance(sentences, (str, Sentence)):
        raise TypeError(f"expected a list of sentences, not one {type(sentences).__name__}; wrap it in [ ]")
    return [tokens_of(sentence) for sentence in sentences]


def _strings(values: Sequence[str], name: str) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f"{name} is the string {values!r}; expected a list of strings")
    values = list(values)
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{name} holds {value!r}; expected strings only")
    return values


def split_rows(rows: Array, tokens: Sequence[Sequence[str]]) -> Iterator[Array]:
    """Rows of all tokens, cut into sentences."""
    start = 0
    for sentence in tokens:
        yield rows[start : start + len(sentence)]
        start += len(sentence)


def checked_list(sentences: Any, name: str) -> list[Any]:
    """Several sentences as a list; one alone is refused by the argument's name."""
    if isinstance(sentences, (str, Sentence)):
        raise TypeError(f"{name} is one {type(sentences).__name__}; expected a list: wrap it in [ ]")
    return list(sentences)
