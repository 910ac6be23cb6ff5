"""Kernels of this very Python, whatever the user's folders hold."""

import os
from pathlib import Path

from ipykernel.kernelspec import make_ipkernel_cmd
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager


class ThisPython(KernelSpecManager):
    """Always this interpreter: a kernel named python3 in the user's folders may belong to another one."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The specification of a kernel."""
        return KernelSpec(argv=make_ipkernel_cmd(), display_name="Python 3", language="python")


def kernel_environment(settings: Path, shipped_data: bool) -> dict[str, str]:
    """The environment variables of a kernel."""
    # The reader's IPython start-up files and plotting backend must not change what the course shows, and two kernels
    # with BLAS threads each would wait for one another.
    hidden = {"MPLBACKEND"} | ({"LECTURE_LIB_DATA"} if shipped_data else set())
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "IPYTHONDIR": str(settings)}
