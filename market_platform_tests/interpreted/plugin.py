"""A plugin of pytest: compiled loops run as the Python that they are written in, so that their lines can be counted.

``NUMBA_DISABLE_JIT=1 python -m pytest -p market_platform_tests.interpreted.plugin …`` (`make coverage` does). Numba
leaves its functions as they are by itself; what reads memory by its address is made of machine code and takes a stand-in.
"""

import sys

import numpy as np

from market_platform_tests.interpreted import access

sys.modules["market_platform.sources.compiled.access"] = access
# Machine words wrap around, in hashes on purpose.
np.seterr(over="ignore", under="ignore", divide="ignore", invalid="ignore")
