"""Events of a camera as input spikes: packed without loss, replayed in their steps, alike on every device."""

import importlib

import numpy as np
import pytest
import spikeadam as sa
from brian2 import SpikeMonitor, TimedArray, ms
from brian2.codegen.runtime.numpy_rt.numpy_rt import NumpyCodeObject
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from small import clock, feed, numpy_code, run  # noqa: F401
from spikeadam.engine import structure
from spikeadam.training import Trainer

EVENTS = sa.EventInput(tau_trace=20 * ms)


def recordings(n, *, seed=0, shape=(1, 3), per_recording=60, until_us=50_000):
    """Random recordings; that of class c has most of its events at addresses 2*c and 2*c + 1."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    lengths = np.full(n, per_recording)
    n_addresses = 2 * shape[0] * shape[1]
    favoured = (2 * np.repeat(labels, lengths) + rng.integers(2, size=lengths.sum())) % n_addresses
    address = np.where(rng.random(lengths.sum()) < 0.8, favoured, rng.integers(n_addresses, size=lengths.sum()))
    time = np.concatenate([np.sort(rng.integers(until_us, size=k)) for k in lengths])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return sa.datasets.EventRecordings(time.astype(np.int32), address.astype(np.int32), offsets, labels, shape)


def expected_spikes(X, steps, dt_us=1000):
    """(step, address) of all spikes while ``X`` is shown, by a plain loop over events."""
    return {
        (int(t) // dt_us + steps * k, int(a))
        for k, recording in enumerate(X)
        for t, a in zip(recording.time_us, recording.address)
        if int(t) // dt_us < steps
    }


def spikes_of(records, dt=1 * ms):
    steps = np.round(records["t"] / float(dt)).astype(int)
    spikes = list(zip(steps.tolist(), records["i"].tolist()))
    assert len(spikes) == len(set(spikes))
    return set(spikes)


def network(samples=3, record=True, presentation=40 * ms, **changes):
    given = {"rule": sa.BioAdam(), "feedback": sa.Predisposition(), "input_scale": 8.0, "weight_scale": 3.0, **changes}
    return sa.feedforward(
        6, (8,), 3, input=EVENTS, presentation=presentation, samples=samples, record=record, random_state=0, **given
    )


def recording_trainer(chunk=3, **device):
    """A `Trainer` that always records all spikes."""
    return Trainer(lambda samples, record: network(samples, True), chunk=chunk, **device)


# -- packing --------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    steps=st.sampled_from([1, 20, 31, 37, 40, 62, 100]),
    n=st.integers(1, 4),
    dt_us=st.sampled_from([100, 500, 1000, 3000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_packing_loses_nothing(steps, n, dt_us, seed):
    X = recordings(n, seed=seed, until_us=2 * steps * dt_us)
    dt = dt_us / 1000 * ms
    rows = EVENTS.rows_per_presentation(steps * dt, dt)
    packed = EVENTS.feed(X, steps * dt, dt)
    assert packed.shape == (n * rows, 6) and steps % rows == 0 and steps // rows <= 31
    width = steps // rows
    unpacked = {
        (row * width + bit, address)
        for row in range(len(packed))
        for address in range(6)
        for bit in range(width)
        if int(packed[row, address]) >> bit & 1
    }
    assert unpacked == expected_spikes(X, steps, dt_us)


def test_rows_are_as_few_as_31_bits_allow():
    rows = {steps: EVENTS.rows_per_presentation(steps * ms, 1 * ms) for steps in (1, 30, 31, 32, 37, 40, 100, 300)}
    assert rows == {1: 1, 30: 1, 31: 1, 32: 2, 37: 37, 40: 2, 100: 4, 300: 10}


def test_packing_by_hand():
    # Steps 0 and 2 of address 0 are 1 + 4; two events of address 1 in step 1 are one spike; 4 ms is cut.
    X = sa.datasets.EventRecordings(
        np.array([0, 1000, 1999, 2500, 4000]), np.array([0, 1, 1, 0, 1]), np.array([0, 5]), np.array([0]), (1, 1)
    )
    assert_array_equal(EVENTS.feed(X, 4 * ms, 1 * ms), [[5, 2]])


def test_a_recording_without_events_is_silence():
    X = sa.datasets.EventRecordings(np.array([], int), np.array([], int), np.array([0, 0]), np.array([0]), (1, 3))
    assert_array_equal(EVENTS.feed(X, 40 * ms, 1 * ms), np.zeros((2, 6)))


# -- spikes ---------------------------------------------------------------------------------------------------------


def test_events_come_out_in_their_steps(device):
    X = recordings(3)
    trainer = recording_trainer(**device)
    for part in (X, X[1:]):  # a second, shorter chunk
        records = trainer._run(part, None, learning=0, first_step=0)[0].records
        assert spikes_of(records["input_spikes"]) == expected_spikes(part, 40)


@pytest.mark.usefixtures("numpy_code")
def test_spike_times_and_traces_by_a_plain_run():
    X = recordings(2)
    group = EVENTS.group(
        6, TimedArray(EVENTS.feed(X, 100 * ms, 1 * ms), dt=25 * ms), presentation=100 * ms, clock=clock()
    )
    monitor = SpikeMonitor(group)
    run(200 * ms, group, monitor)
    assert spikes_of({"t": monitor.t / (1000 * ms), "i": monitor.i[:]}) == expected_spikes(X, 100)
    trace = np.zeros(6)
    for step, address in expected_spikes(X[1:], 100):
        trace[address] += np.exp(-(99 - step) / 20)
    np.testing.assert_allclose(group.x, trace, rtol=1e-9)


@pytest.mark.usefixtures("numpy_code")
def test_the_top_bit_of_a_full_row():
    X = sa.datasets.EventRecordings(np.arange(31) * 1000, np.zeros(31, int), np.array([0, 31]), np.array([0]), (1, 1))
    group = EVENTS.group(2, feed(EVENTS.feed(X, 31 * ms, 1 * ms), 31 * ms), presentation=31 * ms, clock=clock())
    monitor = SpikeMonitor(group)
    run(31 * ms, group, monitor)
    assert_array_equal(np.round(monitor.t / ms), np.arange(31))
    assert not monitor.i[:].any()


def test_all_devices_agree_and_chunks_do_not_matter(fast_device):
    X = recordings(6)
    trainers = [recording_trainer(3, **options) for options in (fast_device, {"device": "runtime", "target": "numpy"})]
    for trainer in trainers:
        for start in (0, 3):
            trainer.learn(X[start : start + 3], X.labels[start : start + 3])
    scores, other = (trainer.scores(X) for trainer in trainers)
    assert scores.any()
    assert_array_equal(other, scores)
    weights, others = (trainer.weights(trainer.circuit.projections[0])[0] for trainer in trainers)
    np.testing.assert_allclose(others, weights, rtol=1e-6, atol=1e-9)
    pairs = recording_trainer(2, device="runtime", target="numpy")
    pairs.state = trainers[0].state
    assert_array_equal(pairs.scores(X), scores)


def test_the_structure_knows_the_input():
    def digest(**changes):
        return structure.digest(network(**changes))

    assert digest() == digest()
    assert len({digest(), digest(presentation=30 * ms), digest(presentation=31 * ms)}) == 3
    pixels = sa.feedforward(
        6, (8,), 3, rule=sa.BioAdam(), feedback=sa.Predisposition(), samples=3, random_state=0, record=True
    )
    assert digest() != structure.digest(pixels)


# -- the classifier -------------------------------------------------------------------------------------------------


def classifier(**options):
    network = {"presentation": 40 * ms, "input_scale": 8.0, "weight_scale": 3.0, **options.pop("network", {})}
    return sa.SpikingClassifier(
        hidden=(10,), input=EVENTS, device="runtime", chunk=15, random_state=0, network=network, **options
    )


@pytest.fixture
def numpy_target(monkeypatch):
    monkeypatch.setattr(importlib.import_module("brian2.devices.device"), "_auto_target", NumpyCodeObject)


def test_a_classifier_learns_recordings(numpy_target):
    X, test = recordings(60), recordings(15, seed=1)
    model = classifier(epochs=2).fit(X, X.labels, test=(test, test.labels))
    assert model.score(test, test.labels) >= 0.8
    assert model.history_[-1]["test_accuracy"] == model.score(test, test.labels)
    assert model.n_features_in_ == 6 and model.predict_proba(test[:4]).shape == (4, 3)
    assert set(model.trainer_.record(X[:2], X.labels[:2])) >= {"input_spikes", "output_spikes"}


@pytest.mark.parametrize(
    "X, error, sentence",
    [
        (np.zeros((4, 6)), TypeError, "X takes EventRecordings, such as"),
        (recordings(3)[0], TypeError, "X takes EventRecordings, such as"),
        (recordings(3)[:0], ValueError, "X takes at least one recording, got none."),
    ],
)
def test_samples_that_are_no_recordings(X, error, sentence):
    with pytest.raises(error) as caught:
        classifier().fit(X, [0, 1, 2])
    assert str(caught.value).startswith(sentence) and "\n" not in str(caught.value)


def test_recordings_of_another_camera(numpy_target):
    model = classifier().fit(recordings(15), recordings(15).labels)
    with pytest.raises(ValueError, match=r"^X takes 6 features, got 8\.$"):
        model.predict(recordings(3, shape=(2, 2)))


def test_recordings_are_no_pixels():
    with pytest.raises(TypeError, match=r"^X takes EventRecordings only where the input is sa\.EventInput\(\), got "):
        sa.SpikingClassifier().fit(recordings(3), [0, 1, 2])


# -- arguments ------------------------------------------------------------------------------------------------------


def test_a_bad_time_constant():
    with pytest.raises(ValueError, match=r"^tau_trace takes a positive"):
        sa.EventInput(tau_trace=0 * ms)


def test_rows_of_another_duration():
    with pytest.raises(ValueError, match=r"^stimulus takes rows of 20\. ms, 2 a presentation, got rows of 40\. ms\.$"):
        EVENTS.group(6, feed(np.zeros((1, 6)), 40 * ms), presentation=40 * ms, clock=clock())
