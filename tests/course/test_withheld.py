"""Where hand-ins run, the ways to a solution that need no work are shut."""

import json
import subprocess
import sys

import pytest

RUN = """
from lecture_lib.course.inside import begin
begin({folder!r}, ["03-shape", "03-bias", "05-paper-b"])
from lecture_lib.exercises import check
{attack}
"""
EACH = "for e in found:\n    try: check('03-bias', e.solution)\n    except Exception: pass"
ATTACKS = {
    "memory": f"import gc\nfound = [o for o in gc.get_objects() if type(o).__name__ == 'Exercise']\n{EACH}",
    "globals": "from lecture_lib.exercises.bank import find_exercise\nfind_exercise('03-bias').inputs.__globals__",
    "import": "import sys\nsys.meta_path[:] = [m for m in sys.meta_path if 'NoSol' not in type(m).__name__]\n"
    "import lecture_lib.exercises.bank.nb03",
    "file": "import lecture_lib.exercises.bank as b, pathlib\nexec(pathlib.Path(b.__file__).with_name('nb03.py').read_text())",
    "callers": """
import sys
def answer(W, b, x):
    frame = sys._getframe()
    while frame and not hasattr(frame.f_locals.get("exercise"), "solution"):
        frame = frame.f_back
    return frame.f_locals["exercise"].solution(W, b, x)
check("03-bias", answer)
""",
}
GRADED = """
import json
from pathlib import Path
from lecture_lib.course.hand_in import results
job = {{"wanted": ["03-shape", "03-bias"], "own": None, "code": "", "claimed": []}}
print(json.dumps(results(Path({folder!r}).parent, job)[0]))
"""


def graded(tmp_path, attack):
    folder = tmp_path / "answers"
    folder.mkdir()
    for source in (RUN.format(folder=str(folder), attack=attack), GRADED.format(folder=str(folder))):
        command = [sys.executable, "-c", source]
        said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    return json.loads(said.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="answers are judged in a child on Linux")
@pytest.mark.parametrize("way", ATTACKS)
def test_a_way_to_a_solution_gives_no_point(tmp_path, way):
    assert graded(tmp_path, ATTACKS[way])["03-bias"] != "right"


@pytest.mark.skipif(sys.platform != "linux", reason="as on Linux")
def test_work_is_seen_and_who_grades_is_spared(tmp_path):
    attack = """
import os
import numpy as np
try: os.kill(-1, 0)
except PermissionError: check("03-shape", (3, 5))
try: check("03-bias", lambda W, b, x: os._exit(0))
except RuntimeError: check("03-bias", lambda W, b, x: np.eye(len(b)))
"""
    assert graded(tmp_path, attack) == {"03-shape": "right", "03-bias": "right"}


def test_without_children_every_answer_is_judged_as_well(tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    attack = 'import numpy as np\ncheck("03-shape", (3, 5))\ncheck("03-bias", lambda W, b, x: np.eye(len(b)))'
    source = RUN.format(folder=str(folder), attack=attack)
    source = f"import lecture_lib.course.inside as inside\ninside.CHILDREN = False\n{source}"
    subprocess.run([sys.executable, "-c", source], check=True, capture_output=True)
    said = subprocess.run([sys.executable, "-c", GRADED.format(folder=str(folder))], capture_output=True, check=True)
    assert json.loads(said.stdout) == {"03-shape": "right", "03-bias": "right"}
