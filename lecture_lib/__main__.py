"""The course's commands, each called as `python -m lecture_lib NAME`; without a name they are listed."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from lecture_lib import __version__
from lecture_lib.course.errors import CourseError
from lecture_lib.course.teaching import add_commands, positive
from lecture_lib.places import checkout, forgive_console, installing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line, by default the process's own.

    Returns:
        The exit code: 0 when all went well, 1 when something failed, 2 when the command cannot start,
        130 when it was stopped with Ctrl-C.
    """
    parser = _parser()
    options, further = parser.parse_known_args(arguments)
    if further and options.command != "lab":
        parser.error(f"unknown arguments: {' '.join(further)}")
    options.further = further
    forgive_console()
    try:
        code: int = options.carry_out(options)
        return code
    except ModuleNotFoundError as error:
        if (error.name or "lecture_lib").partition(".")[0] == "lecture_lib":
            raise
        print(f"This command needs {error.name}: {installing(options.extras)}", file=sys.stderr)
    except CourseError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        told: object = f"{error.strerror}: {error.filename}" if error.strerror and error.filename else error
        if error.filename and isinstance(error, (FileExistsError, NotADirectoryError)):
            told = f"{error.filename} is a file, or lies below one: name a folder."
        print(told, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 2


def _lab(options: argparse.Namespace) -> int:
    from lecture_lib.course.lab import lab

    lab(options.further, options.copies, options.fresh)
    return 0


def _run(options: argparse.Namespace) -> int:
    from lecture_lib.course.execute import find_notebooks
    from lecture_lib.course.site.run import run

    return 0 if run(find_notebooks(options.names, options.folder), options.output, options.cell_timeout) else 1


def _site(options: argparse.Namespace) -> int:
    from lecture_lib.course.execute import find_notebooks
    from lecture_lib.course.site.build import build_site

    found = find_notebooks(options.names, options.folder)
    return 0 if build_site(found, options.output, options.cell_timeout, options.address) else 1


def _notebooks(options: argparse.Namespace) -> int:
    if options.folder is None:
        _checkout("The notebooks with their stored outputs are in")
    from lecture_lib.course.authoring.reexecute import reexecute
    from lecture_lib.course.execute import find_notebooks

    return 0 if reexecute(find_notebooks(options.names, options.folder), options.cell_timeout) else 1


def _test(options: argparse.Namespace) -> int:
    from lecture_lib.course.authoring.suite import run_checks

    return 0 if run_checks(_checkout("The tests are in"), options.only, options.processor) else 1


def _coverage(options: argparse.Namespace) -> int:
    from lecture_lib.course.authoring.coverage import coverage_table, missing_ideas
    from lecture_lib.places import notebooks_folder

    written = sorted(notebooks_folder().glob("*.ipynb"))
    print(coverage_table(written))
    return 1 if missing_ideas(written) else 0


def _lite(options: argparse.Namespace) -> int:
    root = _checkout("The site is built from")
    from lecture_lib.course.execute import find_notebooks
    from lecture_lib.course.lite import lite
    from lecture_lib.course.site.distribution import distribution

    python = distribution(lambda _: print("Python for the browser cannot be had now: readers will need a network."))
    print(f"JupyterLite: {lite(root, find_notebooks(), options.output, python)}")
    return 0


def _stamp(options: argparse.Namespace) -> int:
    _checkout("The notebooks to stamp are in")
    from lecture_lib.course.authoring.floor_plan import floor_plan
    from lecture_lib.course.authoring.stamp import stamp, stamp_readme
    from lecture_lib.course.execute import find_notebooks

    for path in stamp(find_notebooks()):
        print(f"{path.name}: stamped, run `make notebooks` to renew its outputs")
    root = _checkout("The floor plan belongs to")
    stamp_readme(root / "README.md", find_notebooks())
    (root / ".github").mkdir(exist_ok=True)
    floor_plan(root / "lecture_lib").save(root / ".github" / "house.svg")
    return 0


def _checkout(why: str) -> Path:
    root = checkout()
    if root is None:
        raise CourseError(f"{why} the course's repository, not in the installed package.")
    return root


def _parser() -> argparse.ArgumentParser:
    called = Path(sys.argv[0]).stem
    program = called if called == "lecture-lib" else "python -m lecture_lib"
    parser = argparse.ArgumentParser(prog=program, description="The commands of the course.")
    parser.add_argument("--version", action="version", version=f"lecture_lib {__version__}")
    seconds = positive(float)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(
        name: str, carry_out: Callable[[argparse.Namespace], int], words: str, extras: str = "course"
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words)
        command.set_defaults(carry_out=carry_out, extras=extras)
        return command

    reader = add("lab", _lab, "open JupyterLab on the first notebook; further options go to JupyterLab")
    reader.add_argument(
        "--folder",
        dest="copies",
        type=Path,
        help="where your copies are (my-notebooks in a checkout, else ~/lecture-lib)",
    )
    reader.add_argument("--fresh", action="store_true", help="set your copies aside and start with new ones")
    run = add("run", _run, "run the notebooks and write HTML copies")
    run.add_argument("--output", type=Path, default=Path("build"), help="folder of the HTML copies (build)")
    site = add("site", _site, "run the notebooks and write the course as web pages with live sliders")
    site.add_argument("--output", type=Path, default=Path("build", "site"), help="folder of the pages (build/site)")
    site.add_argument("--address", default="", help="where the pages will lie, for a sitemap: https://…")
    notebooks = add("notebooks", _notebooks, "run the notebooks and store their outputs in place")
    for command in (run, site, notebooks):
        command.add_argument("names", nargs="*", help="beginnings of file names, such as 01; none means all")
        command.add_argument("--folder", type=Path, help="folder of the notebooks (the course's own)")
        command.add_argument("--cell-timeout", type=seconds, default=300, help="seconds for one cell (300)")
    test = add("test", _test, "run every check that CI runs", extras="course,test")
    test.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a check of the list; can be repeated"
    )
    test.add_argument("--processor", default="native", metavar="NAME", help="compute as haswell, sse, … would (native)")
    add("coverage", _coverage, "print which idea of the syllabus is shown in which cell")
    add_commands(add)
    browser = add("lite", _lite, "build a site in which the notebooks run without an installation", "course,lite")
    browser.add_argument("--output", type=Path, default=Path("build/lite"), help="folder of the site (build/lite)")
    add(
        "stamp",
        _stamp,
        "renew the notebooks' links, install cells, minutes and slide types, README's minutes and DESIGN.md's picture",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
