"""The live window: its numbers against the library's on the same bytes, its moves in Chromium, its picture on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture_lib import data, softmax, value_and_grad
from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.course.site.live.window import window
from lecture_lib.course.site.live.window_numbers import WORDS, unpacked
from lecture_lib.ner import NERWindowModel, Vectors, Vocabulary, tokenize
from lecture_lib.ner.network import scores, window_loss
from lecture_lib.ner.vocabulary import PADDING, UNKNOWN
from lecture_lib.ner.windows import window_matrix
from lecture_lib.train import optim

from .conftest import MOVED, opened

EVERYDAY = Path(__file__).parents[1] / "ner"
CLASSES = ("O", "PER", "LOC", "ORG")

# A sentence, the word in the middle, the label that is called right, a rate: with padding, with a word that comes twice
# and one that nobody knows, and a step that is too large.
CASES = [
    ("Paris Hilton is a celebrity", 0, "PER", 0.01),
    ("The mayor of the Zorblax resigned.", 2, "LOC", 0.003),
    ("Museums in Paris are amazing", 2, "O", 0.3),
]

SENTENCES = [
    "Mr. Al-Ani didn't pay $3.50 in the U.S., did he?", "It's Ana's dog; they've seen it, haven't they?", "He cannot come.",
    "I'm gonna visit New York on Jan. 5 at 9a.m.!", "AT&T bought e-mail from www.example.com/a?b=1.", "Wow... really?!",
    "Call 555-123-4567 (or 2004-11-12) :) ok", "Dr. J. Smith's co-workers don't like 5km runs.", "the '90s weren't bad",
    "José's café isn't in Łódź, is it?", "1,000.5% of 1/2 and .5 w/o No. 5", "CAN'T STOP", "a  tab\tand\nlines", "x@y.org wrote",
    "Her sister Paris called yesterday.", "“Quoted,” she said – and left.", "It dont matter, we wanna go", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def picture() -> Live:
    return window()


@pytest.fixture(scope="module")
def params(picture: Live) -> dict[str, Any]:
    return unpacked(picture.data)


@pytest.fixture(scope="module")
def vocabulary(picture: Live, params: dict[str, Any]) -> Vocabulary:
    return Vocabulary(Vectors(picture.data["words"].split(" "), params["E"][UNKNOWN + 1 :]), rms=None)


@pytest.fixture(scope="module")
def page(chromium: Any, site: Path) -> Iterator[Any]:
    """The front page, where nothing moves by itself, so that numbers can be read at once."""
    with opened(chromium, reduced_motion="reduce", viewport={"width": 390, "height": 800}) as page:
        live(page, site, "index.html")
        yield page


def live(page: Any, site: Path, file: str) -> None:
    page.goto((site / file).as_uri(), wait_until="domcontentloaded")
    page.locator("figure.answers").first.scroll_into_view_if_needed()
    page.wait_for_selector("figure.answers[data-live]")


def told(params: dict[str, Any], vocabulary: Vocabulary, text: str) -> np.ndarray:
    """The probabilities for every word, from the numbers of the page."""
    ids = window_matrix([tokenize(text)], vocabulary)
    return np.asarray(softmax(scores(params, params["E"][ids].reshape(len(ids), -1))))


def numbers(page: Any, name: str, selector: str = ".chart") -> np.ndarray:
    """What parts of the picture were drawn from."""
    return np.array(
        page.evaluate(
            "([selector, name]) => [...document.querySelectorAll(`.window ${selector}`)]"
            ".map((part) => Number(part.style.getPropertyValue(name)))",
            [selector, name],
        )
    )


def label(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=re.compile(f"^{name} "))


# The numbers


def test_the_page_holds_the_network_that_ships(picture: Live, params: dict[str, Any]) -> None:
    model = data.model("plain")
    words = picture.data["words"].split(" ")
    assert len(words) == len(set(words)) == WORDS and len(picture.text) < 700_000
    # The vectors ship in bytes already, so none is lost; W and U are rounded to 255 steps a row.
    E = model.vocabulary.matrix
    rows = [model.vocabulary.id(word) for word in words]
    np.testing.assert_allclose(params["E"], E[[PADDING, UNKNOWN, *rows]], atol=1e-4)
    for name in ("W", "U", "b", "c"):
        step = np.abs(model.params[name]).max(axis=-1, keepdims=True) / 127
        assert (np.abs(params[name] - model.params[name]) <= 0.51 * step).all(), name


def test_its_labels_are_those_of_the_network(params: dict[str, Any], vocabulary: Vocabulary) -> None:
    model, same = data.model("plain"), []
    for name in ("everyday", "everyday_kept"):
        for line in (EVERYDAY / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            text = re.sub(r"\[[A-Z]+ |\]", "", line)
            (whole,) = model.predict_proba([text])
            same += (told(params, vocabulary, text).argmax(axis=1) == whole.argmax(axis=1)).tolist()
    print(f"\nthe same label for {sum(same)} of {len(same)} words")
    assert len(same) > 700 and np.mean(same) >= 0.99


def test_every_place_is_a_cell() -> None:
    cells = {cell.id for path in find_notebooks() for cell in read_notebook(path).cells}
    assert set(PLACES) <= cells


def test_four_places_share_a_script_and_its_numbers(site: Path, picture: Live) -> None:
    for file in ("index", "00_start_here", "01_ner_windows", "07_first_training"):
        assert f'data-picture="window" data-numbers="{picture.name}"' in (site / f"{file}.html").read_text("utf-8")
    assert len(list((site / "assets" / "live").glob("window-*.js"))) == 2  # the model, and its numbers


# What the page computes


def test_sentences_are_cut_as_in_python(page: Any, picture: Live) -> None:
    cut = page.evaluate(
        "async ([sentences, data]) => {"
        " const make = await course.drawing.part('window-model'); return sentences.map(make(data).tokens); }",
        [SENTENCES, picture.data],
    )
    assert cut == [tokenize(text) for text in SENTENCES]


@pytest.mark.parametrize(("text", "place", "right", "rate"), CASES)
def test_the_numbers_are_the_library_s(
    page: Any, params: dict[str, Any], vocabulary: Vocabulary, text: str, place: int, right: str, rate: float
) -> None:
    tokens, y = tokenize(text), CLASSES.index(right)
    ids = window_matrix([tokens], vocabulary)[place]
    loss = NERWindowModel(vocabulary, CLASSES, fine_tune=True).loss_function()
    theta = {name: array.copy() for name, array in params.items()}
    present, case = (ids != PADDING)[None, :, None].astype(float), np.zeros((1, 0))

    page.get_by_label("Your sentence").fill(text)
    page.locator(".window .word[role=radio]").nth(place).click()
    assert page.locator(".window .token").all_inner_texts() == tokens
    label(page, right).click()
    page.get_by_label("rate").select_option(str(rate))
    for taken in (1, 2):
        x = theta["E"][ids].reshape(1, -1)
        p = softmax(scores(theta, x))[0]
        grad_x = value_and_grad(lambda x, theta=theta: _loss_of(theta, x, y))(x)[1].reshape(len(ids), -1)
        norms = np.where(ids == PADDING, 0, np.linalg.norm(grad_x, axis=1))
        value, grads = value_and_grad(loss)(theta, ids[None], present, case, np.array([y]))
        np.testing.assert_allclose(numbers(page, "--p"), p, atol=1e-9)
        np.testing.assert_allclose(numbers(page, "--top"), p - np.eye(4)[y], atol=1e-9)
        known = [k for k in range(len(ids)) if ids[k] != PADDING]
        np.testing.assert_allclose(numbers(page, "--norm", ".inside .norm-bar"), norms[known], atol=1e-9)
        shown = page.locator(".window .chip .norm").all_inner_texts()
        for name, seen in zip(("W", "b", "U", "c"), shown, strict=True):
            assert float(seen.replace("−", "-")) == pytest.approx(np.linalg.norm(grads[name]), rel=6e-3), name
        page.get_by_role("button", name="Take a step").click()
        optim.SGD(rate).step(theta, grads)
        after = softmax(scores(theta, theta["E"][ids].reshape(1, -1)))[0]
        np.testing.assert_allclose(numbers(page, "--p"), after, atol=1e-9)
        words = page.locator(".window .words").inner_text()
        assert words.startswith(f"Step {taken}: {right} went from {p[y]:.3f} to {after[y]:.3f}, and the loss")
        assert float(re.search(r"−log p from ([\d.e−]+)", words)[1].replace("−", "-")) == pytest.approx(value, rel=6e-3)
    page.get_by_role("button", name="Begin anew").click()
    np.testing.assert_allclose(numbers(page, "--p"), told(params, vocabulary, text)[place], atol=1e-9)


def _loss_of(theta: dict[str, Any], x: Any, y: int) -> Any:
    return window_loss(theta, x, np.array([y]))


NUDGED = """async (data) => {
  const network = (await course.drawing.part("window-model"))(data);
  const ids = network.around(network.tokens("Her sister Paris called her").map(network.id), 2);
  const loss = () => -Math.log(network.forward(ids).p[1]);
  const run = network.forward(ids);
  const back = network.backward(run, 1);
  const [n, m] = [run.h.length, run.x.length];
  const analytic = {
    W: (k) => back.delta[Math.floor(k / m)] * run.x[k % m], b: (k) => back.delta[k],
    U: (k) => back.top[Math.floor(k / n)] * run.h[k % n], c: (k) => back.top[k],
  };
  const pairs = [];
  const compare = (array, k, slope) => {
    const kept = array[k];
    const at = (by) => { array[k] = kept + by; return loss(); };
    const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
    array[k] = kept;
    pairs.push([slope, numeric]);
  };
  for (const [name, slope] of Object.entries(analytic)) {
    const array = network.params[name];
    for (let k = 0; k < array.length; k += Math.ceil(array.length / 40)) compare(array, k, slope(k));
  }
  // A word's vector, once it has moved: "her" stands in two places.
  network.step(run, back, 0);
  const her = network.vector(network.id("her"));
  for (let j = 0; j < network.d; j += 7) compare(her, j, back.word[j] + back.word[4 * network.d + j]);
  return pairs;
}"""


def test_a_nudge_agrees(page: Any, picture: Live) -> None:
    slopes, nudged = np.array(page.evaluate(NUDGED, picture.data)).T
    assert len(slopes) > 90 and np.abs(slopes).max() > 0.1
    np.testing.assert_allclose(slopes, nudged, atol=1e-8)


# How it moves


def test_keys_and_clicks_move_it_and_nothing_else(page: Any) -> None:
    """On a telephone: the frame stays in sight, the page keeps its place, and all of it can be done by keyboard."""
    tall = "() => document.querySelector('figure.answers').offsetHeight"
    height = page.evaluate(tall)
    assert height <= 860
    field = page.get_by_label("Your sentence")
    field.fill("The international organizations of Johannesburg, Amsterdam and Liechtenstein signed.")
    page.locator(".window .word[role=radio]").nth(2).click()
    words = page.locator(".window .word[role=radio]")
    for key, place in (
        ("ArrowRight", 3),
        ("End", 10),
        ("ArrowLeft", 9),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("ArrowDown", 1),
    ):
        page.keyboard.press(key)
        assert words.nth(place).evaluate("word => word === document.activeElement && word.ariaChecked === 'true'")
        edges = page.evaluate(
            "() => [...document.querySelectorAll('.sentence-strip, .window .inside, .window .five')]"
            ".map((e) => e.getBoundingClientRect()).map(({ left, right }) => [left, right])"
        )
        (first, last), *others = edges
        assert all(first <= left < right <= last for left, right in others), (key, edges)
        assert page.evaluate(tall) == height
    for name, tag in (("Tab", "BUTTON"), ("Space", "BUTTON")):
        page.keyboard.press(name)
        assert page.evaluate("() => document.activeElement.tagName") == tag
    assert label(page, "O").get_attribute("aria-pressed") == "true"
    assert page.locator(".window .words").inner_text().startswith("O is right: y is 1 there")
    assert page.locator(".window .above .backward").count() == 4 + 2 and page.evaluate(tall) == height
    page.get_by_role("button", name="Take a step").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert "Step 3:" in page.locator(".window .words").inner_text() and page.evaluate(tall) == height
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Take a step").is_disabled()
    field.fill("")
    assert page.locator(".window .words").inner_text().startswith("Type a sentence") and page.evaluate(tall) == height
    page.get_by_role("button", name="Museums in Paris are amazing").click()
    assert page.locator(".window .tag").all_inner_texts() == ["O", "O", "LOC", "O", "O"]
    field.fill("Museums in Zorblax are amazing")
    assert page.locator(".window .unknown").all_inner_texts()[0].startswith("Zorblax")
    small = page.evaluate(
        "() => [...document.querySelectorAll('.window :is(button, select, input)')].map((e) => e.getBoundingClientRect())"
        ".filter(({ width, height }) => width < 24 || height < 24).length"
    )
    assert small == 0 and page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert page.wrong == []


@pytest.mark.parametrize(
    ("file", "width", "scheme"), [("07_first_training.html", 1280, "dark"), ("index.html", 390, "light")]
)
def test_it_takes_its_place_without_a_jump_and_without_a_fault(
    chromium: Any, site: Path, file: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    with opened(chromium, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.add_init_script(MOVED)
        live(page, site, file)
        label(page, "PER").click()
        page.wait_for_function("() => document.getAnimations().length === 0")
        assert page.evaluate("() => window.moved") <= 0.1
        assert page.wrong == [] and all(address.startswith(("file:", "data:")) for address in page.asked)
        found = axe.Axe().run(page, context="figure.answers").response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []


def test_paper_and_pages_without_scripts_have_the_still_picture(chromium: Any, site: Path, picture: Live) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto((site / "index.html").as_uri())
        assert page.locator(".answers .still svg").is_visible()
        assert page.locator(".answers figcaption").inner_text() == picture.words
    assert "LOC with probability 0.63" in picture.words
    with opened(chromium) as page:
        live(page, site, "index.html")
        page.emulate_media(media="print")
        assert page.locator(".answers .still svg").is_visible() and not page.locator(".answers .live").is_visible()


def test_where_the_numbers_are_missing_the_still_picture_stays(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.route("**/live/window-*.js", lambda route: route.abort())
        page.goto((site / "index.html").as_uri())
        page.wait_for_selector("figure.answers.still-only")
        assert page.locator(".answers .still svg").is_visible() and page.locator(".answers .live").count() == 0
