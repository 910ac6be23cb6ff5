"""Copies with numbers of their own: the text shows what is checked, and a neighbor's answer is wrong."""

import csv
import re

import nbformat
import numpy as np
import pytest

from lecture_lib.__main__ import main
from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.grade import _whose_numbers, grade
from lecture_lib.course.handout import handout
from lecture_lib.course.report import ReportError, Student, read_roster
from lecture_lib.course.sets import exercises_in, variant_in
from lecture_lib.exercises import WrongAnswer, check, variant
from lecture_lib.exercises.bank import all_exercises, find_exercise
from lecture_lib.exercises.checking import judge
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.variants import IN_WORDS, new_words, varied, varying

VARYING = [exercise for exercise in all_exercises() if exercise.variants]
WORDS = {word: number for number, word in enumerate(IN_WORDS)}
STUDENTS = [Student(name, {}, (name,)) for name in ("ada", "bo", "núñez")]
CODES = [student.code for student in STUDENTS]

# Each answer once more, from what stands in a student's copy.
FROM_THE_TEXT = {
    "00-product": (r"\((\d+), \d+\)` and `x`", lambda n: (n,)),
    "00-column": (r"\((\d+), 1\)`, and `x` has shape `\((\d+),\)", lambda n, m: (n, m)),
    "01-window-length": (r"have (\d+) numbers", lambda d: 5 * d),
    "01-batch-shape": (r"(\d+) windows are .* `b` has shape `\((\d+),\)", lambda N, n: (N, n)),
    "02-cost": (r"`W` of shape `\((\d+), (\d+)\)", lambda n, m: 2 * n * (m + 1)),
    "03-shape": (r"has (\d+) inputs and (\d+) outputs", lambda m, n: (n, m)),
    "06-jacobian-form": (r"\$(\d+) \\times (\d+)\$", lambda n, m: (1, n * m)),
    "11-passes": (r"has (\d+) inputs and (\d+) outputs", lambda m, n: (m, n)),
    "11-stored": (r"\$(\d+) \\to (\d+)\$", lambda m, n: m + 2 * n),
    "13-depth": (r"passes (\w+) layers", lambda k: 4.0**-k),
    "14-spread": (r"has (\d+) inputs.*0\.(\d)\)", lambda n, r: r / 10 * (n / 3) ** 0.5),
    "14-depth": (r"of (\w+) linear", lambda k: 2**k),
    "15-stability": (r"eigenvalues 1 and (\d+)", lambda most: 2 / most),
    "15-adam": (r"rate (0\.\d+),", lambda rate: rate),
}


@pytest.fixture(autouse=True)
def course_numbers():
    yield
    variant("")


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    notebooks = find_notebooks(sorted({exercise.id[:2] for exercise in VARYING}))
    handout(notebooks, folder, students=STUDENTS)
    return {s.code: [read_notebook(folder / s.name / path.name) for path in notebooks] for s in STUDENTS}


def test_the_table_covers_every_exercise_that_varies():
    assert {exercise.id for exercise in VARYING} == set(FROM_THE_TEXT)


@pytest.mark.parametrize("exercise", VARYING, ids=lambda e: e.id)
def test_each_mistake_keeps_its_name_and_a_neighbors_answer_is_wrong(exercise):
    tasks = {}
    for code in [*CODES, *map(str, range(6))]:
        other = varied(exercise, code)
        assert other.task == varied(exercise, code).task != exercise.task
        assert judge(other, other.solution).state == "right"
        assert judge(other, exercise.solution).state == "wrong"
        for mistake in other.mistakes:
            assert judge(other, mistake.answer).mistake == mistake.name
        if other.way is not None:
            assert np.isclose(float(other.way()), float(other.solution), rtol=1e-12)
        tasks[other.task] = other
    first, *others = tasks.values()
    neighbor = next(other for other in others if other.solution != first.solution)
    assert judge(first, neighbor.solution).state == judge(neighbor, first.solution).state == "wrong"


def section(notebook, name):
    place = next(
        k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code" and f'check("{name}"' in cell.source
    )
    start = next(k for k in range(place, -1, -1) if "### Exercise" in notebook.cells[k].source)
    text = "\n".join(cell.source for cell in notebook.cells[start:place])
    after = notebook.cells[place + 1].source if notebook.cells[place + 1].cell_type == "markdown" else ""
    return text[text.rindex("### Exercise") :], re.split(r"^#+ ", after, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("exercise", VARYING, ids=lambda e: e.id)
def test_a_copy_states_the_numbers_that_are_checked(exercise, copies):
    for code, notebooks in copies.items():
        notebook = next(n for n in notebooks if exercise.id in exercises_in(n))
        assert variant_in([c.source for c in notebook.cells if c.cell_type == "code"]) == code
        text, hints = section(notebook, exercise.id)
        pattern, answer = FROM_THE_TEXT[exercise.id]
        found = re.search(pattern, text, re.DOTALL)
        numbers = [WORDS[part] if part in WORDS else float(part) for part in found.groups()]
        other = varied(exercise, code)
        assert judge(other, answer(*(int(n) if n == int(n) else n for n in numbers))).state == "right"
        words = new_words(exercise, other)
        gone = set(words) - set(words.values())
        assert not gone & set(re.findall(r"[\w.]*\w", text + re.sub("<summary>.*?</summary>", "", hints)))
        assert "Solution" not in hints and "**Your numbers:**" not in text


def test_what_stands_around_such_an_exercise_stays(copies):
    (plain,) = find_notebooks(["01"])
    old = "".join(cell.source for cell in read_notebook(plain).cells)
    new = "".join(cell.source for cell in copies[CODES[0]][1].cells)
    changed = [find_exercise("01-window-length"), find_exercise("01-batch-shape")]
    assert old.count("<summary>Solution") - new.count("<summary>Solution") == len(changed)
    assert old.count("### Exercise") == new.count("### Exercise")


def test_check_asks_for_the_numbers_of_the_copy(capsys):
    exercise = find_exercise("01-window-length")
    variant("ada")
    check(exercise.id, varied(exercise, "ada").solution)
    with pytest.raises(WrongAnswer, match="one word only"):
        check(exercise.id, varied(exercise, "ada").solution // 5)
    with pytest.raises(WrongAnswer):
        check(exercise.id, exercise.solution)
    variant("")
    check(exercise.id, exercise.solution)
    assert capsys.readouterr().out.count("right") == 2
    with pytest.raises(TypeError, match="named by a text"):
        variant(3)


def cells(*sources):
    made = [nbformat.v4.new_markdown_cell("# 03 Shapes", id="title")]
    for k, source in enumerate(sources):
        new = nbformat.v4.new_markdown_cell if source.startswith(("#", "<")) else nbformat.v4.new_code_cell
        made.append(new(source, id=f"c{k}"))
    return nbformat.v4.new_notebook(cells=made)


CHECK = 'from lecture_lib.exercises import check\nanswer = ...\ncheck("{}", answer)'
ROSTER = "Full name,Email address\nAna Núñez,nunez@x.edu\nBo Li,li@x.edu\nBo Li,li2@x.edu\n"
CLASS = ("03-shape", "01-window-length")


def test_the_grader_knows_whose_numbers_they_are(tmp_path):
    course = tmp_path / "course" / "03_shapes.ipynb"
    course.parent.mkdir()
    nbformat.write(cells(*(CHECK.format(name) for name in CLASS)), course)
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8")
    command = ["handout", str(tmp_path / "in"), "--folder", str(course.parent)]
    assert main([*command, "--seed-from", str(tmp_path / "class.csv")]) == 0
    folders = ["Ana Núñez", "Bo Li li x edu", "Bo Li li2 x edu"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == folders
    assert main([*command, "--seed-from", str(tmp_path / "class.csv")]) == 2
    ana, bo, other_bo = read_roster(tmp_path / "class.csv")

    def hand_in(folder, code, answers_of):
        path = tmp_path / "in" / folder / course.name
        notebook = read_notebook(path)
        for cell in notebook.cells:
            cell.source = cell.source.replace(bo.code, code).replace(other_bo.code, code)
            for name in CLASS:
                if name in cell.source:
                    answer = repr(varied(find_exercise(name), answers_of).solution)
                    cell.source = cell.source.replace("...", answer)
        nbformat.write(notebook, path)

    hand_in(folders[0], ana.code, ana.code)
    hand_in(folders[1], bo.code, ana.code)
    hand_in(folders[2], ana.code, ana.code)
    grade(tmp_path / "in", [course], tmp_path / "grades.csv", roster=[ana, bo, other_bo], jobs=2)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["file"].partition("/")[0]: row for row in csv.DictReader(file)}
    assert [rows[folder]["right"] for folder in folders] == ["2", "0", "2"]
    assert rows[folders[0]]["note"] == rows[folders[1]]["note"] == ""
    assert rows[folders[2]]["note"].startswith("the numbers of the copy of Ana Núñez; the same cells as Ana")
    assert all(rows[folder]["03-shape"].startswith("wrong") for folder in folders[1:2])


def test_a_copy_without_its_line_is_noted():
    class Item:
        is_ready, code = True, ""

    ana = Student("Ana", {}, ("ana",))
    assert _whose_numbers(Item, ana, [ana]).startswith("without the line variant")
    Item.code = "0"
    assert _whose_numbers(Item, ana, [ana]).endswith("nobody in the roster")
    Item.code = ana.code
    assert _whose_numbers(Item, ana, [ana]) == ""


def test_where_the_text_says_the_numbers_otherwise_the_task_is_added(tmp_path):
    path = tmp_path / "03_shapes.ipynb"
    details = "<details><summary>Hint 1</summary>Rows.</details>\n<details><summary>Hint 2</summary>{}</details>"
    hints = details.format("5 and 8 are 13.") + "\n<details><summary>Solution</summary>(3, 5)</details>"
    nbformat.write(cells("### Exercise\n\nFive in, three out.", CHECK.format("03-shape"), hints), path)
    student = Student("Ana", {}, ("ana",))
    (copy,) = handout([path], tmp_path / "copies", students=[student])
    text = [cell.source for cell in read_notebook(copy).cells]
    assert text[2] == f"**Your numbers:** {varied(find_exercise('03-shape'), student.code).task}"
    assert text[-1] == "<details><summary>Hint 1</summary>Rows.</details>"
    with pytest.raises(ReportError, match="cannot be told apart"):
        handout([path], tmp_path / "twice", students=[student, student])


def test_an_exercise_whose_numbers_cannot_vary_says_so():
    def double(x: int = 3, y: int = 3) -> Exercise:
        return Exercise("own-double", f"{x} and {y}.", x + y, (), "Add.", "They add.")

    with pytest.raises(ValueError, match="none of 1000 draws"):
        varied(varying(double, x=(3,), y=(3,)), "ada")
    exercise = varying(double, x=(4, 5, 6), y=(7, 8, 9))
    with pytest.raises(ValueError, match="one number of the task stands for two"):
        new_words(exercise, varied(exercise, "ada"))
