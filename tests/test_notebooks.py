"""The notebooks keep to the anatomy: small cells, ids, headings, links, claims that a checked output stands behind."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lecture_lib import data
from lecture_lib.course.authoring.minutes import LONGEST_ROAD, minutes, with_roads
from lecture_lib.ner import NERWindowModel, entity_f1
from lecture_lib.places import data_folder

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SYLLABUS = {
    f"{letter}{number}"
    for letter, count in {"A": 6, "B": 7, "C": 8, "D": 2, "E": 10, "F": 7, "G": 2, "H": 7, "J": 7}.items()
    for number in range(1, count + 1)
} | {"I1", "I2", "I3", "I4"}
TAUGHT = SYLLABUS
LONGEST_CELL = 15
WIDEST = 88
"""Letters that a line of code or of an output has at most: what a box shows in a window 1280 pixels wide."""
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|work|usr|var|opt)/|\b[A-Za-z]:\\|\.\./|0x[0-9a-f]{6,}")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)

Notebook = dict[str, Any]


def read(path: Path) -> Notebook:
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def cells(notebook: Notebook, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def headings(notebook: Notebook) -> list[tuple[int, str]]:
    """Level and text of every heading, code fences aside."""
    text = "\n\n".join(source(cell) for cell in cells(notebook, "markdown"))
    return [(len(marks), title) for marks, title in HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))]


def anchors(path: Path) -> set[str]:
    """The names that JupyterLab gives to the headings of a notebook."""
    return {title.replace(" ", "-") for _, title in headings(read(path))}


def output_text(cell: dict[str, Any]) -> str:
    return json.dumps(cell.get("outputs", []), ensure_ascii=False)


# Each rule lists what is wrong with one notebook, and has a notebook below that breaks it.


def long_cells(notebook: Notebook, path: Path) -> list[str]:
    return [c["id"] for c in cells(notebook, "code") if not 0 < len(source(c).splitlines()) <= LONGEST_CELL]


def wide_lines(notebook: Notebook, path: Path) -> list[str]:
    """Lines that would be cut off, in code and in outputs of text; the installing cell is generated."""
    wide = []
    for cell in cells(notebook, "code"):
        printed = [
            output for output in cell["outputs"] if set(output.get("data", {"text/plain": ""})) == {"text/plain"}
        ]
        texts = ["".join(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in printed]
        if not cell["id"].endswith("-install"):
            texts.append(source(cell))
        wide += [f"{cell['id']}: {line}" for text in texts for line in text.splitlines() if len(line) > WIDEST]
    return wide


def open_tables(notebook: Notebook, path: Path) -> list[str]:
    """The first screen is a question; the table of symbols is folded."""
    first = source(notebook["cells"][0])
    wrong = [] if re.match(r"# .*\n\n> \*\*", first) else ["no question below the title"]
    return wrong + (["the table of symbols lies open"] if "| symbol |" in FOLDED.sub("", first) else [])


def untimed(notebook: Notebook, path: Path) -> list[str]:
    """The minutes are those of the formula, within a tenth, and no main road is longer than an hour."""
    joined = {"cells": [cell | {"source": source(cell)} for cell in notebook["cells"]]}
    counted = minutes(nbformat.from_dict(joined)).main
    said = int(re.search(r"about (\d+) minutes", source(notebook["cells"][0]))[1])
    wrong = [] if abs(said - counted) <= 0.1 * counted else [f"{said} minutes are said, {counted:.0f} are counted"]
    return wrong + ([f"the main road takes {counted:.0f} minutes"] if counted > LONGEST_ROAD else [])


def no_retrieval(notebook: Notebook, path: Path) -> list[str]:
    """From 03 on a notebook begins with three questions from before."""
    if path.name < "03":
        return []
    early = [source(cell) for cell in notebook["cells"][:6]]
    return [] if any(f'check("{path.name[:2]}-before"' in text for text in early) else ["no questions from before"]


def unreadable_ids(notebook: Notebook, path: Path) -> list[str]:
    ids = [cell["id"] for cell in notebook["cells"]]
    wanted = re.compile(rf"{path.name[:2]}-[a-z0-9]+(-[a-z0-9]+)*")
    return [name for name in ids if not wanted.fullmatch(name) or ids.count(name) > 1]


def unknown_claims(notebook: Notebook, path: Path) -> list[str]:
    """A claim names rows of the syllabus and stands on a code cell whose output nbval compares."""
    wrong = []
    for cell in notebook["cells"]:
        claimed = cell["metadata"].get("covers")
        if claimed is not None and not (
            isinstance(claimed, list) and claimed and set(claimed) <= SYLLABUS and cell.get("outputs")
        ):
            wrong.append(f"{cell['id']}: {claimed}")
    return wrong


def machine_traces(notebook: Notebook, path: Path) -> list[str]:
    return [
        f"{cell['id']}: {found.group()}"
        for cell in notebook["cells"]
        for text in (source(cell), re.sub(r'"image/png": "[^"]*"', "", output_text(cell)))
        if (found := MACHINE_PATH.search(text))
    ]


def stored_widgets(notebook: Notebook, path: Path) -> list[str]:
    return ["metadata.widgets"] if "widgets" in notebook["metadata"] else []


def failed_cells(notebook: Notebook, path: Path) -> list[str]:
    return [
        cell["id"]
        for cell in cells(notebook, "code")
        for output in cell["outputs"]
        if output.get("name") == "stderr"
        or (output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", []))
    ]


def skipped_runs(notebook: Notebook, path: Path) -> list[str]:
    """nbval compares no output of a cell without an execution count; the counts are those of one run from the top."""
    expected = enumerate(cells(notebook, "code"), 1)
    return [cell["id"] for number, cell in expected if cell.get("execution_count") != number]


def idle_predictions(notebook: Notebook, path: Path) -> list[str]:
    """The reader predicts what the very next cell shows."""
    following = [*(cell["cell_type"] for cell in notebook["cells"][1:]), None]
    return [
        cell["id"]
        for cell, then in zip(notebook["cells"], following, strict=True)
        if cell["cell_type"] == "markdown" and "**Predict" in source(cell) and then != "code"
    ]


def heading_jumps(notebook: Notebook, path: Path) -> list[str]:
    """One title, at the top and with the file's number; no level is skipped; no heading comes twice."""
    found = headings(notebook)
    if not found or found[0][0] != 1 or not found[0][1].startswith(path.name[:2]):
        return ["the notebook does not begin with its title"]
    wrong = [title for (level, title), (above, _) in zip(found[1:], found, strict=False) if not 1 < level <= above + 1]
    titles = [title for _, title in found]
    return wrong + [title for title in titles if titles.count(title) > 1]


def broken_links(notebook: Notebook, path: Path) -> list[str]:
    wrong = []
    for cell in cells(notebook, "markdown"):
        for link in LINK.findall(source(cell)):
            if "://" in link:
                continue
            name, _, place = link.partition("#")
            target = path.parent / name if name else path
            if not target.is_file() or (place and place not in anchors(target)):
                wrong.append(link)
    return wrong


def missing_parts(notebook: Notebook, path: Path) -> list[str]:
    first = source(notebook["cells"][0])
    parts = {
        "goal": "**Goal.**" in first,
        "minutes": re.search(r"about \d+ minutes", first) is not None,
        "table of symbols": path.name.startswith("00") or "| symbol |" in first,
        "prediction": any("**Predict.**" in source(cell) for cell in cells(notebook, "markdown")),
    }
    titles = {title for _, title in headings(notebook)}
    parts |= {title: title in titles for title in ("Recap", "What goes wrong", "Next")}
    return [part for part, there in parts.items() if not there]


def pictures_without_show(notebook: Notebook, path: Path) -> list[str]:
    return [
        cell["id"]
        for cell in cells(notebook, "code")
        if re.search(r"\bplt\.(?!show)\w+\(", source(cell))
        and not (source(cell).endswith("plt.show()") and "image/png" in output_text(cell))
    ]


def shouting(notebook: Notebook, path: Path) -> list[str]:
    prose = {cell["id"]: re.sub(r"`[^`]*`|!\[|<!--", "", source(cell)) for cell in cells(notebook, "markdown")}
    return [name for name, text in prose.items() if "!" in text]


RULES: list[Callable[[Notebook, Path], list[str]]] = [
    long_cells,
    unreadable_ids,
    unknown_claims,
    machine_traces,
    stored_widgets,
    failed_cells,
    skipped_runs,
    idle_predictions,
    heading_jumps,
    broken_links,
    missing_parts,
    pictures_without_show,
    shouting,
]
READABLE_RULES = [wide_lines, open_tables, untimed, no_retrieval]


@pytest.mark.parametrize("rule", READABLE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_can_be_read_at_a_glance_and_in_its_time(path, rule):
    assert rule(read(path), path) == []


@pytest.mark.parametrize("rule", READABLE_RULES, ids=lambda rule: rule.__name__)
def test_rule_of_readable_notebooks_finds_what_breaks_it(rule, house):
    """A long line, a table that lies open, half an hour said for nothing, and no question at all."""
    assert rule({"metadata": {}, "cells": [TITLE, code("05-a", "x = " + "1 + " * 22 + "1"), END]}, house)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_the_rule(path, rule):
    assert rule(read(path), path) == []


def markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def code(name: str, text: str, outputs: list[dict[str, Any]] | None = None, **metadata: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": name, "metadata": metadata, "source": text, "outputs": outputs or []}
    return cell | {"execution_count": 1}


def printed(text: str, name: str = "stdout") -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": name, "text": text}]


TITLE = markdown(
    "05-title", "# 05 Title\n**Goal.** Learn. **Takes** about 30 minutes.\n\n| symbol | shape |\n|---|---|\n| x | 2 |"
)
PUZZLE = markdown("05-puzzle", "**Predict.** What comes?")
END = markdown("05-end", "## Recap\n## What goes wrong\n## Next\n[next](06_next.ipynb#The-end)")
BROKEN = {
    long_cells: [code("05-a", "x = 1\n" * 16)],
    unreadable_ids: [code("3f9a77", "x = 1")],
    unknown_claims: [code("05-a", "1", printed("1"), covers=["A9"])],
    machine_traces: [code("05-a", "1", printed("<function f at 0x7f3a2b1c>"))],
    failed_cells: [code("05-a", "1", printed("warning", "stderr"))],
    skipped_runs: [code("05-a", "1", printed("1")) | {"execution_count": None}],
    idle_predictions: [PUZZLE, markdown("05-a", "It is 2."), code("05-b", "1 + 1", printed("2"))],
    heading_jumps: [markdown("05-a", "## Here\n#### There")],
    broken_links: [markdown("05-a", "[there](07_missing.ipynb)")],
    pictures_without_show: [code("05-a", "plt.plot(x);", printed("picture"))],
    shouting: [markdown("05-a", "Well done!")],
}


@pytest.fixture
def house(tmp_path):
    """A folder with one notebook to link to; the path of the notebook under test, which need not be written."""
    (tmp_path / "06_next.ipynb").write_text(
        json.dumps({"metadata": {}, "cells": [markdown("06-title", "# 06 Next\n## The end")]}), encoding="utf-8"
    )
    return tmp_path / "05_title.ipynb"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_sound_notebook(rule, house):
    sound = code("05-x", "1 + 1", printed("2"), covers=["A1"])
    assert rule({"metadata": {}, "cells": [TITLE, PUZZLE, sound, END]}, house) == []


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.__name__)
def test_rule_finds_what_breaks_it(rule, house):
    assert rule({"metadata": {}, "cells": [TITLE, *BROKEN[rule], END]}, house)


@pytest.mark.parametrize(
    ("rule", "notebook"),
    [
        (stored_widgets, {"metadata": {"widgets": {}}, "cells": []}),
        (missing_parts, {"metadata": {}, "cells": [TITLE]}),
        (missing_parts, {"metadata": {}, "cells": [markdown("05-a", "# 05 Title"), END]}),
        (heading_jumps, {"metadata": {}, "cells": [END]}),
        (broken_links, {"metadata": {}, "cells": [markdown("05-a", "[there](06_next.ipynb#Nowhere)")]}),
        (missing_parts, {"metadata": {}, "cells": [TITLE, END]}),
        (idle_predictions, {"metadata": {}, "cells": [code("05-a", "x = 1"), PUZZLE]}),
        (skipped_runs, {"metadata": {}, "cells": [code("05-a", "x = 1"), code("05-b", "x = 1")]}),
        (unknown_claims, {"metadata": {}, "cells": [code("05-a", "x = 1", covers=["A1"])]}),
        (long_cells, {"metadata": {}, "cells": [code("05-a", "")]}),
    ],
)
def test_rule_finds_what_breaks_the_whole(rule, notebook, house):
    assert rule(notebook, house)


def test_every_taught_row_is_claimed():
    claimed = {row for path in NOTEBOOKS for cell in read(path)["cells"] for row in cell["metadata"].get("covers", [])}
    assert claimed >= TAUGHT


def test_readme_lists_the_titles():
    listed = re.findall(r"\[([^]]+)\]\(notebooks/([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    titled = [(headings(read(path))[0][1], path.name) for path in NOTEBOOKS]
    assert listed == titled


def test_the_test_sentences_judge_once_and_last():
    """A text that influenced a choice cannot judge it: no cell of notebook 16 trains on the course's text afterwards."""
    sources = [source(cell) for cell in cells(read(ROOT / "notebooks" / "16_train_ner.ipynb"), "code")]
    judged = [k for k, text in enumerate(sources) if "predict(corpus.test)" in text]
    trained = [k for k, text in enumerate(sources) if "fit(corpus.train" in text]
    assert len(judged) == 1
    assert max(trained) < judged[0]


def test_readme_states_the_same_minutes():
    listed = dict(
        re.findall(r"\]\(notebooks/([^)]+)\).*\| (\d+) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    stated = {
        path.name: re.search(r"about (\d+) minutes", source(read(path)["cells"][0])).group(1) for path in NOTEBOOKS
    }
    assert listed == stated


@pytest.mark.parametrize(("name", "least_f1"), [("model.npz", 0.75), ("model_plain.npz", 0.6)])
def test_the_shipped_models_fit_the_shipped_vectors(name, least_f1):
    """They are small, tag at once, and were trained with the very vectors that ship: else build them again."""
    path = data_folder() / name
    assert path.stat().st_size <= 300_000
    model = NERWindowModel.load(path, data.vectors("default"))
    assert model.classes == ("O", "PER", "LOC", "ORG")
    scores = entity_f1(data.corpus("default").dev, model.predict(data.corpus("default").dev))
    assert scores["micro"].f1 > least_f1


FOLLOWED = re.compile(r"W_\{23\}|W_23|\bW\[1, 2\]")


def main_road(notebook: Notebook) -> list[str]:
    """The texts of the cells that nobody skips, without what is folded."""
    joined = {"cells": [cell | {"source": source(cell)} for cell in notebook["cells"]]}
    return [FOLDED.sub("", cell.source) for cell, side in with_roads(nbformat.from_dict(joined)) if not side]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_weight_is_followed_by_name_through_the_course(path):
    """W₂₃ is named on the main road of every notebook, outside the questions from before."""
    assert [text for text in main_road(read(path)) if FOLLOWED.search(text) and "closed book" not in text]


def test_a_weight_that_only_a_side_road_names_is_not_followed():
    side = {"cells": [markdown("05-a", "# 05 Title\n$W_{13}$"), markdown("05-b", "## Side road: more\n$W_{23}$")]}
    assert not any(map(FOLLOWED.search, main_road(side)))
    assert any(map(FOLLOWED.search, main_road({"cells": [markdown("05-a", "It is $W_{23}$.")]})))


PICTURED = {"01": "", "04": '"chain"', "05": '"delta"', "06": '"delta"'}


@pytest.mark.parametrize(("number", "told"), PICTURED.items())
def test_the_linked_picture_comes_back_and_says_what_is_new(number, told):
    (path,) = [path for path in NOTEBOOKS if path.name.startswith(number)]
    notebook = read(path)
    (k,) = [k for k, cell in enumerate(notebook["cells"]) if source(cell) == f"LinkedWeight({told})"]
    above = source(notebook["cells"][k - 1])
    assert "W_{23}" in above and (number == "01" or "**What is new:**" in above)


@pytest.mark.parametrize("number", ["08", "09", "11"])
def test_a_drawn_graph_can_be_nudged_by_its_reader(number):
    (path,) = [path for path in NOTEBOOKS if path.name.startswith(number)]
    assert any("Replay(" in text for text in main_road(read(path)))


ASIDE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
OTHER_MEANING = {
    "an f that is not the nonlinearity": re.compile(
        r"\\partial f|\\nabla f|(?<![\\\w{])f\s*=(?!\s*\\(?:tanh|sigma))|f\(x"
    ),
    "a g that is no gradient": re.compile(r"(?<![\\\w])g\(|\\partial g|v\^\\top g"),
    "a number below that counts layers": re.compile(r"(?:(?<![\\\w])[WZH]|\\Delta)_[1-9](?!\d)"),
    "an index below that counts examples": re.compile(r"\\delta_i\s*x_i|\\delta_1\s*x_1\^"),
}


def other_meanings(text: str) -> list[str]:
    """The letters of a text that mean something else than in the rest of the course."""
    prose = ASIDE.sub("", text)
    formulas = " ".join(FORMULA.findall(prose))
    found = [what for what, pattern in OTHER_MEANING.items() if pattern.search(formulas)]
    return found + (["a row that is none of a matrix"] if "in a row" in prose else [])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_letter_keeps_its_meaning(path):
    """f is the nonlinearity, F any function; a subscript counts entries, [ ] layers, ( ) examples; rows have matrices."""
    texts = {cell["id"]: other_meanings(source(cell)) for cell in cells(read(path), "markdown")}
    assert {name: found for name, found in texts.items() if found} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"$\partial f/\partial x$", 1),
        (r"$f = x + y$", 1),
        (r"$y = g(x)$", 1),
        (r"$z = W_1 x$ and $\Delta_2$", 1),
        (r"$\delta_1 x_1^\top$", 1),
        ("Slopes in a row multiply.", 1),
        (r"$h = f(z)$, $F(x)$, $W_{23}$, $\delta_2 x_3$, $W^{[1]}$, $\delta^{(1)}$, `f = 1`, $b_1$", 0),
    ],
)
def test_another_meaning_of_a_letter_is_found(text, found):
    assert len(other_meanings(text)) == found
