"""Tests of this folder share the networks beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
