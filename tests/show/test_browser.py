"""Every kind of widget in a real JupyterLab: moved by keyboard and by drag, text and picture follow."""

import math
import re
import shutil
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from lecture_lib import trace

from .demonstrated import (
    DOCK,
    EXPLORER,
    JACOBIAN,
    NUDGE,
    RATES,
    RIDGES,
    STEP_ARRAYS,
    STEP_NUMBERS,
    WORDS,
    fresh,
)
from .graph_cases import seven
from .laboratory import HERE, laboratory, run_all

SLOWEST = 400.0
LATENCY = """
async ([number, presses]) => {
  const box = document.querySelectorAll('.lecture-lib-widget')[number];
  const handle = box.querySelector('.noUi-handle');
  const front = box.querySelectorAll('.widget-gridbox .widget-html-content')[1];
  handle.focus();
  const times = [], heights = new Set();
  let blank = 0, measuring = true;
  const look = () => {
    blank += front.querySelector('svg') ? 0 : 1;
    heights.add(front.offsetHeight);
    if (measuring) requestAnimationFrame(look);
  };
  look();
  for (let k = 0; k < presses; k++) {
    const start = performance.now();
    const seen = new Promise(done => {
      const watch = new MutationObserver(() => { watch.disconnect(); requestAnimationFrame(() => done(performance.now() - start)); });
      watch.observe(front, {childList: true, subtree: true});
      setTimeout(() => { watch.disconnect(); done(NaN); }, 3000);
    });
    const key = k % 2 ? 'ArrowLeft' : 'ArrowRight';
    handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    times.push(await seen);
    await new Promise(next => setTimeout(next, 30));
  }
  measuring = false;
  return {times, blank, heights: heights.size};
}
"""


@pytest.fixture(scope="module")
def page(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demonstration notebook in JupyterLab, run to its end."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(HERE / "demonstration.ipynb", folder)
    nbformat.write(stored_outputs(), folder / "stored.ipynb")
    with laboratory(folder) as address:
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        run_all(page, address, "demonstration.ipynb", widgets=9)
        page.lab_address = address
        yield page


def stored_outputs() -> Any:
    """A notebook with outputs that this JupyterLab has not made, so that it does not trust them."""
    outputs = []
    for shown in (trace(seven, 1.0, 2.0, 0.0), fresh(EXPLORER)):
        data, metadata = shown._repr_mimebundle_()
        outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    data, metadata = fresh(NUDGE)._repr_mimebundle_()
    only = {"image/png": data["image/png"], "text/plain": data["text/plain"]}
    outputs.append(nbformat.v4.new_output("display_data", data=only, metadata=metadata))
    cells = [nbformat.v4.new_code_cell("", outputs=[output]) for output in outputs]
    return nbformat.v4.new_notebook(cells=cells)


def widget(page: Any, number: int) -> Any:
    return page.locator(".lecture-lib-widget").nth(number)


def words(page: Any, number: int) -> str:
    return str(widget(page, number).locator(".lecture-lib-words").inner_text())


def picture(page: Any, number: int) -> str:
    return str(widget(page, number).locator(".widget-gridbox .widget-html-content").nth(1).inner_html())


def wait_for_words(page: Any, number: int, expected: str) -> None:
    """Until the widget says so; a text that never comes fails with the one that stands there."""
    try:
        page.wait_for_function(
            "([k, text]) => document.querySelectorAll('.lecture-lib-widget')[k].querySelector('.lecture-lib-words')"
            ".innerText === text",
            arg=[number, expected],
            timeout=5000,
        )
    except Exception:
        assert words(page, number) == expected
        raise


def press(page: Any, number: int, key: str = "ArrowRight", slider: int = 0) -> None:
    widget(page, number).locator(".noUi-handle").nth(slider).focus()
    page.keyboard.press(key)


def drag(page: Any, number: int, share: float, slider: int = 0) -> None:
    """Drag a slider's handle to a share of its length."""
    base = widget(page, number).locator(".noUi-base").nth(slider)
    base.scroll_into_view_if_needed()
    handle = widget(page, number).locator(".noUi-handle").nth(slider).bounding_box()
    box = base.bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    for k in range(1, 6):
        here = handle["x"] + handle["width"] / 2
        page.mouse.move(here + (box["x"] + share * box["width"] - here) * k / 5, box["y"] + box["height"] / 2)
    page.mouse.up()


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (STEP_NUMBERS, "step"),
        (STEP_ARRAYS, "step"),
        (NUDGE, "k"),
        (DOCK, "n"),
        (DOCK, "product"),
        (JACOBIAN, "which"),
        (RATES, "rate"),
        (RIDGES, "scale"),
        (EXPLORER, "z"),
    ],
)
def test_a_key_and_a_drag_move_text_and_picture(page: Any, number: int, name: str) -> None:
    here = fresh(number)
    values = list(here.controls[name].values())
    assert words(page, number) == here.frame(here.state).text
    before = picture(page, number)
    slider = list(here.controls).index(name)
    now = values.index(
        min(values, key=lambda v: abs(v - getattr(here, name)) if not isinstance(v, str) else v != values[0])
    )
    press(page, number, slider=slider)
    wait_for_words(page, number, here.frame({**here.state, name: values[now + 1]}).text)
    after = picture(page, number)
    assert after != before
    drag(page, number, 1.0, slider)
    wait_for_words(page, number, here.frame({**here.state, name: values[-1]}).text)
    assert picture(page, number) not in (before, after)
    press(page, number, "Home", slider)
    wait_for_words(page, number, here.frame({**here.state, name: values[0]}).text)
    setattr(here, name, values[now])
    for _ in range(now):
        page.keyboard.press("ArrowRight")
    wait_for_words(page, number, here.frame(here.state).text)


def test_buttons_step_and_play_runs(page: Any) -> None:
    press(page, STEP_NUMBERS, "Home")
    here = fresh(STEP_NUMBERS)
    wait_for_words(page, STEP_NUMBERS, here.frame({"step": 0}).text)
    widget(page, STEP_NUMBERS).get_by_role("button", name="▶", exact=True).click()
    wait_for_words(page, STEP_NUMBERS, here.frame({"step": 1}).text)
    widget(page, STEP_NUMBERS).get_by_role("button", name="◀", exact=True).click()
    wait_for_words(page, STEP_NUMBERS, here.frame({"step": 0}).text)
    before = words(page, WORDS)
    widget(page, WORDS).locator(".jupyter-widget-play button, .widget-play button").first.click()
    page.wait_for_function(
        f"t => document.querySelectorAll('.lecture-lib-widget')[{WORDS}].querySelector('.lecture-lib-words').innerText !== t",
        arg=before,
        timeout=8000,
    )
    widget(page, WORDS).locator(".jupyter-widget-play button, .widget-play button").nth(1).click()


def test_many_fast_keys_lose_no_final_state(page: Any) -> None:
    here = fresh(RATES)
    press(page, RATES, "Home")
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    wait_for_words(page, RATES, here.frame({**here.state, "rate": here.controls["rate"].values()[25]}).text)


def test_static_pictures_have_words(page: Any) -> None:
    alts = page.locator("img.lecture-lib").evaluate_all("found => found.map(i => [i.alt, i.naturalWidth])")
    assert len(alts) == 3
    assert all(len(alt) > 40 and width > 100 for alt, width in alts)
    assert all(page.locator(".lecture-lib-widget [role=img]").evaluate_all("f => f.map(e => e.ariaLabel.length > 30)"))


@pytest.mark.parametrize("number", range(9))
def test_the_picture_follows_a_key_at_once_and_never_flickers(page: Any, number: int) -> None:
    follows_at_once(page, number)


def follows_at_once(page: Any, number: int) -> None:
    press(page, number, "Home")
    page.wait_for_timeout(300)
    found = page.evaluate(LATENCY, [number, 30])
    times = found["times"]
    assert not any(t is None or math.isnan(t) for t in times)
    median = sorted(times)[len(times) // 2]
    print(f"\nwidget {number}: median {median:.0f} ms, worst {max(times):.0f} ms from key to picture")
    assert median < SLOWEST
    assert found["blank"] == 0
    assert found["heights"] == 1


def test_no_error_is_shown(page: Any) -> None:
    assert not re.search(r"Error", " ".join(page.locator("[role=alert]").all_inner_texts()))
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_an_untrusted_notebook_shows_pictures(page: Any) -> None:
    page.goto(page.lab_address.replace("NAME", "stored.ipynb"))
    page.wait_for_selector(".jp-OutputArea-output img", timeout=30000)
    page.wait_for_function("() => document.querySelectorAll('.jp-OutputArea-output img').length === 3", timeout=10000)
    found = page.locator(".jp-OutputArea-output img").evaluate_all(
        "images => images.map(i => [i.src.slice(0, 15), i.alt, i.naturalWidth, i.clientWidth])"
    )
    assert [src for src, *_ in found] == ["data:image/svg+", "data:image/svg+", "data:image/png;"]
    assert found[0][1].startswith("Computation graph") and found[1][1].startswith("tanh(1)")
    assert all(natural > 300 and shown > 300 for _, _, natural, shown in found)
    assert page.locator(".jp-OutputArea-output svg").count() == 0
