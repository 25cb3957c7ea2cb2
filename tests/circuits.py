"""Circuits that the tests of the engine and of training share, so that each is compiled once."""

import numpy as np
import spikeadam as sa
from brian2 import Clock, Network, NeuronGroup, ms
from spikeadam.training import Trainer


def digits_network(samples=20, record=False, **changes):
    """64-20-10, the network that is compiled."""
    lively = {"input_scale": 6.0, "weight_scale": 3.0}  # all layers spike from the first sample on
    given = {"rule": sa.BioAdam(), "feedback": sa.Predisposition(), "random_state": 3, **lively, **changes}
    return sa.feedforward(64, given.pop("hidden", (20,)), 10, samples=samples, record=record, **given)


def digits_trainer(**given):
    """A `Trainer` of `digits_network`, 20 samples a chunk."""
    changes = given.pop("changes", {})
    return Trainer(lambda samples, record: digits_network(samples, record, **changes), **{"chunk": 20, **given})


def digits(n=20):
    """The first ``n`` digits."""
    data = sa.datasets.digits()
    return data.X_train[:n], data.y_train[:n]


def tiny_network(samples=10, record=False, **changes):
    """6-5-3 in short presentations, for numpy code."""
    given = {
        "rule": sa.BioAdam(interval=10 * ms),
        "feedback": sa.Predisposition(),
        "random_state": 1,
        "input_scale": 12.0,
        "weight_scale": 8.0,
        "presentation": 10 * ms,
        "teacher_onset": 2 * ms,
        **changes,
    }
    return sa.feedforward(6, given.pop("hidden", (5,)), 3, samples=samples, record=record, **given)


def tiny_trainer(**given):
    """A `Trainer` of `tiny_network` on numpy code, 10 samples a chunk."""
    changes = given.pop("changes", {})
    return Trainer(
        lambda samples, record: tiny_network(samples, record, **changes),
        **{"device": "runtime", "target": "numpy", "chunk": 10, **given},
    )


def tiny_data(n=30, seed=0):
    """Random samples for `tiny_network`."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 6)), rng.integers(3, size=n)


def counting_circuit(period=50 * ms, extra=""):
    """Three neurons that count time steps and whole periods: little to compile."""
    group = NeuronGroup(
        3, "step : 1\nwhole : 1\nlast_count : second\nscale : 1 (shared)" + extra, clock=Clock(1 * ms, name="step_clock"), name="counter"
    )
    steps = round(float(period / ms))
    group.run_regularly("step = 0", dt=period, when="start", order=0)
    group.run_regularly(f"step += 1\nwhole += int(step == {steps})\nlast_count = t", when="start", order=1)
    return sa.Circuit(Network(group), [group], [], {}, {})
