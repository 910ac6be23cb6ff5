"""Say what is wrong with a false line: conventions first, then paths, one change, symmetry, and the usual mistakes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lecture_lib.autograd.errors import GradientError, ShapeError
from lecture_lib.matcalc.derive import derive
from lecture_lib.matcalc.explain import explain
from lecture_lib.matcalc.expr import Expr, make, number
from lecture_lib.matcalc.labels import entries_of, gradient_label, jacobian_label
from lecture_lib.matcalc.normal import tidy
from lecture_lib.matcalc.paper.build import Readings
from lecture_lib.matcalc.paper.edits import edits, snippet
from lecture_lib.matcalc.paper.judge import Judge, Sides
from lecture_lib.matcalc.paper.problem import Atom, Edge, Problem
from lecture_lib.matcalc.paper.tree import Node, replaced, walk
from lecture_lib.matcalc.paper.trial import Trial
from lecture_lib.matcalc.paper.worlds import Scene, World, world_at
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.rules import count
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.walk import free_symbols, substitute, topological

# A line of more nodes is not changed place by place.
LARGE = 60
MOST_EDITS = 1500


@dataclass(frozen=True)
class Slip:
    """A mistake: its name, what it is, where it stands, and what would be right."""

    mistake: str
    words: str
    place: str = ""
    repair: str = ""


def slip_of(
    judge: Judge, left: Node, right: Node, line: str, sides: Sides | None, known: dict[str, Expr]
) -> Slip | None:
    """The name of what is wrong with what was known at that line; None where no usual mistake leads to it."""
    makers = [_conventions, _paths] if sides is not None else []
    for maker in makers:
        assert sides is not None
        found = next(maker(judge, sides), None)
        if found is not None:
            return found
    found = _edited(judge, replace(judge.problem, defined=known), left, right, line)
    if found is not None or sides is None:
        return found
    for late in (_conditions, _bent, _symmetric, _told, _elsewhere):
        found = next(late(judge, sides), None)
        if found is not None:
            return found
    return None


def agree(judge: Judge, left: Expr, right: Expr, sides: Sides) -> bool:
    """Are two expressions equal in the true worlds?"""
    both = Sides(left, right, sides.letters, sides.leaves)
    return judge.holds(both, None) and judge.proved(both, None) is not False


def _shape(e: Expr) -> str:
    return show_shape(e.shape)


def _conventions(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """The transpose of what it should be, or true in the other convention."""
    left, right = sides.left, sides.right
    atom = _derivative(judge, left)
    if atom is not None and atom.of is not None and atom.by is not None:
        if atom.of != atom.by and not judge.problem.between(atom.of, atom.by):
            told = f"{text(atom.of)} is not built from {text(atom.by)} here, so {text(left)} is 0"
            yield Slip("no path", told, text(left), "0")
        yield from _other_convention(judge, sides, atom, atom.of, atom.by)
    if not right.is_scalar and agree(judge, left, right.T, sides):
        shapes = "; ".join(f"{text(e)} is {_shape(e)}" for e in _factors(right))
        name = text(left)
        owner = f"{text(atom.by)}'s shape " if atom is not None and atom.kind == "grad" and atom.by is not None else ""
        told = f"the order: {text(right)} is the transpose of what belongs here" if _factors(right) else "transposed"
        yield Slip(
            "transposed",
            f"{told}; {shapes + '; ' if shapes else ''}{name} has {owner or 'the shape '}{_shape(left)}",
            text(right),
            _turned(right),
        )


def _other_convention(judge: Judge, sides: Sides, atom: Atom, of: Expr, by: Expr) -> Iterator[Slip]:
    if atom.letters or atom.below or atom.kind == "direct":
        return
    nabla, row = gradient_label(of.data, by.data).text, jacobian_label(of.data, by.data).text
    if atom.kind == "jac" and of.is_scalar and not by.is_scalar:
        gradient = judge.problem.atom(
            Expr("symbol", (), gradient_label(of.data, by.data), by.shape), Atom("grad", of, by, atom.via)
        )
        for flipped in (False, True):
            if by.is_column and flipped:
                continue
            if agree(judge, gradient.T if flipped else gradient, sides.right, sides):
                turned = ", transposed" if flipped else ""
                yield Slip(
                    "convention",
                    f"true in the other convention: {text(sides.right)} is {nabla}{turned}, of {text(by)}'s shape "
                    f"{_shape(by)}; {row} is a Jacobian, a row {_shape(sides.left)}",
                    text(sides.right),
                    f"{nabla} = {_turned(sides.right) if flipped else text(sides.right)}",
                )
    if atom.kind == "grad" and not by.is_scalar:
        jacobian = judge.build(Node("name", (), of.name), Node("name", (), of.name))
        label = jacobian_label(of.data, by.data)
        shape = (jacobian.left.shape[0], by.shape[0] * by.shape[1])
        symbol = judge.problem.atom(Expr("symbol", (), label, shape), Atom("jac", of, by, atom.via))
        if agree(judge, symbol, sides.right, sides):
            yield Slip(
                "convention",
                f"true in the other convention: {text(sides.right)} is {row}, a row {_shape(sides.right)}; "
                f"{nabla} has {text(by)}'s shape {_shape(by)}",
                text(sides.right),
                _turned(sides.right) if by.is_column else f"{row} = {text(sides.right)}",
            )
    if atom.kind == "jac" and not of.is_scalar and agree(judge, sides.left, sides.right.T, sides):
        yield Slip(
            "convention",
            f"true in the other convention, with a row for every input; here {row} has a row for every output: "
            f"{_shape(sides.left)}",
            text(sides.right),
            _turned(sides.right),
        )


def _derivative(judge: Judge, e: Expr) -> Atom | None:
    """The derivative that a left side is, by its own or by a given name."""
    atom = judge.problem.atoms.get(e)
    while atom is not None and atom.kind == "name" and atom.body is not None:
        atom = judge.problem.atoms.get(atom.body)
    return atom


def _plain(e: Expr) -> str:
    """A repaired side without the 1 that is left of a number, and with transposes on the factors."""
    return text(tidy(e))


def _factors(e: Expr) -> list[Expr]:
    if e.op != "product":
        return []
    chain = e.args[len(e.data[1]) :]
    return [a.args[0] if a.op == "T" else a for a in chain] if len(chain) > 1 else []


def _turned(e: Expr) -> str:
    """The transpose, written out."""
    if e.op == "product":
        count = len(e.data[1])
        links = [a.args[0] if a.op == "T" else a.T for a in reversed(e.args[count:])]
        return text(Expr("product", (*e.args[:count], *links), e.data, e.shape[::-1]))
    return text(e.args[0]) if e.op == "T" else _plain(e.T)


def _paths(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """A path into a quantity forgotten."""
    atom = _derivative(judge, sides.left)
    if atom is None or atom.of is None or atom.by is None or not sides.fits:
        return
    edges = judge.problem.between(atom.of, atom.by)
    by_parent: dict[Expr, list[Edge]] = {}
    for edge in sorted(edges, key=lambda e: e.name):
        by_parent.setdefault(edge.parent, []).append(edge)
    for parent, out in by_parent.items():
        if len(out) < 2:
            continue
        groups = [[e] for e in out] + [[e for e in out if e != kept] for kept in out if len(out) > 2]
        for lost in groups:
            if all(
                w.numbers.equal(
                    Scene(w, cut=frozenset(lost), letters=sides.letters).value(sides.left),
                    Scene(w, letters=sides.letters).value(sides.right),
                )
                for w in judge.worlds
            ):
                through = " and ".join(
                    f"through {text(e.user)}" if e.user != atom.of else f"straight to {text(e.user)}" for e in lost
                )
                yield Slip(
                    "path",
                    f"a path is forgotten: {text(parent)} reaches {text(atom.of)} along {len(out)} paths, and their "
                    f"parts add up",
                    f"the path {through} is missing",
                    f"add the part {through}",
                )


def _edited(judge: Judge, problem: Problem, left: Node, right: Node, line: str) -> Slip | None:
    """One change that makes the line true."""
    if sum(1 for _ in walk(right)) > LARGE:
        return None
    memo: dict[int, tuple[Node, Readings]] = {}
    seen: set[Expr] = set()
    letters = tuple(dict.fromkeys(x for n in walk(left) if n.op == "entry" for x in n.data if not x.isdigit()))
    trial = Trial(judge, left, right)
    for edit in itertools.islice(edits(problem, right, letters), MOST_EDITS):
        if not trial.possible(edit.place, edit.new):
            continue
        try:
            sides = judge.build(left, replaced(right, edit.place, edit.new), memo=memo)
        except (ShapeError, ValueError, TypeError, ArithmeticError):
            continue
        if sides.fits and sides.right not in seen and agree(judge, sides.left, sides.right, sides):
            return Slip(edit.mistake, edit.words, snippet(problem, edit.at or edit.place, line), _plain(sides.right))
        seen.add(sides.right)
    return None


def _conditions(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """True only where two indices are equal, or only where they differ, or after a sum over one of them."""
    if not sides.letters or not sides.fits:
        return
    on_left, on_right = (_indices(judge, side) for side in (sides.left, sides.right))
    world = judge.worlds[0]
    scene = Scene(world, letters=sides.letters)
    lengths = [world.size(size) for size in sides.letters.values()]
    left, right = (np.broadcast_to(scene.value(side)[..., 0, 0], lengths) for side in (sides.left, sides.right))
    equal = np.isclose(left, right, rtol=1e-9, atol=1e-12)
    names = list(sides.letters)
    for free in (x for x in on_right if x not in on_left and not x.isdigit()):
        summed = right.sum(axis=names.index(free), keepdims=True)
        if np.allclose(left, summed, rtol=1e-9, atol=1e-12):
            yield Slip("not summed", f"the sum over {free} is missing", "", f"Σ_{free} {text(sides.right)}")
    for k, i in enumerate(on_left):
        for j in on_left[k + 1 :]:
            if i.isdigit() and j.isdigit():
                continue
            places = [scene.place_of(x) for x in (i, j)]
            same = np.broadcast_to(places[0] == places[1], lengths)
            if same.any() and not same.all() and np.array_equal(equal, same):
                yield Slip("index", f"true only where {i} = {j}", "", "")
            if same.any() and not same.all() and np.array_equal(equal, ~same):
                yield Slip("index", f"true only where {i} and {j} differ", "", "")


def _indices(judge: Judge, e: Expr) -> list[str]:
    """The indices in an expression, and the digits that stand for one, of the whole problem's function too."""
    found: list[str] = []
    for symbol in judge.problem.inside(e):
        atom = judge.problem.atoms[symbol]
        found += [*atom.letters, *atom.below] if atom.kind != "over" else []
        if atom.body is not None:
            found += _indices(judge, atom.body)
    if any(n.op == "rows" for n in topological([judge.problem.output])):
        found.append("1")
    return list(dict.fromkeys(found))


def _bent(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """The chain rule with one local derivative that readers often get wrong."""
    atom = _derivative(judge, sides.left)
    if atom is None or atom.of is None or atom.by is None:
        return
    if not sides.fits and sides.right.is_column and sides.left.shape == (sides.right.shape[0],) * 2:
        sides = replace(sides, right=make("diag", sides.right))
    if not sides.fits:
        return
    for edge in sorted(judge.problem.between(atom.of, atom.by), key=lambda e: e.name):
        for mistake, words, slope in _wrong_slopes(edge):
            if all(_holds_bent(sides, edge, slope, w) for w in judge.worlds):
                yield Slip(mistake, words, f"{edge.name}: {edge.rule}", f"{edge.name} = {_slope(edge)}")


def _wrong_slopes(edge: Edge) -> Iterator[tuple[str, str, Expr]]:
    """Usual mistakes in the slope of an elementwise function, and in the Jacobian of a softmax."""
    body, name = edge.user.args[0], text(edge.user)
    if body.op == "elem":
        function, order, *settings = body.data
        slope = make("elem", body.args[0], data=(function, order + 1, *settings))
        yield "missing slope", f"the slope {text(slope)} is missing", number(1, body.shape)
        yield "function for slope", f"{name} stands where its slope {text(slope)} belongs", edge.user
        at_result = make("elem", edge.user, data=(function, order + 1, *settings))
        yield "slope at the wrong place", f"the slope is taken at {name}, not at {text(body.args[0])}", at_result
    if body.op == "softmax":
        off = f"off the diagonal −{name}ᵢ{name}ⱼ is missing"
        yield "softmax elementwise", f"{name}∘(1−{name}) is no softmax: {off}", edge.user * (1 - edge.user)
        yield "softmax elementwise", f"only the diagonal of softmax's Jacobian is here: {off}", edge.user


def _slope(edge: Edge) -> str:
    """The Jacobian of an elementwise function, or of a softmax."""
    body, name = edge.user.args[0], text(edge.user)
    if body.op == "elem":
        function, order, *settings = body.data
        return text(make("diag", make("elem", body.args[0], data=(function, order + 1, *settings))))
    return f"diag({name}) − {name}{name}ᵀ"


def _holds_bent(sides: Sides, edge: Edge, slope: Expr, world: World) -> bool:
    scene = Scene(world, letters=sides.letters)
    matrix = np.diag(scene.value(slope).ravel())
    bent = scene.but(assumed={(edge.user, edge.parent): matrix})
    found, right = bent.value(sides.left), scene.value(sides.right)
    return world.numbers.equal(np.broadcast_arrays(found, right)[0], right)


def _elsewhere(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """The right side is another derivative than the one on the left."""
    problem = judge.problem
    if sides.letters or _derivative(judge, sides.left) is None or sides.right.op in ("number", "eye"):
        return
    for of in reversed(problem.order):
        for by in [*problem.order, *free_symbols(problem.output)]:
            if not problem.between(of, by):
                continue
            row = Expr("symbol", (), jacobian_label(entries_of(of), entries_of(by)), (count(of), count(by)))
            choices = [problem.atom(row, Atom("jac", of, by))]
            if of.is_scalar and not by.is_scalar:
                nabla = Expr("symbol", (), gradient_label(of.data, by.data), by.shape)
                choices.append(problem.atom(nabla, Atom("grad", of, by)))
            for other in choices:
                if other.shape == sides.right.shape and other != sides.left and agree(judge, other, sides.right, sides):
                    yield Slip("another derivative", f"{text(sides.right)} is {text(other)}, not {text(sides.left)}")


def _symmetric(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """Right only if A = Aᵀ."""
    if not sides.fits:
        return
    for a in free_symbols(judge.problem.output):
        if a.shape[0] != a.shape[1] or a.is_scalar or a.fact:
            continue
        if all(_holds_symmetric(judge, sides, a, w, seed) for seed, w in enumerate(judge.worlds)):
            yield Slip("symmetric", f"right only if {text(a)} = {text(a)}ᵀ", text(a), "")


def _holds_symmetric(judge: Judge, sides: Sides, a: Expr, world: World, seed: int) -> bool:
    point = getattr(world.numbers, "point")  # noqa: B009
    special = type(point)(point.lengths, {**point.values, a: point.values[a] + point.values[a].T}, point.waves)
    there = world_at(judge.problem, special, np.random.default_rng(seed))
    scene = Scene(there, letters=sides.letters)
    return there.numbers.equal(scene.value(sides.left), scene.value(sides.right))


def _told(judge: Judge, sides: Sides) -> Iterator[Slip]:
    """What `explain` says of a gradient."""
    atom = _derivative(judge, sides.left)
    if atom is None or atom.kind != "grad" or atom.of is None or atom.by is None or atom.via is not None:
        return
    guess = _without_atoms(judge, sides.right)
    if guess is None or atom.of != judge.problem.output:
        return
    try:
        told = explain(derive(atom.of, wrt=[atom.by])[atom.by], guess=guess)
    except (ShapeError, GradientError, ValueError, TypeError, KeyError, ArithmeticError):
        return
    if told.correct or told.mistake in ("unknown", "shape"):
        return
    words = (told.message.partition(": ")[2] or told.message).replace("the guess", "the line")
    yield Slip(told.mistake, words, "", text(told.right))


def _without_atoms(judge: Judge, e: Expr) -> Expr | None:
    """An expression with given names written out; None where calculus stays in it."""
    for _ in range(4):
        inside = judge.problem.inside(e)
        bodies = {s: judge.problem.atoms[s].body for s in inside if judge.problem.atoms[s].kind == "name"}
        if len(bodies) < len(inside):
            gradients = _gradients(judge, [s for s in inside if s not in bodies])
            if gradients is None:
                return None
            bodies |= gradients
        if not bodies:
            return e
        e = substitute(e, {s: body for s, body in bodies.items() if body is not None})
    return None


def _gradients(judge: Judge, symbols: list[Expr]) -> dict[Expr, Expr | None] | None:
    """The gradients that symbols stand for, in the problem's own names."""
    found: dict[Expr, Expr | None] = {}
    for s in symbols:
        atom = judge.problem.atoms[s]
        if atom.kind != "grad" or atom.of != judge.problem.output or atom.by is None or atom.via is not None:
            return None
        leaves = [v for v in free_symbols(judge.problem.output) if judge.problem.between(judge.problem.output, v)]
        record = derive(judge.problem.output, wrt=leaves)
        if atom.by not in record.columns:
            return None
        found[s] = record.columns[atom.by]
    return found
