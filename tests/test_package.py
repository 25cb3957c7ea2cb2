"""Plain Brian2 in, plain Brian2 out: what an import must not do."""

import subprocess
import sys

PROBE = """
import numpy as np, brian2
from brian2 import defaultclock, get_device, prefs

def snapshot():
    return {
        "prefs": prefs.as_file,
        "device": type(get_device()).__name__,
        "clock": float(defaultclock.dt),
        "seed": np.random.get_state()[1].tolist(),
        "brian2 seed": get_device()._get_seed() if hasattr(get_device(), "_get_seed") else None,
        "objects": len(brian2.core.magic.BrianObject.__instances__()),
    }

before = snapshot()
import spikeadam
import spikeadam.engine
assert snapshot() == before
print("unchanged")
import sys
assert "dask" not in sys.modules, "imported for nothing"
"""


def test_an_import_changes_nothing_in_brian2():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROBE], capture_output=True, text=True, timeout=120)
    assert done.stdout == "unchanged\n", done.stderr[-2000:]
    assert done.returncode == 0, done.stderr[-2000:]
