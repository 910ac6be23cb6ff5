"""Data by name: what ships, what lies in the reader's own folder, what can be fetched."""

from lecture_lib.data.corpora import Corpus, corpus, polarity
from lecture_lib.data.experiments import experiment
from lecture_lib.data.fetching import FetchError, fetch
from lecture_lib.data.learning_curve import learning_curve
from lecture_lib.data.listing import available
from lecture_lib.data.models import model
from lecture_lib.data.sentiment import Sentiment, WordCounts, sentiment
from lecture_lib.data.shipped import read_packed
from lecture_lib.data.vectors import vectors

__all__ = [
    "Corpus",
    "FetchError",
    "Sentiment",
    "WordCounts",
    "available",
    "corpus",
    "experiment",
    "fetch",
    "learning_curve",
    "model",
    "polarity",
    "read_packed",
    "sentiment",
    "vectors",
]
