"""The reference of the library, generated from its docstrings."""

from __future__ import annotations

import html
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer

from lecture_lib.course.site.markdown import linked

PACKAGES = (
    ("lecture_lib", "Gradients of plain NumPy code"),
    ("lecture_lib.matcalc", "Derivations with symbols"),
    ("lecture_lib.ner", "Text and the window model"),
    ("lecture_lib.train", "Training"),
    ("lecture_lib.data", "Data"),
    ("lecture_lib.show", "Pictures and widgets"),
    ("lecture_lib.exercises", "Exercises"),
)
"""Every package with public names, and what it is for."""

SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Example|Examples|Source|Note):[ \t]*$", flags=re.M)
ITEM = re.compile(r"^(\S[^:\n]*?): ?(.*(?:\n[ \t]+.*)*)", flags=re.M)
LISTED = ("Args", "Attributes", "Raises")
CODE = re.compile(r"``(.+?)``|`([^`\n]+)`", flags=re.S)


@dataclass(frozen=True)
class Package:
    """A page of the reference.

    Attributes:
        name: as it is imported.
        title: what it is for.
        body: its names as HTML.
        names: every name with an entry, and the entry's id.
    """

    name: str
    title: str
    body: str
    names: tuple[tuple[str, str], ...]

    @property
    def stem(self) -> str:
        """The name of its page's file, without the ending."""
        return "library-" + self.name.replace(".", "-")


def reference() -> list[Package]:
    """The pages of the reference."""
    return [_package(name, title) for name, title in PACKAGES]


def _package(name: str, title: str) -> Package:
    module = import_module(name)
    found = list(_entries(module, name.removeprefix("lecture_lib").lstrip(".")))
    names = tuple((path, path) for path, _ in found)
    return Package(name, title, "\n".join(text for _, text in found), names)


def _entries(module: ModuleType, path: str, level: int = 2) -> Iterator[tuple[str, str]]:
    """The path and the entry of every public name; a module among them follows with its own names, a level below."""
    modules = []
    for name in sorted(_public(module), key=str.lower):
        thing = getattr(module, name)
        if inspect.ismodule(thing):
            modules.append((name, thing))
        elif inspect.getdoc(thing) and (callable(thing) or inspect.isclass(thing)):
            spot = f"{path}.{name}" if path else name
            yield spot, entry(spot, thing, level)
    for name, inner in modules:
        spot = f"{path}.{name}" if path else name
        yield spot, linked(2, spot, f"<code>{spot}</code>") + described(inspect.getdoc(inner) or "")
        yield from _entries(inner, spot, 3)


def _public(module: ModuleType) -> list[str]:
    named = getattr(module, "__all__", None)
    if named is not None:
        return list(named)
    own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
    return [name for name in own if not name.startswith("_")]


def entry(path: str, thing: Any, level: int = 2) -> str:
    """A function or a class with its methods, under a heading of this level."""
    name = path.rpartition(".")[2]
    body = described(inspect.getdoc(thing) or "")
    if inspect.isclass(thing):
        body += "".join(_member(path, n, m, level + 1) for n, m in vars(thing).items() if not n.startswith("_"))
    kind = "class " if inspect.isclass(thing) else ""
    shown = (
        f'<span class="kind">{kind}</span>{html.escape(name)}<span class="rest">{html.escape(arguments(thing))}</span>'
    )
    head = linked(level, path, f"<code>{shown}</code>", named=False)
    return f'<section class="entry" id="{path}">{head}{body}</section>'


def _member(path: str, name: str, member: Any, level: int) -> str:
    function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
    words = inspect.getdoc(function)
    if not words or not (inspect.isfunction(function) or isinstance(function, property)):
        return ""
    rest = "" if isinstance(function, property) else arguments(function, method=not isinstance(member, staticmethod))
    shown = f'<code>.{html.escape(name)}<span class="rest">{html.escape(rest)}</span></code>'
    head = linked(level, f"{path}.{name}", shown, named=False)
    return f'<div class="member" id="{path}.{name}">{head}{described(words)}</div>'


def arguments(thing: Any, method: bool = False) -> str:
    """The arguments of a function, without their types, which the docstring tells in words.

    Example:
        >>> arguments(lambda x, axis=-1: x)
        '(x, axis=-1)'
    """
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    listed = list(signature.parameters.values())[int(method) :]
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in listed]
    return re.sub(r" at 0x[0-9a-f]+", "", str(signature.replace(parameters=bare, return_annotation=signature.empty)))


def described(words: str) -> str:
    """A docstring as HTML: paragraphs, lists of arguments, examples in color."""
    first, *rest = SECTION.split(words)
    pieces = [_paragraphs(first)]
    for title, text in zip(rest[::2], rest[1::2], strict=True):
        text = textwrap.dedent(text.strip("\n"))
        if title.startswith("Example"):
            body = highlight(text.replace("<BLANKLINE>", ""), PythonConsoleLexer(), HtmlFormatter())
        elif title in LISTED:
            items = ITEM.findall(text)
            body = "".join(
                f"<dt>{_inline(n if '`' in n else f'`{n}`')}</dt><dd>{_paragraphs(t)}</dd>" for n, t in items
            )
            body = f"<dl>{body}</dl>"
        else:
            body = _paragraphs(text)
        pieces.append(f'<div class="part"><p class="part-name">{title}</p>{body}</div>')
    return "".join(pieces)


def _paragraphs(text: str) -> str:
    found = []
    for block in re.split(r"\n\s*\n", textwrap.dedent(text).strip()):
        if block.startswith("* "):
            items = re.split(r"\n\* ", block[2:])
            found.append("<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>")
        elif block:
            found.append(f"<p>{_inline(block)}</p>")
    return "".join(found)


def _inline(text: str) -> str:
    return CODE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", html.escape(text, quote=False))
