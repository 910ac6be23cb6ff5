"""Put an answer into the form that is asked for: what a person would call the same answer becomes the same."""

from __future__ import annotations

import ast
import difflib
import operator
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import LONGEST

YES, NO = {"true", "t", "yes", "y", "1", "right"}, {"false", "f", "no", "n", "0", "wrong"}
BETWEEN = re.compile(r"\s*(?:,|;|/|&|\||→|->|>|\n|\band\b)\s*|\s+")
SIGNS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
LARGEST_POWER = 64


class WrongForm(Exception):
    """The form is another one than asked for; nothing is said about the content."""

    def __init__(self, name: str, nudge: str):
        super().__init__(name, nudge)
        self.name, self.nudge = name, nudge


def holds_dots(answer: Any) -> bool:
    """Whether an answer, or a part of it, is still `...`."""
    if isinstance(answer, dict):
        return any(map(holds_dots, answer.values()))
    if isinstance(answer, np.ndarray):
        return answer.dtype == object and any(part is ... for part in answer.ravel())
    return answer is ... or (isinstance(answer, (tuple, list, set, frozenset)) and any(map(holds_dots, answer)))


def in_form(exercise: Exercise, answer: Any) -> Any:
    """The answer to an exercise in the form of its solution."""
    if answer is None:
        raise WrongForm("the answer is None", "print only shows a value. Hand the value itself over.")
    return READERS[exercise.form](exercise, plain(answer))


def formed(exercise: Exercise, answer: Any) -> Any:
    """The same, where the answer may be a function."""
    return answer if exercise.is_function else in_form(exercise, answer)


def plain(value: Any) -> Any:
    """A value without the dress of a library: a Tensor's data, an array's numbers as lists, a fraction as a number."""
    if hasattr(value, "parents") and hasattr(value, "data"):
        value = value.data
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (Fraction, Decimal)):
        return float(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else [plain(part) for part in value]
    if isinstance(value, (dict, str, bytes, set, frozenset)):
        return value
    return list(islice(value, LONGEST)) if isinstance(value, Iterable) else value


def alone(value: Any) -> Any:
    """The one thing in a list, a tuple, a set or a dictionary, however deep."""
    while isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) == 1:
        (value,) = value.values() if isinstance(value, dict) else value
    return value


def evaluated(text: str) -> Any:
    """What a text says that is a Python literal or sum, such as "(3, 5)" or "1/4"; the text itself where it is none."""
    tidy = text.strip().strip("\"'").replace("−", "-").replace("·", "*").replace("^", "**")
    tidy = re.sub(r"(?<=\d)[, ](?=\d{3}\b)(?![^(]*\))", "", tidy) if not tidy.startswith(("(", "[")) else tidy
    try:
        return _computed(ast.parse(tidy, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, ZeroDivisionError, OverflowError, RecursionError):
        return text


def _computed(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        left, right = _computed(node.left), _computed(node.right)
        if isinstance(node.op, ast.Pow) and abs(right) > LARGEST_POWER:
            raise ValueError("too large a power")
        return SIGNS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_computed(node.operand)
    return ast.literal_eval(node)


def is_number(value: Any) -> bool:
    """Whether a value is a number and no truth value."""
    return isinstance(value, (int, float, complex)) and not isinstance(value, bool)


def _number(exercise: Exercise, answer: Any) -> Any:
    value = alone(answer)
    if isinstance(value, str):
        value = alone(evaluated(value))
    if isinstance(value, str):
        # A unit, or a few words around it; a percentage says so.
        said = re.fullmatch(r"[^\d.,-]*(-?[\d.]+(?:e-?\d+)?)\s*(%?)[^\d.,]*", value.replace("−", "-"))
        value = evaluated(said[1]) if said else value
        if isinstance(value, str):
            raise WrongForm("a text", f"Hand over the number itself, without quotation marks: not {answer!r}.")
        value = value / 100 if said and said[2] else value
    if isinstance(value, (tuple, list)) and len(value) > 1 and all(isinstance(part, int) for part in value):
        joined = "".join([str(value[0]), *(f"{part:03}" for part in value[1:])])
        raise WrongForm(
            f"{len(value)} numbers",
            f"One number is wanted. If you meant {joined}, write it without a comma, which makes a tuple in Python.",
        )
    if not is_number(value):
        raise WrongForm(f"a value of type {type(value).__name__}", "Hand over one number.")
    return value


def _shape(exercise: Exercise, answer: Any) -> Any:
    value = answer
    if isinstance(value, str):
        value = evaluated(value)
        if isinstance(value, str) and re.fullmatch(
            r"\s*[(\[]?\s*\d+(\s*(x|×|by|,|\*)\s*\d+)+\s*[)\]]?\s*", value.lower()
        ):
            value = tuple(map(int, re.findall(r"\d+", value)))
        if isinstance(value, str):
            raise WrongForm(
                "a text", f"Hand over the tuple itself, such as (2, 3), without quotation marks: not {answer!r}."
            )
    while isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], (list, tuple)):
        value = value[0]
    if is_number(value):
        raise WrongForm("a number, not a shape", f"A tuple with one entry needs a comma: ({value},) and not ({value}).")
    if isinstance(value, (set, frozenset, dict)):
        raise WrongForm(f"a {type(value).__name__}", "A set keeps no order. Hand over a tuple, such as (2, 3).")
    if not isinstance(value, (list, tuple)):
        raise WrongForm(f"a value of type {type(value).__name__}", "Hand over a shape: a tuple, such as (2, 3).")
    if any(isinstance(part, (list, tuple)) for part in value):
        raise WrongForm("an array, not its shape", "Hand over the tuple that .shape would show, such as (2, 3).")
    sizes = [evaluated(part) if isinstance(part, str) else part for part in value]
    if not all(map(is_number, sizes)):
        raise WrongForm("not a shape", "Hand over a tuple of whole numbers, such as (2, 3).")
    return tuple(int(size) if size == int(size.real) else size for size in sizes)


def _in_a_row(exercise: Exercise, answer: Any) -> list[Any]:
    """The parts of an answer that has one for each label."""
    value, count = answer, len(exercise.labels)
    if isinstance(value, dict):
        known = {_tidy(label): label for label in exercise.labels}
        named = {known[_tidy(key)]: part for key, part in value.items() if _tidy(str(key)) in known}
        value = [named[label] for label in exercise.labels] if len(named) == count else list(value.values())
    if isinstance(value, str):
        found, numbers = evaluated(value), re.findall(r"-?\d[\d.]*", value)
        parts = [part for part in BETWEEN.split(value.strip("()[] ")) if part]
        # Such as "6 sources and 8 operations".
        parts = numbers if exercise.form == "numbers" and len(numbers) == count else parts
        value = found if isinstance(found, (list, tuple)) else parts
        if len(value) == 1 and len(value[0]) == count:
            value = list(value[0])
    if isinstance(value, (set, frozenset)) and exercise.form != "flags":
        raise WrongForm("a set", "A set keeps no order. Hand over a tuple or a list.")
    while isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], (list, tuple)):
        value = value[0]
    if isinstance(value, (list, tuple)) and len(value) == count:
        return [evaluated(part) if isinstance(part, str) else part for part in map(alone, value)]
    if is_number(value) and str(value).isdigit() and len(str(value)) == count > 2:
        return [int(digit) for digit in str(value)]
    size = len(value) if isinstance(value, (list, tuple, set, frozenset)) else 1
    raise WrongForm(f"{size} of {count} answers", f"Hand over {count}, in this order: {', '.join(exercise.labels)}.")


def _numbers(exercise: Exercise, answer: Any) -> Any:
    parts = _in_a_row(exercise, answer)
    for part in parts:
        if not is_number(part):
            raise WrongForm("not a number", f"Each of the {len(parts)} parts is a number: not {part!r}.")
    return tuple(parts)


def _flags(exercise: Exercise, answer: Any) -> Any:
    known = {_tidy(label): label for label in exercise.labels}
    several = BETWEEN.split(answer.strip()) if isinstance(answer, str) else answer
    # The true ones by their names, such as "C and E".
    if isinstance(several, (list, tuple, set, frozenset)) and several:
        named = [known.get(_tidy(part)) for part in several if str(part).lower() not in YES | NO]
        if len(named) == len(several) and None not in named:
            return tuple(label in named for label in exercise.labels)
    parts = []
    for part in _in_a_row(exercise, answer):
        said = str(part).strip().lower()
        if said.removesuffix(".0") not in YES | NO:
            raise WrongForm("neither True nor False", f"Each of the answers is True or False: not {part!r}.")
        parts.append(said.removesuffix(".0") in YES)
    return tuple(parts)


def _shapes(exercise: Exercise, answer: Any) -> Any:
    value = list(answer.values()) if isinstance(answer, dict) else answer
    value = evaluated(value) if isinstance(value, str) else value
    count = len(exercise.labels)
    if not isinstance(value, (list, tuple)):
        raise WrongForm("not a list of shapes", f"Hand over {count} tuples in a list: {', '.join(exercise.labels)}.")
    if value and all(map(is_number, value)):
        raise WrongForm(
            "numbers in one row", f"Hand over {count} shapes, each a tuple of its own: {', '.join(exercise.labels)}."
        )
    if len(value) != count:
        raise WrongForm(f"{len(value)} of {count} shapes", f"Hand over {count}: {', '.join(exercise.labels)}.")
    return [_shape(exercise, part) for part in value]


def _tidy(text: Any) -> str:
    """A text without what does not matter: case, outer marks, kinds of primes, hyphens and spaces."""
    text = str(text).strip().strip("\"'.`<>").casefold().replace("_", " ").replace("-", " ")
    return re.sub(r"\s+", " ", re.sub("[′’‘`´]", "'", text)).removeprefix("a ").removeprefix("the ").strip()


def _known(exercise: Exercise, text: Any) -> str:
    """The choice that a text names."""
    if isinstance(text, str):
        for choice in exercise.choices:
            if _tidy(choice).replace(" ", "") == _tidy(text).replace(" ", ""):
                return choice
        # A sentence around it, as in "it is the clipped loss".
        named = [
            choice for choice in exercise.choices if len(choice) > 1 and _tidy(choice) in _tidy(text).split("  ")[0]
        ]
        if len(named) == 1 and exercise.form == "choice":
            return named[0]
    near = difflib.get_close_matches(_tidy(text), [_tidy(choice) for choice in exercise.choices], 1)
    meant = f" Did you mean {next(c for c in exercise.choices if _tidy(c) == near[0])!r}?" if near else ""
    raise WrongForm(
        f"{text!r} is not among the names", f"The names are {', '.join(map(repr, exercise.choices))}.{meant}"
    )


def _choice(exercise: Exercise, answer: Any) -> Any:
    value = alone(answer)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        raise WrongForm(f"{len(value)} names", f"One is wanted, out of {', '.join(map(repr, exercise.choices))}.")
    return _known(exercise, value)


def _several(exercise: Exercise, answer: Any) -> list[str]:
    if isinstance(answer, str):
        answer = evaluated(answer)
    if isinstance(answer, str):
        text = answer.strip("()[]{} ")
        parts = [part for part in BETWEEN.split(text) if part]
        letters = all(len(choice) == 1 for choice in exercise.choices)
        answer = list(text) if len(parts) == 1 and letters else parts
    if isinstance(answer, dict):
        # A name with a yes or no beside it, or a place in the order.
        flags = all(isinstance(flag, bool) for flag in answer.values())
        answer = [name for name, flag in answer.items() if flag] if flags else list(answer)
    if not isinstance(answer, (list, tuple, set, frozenset)):
        raise WrongForm(
            f"a value of type {type(answer).__name__}", f"Hand over names out of {', '.join(exercise.choices)}."
        )
    while len(answer) == 1 and isinstance(next(iter(answer)), (list, tuple, set, frozenset)):
        (answer,) = answer
    if exercise.ordered and isinstance(answer, (set, frozenset)):
        raise WrongForm("a set", "A set keeps no order. Hand over a list.")
    return [_known(exercise, part) for part in answer]


def _names(exercise: Exercise, answer: Any) -> Any:
    return tuple(sorted(set(_several(exercise, answer))))


def _texts(exercise: Exercise, answer: Any) -> Any:
    return _several(exercise, answer)


def _arrays(exercise: Exercise, answer: Any) -> Any:
    value = answer
    if isinstance(value, dict) and set(value) == set(exercise.labels):
        value = [value[label] for label in exercise.labels]
    if not isinstance(value, (list, tuple)) or len(value) != len(exercise.labels):
        raise WrongForm("not a tuple of arrays", f"Hand over the tuple ({', '.join(exercise.labels)}).")
    try:
        return tuple(np.asarray(part, dtype=float) for part in value)
    except (TypeError, ValueError):
        raise WrongForm(
            "not arrays of numbers", f"Each of {', '.join(exercise.labels)} is an array of numbers."
        ) from None


READERS: dict[str, Callable[[Exercise, Any], Any]] = {
    "number": _number,
    "shape": _shape,
    "shapes": _shapes,
    "numbers": _numbers,
    "flags": _flags,
    "choice": _choice,
    "names": _names,
    "texts": _texts,
    "arrays": _arrays,
}
