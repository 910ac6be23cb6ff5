"""Other processors on this one: which kernels BLAS and NumPy compute with, chosen by environment variables."""

import os
import platform
from dataclasses import dataclass

import numpy as np

from lecture_lib.course.errors import CourseError

AVX512 = ("AVX512", "X86_V4")
AVX2 = (*AVX512, "AVX2", "FMA3", "X86_V3")
AVX = (*AVX2, "AVX", "F16C")


@dataclass(frozen=True)
class Processor:
    """A kind of x86-64 processor.

    Attributes:
        kernel: OpenBLAS's name of it; None leaves the choice to OpenBLAS.
        hidden: the beginnings of the NumPy features that it lacks; "" begins them all.
        threads: how many threads BLAS shares its work among.
    """

    kernel: str | None = None
    hidden: tuple[str, ...] = ()
    threads: int = 1


PROCESSORS = {
    "native": Processor(),
    "threads": Processor(threads=4),
    "haswell": Processor("Haswell", AVX512),
    "zen": Processor("Zen", AVX512),
    "sandybridge": Processor("Sandybridge", AVX2),
    "nehalem": Processor("Nehalem", AVX),
    "sse": Processor("Prescott", ("",)),
}
PROCESSORS |= {"avx2": PROCESSORS["haswell"], "prescott": PROCESSORS["sse"]}


def processor_environment(name: str = "native") -> tuple[dict[str, str], str | None]:
    """The environment variables under which programs compute as another processor would.

    Example:
        >>> processor_environment("threads")[0]["OPENBLAS_NUM_THREADS"]
        '4'
    """
    if name not in PROCESSORS:
        raise CourseError(f"There is no processor {name!r}. There are: {', '.join(PROCESSORS)}.")
    processor = PROCESSORS[name]
    # Workers and kernels run side by side: with more BLAS threads each would wait for the others.
    variables = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), str(processor.threads))
    if processor.kernel is None:
        return variables, None
    numpy = np.show_config(mode="dicts") or {}
    blas, machine = numpy["Build Dependencies"]["blas"]["name"], platform.machine()
    if machine.lower() not in {"x86_64", "amd64"} or blas == "accelerate":
        return variables, f"Processor {name}: NumPy computes with {blas} on {machine}; going on with its own kernels."
    found = numpy["SIMD Extensions"].get("found", [])
    off = {
        *os.environ.get("NPY_DISABLE_CPU_FEATURES", "").split(),
        *(f for f in found if f.startswith(processor.hidden)),
    }
    return variables | {"OPENBLAS_CORETYPE": processor.kernel, "NPY_DISABLE_CPU_FEATURES": " ".join(sorted(off))}, None
