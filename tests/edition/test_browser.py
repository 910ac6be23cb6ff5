"""The site in a real browser without a network: formulas, themes, search, print, and every widget moved."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from show.demonstrated import (
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

from lecture_lib.course.site.build import HEAVIEST
from lecture_lib.show import Widget
from lecture_lib.show.canvas.svg import FLIP, fragment, rules
from lecture_lib.show.widgets.frames import Frame
from lecture_lib.show.widgets.packed import offered

from .conftest import MOVED, opened

# Each page is seen in one of these, the next page in the next; in all of them where LECTURE_LIB_SWEEP is set (minutes).
SEEN = [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)]
COLORS = "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"


@pytest.fixture(scope="module")
def page(chromium: Any, site: Path) -> Iterator[Any]:
    """The demonstration with every kind of widget, opened from the disk."""
    with opened(chromium) as page:
        show(page, site, "90_demonstration.html")
        page.wait_for_function(
            "() => document.querySelectorAll('figure.widget[data-live]').length === 9", timeout=20000
        )
        yield page


def show(page: Any, site: Path, file: str) -> None:
    page.goto((site / file).as_uri())
    page.wait_for_function("() => !document.querySelector('.math:not(.set)')")


def widget(page: Any, number: int) -> Any:
    return page.locator("figure.widget").nth(number)


def said(page: Any, number: int) -> str:
    return str(widget(page, number).locator(".words").inner_text())


def picture(page: Any, number: int) -> str:
    return str(widget(page, number).locator(".live svg .front").inner_html())


def text(here: Widget, **moved: Any) -> str:
    return here.frame({**here.state, **moved}).text.replace("∇_", "∇")


MOVES = [
    (STEP_NUMBERS, "step"), (STEP_ARRAYS, "step"), (NUDGE, "k"), (DOCK, "n"), (DOCK, "m"), (RATES, "rate"),
    (RATES, "momentum"), (RIDGES, "scale"), (EXPLORER, "z"), (EXPLORER, "k"), (WORDS, "epoch"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "name"), MOVES)
def test_keys_and_a_drag_move_text_and_picture(page: Any, number: int, name: str) -> None:
    here = fresh(number)
    values = offered(here)[name]
    slider = widget(page, number).get_by_label(here.controls[name].label, exact=True)
    now = values.index(getattr(here, name))
    assert said(page, number) == text(here)
    before = picture(page, number)
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert said(page, number) == text(here, **{name: values[now + 1]})
    shown = widget(page, number).locator("output").all_inner_texts()
    assert (f"{values[now + 1]:.3g}" if isinstance(values[now + 1], float) else str(values[now + 1])) in shown
    assert picture(page, number) != before
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 30, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert said(page, number) == text(here, **{name: values[-1]})
    page.keyboard.press("Home")
    assert said(page, number) == text(here, **{name: values[0]})
    for _ in range(now):
        page.keyboard.press("ArrowRight")
    assert said(page, number) == text(here)
    assert picture(page, number) == before


@pytest.mark.parametrize(
    ("number", "name"),
    [(NUDGE, "leaf"), (DOCK, "product"), (DOCK, "form"), (JACOBIAN, "which"), (RATES, "optimizer"), (RATES, "batch"),
     (RATES, "schedule"), (RIDGES, "f"), (EXPLORER, "f")],
)  # fmt: skip
def test_a_menu_moves_text_and_picture(page: Any, number: int, name: str) -> None:
    here = fresh(number)
    menu = widget(page, number).get_by_label(here.controls[name].label, exact=True)
    start, values = getattr(here, name), offered(here)[name]
    assert menu.locator("option").all_inner_texts() == [str(value) for value in values]
    before = widget(page, number).locator(".live svg").inner_html()
    for value in values:
        menu.select_option(label=str(value))
        assert said(page, number) == text(here, **{name: value})
        # Without momentum Nesterov's rule is the plain one, and the form may show in the words alone.
        if value not in (start, "Nesterov") and name != "form":
            assert widget(page, number).locator(".live svg").inner_html() != before
    menu.select_option(label=str(start))
    menu.focus()
    page.keyboard.press("ArrowDown")
    moved = values[min(values.index(start) + 1, len(values) - 1)]
    assert said(page, number) == text(here, **{name: moved})
    menu.select_option(label=str(start))


def test_controls_combine(page: Any) -> None:
    here = fresh(RATES)
    box = widget(page, RATES)
    box.get_by_label("optimizer").select_option("Adam")
    box.get_by_label("batch").select_option("4")
    box.get_by_label("learning rate").focus()
    page.keyboard.press("End")
    assert said(page, RATES) == text(here, optimizer="Adam", batch=4, rate=1.0)
    assert box.locator(".live [role=img]").get_attribute("aria-label") == said(page, RATES)
    box.get_by_label("batch").select_option("all")
    box.get_by_label("optimizer").select_option("SGD")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    box.get_by_label("learning rate").fill("15")
    assert said(page, RATES) == text(here)


def test_the_lab_tells_the_reader_that_there_is_more(page: Any) -> None:
    assert widget(page, RATES).locator(".fewer").inner_text() == "In the notebook these controls offer more values."
    assert widget(page, NUDGE).locator(".fewer").count() == 0


def test_buttons_step_and_play_runs(page: Any) -> None:
    here = fresh(STEP_NUMBERS)
    box = widget(page, STEP_NUMBERS)
    box.get_by_label("One step on").click()
    assert said(page, STEP_NUMBERS) == text(here, step=1)
    box.get_by_label("One step back").click()
    box.get_by_label("One step back").click()
    assert said(page, STEP_NUMBERS) == text(here, step=0)
    box.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "words => document.querySelector('figure.widget .words').innerText === words",
        arg=text(here, step=2),
        timeout=6000,
    )
    box.get_by_role("button", name="Pause").click()
    assert box.get_by_role("button", name="Play").count() == 1


@pytest.mark.parametrize("number", [STEP_ARRAYS, NUDGE, RATES, JACOBIAN, RIDGES, EXPLORER])
def test_the_picture_is_the_library_s(page: Any, chromium: Any, number: int) -> None:
    here = fresh(number)
    draws(page, chromium, number, here.frame(here.state))


def test_the_word_map_goes_to_any_epoch(page: Any, chromium: Any) -> None:
    here = fresh(WORDS)
    slider = widget(page, WORDS).get_by_label("epoch", exact=True)
    for epoch in (6, 8, 0):
        slider.fill(str(epoch))
        frame = here.frame({"epoch": epoch})
        assert said(page, WORDS) == frame.text
        draws(page, chromium, WORDS, frame)


def bright(shot: bytes) -> float:
    """The mean brightness of a screenshot, from 0 to 255."""
    from PIL import Image

    return float(np.asarray(Image.open(io.BytesIO(shot)).convert("L"), float).mean())


def draws(page: Any, chromium: Any, number: int, frame: Frame) -> None:
    """The page shows the library's picture, pixel by pixel, but for places that were rounded to another tenth."""
    from PIL import Image

    shot = {}
    with opened(chromium) as other:
        for name, svg in {
            "page": widget(page, number).locator(".live svg").evaluate("svg => svg.outerHTML"),
            "library": fragment(frame.picture.scene),
        }.items():
            other.set_content(f"<style>body{{margin:0}}svg{{display:block}}{rules(0)}</style>{svg}")
            shot[name] = np.asarray(Image.open(io.BytesIO(other.screenshot())).convert("L"), float)
    apart = np.abs(shot["page"] - shot["library"]) > 96
    assert (shot["library"] < 128).mean() > 0.002
    assert apart.mean() < 0.0005


def test_nothing_was_asked_of_any_host(page: Any) -> None:
    assert page.asked and all(re.match(r"(file|data|blob):", address) for address in page.asked), page.asked
    assert page.wrong == []


def test_every_page_is_whole(chromium: Any, site: Path) -> None:
    """No error, no broken formula, no request beyond the disk, no page wider than a telephone, in both themes."""
    with opened(chromium, viewport={"width": 390, "height": 800}, color_scheme="light") as page:
        for path in sorted(site.glob("*.html")):
            show(page, site, path.name)
            assert page.locator(".katex-error").all_inner_texts() == [], path.name
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 390, path.name
            assert page.locator("h1").count() == 1 or path.name == "90_demonstration.html", path.name
            for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(30, 31, 38)")):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(COLORS)[0] == paper, path.name
        assert page.wrong == []
        assert all(re.match(r"(file|data|blob):", address) for address in page.asked)


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_toggle_turns_text_and_pictures(chromium: Any, site: Path, system: str) -> None:
    with opened(chromium, color_scheme=system) as page:
        show(page, site, "90_demonstration.html")
        page.wait_for_selector("figure.widget[data-live]")
        fills = "() => [...document.querySelectorAll('.lecture-lib-svg .f-paper')].map(e => getComputedStyle(e).fill)"
        here = page.evaluate(COLORS)
        assert set(page.evaluate(fills)) == {here[0]}
        maps = "() => getComputedStyle(document.querySelector('.lecture-lib-svg image')).filter"
        flips = {system: page.evaluate(maps)}
        page.locator("#theme").click()
        flips["dark" if system == "light" else "light"] = page.evaluate(maps)
        assert flips == {"light": "none", "dark": FLIP.replace("(.", "(0.")}
        other = page.evaluate(COLORS)
        assert other != here and set(page.evaluate(fills)) == {other[0]}
        # The choice lasts on the next page, and a second press follows the system again.
        show(page, site, "02_slopes_and_numeric_gradients.html")
        wait_for_colors(page, other)
        page.locator("#theme").click()
        assert page.evaluate(COLORS) == here
        assert page.evaluate("() => localStorage.getItem('theme')") is None


def test_pages_side_by_side_have_one_theme(chromium: Any, site: Path) -> None:
    with opened(chromium, color_scheme="light") as page:
        show(page, site, "02_slopes_and_numeric_gradients.html")
        light = page.evaluate(COLORS)
        beside = page.context.new_page()
        show(beside, site, "91_features.html")
        beside.locator("#theme").click()
        dark = beside.evaluate(COLORS)
        assert dark != light
        wait_for_colors(page, dark)
        assert page.locator("#theme").get_attribute("aria-label") == "Light colors"
        page.locator("#theme").click()
        wait_for_colors(beside, light)


def wait_for_colors(page: Any, colors: list[str]) -> None:
    """Until a page has these colors: what another page remembers arrives by way of another process."""
    page.wait_for_function(f"colors => ({COLORS})().join() === colors.join()", arg=colors, timeout=5000)


def test_plots_follow_the_page(chromium: Any, site: Path) -> None:
    with opened(chromium, color_scheme="dark") as page:
        show(page, site, "91_features.html")
        line, heat = page.locator("svg.plot").all()
        assert "on-paper" not in line.get_attribute("class") and "on-paper" in heat.get_attribute("class")
        assert line.evaluate("e => getComputedStyle(e).fill") == "rgb(241, 241, 243)"
        assert heat.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


def test_formulas_and_outputs(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "91_features.html")
        assert page.locator(".katex-error").count() == 0
        assert page.locator(".math.block .katex-display").count() >= 3
        assert page.locator("p code").first.inner_text() == "code"
        # A screen reader is given MathML.
        assert page.locator(".math math").count() == page.locator(".math").count()
        fonts = page.evaluate(
            "async () => { await document.fonts.ready; return [...document.fonts].map(f => f.status + f.family); }"
        )
        assert "loadedKaTeX_Main" in fonts and any(re.match(r'loaded"?Source Serif 4', font) for font in fonts)
        assert "ZeroDivisionError" in page.locator("pre.error").inner_text()


def test_hints_open(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "91_features.html")
        hint = page.locator("article details:not(.truth)")
        assert not hint.locator("p").is_visible()
        hint.locator("summary").focus()
        page.keyboard.press("Enter")
        assert hint.locator("p").is_visible()
        assert hint.locator("strong").inner_text() == "not" and hint.locator(".katex").count() == 2


def test_search_by_keyboard(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "index.html")
        page.keyboard.press("/")
        page.keyboard.type("LOGSUMEXP")
        page.wait_for_selector("#results a")
        titles = page.locator("#results b").all_inner_texts()
        assert titles[0].startswith("logsumexp")
        page.locator("#query").fill("qwzxv kjhgf")
        assert page.locator("#found").inner_text() == "Nothing found"
        page.locator("#query").fill("Needle in a haystack")
        assert page.locator("#found").inner_text() == "1 section"
        target = "91_features.html#Where-the-needle-lies"
        assert [link.get_attribute("href") for link in page.locator("#results a").all()] == [target]
        assert page.locator("#results mark").all_inner_texts()[0] == "needle"
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{target}")
        heading = page.locator("h2", has_text="Where the needle lies").bounding_box()
        assert 40 < heading["y"] < 200  # Below the bar.
        page.keyboard.press("/")
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()


# What people type, and where one of the first three results must lead.
QUERIES = [
    ("jacobain", "03"), ("what is a jacobian", "03"), ("initialisation", "14"), ("how to initialise weights", "14"), ("chain-rule", "04"),
    ("chainrule", "04"), ("the chain rule", "04"), ("backprop", "0"), ("gradients", "02"), ("named entity", "01"), ("windows", "01"),
    ("tanh slope", "03"), ("learning rate", "15"), ("optimisers", "15"), ("momentun", "15"), ("adam optimiser", "15"),
    ("vanishing gradients", "18"), ("exploding gradients", "18"), ("debuging", "18"), ("np.outer", "06"), ("outer product", "06"),
    ("∂s/∂W", "06"), ("∇W", "06"), ("kroneker", "06"), ("error signal", "05"), ("vectorisation", "12"), ("batching", "12"),
    ("saturate", "13"), ("dead relu", "13"), ("numerical gradient", "02"), ("gradient checking", "10"), ("auto grad", "09"),
    ("autograd", "09"), ("topological order", "09"), ("forward mode", "11"), ("overfiting", "16"), ("regularisation", "16"),
    ("logsumexp", "operations"), ("check_gradient", "library"), ("jvp", "library"), ("grad", "library"), ("relus", "operations"),
    ("symbols", "glossary"), ("cheat sheet", "cheat"), ("cheatsheet", "cheat"), ("teacher", "teachers"),
]  # fmt: skip


def test_searches_find_what_is_meant(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "index.html")
        page.keyboard.press("/")
        page.keyboard.type("x")
        page.wait_for_selector("#results a")
        missed = []
        for query, start in QUERIES:
            page.locator("#query").fill(query)
            found = page.evaluate(
                "() => [...document.querySelectorAll('#results a')].slice(0, 3).map((link) => link.getAttribute('href'))"
            )
            if not any(address.startswith(start) for address in found):
                missed.append((query, found))
        assert missed == []


def test_without_katex_formulas_are_mathml_and_widgets_live(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.route("**/katex.js", lambda route: route.abort())
        page.goto((site / "90_demonstration.html").as_uri())
        page.wait_for_selector("figure.widget[data-live]")
        page.goto((site / "05_error_signal.html").as_uri())
        # Those in the folded table of symbols are not seen.
        assert page.locator(".math > math:visible").count() > 20
        assert page.locator(".math").count() == page.locator(".math > math").count() > 50


@pytest.mark.parametrize("file", ["05_error_signal.html", "index.html"])
def test_nothing_jumps_while_a_telephone_loads_a_page(chromium: Any, site: Path, file: str) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        page.add_init_script(MOVED)
        show(page, site, file)
        page.wait_for_timeout(800)
        assert page.evaluate("() => window.moved") <= 0.1


def test_the_way_through_the_course(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "index.html")
        assert page.locator(".map li").count() >= 19
        page.locator(".map a", has_text="Start here").click()
        assert page.locator(".way [aria-current=page]").inner_text().split() == ["00", "Start", "here"]
        page.locator(".turn a[rel=next]").click()
        assert page.locator("h1").inner_text().startswith("01")
        page.locator(".turn a[rel=prev]").click()
        assert page.locator("h1").inner_text().startswith("00")


def test_on_a_telephone_the_contents_fold_away(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        show(page, site, "02_slopes_and_numeric_gradients.html")
        assert not page.locator(".way").is_visible()
        page.locator(".drawer summary").click()
        assert page.locator(".way").is_visible()


def test_paper_has_still_pictures_in_light(chromium: Any, site: Path) -> None:
    with opened(chromium, color_scheme="dark") as page:
        show(page, site, "90_demonstration.html")
        page.wait_for_selector("figure.widget[data-live]")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(COLORS)[1] == "rgb(26, 28, 32)"
        assert not page.locator(".live").first.is_visible() and page.locator(".still").first.is_visible()
        # A stepper's steps are large enough to be read, and those after the first have their colors too.
        steps = widget(page, STEP_NUMBERS).locator(".torn svg")
        assert steps.count() == 4
        for step in steps.all():
            assert step.bounding_box()["width"] > 340 and bright(step.screenshot()) > 200
        for gone in (".top", ".drawer", ".turn"):
            assert page.locator(gone).count() == 0 or not page.locator(gone).first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_scripts_the_text_and_still_pictures_are_there(chromium: Any, site: Path) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto((site / "90_demonstration.html").as_uri())
        assert page.locator(".still svg").first.is_visible()
        page.goto((site / "02_slopes_and_numeric_gradients.html").as_uri())
        assert page.locator("p > .math").first.is_visible()  # The table of symbols is folded.


def test_what_scrolls_can_be_reached_by_keyboard(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        show(page, site, "90_demonstration.html")
        page.wait_for_selector("figure.widget[data-live]")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.scroll, .wide, pre, .math.block')]"
            ".every(e => e.scrollWidth <= e.clientWidth + 1 || (e.tabIndex === 0 && e.ariaLabel))"
        )


def test_what_goes_on_beyond_an_edge_fades_there(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        show(page, site, "90_demonstration.html")
        page.wait_for_selector("figure.widget[data-live] .scroll.more-right")
        box = page.locator("figure.widget[data-live] .scroll.more-right").first.element_handle()
        assert "more-left" not in box.get_attribute("class")
        box.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
        page.wait_for_function("e => e.matches('.more-left:not(.more-right)')", arg=box)


def test_no_punctuation_is_torn_off_its_formula(chromium: Any, site: Path) -> None:
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        show(page, site, "05_error_signal.html")
        page.evaluate("() => document.querySelectorAll('article details').forEach(hint => hint.open = true)")
        held = page.evaluate("""() => [...document.querySelectorAll('.held')].map(held => {
            const range = document.createRange();
            range.selectNodeContents(held.lastChild);
            const part = [...held.querySelectorAll('.katex-base')].at(-1).getBoundingClientRect();
            return range.getBoundingClientRect().left >= part.left;
        })""")
        assert len(held) > 20 and all(held)


def test_no_serious_fault_of_accessibility(chromium: Any, site: Path) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python, which carries axe-core, is not installed: pip install -e '.[test]'",
    )
    grave = []
    with opened(chromium) as page:
        for k, path in enumerate(sorted(site.glob("*.html"))):
            sweep = bool(os.environ.get("LECTURE_LIB_SWEEP"))
            # Contrast takes nearly all the time, and the pages share their colors: every third page will do.
            rules = {"color-contrast": {"enabled": sweep or k % 3 == 0}}
            for scheme, width in SEEN if sweep else [SEEN[k % len(SEEN)]]:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                show(page, site, path.name)
                page.wait_for_function("() => !document.querySelector('figure.widget:not([data-live])')")
                grave += [
                    (path.name, scheme, width, fault["id"], [node["html"][:200] for node in fault["nodes"]][:5])
                    for fault in axe.Axe()
                    .run(page, options={"resultTypes": ["violations"], "rules": rules})
                    .response["violations"]
                    if fault["impact"] in ("serious", "critical")
                ]
    assert grave == []


@pytest.mark.parametrize("file", ["90_demonstration.html", "02_slopes_and_numeric_gradients.html"])
def test_what_a_page_really_loads(chromium: Any, site: Path, file: str) -> None:
    with opened(chromium) as page:
        show(page, site, file)
        page.wait_for_function("() => !document.querySelector('figure.widget:not([data-live])')")
        files = {Path(address.removeprefix("file://")) for address in page.asked if address.startswith("file:")}
        loaded = sum(path.stat().st_size for path in files)
        print(f"\n{file}: {loaded / 1e6:.2f} MB in {len(files)} files")
        # Of fonts and frames, what the page uses; no search and no Python.
        fonts, frames = ([path for path in files if path.parent.name == kind] for kind in ("fonts", "frames"))
        assert len(files) == 4 + len(fonts) + len(frames) and loaded <= HEAVIEST
        assert 1 < len(fonts) < 10 and len(frames) == page.locator("figure.widget").count()


def test_a_widget_is_after_a_reload_as_it_was(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        show(page, site, "90_demonstration.html")
        here = fresh(NUDGE)
        step, leaf = (widget(page, NUDGE).get_by_label(here.controls[name].label, exact=True) for name in ("k", "leaf"))
        page.wait_for_function("() => !document.querySelector('figure.widget:not([data-live])')")
        step.focus()
        page.keyboard.press("End")
        other = offered(here)["leaf"][-1]
        leaf.select_option(label=str(other))
        moved = text(here, k=offered(here)["k"][-1], leaf=other)
        assert said(page, NUDGE) == moved != text(here)
        page.reload()
        page.wait_for_function("() => !document.querySelector('figure.widget:not([data-live])')")
        assert said(page, NUDGE) == moved
        assert said(page, DOCK) == text(fresh(DOCK))


def test_a_widget_takes_its_room_before_its_frames_are_there(chromium: Any, site: Path) -> None:
    tall = "() => [...document.querySelectorAll('figure.widget')].map((figure) => Math.round(figure.offsetHeight))"
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        kept: list[Any] = []
        page.route("**/frames/*.js", lambda route: kept.append(route))
        page.goto((site / "90_demonstration.html").as_uri(), wait_until="domcontentloaded")
        before = page.evaluate(tall)
        for route in kept:
            route.continue_()
        page.unroute("**/frames/*.js")
        page.reload()
        page.wait_for_function("() => !document.querySelector('figure.widget:not([data-live])')")
        page.evaluate("() => document.fonts.ready.then(() => true)")
        assert page.evaluate(tall) == pytest.approx(before, abs=30)


def test_the_still_picture_stays_where_frames_are_missing(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.route("**/frames/*.js", lambda route: route.abort())
        page.goto((site / "90_demonstration.html").as_uri())
        page.wait_for_function("() => document.querySelectorAll('figure.widget.still-only').length === 9")
        assert page.locator(".still svg").first.is_visible() and page.locator(".live").count() == 0
