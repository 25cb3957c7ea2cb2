"""Modulators give the same numbers on numpy and in C++ standalone; cython takes minutes to compile all that is here."""

import numpy as np
from brian2 import Clock, Network, SpikeMonitor, TimedArray, ms

import spikeadam as sa
from circuits import digits
from spikeadam.training import Trainer


def circuit(samples, record):
    """64-9-8-10 with a modulator of its own onto each layer, so that one build has them all."""
    presentation, step = 40 * ms, Clock(1 * ms, name="step_clock")
    common = {"presentation": presentation, "clock": step}
    stimulus = TimedArray(np.zeros((samples, 64)), dt=presentation, name="stimulus")
    teacher = TimedArray(np.zeros((samples, 10)), dt=presentation, name="teacher")
    groups = [sa.RegularInput().group(64, stimulus, name="input", **common)]
    groups += [sa.neuron_group(n, name=f"hidden_{n}", **common) for n in (9, 8)]
    groups.append(sa.neuron_group(10, teacher=teacher, name="output", **common))
    modulators = (sa.GRAPES(form="propagating"), sa.GRAPES(lowest=0), sa.Oja(form="subspace", oja_learning_rate=1e-3))
    projections = [
        sa.project(
            source,
            target,
            rule=sa.BioAdam(),
            feedback=None if source is groups[0] else sa.Predisposition(),
            modulator=modulator,
            weight_scale=6.0,
            random_state=number,
            name=f"to_{target.name}",
        )
        for number, (source, target, modulator) in enumerate(zip(groups, groups[1:], modulators))
    ]
    monitor = SpikeMonitor(groups[-1], name="output_spikes")
    network = Network(*groups, *[part for p in projections for part in p.objects], monitor)
    feeds = {"stimulus": stimulus, "teacher": teacher}
    return sa.Circuit(network, groups, projections, feeds, {"output_spikes": monitor}, presentation)


def learn(**options):
    X, y = digits(20)
    trainer = Trainer(circuit, chunk=10, **options)
    for part in (slice(10), slice(10, 20)):  # what a chunk leaves is what the next one starts from
        trainer.learn(X[part], y[part])
    trainer.close()
    return trainer.device.initial_state, trainer.state


def test_same_weights_and_factors_on_numpy_and_in_standalone():
    initial, expected = learn(device="runtime", target="numpy")
    _, state = learn(device="standalone")
    assert state.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(state[name], values, rtol=1e-9, atol=1e-12, err_msg=name)
    for group in ("hidden_9", "hidden_8"):
        assert np.ptp(expected[f"{group}.modulation"]) > 0.1
    assert np.abs(expected["hidden_8.reconstruction"]).max() > 0.01
    for name in ("to_hidden_9.w", "to_hidden_8.w", "to_output.w", "to_output_feedback.w"):
        assert np.abs(expected[name] - initial[name]).max() > 1e-3
