"""Every page in Firefox too: what the console says, and controls that move by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from show.demonstrated import DOCK, STEP_NUMBERS, fresh

from lecture_lib.show.widgets.packed import offered

from .firefox import Firefox, firefox, found

# Formulas are set, widgets live, fonts there.
READY = """new Promise((resolve) => {
    const open = () => document.querySelector(".math:not(.set), figure.widget:not([data-live])");
    const look = () => (open() ? setTimeout(look, 20) : document.fonts.ready.then(() => resolve(true)));
    look();
})"""
WIDGET = "document.querySelectorAll('figure.widget')[{}]"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A tab of Firefox; the tests are skipped where there is none."""
    program = found()
    if program is None:
        pytest.skip("no Firefox is installed (Debian: apt install firefox-esr)")
    socket = pytest.importorskip(
        "websocket", reason="websocket-client, which speaks to Firefox, is not installed: pip install -e '.[test]'"
    )
    with firefox(program, tmp_path_factory.mktemp("firefox"), socket) as page:
        yield page


def test_every_page_loads_and_the_console_is_clean(page: Firefox, site: Path) -> None:
    wrong = {}
    for path in sorted(site.glob("*.html")):
        page.wrong.clear()
        page.show(path)
        assert page.value(READY)
        if page.wrong:
            wrong[path.name] = [*page.wrong]
    assert wrong == {}


@pytest.mark.parametrize(("number", "name"), [(STEP_NUMBERS, "step"), (DOCK, "n")])
def test_controls_move_by_keyboard(page: Firefox, site: Path, number: int, name: str) -> None:
    here = fresh(number)
    values = offered(here)[name]
    page.show(site / "90_demonstration.html")
    assert page.value(READY)
    widget = WIDGET.format(number)
    row = list(here.controls).index(name)
    page.value(f"{widget}.querySelectorAll('.control')[{row}].querySelector('input').focus()")
    for key, value in (("Home", values[0]), ("ArrowRight", values[1]), ("End", values[-1])):
        page.press(key)
        expected = here.frame({**here.state, name: value}).text.replace("∇_", "∇")
        assert page.value(f"{widget}.querySelector('.words').innerText") == expected
