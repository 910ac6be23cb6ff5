"""Words in pictures: what our fonts lack, or what runs from right to left, is left to the viewer's fonts."""

import re
import unicodedata

import numpy as np
import pytest

from lecture_lib.show import WindowSlider, WordMap
from lecture_lib.show.canvas.glyphs import measure, typeset
from lecture_lib.show.canvas.png import png
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.canvas.svg import standalone

SENTENCES = {
    "Korean": ["나는", "서울에서", "왔다"],
    "Chinese": ["我", "来自", "北京"],
    "Japanese": ["私", "は", "東京"],
    "Arabic": ["سافرت", "ليلى", "القاهرة"],
    "Hindi": ["राम", "दिल्ली", "में"],
    "Hebrew": ["שָׁלוֹם", "עולם"],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_words_are_text_in_both_pictures(language):
    words = SENTENCES[language]
    slider = WindowSlider(words)
    points = np.random.default_rng(0).normal(size=(2, len(words), 2))
    for scene in (slider.frame({"place": 1}).scene, WordMap(words, points).frame({"epoch": 1}).scene):
        svg = standalone(scene, language)
        written = re.findall(r"<text [^>]*>([^<]*)</text>", svg)
        assert set(words) <= set(written)
        leftward = language in ("Arabic", "Hebrew")
        assert svg.count('direction="rtl"') == (len(written) if leftward else 0)
        assert png(scene).startswith(b"\x89PNG")


def test_a_word_has_the_room_that_it_is_given():
    run = typeset("F 서울 α")
    (word,) = run.words
    assert word.text == "서울" and word.width == 200.0 and 0 < word.x < run.width - word.width
    assert [glyph.x < word.x or glyph.x >= word.x + word.width for glyph in run.glyphs] == [True, True]
    assert measure("서울", 15)[0] == pytest.approx(30.0)
    assert measure("दि", 15)[0] > measure("द", 15)[0] >= measure("द\u0947", 15)[0]


def test_words_of_one_script_stay_together_and_formulas_stay_formulas():
    run = typeset("من القاهرة: $x_1$ and café")
    assert [word.text for word in run.words] == ["من القاهرة:"]
    assert run.words[0].leftward and len(run.glyphs) > 6
    composed = typeset(unicodedata.normalize("NFD", "café"))
    assert not composed.words and composed == typeset("café")


def test_a_word_cannot_break_out_of_its_picture():
    scene = Scene(100, 40)
    scene.text("</text><script>서", 5, 20, 14)
    svg = standalone(scene, "x")
    assert "<script>" not in svg and "&lt;/text&gt;&lt;script&gt;서" in svg
