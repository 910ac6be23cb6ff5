"""What a page asks, in a real browser: predictions stay closed, answers are judged without Python, progress is kept."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.cells import lesson
from lecture_lib.course.site.questions import answers, exercise_of
from lecture_lib.exercises.as_data import as_json
from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.forms import formed

from .conftest import opened

SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", flags=re.S)

FILL = """([name, given]) => {
    const form = document.querySelector(`[data-exercise="${name}"] form.answer`);
    const inputs = [...form.querySelectorAll("[name=answer]")];
    for (const input of inputs) {
        if (input.type === "radio" || input.type === "checkbox") input.checked = given.includes(input.value);
        else input.value = given[inputs.indexOf(input)];
    }
    form.requestSubmit();
    const said = form.querySelector(".verdict");
    return [said.dataset.state, said.textContent];
}"""


def typed(form: str, answer: Any) -> list[str]:
    """An answer as a reader types it or picks it, one text for each field."""
    if form in ("choice", "names", "texts"):
        return [answer] if isinstance(answer, str) else list(answer)
    if form == "flags":
        return [str(bool(part)).lower() for part in answer]
    parts = answer if form in ("numbers", "shapes") else [answer]
    return [str(tuple(part)) if form.startswith("shape") else str(part) for part in parts]


def printed(notebook: Path, name: str) -> Any:
    """The value that the printed solution of an exercise assigns."""
    cells = read_notebook(notebook).cells
    place = next(k for k, cell in enumerate(cells) if exercise_of(cell) == name)
    found = next(found for cell in cells[place + 1 :] if (found := SOLUTION.search(cell.source)))
    names: dict[str, Any] = {}
    exec(found[1], names)
    return names["answer"]


@cache
def exercises() -> list[tuple[Path, str]]:
    return [
        (path, name) for path in find_notebooks() for cell in read_notebook(path).cells if (name := exercise_of(cell))
    ]


@pytest.mark.parametrize("text", ["check('05-outer', answer)", 'x = 1\ncheck("05-outer", x)', "Paper('05-outer')"])
def test_the_exercise_of_a_cell(text: str) -> None:
    assert exercise_of(new_code_cell(text)) == "05-outer"
    assert exercise_of(new_markdown_cell(text)) == exercise_of(new_code_cell("check(name, answer)")) == ""


def test_an_output_is_closed_under_its_prediction_and_only_there() -> None:
    shown = [nbformat.v4.new_output("stream", text="seen")]
    cells = [
        new_markdown_cell("**Predict.** How many?\n\nThen run."), new_code_cell("def f(): ...", id="silent"),
        new_code_cell("print(1)", id="asked", outputs=shown), new_code_cell("print(1)", id="after", outputs=shown),
        new_markdown_cell("**Predict.** Draw the curve."), new_code_cell("print(1)", id="drawn", outputs=shown),
    ]  # fmt: skip
    body = lesson(new_notebook(cells=cells), "05_x").body
    boxes = dict(re.findall(r'id="(silent|asked|after|drawn)"(.*?)(?=<div class="cell"|$)', body, flags=re.S))
    assert [name for name, rest in boxes.items() if "<details" in rest] == ["asked", "drawn"]
    assert [name for name, rest in boxes.items() if "Your guess" in rest] == ["asked"]


def test_every_answer_is_judged_in_the_page(chromium: Any, site: Path) -> None:
    """Each printed solution is right; every mistake of its own is refused by its name, and so is what nobody foresaw."""
    seen = 0
    with opened(chromium) as page:
        for path in find_notebooks():
            names = [name for found, name in exercises() if found == path and answers(name)]
            if not names:
                continue
            page.goto((site / f"{path.stem}.html").as_uri(), wait_until="domcontentloaded")
            for name in names:
                data = answers(name)
                assert data is not None
                if data["form"] != "names":  # None of them may be an answer.
                    assert page.evaluate(FILL, [name, [""] * 12]) == ["open", f"{name}: not done yet"]
                exercise = find_exercise(name)
                slips = [as_json(formed(exercise, mistake.answer)) for mistake in exercise.mistakes]
                # A list that is too short has no place in the page's fields.
                fields = len(data["accepted"][0]) if data["form"] == "texts" else 0
                tried = [
                    (mistake.name, mistake.nudge, slip)
                    for mistake, slip in zip(exercise.mistakes, slips, strict=True)
                    if not fields or len(slip) == fields
                ]
                assert len(tried) >= 2
                tried += [(known["mistake"], known["text"], known["answer"]) for known in data["answers"][-2:]]
                for mistake, words, slip in tried:
                    told = ["wrong", f"{name}: {mistake}. {words}"]
                    assert page.evaluate(FILL, [name, typed(data["form"], slip)]) == told
                right = typed(data["form"], printed(path, name))
                assert page.evaluate(FILL, [name, right]) == ["right", f"{name}: right. {data['lesson']}"], right
                seen += 1
            assert set(names) <= set(page.evaluate("course.names('solved-')"))
        assert seen > 35
        assert page.wrong == []


READ = [
    ("number", "1,500", 1500), ("number", "1 500", 1500), ("number", "3/4", 0.75), ("number", "2 * (30·250 + 30)", 15060),
    ("number", "2^10", 1024), ("number", "−0.5", -0.5), ("number", "about 4 times", 4), ("number", "25 %", 0.25),
    ("number", "1e-3", 0.001), ("number", "-2**2", -4), ("number", "four", None), ("number", "1/0", None), ("number", "(3,)", 3),
    ("shape", "(3, 5)", [3, 5]), ("shape", "3 × 5", [3, 5]), ("shape", "3x5", [3, 5]), ("shape", "[3,5]", [3, 5]),
    ("shape", "()", []), ("shape", "(3,)", [3]), ("shape", "n, m", None), ("shape", "(3, 5", [3, 5]),
]  # fmt: skip


def test_answers_are_read_as_people_write_them(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.goto((site / "03_jacobians.html").as_uri(), wait_until="domcontentloaded")
        for kind, text, value in READ:
            assert page.evaluate("([kind, text]) => course.read[kind](text)", [kind, text]) == value, text
        assert page.evaluate(FILL, ["03-shape", ["15"]]) == [
            "wrong",
            "03-shape: not yet. A shape with one entry has a comma: (15,).",
        ]
        assert (
            page.evaluate(FILL, ["03-shape", ["n by m"]])[1] == "03-shape: not yet. A shape is wanted, such as (2, 3)."
        )


def test_predictions_stay_closed_and_the_guess_stays(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        for path in find_notebooks(["02", "08", "15"]):
            page.goto((site / f"{path.stem}.html").as_uri(), wait_until="domcontentloaded")
            assert (
                page.evaluate(
                    "() => [...document.querySelectorAll('.truth .outputs')].filter(e => e.checkVisibility()).length"
                )
                == 0
            )
            asked = sum("**Predict.**" in cell.source for cell in read_notebook(path).cells)
            assert page.locator("details.truth").count() >= 0.8 * asked
        page.goto((site / "03_jacobians.html").as_uri(), wait_until="domcontentloaded")
        cell = page.locator("[id='03-outputs']")
        cell.get_by_label("Your guess").fill("y1 by 0.02")
        page.keyboard.press("Enter")
        assert "10.02" in cell.locator(".outputs").inner_text() and cell.get_by_label("Your guess").is_visible()
        page.reload()
        assert (
            cell.get_by_label("Your guess").input_value() == "y1 by 0.02" and not cell.locator(".outputs").is_visible()
        )
        page.emulate_media(media="print")
        assert cell.locator(".outputs pre").bounding_box()["height"] > 10
        page.emulate_media(media="screen")
        page.goto(f"{(site / '03_jacobians.html').as_uri()}?open")
        assert page.locator("details.truth:not([open])").count() == 0
        page.locator(".turn a[rel=next]").click()
        page.wait_for_url("**/04_*.html?open")
        assert page.locator("details.truth:not([open])").count() == 0 < page.locator("details.truth").count()
        assert page.wrong == []


def test_progress_is_ticked_saved_and_read(chromium: Any, site: Path, tmp_path: Path) -> None:
    every = {name: path.stem for path, name in exercises()}  # One of them stands on two cells.
    ids = [name for name, stem in every.items() if stem.startswith("03")]
    with opened(chromium) as page:
        page.goto((site / "03_jacobians.html").as_uri(), wait_until="domcontentloaded")
        page.evaluate(FILL, ["03-shape", ["(3, 5)"]])
        assert page.locator(".way .here .tick").inner_text() == f"1/{len(ids)}"
        page.goto((site / "index.html").as_uri(), wait_until="domcontentloaded")
        assert (
            page.get_by_role("link", name="Resume at 03 Jacobians")
            .get_attribute("href")
            .startswith("03_jacobians.html")
        )
        assert page.locator("#progress output").inner_text() == f"1 of {len(every)} exercises solved"
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save to a file").click()
        saved.value.save_as(tmp_path / "progress.json")
        assert (tmp_path / "progress.json").read_text(encoding="utf-8") == json.dumps(
            {"solved": ["03-shape"]}, indent=1
        ) + "\n"
        (tmp_path / "more.json").write_text(json.dumps({"solved": ids}), encoding="utf-8")
        page.get_by_label("Read from a file").set_input_files(tmp_path / "more.json")
        page.locator(".map [data-exercises~='03-shape']", has_text="✓").wait_for()
        (tmp_path / "no.json").write_text("[1]", encoding="utf-8")
        page.get_by_label("Read from a file").set_input_files(tmp_path / "no.json")
        page.get_by_text("no.json is no file of progress; yours is as it was.").wait_for()
        assert page.locator("#progress output").inner_text().startswith(f"{len(ids)} of ")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Forget").click()
        assert page.locator("#progress output").inner_text().startswith("0 of ")
