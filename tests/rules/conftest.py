"""Random impulses, and one synapse between events that lie far apart.

All runs take 3000 steps of 1 ms, so that each rule is compiled once for all tests.
"""

import numpy as np
import pytest
from brian2 import ms, second

from spikeadam import probe
from spikeadam.engine import open_device

STEPS = 3000


@pytest.fixture(scope="session")
def impulses():
    """500 random impulses: times, gradients, and the duration of the run. Some share a time step."""
    rng = np.random.default_rng(7)
    steps = np.sort(rng.integers(0, STEPS, 500))
    return steps * ms, rng.normal(0.2, 1, 500), STEPS * ms


@pytest.fixture(scope="session")
def probe_events():
    """Like `probe_rule`, but the synapse is visited at its impulses and in the last step only, as in a network."""

    def run(rule, times, gradients, duration, *, w0=0.0, device="runtime", **options):
        steps = round(float(duration / ms))
        opened = open_device(device, lambda: probe._circuit(rule, steps, 1 * ms, 100 * ms), **options)
        try:
            state = {**opened.initial_state, "probe.w": np.array([w0]), "target.refresh_every": np.array([steps])}
            feed = {"gradient_impulses": probe._impulses(times, gradients, 1 * ms, steps)[:, None]}
            record = opened.run(state, feed, steps * 1e-3).records["trajectory"]
        finally:
            opened.close()
        unknown = np.full(steps, np.nan)
        values = {name: record[name].reshape(-1) if name in record else unknown for name in ("w", "m", "rho")}
        return probe.Probe(t=record["t"] * second, **values)

    return run
