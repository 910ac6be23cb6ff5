"""Text: corpora and vectors, vocabularies, windows, features, the window model, metrics."""

from lecture_lib.ner.augment import swap_names
from lecture_lib.ner.casing import CASE_FEATURES, case_features, case_matrix
from lecture_lib.ner.conll import Sentences, describe, read_conll
from lecture_lib.ner.errors import DataError, DataWarning, MissingDataError
from lecture_lib.ner.metrics import Score, entity_f1
from lecture_lib.ner.model import NERWindowModel, NotFittedError
from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import Span, spans, to_bio, to_types
from lecture_lib.ner.tokens import tokenize
from lecture_lib.ner.vector_files import read_vectors
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import Vocabulary
from lecture_lib.ner.windows import window_matrix, windows
from lecture_lib.ner.word_classifier import WordClassifier

__all__ = [
    "CASE_FEATURES",
    "DataError",
    "DataWarning",
    "MissingDataError",
    "NERWindowModel",
    "NotFittedError",
    "Score",
    "Sentence",
    "Sentences",
    "Span",
    "Vectors",
    "Vocabulary",
    "WordClassifier",
    "case_features",
    "case_matrix",
    "describe",
    "entity_f1",
    "read_conll",
    "read_vectors",
    "spans",
    "swap_names",
    "to_bio",
    "to_types",
    "tokenize",
    "window_matrix",
    "windows",
]
