"""A picture that answers: its script, its numbers, and what stands in its place on paper."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parents[1] / "static" / "live"
PART = re.compile(r"\bpart\(\"([\w-]+)\"\)")
"""Where a script asks for another that it stands on."""


@dataclass(frozen=True)
class Live:
    """A picture that answers.

    Attributes:
        script: the name of the script in ``static/live`` that draws it.
        data: what the script needs, ready for JSON.
        still: the picture for paper and for pages without scripts, as an element of the page.
        words: what the still picture shows, in a sentence or two.
    """

    script: str
    data: Mapping[str, Any]
    still: str
    words: str

    @cached_property
    def text(self) -> str:
        """The numbers as JSON, in ASCII."""
        return json.dumps(self.data, separators=(",", ":"))

    @cached_property
    def name(self) -> str:
        """A name for the file that holds the numbers."""
        return f"{self.script}-{hashlib.blake2s(self.text.encode(), digest_size=6).hexdigest()}"

    def html(self) -> str:
        """The picture as a piece of a page: the still one, until the script comes."""
        still = f'<div class="scroll">{self.still}</div><figcaption>{html.escape(self.words)}</figcaption>'
        return (
            f'<figure class="picture answers" data-picture="{self.script}" data-numbers="{self.name}">'
            f'<div class="still">{still}</div></figure>'
        )


def loaded(script: str, name: str) -> list[str]:
    """The files that a picture asks for: its script and the parts of it, its style, its numbers."""
    parts = PART.findall((SCRIPTS / f"{script}.js").read_text(encoding="utf-8"))
    return [f"{script}.js", f"{script}.css", f"{name}.js", *(f"{part}.js" for part in parts)]


def write_live(pictures: Mapping[str, Live], folder: Path) -> None:
    """Write scripts and styles, and the numbers as scripts too: a page from a disk may load nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(SCRIPTS.iterdir()):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    for name, picture in pictures.items():
        text = f'course.numbers("{name}",{picture.text});\n'
        (folder / f"{name}.js").write_text(text, encoding="ascii", newline="\n")
