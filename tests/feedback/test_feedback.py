"""How forward and feedback weights change under each feedback scheme."""

import numpy as np
import pytest
from brian2 import StateMonitor, TimedArray, ms, second
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import LOCAL_SCHEMES, RULES, SCHEMES, clock, numpy_code, run, run_circuit, tiny_circuit  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")


def pair(scheme, rule, signs, traces, *, w=0.0, b=0.0):
    """One synapse and its partner; in step n a feedback spike of ``signs[n]`` (0: none) meets the trace ``traces[n]``.

    Returns forward and feedback weight at the end of each step, and what the optimizer asked for in it.
    """
    step = clock()
    trace = TimedArray(np.asarray(traces, dtype=float), dt=1 * ms)
    soma = {"threshold": "False", "reset": "", "rest": "", "gate": "1"}
    lower = sa.Soma(equations="I : 1\nx = trace(t) : 1", namespace={"trace": trace}, **soma)
    source = sa.neuron_group(1, lower, name="source", clock=step)
    target = sa.neuron_group(1, sa.Soma(equations="I : 1\nx : 1", **soma), name="target", clock=step)
    error = TimedArray(np.asarray(signs, dtype=float), dt=1 * ms)
    target.namespace["error"] = error
    target.run_regularly("u = error(t)", when="before_groups")
    projection = sa.project(source, target, rule=rule, feedback=scheme, name="up")
    projection.forward.w, projection.feedback.w = w, b
    monitors = [StateMonitor(s, "w", record=True, clock=step, when="end") for s in projection.objects]
    run(len(signs) * ms, source, target, projection, *monitors)
    return [monitor.w[0] for monitor in monitors]


# -- predisposition -------------------------------------------------------------------------------------------------


def test_predisposition_by_hand():
    # SGD with learning rate 0.5, w_max 2. Feedback spikes +, -, none, + on traces 1, 2, 3, 0.4:
    # drives 0.5, -1, 0, 0.2, and w -> w + drive - |drive|*w/2.
    #   w = 1:   1 + 0.5 - 0.25 = 1.25     1.25 - 1 - 0.625 = -0.375      -0.375    -0.375 + 0.2 + 0.0375 = -0.1375
    #   b = -1: -1 + 0.5 + 0.25 = -0.25   -0.25 - 1 + 0.125 = -1.125      -1.125    -1.125 + 0.2 + 0.1125 = -0.8125
    w, b = pair(sa.Predisposition(w_max=2), sa.SGD(learning_rate=0.5), [1, -1, 0, 1], [1, 2, 3, 0.4], w=1, b=-1)
    assert_allclose(w, [1.25, -0.375, -0.375, -0.1375], rtol=1e-14)
    assert_allclose(b, [-0.25, -1.125, -1.125, -0.8125], rtol=1e-14)


@pytest.mark.parametrize("rule", ["SGD", "Momentum", "BioAdam"])
def test_partners_approach_each_other_with_every_step_of_the_drive(rule):
    rng = np.random.default_rng(1)
    signs, traces = rng.choice([-1, 0, 1], 80), rng.uniform(0, 3, 80)
    w_max = 2.0
    w, b = pair(sa.Predisposition(w_max=w_max), RULES[rule], signs, traces, w=0.8, b=-0.5)
    # The drive depends on the spikes only, so that an unbounded twin shows it.
    free, _ = pair(sa.Predisposition(w_max=1e30), RULES[rule], signs, traces)
    drive = np.diff(np.concatenate([[0], free]))
    assert np.abs(drive).max() > 1e-3
    difference = np.concatenate([[1.3], w - b])
    assert_allclose(np.diff(difference), -np.abs(drive) * difference[:-1] / w_max, atol=1e-13)
    assert_allclose(difference[1:], 1.3 * np.cumprod(1 - np.abs(drive) / w_max), rtol=1e-10)


@settings(max_examples=20, deadline=None)
@given(
    drives=st.lists(st.floats(-5, 5), min_size=1, max_size=50),
    start=st.floats(-1, 1),
    w_max=st.floats(1e-3, 1e3),
)
def test_weights_stay_within_their_bound_whatever_the_drive(drives, start, w_max):
    # While a drive is at most w_max, the new weight is an average of the old one and +-w_max.
    change = compile(sa.Predisposition().change, "change", "eval")
    w = start * w_max
    for drive in np.clip(drives, -1, 1) * w_max:
        w = w + eval(change, {"w": w, "drive": drive, "w_max": w_max})
        assert abs(w) <= w_max * (1 + 1e-12)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), start=st.floats(-1, 1))
def test_weights_stay_within_their_bound_in_a_simulation(seed, start):
    rng = np.random.default_rng(seed)
    rule, scheme = sa.SGD(learning_rate=0.5), sa.Predisposition(w_max=1.5)
    w, b = pair(scheme, rule, rng.choice([-1, 1], 50), rng.uniform(0, 3, 50), w=1.5 * start, b=-1.5 * start)
    assert np.abs(w).max() <= 1.5 * (1 + 1e-12) and np.abs(b).max() <= 1.5 * (1 + 1e-12)


def test_at_the_bound_only_depression_is_left():
    w, _ = pair(sa.Predisposition(w_max=1), sa.SGD(learning_rate=0.1), [1, 1, -1, 0], [1, 1, 1, 1], w=1.0)
    assert_allclose(w, [1, 1, 0.8, 0.8])


def test_partners_get_the_same_drive_bit_by_bit():
    w, b = pair(
        sa.Predisposition(w_max=3), RULES["BioAdam"], [1, 0, -1, 1, 1, 0, -1] * 5, np.linspace(0, 2, 35), w=0.2, b=0.2
    )
    assert_array_equal(w, b)


# -- Kolen-Pollack --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["SGD", "Momentum", "BioAdam"])
def test_the_difference_of_kolen_pollack_decays_with_time_whatever_is_learned(rule):
    rng = np.random.default_rng(2)
    signs, traces = rng.choice([-1, 0, 0, 1], 80), rng.uniform(0, 3, 80)
    w, b = pair(sa.KolenPollack(tau_decay=50 * ms), RULES[rule], signs, traces, w=0.8, b=-0.5)
    steps = np.flatnonzero(signs)  # weights are current as of their last feedback event
    assert_allclose((w - b)[steps], 1.3 * np.exp(-steps / 50), rtol=1e-12)


def test_kolen_pollack_by_hand():
    # SGD 0.5, spikes + in step 0 and - in step 4, trace 1, tau_decay 8 ms. Elapsed 0 and 4 ms: decay by 1 and
    # exp(-1/2). w = 1: 1.5, then 1.5*exp(-1/2) - 0.5.
    w, b = pair(sa.KolenPollack(tau_decay=8 * ms), sa.SGD(learning_rate=0.5), [1, 0, 0, 0, -1], np.ones(5), w=1, b=0)
    assert_allclose(w[[0, 3, 4]], [1.5, 1.5, 1.5 * np.exp(-0.5) - 0.5])
    assert_allclose(b[[0, 3, 4]], [0.5, 0.5, 0.5 * np.exp(-0.5) - 0.5])


# -- random feedback, and the controls ------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_random_feedback_weights_never_change(rule):
    circuit = tiny_circuit(RULES[rule], SCHEMES["RandomFeedback"])
    projection = circuit.projections[1]
    before = projection.feedback_weights(), projection.weights()
    run_circuit(circuit)
    assert_array_equal(projection.feedback_weights(), before[0])
    assert (projection.weights() != before[1]).any()
    assert list(projection.feedback.equations) == ["w"]  # nothing that could learn


def test_weight_transport_is_exact_at_all_times():
    circuit = tiny_circuit(RULES["SGD"], sa.WeightTransport())
    projection = circuit.projections[1]
    assert sa.alignment_angle(projection.weights(), projection.feedback_weights()) == pytest.approx(0, abs=1e-5)
    run_circuit(circuit)
    assert_array_equal(projection.feedback_weights(), projection.weights().T)
    assert sa.alignment_angle(projection.weights(), projection.feedback_weights()) == pytest.approx(0, abs=1e-5)


def test_sign_symmetric_feedback_keeps_its_size_and_follows_the_sign():
    # Decay and large steps make some weights change sign.
    circuit = tiny_circuit(sa.SGD(learning_rate=0.3), SCHEMES["SignSymmetric"])
    projection = circuit.projections[1]
    before = projection.weights(), projection.feedback_weights()
    run_circuit(circuit)
    after = projection.weights(), projection.feedback_weights()
    assert (np.sign(before[0]) != np.sign(after[0])).any()
    assert_array_equal(np.sign(after[1]), np.sign(after[0]).T)
    assert_array_equal(np.abs(after[1]), np.abs(before[1]))


@pytest.mark.parametrize("scheme", [sa.RandomFeedback(scale=2.0), sa.SignSymmetric(scale=2.0)], ids=repr)
def test_fixed_feedback_weights_have_a_size_of_their_own_whatever_the_forward_weights(scheme):
    step = clock()
    source, target = (sa.neuron_group(100, name=name, clock=step) for name in ("lower", "upper"))
    options = {"weight_scale": 7.0, "feedback_scale": 0.5, "random_state": 0}
    weights = sa.project(source, target, rule=RULES["SGD"], feedback=scheme, **options).feedback_weights()
    assert (weights**2).mean() == pytest.approx((0.5 * 2 / 10) ** 2, rel=0.06)


# -- alignment grows ------------------------------------------------------------------------------------------------


def angles(scheme, samples=60):
    circuit = tiny_circuit(sa.SGD(learning_rate=0.15), scheme, hidden=(20,), samples=samples, seed=4)
    projection = circuit.projections[1]
    before = sa.alignment_angle(projection.weights(), projection.feedback_weights())
    run_circuit(circuit)
    return before, sa.alignment_angle(projection.weights(), projection.feedback_weights())


@pytest.mark.parametrize("scheme", [sa.Predisposition(w_max=2.0), sa.KolenPollack(tau_decay=300 * ms)], ids=repr)
def test_learning_aligns_forward_and_feedback_weights_from_independent_starts(scheme):
    before, after = angles(scheme)
    # Synapses of hidden neurons that never spike have no part in it.
    assert 60 < before < 120 and after < before / 2


@pytest.mark.parametrize("scheme", LOCAL_SCHEMES)
def test_forward_and_feedback_weights_start_independent(scheme):
    step = clock()
    source, target = (sa.neuron_group(60, name=name, clock=step) for name in ("lower", "upper"))
    projection = sa.project(source, target, rule=RULES["SGD"], feedback=SCHEMES[scheme], random_state=0)
    assert sa.alignment_angle(projection.weights(), projection.feedback_weights()) == pytest.approx(90, abs=4)


# -- descriptions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, error, sentence",
    [
        (lambda: sa.Predisposition(w_max=0), ValueError, "w_max takes a finite number above 0, got 0."),
        (lambda: sa.Predisposition(w_max="8"), TypeError, "w_max takes a finite number above 0, got '8'."),
        (lambda: sa.RandomFeedback(scale=-1), ValueError, "scale takes a finite number of at least 0, got -1."),
        (lambda: sa.SignSymmetric(scale=None), TypeError, "scale takes a finite number of at least 0, got None."),
        (lambda: sa.KolenPollack(tau_decay=5), TypeError, "tau_decay takes a positive s quantity"),
        (lambda: sa.KolenPollack(tau_decay=-1 * second), ValueError, "tau_decay takes a positive s quantity"),
    ],
)
def test_bad_parameters(make, error, sentence):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(sentence)


def test_schemes_are_frozen_keyword_only_and_print_their_equations():
    scheme = sa.Predisposition(w_max=2.0)
    with pytest.raises(TypeError):
        sa.Predisposition(2.0)
    with pytest.raises(AttributeError):
        scheme.w_max = 3
    assert scheme == sa.Predisposition(w_max=2.0)
    assert str(scheme) == "Predisposition\nfeedback over its own weight w\nw += drive - abs(drive)*w/w_max\nw_max=2.0"
    assert "feedback over sign(w)*magnitude" in str(sa.SignSymmetric())
    assert "weight_decay = 1 - exp(-elapsed/tau_decay)" in str(sa.KolenPollack())


def test_the_continuous_rate_is_the_discrete_change_per_time():
    # drive = rate*dt in small steps: Predisposition scales with the rate, Kolen-Pollack decays on its own.
    assert sa.Predisposition().change_rate("r") == "(r) - abs((r))*w/w_max"
    assert sa.KolenPollack().change_rate("r") == "(r) - w/tau_decay"
    assert sa.RandomFeedback().change_rate("r") == "(r)"
