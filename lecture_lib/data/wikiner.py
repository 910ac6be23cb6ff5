"""The reader of WikiNER: a sentence a line, `token|part of speech|tag` a word."""

import bz2
from os import PathLike
from pathlib import Path

from lecture_lib.ner.errors import DataError, MissingDataError
from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import to_bio


def read_wikiner(path: str | PathLike[str]) -> list[Sentence]:
    """Read a WikiNER file."""
    path = Path(path)
    if not path.is_file():
        raise MissingDataError("there is no such file", path)
    sentences = []
    number = 0
    try:
        with bz2.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            for number, line in enumerate(stream, 1):
                words = [word.rsplit("|", 2) for word in line.strip(" \r\n").split(" ") if word]
                if bad := [word for word in words if len(word) != 3 or not all(word)]:
                    raise DataError(f"{'|'.join(bad[0])!r}; expected token|part of speech|tag", path, number)
                if words:
                    tags = to_bio([word[2] for word in words])
                    sentences.append(Sentence([word[0] for word in words], tags))
    except DataError:
        raise
    except UnicodeDecodeError:
        raise DataError("not UTF-8 from here; get the file again", path, number + 1) from None
    except ValueError as error:
        raise DataError(str(error), path, number) from None
    except (OSError, EOFError) as error:
        raise DataError(f"the bzip2 data are damaged from here ({error}); get it again", path, number + 1) from None
    if not sentences:
        raise DataError("no sentence in the file; expected one a line", path, 1)
    return sentences
