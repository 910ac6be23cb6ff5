"""Repeat the experiments whose figures notebooks 13 to 18 show: writes `data/experiments.tsv`.

    python benchmarks/experiments/run.py six-layers schedules   # these, all seeds
    python benchmarks/experiments/run.py                        # all of them, half an hour or more

`real-reviews` needs the film reviews and GloVe in the folder that LECTURE_LIB_DATA names. The seeds are those that
the notebooks show, and two that they keep: `python -m pytest tests/test_conclusions.py` holds each conclusion
against these two.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import deep
import faults
import ner
import rates
import words

from lecture_lib.data.experiments import COLUMNS, read_figures
from lecture_lib.train.repeat import KEPT

OUT = Path(__file__).resolve().parents[2] / "data" / "experiments.tsv"
SEEDS = (*range(5), *KEPT)
EXPERIMENTS: dict[str, Callable[[int], dict[str, float]]] = {
    name: experiment for module in (deep, rates, ner, words, faults) for name, experiment in module.EXPERIMENTS.items()
}


def write(figures: dict[tuple[str, int, str], float], out: Path) -> None:
    """The table, sorted, so that it changes only where a figure does."""
    places = {name: place for place, name in enumerate(EXPERIMENTS)}
    rows = sorted(figures.items(), key=lambda row: (places.get(row[0][0], 99), row[0][1]))
    lines = [f"{name}\t{seed}\t{what}\t{value:.4g}" for (name, seed, what), value in rows]
    remark = "# Figures of repeated experiments, by benchmarks/experiments/run.py; see README.md."
    out.write_text("\n".join([remark, "\t".join(COLUMNS), *lines, ""]), encoding="utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="which ones; all, if none is named")
    parser.add_argument("--out", type=Path, default=OUT, help="the table to write")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="these instead of all")
    asked = parser.parse_args()
    out = asked.out
    if unknown := set(asked.names) - set(EXPERIMENTS):
        parser.error(f"no experiment {', '.join(sorted(unknown))}; there are: {' '.join(EXPERIMENTS)}")
    for name in asked.names or EXPERIMENTS:
        for seed in asked.seeds:
            begun = time.perf_counter()
            found = EXPERIMENTS[name](seed)
            figures = read_figures(out) if out.exists() else {}
            figures = {key: value for key, value in figures.items() if key[:2] != (name, seed)}
            write(figures | {(name, seed, what): float(value) for what, value in found.items()}, out)
            print(f"{name} seed {seed}: {time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main()
