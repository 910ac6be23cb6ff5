"""The progress bar: tqdm's, if it is installed and wanted."""

from types import TracebackType
from typing import Any

REDRAWS = 200


class Progress:
    """One bar for a whole run, with loss, rate and the figures of the last epoch beside it."""

    def __init__(self, wanted: bool, epochs: int, batches: int) -> None:
        self._bar = _tqdm(epochs * batches) if wanted else None
        self._every = max(1, batches // REDRAWS)
        self._epochs = epochs
        self._figures: dict[str, str] = {}

    def start(self, done: int) -> None:
        """Show what an earlier run has done already."""
        if self._bar is not None:
            self._bar.initial = self._bar.n = done

    def batch(self, epoch: int, loss: float, rate: float) -> None:
        """Count one batch."""
        if self._bar is None:
            return
        if self._bar.n % self._every == 0:
            self._bar.set_description_str(f"epoch {epoch + 1}/{self._epochs}", refresh=False)
            self._bar.set_postfix({"loss": f"{loss:.3f}", "rate": f"{rate:.2g}", **self._figures}, refresh=False)
        self._bar.update()

    def epoch(self, figures: dict[str, float]) -> None:
        """Show the figures of an epoch."""
        if self._bar is not None:
            self._figures = {name: f"{figure:.3f}" for name, figure in figures.items() if name not in ("loss", "rate")}
            self._bar.set_postfix({"loss": f"{figures['loss']:.3f}", "rate": f"{figures['rate']:.2g}", **self._figures})

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _tqdm(total: int) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit="batch", dynamic_ncols=True)
