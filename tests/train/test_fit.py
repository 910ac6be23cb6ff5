"""The training loop: every row once an epoch, figures, stopping, going on, and what it refuses."""

import signal
import threading
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest

from lecture_lib import cross_entropy, value_and_grad
from lecture_lib.train import (
    DivergenceError,
    EarlyStopping,
    History,
    Training,
    dropout_mask,
    fit,
    l2_penalty,
    load_state,
    optim,
    save_state,
    schedule,
)

N, M, K, WORDS = 50, 4, 3, 9


def network(params: Any, X: Any, t: Any) -> Any:
    H = np.tanh(X @ params["W"].T + params["b"])
    return cross_entropy(H @ params["U"].T, t) + l2_penalty(params, 1e-3, only=["W", "U"])


def problem(seed: int = 0, rows: int = N) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """A small network and data that it can learn."""
    rng = np.random.default_rng(seed)
    params = {
        "W": rng.normal(size=(5, M)).astype(np.float32),
        "b": np.zeros(5, np.float32),
        "U": rng.normal(size=(K, 5)).astype(np.float32),
    }
    X = rng.normal(size=(rows, M)).astype(np.float32)
    return params, (X, (X @ rng.normal(size=(M, K))).argmax(axis=1))


def run(params: Any, data: Any, **settings: Any) -> History:
    chosen: dict[str, Any] = {"optimizer": optim.Adam(0.01), "epochs": 4, "batch_size": 8, "progress": False}
    return fit(settings.pop("loss", network), params, data, **(chosen | settings))


def bytes_of(params: Any) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in params.items()}


def test_the_loss_falls_and_the_history_tells() -> None:
    params, data = problem()
    history = run(params, data, epochs=30)
    assert len(history) == 30 and history.loss.shape == (30,) and history.loss.dtype == np.float64
    assert history.loss[-1] < 0.5 * history.loss[0]
    assert history.batch_loss.shape == (30 * 7,)
    assert (history.rate == 0.01).all()
    assert history.gradient == "compiled" and not history.interrupted and history.best_epoch is None
    assert history.stopped == "all 30 epochs are done"
    sizes = [8] * 6 + [2]
    assert history.loss[0] == pytest.approx(np.average(history.batch_loss[:7], weights=sizes))
    with pytest.raises(KeyError, match="no figure named 'f1'; recorded are loss, rate"):
        history["f1"]


def test_every_row_comes_once_an_epoch_and_in_another_order() -> None:
    seen: list[list[int]] = []

    def prepare(batch: Any, rng: Any) -> Any:
        (rows,) = batch
        seen.append(rows.tolist())
        return (rows.astype(float),)

    run(
        np.ones(1), np.arange(20), loss=lambda w, x: np.mean(w * x), epochs=2, prepare=prepare, optimizer=optim.SGD(0.0)
    )
    assert [len(batch) for batch in seen] == [8, 8, 4] * 2
    first, second = [*chain(*seen[:3])], [*chain(*seen[3:])]
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second and first != list(range(20))
    seen.clear()
    run(np.ones(1), np.arange(20), loss=lambda w, x: np.mean(w * x), epochs=1, prepare=prepare, shuffle=False)
    assert [*chain(*seen)] == list(range(20))


def test_one_seed_gives_one_run_and_another_seed_another() -> None:
    results = []
    for seed in (0, 0, 1):
        params, data = problem()
        run(params, data, seed=seed)
        results.append(bytes_of(params))
    assert results[0] == results[1] != results[2]


def test_a_compiled_and_a_recorded_gradient_train_alike() -> None:
    results = []
    for settings in ({}, {"compiled": False}, {"gradient": value_and_grad(network)}):
        params, data = problem()
        history = run(params, data, **settings)
        results.append((params["W"], history.gradient))
    assert [how for _, how in results] == ["compiled", "recorded at every step", "given"]
    assert np.allclose(results[0][0], results[1][0], rtol=1e-4)
    assert np.array_equal(results[1][0], results[2][0])


def test_the_history_says_why_a_gradient_was_not_compiled() -> None:
    def choosing(params: Any, X: Any, t: Any) -> Any:
        value = network(params, X, t)
        return value if value > 0 else -value

    rng = np.random.default_rng(0)

    def random_mask(params: Any, X: Any, t: Any) -> Any:
        return network(params, X * dropout_mask(X.shape, 0.5, rng), t)

    for loss, reason in (
        (choosing, "a choice (if, while, and, or, not) on a Tensor"),
        (random_mask, "other constants"),
    ):
        params, data = problem()
        history = run(params, data, loss=loss)
        assert history.gradient.startswith("recorded at every step: ") and reason in history.gradient
        assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize("wrap", [lambda w: w, lambda w: [w], lambda w: (w,), lambda w: {"w": w}, lambda w: {"a": [w]}])
def test_a_single_parameter_trains_in_any_nesting(wrap: Callable[[Any], Any]) -> None:
    from lecture_lib.autograd.trees import leaves

    w = np.zeros(2)
    history = run(wrap(w), np.ones((20, 2)), loss=lambda p, x: np.mean((x @ next(leaves(p))[1] - 1) ** 2))
    assert history.gradient == "compiled" and (w > 0).all()


def test_parameters_change_in_place_and_keep_their_dtype() -> None:
    params, data = problem()
    W = params["W"]
    run(params, data)
    assert params["W"] is W and W.dtype == np.float32


def test_the_readers_own_gradient() -> None:
    X = np.linspace(-1, 1, 40)
    params = [np.zeros(()), np.zeros(())]

    def by_hand(params: Any, x: Any, y: Any) -> tuple[float, list[Any]]:
        error = params[0] * x + params[1] - y
        return float(np.mean(error**2)), [np.mean(2 * error * x), np.mean(2 * error)]

    def never(*_: Any) -> Any:
        raise AssertionError("the loss is not needed")

    run(params, (X, 2 * X - 1), loss=never, gradient=by_hand, epochs=100, optimizer=optim.SGD(0.2))
    assert [round(float(p), 3) for p in params] == [2.0, -1.0]


def test_a_schedule_is_asked_at_every_batch() -> None:
    params, data = problem()
    rates: list[float] = []
    run(
        params,
        data,
        epochs=2,
        schedule=schedule.linear(0.1, 2),
        batch_callbacks=[lambda training: rates.append(training.optimizer.lr)],
    )
    assert np.allclose(rates, 0.1 * (1 - np.arange(14) / 14))


def test_validation_and_metrics_are_recorded_and_the_best_epoch_is_kept() -> None:
    params, data = problem()
    _, held_out = problem(seed=3, rows=30)
    figures = iter([0.1, 0.5, 0.3, 0.2])
    copies: list[Any] = []
    history = run(
        params,
        data,
        validation=held_out,
        metrics={"f1": lambda params: next(figures)},
        callbacks=[lambda training: copies.append(bytes_of(training.params))],
    )
    assert history["f1"].tolist() == [0.1, 0.5, 0.3, 0.2]
    assert history["validation_loss"].shape == (4,)
    assert history.best_epoch == 2 and bytes_of(params) == copies[1]
    assert history["validation_loss"][1] == pytest.approx(float(network(params, *held_out)), rel=1e-6)


def test_the_last_parameters_stay_when_asked() -> None:
    params, data = problem()
    copies: list[Any] = []
    figures = iter([0.5, 0.4, 0.3, 0.2])
    history = run(
        params,
        data,
        metrics={"f1": lambda params: next(figures)},
        restore_best=False,
        callbacks=[lambda training: copies.append(bytes_of(training.params))],
    )
    assert history.best_epoch == 1 and bytes_of(params) == copies[3] != copies[0]


@pytest.mark.parametrize(
    ("monitor", "values", "best", "epochs"),
    [
        ("f1", [0.1, 0.3, 0.3, 0.2, 0.9], 2, 4),
        ("dev_error", [0.9, 0.5, 0.5, 0.6, 0.1], 2, 4),
        ("f1", [0.1, float("nan"), float("nan"), 0.2, 0.9], 1, 3),
        ("f1", [float("nan")] * 5, None, 2),
    ],
)
def test_early_stopping_waits_for_its_patience(
    monitor: str, values: list[float], best: int | None, epochs: int
) -> None:
    params, data = problem()
    coming = iter(values)
    history = run(
        params, data, epochs=5, metrics={monitor: lambda params: next(coming)}, early_stopping=EarlyStopping(patience=2)
    )
    assert (history.best_epoch, len(history)) == (best, epochs)
    assert history.stopped.startswith(f"no better {monitor} for 2 epochs")


def test_a_tiny_improvement_does_not_count() -> None:
    params, data = problem()
    coming = iter([0.5, 0.51, 0.52, 0.53])
    history = run(
        params,
        data,
        metrics={"f1": lambda params: next(coming)},
        early_stopping=EarlyStopping(patience=2, min_delta=0.05),
    )
    assert history.best_epoch == 1 and len(history) == 3


def test_callbacks_see_the_run_and_can_stop_it() -> None:
    params, data = problem()
    seen: list[tuple[int, int]] = []

    def watch(training: Training) -> None:
        seen.append((training.epoch, training.batch))
        assert np.isfinite(training.value) and set(training.grads) == set(params)
        if len(seen) == 10:
            training.stop("seen enough")

    history = run(params, data, batch_callbacks=[watch])
    assert seen == [(0, b) for b in range(1, 8)] + [(1, b) for b in range(1, 4)]
    assert history.stopped == "seen enough" and not history.interrupted and len(history) == 1


def test_clipping_reaches_the_optimizer() -> None:
    norms = []
    params, data = problem()
    before = {name: array.copy() for name, array in params.items()}

    def note(training: Training) -> None:
        norms.append(np.sqrt(sum(float(np.sum(np.square(g))) for g in training.grads.values())))

    run(params, data, clip_norm=0.01, batch_callbacks=[note], optimizer=optim.SGD(1.0), epochs=1)
    assert max(norms) <= 0.01 * 1.0001
    moved = np.sqrt(sum(float(np.sum(np.square(params[name] - before[name]))) for name in params))
    assert moved <= 7 * 0.01 * 1.001
    run(
        params,
        data,
        clip_value=1e-3,
        epochs=1,
        batch_callbacks=[lambda training: norms.append(max(np.abs(g).max() for g in training.grads.values()))],
    )
    assert max(norms[7:]) <= np.float32(1e-3)


def dropping(params: Any, words: Any, mask: Any, t: Any) -> Any:
    """A network on looked-up rows, with dropout by a mask from `prepare`."""
    X = params["E"][words].reshape(words.shape[0], -1)
    return cross_entropy((np.tanh(X @ params["W"].T) * mask) @ params["U"].T, t)


def draw_mask(batch: Any, rng: np.random.Generator | None) -> Any:
    words, t = batch
    mask = np.ones((len(words), 6), np.float32) if rng is None else dropout_mask((len(words), 6), 0.3, rng)
    return words, mask, t


def word_problem() -> tuple[dict[str, Any], tuple[Any, ...], tuple[Any, ...]]:
    rng = np.random.default_rng(4)
    params = {
        "E": rng.normal(size=(WORDS, 3)).astype(np.float32),
        "W": rng.normal(size=(6, 6)).astype(np.float32),
        "U": rng.normal(size=(K, 6)).astype(np.float32),
    }
    words, t = rng.integers(0, WORDS, (45, 2)), rng.integers(0, K, 45)
    return params, (words[:33], t[:33]), (words[33:], t[33:])


OPTIMIZERS: list[Callable[[], optim.Optimizer]] = [
    lambda: optim.SGD(0.1),
    lambda: optim.SGD(0.1, momentum=0.9, nesterov=True),
    lambda: optim.Adagrad(0.05),
    lambda: optim.RMSprop(0.01, momentum=0.5),
    lambda: optim.Adam(0.01),
    lambda: optim.AdamW(0.01),
    lambda: optim.SparseAdam(0.01),
]


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("steps", [3, 5, 12])
def test_a_run_that_was_saved_and_resumed_equals_one_that_was_not(
    make: Callable[[], optim.Optimizer], steps: int, tmp_path: Any
) -> None:
    settings: dict[str, Any] = {
        "loss": dropping,
        "epochs": 6,
        "prepare": draw_mask,
        "schedule": schedule.cosine(0.05, 6),
        "clip_norm": 1.0,
        "early_stopping": EarlyStopping(patience=4),
        "progress": False,
    }
    whole, data, held_out = word_problem()
    expected = run(whole, data, validation=held_out, optimizer=make(), **settings)

    parts, _, _ = word_problem()
    count = iter(range(1, 1000))
    first = run(
        parts,
        data,
        validation=held_out,
        optimizer=make(),
        **settings,
        batch_callbacks=[lambda training: training.stop("enough for today") if next(count) == steps else None],
    )
    save_state(tmp_path / "run.npz", first.state)
    fresh, _, _ = word_problem()
    second = run(
        fresh, data, validation=held_out, optimizer=make(), **settings, resume=load_state(tmp_path / "run.npz")
    )

    assert bytes_of(fresh) == bytes_of(whole)
    assert second.batch_loss.tobytes() == expected.batch_loss.tobytes()
    assert {name: second[name].tobytes() for name in second.names} == {
        name: expected[name].tobytes() for name in expected.names
    }
    assert (second.best_epoch, second.stopped) == (expected.best_epoch, expected.stopped)
    last, after = expected.state["optimizer"]["state"], second.state["optimizer"]["state"]
    assert all(
        np.array_equal(last[name][key], after[name][key]) for name in last if name != "steps" for key in last[name]
    )


def test_more_epochs_can_follow_a_finished_run() -> None:
    whole, data = problem()
    run(whole, data, epochs=6)
    parts, _ = problem()
    first = run(parts, data, epochs=4)
    second = run(parts, data, epochs=6, resume=first.state)
    assert bytes_of(parts) == bytes_of(whole) and len(second) == 6
    third = run(parts, data, epochs=6, resume=second.state)
    assert bytes_of(parts) == bytes_of(whole) and len(third) == 6


def test_rows_that_are_looked_up_get_sparse_gradients() -> None:
    from lecture_lib import RowSparse

    params, data, _ = word_problem()
    data = (np.where(data[0] == 5, 6, data[0]), data[1])
    before = params["E"].copy()
    kinds = set()
    history = run(
        params,
        data,
        loss=dropping,
        prepare=draw_mask,
        optimizer=optim.SparseAdam(0.01),
        batch_callbacks=[lambda training: kinds.add(type(training.grads["E"]))],
    )
    assert kinds == {RowSparse} and history.gradient == "compiled"
    assert np.array_equal(params["E"][5], before[5]) and (params["E"][6] != before[6]).all()


def interrupted_gradient(at: int, times: int = 1) -> Callable[..., Any]:
    """A gradient during whose computation Ctrl-C arrives."""
    plain, count = value_and_grad(network), iter(range(1, 1000))

    def step(params: Any, *batch: Any) -> Any:
        if next(count) == at:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return plain(params, *batch)

    return step


def test_a_signal_in_mid_epoch_loses_nothing() -> None:
    whole, data = problem()
    expected = run(whole, data, gradient=value_and_grad(network))
    parts, _ = problem()
    first = run(parts, data, gradient=interrupted_gradient(at=10))
    assert first.interrupted and first.stopped == "interrupted in epoch 2, after 3 of its 7 batches"
    assert len(first.batch_loss) == 10 and len(first) == 1
    assert first.batch_loss.tobytes() == expected.batch_loss[:10].tobytes()
    second = run(parts, data, gradient=value_and_grad(network), resume=first.state)
    assert bytes_of(parts) == bytes_of(whole)
    assert second.batch_loss.tobytes() == expected.batch_loss.tobytes() and not second.interrupted
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_keeps_the_best_parameters_so_far() -> None:
    params, data = problem()
    figures = iter([0.1, 0.9, 0.2])
    copies: list[Any] = []
    history = run(
        params,
        data,
        gradient=interrupted_gradient(at=25),
        metrics={"f1": lambda params: next(figures)},
        callbacks=[lambda training: copies.append(bytes_of(training.params))],
    )
    assert history.interrupted and history.best_epoch == 2
    assert bytes_of(params) == copies[1] != copies[2]
    assert bytes_of(history.state["params"]) != copies[2]


def test_a_second_signal_interrupts_at_once() -> None:
    params, data = problem()
    with pytest.raises(KeyboardInterrupt):
        run(params, data, gradient=interrupted_gradient(at=3, times=2))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_handler_and_other_threads_are_left_alone() -> None:
    params, data = problem()
    calls: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:
        history = run(params, data, gradient=interrupted_gradient(at=3))
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(calls) == 1 and not history.interrupted
    found: list[History] = []
    thread = threading.Thread(target=lambda: found.append(run(params, data)))
    thread.start()
    thread.join()
    assert len(found) == 1 and len(found[0]) == 4


def test_an_interrupt_from_a_callback_ends_the_run_too() -> None:
    def interrupt(training: Training) -> None:
        raise KeyboardInterrupt

    params, data = problem()
    assert run(params, data, callbacks=[interrupt]).stopped == "interrupted in epoch 2, after 0 of its 7 batches"


def test_divergence_is_stopped_and_explained() -> None:
    X = np.ones(40, np.float32)
    params = [np.ones((), np.float32), np.ones((), np.float32)]
    with pytest.raises(DivergenceError) as caught:
        run(
            params,
            (X, X),
            loss=lambda p, x, y: np.mean((p[0] * x + p[1] - y) ** 2),
            optimizer=optim.SGD(50.0),
            epochs=9,
        )
    history = caught.value.history
    last = history.batch_loss[-1]
    assert np.isfinite(last) and last > 1e30
    epoch, batch = divmod(len(history.batch_loss), 5)
    expected = f"the loss became inf in epoch {epoch + 1}, batch {batch + 1}; the last finite loss was {last:.4g}"
    assert expected in str(caught.value) and "The rate is 50" in str(caught.value)
    assert history.stopped == str(caught.value)


def test_a_first_loss_of_nan_is_explained() -> None:
    with pytest.raises(DivergenceError, match="the loss became nan in epoch 1, batch 1; no loss before it was finite"):
        run(np.array([np.nan]), np.ones(8), loss=lambda w, x: np.mean(w * x))


def test_a_gradient_of_nan_names_its_place() -> None:
    params = {"w": np.zeros(2), "v": np.ones(2)}
    message = r"grads\['w'\] holds (nan|inf) in epoch 1, batch 1; the last finite loss was 2"
    with pytest.raises(DivergenceError, match=message):
        run(params, np.ones((8, 2)), loss=lambda p, x: np.mean(x @ np.sqrt(p["w"])) + np.sum(p["v"]))
    assert np.array_equal(params["v"], [1.0, 1.0])


def test_a_mistake_in_the_loss_keeps_its_own_message() -> None:
    def mistaken(params: Any, X: Any, t: Any) -> Any:
        return np.sum(X @ params["W"])

    params, data = problem()
    with pytest.raises(ValueError, match="matmul"):
        run(params, data, loss=mistaken)


def test_the_bar_shows_loss_rate_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    params, data = problem()
    run(params, data, progress=True, metrics={"dev_f1": lambda params: 0.25})
    shown = capsys.readouterr().err
    assert "epoch 4/4" in shown and "loss=" in shown and "rate=0.01" in shown and "dev_f1=0.250" in shown
    assert "28/28" in shown
    run(params, data, progress=False)
    assert capsys.readouterr().err == ""


def test_blas_threads_are_as_before() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"}

    before = threads()
    params, data = problem()
    during: list[set[int]] = []
    run(params, data, callbacks=[lambda training: during.append(threads())])
    assert all(found <= {1} for found in during) and threads() == before


def bad(**settings: Any) -> Callable[[], Any]:
    params, data = problem()
    return lambda: run(settings.pop("params", params), settings.pop("data", data), **settings)


def other_state(**changes: Any) -> dict[str, Any]:
    params, data = problem()
    return run(params, data, epochs=1).state | changes


REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (ValueError, r"data\[1\] has 3 rows, but data\[0\] has 50", bad(data=(np.ones((50, M)), np.ones(3)))),
    (ValueError, "data has no rows", bad(data=np.ones((0, 3)))),
    (ValueError, "data is empty", bad(data=())),
    (TypeError, r"data\[0\] is list; expected an array", bad(data=([1.0], np.ones(1)))),
    (TypeError, r"data\[0\] is ndarray", bad(data=np.array(1.0))),
    (ValueError, "validation has 1 arrays, but data has 2", bad(validation=np.ones((3, M)))),
    (TypeError, "optimizer is 'adam'; expected one such as", bad(optimizer="adam")),
    (ValueError, "epochs is -1; expected a whole number of at least 0", bad(epochs=-1)),
    (TypeError, "epochs is 1.5", bad(epochs=1.5)),
    (ValueError, "batch_size is 0", bad(batch_size=0)),
    (ValueError, "seed is -1", bad(seed=-1)),
    (TypeError, "schedule is 0.1; expected a function", bad(schedule=0.1)),
    (ValueError, "lr is -0.1", bad(schedule=lambda epoch: -0.1)),
    (ValueError, "clip_norm is 0", bad(clip_norm=0)),
    (ValueError, "clip_value is -1", bad(clip_value=-1)),
    (ValueError, "no figure named 'f1' to monitor; expected one of loss", bad(monitor="f1")),
    (ValueError, "early_stopping has nothing to watch", bad(early_stopping=EarlyStopping())),
    (ValueError, "the metric 'loss' is taken", bad(metrics={"loss": lambda params: 0.0})),
    (ValueError, "the metric 'f1' is taken or no function", bad(metrics={"f1": 0.5})),
    (TypeError, r"params\['W'\] holds int64", bad(params={"W": np.ones((2, 2), np.int64)})),
    (TypeError, r"params\['W'\]\[0\] is list|params\['W'\]\[0\] is float", bad(params={"W": [1.0]})),
    (ValueError, "resume is no state of a training run", bad(resume={"epoch": 1})),
    (ValueError, "the state to resume has rows=51, but this run has 50", bad(resume=other_state(rows=51))),
    (ValueError, "the state to resume has batch_size=8, but this run has 4", bad(resume=other_state(), batch_size=4)),
    (ValueError, "the state to resume has seed=0", bad(resume=other_state(), seed=1)),
    (ValueError, "holds other parameters", bad(resume=other_state(params={"W": np.ones(2)}))),
    (ValueError, "this is a state of Adam; expected one of SGD", bad(resume=other_state(), optimizer=optim.SGD(0.1))),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()
