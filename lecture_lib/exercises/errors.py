"""What `check` raises: short in a notebook, without the lines of the library that found the mistake."""


class ShortError(Exception):
    """An error that a notebook shows as one line."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this method, and prints a whole traceback where it is missing.
        return [f"{type(self).__name__}: {self}"]


class WrongAnswer(ShortError, AssertionError):
    """An answer that is not right; the message names the mistake and gives one nudge.

    Args:
        exercise: the exercise's id.
        mistake: the name of the mistake, None when it is not among the known ones.
        nudge: a question or hint that leads on.

    Attributes:
        exercise: the exercise's id.
        mistake: the name of the mistake, or None.

    Example:
        >>> print(WrongAnswer("06-outer", "transposed", "Which vector labels the rows?"))
        06-outer: transposed. Which vector labels the rows?
    """

    def __init__(self, exercise: str, mistake: str | None, nudge: str):
        super().__init__(f"{exercise}: {mistake or 'not yet'}. {nudge}")
        self.exercise = exercise
        self.mistake = mistake


class UnknownExerciseError(ShortError, LookupError):
    """There is no exercise with this id; the message names the nearest one.

    Example:
        >>> isinstance(UnknownExerciseError("There is no exercise '06-outr'."), LookupError)
        True
    """
