"""Small networks for tests: numpy code, a clock of their own, and nothing taken from defaults that may change."""

import pytest
from brian2 import Clock, Hz, Network, TimedArray, ms, prefs, second

import numpy as np
import spikeadam as sa

RULES = {
    "SGD": sa.SGD(learning_rate=0.01),
    "Momentum": sa.Momentum(learning_rate=0.01, tau_m=60 * ms, interval=20 * ms),
    "RMSProp": sa.RMSProp(learning_rate=0.01, beta1=0.5, beta2=0.9, epsilon=1e-3),
    "Adam": sa.Adam(learning_rate=0.01, beta1=0.8, beta2=0.9, epsilon=1e-3),
    "BioAdam": sa.BioAdam(learning_rate=0.02, tau_m=60 * ms, tau_rho=200 * ms, epsilon=0.05, interval=20 * ms),
    "BioAdam continuous": sa.BioAdam(
        learning_rate=0.01,
        tau_m=60 * ms,
        tau_rho=2 * second,
        epsilon=0.5,
        interval=20 * ms,
        form="continuous",
        tau_g=5 * ms,
    ),
}
SCHEMES = {
    "Predisposition": sa.Predisposition(w_max=2.0),
    "KolenPollack": sa.KolenPollack(tau_decay=0.5 * second),
    "RandomFeedback": sa.RandomFeedback(scale=3.0),
    "SignSymmetric": sa.SignSymmetric(scale=3.0),
    "WeightTransport": sa.WeightTransport(),
}
MODULATORS = {
    "GRAPES": sa.GRAPES(),
    "GRAPES propagating": sa.GRAPES(form="propagating", lowest=0.0),
    "Oja": sa.Oja(oja_learning_rate=0.01, norm=1.5),
    "Oja subspace": sa.Oja(oja_learning_rate=0.01, norm=1.5, form="subspace", tau_reconstruction=20 * ms),
}
LOCAL_MODULATORS = {name: modulator for name, modulator in MODULATORS.items() if name != "Oja subspace"}
CONTROLS = ("SignSymmetric", "WeightTransport")
LOCAL_SCHEMES = {name: scheme for name, scheme in SCHEMES.items() if name not in CONTROLS}

SOMA = {
    "tau_membrane": 8 * ms,
    "tau_synapse": 5 * ms,
    "tau_trace": 20 * ms,
    "homeostasis_rate": 0.01,
    "homeostasis_target": 4.0,
}


@pytest.fixture
def numpy_code():
    """Brian2's numpy target: nothing to compile."""
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def clock():
    """A clock of 1 ms."""
    return Clock(1 * ms)


def run(duration, *objects):
    """Run ``objects`` (groups, monitors, projections) for ``duration``, resolving no name of the caller."""
    network = Network()
    for item in objects:
        network.add(*item.objects) if isinstance(item, sa.Projection) else network.add(item)
    network.run(duration, namespace={})
    return network


def feed(rows, presentation=1 * ms):
    """A TimedArray with one row a presentation."""
    return TimedArray(np.asarray(rows, dtype=float), dt=presentation)


def tiny_circuit(rule, scheme, *, hidden=(4,), samples=3, seed=7, **options):
    """A circuit of 3 inputs, 2 outputs and ``samples`` presentations of 20 ms that spikes a lot and learns fast."""
    settings = {
        "input": sa.RegularInput(max_rate=400 * Hz, tau_trace=20 * ms),
        "soma": sa.LIF(**SOMA),
        "output_soma": sa.LIF(**{**SOMA, "tau_membrane": 15 * ms, "homeostasis_rate": 0.0}),
        "compartment": sa.FeedbackCompartment(theta=1.0),
        "presentation": 20 * ms,
        "teacher_onset": 3 * ms,
        "input_scale": 8.0,
        "weight_scale": 3.0,
        "hidden_learning_rate": 0.8,
        "output_learning_rate": 1.5,
    }
    circuit = sa.feedforward(
        3, hidden, 2, rule=rule, feedback=scheme, samples=samples, random_state=seed, **{**settings, **options}
    )
    rng = np.random.default_rng(seed)
    circuit.feeds["stimulus"].values[:] = rng.uniform(0.2, 1, (samples, 3))
    circuit.feeds["teacher"].values[:] = 0.5 * np.eye(2)[np.arange(samples) % 2]
    return circuit


def run_circuit(circuit, *more):
    """Run all presentations of ``circuit``; weights are up to date at the end."""
    samples = len(circuit.feeds["stimulus"].values)
    for group in circuit.layers:
        if group.refresh_every > 10**6:
            group.refresh_every = samples * group.presentation_steps
    circuit.network.add(*more)
    circuit.network.run(samples * circuit.presentation, namespace={})
