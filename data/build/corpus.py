"""Convert the labeled sentences of `data/build/corpus` to the CoNLL files of `data/corpus`.

    python data/build/corpus.py

A source line is one sentence with its names in brackets, `[Ana Ruiz|PER] slept in [Paris|LOC] .`; a line that begins
with `#` is a remark, and an empty line means nothing.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lecture_lib.ner import DataError, Sentence, tokenize

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "corpus"
OUT = HERE.parent / "corpus"
SPLITS = ("train", "dev", "test")
LABELS = ("PER", "LOC", "ORG", "DATE")
NAME = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
REMARK = "#"


@dataclass(frozen=True)
class Name:
    """A labeled stretch of a text: `text[start:end]`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Line:
    """One source line: the plain text, the names in it, and where it stands."""

    text: str
    names: tuple[Name, ...]
    path: Path
    number: int

    @property
    def sentence(self) -> Sentence:
        """The tokens, with a BIO tag each."""
        places = token_places(self.text)
        tags = ["O"] * len(places)
        for name in self.names:
            inside = [row for row, (start, end) in enumerate(places) if start < name.end and end > name.start]
            if places[inside[0]][0] != name.start or places[inside[-1]][1] != name.end:
                tokens = [self.text[slice(*places[row])] for row in inside]
                raise DataError(
                    f"{self.text[name.start : name.end]!r} does not end where tokens end ({tokens}); "
                    "label whole tokens",
                    self.path,
                    self.number,
                )
            for row in inside:
                tags[row] = f"{'B' if row == inside[0] else 'I'}-{name.label}"
        return Sentence([self.text[start:end] for start, end in places], tags)


def main() -> None:
    """Write the three files and print their sizes."""
    OUT.mkdir(exist_ok=True)
    for split in SPLITS:
        sentences = [line.sentence for line in read_split(split)]
        (OUT / f"{split}.conll").write_text(conll(sentences), encoding="utf-8", newline="\n")
        names = sum(tag.startswith("B-") for sentence in sentences for tag in sentence.tags)
        print(f"{split}.conll: {len(sentences):,} sentences, {sum(map(len, sentences)):,} tokens, {names:,} names")


def source_paths(split: str, sources: Path = SOURCES) -> list[Path]:
    """The source files of one split: `<split>.txt`, or the files of the folder `<split>` by name."""
    folder = sources / split
    return sorted(folder.glob("*.txt")) if folder.is_dir() else [sources / f"{split}.txt"]


def source_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences of one source file, unread, with their line numbers."""
    for number, source in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        source = " ".join(source.split())
        if source and not source.startswith(REMARK):
            yield number, source


def read_split(split: str) -> list[Line]:
    """The lines of one split.

    Raises:
        DataError: a bracket is not closed or a label is unknown; names the file and the line.
    """
    return [parse(source, path, number) for path in source_paths(split) for number, source in source_lines(path)]


def parse(source: str, path: Path = Path("line"), number: int = 1) -> Line:
    """Take the brackets out of one source line.

    Raises:
        DataError: a bracket is not closed, a label is unknown or a name is empty; names the file and the line.
    """
    text = ""
    names = []
    done = 0
    for match in NAME.finditer(source):
        text += source[done : match.start()]
        name, label = match.groups()
        if label not in LABELS:
            raise DataError(
                f"the label {label!r} of {name!r} is unknown; expected one of {', '.join(LABELS)}", path, number
            )
        if not name or name != name.strip():
            raise DataError(f"the name {name!r} is empty or has blanks at its ends", path, number)
        names.append(Name(len(text), len(text) + len(name), label))
        text += name
        done = match.end()
    text += source[done:]
    if wrong := re.search(r"[\[\]|]", text):
        raise DataError(f"{wrong[0]!r} does not belong to a name of the form [name|LABEL]", path, number)
    return Line(text, tuple(names), path, number)


def token_places(text: str) -> list[tuple[int, int]]:
    """Where each token of a text begins and ends."""
    places = []
    end = 0
    for token in tokenize(text):
        start = text.index(token, end)
        end = start + len(token)
        places.append((start, end))
    return places


def conll(sentences: list[Sentence]) -> str:
    """The text of a CoNLL file: token, tab, tag; an empty line after each sentence."""
    return "".join(
        "".join(f"{token}\t{tag}\n" for token, tag in zip(one.tokens, one.tags, strict=True)) + "\n"
        for one in sentences
    )


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(str(error))
