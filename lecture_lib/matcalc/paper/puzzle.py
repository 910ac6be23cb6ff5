"""A derivation to put in order: its lines, shuffled, with some wrong ones among them."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture_lib.matcalc.derive import Derivation, Part
from lecture_lib.matcalc.explain import is_right
from lecture_lib.matcalc.labels import gradient_label, label
from lecture_lib.matcalc.mistakes import candidates
from lecture_lib.matcalc.paper.problem import problem_of
from lecture_lib.matcalc.paper.reader import Reader
from lecture_lib.matcalc.printing import latex, text
from lecture_lib.matcalc.simplify import tidy

DISTRACTORS = 3


@dataclass(frozen=True)
class Card:
    """A line that can be placed.

    Args:
        text: the line.
        latex: the same in LaTeX.
        needs: the local derivatives that it takes, all that have not been stated.
        names: the names in it that other lines define.
        defines: the name that it defines; empty for most.
        wrong: why it does not belong here; empty for a right line.
    """

    text: str
    latex: str
    needs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    defines: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Puzzle:
    """Cards in a shuffled order. Right is every order in which each line follows from those above by one rule at most.

    Args:
        title: what is to be derived.
        given: the pieces of the function, as lines.
        cards: the lines, right and wrong ones.

    Example:
        >>> from lecture_lib import matcalc as mc
        >>> u, h = mc.symbols("u:n h:n")
        >>> p = puzzle(mc.derive(mc.let("s", u.T @ h), wrt=[h])[h])
        >>> p.title, p.check(p.solution)
        ('∇_h s', 'all lines stand in an order in which each follows')
    """

    title: str
    given: tuple[str, ...]
    cards: tuple[Card, ...]

    @property
    def solution(self) -> list[int]:
        """One right order, as places in `cards`."""
        order: list[int] = []
        left = [k for k, card in enumerate(self.cards) if not card.wrong]
        while left:
            k = next(k for k in left if not self.reason(order, k))
            order.append(k)
            left.remove(k)
        return order

    def reason(self, above: Sequence[int], place: int) -> str:
        """Why a line cannot stand below some others; empty where it can.

        Args:
            above: the lines above, as places in `cards`.
            place: the line.

        Returns:
            The reason.
        """
        card = self.cards[place]
        if card.wrong:
            return card.wrong
        said = [self.cards[k] for k in above]
        missing = card.names - {c.defines for c in said}
        if missing:
            return f"{', '.join(sorted(missing))} has no meaning yet: a line that defines it must stand above"
        new = card.needs - {need for c in said for need in c.needs}
        if len(new) > 1:
            return f"a jump: {', '.join(sorted(new))} are used here, and none of them is stated above"
        return ""

    def check(self, order: Sequence[int]) -> str:
        """What is to be said of an order.

        Args:
            order: places in `cards`, from above to below.

        Returns:
            The first line that does not follow with its reason, or what is still missing, or that all is right.

        Raises:
            ValueError: a place is no card, or comes twice.
        """
        if len(set(order)) != len(order) or not set(order) <= set(range(len(self.cards))):
            raise ValueError(f"an order names cards from 0 to {len(self.cards) - 1}, each once, not {list(order)}")
        for k, place in enumerate(order):
            reason = self.reason(order[:k], place)
            if reason:
                return f"line {k + 1}, {self.cards[place].text}: {reason}"
        left = sum(not card.wrong for card in self.cards) - len(order)
        if left:
            return f"right so far; {left} {'line is' if left == 1 else 'lines are'} still to come"
        return "all lines stand in an order in which each follows"

    def __repr__(self) -> str:
        lines = [f"Put in order: {self.title}, with {', '.join(self.given)}", ""]
        return "\n".join([*lines, *(f"{k:>2}  {card.text}" for k, card in enumerate(self.cards))])

    def _repr_html_(self) -> str:
        return self.page()

    def page(self, name: str = "puzzle") -> str:
        """The puzzle as HTML that needs no Python: every line is a button, for mouse and keyboard.

        Args:
            name: told apart from other puzzles of the page.

        Returns:
            HTML with its own small script.
        """
        data = [
            {
                "text": card.text,
                "needs": sorted(card.needs),
                "names": sorted(card.names),
                "defines": card.defines,
                "wrong": card.wrong,
            }
            for card in self.cards
        ]
        buttons = "".join(
            f'<li><button type="button" data-card="{k}">{html.escape(card.text)}</button></li>'
            for k, card in enumerate(self.cards)
        )
        heading = html.escape(f"Put in order: {self.title}, with {', '.join(self.given)}")
        told = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
        return (
            f'<section class="lecture-lib-puzzle" id="{name}"><style>{_STYLE}</style><p>{heading}</p>'
            f'<ul class="cards">{buttons}</ul><ol class="placed"></ol><p role="status" class="said"></p>'
            f'<script type="application/json">{told}</script><script>{_SCRIPT}</script></section>'
        )


_STYLE = """
.lecture-lib-puzzle { color-scheme: light dark; display: grid; gap: 0 1em;
  grid-template-columns: repeat(auto-fit, minmax(16em, 1fr)); }
.lecture-lib-puzzle > p { grid-column: 1 / -1; }
.lecture-lib-puzzle .cards { list-style: none; padding: 0; margin: 0; }
.lecture-lib-puzzle .placed { margin: 0; padding: 4px 0 0 1.6em; border-top: 2px solid; }
.lecture-lib-puzzle button { width: 100%; margin: 2px 0; padding: 6px 10px; font: inherit; text-align: left; }
"""
# The rules of `Puzzle.reason` once more, for a page without Python: tests/show/test_browser_paper.py compares them.
_SCRIPT = """
(() => {
  const box = document.currentScript.closest('section');
  const cards = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
  const placed = box.querySelector('.placed'), said = box.querySelector('.said');
  let order = [];
  const reason = (above, card) => {
    if (card.wrong) return card.wrong;
    const names = new Set(above.map(c => c.defines)), stated = new Set(above.flatMap(c => c.needs));
    const missing = card.names.filter(n => !names.has(n)), fresh = card.needs.filter(n => !stated.has(n));
    if (missing.length) return missing.join(', ') + ' has no meaning yet: a line that defines it must stand above';
    if (fresh.length > 1)
      return 'a jump: ' + fresh.join(', ') + ' are used here, and none of them is stated above';
    return '';
  };
  const show = () => {
    placed.replaceChildren(...order.map(k => {
      const item = document.createElement('li'), back = document.createElement('button');
      back.type = 'button';
      back.textContent = cards[k].text;
      back.onclick = () => { order = order.filter(j => j !== k); show(); };
      item.append(back);
      return item;
    }));
    box.querySelectorAll('[data-card]').forEach(b => { b.parentElement.hidden = order.includes(+b.dataset.card); });
    let text = '';
    order.forEach((k, i) => {
      const why = reason(order.slice(0, i).map(j => cards[j]), cards[k]);
      if (why && !text) text = 'line ' + (i + 1) + ', ' + cards[k].text + ': ' + why;
    });
    const left = cards.filter(c => !c.wrong).length - order.length;
    said.textContent = text || (left ? 'right so far; ' + left + (left === 1 ? ' line is' : ' lines are') +
      ' still to come' : 'all lines stand in an order in which each follows');
  };
  box.querySelectorAll('[data-card]').forEach(b => {
    b.onclick = () => { order.push(+b.dataset.card); show(); };
  });
})();
"""


def puzzle(derivation: Part | Derivation, seed: int = 0) -> Puzzle:
    """The lines of a derivation, shuffled, with two or three wrong ones.

    Args:
        derivation: the part of a derivation, ``D[W]``; a derivation by one symbol may be given whole.
        seed: of the shuffling and of the choice of wrong lines.

    Returns:
        The puzzle.

    Raises:
        ValueError: the derivation is about several symbols, or ends with Jacobians.

    Example:
        >>> from lecture_lib import matcalc as mc
        >>> W, x, u = mc.symbols("W:n×m x:m u:n")
        >>> D = mc.derive(mc.let("s", u.T @ mc.let("h", mc.tanh(mc.let("z", W @ x)))))
        >>> len([card for card in puzzle(D[W]).cards if card.wrong])
        3
    """
    if isinstance(derivation, Derivation):
        if len(derivation.wanted) != 1:
            raise ValueError(f"say which part is to be put in order, as in mc.puzzle(D[{derivation.wanted[0]}])")
        derivation = derivation[derivation.wanted[0]]
    part, whole = derivation, derivation.derivation
    if whole.jacobian:
        raise ValueError("only derivations of a single number can be put in order")
    signals = {label(delta.data).text: place for place, delta in whole.deltas.items()}
    names = {name: f"∇_{place} {whole.output.name}" for name, place in signals.items()}
    reader = Reader(problem_of(whole.output), names)
    given = tuple(step.text for step in part.steps if step.claim.kind == "definition")
    cards: dict[str, Card] = {}
    for step in part.steps:
        if step.claim.kind == "definition":
            continue
        line = f"{step.left.text} {step.sign} {text(step.body)}"
        found = reader.judge.step(*reader.problem.read(line).sides[:2])
        if found is None:
            continue
        mentioned = {label(reader.problem.defined[n].data).text for n in _mentioned(reader, line)}
        defines = step.left.text if step.left.kind == "signal" else ""
        shown = f"{step.left.latex} {step.sign} {latex(step.body)}"
        needs = frozenset(edge.name for edge in found.uses)
        cards.setdefault(line, Card(line, shown, needs, frozenset(mentioned - {defines}), defines))
    rng = np.random.default_rng(seed)
    shuffled = [*cards.values(), *_wrong(part, rng)]
    goal = gradient_label(whole.output.data, part.by.data).text
    return Puzzle(goal, given, tuple(shuffled[int(k)] for k in rng.permutation(len(shuffled))))


def _mentioned(reader: Reader, line: str) -> set[str]:
    """The given names of which a line speaks."""
    left, right, *_ = reader.problem.read(line).sides
    sides = reader.judge.build(left, right)
    inside = [*reader.problem.inside(sides.left), *reader.problem.inside(sides.right)]
    return {name for name, symbol in reader.problem.defined.items() if symbol in inside}


def _wrong(part: Part, rng: np.random.Generator) -> list[Card]:
    """Wrong last lines, each by another mistake."""
    found: dict[str, Card] = {}
    goal = gradient_label(part.derivation.output.data, part.by.data)
    for c in candidates(part):
        if c.mistake in found or is_right(part, c.gradient):
            continue
        gradient = tidy(c.gradient)
        if len(text(gradient)) > 40:
            continue
        line = f"{goal.text} = {text(gradient)}"
        if any(card.text == line for card in found.values()):
            continue
        found[c.mistake] = Card(line, f"{goal.latex} = {latex(gradient)}", wrong=f"{c.mistake}: {c.message}")
    kept = list(found.values())
    chosen = sorted(rng.permutation(len(kept))[:DISTRACTORS].tolist())
    return [kept[k] for k in chosen]
