"""Read WordNet's database files: synsets, their words, relations and glosses, and the inflection rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path("/usr/share/wordnet")
PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}

# Lexicographer files in the order of WordNet's lexnames(5WN).
LEXNAMES = (
    "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute",
    "noun.body", "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food", "noun.group",
    "noun.location", "noun.motive", "noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession",
    "noun.process", "noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time",
    "verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition", "verb.consumption",
    "verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception", "verb.possession",
    "verb.social", "verb.stative", "verb.weather", "adj.ppl",
)  # fmt: skip

# Detachment rules of morphy(7WN): an ending, and what replaces it to give a base form.
DETACHMENT = {
    "n": (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"),
          ("ies", "y")),
    "v": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
}  # fmt: skip


@dataclass(frozen=True)
class Synset:
    """One meaning: its words (as written, with `_` for spaces), pointers (symbol, target) and gloss."""

    key: str
    part: str
    lexname: str
    lemmas: tuple[str, ...]
    pointers: tuple[tuple[str, str], ...]
    definition: str
    examples: tuple[str, ...]

    @property
    def is_instance(self) -> bool:
        """Whether it is one individual (a city, a person), not a class of things."""
        return any(symbol == "@i" for symbol, _ in self.pointers)


@dataclass(frozen=True)
class WordNet:
    """The whole database: synsets by key, the weights of each lemma's senses, irregular inflections."""

    synsets: dict[str, Synset]
    senses: dict[str, dict[str, float]]
    exceptions: dict[str, dict[str, str]]

    @cached_property
    def lemmas(self) -> dict[str, set[str]]:
        """The one-word lemmas of each part of speech, lower-case."""
        found: dict[str, set[str]] = {part: set() for part in PARTS}
        for synset in self.synsets.values():
            found[synset.part].update(lemma.lower() for lemma in synset.lemmas if "_" not in lemma)
        return found

    def base_forms(self, word: str) -> list[str]:
        """Base forms of an inflected word, other than itself (`museums` → `museum`).

        >>> net = WordNet({}, {}, {"n": {"mice": "mouse"}, "v": {}, "a": {}, "r": {}})
        >>> net.base_forms("mice")
        ['mouse']
        """
        found = [table[word] for table in self.exceptions.values() if word in table]
        for part, rules in DETACHMENT.items():
            for ending, replacement in rules:
                stem = word.removesuffix(ending)
                if len(stem) > 1 and stem != word:
                    # A verb or adjective may double its consonant (stopped, bigger).
                    doubled = part != "n" and ending[0] in "ei" and stem[-1:] == stem[-2:-1]
                    for base in (stem + replacement, stem[:-1] if doubled else stem + replacement):
                        if base in self.lemmas[part]:
                            found.append(base)
        return [base for base in dict.fromkeys(found) if base != word]


def read_wordnet(folder: Path = FOLDER) -> WordNet:
    """Read the database.

    Args:
        folder: where `data.noun`, `noun.exc`, `cntlist.rev` and the others lie.

    Returns:
        Everything read; keys of synsets are part of speech and offset, such as `n08524735`.

    Raises:
        FileNotFoundError: a file is missing; says which Debian package brings it.
        ValueError: a line does not follow the format wndb(5WN); names file and line.
    """
    synsets: dict[str, Synset] = {}
    exceptions: dict[str, dict[str, str]] = {}
    for part, name in PARTS.items():
        for number, line in _lines(folder / f"data.{name}"):
            if not line.startswith("  "):
                synset = _read_synset(line, f"{folder / f'data.{name}'}, line {number}")
                synsets[synset.key] = synset
        rows = (line.split() for _, line in _lines(folder / f"{name}.exc"))
        exceptions[part] = {row[0]: row[1] for row in rows if "_" not in row[0]}
    for synset in synsets.values():
        for symbol, target in synset.pointers:
            if target not in synsets:
                raise ValueError(f"synset {synset.key} points ({symbol}) to {target}, which is in no data file")
    return WordNet(synsets, _read_senses(folder), exceptions)


def _lines(path: Path) -> list[tuple[int, str]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; on Debian: apt-get install wordnet-base")
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))


def _read_synset(line: str, where: str) -> Synset:
    try:
        fields, gloss = line.split(" | ", 1)
        offset, lexfile, part, size, *rest = fields.split()
        part = "a" if part == "s" else part
        count = int(size, 16)
        lemmas = tuple(lemma.split("(")[0] for lemma in rest[: 2 * count : 2])
        rest = rest[2 * count :]
        pointers = tuple(
            (rest[i], ("a" if rest[i + 2] == "s" else rest[i + 2]) + rest[i + 1]) for i in range(1, 4 * int(rest[0]), 4)
        )
    except (ValueError, IndexError) as error:
        raise ValueError(f"{where}: not a synset line ({error})") from error
    definition, *examples = gloss.split('"')
    return Synset(part + offset, part, LEXNAMES[int(lexfile)], lemmas, pointers, definition.strip(" ;"),
                  tuple(text.strip() for text in examples[::2] if text.strip(" ;,")))  # fmt: skip


def _read_senses(folder: Path) -> dict[str, dict[str, float]]:
    """The synsets of each lemma with their frequency in tagged text, plus 1/(sense + 1) so that none has zero."""
    tagged: dict[tuple[str, str, int], int] = {}
    path = folder / "cntlist.rev"
    for number, line in _lines(path):
        try:
            sense_key, rank, count = line.split()
            lemma, fields = sense_key.rsplit("%", 1)
            tagged[lemma, "nvara"[int(fields[0]) - 1], int(rank)] = int(count)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path}, line {number}: not a sense count ({error})") from error
    senses: dict[str, dict[str, float]] = {}
    for part, name in PARTS.items():
        for number, line in _lines(folder / f"index.{name}"):
            if line.startswith("  "):
                continue
            lemma, _, size, *rest = line.split()
            if not size.isdigit() or len(rest) < int(size):
                raise ValueError(f"{folder / f'index.{name}'}, line {number}: not an index line")
            for sense, offset in enumerate(rest[-int(size) :], start=1):
                weight = tagged.get((lemma, part, sense), 0) + 1 / (sense + 1)
                senses.setdefault(lemma, {})[part + offset] = weight
    return senses
