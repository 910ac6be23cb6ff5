"""Ctrl-C as a wish that training grants between two batches, so that no step is left half done."""

import signal
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While this is entered, the first Ctrl-C only sets `asked`; a second one sets `twice` and interrupts at once.

    Python delivers signals to the main thread alone, and a program may have its own handler: in another thread, or
    under another handler, everything stays as it is.

    >>> with Interrupts() as interrupts:
    ...     interrupts.asked
    False
    """

    def __init__(self) -> None:
        self.asked = False
        self.twice = False
        self._before: Any = None

    def __enter__(self) -> "Interrupts":
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            try:
                self._before = signal.signal(signal.SIGINT, self._handle)
            except ValueError:  # not in the main thread
                self._before = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.twice = True
            raise KeyboardInterrupt
        self.asked = True
