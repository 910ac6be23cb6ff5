"""Feedback as pages: one for each hand-in, and a summary of the class without names."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from lecture_lib.course.report import Grade, ReportError

MOST_MISTAKES = 20
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c;
       background: #fff }
h1 { font-size: 1.4rem } li { margin: .6rem 0 } .right { color: #0060A8 } .wrong { color: #C44E00 }
.muted { color: #555 }
table { border-collapse: collapse; width: 100% } td { padding: .15rem .5rem; vertical-align: top }
svg { display: block }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #16181b } .right { color: #6CC0FF }
       .wrong { color: #FFB066 } .muted { color: #aaa } }
"""
SIGNS = {"right": "✓", "wrong": "✗", "not done": "–", "missing": "–", "not confirmed": "?"}
WORDS = {
    "right": "right",
    "not done": "not done yet",
    "missing": "not reached: its check did not run",
    "not confirmed": "not confirmed: the answer could not be compared with the solution",
}


def feedback_folder(report: Path) -> Path:
    """The folder of the pages that belong to a report, which is refused when it can hold none."""
    folder = report.with_name(f"{report.stem}-feedback")
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ReportError(f"{folder} cannot hold the pages of feedback: name another report, or move it away.")
    return folder


def write_page(grade: Grade, folder: Path) -> Path:
    """Write the page of one hand-in: each exercise, right, wrong and the named mistake with its hint, or not done."""
    lines = []
    for name, result in grade.results.items():
        kind, _, mistake = result.partition(": ")
        text = f"wrong: {mistake}." if kind == "wrong" else WORDS[result]
        nudge = f"<br>{escape(grade.nudges[name])}" if name in grade.nudges else ""
        css = kind if kind in ("right", "wrong") else "muted"
        lines.append(f'<li><span class="{css}">{SIGNS[kind]} <b>{escape(name)}</b>: {escape(text)}</span>{nudge}</li>')
    status = "" if grade.status == "ok" else f'<p class="muted">While it ran: {escape(grade.status)}.</p>'
    body = (
        f"<p>{grade.right} of {len(grade.results)} exercises are right: {grade.points:g} of {grade.most:g} points.</p>"
        f"{status}<ul>{''.join(lines)}</ul>"
    )
    path = folder / f"{_slug(grade.file)}.html"
    path.write_text(_page(f"{grade.notebook}", body), encoding="utf-8", errors="backslashreplace")
    return path


def write_summary(grades: Sequence[Grade], folder: Path) -> Path:
    """Write what a class found hard, without names: a bar chart of the exercises, and the most frequent mistakes."""
    solved: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    mistakes: Counter[tuple[str, str]] = Counter()
    for grade in grades:
        for name, result in grade.results.items():
            seen[name] += 1
            solved[name] += result == "right"
            if result.startswith("wrong: "):
                mistakes[name, result.removeprefix("wrong: ")] += 1
    rows = [
        _bar(name, solved[name], seen[name])
        for name in sorted(seen, key=lambda name: (solved[name] / seen[name], name))
    ]
    named = [
        f"<tr><td>{count}</td><td>{escape(name)}</td><td>{escape(mistake)}</td></tr>"
        for (name, mistake), count in mistakes.most_common(MOST_MISTAKES)
    ]
    body = (
        f"<p>{sum(bool(g.results) for g in grades)} hand-ins. Each bar is the share in which an exercise is right, the "
        f"hardest first.</p><table>{''.join(rows)}</table><h2>The most frequent mistakes</h2>"
        f"<table>{''.join(named) or '<tr><td>None has a name.</td></tr>'}</table>"
    )
    path = folder / "summary.html"
    path.write_text(_page("What was hard", body), encoding="utf-8", errors="backslashreplace")
    return path


def _bar(name: str, solved: int, seen: int) -> str:
    width = 240 * solved / seen
    picture = (
        f'<svg width="242" height="16" role="img" aria-label="{solved} of {seen}">'
        f'<rect x="0.5" y="0.5" width="240" height="15" fill="none" stroke="currentColor" stroke-opacity=".3"/>'
        f'<rect x="0.5" y="0.5" width="{width:.1f}" height="15" fill="#0060A8"/></svg>'
    )
    return f"<tr><td>{escape(name)}</td><td>{picture}</td><td>{solved} of {seen} right</td></tr>"


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def _slug(name: str) -> str:
    """A file name that is safe anywhere and different for every hand-in."""
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name)[-60:].strip("-")
    return f"{plain}-{mark}"
