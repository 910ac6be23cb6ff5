"""The training loop: batches, gradients, steps, and what is watched on the way."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.autograd.transforms import value_and_grad
from lecture_lib.autograd.trees import leaves, refill, spell
from lecture_lib.train.batches import Arrays, columns_of, holes, order_of, pieces
from lecture_lib.train.fused import CompiledStep, refuse_loss
from lecture_lib.train.history import History
from lecture_lib.train.interrupts import Interrupts
from lecture_lib.train.optim import NotFiniteError, Optimizer, parameter_array
from lecture_lib.train.plan import VALIDATION_LOSS, Callback, Metric, Plan, Prepare, monitored
from lecture_lib.train.progress import Progress
from lecture_lib.train.regularize import EarlyStopping, clip_by_norm, clip_by_value
from lecture_lib.train.schedule import Schedule
from lecture_lib.train.schedule import checked as checked_schedule
from lecture_lib.train.settings import positive, whole
from lecture_lib.train.steps import Loss, Step, gradient_step, whole_step
from lecture_lib.train.threads import one_blas_thread

# Rows of one pass over held-out data: enough to be fast, few enough for the memory of a laptop.
EVALUATION_ROWS = 4096


class DivergenceError(ArithmeticError):
    """The loss or a gradient is no longer finite.

    Args:
        message: where, and what to try.
        history: the run so far.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


class Training:
    """A run in progress, as callbacks see it; `fit` makes it.

    Args:
        plan: what the run was asked to do.
        params: the parameters, a nested structure of arrays.
        optimizer: moves them.

    Attributes:
        plan: the arguments of `fit`, under the same names.
        params: the parameters, which the run changes in place.
        optimizer: moves them.
        history: the figures so far.
        epoch: how many epochs are complete.
        batch: how many batches of the current epoch are complete.
        value: the loss of the last batch, before its step.
        grads: the gradient of the last batch, as the optimizer got it.
        stopping: why the run is about to end; empty while it goes on.

    >>> from lecture_lib.train.optim import SGD
    >>> def patience(training):
    ...     if training.value < 0.1:
    ...         training.stop(f"the loss was {training.value:.2f} in epoch {training.epoch}")
    >>> def loss(x, t):
    ...     return np.mean((x - t) ** 2)
    >>> fit(loss, np.zeros(()), np.ones(4), optimizer=SGD(0.4), epochs=9, callbacks=[patience], progress=False).stopped
    'the loss was 0.04 in epoch 2'
    """

    def __init__(self, plan: Plan, params: Any, optimizer: Optimizer) -> None:
        self.plan = plan
        self.params = params
        self.optimizer = optimizer
        self.history = History(gradient="" if plan.gradient is None else "given")
        self.epoch = 0
        self.batch = 0
        self.value = float("nan")
        self.stopping = ""
        self._grads: Any = None
        self._step = plan.gradient
        self._whole: CompiledStep | None = None
        self._best: dict[str, Any] | None = None

    @property
    def grads(self) -> Any:
        """The gradient of the last batch, as the optimizer got it."""
        return self._grads if self._whole is None else self._whole.gradients

    def stop(self, reason: str) -> None:
        """Let the run end after this batch or epoch.

        Args:
            reason: why; goes to `history.stopped`.
        """
        self.stopping = reason

    def state(self) -> dict[str, Any]:
        """Everything that is needed to go on exactly from here: `fit(…, resume=state)`, or `save_state` for later.

        Returns:
            Nested dicts of copied arrays and plain values.
        """
        return copy.deepcopy(
            {
                **self._fixed(),
                "params": self.params,
                "optimizer": self.optimizer.state_dict(),
                "epoch": self.epoch,
                "batch": self.batch,
                "best": self._best,
                "batch_loss": self.history.batch_loss,
                "figures": {name: self.history[name] for name in self.history.names},
            }
        )

    def resume(self, state: Mapping[str, Any]) -> None:
        """Put parameters, optimizer and history where `state` was taken.

        Args:
            state: what `state` returned.

        Raises:
            ValueError: it belongs to another run: other data, batches, seed or parameters.
        """
        parts = ("params", "optimizer", "epoch", "batch", "best", "batch_loss", "figures")
        missing = [name for name in (*self._fixed(), *parts) if name not in state]
        if missing:
            raise ValueError(
                f"resume is no state of a training run (it lacks {missing[0]!r}); expected "
                "history.state, or what load_state returned"
            )
        for name, value in self._fixed().items():
            if state[name] != value:
                raise ValueError(
                    f"the state to resume has {name}={state[name]!r}, but this run has {value!r}; "
                    "expected the same data and settings"
                )
        _put(state["params"], self.params)
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.batch = state["epoch"], state["batch"]
        self._best = copy.deepcopy(state["best"])
        self.history.batches = list(map(float, state["batch_loss"]))
        self.history.columns = {name: list(map(float, figures)) for name, figures in state["figures"].items()}

    def run(self, interrupts: Interrupts, bar: Progress) -> None:
        """Go on until all epochs are done, or something stops the run; `fit` calls this.

        Args:
            interrupts: tells of Ctrl-C.
            bar: shows how far the run is.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed; the batch it came in is complete.
            DivergenceError: the loss or a gradient became nan or infinite.
        """
        while self.epoch < self.plan.epochs and not self.stopping:
            self._run_epoch(interrupts, bar)
            if interrupts.asked:
                raise KeyboardInterrupt
        self.stopping = self.stopping or f"all {self.plan.epochs} epochs are done"

    def finish(self) -> None:
        """Write down why and where the run ended, and put the best parameters back; `fit` calls this."""
        self.history.stopped = self.stopping
        self.history.state = self.state()
        if self._best is not None:
            self.history.best_epoch = self._best["epoch"]
            if self._best["params"] is not None:
                _put(self._best["params"], self.params)

    def _fixed(self) -> dict[str, Any]:
        plan = self.plan
        return {"rows": plan.rows, "batch_size": plan.batch_size, "seed": plan.seed, "shuffle": plan.shuffle}

    def _run_epoch(self, interrupts: Interrupts, bar: Progress) -> None:
        plan = self.plan
        order = order_of(plan.rows, plan.seed, self.epoch, plan.shuffle)
        for rows in pieces(order, plan.batch_size, first=self.batch):
            self._run_batch(rows)
            bar.batch(self.epoch, self.value, self.optimizer.lr)
            for callback in plan.batch_callbacks:
                callback(self)
            if interrupts.asked or self.stopping:
                break
        if self.batch == plan.batches:
            figures = self._figures()
            self.history.append(**figures)
            bar.epoch(figures)
            self.epoch, self.batch = self.epoch + 1, 0
            self._watch(figures)
            for callback in plan.callbacks:
                callback(self)

    def _run_batch(self, rows: NDArray[np.intp]) -> None:
        plan = self.plan
        # One generator a batch: what is drawn for it does not depend on where a run was interrupted.
        rng = None if plan.prepare is None else np.random.default_rng([plan.seed, self.epoch, 1 + self.batch])
        batch = plan.select(plan.data, rows, rng)
        if self._step is None and self._whole is None:
            self._prepare_step(batch)
        if plan.schedule is not None:
            self.optimizer.lr = float(plan.schedule(self.epoch + self.batch / plan.batches))
        try:
            if self._whole is not None:
                self.value = float(self._whole(self.params, *batch))
            else:
                self._step_apart(batch)
        except NotFiniteError as error:
            self.value = self.value if self._whole is None else self._whole.refused
            raise DivergenceError(self._divergence(str(error).partition(";")[0]), self.history) from error
        self.history.batches.append(self.value)
        self.batch += 1

    def _prepare_step(self, batch: tuple[Any, ...]) -> None:
        """Compile the step on the first batch; gradients that are clipped are computed apart from it."""
        plan = self.plan
        if plan.clip_norm is not None or plan.clip_value is not None:
            self._step, self.history.gradient = gradient_step(plan.loss, self.params, batch, plan.compiled)
            return
        self._whole, self.history.gradient = whole_step(plan.loss, self.optimizer, self.params, batch, plan.compiled)
        if self._whole is None:
            self._step = value_and_grad(plan.loss)

    def _step_apart(self, batch: tuple[Any, ...]) -> None:
        """First the gradient, then the optimizer."""
        plan, step = self.plan, self._step
        assert step is not None
        value, grads = step(self.params, *batch)
        self.value = float(value)
        refuse_loss(value)
        if plan.clip_norm is not None:
            grads = clip_by_norm(grads, plan.clip_norm)
        if plan.clip_value is not None:
            grads = clip_by_value(grads, plan.clip_value)
        self.optimizer.step(self.params, grads)
        self._grads = grads

    def _divergence(self, what: str) -> str:
        if found := holes(self.plan.data, "data"):
            return f"{what} in epoch {self.epoch + 1}, batch {self.batch + 1}: {found}. Mend or leave out these rows"
        finite = [loss for loss in (*self.history.batches[-1:], self.value) if np.isfinite(loss)]
        last = f"the last finite loss was {finite[-1]:.4g}" if finite else "no loss before it was finite"
        return (
            f"{what} in epoch {self.epoch + 1}, batch {self.batch + 1}; {last}. The rate is "
            f"{self.optimizer.lr:.4g}: try a tenth of it, or clip_norm=1; detect_anomalies() finds the operation"
        )

    def _figures(self) -> dict[str, float]:
        plan = self.plan
        sizes = np.full(plan.batches, plan.batch_size)
        sizes[-1] = plan.rows - plan.batch_size * (plan.batches - 1)
        figures = {
            "loss": float(np.average(self.history.batches[-plan.batches :], weights=sizes)),
            "rate": self.optimizer.lr,
        }
        if plan.validation is not None:
            figures[VALIDATION_LOSS] = self._validation_loss(plan.validation)
        for name, metric in plan.metrics.items():
            figures[name] = float(metric(self.params))
        return figures

    def _validation_loss(self, validation: Arrays) -> float:
        total = 0.0
        for rows in pieces(np.arange(len(validation[0])), EVALUATION_ROWS):
            value = self.plan.loss(self.params, *self.plan.select(validation, rows, None))
            total += float(value) * len(rows)
        return total / len(validation[0])

    def _watch(self, figures: dict[str, float]) -> None:
        """Compare the monitored figure with the best so far."""
        plan = self.plan
        if plan.monitor is None:
            return
        sign = -1 if plan.monitor.endswith(("loss", "error")) else 1
        figure = sign * figures[plan.monitor]
        patient = plan.early_stopping
        least = -np.inf if self._best is None else self._best["figure"] + (patient.min_delta if patient else 0)
        best_epoch = 0 if self._best is None else self._best["epoch"]
        if figure > least:
            kept = copy.deepcopy(self.params) if plan.restore_best else None
            self._best = {"figure": figure, "epoch": self.epoch, "params": kept}
        elif patient is not None and self.epoch - best_epoch >= patient.patience:
            self.stop(f"no better {plan.monitor} for {patient.patience} epochs (the best was epoch {best_epoch})")


def fit(
    loss: Loss,
    params: Any,
    data: Any,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    schedule: Schedule | None = None,
    validation: Any = None,
    metrics: Mapping[str, Metric] | None = None,
    monitor: str | None = None,
    early_stopping: EarlyStopping | None = None,
    restore_best: bool = True,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    prepare: Prepare | None = None,
    gradient: Step | None = None,
    compiled: bool = True,
    callbacks: Sequence[Callback] = (),
    batch_callbacks: Sequence[Callback] = (),
    shuffle: bool = True,
    seed: int = 0,
    progress: bool = True,
    resume: Mapping[str, Any] | None = None,
) -> History:
    """Train: shuffle, cut into batches, step by the gradient of each batch's loss, epoch after epoch.

    The parameters change in place. With a validation figure they end as they were in the best epoch, without one as
    they are after the last step. Ctrl-C ends the run after the current batch, keeps these parameters and returns the
    history as usual; a second Ctrl-C interrupts at once. `history.state` continues any run that ended, and gives the
    same numbers as a run that was never interrupted.

    Args:
        loss: `loss(params, *batch)`, one number: the mean over the batch, and any penalty.
        params: arrays of floating-point numbers, in any nesting of tuples, lists and dicts.
        data: an array or a tuple of arrays of shapes (N, …); a batch of B examples holds the same B rows of each.
        optimizer: moves the parameters; see `optim`.
        epochs: how often to go through the data, in all; a resumed run does the rest.
        batch_size: rows a batch; the last one of an epoch may have fewer.
        schedule: from the epoch, which may be a fraction, to the rate; None leaves the optimizer's rate.
        validation: held-out data, like `data`; adds the figure "validation_loss".
        metrics: more figures for every epoch: name → function of the parameters.
        monitor: the figure that says which epoch is best: one of `metrics`, "validation_loss" or "loss"; by default
            the first of these that there is, but the training loss only when named. A name that ends in "loss" or
            "error" is better when smaller, any other when larger.
        early_stopping: when to give up on the monitored figure.
        restore_best: whether to end with the best epoch's parameters; otherwise with the last.
        clip_norm: the largest length of all gradients together; see `clip_by_norm`.
        clip_value: the largest entry of a gradient; see `clip_by_value`.
        prepare: `prepare(batch, rng)` makes what the loss gets from a batch's rows: looks words up, draws a dropout
            mask. It is not differentiated. rng is None when the validation loss is computed: draw nothing then.
        gradient: `gradient(params, *batch) -> (value, gradients)` to use instead of the loss's own, for example one
            derived by hand.
        compiled: whether to compile the gradient where that works (`compile_gradient`). Whatever a compiled loss reads
            besides its arguments stays as it was at the first batch; pass False for a loss that changes otherwise.
            `history.gradient` says what was done.
        callbacks: called with the `Training` after every epoch.
        batch_callbacks: called with the `Training` after every step.
        shuffle: whether to draw a new order in every epoch.
        seed: of the order and of what `prepare` draws; one seed gives one run.
        progress: whether to show a bar with loss, rate and figures (when tqdm is installed).
        resume: `history.state` of a run that ended, or a state that `load_state` read. The parameters are overwritten.

    Returns:
        The history.

    Raises:
        DivergenceError: the loss or a gradient became nan or infinite; names the epoch and the last finite loss.
        ValueError: a number is out of its range, data or validation have no rows or unequally many, or there is no
            figure to monitor or to stop by.
        TypeError: the optimizer, the schedule, the data or a parameter is of the wrong kind.
        KeyboardInterrupt: Ctrl-C was pressed twice.

    >>> from lecture_lib.train.optim import SGD
    >>> X = np.linspace(-1, 1, 20)
    >>> params = {"a": np.zeros(()), "b": np.zeros(())}
    >>> def squared(params, x, y):
    ...     return np.mean((params["a"] * x + params["b"] - y) ** 2)
    >>> history = fit(squared, params, (X, 3 * X + 1), optimizer=SGD(0.1), epochs=50, batch_size=5, progress=False)
    >>> print(round(float(params["a"]), 2), round(float(params["b"]), 2), len(history))
    3.0 1.0 50
    """
    plan = Plan(
        loss=loss,
        data=columns_of(data, "data"),
        epochs=whole(epochs, "epochs", least=0),
        batch_size=whole(batch_size, "batch_size"),
        schedule=None if schedule is None else checked_schedule(schedule),
        validation=None if validation is None else columns_of(validation, "validation"),
        metrics=dict(metrics or {}),
        monitor=monitor,
        early_stopping=early_stopping,
        restore_best=bool(restore_best),
        clip_norm=None if clip_norm is None else positive(clip_norm, "clip_norm"),
        clip_value=None if clip_value is None else positive(clip_value, "clip_value"),
        prepare=prepare,
        gradient=gradient,
        compiled=bool(compiled),
        callbacks=tuple(callbacks),
        batch_callbacks=tuple(batch_callbacks),
        shuffle=bool(shuffle),
        seed=whole(seed, "seed", least=0),
    )
    plan = replace(plan, monitor=monitored(plan))
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {optimizer!r}; expected one such as optim.SGD(lr=0.1)")
    arrays = refill(params, [parameter_array(param, spell("params", path)) for path, param in leaves(params)])
    training = Training(plan, arrays, optimizer)
    if resume is not None:
        training.resume(resume)
    with (
        Interrupts() as interrupts,
        Progress(progress, plan.epochs, plan.batches) as bar,
        one_blas_thread(),
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        bar.start(training.epoch * plan.batches + training.batch)
        try:
            training.run(interrupts, bar)
        except KeyboardInterrupt:
            if interrupts.twice:
                raise
            training.history.interrupted = True
            training.stop(
                f"interrupted in epoch {training.epoch + 1}, after {training.batch} of its {plan.batches} batches"
            )
        except DivergenceError as error:
            training.stop(str(error))
            raise
        finally:
            training.finish()
    return training.history


def _put(values: Any, params: Any) -> None:
    """Copy arrays into the parameters' own memory."""
    given, own = list(leaves(values)), list(leaves(params))
    if [(path, a.shape, a.dtype) for path, a in given] != [(path, a.shape, a.dtype) for path, a in own]:
        raise ValueError("the state to resume holds other parameters; expected the same names, shapes and dtypes")
    for (_, value), (_, param) in zip(given, own, strict=True):
        param[...] = value
