"""Bio-Adam, event-driven: what must hold for any impulses and any parameters."""

import numpy as np
import pytest
from brian2 import ms, second
from hypothesis import given, settings
from hypothesis import strategies as st

import spikeadam as sa

STEPS = 3000

few = settings(max_examples=15, deadline=None)
steps = st.integers(0, STEPS - 1)
decades = st.floats(-3, 3).map(lambda exponent: 10**exponent)
rules = st.builds(
    lambda tau_m, ratio, **options: sa.BioAdam(tau_m=tau_m * second, tau_rho=tau_m * (0.5 + ratio) * second, **options),
    tau_m=decades,
    ratio=decades,
    interval=decades.map(lambda seconds: seconds * second),
    epsilon=st.floats(-8, 2).map(lambda exponent: 10**exponent),
    learning_rate=st.floats(0, 10),
)


def streams(gradients):
    """Lists of (step, gradient)."""
    return st.lists(st.tuples(steps, gradients), min_size=1, max_size=20)


ordinary = st.floats(0.01, 5).flatmap(lambda size: st.sampled_from([size, -size]))


@pytest.fixture(scope="module")
def run(fast_device):
    def run(rule, stream, factor=1.0):
        times, gradients = zip(*stream)
        return sa.probe_rule(rule, times * ms, factor * np.array(gradients), STEPS * ms, **fast_device)

    return run


# Sums of gradients in a step must not pass the limit of probe_rule, 1e100.
@few
@given(rule=rules, stream=streams(st.floats(-4e98, 4e98) | st.floats(-5, 5)))
def test_finite_gradients_give_finite_state_and_a_bounded_positive_rho(run, rule, stream):
    probe = run(rule, stream)
    for values in (probe.w, probe.m, probe.rho):
        assert np.isfinite(values).all()
    assert (probe.rho > 0).all()
    assert (probe.rho <= (1 + 1e-12) / rule.epsilon).all()


NEGLIGIBLE = dict(learning_rate=0.01, tau_m=95 * ms, tau_rho=700 * ms, interval=100 * ms, epsilon=1e-30)


@few
@given(stream=streams(ordinary), exponent=st.floats(-6, 6))
def test_the_scale_of_all_gradients_does_not_matter(run, stream, exponent):
    rule = sa.BioAdam(**NEGLIGIBLE)
    probe, scaled = run(rule, stream), run(rule, stream, 10**exponent)
    np.testing.assert_allclose(scaled.w, probe.w, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaled.m, probe.m * 10**exponent, rtol=1e-9, atol=1e-12 * 10**exponent)


@few
@given(rule=rules, stream=streams(ordinary))
def test_flipped_signs_flip_the_weight(run, rule, stream):
    probe, flipped = run(rule, stream), run(rule, stream, -1.0)
    np.testing.assert_array_equal(flipped.w, -probe.w)
    np.testing.assert_array_equal(flipped.m, -probe.m)
    np.testing.assert_array_equal(flipped.rho, probe.rho)


@few
@given(stream=st.lists(st.tuples(st.integers(0, 999), ordinary), min_size=1, max_size=20))
def test_without_gradient_the_weight_comes_to_rest(run, stream):
    # rho*m decays with L = 1/tau_m - 1/(2*tau_rho) or faster: 1 s after the last impulse, by exp(-48).
    rule = sa.BioAdam(learning_rate=0.1, tau_m=20 * ms, tau_rho=300 * ms, epsilon=0.01, interval=100 * ms)
    rest = run(rule, stream).w[2000:]
    assert np.ptp(rest) < 1e-15


@few
@given(stream=st.lists(st.tuples(st.integers(0, 999), ordinary), min_size=1, max_size=20))
def test_without_gradient_rho_recovers_toward_its_bound(run, stream):
    rule = sa.BioAdam(learning_rate=0.1, tau_m=20 * ms, tau_rho=300 * ms, epsilon=0.01, interval=100 * ms)
    rho = run(rule, stream).rho[1000:]
    assert (np.diff(rho) >= -1e-12 * rho[1:]).all() and rho[-1] > rho[0]


@few
@given(rule=rules, stream=streams(ordinary))
def test_a_learning_rate_of_zero_leaves_the_weight_alone(run, rule, stream):
    still = sa.BioAdam(**{**rule.parameters, "learning_rate": 0})
    assert (run(still, stream).w == 0).all()
