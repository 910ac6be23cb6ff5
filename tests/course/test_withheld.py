"""Where hand-ins run, the ways to a solution that need no work are shut."""

import json
import os
import subprocess
import sys

import pytest

RUN = """
from lecture_lib.course.inside import begin
begin({folder!r}, {wanted!r}, {own!r})
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
wanted = [name for name in {wanted!r} if "paper" not in name]
job = {{"wanted": wanted, "own": {own!r}, "code": "", "claimed": []}}
print(json.dumps(results(Path({folder!r}).parent, job)[0]))
"""


OWN = """
from lecture_lib.exercises.exercise import Exercise, Mistake
EXERCISES = (Exercise("03-own", "Any number.", lambda x: 7 * x, (Mistake("six", "More.", lambda x: 6 * x),),
                      "Count.", "Seven.", inputs=lambda rng: (rng.normal(),), arguments=("x",)),)
"""
OWN_ATTACKS = {
    "import": "import own_exercises\ncheck('03-own', own_exercises.EXERCISES[0].solution)",
    "compiled": """
import importlib.util, marshal, pathlib
code = marshal.loads(pathlib.Path(importlib.util.cache_from_source({own!r})).read_bytes()[16:])
found = {{}}
exec(code, found)
check("03-own", found["EXERCISES"][0].solution)
""",
    "source": "found = {{}}\nexec(open({own!r}).read(), found)\ncheck('03-own', found['EXERCISES'][0].solution)",
}


def graded(tmp_path, attack, own=None, wanted=("03-shape", "03-bias", "05-paper-b")):
    folder = tmp_path / "answers"
    folder.mkdir()
    told = {"folder": str(folder), "own": own, "wanted": [*wanted]}
    # Where compiled modules are kept, they are one more way.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for source in (RUN.format(**told, attack=attack), GRADED.format(**told)):
        command = [sys.executable, "-c", source]
        said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)
    return json.loads(said.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="answers are judged in a child on Linux")
@pytest.mark.parametrize("way", ATTACKS)
def test_a_way_to_a_solution_gives_no_point(tmp_path, way):
    assert graded(tmp_path, ATTACKS[way])["03-bias"] != "right"


@pytest.mark.skipif(sys.platform != "linux", reason="answers are judged in a child on Linux")
@pytest.mark.parametrize("way", OWN_ATTACKS)
def test_a_way_to_a_solution_of_one_s_own_gives_no_point(tmp_path, way):
    own = tmp_path / "own.py"
    own.write_text(OWN)
    attack = OWN_ATTACKS[way].format(own=str(own))
    assert graded(tmp_path, attack, str(own), ["03-own"])["03-own"] != "right"
    (tmp_path / "honest").mkdir()
    honest = "check('03-own', lambda x: 7 * x)"
    assert graded(tmp_path / "honest", honest, str(own), ["03-own"]) == {"03-own": "right"}


@pytest.mark.skipif(sys.platform != "linux", reason="as on Linux")
def test_long_words_of_any_script_come_back_whole(tmp_path):
    attack = """
def loud(W, b, x):
    print("\\U0001F600" * 9000)
    raise ValueError("\\U0001F600" * 9000)
try:
    check("03-bias", loud)
except Exception as error:
    if "JSON" not in type(error).__name__:
        check("03-shape", (3, 5))
"""
    assert graded(tmp_path, attack)["03-shape"] == "right"


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
    told = {"folder": str(folder), "own": None, "wanted": ["03-shape", "03-bias"]}
    source = RUN.format(**told, attack=attack)
    source = f"import lecture_lib.course.inside as inside\ninside.CHILDREN = False\n{source}"
    subprocess.run([sys.executable, "-c", source], check=True, capture_output=True)
    said = subprocess.run([sys.executable, "-c", GRADED.format(**told)], capture_output=True, check=True)
    assert json.loads(said.stdout) == {"03-shape": "right", "03-bias": "right"}
