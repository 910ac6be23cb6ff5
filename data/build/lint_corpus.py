"""Look for mistakes in the labeled sentences of `data/build/corpus`; exit with 1 when there are any.

    python data/build/lint_corpus.py

Names that truly have several readings are listed in `ambiguous_names.txt`, one a line, each with all its readings:
`Jordan: PER LOC`. The reading O means that the word also occurs as no name at all.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from corpus import HERE, LABELS, SPLITS, Line, parse, source_lines, source_paths

from lecture_lib.ner import DataError
from lecture_lib.places import forgive_console

AMBIGUOUS = HERE / "ambiguous_names.txt"
NO_NAME = "O"
TITLES = r"(?:Mr|Mrs|Ms|Dr|Prof|Sgt|Capt|Gen|Col|Lt|Sen|Gov|Rev)\.|President|Senator|Judge|Queen"
OUTSIDE = re.compile(rf"(?:{TITLES}|the) ")
# Weekdays and months are dates wherever they stand with a capital; May, March and August have other readings too.
CALENDAR = {
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "January",
    "February",
    "April",
    "June",
    "July",
    "September",
    "October",
    "November",
    "December",
}

Readings = dict[str, set[str]]


def main() -> int:
    """Print every problem and return the exit status."""
    forgive_console()
    lines, problems = read_all([path for split in SPLITS for path in source_paths(split)])
    try:
        problems += lint(lines, read_readings(AMBIGUOUS))
    except DataError as error:
        problems.append(str(error))
    print(*problems, f"{len(lines):,} sentences, {len(problems)} problems", sep="\n")
    return 1 if problems else 0


def lint(lines: list[Line], ambiguous: Readings) -> list[str]:
    """Every problem of sentences that could be read.

    Args:
        lines: the sentences of all splits.
        ambiguous: the names that may have several readings, with all of them.

    Returns:
        One message a problem, with the file and the line of the sentence.
    """
    return [
        *token_ends(lines),
        *duplicates(lines),
        *outside_words(lines),
        *readings(lines, ambiguous),
        *left_out(lines, ambiguous),
        *unused(lines, ambiguous),
    ]


def read_all(paths: list[Path]) -> tuple[list[Line], list[str]]:
    """The sentences that can be read, and what is wrong with the others."""
    lines, problems = [], []
    for path in paths:
        for number, source in source_lines(path):
            try:
                lines.append(parse(source, path, number))
            except DataError as error:
                problems.append(str(error))
    return lines, problems


def read_readings(path: Path) -> Readings:
    """The names with several readings.

    Raises:
        DataError: a line has another form than `name: LABEL LABEL`, or a name comes twice.
    """
    found: Readings = {}
    for number, source in source_lines(path):
        name, colon, labels = source.partition(": ")
        kinds = set(labels.split())
        if not colon or len(kinds) < 2 or kinds - {*LABELS, NO_NAME}:
            raise DataError(
                f"{source!r} is not of the form 'name: LABEL LABEL', with labels of {', '.join((*LABELS, NO_NAME))}",
                path,
                number,
            )
        if name in found:
            raise DataError(f"{name!r} comes twice", path, number)
        found[name] = kinds
    return found


def token_ends(lines: list[Line]) -> Iterator[str]:
    """Names that begin or end within a token."""
    for line in lines:
        try:
            _ = line.sentence
        except DataError as error:
            yield str(error)


def duplicates(lines: list[Line]) -> Iterator[str]:
    """Sentences that are the same once their names are replaced by their types."""
    first: dict[str, Line] = {}
    for line in lines:
        twin = first.setdefault(frame(line).lower(), line)
        if twin is not line:
            yield at(line, f"the same sentence, names aside, is on {place(twin)}")


def frame(line: Line) -> str:
    """The text of a sentence with its names replaced by their labels."""
    text = line.text
    for name in reversed(line.names):
        text = text[: name.start] + name.label + text[name.end :]
    return text


def outside_words(lines: list[Line]) -> Iterator[str]:
    """Names that begin with an article or a title, which do not belong to them."""
    for line in lines:
        for name, _ in labeled(line):
            if match := OUTSIDE.match(name):
                yield at(line, f"{name!r} begins with {match[0].strip()!r}, which stands outside of a name")


def readings(lines: list[Line], ambiguous: Readings) -> Iterator[str]:
    """Names with a second label that the list of ambiguous names does not know."""
    first: dict[str, tuple[str, Line]] = {}
    for line in lines:
        for name, label in labeled(line):
            usual, twin = first.setdefault(name, (label, line))
            if label not in ambiguous.get(name, {usual}):
                yield at(line, f"{name!r} is {label} here and {usual} on {place(twin)}")


def left_out(lines: list[Line], ambiguous: Readings) -> Iterator[str]:
    """Capitalized words without a label that are a name elsewhere."""
    where: dict[str, Line] = {}
    for line in lines:
        for name, _ in labeled(line):
            where.setdefault(name, line)
    longest = max((len(name.split()) for name in where), default=1)
    for line in lines:
        for name in sorted(unlabeled(line, longest)):
            if NO_NAME in ambiguous.get(name, set()):
                continue
            if name in CALENDAR:
                yield at(line, f"{name!r} has no label and is a DATE")
            elif name in where and name[:1].isupper():
                yield at(line, f"{name!r} has no label here but has one on {place(where[name])}")


def unlabeled(line: Line, longest: int) -> set[str]:
    """Runs of up to `longest` words that touch no name."""
    covered = line.text
    for name in line.names:
        covered = covered[: name.start] + "\0" * (name.end - name.start) + covered[name.end :]
    words = [(match.start(), match.end()) for match in re.finditer(r"[^\s\0]+", covered)]
    runs = set()
    for first, (start, _) in enumerate(words):
        for _, end in words[first : first + longest]:
            run = covered[start:end]
            if "\0" not in run:
                runs |= {run, run.strip(".,;:!?()\"'-–—“”‘’"), re.sub(r"['’]s?\W*$", "", run)}
    return runs


def unused(lines: list[Line], ambiguous: Readings) -> Iterator[str]:
    """Entries of the list of ambiguous names with a reading that no sentence shows."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    longest = max((len(name.split()) for name in ambiguous), default=0)
    for line in lines:
        for name, label in labeled(line):
            seen[name].add(label)
        for name in unlabeled(line, longest):
            seen[name].add(NO_NAME)
    for name, kinds in ambiguous.items():
        for kind in sorted(kinds - seen[name]):
            yield f"{AMBIGUOUS.name}: {name!r} never occurs as {kind}"


def labeled(line: Line) -> Iterator[tuple[str, str]]:
    """The names of a sentence with their labels."""
    for name in line.names:
        yield line.text[name.start : name.end], name.label


def place(line: Line) -> str:
    """Where a sentence stands."""
    return f"{line.path.name} line {line.number}"


def at(line: Line, problem: str) -> str:
    """A problem with its place in front."""
    return f"{line.path}, line {line.number}: {problem}"


if __name__ == "__main__":
    sys.exit(main())
