"""Input layers: statistics, spacing and latencies of their spikes, which depend on seed, step and index only."""

import numpy as np
import pytest
from brian2 import Hz, NeuronGroup, SpikeMonitor, StateMonitor, ms, mV
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binom, kstest

import spikeadam as sa
from small import clock, feed, numpy_code, run  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")

INPUTS = {
    "Poisson": sa.PoissonInput(max_rate=200 * Hz, tau_trace=20 * ms),
    "regular": sa.RegularInput(max_rate=200 * Hz, tau_trace=20 * ms),
    "latency": sa.LatencyInput(latest=20 * ms, cutoff=0.05, tau_trace=20 * ms),
}


def raster(description, rows, *, presentation=40, seed=1, first_step=0):
    """Spikes as a boolean array (steps, N) while ``rows`` are shown for ``presentation`` steps of 1 ms each."""
    rows = np.atleast_2d(rows)
    group = description.group(
        rows.shape[1], feed(rows, presentation * ms), presentation=presentation * ms, clock=clock()
    )
    group.input_seed, group.first_step = seed, first_step
    monitor = SpikeMonitor(group)
    run(len(rows) * presentation * ms, group, monitor)
    spikes = np.zeros((len(rows) * presentation, rows.shape[1]), dtype=bool)
    spikes[np.round(monitor.t / ms).astype(int), monitor.i] = True
    assert spikes.sum() == monitor.num_spikes
    assert_array_equal(group.spike_count, spikes.sum(axis=0))
    return spikes


# -- Poisson --------------------------------------------------------------------------------------------------------


def test_poisson_counts_are_binomial():
    # 200 Hz times the value, in steps of 1 ms: p = 0.2*value. 2000 steps a neuron, 50 neurons a value.
    values = np.repeat([0, 0.1, 0.5, 1.0], 50)
    spikes = raster(INPUTS["Poisson"], np.tile(values, (50, 1)))
    assert spikes[:, values == 0].sum() == 0
    for value in (0.1, 0.5, 1.0):
        counts = spikes[:, values == value].sum(axis=0)
        low, high = binom(2000 * 50, 0.2 * value).interval(0.9999)
        assert low <= counts.sum() <= high
        low, high = binom(2000, 0.2 * value).interval(1 - 1e-4 / 50)
        assert (low <= counts).all() and (counts <= high).all()
        # the spread over neurons is binomial too, not only the mean: chi-squared over 49, here within 5 sigma
        assert counts.var(ddof=1) / (2000 * 0.2 * value * (1 - 0.2 * value)) == pytest.approx(
            1, abs=5 * np.sqrt(2 / 49)
        )


def test_poisson_spikes_of_neurons_and_steps_are_independent():
    spikes = raster(INPUTS["Poisson"], np.ones((50, 40)))
    x = (spikes - spikes.mean()) / spikes.std()
    between = np.corrcoef(x.T)[np.triu_indices(40, 1)]
    assert np.abs(between).max() < 5 / np.sqrt(2000)
    for lag in (1, 2, 40):
        assert abs((x[lag:] * x[:-lag]).mean()) < 5 / np.sqrt(x.size)


def test_poisson_intervals_are_geometric():
    spikes = raster(INPUTS["Poisson"], np.ones((50, 40)))
    intervals = np.concatenate([np.diff(np.flatnonzero(train)) for train in spikes.T])
    # P(interval <= k) = 1 - 0.8**k; blurred by a uniform number, it is continuous.
    blurred = intervals - np.random.default_rng(0).uniform(size=len(intervals))
    cdf = lambda t: 1 - 0.8 ** np.floor(t) * (1 - 0.2 * (t - np.floor(t)))  # noqa: E731
    assert kstest(blurred, cdf).pvalue > 1e-3


# -- regular --------------------------------------------------------------------------------------------------------


def test_regular_counts_are_as_close_to_rate_times_duration_as_whole_numbers_can_be():
    values = np.linspace(0, 1, 41)
    spikes = raster(INPUTS["regular"], values)
    expected = 0.2 * values * 40
    counts = spikes.sum(axis=0)
    assert (np.floor(expected - 1e-9) <= counts).all() and (counts <= np.ceil(expected + 1e-9)).all()
    assert_array_equal(counts[::5], np.arange(0, 9))  # where rate times duration is whole, so is the count


def test_regular_spikes_are_evenly_spaced():
    # Rates of 0.2*value a step: intervals are the floor or the ceiling of 5/value steps, and exactly that when whole.
    values = np.array([1.0, 0.5, 0.25, 0.9, 0.3])
    spikes = raster(INPUTS["regular"], values, presentation=400)
    for value, train in zip(values, spikes.T):
        intervals = np.diff(np.flatnonzero(train))
        assert set(intervals) <= {np.floor(5 / value), np.ceil(5 / value)}


@settings(max_examples=10, deadline=None)
@given(value=st.floats(0, 1), rate=st.floats(1, 1000), seed=st.integers(0, 2**31 - 1))
def test_regular_count_for_any_value_rate_and_seed(value, rate, seed):
    spikes = raster(sa.RegularInput(max_rate=rate * Hz, tau_trace=20 * ms), [[value] * 5], seed=seed)
    expected = value * rate * 1e-3 * 40
    assert (np.abs(spikes.sum(axis=0) - expected) < 1 + 1e-9).all()


def test_regular_phases_differ_between_neurons_and_are_the_same_in_every_presentation():
    spikes = raster(INPUTS["regular"], np.full((4, 200), 0.5)).reshape(4, 40, 200)
    for later in spikes[1:]:
        assert_array_equal(later, spikes[0])
    # 1 spike in 10 steps, a uniform phase: each of the first ten steps is the first of about 20 neurons.
    first = np.bincount(spikes[0].argmax(axis=0), minlength=10)
    assert len(first) == 10 and first.min() >= 5


# -- latency --------------------------------------------------------------------------------------------------------


def test_latency_is_a_straight_line_in_the_value():
    # (1 - value)*20 ms, rounded to a step; nothing at or below the cutoff of 0.05.
    values = [1.0, 0.95, 0.5, 0.275, 0.1, 0.051, 0.05, 0.01, 0.0]
    spikes = raster(INPUTS["latency"], values)
    assert_array_equal(spikes.sum(axis=0), [1, 1, 1, 1, 1, 1, 0, 0, 0])
    steps = spikes.argmax(axis=0)[:6]
    # 0, 1, 10, 14.5, 18 and 18.98 steps
    assert_array_equal(steps[[0, 1, 2, 4, 5]], [0, 1, 10, 18, 19])
    assert steps[3] in (14, 15)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_the_larger_value_never_spikes_later(values):
    spikes = raster(sa.LatencyInput(latest=30 * ms, tau_trace=20 * ms), np.tile(values, (2, 1)))
    assert_array_equal(spikes[:40], spikes[40:])
    assert_array_equal(spikes[:40].sum(axis=0), np.array(values) > 0)
    order = np.argsort(values)[::-1]
    steps = [spikes[:, n].argmax() for n in order if values[n] > 0]
    assert steps == sorted(steps)


# -- what all of them share -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(3)
    return rng.uniform(size=(6, 12)) * (rng.uniform(size=(6, 12)) > 0.3)


@pytest.mark.parametrize("name", INPUTS)
def test_spikes_do_not_depend_on_the_chunk(name, images):
    whole = raster(INPUTS[name], images)
    for size in (1, 2, 3):
        parts = [
            raster(INPUTS[name], images[start : start + size], first_step=start * 40) for start in range(0, 6, size)
        ]
        assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("name", INPUTS)
def test_the_seed_decides(name, images):
    assert_array_equal(raster(INPUTS[name], images, seed=5), raster(INPUTS[name], images, seed=5))
    other = raster(INPUTS[name], images, seed=6)
    if name == "latency":
        assert_array_equal(other, raster(INPUTS[name], images, seed=5))  # nothing random in it
    else:
        assert (other != raster(INPUTS[name], images, seed=5)).any()


def test_poisson_spikes_of_the_next_chunk_are_new(images):
    assert (raster(INPUTS["Poisson"], images) != raster(INPUTS["Poisson"], images, first_step=240)).any()


@pytest.mark.parametrize("name", INPUTS)
def test_neurons_of_value_zero_are_silent_and_presentations_do_not_mix(name):
    spikes = raster(INPUTS[name], [[0, 1], [1, 0], [0, 0]])
    assert spikes[:40, 0].sum() == spikes[40:80, 1].sum() == spikes[80:].sum() == 0
    assert spikes[:40, 1].any() and spikes[40:80, 0].any()


@pytest.mark.parametrize("name", INPUTS)
def test_the_trace_counts_recent_spikes_and_starts_at_zero(name):
    group = INPUTS[name].group(3, feed([[1, 0.6, 0.3]] * 2, 40 * ms), presentation=40 * ms, clock=clock())
    group.input_seed = 2
    trace = StateMonitor(group, "x", record=True, clock=group.clock, when="end")
    spikes = SpikeMonitor(group)
    run(80 * ms, group, trace, spikes)
    fired = np.zeros((80, 3))
    fired[np.round(spikes.t / ms).astype(int), spikes.i] = 1
    expected = np.zeros(3)
    for step in range(80):
        if step % 40 == 0:
            expected = np.zeros(3)
        expected = expected * np.exp(-1 / 20) + fired[step]
        assert_allclose(trace.x[:, step], expected, rtol=1e-12)
    assert expected.any()


def test_a_plain_neurongroup_comes_out():
    for description in INPUTS.values():
        group = description.group(3, feed([[1, 1, 1]], 40 * ms), presentation=40 * ms, name="image", clock=clock())
        assert type(group) is NeuronGroup and group.name == "image"


# -- arguments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, error, sentence",
    [
        (lambda: sa.PoissonInput(max_rate=200), TypeError, "max_rate takes a positive"),
        (lambda: sa.RegularInput(max_rate=0 * Hz), ValueError, "max_rate takes a positive"),
        (lambda: sa.RegularInput(tau_trace=5 * mV), TypeError, "tau_trace takes a positive"),
        (lambda: sa.LatencyInput(latest=0 * ms), ValueError, "latest takes a positive"),
        (
            lambda: sa.LatencyInput(cutoff=1),
            ValueError,
            "cutoff takes a finite number of at least 0 and below 1, got 1.",
        ),
    ],
)
def test_bad_descriptions(make, error, sentence):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize(
    "options, error, sentence",
    [
        ({"N": 0}, ValueError, "N takes a whole number of at least 1, got 0."),
        ({"stimulus": [[1, 1]]}, TypeError, "stimulus takes a TimedArray of values in [0, 1], got [[1, 1]]."),
        ({"presentation": 40}, TypeError, "presentation takes a positive"),
        ({"presentation": 2.5 * ms}, ValueError, "presentation takes a multiple of the time step 1. ms, got 2.5 ms."),
        (
            {"stimulus": feed([[1, 1, 1]], 40 * ms)},
            ValueError,
            "stimulus takes one column for each of the 2 neurons, got an array of shape (1, 3).",
        ),
    ],
)
def test_bad_arguments_of_a_group(name, options, error, sentence):
    given = {"N": 2, "stimulus": feed([[1, 1]], 40 * ms), "presentation": 40 * ms, **options}
    with pytest.raises(error) as caught:
        INPUTS[name].group(clock=clock(), **given)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("rate", [1001, 5000])
@pytest.mark.parametrize("kind", [sa.PoissonInput, sa.RegularInput])
def test_a_rate_above_one_spike_a_step_is_refused(kind, rate):
    with pytest.raises(ValueError, match=r"^max_rate takes at most one spike a time step, 1\. kHz, got "):
        kind(max_rate=rate * Hz).group(1, feed([[1]], 40 * ms), presentation=40 * ms, clock=clock())


def test_a_latency_beyond_the_presentation_is_refused():
    with pytest.raises(ValueError, match=r"^latest takes a latency within the presentation of 20\. ms, got 20\. ms\.$"):
        INPUTS["latency"].group(1, feed([[1]], 20 * ms), presentation=20 * ms, clock=clock())
