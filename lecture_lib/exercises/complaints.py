"""What Python and NumPy raise, said in the words of the course."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lecture_lib.exercises.exercise import Finding
from lecture_lib.exercises.outcomes import Failure

Say = Callable[[re.Match[str]], Finding]


def said_plainly(failure: Failure, called: str) -> Finding:
    """What a failure means."""
    for say, match in _fitting(failure):
        name, nudge = say(match)
        return name, f"{nudge}{called}"
    return f"your answer stopped with {failure.kind}", f"{failure.text.rstrip('.')}.{called}"


def has_words(failure: Failure) -> bool:
    """Whether there is a text for a failure."""
    return next(_fitting(failure), None) is not None


def _fitting(failure: Failure) -> Iterator[tuple[Say, re.Match[str]]]:
    for kind, pattern, say in COMPLAINTS:
        match = re.search(pattern, failure.text) if failure.kind in kind.split("|") else None
        if match:
            yield say, match


def _fixed(name: str, nudge: str) -> Say:
    return lambda match: (name, nudge)


def _filled(name: str, nudge: str) -> Say:
    return lambda match: (name.format(*match.groups()), nudge.format(*match.groups()))


def _complaints() -> Iterator[tuple[str, str, Say]]:
    misfit = "inner lengths {0} and {1} differ"
    yield (
        "ValueError",
        r"matmul.*\(size (\d+) is different from (\d+)\)",
        lambda m: (misfit.format(m[2], m[1]), "Write both shapes side by side: which way does the signal go?"),
    )
    yield (
        "ValueError",
        r"shapes (\(.*?\)) and (\(.*?\)) not aligned: (\d+) \(dim \d+\) != (\d+)",
        lambda m: (misfit.format(m[3], m[4]), "Write both shapes side by side: which way does the signal go?"),
    )
    yield (
        "ValueError",
        r"matmul: Input operand \d does not have enough dimensions",
        _fixed("@ with a plain number", "@ needs two arrays. Has something been summed to one number already?"),
    )
    yield (
        "ValueError",
        r"operands could not be broadcast together with shapes (\([\d, ]*\)) ?(\([\d, ]*\))",
        _filled("shapes {0} and {1} do not fit entry by entry", "Is every pair wanted, or a sum over one of them?"),
    )
    yield (
        "ValueError",
        r"shape mismatch: .*shape[s]? (\([\d, ]*\)).*?(\([\d, ]*\))",
        _filled("shapes {0} and {1} do not fit", "What shape has the place, and what shape has what you put into it?"),
    )
    yield (
        "ValueError",
        r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
        _filled("{0} does not fit into {1}", "What shape has the place, and what shape has what you put into it?"),
    )
    yield (
        "ValueError",
        r"cannot reshape array of size (\d+) into shape (\(.*?\))",
        _filled("{0} numbers do not fill {1}", "How many numbers does each row hold?"),
    )
    yield (
        "ValueError",
        r"truth value of an array",
        _fixed("one yes or no for a whole array", "if, and, min and max look at one number. Compare entry by entry."),
    )
    yield (
        "ValueError|TypeError",
        r"setting an array element with a sequence|only (length-1|0-dimensional) arrays can be|must be real number",
        _fixed("an array where one number is wanted", "What is the shape of what you put there?"),
    )
    yield (
        "ValueError",
        r"zip\(\) argument 2 is (shorter|longer)|(too many|not enough) values to unpack",
        _fixed("another number of parts", "Not everything comes in twos: count what is on both sides."),
    )
    yield (
        "ValueError",
        r"(all )?input arra(ys|y) must have|axes? don't match|all the input array",
        _fixed("axes that do not fit", "How many axes has each array there?"),
    )
    yield (
        "AxisError|IndexError|ValueError",
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        _filled("there is no axis {0}", "That array has {1} axes, counted from 0. Was one lost before?"),
    )
    yield (
        "IndexError",
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        _filled(
            "index {0} is too large", "That axis has {2} entries, counted from 0. Does rows or columns come first?"
        ),
    )
    yield (
        "IndexError",
        r"too many indices|invalid index to scalar",
        _fixed("too many indices", "How many axes has that array?"),
    )
    yield (
        "IndexError|TypeError",
        r"only integers, slices|slice indices must|interpreted as an integer|arrays used as indices must be of integer",
        _fixed("an index that is no whole number", "/ makes a fraction even of whole numbers, and // does not."),
    )
    yield (
        "IndexError|TypeError",
        r"(list|tuple|string) index out of range|list indices must be integers",
        _fixed("an index that does not fit a list", "Counting begins at 0. Which indices are there?"),
    )
    yield (
        "NameError|UnboundLocalError",
        r"name '(\w+)' is not defined",
        _filled("{0} is not known", "Compute it inside the function, from its arguments, or check its spelling."),
    )
    yield (
        "UnboundLocalError",
        r"variable '(\w+)'",
        _filled("{0} has no value yet", "It is used before something is put into it. Where does it begin?"),
    )
    yield (
        "AttributeError",
        r"'(?:\w+)' object has no attribute '(\w+)'",
        _filled("there is no {0}", "Does forward keep under that name what backward looks for?"),
    )
    yield (
        "AttributeError",
        r"module '?([\w.]+)'? has no attribute '(\w+)'",
        _filled("{0} has no {1}", "Check its spelling."),
    )
    yield (
        "TypeError",
        r"takes .*positional arguments? but|missing \d+ required positional",
        _fixed("TypeError: another number of arguments", "Keep the arguments of the task, in its order."),
    )
    yield (
        "TypeError",
        r"an answer cannot be (\w+)",
        _filled(
            "a result of type {0}", "Return numbers or arrays, several of them as a tuple in the order of the task."
        ),
    )
    yield (
        "TypeError",
        r"'?NoneType'?",
        _fixed("something is None", "A function without return gives None. Does every step hand its result on?"),
    )
    yield (
        "TypeError",
        r"'(\w+)' object is not callable",
        _fixed("a product without its sign", "2(x) calls 2 as a function. Python wants 2 * x."),
    )
    yield (
        "TypeError",
        r"'(list|tuple)' and '(\w+)'|(list|tuple)",
        _fixed("a list where an array is needed", "Lists are joined by +, not added. Which function makes an array?"),
    )
    yield (
        "UFuncTypeError|UFuncOutputCastingError|_UFuncOutputCastingError|TypeError",
        r"Cannot cast .*(int|bool)",
        _fixed("whole numbers cannot hold the result", "Make the array with a dtype of float."),
    )
    yield (
        "ZeroDivisionError",
        r"",
        _fixed("ZeroDivisionError: a division by zero", "What stands below the line, and can it be 0?"),
    )
    yield (
        "RecursionError",
        r"",
        _fixed("the function calls itself without end", "What ends it?"),
    )
    yield (
        "KeyError",
        r"(.*)",
        _filled(
            "there is no entry {0}", "Is it a source, which has no gate and no inputs, or was nothing put there yet?"
        ),
    )
    yield (
        "RuntimeError",
        r"dictionary changed size during iteration",
        _fixed("a dictionary grows while it is walked", "Walk along the order instead."),
    )
    yield (
        "LinAlgError",
        r"",
        _fixed("a matrix without an inverse", "Is an inverse asked for at all?"),
    )


COMPLAINTS = tuple(_complaints())
