"""How a graph is drawn: declared here, and bound in ``lecture_lib``, where graphs and pictures are both known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

load_draw: Callable[[], Callable[..., Any]] | None = None
"""Loads the function that draws a graph; raises ImportError where matplotlib is missing."""


def drawing(graph: Any, **options: Any) -> Any:
    """A graph's picture."""
    assert load_draw is not None
    return load_draw()(graph, **options)
