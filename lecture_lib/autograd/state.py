"""What the current thread is doing: recording, inside a transform, tracing, looking for anomalies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class Inspection(NamedTuple):
    """What looks at every fresh node, and at the gradients that a node hands on."""

    forward: Callable[[Any], None]
    backward: Callable[[Any, Any, Sequence[int], Sequence[Any]], None]


class Mode(NamedTuple):
    """The state that every operation consults, one per thread.

    ``arrivals`` is where a trace notes which gradient arrived at which node; ``inspect`` looks for anomalies.
    ``dropped`` is where operations without a derivative note what they took.
    """

    recording: bool = True
    depth: int = 0
    tracing: bool = False
    arrivals: list[tuple[Any, Any]] | None = None
    inspect: Inspection | None = None
    dropped: list[tuple[str, Any]] | None = None


MODE: ContextVar[Mode] = ContextVar("lecture_lib_mode", default=Mode())  # noqa: B039


@contextmanager
def changed(**changes: Any) -> Iterator[None]:
    """Run a block under another mode and restore the old one, whatever happens inside."""
    token = MODE.set(MODE.get()._replace(**changes))
    try:
        yield
    finally:
        MODE.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: what is made inside has no history and passes no gradient on.

    Example:
        >>> from lecture_lib import Tensor, no_grad
        >>> x = Tensor(3.0)
        >>> with no_grad():
        ...     y = x * x
        >>> y.parents
        ()
    """
    with changed(recording=False):
        yield


def refuse_number(what: str) -> None:
    """Raise when a plain number is asked of a Tensor while a transform or a trace is watching it.

    Args:
        what: how the number was asked for, as the reader wrote it, e.g. ``"float(t)"``.

    Raises:
        TypeError: inside a transform or a trace, where the number would leave the graph unseen.
    """
    mode = MODE.get()
    if mode.tracing:
        raise TypeError(
            f"{what} while tracing would freeze one value into the graph; keep the Tensor, "
            "and write choices between values with np.where"
        )
    if mode.depth:
        raise TypeError(
            f"{what} inside a differentiated function would silently drop the gradient; keep the Tensor "
            "(only to look at it, use its .data)"
        )


def explained(error: ValueError) -> Exception:
    """The error itself; for NumPy's words about a Tensor that is put into an array, what to do about it."""
    if not isinstance(error.__cause__, TypeError) or "array element" not in str(error):
        return error
    return TypeError(
        "a[i] = t would put a Tensor's number into an array and lose its gradient: "
        "build the array with np.where, np.stack or np.concatenate"
    )
