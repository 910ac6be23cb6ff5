"""Hand-ins as notebooks: what a student's editor wrote is read as far as its cells can be told."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.errors import CourseError


def open_notebook(content: bytes, name: str) -> NotebookNode:
    """A notebook of any format and any encoding that JSON knows, with nothing but the kinds and the texts of its cells.

    Example:
        >>> content = '{"cells": [{"cell_type": "code", "source": ["1 +", " 1"]}]}'.encode("utf-16")
        >>> open_notebook(content, "mine.ipynb").cells[0].source
        '1 + 1'
    """
    try:
        written = json.loads(content.decode(json.detect_encoding(content)))
        if not isinstance(written, dict):
            raise ValueError("it holds no cells")
        # Before format 4 the cells lay in worksheets, and a cell of code had its text in `input`.
        sheets = written.get("worksheets", [written])
        cells = [_cell(cell, number) for number, cell in enumerate(chain.from_iterable(map(_cells, sheets)))]
    except Exception as error:  # a file may be broken in any way
        reason = " ".join(str(error).split())[:300]
        raise CourseError(f"{name} is not a notebook: {reason}") from error
    return nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _cells(sheet: Any) -> list[Any]:
    if not isinstance(sheet, dict) or "cells" not in sheet:
        raise ValueError("it holds no cells")
    return list(sheet["cells"] or ())


def _cell(cell: Any, number: int) -> dict[str, Any]:
    source = cell.get("source", cell.get("input", "")) if isinstance(cell, dict) else ""
    text = source if isinstance(source, str) else "".join(line for line in source or () if isinstance(line, str))
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    return {
        "cell_type": "code" if kind == "code" else "markdown",
        "id": f"cell-{number}",
        "metadata": {},
        "source": text,
    }
