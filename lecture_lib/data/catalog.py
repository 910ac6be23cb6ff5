"""What can be fetched: where it is, its license, its size and its checksum."""

from dataclasses import dataclass

from lecture_lib.ner.errors import DataError


@dataclass(frozen=True)
class Entry:
    """One thing to fetch."""

    name: str
    what: str
    license: str
    url: str
    file: str
    size: int | None
    checksum: str | None
    members: tuple[str, ...]

    @property
    def demand(self) -> str:
        """The file with its size and checksum, as a sentence asks for it."""
        size = "size unknown" if self.size is None else f"{self.size:,} bytes"
        return f"{self.file} ({size}, {self.checksum or 'no checksum published'})"


ENTRIES = (
    Entry(
        name="glove-6b-50d",
        what="GloVe 6B, 400,000 words, 50 dimensions",
        license="Public Domain Dedication and License 1.0 (Pennington, Socher, Manning 2014)",
        url="https://nlp.stanford.edu/data/glove.6B.zip",
        file="glove.6B.zip",
        size=862_182_613,
        checksum="sha256:617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
        members=("glove.6B.50d.txt",),
    ),
    Entry(
        name="glove-wiki-gigaword-50",
        what="the same GloVe vectors as a small download",
        license="Public Domain Dedication and License 1.0 (Pennington, Socher, Manning 2014)",
        url="https://github.com/RaRe-Technologies/gensim-data/releases/download/"
        "glove-wiki-gigaword-50/glove-wiki-gigaword-50.gz",
        file="glove-wiki-gigaword-50.gz",
        size=69_182_535,
        checksum="md5:c289bc5d7f2f02c6dc9f2f9b67641813",
        members=("glove-wiki-gigaword-50.gz",),
    ),
    Entry(
        name="conll2003",
        what="CoNLL-2003, English news: PER, LOC, ORG, MISC",
        license="Reuters news text, for research use under the terms of the Reuters corpora (NIST); do not pass it on",
        url="https://data.deepai.org/conll2003.zip",
        file="conll2003.zip",
        size=None,
        checksum="sha256:96a104d174ddae7558bab603f19382c5fe02ff1da5c077a7f3ce2ced1578a2c3",
        members=("train.txt", "valid.txt", "test.txt"),
    ),
    Entry(
        name="wikiner-en",
        what="WikiNER, English Wikipedia, labeled by machine: PER, LOC, ORG, MISC",
        license="CC BY 3.0 by the authors' page (Nothman, Ringland, Radford, Murphy, Curran 2013)",
        url="https://raw.githubusercontent.com/dice-group/FOX/master/input/Wikiner/aij-wikiner-en-wp3.bz2",
        file="aij-wikiner-en-wp3.bz2",
        size=None,
        checksum=None,
        members=("aij-wikiner-en-wp3.bz2",),
    ),
    Entry(
        name="rt-polarity",
        what="10,662 snippets of film reviews, positive or negative",
        license="CC BY 4.0 as the NLTK states it (Pang and Lee 2005); the snippets are quotations from reviewers",
        url="https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz",
        file="rt-polaritydata.tar.gz",
        size=487_770,
        checksum="sha256:a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9",
        members=("rt-polaritydata/rt-polarity.pos", "rt-polaritydata/rt-polarity.neg"),
    ),
)


def entry(name: str) -> Entry:
    """The catalog's entry of a name."""
    for candidate in ENTRIES:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in ENTRIES)
    raise DataError(f"nothing named {name!r} can be fetched; expected one of {names}")
