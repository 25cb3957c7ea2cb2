"""Whole networks against the same model written a second time in plain numpy (tests/reference.py)."""

import numpy as np
import pytest
from brian2 import SpikeMonitor, ms
from numpy.testing import assert_allclose, assert_array_equal

import reference
from small import MODULATORS, RULES, SCHEMES, SOMA, numpy_code, run_circuit, tiny_circuit  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")


def numbers(description, **more):
    """Parameters as plain numbers, times in milliseconds, and the name of the kind."""
    plain = {}
    for name, value in description.parameters.items():
        plain[name] = float(value / ms) if getattr(value, "dim", None) == ms.dim else float(value)
    return {"kind": type(description).__name__, **plain, **more}


def twin(circuit, rule, scheme, input_spikes, modulator=None):
    """The reference network with the weights and the data of ``circuit``."""
    soma = {name: float(value / ms) if name.startswith("tau") else value for name, value in SOMA.items()}
    layers = [reference.Layer(len(group), **soma) for group in circuit.layers[:-1]]
    layers.append(reference.Layer(len(circuit.layers[-1]), **{**soma, "tau_membrane": 15.0, "homeostasis_rate": 0.0}))
    connections = []
    for projection in circuit.projections:
        connection = reference.Connection(projection.weights())
        if projection.feedback is not None:
            connection.b = projection.feedback_weights().T.copy()
        elif projection.scheme is not None and "magnitude" in projection.forward.variables:
            connection.b = np.abs(projection.feedback_weights().T)
        connections.append(connection)
    first = numbers(rule)
    relative = [1.0] + [0.8] * (len(layers) - 2) + [1.5]
    rules = [{**first, "learning_rate": factor * first["learning_rate"]} for factor in relative]
    return reference.Network(
        layers,
        connections,
        rules,
        numbers(scheme),
        input_spikes=input_spikes,
        input_tau=20.0,
        teacher=circuit.feeds["teacher"].values,
        steps=20,
        onset=3,
        modulator=modulator and numbers(modulator, form=modulator.form),
    )


def simulate(rule, scheme, **options):
    """Run both; returns the circuit, the twin, and the initial forward and feedback weights."""
    circuit = tiny_circuit(rule, scheme, **options)
    before = [(p.weights(), p.feedback_weights().T if p.scheme is not None else None) for p in circuit.projections]
    steps = len(circuit.feeds["stimulus"].values) * 20
    # The input layer is tested on its own: its spikes are data here.
    recorded = SpikeMonitor(circuit.groups[0])
    weights = [p.weights() for p in circuit.projections]
    spikes = np.zeros((steps, 3), dtype=bool)
    other = twin(circuit, rule, scheme, spikes, options.get("modulator"))
    assert all((w == c.w).all() for w, c in zip(weights, other.connections))
    run_circuit(circuit, recorded)
    spikes[np.round(recorded.t / ms).astype(int), recorded.i] = True
    other.run()
    return circuit, other, before


PAIRS = [
    ("BioAdam", "Predisposition"),
    ("SGD", "RandomFeedback"),
    ("Momentum", "KolenPollack"),
    ("Adam", "WeightTransport"),
    ("RMSProp", "SignSymmetric"),
    ("BioAdam", "KolenPollack"),
    ("Adam", "Predisposition"),
]


TRIPLES = [
    ("BioAdam", "Predisposition", "GRAPES"),
    ("SGD", "RandomFeedback", "GRAPES propagating"),
    ("BioAdam", "WeightTransport", "GRAPES propagating"),
    ("Adam", "KolenPollack", "GRAPES"),
    ("BioAdam", "Predisposition", "Oja"),
    ("SGD", "WeightTransport", "Oja"),
    ("Momentum", "RandomFeedback", "Oja subspace"),
    ("BioAdam", "Predisposition", "Oja subspace"),
]


@pytest.mark.parametrize("hidden", [(4,), (4, 3)], ids=["3-4-2", "3-4-3-2"])
@pytest.mark.parametrize("rule, scheme", PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_network_equals_its_numpy_twin(rule, scheme, hidden):
    compare(*simulate(RULES[rule], SCHEMES[scheme], hidden=hidden))


@pytest.mark.parametrize("rule, scheme, modulator", TRIPLES, ids=["-".join(triple) for triple in TRIPLES])
def test_a_modulated_network_equals_its_numpy_twin(rule, scheme, modulator):
    circuit, other, before = simulate(RULES[rule], SCHEMES[scheme], hidden=(4, 3), modulator=MODULATORS[modulator])
    compare(circuit, other, before)
    # and not the one without a modulator
    plain = tiny_circuit(RULES[rule], SCHEMES[scheme], hidden=(4, 3))
    run_circuit(plain)
    for projection, alone in zip(circuit.projections[:-1], plain.projections):
        assert np.abs(projection.weights() - alone.weights()).max() > 1e-4
    if "GRAPES" in modulator:
        for group, factor in zip(circuit.layers[:-1], other.factors):
            assert_allclose(group.modulation[:], factor, rtol=1e-12)
            assert np.ptp(factor) > 0.1
    if modulator == "Oja subspace":
        for group, reconstruction in zip(circuit.groups, other.reconstructions):
            assert np.abs(reconstruction).min() > 0.01
            assert_allclose(group.variables["reconstruction"].get_value(), reconstruction, rtol=1e-9, atol=1e-12)


def compare(circuit, other, before):
    """State of the circuit and of its twin after a run in which everything happened."""
    close = {"rtol": 1e-9, "atol": 1e-14}
    # The comparison is one only if every layer sends both kinds of spikes, of both signs at the output.
    for number, (group, layer) in enumerate(zip(circuit.layers, other.layers)):
        signs = np.array([step[number] for step in other.feedback_signs])
        assert group.spike_count[:].sum() >= 5
        assert (signs > 0).any() and (signs < 0).any() and np.abs(signs).sum() >= 10
        assert_array_equal(group.feedback_count, np.abs(signs).sum(axis=0))
        for name, values in (("v", layer.v), ("I", layer.I), ("x", layer.x), ("u", layer.u), ("bias", layer.bias)):
            assert_allclose(getattr(group, name)[:], values, **{**close, "atol": 1e-12}, err_msg=f"{group.name}.{name}")
        assert_array_equal(group.average_count, layer.average_count)
    for projection, connection, (w, b) in zip(circuit.projections, other.connections, before):
        moved = np.abs(projection.weights() - w)
        assert (moved > 1e-6).mean() > 0.4  # learning happened
        assert_allclose(projection.weights(), connection.w, **close)
        for name in ("m", "power", "gradient"):
            if name in projection.forward.variables:
                values = projection.weights(projection.forward.state(name)[:])
                assert_allclose(values, connection.state["w"][name], **close, err_msg=name)
        if projection.scheme is None:
            continue
        assert_allclose(projection.feedback_weights().T, other.feedback_weight(connection), **close)
        if projection.feedback is not None and projection.scheme.plastic:
            assert (np.abs(projection.feedback_weights().T - b) > 1e-6).mean() > 0.4
            for name in ("m", "power", "gradient"):
                if name in projection.feedback.variables:
                    values = projection.feedback_weights(projection.feedback.state(name)[:]).T
                    assert_allclose(values, connection.state["b"][name], **close, err_msg="feedback " + name)
