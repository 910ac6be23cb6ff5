"""A sheet to write a derivation on, with the verdicts in its margin, and a derivation to put in order."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from lecture_lib.matcalc import Derived, Line, Puzzle
from lecture_lib.matcalc.paper.tasks import Task, find_task
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene

# The puzzle as HTML that needs no kernel, for pages that are made from a notebook.
PAGE = "application/vnd.lecture-lib.page"
VIEW = "application/vnd.jupyter.widget-view+json"
WIDTH = 860
COLORS = {"follows": "forward", "rule": "forward", "jump": "third"}
STYLE = "border-collapse:collapse;width:100%"
CELL = "padding:4px 8px;text-align:left;vertical-align:top;border-bottom:1px solid var(--jp-border-color2,#ddd)"


class Sheet:
    """What both have in common: a live box, and a picture of the same for pages without a kernel."""

    _box: Any = None

    def still(self) -> Picture:
        """The picture for paper and for pages without a kernel: the present state.

        Returns:
            A Picture.

        Raises:
            NotImplementedError: the subclass has none.
        """
        raise NotImplementedError

    def _built(self, widgets: Any) -> Any:
        raise NotImplementedError

    def show(self) -> Any:
        """The live widget, made on the first call.

        Returns:
            An ipywidgets box.

        Raises:
            ImportError: ipywidgets is not installed.
        """
        if self._box is None:
            import ipywidgets

            self._box = self._built(ipywidgets)
            self._box.add_class("lecture-lib-widget")
        return self._box

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.still()._repr_mimebundle_()
        try:
            bundle = self.show()._repr_mimebundle_()
        except ImportError:
            return data, metadata
        live = bundle[0] if isinstance(bundle, tuple) else bundle
        return ({VIEW: live[VIEW]} if VIEW in live else {}) | data, metadata

    def __repr__(self) -> str:
        return self.still().alt


class Paper(Sheet):
    """A text area for a derivation; a line is read when Enter is pressed, and its verdict stands beside it.

    Args:
        task: the name of an exercise on paper, such as "05-paper-b", or the exercise itself.
        text: what stands on the sheet at first.

    Attributes:
        text: what is written; set it, and the verdicts follow.
        lines: the lines with their verdicts.

    Raises:
        LookupError: there is no such exercise.

    Example:
        >>> from lecture_lib.exercises import check
        >>> sheet = Paper("05-paper-b", "∂s/∂h = u^T")
        >>> print(str(sheet.lines).splitlines()[0])
        1 ✓ ∂s/∂h = uᵀ   uses ∂s/∂h: a product: the other factor stays
    """

    def __init__(self, task: str | Task, text: str = "") -> None:
        self.task = find_task(task) if isinstance(task, str) else task
        self._text = text
        self.lines: Derived = self.task.read(text)

    @property
    def text(self) -> str:
        """What is written."""
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        self._text = text
        self.lines = self.task.read(text)
        if self._box is not None:
            self._area.value = text
            self._refresh()

    def more(self) -> str:
        """Help one level further for the first line that does not hold.

        Returns:
            Its message; empty when all hold.
        """
        line = next((line for line in self.lines if not line.ok), None)
        told = line.more() if line is not None else ""
        if self._box is not None:
            self._refresh()
        return told

    @property
    def words(self) -> str:
        """What is said of the whole sheet."""
        return self.task.said(self.lines) if len(self.lines) else "Write the first line, and press Enter."

    def still(self) -> Picture:
        rows = [*self.lines]
        scene = Scene(WIDTH, 76 + 46 * max(len(rows), 1))
        scene.text(self.task.task, 10, 26, 15.0)
        y = 60.0
        for line in rows:
            scene.text(line.mark, 12, y, 16.0, COLORS.get(line.kind, "wrong"))
            scene.text(_short(line.understood or line.text, 84), 46, y, 16.0)
            scene.text(_short(line.message, 104), 46, y + 19, 13.0, "muted")
            y += 46
        if not rows:
            scene.text("Write a line, press Enter: it is read, and judged.", 46, y, 14.0, "muted")
        scene.text(_short(self.words, 110), 10, scene.height - 10, 13.0, "muted")
        told = " ".join(f"Line {line.number}: {line.understood or line.text}: {line.message}." for line in rows)
        return Picture(scene, f"{self.task.task} {told} {self.words}".replace("  ", " "))

    def _built(self, widgets: Any) -> Any:
        self._area = widgets.Textarea(
            self._text, placeholder="∂s/∂h = u^T", rows=10, layout={"width": "100%", "min_width": "18em"}
        )
        self._area.observe(self._typed, "value")
        self._margin = widgets.HTMLMath(layout={"width": "100%"})
        self._said = widgets.HTML()
        read = widgets.Button(description="read", tooltip="Read all lines again")
        help_ = widgets.Button(description="more help", tooltip="One level further for the first wrong line")
        read.on_click(lambda button: self._read())
        help_.on_click(lambda button: self.more())
        left = widgets.VBox([self._area, widgets.HBox([read, help_])], layout={"flex": "1 1 20em"})
        right = widgets.VBox([self._margin, self._said], layout={"flex": "2 1 28em", "overflow": "auto"})
        self._refresh()
        title = widgets.HTML(f"<p><b>{html.escape(self.task.task)}</b></p>")
        both = widgets.Box([left, right], layout={"display": "flex", "flex_flow": "row wrap", "width": "100%"})
        return widgets.VBox([title, both])

    def _typed(self, change: Any) -> None:
        """Enter was pressed, or a text was put in: a new line has begun."""
        if change["new"] != self._text and change["new"].count("\n") != change["old"].count("\n"):
            self._read()

    def _read(self) -> None:
        self._text = self._area.value
        self.lines = self.task.read(self._text)
        self._refresh()

    def _refresh(self) -> None:
        self._margin.value = table(self.lines)
        self._said.value = f'<p role="status" class="lecture-lib-words">{html.escape(self.words)}</p>'


def table(lines: Sequence[Line]) -> str:
    """Lines with their verdicts as an HTML table, typeset where the page can.

    Args:
        lines: the lines.

    Returns:
        HTML.
    """
    rows = []
    for line in lines:
        shown = (
            f"$\\displaystyle {html.escape(line.latex)}$" if line.latex else f"<code>{html.escape(line.text)}</code>"
        )
        remark = f"<br><i>{html.escape(line.remark)}</i>" if line.remark else ""
        rows.append(
            f'<tr><td style="{CELL}">{line.number}</td><td style="{CELL}" title="{line.kind}">{line.mark}</td>'
            f'<td style="{CELL}">{shown}</td><td style="{CELL}">{html.escape(line.message)}{remark}</td></tr>'
        )
    return f'<table style="{STYLE}">{"".join(rows)}</table>'


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


class PuzzleBoard(Sheet):
    """The lines of a derivation to be put in order, by mouse or keyboard: every line is a button.

    Args:
        puzzle: what `matcalc.puzzle` made.

    Attributes:
        order: the lines that are placed, as places in the puzzle's cards.

    Example:
        >>> from lecture_lib import matcalc as mc
        >>> u, h = mc.symbols("u:n h:n")
        >>> board = PuzzleBoard(mc.puzzle(mc.derive(mc.let("s", u.T @ h), wrt=[h])))
        >>> board.place(board.puzzle.solution[0])
        >>> board.words
        'right so far; 1 line is still to come'
    """

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.order: list[int] = []

    @property
    def words(self) -> str:
        """What is said of the present order."""
        return self.puzzle.check(self.order)

    def place(self, card: int) -> None:
        """Put a line below those that are placed, or take it back.

        Args:
            card: its place in the puzzle's cards.
        """
        self.order = [k for k in self.order if k != card] if card in self.order else [*self.order, card]
        self.puzzle.check(self.order)
        if self._box is not None:
            self._refresh()

    def still(self) -> Picture:
        cards = self.puzzle.cards
        waiting = [k for k in range(len(cards)) if k not in self.order]
        # Before anything is placed the lines fill both columns.
        half = (len(cards) + 1) // 2
        columns = (waiting, self.order) if self.order else (waiting[:half], waiting[half:])
        scene = Scene(WIDTH, 84 + 30 * max(*map(len, columns), 1))
        scene.text(f"Put in order: {self.puzzle.title}, with {', '.join(self.puzzle.given)}", 10, 26, 15.0)
        for x, chosen in zip((10, WIDTH / 2 + 10), columns, strict=True):
            for row, k in enumerate(chosen):
                scene.rectangle(x, 44 + 30 * row, WIDTH / 2 - 24, 25, "line")
                scene.text(_short(cards[k].text, 52), x + 8, 62 + 30 * row, 14.0)
        scene.text(_short(self.words, 110), 10, scene.height - 12, 13.0, "muted")
        told = "; ".join(cards[k].text for k in waiting)
        return Picture(scene, f"Put in order: {self.puzzle.title}. To be placed: {told}. {self.words}.")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_()
        name = f"puzzle-{crc32(repr(self.puzzle).encode()):08x}"
        return data | {PAGE: self.puzzle.page(name)}, metadata

    def _built(self, widgets: Any) -> Any:
        self._waiting = widgets.VBox(layout={"width": "100%"})
        self._placed = widgets.VBox(layout={"width": "100%"})
        self._said = widgets.HTML()
        self._buttons = []
        for k, card in enumerate(self.puzzle.cards):
            button = widgets.Button(description=card.text, tooltip=card.text, layout={"width": "98%"})
            button.on_click(lambda pressed, k=k: self.place(k))
            self._buttons.append(button)
        self._refresh()
        title = widgets.HTML(f"<p>Put in order: {html.escape(f'{self.puzzle.title}, with ')}"
                             f"{html.escape(', '.join(self.puzzle.given))}</p>")  # fmt: skip
        columns = [
            widgets.VBox([widgets.HTML(f"<i>{told}</i>"), column], layout={"flex": "1 1 20em"})
            for told, column in (("to be placed", self._waiting), ("placed, from above to below", self._placed))
        ]
        both = widgets.Box(columns, layout={"display": "flex", "flex_flow": "row wrap"})
        return widgets.VBox([title, both, self._said])

    def _refresh(self) -> None:
        self._waiting.children = [b for k, b in enumerate(self._buttons) if k not in self.order]
        self._placed.children = [self._buttons[k] for k in self.order]
        self._said.value = f'<p role="status" class="lecture-lib-words">{html.escape(self.words)}</p>'
