"""Small changes of a typed line: each undoes one usual mistake, and says which."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from lecture_lib.matcalc.functions import lookup
from lecture_lib.matcalc.labels import label
from lecture_lib.matcalc.paper.problem import Problem
from lecture_lib.matcalc.paper.tokens import canonical
from lecture_lib.matcalc.paper.tree import Node, walk
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.sizes import ZERO
from lecture_lib.matcalc.walk import topological


@dataclass(frozen=True)
class Edit:
    """What undoes a mistake: its name, in words, which node, what comes in its place, where in the node it stands."""

    mistake: str
    words: str
    place: Node
    new: Node
    at: Node | None = None


# A node, and the changes of it: the mistake, in words, what to put in its place, and where in it the mistake stands.
Change = tuple[str, str, Node] | tuple[str, str, Node, Node]
Maker = Callable[[Problem, Node], Iterator[Change]]


def edits(problem: Problem, line: Node, letters: tuple[str, ...] = ()) -> Iterator[Edit]:
    """All changes of one place, the commonest mistakes first; letters are the indices of the left side."""
    by_id = {id(n): n for n in walk(line)}
    inside = {op: {id(a) for n in walk(line) if n.op == op for a in n.args} for op in ("entry", "jac", "grad")}
    inner = set().union(*inside.values())
    for maker in MAKERS:
        for key, node in by_id.items():
            if (key in inner and not (maker is _letters and key in inside["entry"])) or (
                maker is _whole and key != id(line)
            ):
                continue
            for mistake, words, new, *at in maker(problem, node):
                yield Edit(mistake, words, node, new, *at)
    yield from _everywhere(problem, line)
    if letters:
        for key in by_id:
            for mistake, words, new, *at in _entries(problem, by_id[key], letters):
                if key not in inner:
                    yield Edit(mistake, words, by_id[key], new, *at)


def product(*factors: Node, sign: str = "") -> Node:
    return Node("prod", factors, (sign,) * (len(factors) - 1))


def _transposes(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "T":
        yield "missing transpose", "a transpose is too many", node.args[0]
    elif node.op in ("name", "jac", "grad", "call", "sum", "prod"):
        yield "missing transpose", "a transpose is missing", Node("T", (node,))


def _orders(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op != "prod" or not 1 < len(node.args) <= 4 or "/" in node.data:
        return
    for order in itertools.permutations(range(len(node.args))):
        factors = [node.args[k] for k in order]
        if list(order) != sorted(order):
            for signs in dict.fromkeys([node.data, ("",) * len(node.data)]):
                yield "order", "the factors stand in the wrong order", Node("prod", tuple(factors), signs)
                for k, factor in enumerate(factors):
                    turned = factor.args[0] if factor.op == "T" else Node("T", (factor,))
                    made = (*factors[:k], turned, *factors[k + 1 :])
                    yield "order", "the factors stand in the wrong order", Node("prod", made, signs)
                if len(factors) == 2:
                    both = tuple(f.args[0] if f.op == "T" else Node("T", (f,)) for f in factors)
                    yield "order", "the factors stand in the wrong order", Node("prod", both, signs)
    for k, j in itertools.combinations(range(len(node.args)), 2):
        both = tuple(
            (f.args[0] if f.op == "T" else Node("T", (f,))) if i in (k, j) else f for i, f in enumerate(node.args)
        )
        yield "missing transpose", "transposes stand at the wrong factors", Node("prod", both, node.data)


def _slopes(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "prod":
        for k, factor in enumerate(node.args):
            inside = factor.args[0] if factor.op == "call" and factor.data[0] == "diag" else factor
            if inside.op == "call" and inside.data[1]:
                yield "superfluous slope", f"the slope {_named(inside)} is too many", _without(node, k), factor
    if node.op != "call" or len(node.args) != 1:
        for name, order, argument in _functions(problem):
            if node.op == "name" and canonical(_piece(problem, name, argument)) == node.data:
                slope = Node("call", (argument,), (name, order + 1))
                yield "function for slope", f"{_name(node.data)} stands where a slope, {_named(slope)}, belongs", slope
        return
    name, order = node.data
    if name not in problem.words.functions.values():
        return
    if not any(name == other for other, _, _ in _functions(problem)) and lookup(name).slope is None:
        return
    slope = Node("call", node.args, (name, order + 1))
    yield "function for slope", f"{_named(node)} stands where its slope {_named(slope)} belongs", slope
    if order:
        less = Node("call", node.args, (name, order - 1))
        yield "slope for function", f"the slope {_named(node)} stands where {_named(less)} belongs", less
    for other in dict.fromkeys(other for other, _, _ in _functions(problem) if other != name):
        for made in (Node("call", node.args, (other, order)), Node("call", node.args, (other, order + 1))):
            yield "wrong function", f"{_named(made)} belongs where {_named(node)} stands", made
    for other in problem.names if node.args[0].op in ("name", "call") else ():
        argument = Node("name", (), other)
        if argument not in node.args:
            made = Node("call", (argument,), node.data)
            what = f"slope {name}′" if order else f"function {name}"
            mistake = "slope at the wrong place" if order else "wrong quantity"
            yield mistake, f"the {what} is taken at the wrong place", made


def _functions(problem: Problem) -> list[tuple[str, int, Node]]:
    """The elementwise functions of the problem with their arguments."""
    found = []
    for piece in problem.pieces.order:
        for node in topological([piece.args[0]], into_lets=False):
            if node.op == "elem" and node.args[0].name:
                found.append((str(node.data[0]), int(node.data[1]), Node("name", (), canonical(node.args[0].name))))
    return found


def _piece(problem: Problem, name: str, argument: Node) -> str:
    """The name of the piece that a function is the body of."""
    for piece in problem.pieces.order:
        body = piece.args[0]
        if body.op == "elem" and body.data[0] == name and canonical(body.args[0].name) == argument.data:
            return piece.name
    return ""


def _named(call: Node) -> str:
    """A call in words."""
    name, order = call.data
    inside = _name(call.args[0].data) if call.args[0].op == "name" else "…"
    written = {"sigmoid": "σ"}.get(name, name)
    return f"{written}{'′' * order}({inside})"


def _name(name: str) -> str:
    """A name as it is written, z₁ for z1."""
    return label(name).text


def _misplaced(name: str) -> str:
    return f"{_name(name)} stands where another quantity belongs"


def _signs(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "sum":
        for k in range(len(node.data)):
            signs = tuple(-s if i == k else s for i, s in enumerate(node.data))
            words = "the sign of a term is wrong" if len(signs) > 1 else "the sign is wrong"
            yield "sign", words, Node("sum", node.args, signs), node.args[k]


def _numbers(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "num":
        for factor, words in ((Fraction(2), "a factor 2 is missing"), (Fraction(1, 2), "a factor 2 is too many")):
            yield "factor", words, Node("num", (), node.data * factor)
        yield "sign", f"the sign of {node.data} is wrong", Node("num", (), -node.data)
    if node.op == "sum" and len(node.args) > 1:
        for k, term in enumerate(node.args):
            for factor, words in ((Fraction(2), "half"), (Fraction(1, 2), "twice")):
                scaled = product(Node("num", (), factor), term)
                args = (*node.args[:k], scaled, *node.args[k + 1 :])
                yield "factor", f"a term is {words} as large as it should be", Node("sum", args, node.data), term
    if node.op == "pow":
        for top in (node.data + 1, node.data - 1, -node.data):
            yield "power", "the exponent is wrong", Node("pow", node.args, top)
    if node.op in ("name", "call"):
        yield "power", "a square is missing", Node("round", (node,), Fraction(2))


def _whole(problem: Problem, node: Node) -> Iterator[Change]:
    yield "sign", "the sign is wrong", Node("sum", (node,), (-1,))
    for value, words in ((2, "a factor 2 is missing"), (Fraction(1, 2), "a factor 2 is too many")):
        yield "factor", words, product(Node("num", (), Fraction(value)), node)
    for size_label in sorted(problem.labels):
        size = Node("size", (), size_label)
        words = f"1/{size_label} is missing, that of the mean"
        yield "missing 1/N", words, Node("prod", (node, size), ("/",))
        yield "averaged", f"1/{size_label} is too many: a sum belongs here, not a mean", product(size, node)


def _products(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "prod":
        for k, sign in enumerate(node.data):
            for other in ("∘", "", "⊗"):
                if other != sign and sign != "/":
                    signs = (*node.data[:k], other, *node.data[k + 1 :])
                    told = {"∘": "∘", "": "the matrix product", "⊗": "⊗", "@": "the matrix product"}
                    words = f"{told.get(sign, sign)} stands where {told[other]} belongs"
                    yield "wrong product", words, Node("prod", node.args, signs)
    if node.op in ("call", "name", "sum", "prod"):
        if node.op == "call" and node.data[0] == "diag":
            yield "wrong product", "diag is too many", node.args[0]
        else:
            yield "wrong product", "diag is missing: a column stands for a diagonal matrix", _diag(node)


def _diag(node: Node) -> Node:
    return Node("call", (node,), ("diag", 0))


def _letters(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "name":
        mine = problem.names.get(node.data, problem.defined.get(node.data))
        alike = [other for other, e in problem.names.items() if mine is not None and e.shape == mine.shape]
        for other in [*alike, *(x for x in problem.names if x not in alike)]:
            if other != node.data:
                yield (
                    "wrong quantity",
                    _misplaced(node.data),
                    Node("name", (), other),
                )
        rest = Node("sum", (Node("num", (), Fraction(1)), node), (1, -1))
        yield "wrong quantity", f"{_name(node.data)} stands where 1 − {_name(node.data)} belongs", rest
    if node.op == "entry":
        for k, letter in enumerate(node.data):
            for other in "ijklc":
                if other != letter:
                    letters = (*node.data[:k], other, *node.data[k + 1 :])
                    yield "wrong index", f"the index {letter} is wrong", Node("entry", node.args, letters)
        if len(node.data) == 2:
            yield "wrong index", "the indices are swapped", Node("entry", node.args, node.data[::-1])
    used = dict.fromkeys(x for n in walk(node) if n.op == "entry" for x in n.data) if node.op == "prod" else {}
    for one, other in itertools.combinations(used, 2):
        yield "wrong index", f"the indices {one} and {other} are swapped", _swapped(node, {one: other, other: one})


def _swapped(node: Node, letters: dict[str, str]) -> Node:
    """A tree with indices exchanged."""
    data = tuple(letters.get(x, x) for x in node.data) if node.op in ("entry", "over") else node.data
    return Node(node.op, tuple(_swapped(a, letters) for a in node.args), data)


def _given(problem: Problem, node: Node) -> Iterator[Change]:
    """Another quantity for a given name, such as δ, and the other way round."""
    if node.op == "name":
        for other in problem.defined if node.data not in problem.defined else {**problem.defined, **problem.names}:
            if other != node.data:
                yield (
                    "wrong quantity",
                    _misplaced(node.data),
                    Node("name", (), other),
                )
    if node.op in ("jac", "grad") and node.data is None:
        for k, target in enumerate(node.args):
            for other in problem.names if target.op == "name" else ():
                args = (*node.args[:k], Node("name", (), other), *node.args[k + 1 :])
                yield (
                    "wrong quantity",
                    _misplaced(target.data),
                    Node(node.op, args),
                )


def _both(problem: Problem, node: Node) -> Iterator[Change]:
    """∘ for a matrix product whose second or first factor is to be transposed, and the other way round."""
    if node.op != "prod" or len(node.args) != 2:
        return
    a, b = node.args
    if node.data[0] in ("∘", "*", "·", "@"):
        words = f"{node.data[0]} stands where a matrix product with a transpose belongs"
        for factors in ((a, Node("T", (b,))), (Node("T", (a,)), b)):
            yield "wrong product", words, product(*factors)
    bare = tuple(f.args[0] if f.op == "T" else f for f in (a, b))
    if bare != (a, b):
        yield "wrong product", "the matrix product adds up; here ∘ belongs", product(*bare, sign="∘")


def _parts(problem: Problem, node: Node) -> Iterator[Change]:
    """Another slice, another block of a stack."""
    if node.op == "cut":
        for place in _places(problem):
            yield "wrong part", "another part is cut out", Node("cut", node.args, place)
    if node.op in ("prod", "T", "name", "call", "sum"):
        for place in _places(problem):
            yield "wrong part", "the whole stands where a part is to be cut out", Node("cut", (node,), place)
    if node.op == "stack":
        for k, j in itertools.product(range(len(node.args)), repeat=2):
            if node.args[k] != node.args[j]:
                args = (*node.args[:k], node.args[j], *node.args[k + 1 :])
                yield "wrong part", "a block stands in the wrong place", Node("stack", args)
        for k, j in itertools.combinations(range(len(node.args)), 2):
            args = tuple(node.args[{k: j, j: k}.get(i, i)] for i in range(len(node.args)))
            yield "wrong part", "a block stands in the wrong place", Node("stack", args)


def _places(problem: Problem) -> list[str]:
    """The slices that belong to the parts of the stacks in a problem."""
    found = []
    for node in topological([problem.output]):
        if node.op == "concat":
            start = ZERO
            for part in node.args:
                found.append(f"{start}:{start + part.shape[0]}")
                start += part.shape[0]
    return list(dict.fromkeys(found))


def _everywhere(problem: Problem, line: Node) -> Iterator[Edit]:
    """One name for another wherever it stands."""
    for node in walk(line):
        if node.op not in ("prod", "sum", "call"):
            continue
        for one in dict.fromkeys(n.data for n in walk(node) if n.op == "name"):
            for other in {**problem.names, **problem.defined}:
                if other != one:
                    yield Edit("wrong quantity", _misplaced(one), node, _renamed(node, one, other))


def _renamed(node: Node, one: str, other: str) -> Node:
    data = other if node.op == "name" and node.data == one else node.data
    return Node(node.op, tuple(_renamed(a, one, other) for a in node.args), data)


def _entries(problem: Problem, node: Node, letters: tuple[str, ...]) -> Iterator[Change]:
    """Entries that are missing, or stand where another entry belongs."""
    if node.op in ("entry", "num"):
        for made in _all_entries(problem, letters):
            told = f"{made.args[0].data}_{''.join(made.data)}"
            if node.op == "num" or made.args != node.args:
                yield "wrong quantity", "another entry belongs here", made
            yield "missing factor", f"the factor {told} is missing", product(node, made)
    free = [x for n in walk(node) if n.op == "entry" for x in n.data if x not in letters and not x.isdigit()]
    for letter in dict.fromkeys(free if node.op in ("prod", "entry") else []):
        yield "not summed", f"the sum over {letter} is missing", Node("over", (node,), (letter,))
    if node.op == "over":
        for letter in letters:
            words = f"the sum over {node.data[0]} is too many"
            yield "superfluous sum", words, _swapped(node.args[0], {node.data[0]: letter})
    if node.op == "prod":
        for made in _all_entries(problem, letters):
            told = f"{made.args[0].data}_{''.join(made.data)}"
            yield "missing factor", f"the factor {told} is missing", product(node, made)


def _all_entries(problem: Problem, letters: tuple[str, ...]) -> Iterator[Node]:
    for name, e in {**problem.names, **problem.defined}.items():
        if not e.is_scalar:
            for chosen in itertools.permutations(letters, 1 if e.is_column else 2):
                yield Node("entry", (Node("name", (), name),), chosen)


def _too_many(problem: Problem, node: Node) -> Iterator[Change]:
    if node.op == "prod":
        for k in range(len(node.args)):
            yield "superfluous factor", "a factor is too many", _without(node, k), node.args[k]
            if len(node.args) > 2 and k + 1 < len(node.args):
                yield "superfluous factor", "two factors are too many", _without(_without(node, k), k), node.args[k]
    if node.op == "sum" and len(node.args) > 1:
        for k in range(len(node.args)):
            rest = (*node.args[:k], *node.args[k + 1 :])
            signs = (*node.data[:k], *node.data[k + 1 :])
            yield "superfluous term", "a term is too many", Node("sum", rest, signs), node.args[k]
    if node.op == "over":
        yield "superfluous sum", f"the sum over {node.data[0]} is too many", node.args[0]


def _without(node: Node, k: int) -> Node:
    """A product without one of its factors, and without the sign before it."""
    rest = (*node.args[:k], *node.args[k + 1 :])
    signs = node.data[1:] if k == 0 else (*node.data[: k - 1], *node.data[k:])
    return rest[0] if len(rest) == 1 else Node("prod", rest, signs)


def _missing(problem: Problem, node: Node) -> Iterator[Change]:
    """A factor or a term that is not there."""
    if node.op == "entry":
        for sign in (1, -1):
            yield "missing term", "the term 1 is missing", Node("sum", (node, Node("num", (), Fraction(1))), (1, sign))
    if node.op in ("num", "size", "eye", "entry", "change"):
        return
    jacobians = list(problem.edges()) if any(n.op == "jac" for n in walk(node)) else []
    for edge in jacobians:
        made = Node("jac", tuple(Node("name", (), canonical(e.name)) for e in (edge.user, edge.parent)))
        for factors in ((node, made), (made, node)):
            yield "missing factor", f"the factor {edge.name} is missing", product(*factors)
        for k in range(1, len(node.args) if node.op == "prod" else 0):
            split = (*node.args[:k], made, *node.args[k:])
            signs = (*node.data[:k], "", *node.data[k:])[: len(split) - 1]
            yield "missing factor", f"the factor {edge.name} is missing", Node("prod", split, signs)
    for mistake, words, factor in _factors(problem):
        told = f"{words} is missing"
        yield mistake, told, product(node, factor)
        yield mistake, told, product(factor, node)
        if mistake == "missing slope":
            yield mistake, told, product(node, _diag(factor))
            yield mistake, told, product(_diag(factor), node)
        elif factor.op == "name":
            yield mistake, told, product(node, Node("T", (factor,)))
            yield mistake, told, product(Node("T", (factor,)), node)
    for term in (Node("num", (), Fraction(1)), *(Node("name", (), x) for x in (*problem.names, *problem.defined))):
        told = _name(term.data) if term.op == "name" else term.data
        for sign in (1, -1):
            yield "missing term", f"the term {told} is missing", Node("sum", (node, term), (1, sign))


def _missing_entrywise(problem: Problem, node: Node) -> Iterator[Change]:
    """A factor that is not there, entry by entry: tried everywhere before a matrix is put between others."""
    if node.op not in ("num", "size", "eye", "entry", "change"):
        for mistake, words, factor in _factors(problem):
            yield mistake, f"{words} is missing", Node("prod", (node, factor), ("∘",))


def _factors(problem: Problem) -> Iterator[tuple[str, str, Node]]:
    for name, order, argument in _functions(problem):
        slope = Node("call", (argument,), (name, order + 1))
        yield "missing slope", f"the slope {_named(slope)}", slope
    for name in (*problem.names, *problem.defined):
        yield "missing factor", f"the factor {_name(name)}", Node("name", (), name)


MAKERS: tuple[Maker, ...] = (
    _transposes,
    _orders,
    _slopes,
    _signs,
    _numbers,
    _whole,
    _both,
    _products,
    _parts,
    _letters,
    _missing_entrywise,
    _missing,
    _given,
    _too_many,
)


def snippet(problem: Problem, node: Node, line: str) -> str:
    """What stands at a node in the typed line."""
    start, end = node.span
    return line[start:end].replace("^⊤", "ᵀ").strip() or (
        text(problem.names[node.data]) if node.op == "name" else "the right side"
    )
