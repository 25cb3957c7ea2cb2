"""Bio-Adam, event-driven: against numbers worked out by hand, a transcription of its closed form, and its ODEs."""

import numpy as np
import pytest
from brian2 import ms, second
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import spikeadam as sa

RULE = sa.BioAdam(learning_rate=0.02, tau_m=95 * ms, tau_rho=700 * ms, epsilon=0.05, interval=100 * ms)


def closed_form(rule, events, w=0.0):
    """The module's closed form at ``events``, pairs of a time in seconds and an impulse: rows of w, m, rho."""
    tau_m, tau_rho, T0 = (float(value) for value in (rule.tau_m, rule.tau_rho, rule.interval))
    eps2 = rule.epsilon**2
    L = 1 / tau_m - 1 / (2 * tau_rho)
    m, v, last, rows = 0.0, eps2, 0.0, []
    for t, g in events:
        D = t - last
        w -= rule.learning_rate / T0 * m / np.sqrt(v) * (1 - np.exp(-L * D)) / L
        m = m * np.exp(-D / tau_m) + T0 * g / tau_m
        v = eps2 + (v - eps2) * np.exp(-D / tau_rho) + T0 * g**2 / tau_rho
        rows.append((w, m, 1 / np.sqrt(v)))
        last = t
    return np.array(rows).T


def per_step(times, gradients, duration):
    """Impulse of each time step."""
    total = np.zeros(round(duration / ms))
    np.add.at(total, np.round(times / ms).astype(int), gradients)
    return total


def test_five_events_by_hand():
    # T = 10 ms between events; tau_m and tau_rho such that over T, m decays to 1/4 and v - epsilon**2 to 1/2;
    # interval T0 = tau_rho = 2*tau_m, so an impulse g adds T0*g/tau_m = 2*g to m and T0*g**2/tau_rho = g**2 to v.
    #   L = 1/tau_m - 1/(2*tau_rho) = 3/(4*tau_m), exp(-L*T) = (1/4)**(3/4) = 0.35355339
    #   travel = (1 - exp(-L*T))/L/T0 = 0.64644661 * (4/3)*tau_m/(2*tau_m) = 0.43096441
    # With epsilon = 1/2:  v -> 1/4 + (v - 1/4)/2 + g**2 = v/2 + 1/8 + g**2     m -> m/4 + 2*g
    #   g =  1    v = 1/8 + 1/8 + 1   = 1.25     m = 0 + 2          =  2
    #   g = -2    v = 0.625 + 1/8 + 4 = 4.75     m = 0.5 - 4        = -3.5
    #   g =  1/2  v = 2.375 + 1/8 + 1/4 = 2.75   m = -0.875 + 1     =  0.125
    #   g =  3    v = 1.375 + 1/8 + 9 = 10.5     m = 0.03125 + 6    =  6.03125
    #   g = -1    v = 5.25 + 1/8 + 1  = 6.375    m = 1.5078125 - 2  = -0.4921875
    # w -> w - 0.1*0.43096441*m/sqrt(v), with m and v from before the event:
    #   0,   - 0.043096441*2/1.1180340     = -0.077093257,   + 0.043096441*3.5/2.1794495   = -0.007884246,
    #        - 0.043096441*0.125/1.6583124 = -0.011132762,   - 0.043096441*6.03125/3.2403703 = -0.091347484
    tau_rho = 10 * ms / np.log(2)
    rule = sa.BioAdam(learning_rate=0.1, tau_m=tau_rho / 2, tau_rho=tau_rho, epsilon=0.5, interval=tau_rho)
    probe = sa.probe_rule(
        rule, [0, 10, 20, 30, 40] * ms, [1, -2, 0.5, 3, -1], 50 * ms, dt=10 * ms, target="numpy"
    )
    assert_allclose(probe.w, [0, -0.077093257, -0.007884246, -0.011132762, -0.091347484], atol=5e-10)
    assert_allclose(probe.m, [2, -3.5, 0.125, 6.03125, -0.4921875], rtol=1e-13)
    assert_allclose(probe.rho, 1 / np.sqrt([1.25, 4.75, 2.75, 10.5, 6.375]), rtol=1e-13)


@pytest.mark.parametrize("scale", [1e-3, 1, 1e4])
def test_random_events_match_the_closed_form(device, impulses, scale):
    times, gradients, duration = impulses
    probe = sa.probe_rule(RULE, times, scale * gradients, duration, w0=0.3, **device)
    per_dt = per_step(times, scale * gradients, duration)
    w, m, rho = closed_form(RULE, zip(np.arange(len(per_dt)) * 1e-3, per_dt), 0.3)
    assert_allclose(probe.w, w, rtol=1e-9)
    assert_allclose(probe.m, m, rtol=1e-9)
    assert_allclose(probe.rho, rho, rtol=1e-9)


def test_visits_at_random_events_only_match_the_closed_form(device, impulses, probe_events):
    times, gradients, duration = impulses
    probe = probe_events(RULE, times, gradients, duration, w0=0.3, **device)
    per_dt = per_step(times, gradients, duration)
    visited = np.union1d(np.flatnonzero(per_dt), len(per_dt) - 1)
    assert np.diff(visited).max() > 20  # milliseconds: events do lie apart
    w, m, rho = closed_form(RULE, zip(visited * 1e-3, per_dt[visited]), 0.3)
    assert_allclose(probe.w[visited], w, rtol=1e-9)
    assert_allclose(probe.m[visited], m, rtol=1e-9)
    assert_allclose(probe.rho[visited], rho, rtol=1e-9)


def integrate_odes(rule, events):
    """The three differential equations, integrated numerically between the jumps of m and rho at the impulses."""
    tau_m, tau_rho, T0 = (float(value) for value in (rule.tau_m, rule.tau_rho, rule.interval))

    def slope(t, y):
        w, m, rho = y
        return (
            -rule.learning_rate / T0 * rho * m,
            -m / tau_m,
            (rho - rho**3 * rule.epsilon**2) / (2 * tau_rho),
        )

    y, last, rows = (0.0, 0.0, 1 / rule.epsilon), 0.0, []
    for t, g in events:
        if t > last:
            y = solve_ivp(slope, (last, t), y, method="DOP853", rtol=1e-12, atol=1e-15).y[:, -1]
        # 2*tau_rho*drho/dt = -rho**3*T0*g**2*delta(t): rho**-2 grows by T0*g**2/tau_rho.
        y = (y[0], y[1] + T0 * g / tau_m, (y[2] ** -2 + T0 * g**2 / tau_rho) ** -0.5)
        rows.append(y)
        last = t
    return np.array(rows).T


@pytest.mark.parametrize("epsilon, exact_weight", [(1e-9, True), (0.05, False)])
def test_closed_form_solves_the_differential_equations(impulses, probe_events, fast_device, epsilon, exact_weight):
    times, gradients, duration = impulses[0][:60], impulses[1][:60], impulses[2]
    rule = sa.BioAdam(learning_rate=0.02, tau_m=95 * ms, tau_rho=700 * ms, epsilon=epsilon, interval=100 * ms)
    probe = probe_events(rule, times, gradients, duration, **fast_device)
    per_dt = per_step(times, gradients, duration)
    visited = np.flatnonzero(per_dt)
    w, m, rho = integrate_odes(rule, zip(visited * 1e-3, per_dt[visited]))
    assert_allclose(probe.m[visited], m, rtol=1e-9)
    assert_allclose(probe.rho[visited], rho, rtol=1e-9)
    # w is exact while epsilon is negligible beside the root of v, as the module says.
    assert np.abs(probe.w[visited] - w).max() < (1e-9 if exact_weight else 1e-4) * np.abs(w).max()


def test_momentum_and_normaliser_of_one_time_scale_are_no_special_case(probe_events, fast_device):
    # L = 1/tau_m - 1/(2*tau_rho) is 0 at the (excluded) edge tau_rho = tau_m/2, and 1e-9 of 1/tau_m beside it.
    rule = sa.BioAdam(
        learning_rate=0.1, tau_m=100 * ms, tau_rho=50.00000005 * ms, epsilon=1e-9, interval=100 * ms
    )
    probe = probe_events(rule, [0] * ms, [1.0], 3 * second, **fast_device)
    # m = exp(-t/tau_m), v = 2*exp(-2*t/tau_m): rho*m stays sqrt(1/2), and w falls by 0.1*sqrt(1/2) every T0.
    assert_allclose(probe.w[-1], -0.1 * np.sqrt(0.5) * 29.99, rtol=1e-6)
