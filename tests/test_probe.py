import doctest

import numpy as np
import pytest
from brian2 import Quantity, get_device, mV, ms, prefs, second
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from spikeadam import probe

RULE = sa.SGD(learning_rate=0.1)


def run(times=(2, 5) * ms, gradients=(1, -2), duration=10 * ms, rule=RULE, **options):
    return sa.probe_rule(rule, times, gradients, duration, **{"target": "numpy", **options})


def test_the_examples_of_the_docstring():
    assert doctest.testmod(probe).failed == 0


def test_one_entry_a_step_at_the_time_of_the_step():
    result = run(duration=5 * ms, times=[1] * ms, gradients=[1.0], dt=0.5 * ms)
    assert isinstance(result.t, Quantity)
    assert_allclose(result.t / ms, np.arange(10) * 0.5)
    assert result.w.shape == result.m.shape == result.rho.shape == (10,)
    assert_array_equal(result.w, [0, 0] + [-0.1] * 8)


def test_impulses_of_one_step_add_up_in_any_order():
    result = run([5, 1, 5.2, 4.9] * ms, [1, 2, 3, -8], w0=0.5)
    assert_allclose(result.w, [0.5] + [0.3] * 4 + [0.7] * 5)


def test_impulses_of_the_first_and_the_last_step_count():
    assert_allclose(run([0, 9] * ms, [1, 1]).w, [-0.1] * 9 + [-0.2])


def test_without_impulses_nothing_happens():
    assert (run([] * ms, [], w0=0.25).w == 0.25).all()
    assert (run([3] * ms, [0.0], w0=0.25).w == 0.25).all()


def test_rules_without_presentations_take_any_time_step():
    assert_allclose(run([6] * ms, [1], 21 * ms, dt=3 * ms).w, [0, 0] + [-0.1] * 5)


def test_times_as_a_list_of_quantities_and_one_impulse_as_a_scalar():
    assert_array_equal(run([2 * ms, 5 * ms]).w, run().w)
    assert_array_equal(run(2 * ms, 1.0).w, run([2] * ms, [1]).w)


@pytest.mark.parametrize("rule", [sa.SGD, sa.Momentum, sa.BioAdam, sa.RMSProp, sa.Adam])
def test_what_a_rule_lacks_is_nan(rule):
    result = run(rule=rule(), presentation=5 * ms)
    assert np.isfinite(result.w).all() and result.w[-1] != 0
    assert np.isnan(result.m).all() == (rule is sa.SGD)
    assert np.isnan(result.rho).all() == (rule in (sa.SGD, sa.Momentum))


def test_devices_agree(device):
    # 3000 steps: the networks of the tests of the rules.
    rng = np.random.default_rng(0)
    times, gradients = rng.integers(0, 3000, 100) * ms, rng.normal(size=100)
    here, there = (
        sa.probe_rule(sa.BioAdam(), times, gradients, 3000 * ms, **options) for options in ({"target": "numpy"}, device)
    )
    for name in ("w", "m", "rho"):
        assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-11, atol=1e-14)


def test_the_callers_device_and_preferences_stay(fast_device):
    target, before = prefs.codegen.target, get_device()
    sa.probe_rule(RULE, [1] * ms, [1], 3000 * ms, **fast_device)
    with pytest.raises(FloatingPointError), np.errstate(all="ignore"):
        run(rule=sa.BioAdam(form="continuous", tau_g=0.01 * ms), gradients=[3, 3], target="numpy")
    assert prefs.codegen.target == target and get_device() is before


REFUSED = [
    (dict(rule="adam"), TypeError, "rule takes an optimizer such as sa.BioAdam(), got 'adam'."),
    (dict(rule=sa.BioAdam), TypeError, "rule takes an optimizer such as sa.BioAdam(), got <class"),
    (dict(times=[2, 5]), TypeError, "times takes quantities of time, such as [10, 20]*ms, got [2, 5]."),
    (dict(times=[2, 5] * mV), TypeError, "times takes quantities of time, such as [10, 20]*ms, got array([2., 5.])"),
    (dict(times=[2, np.nan] * ms), ValueError, "times takes finite times, got nan or infinity."),
    (dict(times=[2, np.inf] * ms), ValueError, "times takes finite times, got nan or infinity."),
    (dict(times=[-1, 5] * ms), ValueError, "times takes times from 0 to before duration, 10 steps; got step -1 to 5."),
    (dict(times=[1, 10] * ms), ValueError, "times takes times from 0 to before duration, 10 steps; got step 1 to 10."),
    (dict(times=[1, 2, 3] * ms), ValueError, "times and gradients take one entry an impulse, got shapes (3,) and (2,)"),
    (dict(times=[[1, 2]] * ms, gradients=[[1, 2]]), ValueError, "got shapes (1, 2) and (1, 2)."),
    (dict(gradients=[1, np.nan]), ValueError, "gradients takes finite numbers, got nan or infinity."),
    (dict(gradients=[1, -np.inf]), ValueError, "gradients takes finite numbers, got nan or infinity."),
    (dict(gradients=[1, 2] * mV), TypeError, "gradients takes numbers without a unit, got array([1., 2.]) * mvolt."),
    (dict(gradients=[1, -1e200]), ValueError, "gradients takes impulses up to 1e+100 in a time step"),
    (dict(times=[2, 2] * ms, gradients=[1.5e308, 1.5e308]), ValueError, "since rules square them; got inf."),
    (dict(duration=10), TypeError, "duration takes a positive s quantity, such as 10*s, got 10."),
    (dict(duration=0 * ms), ValueError, "duration takes a positive s quantity, such as 10*s, got 0. * second."),
    (dict(duration=np.nan * second), ValueError, "duration takes a positive s quantity"),
    (dict(duration=0.4 * ms), ValueError, "duration takes a multiple of the time step 1. ms, got 0.4 ms."),
    (dict(duration=10.5 * ms), ValueError, "duration takes a multiple of the time step 1. ms, got 10.5 ms."),
    (dict(dt=-1 * ms), ValueError, "dt takes a positive s quantity, such as 10*s, got -1. * msecond."),
    (dict(dt=1 * mV), TypeError, "dt takes a positive s quantity, such as 10*s, got 1. * mvolt."),
    (dict(presentation=5), TypeError, "presentation takes a positive s quantity, such as 10*s, got 5."),
    (dict(presentation=1.5 * ms, rule=sa.Adam()), ValueError, "presentation takes a multiple of the time step 1. ms"),
    (dict(w0=np.nan), ValueError, "w0 takes a finite number, got nan."),
    (dict(w0=1 * mV), TypeError, "w0 takes a finite number without a unit, got 1. * mvolt."),
    (dict(device="gpu"), ValueError, "device takes one of standalone, runtime, got 'gpu'."),
]


@pytest.mark.parametrize("arguments, error, message", REFUSED, ids=[str(list(a.items())) for a, *_ in REFUSED])
def test_bad_arguments_are_refused_by_name(arguments, error, message):
    with pytest.raises(error) as caught:
        run(**arguments)
    assert message in str(caught.value)


def test_the_largest_gradient_is_taken():
    result = run(rule=sa.BioAdam(), gradients=[probe.LARGEST_GRADIENT, -probe.LARGEST_GRADIENT])
    assert np.isfinite(result.w).all() and (result.rho > 0).all()
