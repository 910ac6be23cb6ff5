"""Pictures stand in the notebook, whatever plotting backend the reader's shell names."""

from __future__ import annotations

import os
import sys
from typing import Any

INLINE = "module://matplotlib_inline.backend_inline"
IN_NOTEBOOKS = ("module://", "inline", "widget", "ipympl", "nbagg", "notebook")
"""How the names of backends begin that draw into a notebook."""


def draw_into_notebook() -> None:
    """In a notebook's kernel, undo a MPLBACKEND that draws elsewhere; what the notebook itself has chosen stays."""
    named = os.environ.get("MPLBACKEND", "").lower()
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    if not hasattr(shell, "kernel") or not named or named.startswith(IN_NOTEBOOKS):
        return
    os.environ["MPLBACKEND"] = INLINE
    matplotlib = sys.modules.get("matplotlib")
    # Without a display, matplotlib takes agg where a window was named.
    if matplotlib is not None and matplotlib.rcParams["backend"].lower() in (named, "agg"):
        shell.enable_matplotlib("inline")
