"""The generated parts of notebooks: links that match the files, an install cell, slide types."""

import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import SlidesExporter

from lecture_lib.course.authoring.stamp import links, stamp, stamped
from lecture_lib.course.execute import find_notebooks, read_notebook

ROOT = Path(__file__).resolve().parents[2]
CELLS = [
    nbformat.v4.new_markdown_cell("# 06 Title", id="06-title"),
    nbformat.v4.new_code_cell("x = 1", id="06-imports"),
    nbformat.v4.new_markdown_cell("## A section\n\n**Predict.** What?", id="06-section"),
    nbformat.v4.new_code_cell("x", id="06-x"),
    nbformat.v4.new_markdown_cell("It is 1.", id="06-why"),
    nbformat.v4.new_markdown_cell("More.\n\n**Predict.** What?", id="06-more"),
    nbformat.v4.new_markdown_cell("### Exercise: one", id="06-exercise"),
    nbformat.v4.new_markdown_cell("<details><summary>Hint</summary>1</details>", id="06-help"),
]


@pytest.fixture
def notebook():
    return nbformat.from_dict(nbformat.v4.new_notebook(cells=[dict(cell) for cell in CELLS]))


def test_the_parts_are_added_once(notebook):
    once = nbformat.writes(stamped(notebook, "06_title.ipynb"))
    again = nbformat.writes(stamped(nbformat.reads(once, as_version=4), "06_title.ipynb"))
    assert again == once
    ids = [cell.id for cell in notebook.cells]
    assert ids == ["06-title", "06-launch", "06-install", *(cell.id for cell in CELLS[1:])]
    kinds = [cell.metadata.slideshow.slide_type for cell in notebook.cells]
    assert kinds == ["slide", "skip", "skip", "fragment", "slide", "fragment", "-", "subslide", "subslide", "notes"]


def test_an_install_cell_that_is_right_keeps_its_outputs(notebook):
    stamped(notebook, "06_title.ipynb")
    notebook.cells[2].execution_count = 1
    assert stamped(notebook, "06_title.ipynb").cells[2].execution_count == 1
    assert stamped(notebook, "06_title.ipynb", needs="another").cells[2].source.endswith("%pip install --quiet another")


def test_stamping_touches_only_what_changes(notebook, tmp_path):
    path = tmp_path / "06_title.ipynb"
    nbformat.write(notebook, path)
    assert stamp([path]) == [path]
    before = path.read_bytes()
    assert stamp([path]) == []
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.stem)
def test_links_name_files_that_are_there(path):
    for address in links(path.name).values():
        assert (ROOT / re.search(r"notebooks/[^/]+\.ipynb$", address).group()).is_file()


@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.stem)
def test_every_notebook_is_stamped_and_makes_slides(path):
    notebook = read_notebook(path)
    before = nbformat.writes(notebook)
    assert nbformat.writes(stamped(notebook, path.name)) == before, "run: python -m lecture_lib stamp"
    slides, _ = SlidesExporter().from_notebook_node(notebook)
    assert slides.count("<section") > 5
