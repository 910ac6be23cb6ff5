"""From the tokens of a line to its tree: sums of products of factors, and the signs of calculus."""

from __future__ import annotations

import re
from fractions import Fraction

from lecture_lib.matcalc.paper.tokens import Token, Unreadable, Vocabulary, listed
from lecture_lib.matcalc.paper.tree import Equation, Node

# Brackets deeper than this are no line of a derivation.
DEEPEST = 40


class Parser:
    """Reads the tokens of one line."""

    def __init__(self, line: str, found: list[Token], words: Vocabulary) -> None:
        self.line = line
        self.tokens = found
        self.words = words
        self.place = 0
        self.depth = 0

    @property
    def here(self) -> Token | None:
        """The next token."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def sees(self, *signs: str) -> bool:
        """Is the next token one of these signs?"""
        token = self.here
        return token is not None and token.kind == "sign" and token.value in signs

    def takes(self, *signs: str) -> bool:
        """Go past a sign if it comes next."""
        if self.sees(*signs):
            self.place += 1
            return True
        return False

    def wants(self, sign: str) -> None:
        """Go past a sign that must come next."""
        if not self.takes(sign):
            raise self.lost(f"{sign} is missing")

    def lost(self, why: str) -> Unreadable:
        """The error at the next token."""
        token = self.here
        return Unreadable(why, self.line[token.start : token.start + 12] if token else "the end of the line")

    def since(self, start: int) -> tuple[int, int]:
        """What was read since a token."""
        last = self.tokens[self.place - 1].end if self.place else 0
        return (self.tokens[start].start if start < len(self.tokens) else last, last)

    def equation(self) -> Equation:
        """The whole line."""
        goes_on = self.sees("=")
        defines = False
        sides = [] if goes_on else [self.sum()]
        while self.here is not None:
            if self.takes(":="):
                defines = True
            elif not self.takes("="):
                raise self.lost("this cannot stand here")
            sides.append(self.sum())
        if len(sides) < 2 and not goes_on:
            raise Unreadable("a line needs =, as in ∂s/∂h = uᵀ")
        return Equation(sides, defines, goes_on)

    def sum(self) -> Node:
        """Terms with + and − between them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.lost("too many brackets")
        start = self.place
        signs = []
        terms = []
        while True:
            sign = 1
            while self.sees("+", "-"):
                sign = -sign if self.sees("-") else sign
                self.place += 1
            signs.append(sign)
            terms.append(self.product())
            if not self.sees("+", "-"):
                break
        self.depth -= 1
        if len(terms) == 1 and signs == [1]:
            return terms[0]
        return Node("sum", tuple(terms), tuple(signs), self.since(start))

    def product(self) -> Node:
        """Factors with signs or nothing between them."""
        start = self.place
        factors = [self.factor()]
        between: list[str] = []
        while True:
            if self.sees("*", "@", "∘", "·", "⊗", "/"):
                between.append(self.tokens[self.place].value)
                self.place += 1
                negative = False
                while self.takes("-"):
                    negative = not negative
                factor = self.factor()
                factors.append(Node("sum", (factor,), (-1,), factor.span) if negative else factor)
            elif self.starts_factor():
                between.append("")
                factors.append(self.factor())
            else:
                break
        return factors[0] if len(factors) == 1 else Node("prod", tuple(factors), tuple(between), self.since(start))

    def starts_factor(self) -> bool:
        """Can the next token begin a factor?"""
        token = self.here
        if token is None:
            return False
        if token.kind == "sign":
            return token.value in ("(", "∂", "∇", "∑", "\\frac", "[") or (
                token.value == "‖" and self.depth_of_bars == 0
            )
        return token.kind != "index"

    depth_of_bars = 0

    def factor(self) -> Node:
        """A primary with what is written after it: transposes, powers, indices."""
        start = self.place
        node = self.primary()
        while True:
            if self.takes("^⊤"):
                node = Node("T", (node,), None, self.since(start))
            elif self.takes("^"):
                ahead = [t.value for t in self.tokens[self.place : self.place + 2]]
                by_entry = "∘" in ahead[: 2 if ahead[:1] == ["{"] else 1]
                node = Node("round" if by_entry else "pow", (node,), self.exponent(), self.since(start))
            elif self.here is not None and self.here.kind == "index":
                node = self.indexed(node, start)
            elif self.sees("[") and self.holds_a_place():
                node = Node("cut", (node,), self.raw_bracket(), self.since(start))
            elif self.takes("'"):
                # After what is no function a prime transposes, as in MATLAB; the line is shown back with ᵀ.
                node = Node("T", (node,), None, self.since(start))
            else:
                return node

    def indexed(self, node: Node, start: int) -> Node:
        """An entry of something; 1ₙ and Iₙ are a column of ones and an identity."""
        assert self.here is not None
        letters = self.here.value
        self.place += 1
        if node.op == "eye":
            return node
        if node.op == "num":
            if len(letters) == 1 and letters[0] in self.words.sizes:
                return Node("ones", (), letters[0], self.since(start))
            raise self.lost("a number has no entries")
        return Node("entry", (node,), letters, self.since(start))

    def kronecker(self, start: int) -> Node:
        """δ_ij, Kronecker's, where δ is no name or has one index only: 1 where i = j, else 0."""
        assert self.here is not None
        letters = self.here.value
        self.place += 1
        if len(letters) != 2:
            raise self.lost("δ is no name here; δ_ij with two indices is Kronecker's")
        return Node("equal", (), letters, self.since(start))

    def exponent(self) -> Fraction:
        """A number on top."""
        close = "}" if self.takes("{") else ")" if self.takes("(") else ""
        self.takes("∘")
        sign = -1 if self.takes("-") else 1
        token = self.here
        if token is None or token.kind != "number":
            raise self.lost("only a number can be an exponent here")
        self.place += 1
        value: Fraction = sign * token.value
        if self.takes("/") and self.here is not None and self.here.kind == "number" and self.here.value:
            value /= self.here.value
            self.place += 1
        if close:
            self.wants(close)
        return value

    def primary(self) -> Node:
        """The smallest things: numbers, names, functions, derivatives, brackets."""
        token = self.here
        start = self.place
        if token is None:
            raise self.lost("something is missing")
        if token.kind == "sign":
            return self.signed(start)
        self.place += 1
        match token.kind:
            case "number":
                return Node("num", (), token.value, self.since(start))
            case "name" | "size" | "eye":
                return Node(token.kind, (), token.value, self.since(start))
            case "function":
                return self.call(token.value, start)
            case "change":
                return self.change(token.value, start)
            case "unknown":
                if token.value == "δ" and self.here is not None and self.here.kind == "index":
                    return self.kronecker(start)
                if len(self.tokens) > 1 and start == 0 and self.sees("=", ":="):
                    return Node("new", (), token.value, self.since(start))
                known = listed(self.words.names | self.words.defined)
                self.place = start
                raise self.lost(f"{token.value} is no name here; known are {known}")
        self.place = start
        raise self.lost("this cannot stand here")

    def signed(self, start: int) -> Node:
        """What begins with a sign."""
        if self.takes("("):
            node = self.sum()
            self.wants(")")
            return node
        if self.takes("{"):
            node = self.sum()
            self.wants("}")
            return node
        if self.takes("["):
            return self.bracket(start)
        if self.takes("‖"):
            self.depth_of_bars += 1
            node = self.sum()
            self.depth_of_bars -= 1
            self.wants("‖")
            return Node("call", (node,), ("norm", 0), self.since(start))
        if self.takes("∂"):
            return self.jacobian(start)
        if self.takes("∇"):
            return self.gradient(start)
        if self.takes("\\frac"):
            return self.fraction(start)
        if self.takes("∑"):
            token = self.here
            if token is None or token.kind != "index":
                raise self.lost("∑ needs the index it runs over, as in ∑_k")
            self.place += 1
            if self.takes("^"):
                inside = self.takes("{")
                while self.here is not None and not self.takes("}"):
                    self.place += 1
                    if not inside:
                        break
            letters = token.value[: token.value.index("=")] if "=" in token.value else token.value
            negative = self.takes("-")
            body = self.product()
            body = Node("sum", (body,), (-1,), body.span) if negative else body
            return Node("over", (body,), tuple(letters), self.since(start))
        raise self.lost("this cannot stand here")

    def holds_a_place(self) -> bool:
        """Is the bracket that comes next an index or a slice, as in x[0] and x[:d]?"""
        place = self.tokens[self.place].start
        inside = self.line[place + 1 :].partition("]")[0]
        touches = place > 0 and not self.line[place - 1].isspace()
        return ";" not in inside and "=" not in inside and (":" in inside or (touches and "," not in inside))

    def raw_bracket(self) -> str:
        """What stands between square brackets, as it is written."""
        begin = self.tokens[self.place].end
        while not self.takes("]"):
            if self.here is None:
                raise self.lost("] is missing")
            self.place += 1
        return self.line[begin : self.tokens[self.place - 1].start].strip()

    def bracket(self, start: int) -> Node:
        """A stack [x₁; x₂], or [i=k]: 1 where two indices are equal, else 0."""
        inside = self.line[self.tokens[start].end :].partition("]")[0]
        if ";" in inside or "," in inside:
            args = [self.sum()]
            wide = self.sees(",")
            while self.takes(";", ","):
                args.append(self.sum())
            self.wants("]")
            return Node("beside" if wide else "stack", tuple(args), None, self.since(start))
        self.place = start
        raw = self.raw_bracket()
        letters = re.split("\\s*=+\\s*", raw)
        if len(letters) != 2 or not all(len(x) == 1 for x in letters):
            raise Unreadable("square brackets hold a stack [a; b], or an equality of two indices [i=k]", raw)
        return Node("equal", (), tuple(letters), self.since(start))

    def call(self, name: str, start: int) -> Node:
        """A function, how often it was differentiated, its argument."""
        order = 0
        while self.takes("'"):
            order += 1
        top = None
        if self.takes("^⊤"):
            raise self.lost(f"{name} needs its argument before ᵀ")
        if self.takes("^"):
            top = self.exponent()
        if self.takes("("):
            args = [self.sum()]
            while self.takes(",", ";"):
                args.append(self.sum())
            self.wants(")")
        elif self.starts_factor():
            args = [self.factor()]
        else:
            raise self.lost(f"{name}{'′' * order} needs its argument, as in {name}{'′' * order}(z)")
        node = Node("call", tuple(args), (name, order), self.since(start))
        return node if top is None else Node("pow", (node,), top, self.since(start))

    def change(self, name: str, start: int) -> Node:
        """dz, or the beginning of dz/dx."""
        whole = self.place
        of = self.entry_of(Node("name", (), name, self.since(start)))
        if self.sees("/"):
            self.place += 1
            below = self.below()
            if below is not None:
                return Node("jac", (of, below), None, self.since(start))
        self.place = whole
        return Node("change", (), name, self.since(start))

    def below(self) -> Node | None:
        """What stands below the line of a derivative: ∂x, dx, their entries."""
        start = self.place
        if self.takes("∂"):
            return self.target()
        token = self.here
        if token is not None and token.kind == "change":
            self.place += 1
            return self.entry_of(Node("name", (), token.value, self.since(start)))
        self.place = start
        return None

    def entry_of(self, node: Node) -> Node:
        """A name with its indices."""
        if self.here is not None and self.here.kind == "index":
            letters = self.here.value
            self.place += 1
            return Node("entry", (node,), letters, node.span)
        return node

    def target(self) -> Node:
        """What a ∂ stands before: a name, an entry, a function, something in brackets."""
        start = self.place
        token = self.here
        if token is not None and token.kind == "function" and token.value == "vec":
            self.place += 1
            return self.target()
        if token is not None and token.kind == "name":
            self.place += 1
            return self.entry_of(Node("name", (), token.value, self.since(start)))
        if token is not None and (token.kind == "function" or self.sees("(", "{")):
            return self.entry_of(self.primary())
        raise self.lost(f"∂ stands before a name; known are {listed(self.words.names)}")

    def jacobian(self, start: int) -> Node:
        """∂z/∂x, or ∂/∂x of what follows."""
        if self.takes("/"):
            below = self.below()
            if below is None:
                raise self.lost("∂/ needs what to differentiate by, as in ∂/∂x")
            return Node("jac", (self.operand(), below), None, self.since(start))
        of = self.target()
        if not self.takes("/"):
            if of.op == "name":
                return Node("change", (), of.data, self.since(start))
            raise self.lost("∂ needs what to differentiate by, as in ∂z/∂x")
        below = self.below()
        if below is None:
            raise self.lost("below ∂z/ there must be a ∂ too, as in ∂z/∂x")
        return self.through(Node("jac", (of, below), None, self.since(start)))

    def operand(self) -> Node:
        """What stands after ∂/∂x: a bracket, or all factors that follow."""
        return self.factor() if self.sees("(") else self.product()

    def through(self, node: Node) -> Node:
        """A derivative through one piece alone, written ∂s/∂x|h."""
        if self.sees("|"):
            mark = self.place
            self.place += 1
            token = self.here
            if token is not None and token.kind == "name":
                self.place += 1
                return Node(node.op, node.args, token.value, node.span)
            self.place = mark
        return node

    def gradient(self, start: int) -> Node:
        """∇_W s, or ∇_W alone for the output."""
        self.takes("_")
        wrapped = self.takes("{")
        by = self.target()
        if wrapped:
            self.wants("}")
        of: tuple[Node, ...] = ()
        token = self.here
        mark = self.place
        bracket = self.takes("(")
        token = self.here
        if token is not None and token.kind == "name" and token.value in self.words.scalars:
            self.place += 1
            of = (Node("name", (), token.value, self.since(mark)),)
            if bracket and not self.takes(")"):
                of = ()
        if not of:
            self.place = mark
        return self.through(Node("grad", (by, *of), None, self.since(start)))

    def fraction(self, start: int) -> Node:
        """A LaTeX fraction: a derivative, or a quotient."""
        self.wants("{")
        mark = self.place
        token = self.here
        if self.takes("∂"):
            of = None if self.takes("}") else self.target()
            if of is not None:
                self.wants("}")
            self.wants("{")
            below = self.below()
            self.wants("}")
            if below is None:
                raise self.lost("below the line there must be a ∂ too")
            of = self.operand() if of is None else of
            return self.through(Node("jac", (of, below), None, self.since(start)))
        if token is not None and token.kind == "change":
            self.place += 1
            of = self.entry_of(Node("name", (), token.value, self.since(mark)))
            if self.takes("}"):
                self.wants("{")
                below = self.below()
                if below is not None:
                    self.wants("}")
                    return self.through(Node("jac", (of, below), None, self.since(start)))
            self.place = mark
        above = self.sum()
        self.wants("}")
        self.wants("{")
        under = self.sum()
        self.wants("}")
        return Node("prod", (above, under), ("/",), self.since(start))
