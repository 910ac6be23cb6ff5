"""Training: initializers, optimizers, schedules, regularizers, the loop, and a look inside."""

from lecture_lib.train import diagnostics, init, optim, schedule
from lecture_lib.train.fused import compile_step
from lecture_lib.train.history import History
from lecture_lib.train.loop import DivergenceError, Training, fit
from lecture_lib.train.regularize import (
    EarlyStopping,
    clip_by_norm,
    clip_by_value,
    dropout,
    dropout_mask,
    global_norm,
    l2_penalty,
)
from lecture_lib.train.repeat import Repeated, repeated
from lecture_lib.train.storage import load_state, save_state

__all__ = [
    "DivergenceError",
    "EarlyStopping",
    "History",
    "Repeated",
    "Training",
    "clip_by_norm",
    "clip_by_value",
    "compile_step",
    "diagnostics",
    "dropout",
    "dropout_mask",
    "fit",
    "global_norm",
    "init",
    "l2_penalty",
    "load_state",
    "optim",
    "repeated",
    "save_state",
    "schedule",
]
