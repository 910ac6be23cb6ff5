"""Imports point one way: no circle of modules, and no arrow from a lower package to a higher one."""

import html
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import lecture_lib
from lecture_lib.course.authoring.floor_plan import (
    ORDER,
    arrows_in,
    between_rooms,
    floor_plan,
    modules_in,
    room,
    upward,
)

PACKAGE = Path(lecture_lib.__file__).parent


def test_no_package_imports_what_stands_above_it():
    assert not upward(arrows_in(PACKAGE))


def test_every_package_has_its_place():
    assert {room(name) for name in modules_in(PACKAGE)} - {""} == set(ORDER)


@pytest.mark.parametrize(
    "source",
    ["import house.show.b", "from house.show import b", "def f():\n    from house.show.b import g",
     "if TYPE_CHECKING:\n    from house.show.b import g"],
)  # fmt: skip
def test_an_arrow_is_seen_wherever_it_stands(source, tmp_path):
    """Planted: autograd imports show, and show imports autograd."""
    for name, text in {"autograd/a.py": source, "show/b.py": "from house.autograd import a"}.items():
        (tmp_path / "house" / name).parent.mkdir(parents=True)
        (tmp_path / "house" / name).write_text(text, encoding="utf-8")
    arrows = arrows_in(tmp_path / "house")
    assert upward(arrows) == ["house.autograd.a imports house.show.b"]
    with pytest.raises(CycleError):
        TopologicalSorter(arrows).prepare()


def test_an_import_of_the_root_points_upward():
    assert upward({"house.show.b": {"house"}}) == ["house.show.b imports house"]
    assert upward({"house.__main__": {"house"}}) == []


def test_an_arrow_that_others_make_up_is_left_out():
    arrows = {"house.ner.a": {"house.train.b", "house.autograd.c"}, "house.train.b": {"house.autograd.c"}}
    assert between_rooms(arrows)["ner"] == {"train"}


def test_the_floor_plan_shows_the_house_as_it_is():
    stored = (PACKAGE.parent / ".github" / "house.svg").read_text(encoding="utf-8")
    told = re.search(r"<title[^>]*>(.*?)</title>", stored)
    assert told and html.unescape(told[1]) == floor_plan(PACKAGE).alt, "run `python -m lecture_lib stamp`"
