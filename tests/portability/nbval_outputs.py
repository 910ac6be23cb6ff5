"""A pytest plugin: nbval runs the cells, and their outputs are compared as what they are.

Call pytest with `-p tests.portability.nbval_outputs` beside `--nbval`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell

from tests.portability.drawings import REACH
from tests.portability.outputs import Output, compare_outputs
from tests.portability.texts import tolerance

CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints.txt"
OTHER_FONTS_REACH = 12.0
"""How far a point of a drawing may move, in pixels, where another Matplotlib sets its labels a little wider."""


@cache
def same_fonts() -> bool:
    """Whether Matplotlib is of the version, patches aside, with which the stored pictures were drawn.

    From one to the next, formulas change their widths by a few pixels, and with them the place of all beside them.
    """
    pinned = re.search(r"^matplotlib==(\d+\.\d+)", CONSTRAINTS.read_text("utf-8"), re.MULTILINE)
    return pinned is not None and version("matplotlib").startswith(pinned[1] + ".")


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option beside nbval's."""
    parser.addoption("--jitter", type=int, metavar="SEED", help="noise of one unit in the last place on draws and data")


def pytest_configure(config: pytest.Config) -> None:
    """Have the kernels put noise on what they draw and load."""
    seed = config.getoption("--jitter")
    if seed is not None:
        os.environ |= {"PYTHONSTARTUP": str(Path(__file__).with_name("jitter.py")), "LECTURE_LIB_JITTER": str(seed)}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each cell of a notebook the course's comparison in place of nbval's."""
    if isinstance(item, IPyNbCell):
        item.compare_outputs = partial(compare_cell, item)


def compare_cell(item: Any, test: Sequence[Output], ref: Sequence[Output]) -> bool:
    """Whether a cell printed what is stored; what differs is left where nbval reports from."""
    tags = item.cell.metadata.get("tags", [])
    fonts = same_fonts()
    pixels = fonts and not {"timing", "noise"} & set(tags)
    reach = REACH if fonts else OTHER_FONTS_REACH
    remarks = compare_outputs(ref, test, tolerance(tags), item.sanitize, pixels, reach)
    item.comparison_traceback = [f"cell {item.cell.get('id', item.cell_num)}", *remarks]
    return not remarks
