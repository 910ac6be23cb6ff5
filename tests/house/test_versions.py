"""What is declared in several places agrees."""

import re
import tomllib
from pathlib import Path

import yaml

import lecture_lib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirement_names(lines: list[str]) -> set[str]:
    """The package names of requirement lines, in lower case with dashes."""
    return {re.split(r"[<>=!~;\[ ]", line)[0].lower().replace("_", "-") for line in lines}


def test_environment_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, last = environment["dependencies"]
    (python,) = [line.partition("=")[2] for line in conda if line.startswith("python=")]
    assert f"Programming Language :: Python :: {python}" in PROJECT["project"]["classifiers"]
    assert "pip" in conda
    constraints, package = last["pip"]
    assert constraints == "-c constraints.txt"
    extras = re.fullmatch(r"-e \.\[([\w,]+)\]", package).group(1).split(",")
    assert set(extras) <= set(PROJECT["project"]["optional-dependencies"])


def test_constraints_cover_every_requirement():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"[\w.-]+==[\w.+!]+( ; .+)?$", line) for line in lines)
    pinned = requirement_names(lines)
    asked = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked += extra
    assert requirement_names(asked) - {"lecture-lib"} <= pinned
    assert not pinned & {"torch", "jax", "jaxlib"}


def test_versions_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["url"] == PROJECT["project"]["urls"]["Source"]
    assert citation["version"] == lecture_lib.__version__
    assert " AND ".join(citation["license"]) == PROJECT["project"]["license"]
