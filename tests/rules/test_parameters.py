"""Parameters of the rules: what they refuse, what print shows, and that they change without compilation."""

import dataclasses
import doctest

import numpy as np
import pytest
from brian2 import mV, ms, prefs, second
from numpy.testing import assert_allclose

import spikeadam as sa
from spikeadam.probe import _circuit, _impulses
from spikeadam.rules import bio_adam, sgd

EVENT_DRIVEN = [sa.SGD, sa.Momentum, sa.BioAdam]
PER_PRESENTATION = [sa.RMSProp, sa.Adam]

not_rates = [
    *[(value, ValueError) for value in (-0.1, np.nan, np.inf)],
    *[(value, TypeError) for value in ("1e-3", 1 * ms, True)],
]
not_times = [
    *[(value, ValueError) for value in (0 * ms, -5 * ms, np.nan * second, np.inf * second)],
    *[(value, TypeError) for value in (5, 5 * mV, [5, 6] * ms, "5*ms")],
]
not_betas = [*[(value, ValueError) for value in (-0.1, 1, 1.5, np.nan)], (1 * ms, TypeError)]
not_epsilons = [*[(value, ValueError) for value in (0, -1e-8, np.nan, np.inf)], (1 * mV, TypeError)]

REFUSED = [
    (rule, name, value, error)
    for rule, name, values in [
        *[(rule, "learning_rate", not_rates) for rule in EVENT_DRIVEN + PER_PRESENTATION],
        *[(rule, name, not_times) for rule in (sa.Momentum, sa.BioAdam) for name in ("tau_m", "interval")],
        *[(sa.BioAdam, name, not_times) for name in ("tau_rho", "tau_g")],
        *[(rule, name, not_betas) for rule in PER_PRESENTATION for name in ("beta1", "beta2")],
        *[(rule, "epsilon", not_epsilons) for rule in (sa.BioAdam, *PER_PRESENTATION)],
        # Their squares are no floats, and rho would be infinite, or 0 for ever.
        (sa.BioAdam, "epsilon", [(1e-170, ValueError), (1e170, ValueError)]),
    ]
    for value, error in values
]


@pytest.mark.parametrize("rule, name, value, error", REFUSED, ids=[f"{r.__name__}-{n}-{v!s}" for r, n, v, _ in REFUSED])
def test_bad_values_are_refused_by_name(rule, name, value, error):
    with pytest.raises(error) as caught:
        rule(**{name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} takes a ")
    assert f"got {value!r}." in message


def test_momentum_must_decay_faster_than_the_normaliser_grows():
    with pytest.raises(ValueError, match=r"tau_rho takes a time above tau_m/2 = 0.5 s, .*got 0.5 s\."):
        sa.BioAdam(tau_m=1 * second, tau_rho=0.5 * second)
    sa.BioAdam(tau_m=1 * second, tau_rho=0.5001 * second)


def test_form_lists_what_it_takes():
    with pytest.raises(ValueError, match="form takes one of event, continuous, got 'discrete'."):
        sa.BioAdam(form="discrete")


@pytest.mark.parametrize("rule", EVENT_DRIVEN + PER_PRESENTATION)
def test_rules_are_frozen_and_keyword_only(rule):
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule().learning_rate = 1
    with pytest.raises(TypeError, match="positional"):
        rule(0.1)
    assert rule(learning_rate=0.5) == rule(learning_rate=0.5) != rule(learning_rate=0.25)


SHOWN = [
    (sa.SGD(learning_rate=0.5), "learning_rate=0.5", ["drive = -learning_rate*impulse"]),
    (
        sa.Momentum(tau_m=95 * ms),
        "tau_m=95. ms",
        [
            "momentum_decay = exp(-elapsed/tau_m)",
            "drive = -learning_rate*m*travel",
            "m = m*momentum_decay + impulse*interval/tau_m",
        ],
    ),
    (
        sa.BioAdam(epsilon=0.25),
        "epsilon=0.25",
        [
            "power_decay = exp(-elapsed/tau_rho)",
            "drive = -learning_rate*m*travel/sqrt(power)",
            "power = epsilon**2 + (power - epsilon**2)*power_decay + impulse**2*interval/tau_rho",
        ],
    ),
    (
        sa.BioAdam(form="continuous", tau_g=3 * ms),
        "tau_g=3. ms",
        [
            "dc/dt = -c/tau_g : Hz (clock-driven)",
            "dm/dt = (-m + interval*c)/tau_m : 1 (clock-driven)",
            "drho/dt = (rho - rho**3*(2*tau_g*interval*c**2 + epsilon**2))/(2*tau_rho) : 1 (clock-driven)",
            "c += impulse/tau_g",
            "drive per unit time: -learning_rate*rho*m/interval",
        ],
    ),
    (
        sa.RMSProp(beta2=0.75),
        "beta2=0.75",
        [
            "power += update*(1 - beta2)*(gradient**2 - power)",
            "drive = -update*learning_rate*m/(sqrt(power) + epsilon)",
        ],
    ),
    (
        sa.Adam(beta1=0.75),
        "beta1=0.75",
        [
            "correction1 = 1 - beta1**clip(updates, 1, inf)",
            "drive = -update*learning_rate*(m/correction1)/(sqrt(power/correction2) + epsilon)",
        ],
    ),
]


@pytest.mark.parametrize("rule, value, equations", SHOWN, ids=[f"{type(r).__name__}-{v}" for r, v, _ in SHOWN])
def test_print_shows_equations_and_values(capsys, rule, value, equations):
    print(rule)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == type(rule).__name__
    assert "at a feedback event, each synapse, with impulse = -feedback_sign*x:" in lines
    assert [line for line in equations if line not in lines] == []
    shown = lines[-1].split(", ")
    assert value in shown and len(shown) == len(rule.parameters)


@pytest.mark.parametrize("module", [bio_adam, sgd], ids=lambda module: module.__name__)
def test_the_examples_of_the_docstrings(module):
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.attempted and not result.failed


CHANGES = [
    (sa.SGD, {}, dict(learning_rate=0.3)),
    (sa.Momentum, {}, dict(learning_rate=0.3, tau_m=50 * ms, interval=10 * ms)),
    (sa.BioAdam, {}, dict(learning_rate=0.3, tau_m=50 * ms, tau_rho=90 * ms, epsilon=0.5, interval=10 * ms)),
    (
        sa.BioAdam,
        dict(form="continuous", epsilon=2.0),
        dict(learning_rate=0.3, tau_m=50 * ms, tau_rho=90 * ms, epsilon=3.0, interval=10 * ms, tau_g=3 * ms),
    ),
    (sa.RMSProp, {}, dict(learning_rate=0.3, beta1=0.5, beta2=0.25, epsilon=0.1)),
    (sa.Adam, {}, dict(learning_rate=0.3, beta1=0.5, beta2=0.25, epsilon=0.1)),
]


@pytest.mark.parametrize("rule, options, changes", CHANGES, ids=[r.__name__ + o.get("form", "") for r, o, _ in CHANGES])
def test_parameters_change_between_runs_of_one_network(monkeypatch, rule, options, changes):
    monkeypatch.setitem(prefs, "codegen.target", "numpy")
    stream = [2, 11, 12, 30, 48] * ms, [1.0, -2.0, 0.5, 3.0, -1.0], 60 * ms
    before, after = rule(**options), rule(**{**options, **changes})

    circuit = _circuit(before, 60, 1 * ms, 10 * ms)
    circuit.feeds["gradient_impulses"].values[:, 0] = _impulses(stream[0], stream[1], 1 * ms, 60)
    (projection,), network = circuit.projections, circuit.network
    trajectory = circuit.monitors["trajectory"]

    def run():
        network.run(stream[2], namespace={})
        code = {obj.name: obj.codeobj.code for obj in network.sorted_objects if getattr(obj, "codeobj", None)}
        return np.array(trajectory.w[0]), code

    network.store()
    first, code = run()
    assert_allclose(first, sa.probe_rule(before, *stream, presentation=10 * ms, target="numpy").w)
    network.restore()
    projection.set_parameters(**changes)
    for variable, value in after.initial.items():
        setattr(projection.forward, variable, value)
    second, same_code = run()
    assert_allclose(second, sa.probe_rule(after, *stream, presentation=10 * ms, target="numpy").w)
    assert np.abs(second - first).max() > 0.01
    assert same_code == code and len(code) > 5


def test_unknown_parameters_are_refused_by_name():
    projection = _circuit(sa.SGD(), 10, 1 * ms, 10 * ms).projections[0]
    with pytest.raises(ValueError, match="parameter takes one of learning_rate, got 'tau_m'."):
        projection.set_parameters(tau_m=5 * ms)
