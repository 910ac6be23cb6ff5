"""The pieces of the site, without a browser: Markdown, pictures, tables, reference, search, files."""

import inspect
import json
import re
from html import escape
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site import build
from lecture_lib.course.site.alternatives import ALTERNATIVES
from lecture_lib.course.site.assets import SCRIPTS, STATIC, script, stylesheet, write_assets
from lecture_lib.course.site.build import HEAVIEST, TABLES, build_site, empty, executed, weight
from lecture_lib.course.site.cells import lesson
from lecture_lib.course.site.extras import PREVIEW, cheat_sheet, sitemap
from lecture_lib.course.site.figures import LARGEST, plot, themed, torn
from lecture_lib.course.site.figures import described as labels_of
from lecture_lib.course.site.glossary import each, entries, glossary, order
from lecture_lib.course.site.live.live import write_live
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.course.site.markdown import Renderer, inline, markdown
from lecture_lib.course.site.mathml import with_mathml
from lecture_lib.course.site.outputs import write_frames
from lecture_lib.course.site.pages import ABOUT, Page, Way, environment, render
from lecture_lib.course.site.reference import PACKAGES, described, reference
from lecture_lib.course.site.road import road, rows_of
from lecture_lib.course.site.run import write_html
from lecture_lib.course.site.search import sections, words
from lecture_lib.course.site.tables import FAMILIES, matrix_identities, operations
from lecture_lib.graph.table import table as table_of_operations
from lecture_lib.matcalc import identities

ELSEWHERE = re.compile(r"""(?:src|href|url|import)\s*[=(]\s*["']?(?:https?:)?//(?!www\.w3\.org)""")


def cells(*sources: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_markdown_cell(source) for source in sources])


# Markdown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$a < b$", '<p><span class="math">a &lt; b</span></p>'),
        ("$$x_1 * x_2 * x_3$$", '<span class="math block">x_1 * x_2 * x_3</span>'),
        ("`$HOME` and `a_b`", "<p><code>$HOME</code> and <code>a_b</code></p>"),
        ("`B-PER`, `(n, m)`", '<p><code class="whole">B-PER</code>, <code class="whole">(n, m)</code></p>'),
        ("[map](00_start_here.ipynb#The-map)", '<p><a href="00_start_here.html#The-map">map</a></p>'),
        ("[out](https://example.org/a.ipynb)", '<p><a href="https://example.org/a.ipynb">out</a></p>'),
        ("<!-- eq: id -->\ntext", "text"),
        ("**Predict.** Up?", '<p class="predict"><strong>Predict.</strong> Up?</p>'),
    ],
)
def test_markdown(source: str, expected: str) -> None:
    assert expected in markdown(source)
    assert "<!--" not in markdown(source)


def test_an_environment_is_a_formula() -> None:
    page = markdown("\\begin{align} a &= b \\end{align}")
    assert '<span class="math block">\\begin{align} a &amp;= b \\end{align}</span>' in page


def test_headings_have_names_that_come_once() -> None:
    renderer = Renderer()
    page = markdown("## Exercise\n\n## Exercise\n\n## The $\\delta$ line", renderer)
    assert re.findall(r'<h2 id="([^"]*)"', page) == ["Exercise", "Exercise-2", "The-\\delta-line"]
    assert [name for _, name, _ in renderer.headings] == ["Exercise", "Exercise-2", "The-\\delta-line"]


def test_a_table_scrolls_in_its_own_box() -> None:
    page = markdown("| a | b |\n|---|---|\n| $x$ | 1 |")
    assert '<div class="wide"><table>' in page


# Pictures


def drawn(**settings: object) -> str:
    import io

    import matplotlib.pyplot as plt

    figure, panel = plt.subplots(figsize=(3, 2))
    settings.pop("draw", lambda p: p.plot([1, 2], color="#0060A8"))(panel)  # type: ignore[operator]
    panel.set(**{"xlabel": "step", "title": "loss of $x_1$", **settings})
    file = io.StringIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    return file.getvalue()


def test_a_plot_takes_the_colors_of_the_page() -> None:
    page = plot(drawn())
    assert page is not None and "on-paper" not in page
    assert "stroke: var(--forward)" in page and "#0060a8" not in page and "#ffffff" not in page
    assert 'aria-label="A plot, labeled step, loss of x_1."' in page
    assert 'width="288" height="192"' in page  # 216 by 144 points
    assert "xlink" not in page and "<metadata" not in page


@pytest.mark.parametrize(
    "draw",
    [
        lambda p: p.imshow([[1, 2], [3, 4]]),
        lambda p: p.plot([1, 2], color="#440154"),
        lambda p: p.bar([1], [1], color="#888888") and p.text(0.5, 0.5, "a", color="white"),
    ],
)
def test_a_plot_that_darkness_would_spoil_keeps_its_paper(draw: object) -> None:
    page = plot(drawn(draw=draw))
    assert page is not None and 'class="plot on-paper"' in page and "var(--forward)" not in page


def test_a_plot_has_ids_of_its_own() -> None:
    first, second = plot(drawn()), plot(drawn(title="other"))
    ids = [set(re.findall(r'id="([^"]*)"', page or "")) for page in (first, second)]
    assert ids[0] and not ids[0] & ids[1]
    for page, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', page or "")) <= {
            pair for name in own for pair in ((name, ""), ("", name))
        }


def test_a_heavy_plot_stays_a_png() -> None:
    assert plot("<svg>" + " " * LARGEST + "</svg>") is None


def test_gray_turns_round_and_light_colors_stay() -> None:
    assert themed("#ffffff") == "color-mix(in srgb, var(--ink) 0%, var(--paper))"
    assert themed("#cccccc") == "color-mix(in srgb, var(--ink) 20%, var(--paper))"
    assert themed("#fde725") == "#fde725"


def test_a_notebook_with_every_kind_of_output() -> None:
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="a < b"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "<x>"}, execution_count=1),
        nbformat.v4.new_output("display_data", data={"text/latex": "$$x^2$$", "text/plain": ""}),
        nbformat.v4.new_output("display_data", data={"text/markdown": "**b** $x$", "text/plain": ""}),
        nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m: <e>"]),
        nbformat.v4.new_output(
            "display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "m"}, "text/plain": "Slider(1)"}
        ),
    ]  # fmt: skip
    body = lesson(new_notebook(cells=[new_code_cell("x = 1", id="c", outputs=outputs)]), "05_x").body
    assert "<pre>a &lt; b</pre>" in body and "<pre>&lt;x&gt;</pre>" in body
    assert '<span class="math block">x^2</span>' in body and "<strong>b</strong>" in body
    assert '<pre class="error">' in body and "&lt;e&gt;" in body
    assert "<pre>Slider(1)</pre>" in body and "model_id" not in body
    assert '<div class="cell" id="c">' in body


# The map, the glossary, the tables


def test_the_map_has_every_notebook() -> None:
    notebooks = {path.stem: read_notebook(path) for path in find_notebooks()}
    texts = {stem: [cell for cell in book.cells if cell.cell_type == "markdown"] for stem, book in notebooks.items()}
    lessons = [lesson(new_notebook(cells=found), stem) for stem, found in texts.items()]
    parts = road(notebooks, lessons)
    stops = [stop for part in parts for stop in part.stops]
    assert [stop.number for stop in stops] == [stem[:2] for stem in notebooks]
    assert [stop.lesson.stem for stop in stops if stop.lesson] == list(notebooks)
    assert all(stop.lesson.minutes for stop in stops if stop.lesson)
    assert parts[0].title == "Start" and len(parts) == 5


def test_notebooks_without_a_map_are_listed() -> None:
    notebook = cells("# A title")
    (part,) = road({"a": notebook}, [lesson(notebook, "a")])
    assert [stop.title for stop in part.stops] == ["A title"]


def test_rows_keep_bars_in_formulas_and_code() -> None:
    assert rows_of("text\n\n| a | |\n|:--|--|\n| $|x|$ | `a|b` |\n\nmore") == [["a", ""], ["$|x|$", "`a|b`"]]


def test_the_glossary_has_every_symbol_of_every_table() -> None:
    notebooks = {path.stem: read_notebook(path) for path in find_notebooks()}
    lessons = {path.stem: lesson(cells("# t"), path.stem) for path in find_notebooks()}
    page = glossary(notebooks, lessons)
    count = 0
    for stem, notebook in notebooks.items():
        for row in entries(notebook):
            for symbol, meaning, *_ in each(row):
                count += 1
                assert f"<td>{inline(symbol)}</td><td>{inline(meaning)}</td>" in page
            assert f'href="{stem}.html"' in page
    assert count > 300
    # A row for each symbol: none is found under several.
    assert not re.search(r'id="symbol-[^"(]*,', page)


def test_symbols_of_one_row_have_their_own_shapes_and_arrays() -> None:
    rows = [
        (r"$W,\ b$", "w", r"$n \times m,\ n \times 1$", "`W`, `(8, 250)`; `b`, `(8,)`"),
        (r"$z,\ h$", "w", r"$n \times 1$ each; in batches $N \times n$", "`z`, `h`, `(n,)`; `Z`, `H`, `(N, n)`"),
        (r"$\nabla_u\, s$", "w", "", "`g`"),
    ]
    (weights, bias), (before, _), (alone,) = (list(each(row)) for row in rows)
    assert weights == ("$W$", r"$W,\ b$: w", r"$n \times m$", "`W`, `(8, 250)`")
    assert bias == ("$b$", r"$W,\ b$: w", r"$n \times 1$", "`b`, `(8,)`")
    assert before[2:] == rows[1][2:] and alone == rows[2]


def test_one_meaning_in_two_notebooks_is_one_row() -> None:
    row = "| symbol | meaning | shape in mathematics | array in code |\n|---|---|---|---|\n| $d$ | length | a number | `d` |"
    notebooks = {"01_a": cells(row), "02_b": cells(row), "03_c": cells(row.replace("length", "width"))}
    page = glossary(notebooks, {stem: lesson(cells("# t"), stem) for stem in notebooks})
    assert page.count("<tr") == 3
    assert page.index("length") < page.index("width")


def test_a_glossary_in_order() -> None:
    names = ["delta", "W", "b", "B", "nabla_Ws", "x", "0"]
    assert sorted(names, key=order) == ["B", "b", "W", "x", "0", "delta", "nabla_Ws"]


def test_every_operation_is_in_the_table_with_its_derivatives() -> None:
    page = operations()
    for row in table_of_operations():
        assert f'<tr id="{row.name}">' in page
        assert page.count(f'id="{row.name}"') == 1
    assert page.count('class="math display"') == sum(len(row.derivatives) for row in table_of_operations())


def test_every_identity_is_in_the_table() -> None:
    assert matrix_identities().count("✓") == len(identities().rows)


# The reference


def test_every_public_name_has_an_entry() -> None:
    packages = {package.name: package for package in reference()}
    assert list(packages) == [name for name, _ in PACKAGES]
    for name, package in packages.items():
        module = import_module(name)
        for public in module.__all__:
            thing = getattr(module, public)
            path = ".".join([*name.split(".")[1:], public])
            if callable(thing):
                assert f'<section class="entry" id="{path}">' in package.body, path
            elif inspect.ismodule(thing):
                assert f'<h2 id="{path}">' in package.body, path
        assert "0x" not in re.sub(r"<pre>.*?</pre>", "", package.body, flags=re.S), "an address in memory"


def test_a_docstring_becomes_lists_and_code() -> None:
    page = described(
        "First line with ``code``.\n\nSecond <b>.\n\nArgs:\n    x: a number,\n        or two.\n    *more: others.\n\n"
        "Raises:\n    ValueError: never.\n\nExample:\n    >>> 1 + 1\n    2"
    )
    assert "<p>First line with <code>code</code>.</p><p>Second &lt;b&gt;.</p>" in page
    assert "<dt><code>x</code></dt><dd><p>a number,\n    or two.</p></dd><dt><code>*more</code></dt>" in page
    assert "<dt><code>ValueError</code></dt>" in page
    assert "&gt;&gt;&gt; " in page


# Search


def test_search_finds_sections_and_entries() -> None:
    body = (
        '<h1 id="t">T</h1><p>one <span class="math">\\delta x^\\top</span></p><div class="cell" id="c"><pre>np.outer</pre>'
        '</div><section class="entry" id="e"><h3><code>grad(f)</code></h3><p>two</p></section><svg><path d="M0 0"/></svg>'
    )
    assert [(s.anchor, s.heading, s.text) for s in sections("p.html", "T", body)] == [
        ("t", "T", "one δxᵀ np.outer"),
        ("e", "grad(f)", "two"),
    ]


@pytest.mark.parametrize(
    ("tex", "read"),
    [
        (r"\nabla_W s = \sigma \mathrm{x}", "∇_W s = σx"), (r"\frac{\partial s}{\partial W_{ij}}", "∂s/∂W_ij"),
        (r"\frac{1}{1 + \frac{a}{b}}", "1/1 + a/b"), (r"\delta^{\top}\,W", "δᵀ W"),
        (r"\begin{cases} 1 & a < b \\ 0 & \text{else} \end{cases}", "1 a < b 0 else"),
    ],
)  # fmt: skip
def test_formulas_are_found_as_one_reads_them(tex: str, read: str) -> None:
    assert words(f'so <span class="math block">{escape(tex)}</span>, or') == f"so {read}, or"


def test_a_heading_has_its_link_beside_it_and_no_level_is_skipped(site: Path) -> None:
    for path in site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", text)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path.name
        heads = re.findall(r"<h[2-6]\b[^>]*>.*?</h[2-6]>(.{23})", text, flags=re.S)
        assert set(heads) <= {'<a class="anchor" href='}, path.name
        assert not re.search(r"<th\b[^>]*>\s*</th>", text), path.name


def test_the_index_of_the_site(site: Path) -> None:
    text = (site / "assets" / "search-index.js").read_text(encoding="utf-8")
    rows = json.loads(text.removeprefix("window.courseIndex=").removesuffix(";\n"))
    without_headings = {"index.html", "90_demonstration.html"}
    assert {page for page, *_ in rows} == {path.name for path in site.glob("*.html")} - without_headings
    for page, anchor, *_ in rows:
        assert f'id="{anchor}"' in (site / page).read_text(encoding="utf-8").replace("&#x27;", "'").replace(
            "&amp;", "&"
        )
    assert not any("#" in heading.split()[-1:] for _, _, _, heading, _ in rows)


# Files


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    for path in site.rglob("*.*"):
        if path.suffix in (".html", ".css", ".js") and path.name != "katex.js":
            text = path.read_text(encoding="utf-8")
            for found in ELSEWHERE.finditer(re.sub(r'<a\b[^>]*href="[^"]*"', "", text)):
                pytest.fail(f"{path.name}: {text[found.start() : found.start() + 80]}")


def test_links_lead_somewhere(site: Path) -> None:
    for path in site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r'<a\b[^>]*href="([^"]*)"', text):
            file, _, anchor = link.replace("&#x27;", "'").replace("&amp;", "&").partition("#")
            if "://" in file:
                continue
            file = file.partition("?")[0]
            target = site / file if file else path
            assert target.exists(), f"{path.name}: {link}"
            if anchor:
                there = target.read_text(encoding="utf-8").replace("&#x27;", "'").replace("&amp;", "&")
                assert f'id="{anchor}"' in there, f"{path.name}: {link}"


def test_ids_come_once_on_a_page(site: Path) -> None:
    for path in site.glob("*.html"):
        ids = re.findall(r'\bid="([^"]*)"', re.sub(r"<svg.*?</svg>", "", path.read_text(encoding="utf-8"), flags=re.S))
        assert len(ids) == len(set(ids)), path.name


def test_pages_are_light_enough(site: Path) -> None:
    """Every kind of widget on one page, and the notebooks of the course."""
    weights = {path.name: weight(path) for path in site.glob("*.html")}
    print({name: f"{found / 1e6:.2f} MB" for name, found in weights.items()})
    assert max(weights.values()) <= HEAVIEST


HEAVY = find_notebooks(["06"])
"""To run a notebook takes long; the widgets of the others have lighter frames."""


@pytest.mark.parametrize("path", HEAVY, ids=lambda path: path.stem)
def test_a_notebook_with_its_widgets_is_light_enough(path: Path, tmp_path: Path) -> None:
    (run,) = executed([path])
    assert run.error is None and run.notebook is not None
    page = tmp_path / f"{path.stem}.html"
    write_assets(tmp_path / "assets")
    made = lesson(run.notebook, path.stem, PLACES)
    write_frames(made.frames, tmp_path / "assets" / "frames")
    write_live(made.live, tmp_path / "assets" / "live")
    page.write_text(made.body, encoding="utf-8")
    beside = [file.stat().st_size for kind in ("frames", "live") for file in (tmp_path / "assets" / kind).iterdir()]
    assert len(made.frames) >= 2 and made.live and weight(page) > page.stat().st_size
    print(f"{path.stem}: {weight(page) / 1e6:.2f} MB, {sum(beside) / 1e6:.2f} MB of it beside the page")
    assert weight(page) <= HEAVIEST - 100_000  # The frame around the text weighs less.


def test_a_copy_that_needs_no_other_file_holds_no_picture_that_asks_for_one(tmp_path: Path) -> None:
    """It shows what the kernel made; only a page of the site has scripts beside it."""
    (path,) = find_notebooks(["15"])
    write_html(read_notebook(path), tmp_path / "15.html")
    copy = (tmp_path / "15.html").read_text(encoding="utf-8")
    assert "data-numbers=" not in copy and "picture answers" not in copy
    for cell in ("15-lab-run", "15-lab-full"):
        after = copy[copy.index(f'id="{cell}"') :]
        assert "<svg" in after[: after.index('<div class="cell"')]


def test_fonts_are_files_beside_the_style_sheet_or_inside_it(tmp_path: Path) -> None:
    write_assets(tmp_path)
    named = re.findall(r"url\(([^)]*)\)", (tmp_path / "site.css").read_text(encoding="utf-8"))
    assert len(named) >= 20 and all((tmp_path / name).stat().st_size > 3000 for name in named)
    whole = stylesheet(whole=True)
    assert not re.findall(r"url\((?!data:)", whole) and whole.count("data:font/woff2") == len(named)
    for sheet in (whole, stylesheet()):
        # Text shows before its font is there.
        assert sheet.count("font-display:swap") == len(named) == sheet.count("@font-face") - sheet.count("src:local(")
    assert "var(--mono)" in whole and all((STATIC / name).exists() for name in SCRIPTS)
    assert "katex.render" in script()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it", encoding="utf-8")
    with pytest.raises(FileExistsError, match="something else than a site"):
        empty(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_failing_notebook_keeps_its_stored_outputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = nbformat.v4.new_output("stream", name="stdout", text="stored")
    notebook = new_notebook(cells=[new_markdown_cell("# 00 A"), new_code_cell("1 / 0", id="a", outputs=[stored])])
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "00_a.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setattr(build, "reference", list)
    monkeypatch.setattr(build, "distribution", lambda: None)
    before = path.read_bytes()
    for _ in range(2):  # A second call replaces the first one's pages.
        assert not build_site([path], tmp_path / "site")
    assert path.read_bytes() == before
    assert "<pre>stored</pre>" in (tmp_path / "site" / "00_a.html").read_text(encoding="utf-8")
    assert "cell 1: ZeroDivisionError" in capsys.readouterr().out.replace("division by zero", "ZeroDivisionError")
    assert (tmp_path / "site" / "notebooks" / "00_a.ipynb").read_bytes() == before


def test_a_copy_of_a_run_is_one_file_with_its_own_formulas(tmp_path: Path) -> None:
    write_html(cells("# 00 A\n\n$x$"), tmp_path / "00_a.html")
    page = (tmp_path / "00_a.html").read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [tmp_path / "00_a.html"]
    assert '<span class="math" data-tex="x"><math' in page and "katex" in page
    assert not re.search(r"<script[^>]*src=|<link[^>]*stylesheet", page)
    assert len(page) < 1_000_000


def test_tables_have_pages(site: Path) -> None:
    for file, title in TABLES:
        assert f'<h1 id="{title}">{title}</h1>' in (site / file).read_text(encoding="utf-8")


def test_types_of_widgets_share_nothing() -> None:
    """The names of glyphs come from their content, so two widgets on a page do not disturb one another."""
    from lecture_lib.show import JacobianMap, ShapeDock
    from lecture_lib.show.widgets.packed import unpacked

    first = unpacked(JacobianMap([[1.0, 2.0]], [1.0, 2.0]))
    dock = ShapeDock()
    one = SimpleNamespace(offline={}, controls={}, frame=lambda state: dock.frame(dock.state), still=dock.still)
    second = unpacked(one)
    assert not set(first["glyphs"]) & set(second["glyphs"])


def test_formulas_are_mathml_and_keep_their_tex() -> None:
    page = with_mathml(
        '<p><span class="math block">\\text{ for $j \\neq i$}</span> <span class="math">\\theta_{\\min} &lt; 1</span></p>'
    )
    assert page.count("<math") == 2 and 'display="block"' in page and "$" not in re.sub(r'data-tex="[^"]*"', "", page)
    assert 'data-tex="\\theta_{\\mathrm{min}} &lt; 1"' in page
    for path in find_notebooks(["05", "15"]):
        whole = with_mathml(lesson(read_notebook(path), path.stem).body)
        drawn = "".join(re.findall(r"<math.*?</math>", whole, flags=re.S))
        assert drawn.count("<math") > 50 and "\\" not in re.sub(r"<[^>]*>", "", drawn)


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\mathbf{1}", "<mn>𝟏</mn>"), (r"\dot v", '<mover accent="true"><mi>v</mi><mo>&#x002D9;</mo></mover>'),
        (r"\underbrace{W}_{n}", '<munder accentunder="true"><mrow><mi>W</mi></mrow><mo>&#x23DF;</mo></munder>'),
    ],
)  # fmt: skip
def test_mathml_is_in_today_s_words(tex: str, part: str) -> None:
    """A browser complains of older ones."""
    assert part in with_mathml(f'<span class="math">{tex}</span>')


def test_a_tall_picture_is_torn_where_it_may_be() -> None:
    whole = '<svg class="a" width="90" height="80" viewBox="0 0 90 80" role="img"><path id="p" d="M0 0"/></svg>'
    pieces = torn(whole, [30, 55]).split("</svg>")[:-1]
    assert [re.search('height="(\\d+)" viewBox="([^"]*)"', piece).groups() for piece in pieces] == [
        ("30", "0 0 90 30"), ("25", "0 30 90 25"), ("25", "0 55 90 25")
    ]  # fmt: skip
    (name,) = re.findall('<g id="([^"]*)" class="lecture-lib-svg">', pieces[0])
    assert all(f'href="#{name}"' in piece and "aria-hidden" in piece for piece in pieces[1:])


def test_labels_of_plots_are_spoken_without_signs() -> None:
    assert labels_of(["$\\mathdefault{10^{-3}}$", "loss of $x_1$"]) == "A plot, labeled 10^-3, loss of x_1."


def test_every_plot_of_the_course_has_its_sentences() -> None:
    drawn = {
        cell.id
        for path in find_notebooks()
        for cell in read_notebook(path).cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {}) and "text/html" not in output.data
    }
    assert drawn == ALTERNATIVES.keys()
    assert all(text.endswith(".") and not re.search(r"[$\\_]", text) for text in ALTERNATIVES.values())
    assert len(set(ALTERNATIVES.values())) == len(ALTERNATIVES)


def test_a_page_says_them(site: Path) -> None:
    page = (site / "16_train_ner.html").read_text(encoding="utf-8")
    assert f'alt="{escape(ALTERNATIVES["16-curve"])}"' in page


def test_the_cheat_sheet_fits_one_page_and_names_every_family() -> None:
    sheet = cheat_sheet()
    assert all(f"<dt>{title}</dt>" in sheet for title, _ in FAMILIES.values())
    assert sheet.count("✓") == len(identities().rows)


def test_a_sitemap_has_whole_addresses() -> None:
    assert sitemap(["a.html", "b.html"], "https://x.org/").count("<loc>https://x.org/") == 2


def test_a_link_to_a_page_has_a_picture_and_words(site: Path) -> None:
    with Image.open(site / PREVIEW) as picture:
        assert picture.size == (1200, 630)
    page = (site / "05_error_signal.html").read_text(encoding="utf-8")
    assert f'<meta property="og:image" content="{PREVIEW}">' in page and "prefers-color-scheme:dark" in page
    (described,) = re.findall(r'<meta name="description" content="([^"]*)">', page)
    assert len(described) > 40 and described != ABOUT
    whole = render(Page("a.html", "A", ""), Way(), environment(preview="https://x.org/preview.png"))
    assert 'content="https://x.org/preview.png"' in whole
