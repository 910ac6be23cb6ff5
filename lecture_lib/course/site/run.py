"""Run every notebook and write executed HTML copies, without touching the notebooks."""

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from lecture_lib.course.execute import CELL_TIMEOUT, Execution, execute_notebooks, read_notebook, runs
from lecture_lib.course.site.cells import lesson
from lecture_lib.course.site.pages import single


def run(paths: Sequence[Path], output: Path, cell_timeout: float = CELL_TIMEOUT) -> bool:
    """Execute notebooks in sequence with a progress bar, write HTML copies and print one table."""
    output.mkdir(parents=True, exist_ok=True)
    results = []
    with tqdm(total=sum(map(code_cells, paths)), unit="cell", mininterval=0.5) as bar:

        def show(path: Path) -> None:
            bar.set_description(path.stem, refresh=False)
            bar.update()

        for result in execute_notebooks(paths, cell_timeout=cell_timeout, on_cell=show):
            results.append(result)
            if result.notebook is not None:
                write_html(result.notebook, output / f"{result.path.stem}.html")
    print(table(results))
    print(f"HTML copies: {output}")
    return all(result.error is None for result in results)


def write_html(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook with its outputs as one HTML file that needs no other and no network.

    A widget cannot live in a page without a kernel: the picture or the text that it carries stands in for it.
    """
    path.write_text(single(lesson(notebook, path.stem)), encoding="utf-8", newline="\n")


def table(results: Sequence[Execution]) -> str:
    """Lay out what became of the notebooks, one line each.

    Example:
        >>> print(table([Execution(Path("01_ner_windows.ipynb"), None, 12, 3.14, None)]))
        notebook        cells  seconds  result
        01_ner_windows     12      3.1  passed
    """
    width = max([len("notebook"), *(len(result.path.stem) for result in results)])
    lines = [f"{'notebook':{width}}  cells  seconds  result"]
    for result in results:
        lines.append(f"{result.path.stem:{width}}  {result.cells:5}  {result.seconds:7.1f}  {result.error or 'passed'}")
    return "\n".join(lines)


def code_cells(path: Path) -> int:
    """How many cells of a notebook will run."""
    try:
        return sum(map(runs, read_notebook(path).cells))
    except ValueError:
        return 0
