"""Every conclusion of the notebooks has an id and holds with two seeds that no notebook shows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lecture_lib import data
from lecture_lib.course.authoring.conclusions import claims, find_faults, rehearse
from lecture_lib.data.experiments import read_figures
from lecture_lib.ner.errors import DataError
from lecture_lib.train import repeated
from lecture_lib.train.repeat import KEPT

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRAWN = [path for path in NOTEBOOKS if claims(path)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_claim_has_a_condition_and_every_condition_a_claim(path):
    assert find_faults(path) == []


def test_the_later_notebooks_draw_conclusions():
    assert {path.name[:2] for path in DRAWN} >= {"13", "14", "15", "16", "17", "18"}


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_every_conclusion_holds_with_kept_seeds(path):
    verdicts = rehearse(path)
    assert sorted(verdicts) == sorted(claims(path))
    assert {name: held for name, held in verdicts.items() if held != [True] * len(KEPT)} == {}


def test_kept_seeds_are_shown_nowhere():
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and "repeated(" in (text := "".join(cell["source"])):
                assert set(re.findall(r"seeds=([^)]*\))", text)) <= {"range(4)", "range(5)"}, cell["id"]


def planted(folder: Path, claim: str, code: str) -> Path:
    cells = [
        {"cell_type": "code", "id": "a", "source": "from lecture_lib.train import repeated\nlimit, idle = 5, 1 / 0"},
        {"cell_type": "code", "id": "b", "source": "limit = 5\n\ndef run(seed):\n    return {'seed': seed - limit}"},
        {"cell_type": "code", "id": "c", "source": code},
        {"cell_type": "markdown", "id": "d", "source": claim},
    ]
    cells[0]["source"] = cells[0]["source"].partition("\n")[0]
    cells.insert(1, {"cell_type": "code", "id": "e", "source": "unused = 1 / 0"})
    path = folder / "99_planted.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_a_conclusion_that_the_shown_seeds_flatter_is_found(tmp_path):
    code = "print(repeated(run, range(5)).conclude('99-small', lambda run: run['seed'] < 0))"
    path = planted(tmp_path, "<!-- claim: 99-small -->Below 0 in 5 of 5 seeds.", code)
    assert find_faults(path) == []
    assert rehearse(path) == {"99-small": [False, False]}
    assert rehearse(path, (0, 1)) == {"99-small": [True, True]}


@pytest.mark.parametrize(
    ("claim", "code", "fault"),
    [
        ("<!-- claim: 99-a -->Small.", "pass", "99-a: claimed, and no cell concludes it"),
        ("Small.", "runs.conclude('99-a', bool)", "99-a: concluded, and no sentence carries it"),
        ("<!-- claim: 98-a -->", "runs.conclude('98-a', bool)", "98-a: expected 99-…"),
        ("<!-- claim: 99-a --><!-- claim: 99-a -->", "runs.conclude('99-a', bool)", "99-a: claimed twice"),
    ],
)
def test_faults_of_claims_are_named(tmp_path, claim, code, fault):
    assert find_faults(planted(tmp_path, claim, code)) == [fault]


def test_conclude_refuses_what_a_seed_contradicts():
    runs = repeated(lambda seed: {"seed": seed}, seeds=range(3))
    assert runs.count(lambda run: run["seed"] < 2) == "2 of 3 seeds"
    assert runs.conclude("99-small", lambda run: run["seed"] < 3) == "3 of 3 seeds"
    with pytest.raises(ValueError, match="99-small holds for 2 of 3 seeds, not for seed 2"):
        runs.conclude("99-small", lambda run: run["seed"] < 2)


@pytest.mark.parametrize(
    ("experiment", "seeds", "error", "message"),
    [
        (lambda seed: {"a": 1}, [], ValueError, "expected one or more"),
        (lambda seed: {"a": 1}, [1, 1], ValueError, "each once"),
        (lambda seed: {"a": 1}, [0.5], TypeError, "whole number"),
        (lambda seed: 1.0, [0], TypeError, "expected figures by name"),
        (lambda seed: {str(seed): 1}, [0, 1], ValueError, "seed 1 has the figures 1, seed 0 0"),
    ],
)
def test_repeated_refuses(experiment, seeds, error, message):
    with pytest.raises(error, match=message):
        repeated(experiment, seeds)


def measure(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "benchmarks" / "experiments" / "run.py"
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, timeout=300)


def test_every_experiment_is_stored_with_every_seed():
    named = measure("no-such-one").stderr.partition("there are: ")[2].split()
    stored = read_figures(ROOT / "data" / "experiments.tsv")
    assert {name for name, _, _ in stored} == set(named)
    for name in named:
        assert {seed for known, seed, _ in stored if known == name} >= {*range(5), *KEPT}, name


def test_stored_figures_are_what_the_script_measures(tmp_path):
    run = measure("saturated-start", "--seeds", str(KEPT[0]), "--out", str(tmp_path / "figures.tsv"))
    assert run.returncode == 0, run.stderr
    measured = {what: value for (_, _, what), value in read_figures(tmp_path / "figures.tsv").items()}
    assert measured == pytest.approx(data.experiment("saturated-start")(KEPT[0]), abs=0.01)


def test_unknown_experiments_and_seeds_are_named():
    with pytest.raises(ValueError, match=r"no stored experiment 'six'; expected one of .*six-layers"):
        data.experiment("six")
    with pytest.raises(ValueError, match="not measured with seed 99; expected one of 0, 1"):
        data.experiment("six-layers")(99)


def test_a_damaged_table_says_its_line(tmp_path):
    path = tmp_path / "experiments.tsv"
    path.write_text("experiment\tseed\twhat\tfigure\na\t0\tloss\tlow\n", encoding="utf-8")
    with pytest.raises(DataError, match="'low'; expected numbers"):
        read_figures(path)


def test_ranges_shows_every_run():
    from lecture_lib.show import ranges

    runs = repeated(lambda seed: {"a": 1.0, "b": float(seed)}, seeds=range(3))
    picture = ranges(runs)
    assert str(picture) == "a: 1. b: 0 to 2. Each over 3 seeds."
    assert sum(item.fill == "forward" for item in picture.scene.items if hasattr(item, "fill")) == 6
    with pytest.raises(ValueError, match="above 0"):
        ranges(runs, log=True)
    with pytest.raises(ValueError, match="finite"):
        ranges(repeated(lambda seed: {"a": np.inf}, [0]))
