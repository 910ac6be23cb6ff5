"""Links between notebooks, in a set that was shortened or numbered anew."""

import re
from collections.abc import Collection

from nbformat import NotebookNode

LINK = re.compile(r"\[([^\]]*)\]\(((?:\.?\.?/)*)([\w.-]+)\.ipynb(#[^)]*)?\)")
NUMBER = re.compile(r"^\d+[-_ ]*")


def with_working_links(notebook: NotebookNode, stems: Collection[str]) -> NotebookNode:
    """A notebook whose links lead to notebooks of a set; a link to one that is not there becomes plain text.

    Example:
        >>> import nbformat
        >>> cell = nbformat.v4.new_markdown_cell("[the error](05_error.ipynb#Why), [vectors](01_vectors.ipynb)")
        >>> with_working_links(nbformat.v4.new_notebook(cells=[cell]), ["02_error"]).cells[0].source
        '[the error](02_error.ipynb#Why), vectors'
    """
    renamed = {NUMBER.sub("", stem): stem for stem in stems}

    def mended(link: re.Match[str]) -> str:
        text, folder, stem, place = link[1], link[2], link[3], link[4] or ""
        there = stem if stem in stems else renamed.get(NUMBER.sub("", stem))
        return f"[{text}]({folder}{there}.ipynb{place})" if there else text

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(mended, cell.source)
    return notebook
