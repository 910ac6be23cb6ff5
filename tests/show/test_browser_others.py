"""The kinds of widgets that the demonstration lacks, in a real JupyterLab."""

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from .laboratory import laboratory, run_all
from .test_browser import drag, follows_at_once, picture, press, wait_for_words
from .test_widgets import MAKERS

# The kinds that the demonstration lacks, by their names in test_widgets.
OTHERS = (
    "path lens", "column nudge", "order cost", "step microscope", "trace table", "batch sum", "gallery", "loss slopes",
    "window slider with answers", "word map", "overfitting lab", "symptom board",
    "weight game",
)  # fmt: skip


@pytest.fixture(scope="module")
def others(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A notebook with all other kinds of widgets, run to its end."""
    folder = tmp_path_factory.mktemp("others")
    sources = ["from tests.show.test_widgets import MAKERS"]
    sources += [f"MAKERS[{name!r}]()" for name in OTHERS] + ["print('everything has run')"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, folder / "others.ipynb")
    with laboratory(folder) as address:
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        run_all(page, address, "others.ipynb", widgets=len(OTHERS))
        yield page


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_kinds_follow_at_once_and_never_flicker(others: Any, name: str) -> None:
    follows_at_once(others, OTHERS.index(name))


@pytest.mark.parametrize("name", OTHERS)
def test_a_key_and_a_drag_move_the_other_kinds(others: Any, name: str) -> None:
    number, here = OTHERS.index(name), MAKERS[name]()
    first, control = next(iter(here.controls.items()))
    values = list(control.values())
    seen = []
    press(others, number, "Home")
    wait_for_words(others, number, here.frame({**here.state, first: values[0]}).text)
    seen.append(picture(others, number))
    press(others, number)
    wait_for_words(others, number, here.frame({**here.state, first: values[1]}).text)
    seen.append(picture(others, number))
    drag(others, number, 1.0)
    wait_for_words(others, number, here.frame({**here.state, first: values[-1]}).text)
    seen.append(picture(others, number))
    assert len(set(seen)) == min(3, len(values))
