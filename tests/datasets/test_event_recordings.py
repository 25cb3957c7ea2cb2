import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikeadam.datasets import EventRecordings


def build(lengths, sensor_shape=(3, 4)):
    n_events = sum(lengths)
    return EventRecordings(
        time_us=np.arange(n_events),
        address=np.arange(n_events) % (2 * sensor_shape[0] * sensor_shape[1]),
        offsets=np.concatenate([[0], np.cumsum(lengths, dtype=int)]),
        labels=np.arange(len(lengths)),
        sensor_shape=sensor_shape,
    )


def test_one_recording():
    recordings = build([2, 0, 3])
    assert len(recordings) == 3 and recordings.n_addresses == 24
    assert recordings[0].time_us.tolist() == [0, 1] and recordings[0].label == 0
    assert len(recordings[1]) == 0
    assert recordings[-1].time_us.tolist() == [2, 3, 4] and recordings[-1].label == 2
    assert [len(recording) for recording in recordings] == [2, 0, 3]
    assert repr(recordings) == "<EventRecordings: 3 recordings, 5 events>"
    assert repr(recordings[2]) == "<EventRecording: 3 events, label 2>"


def test_address_gives_pixel_and_polarity():
    # 3 rows of 4 columns: address 12 + 1 * 4 + 2 is the brighter output of row 1, column 2
    recording = EventRecordings(
        np.zeros(2, int), np.array([18, 11]), np.array([0, 2]), np.array([7]), (3, 4)
    )[0]
    assert recording.polarity.tolist() == [1, 0]
    assert recording.y.tolist() == [1, 2]
    assert recording.x.tolist() == [2, 3]


@given(
    st.lists(st.integers(0, 5), max_size=8).flatmap(
        lambda lengths: st.tuples(
            st.just(lengths), st.lists(st.integers(0, max(len(lengths) - 1, 0)), max_size=6)
        )
    )
)
def test_choosing_several_is_choosing_each(case):
    lengths, chosen = case
    chosen = chosen if lengths else []
    recordings = build(lengths)
    some = recordings[np.array(chosen, dtype=int)]
    assert len(some) == len(chosen)
    for recording, index in zip(some, chosen):
        assert recording.time_us.tolist() == recordings[index].time_us.tolist()
        assert recording.address.tolist() == recordings[index].address.tolist()
        assert recording.label == index


def test_slices_and_masks():
    recordings = build([1, 2, 3, 4])
    assert recordings[1:3].labels.tolist() == [1, 2]
    assert recordings[::-1].labels.tolist() == [3, 2, 1, 0]
    assert recordings[recordings.labels > 1].offsets.tolist() == [0, 3, 7]
    assert len(recordings[:0]) == 0 and len(recordings[:0].time_us) == 0


def test_index_out_of_range():
    with pytest.raises(IndexError):
        build([1])[1]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"address": np.zeros(2, int)}, r"address has shape \(2,\)"),
        ({"labels": np.zeros(1, int)}, r"labels has shape \(1,\)"),
        ({"offsets": np.array([0, 1])}, r"offsets has shape \(2,\)"),
        ({"offsets": np.array([0, 1, 2])}, "offsets must grow from 0 to the 3 events"),
        ({"offsets": np.array([1, 1, 3])}, "offsets must grow from 0"),
        ({"offsets": np.array([0, 4, 3])}, "offsets must grow from 0"),
        ({"address": np.array([0, 8, 1])}, "address goes from 0 to 8; a sensor_shape of .* takes 0 to 7"),
        ({"address": np.array([0, -1, 1])}, "address goes from -1 to 1"),
    ],
)
def test_says_what_does_not_fit(change, message):
    good = dict(
        time_us=np.arange(3), address=np.arange(3), offsets=np.array([0, 1, 3]),
        labels=np.array([0, 1]), sensor_shape=(2, 2),
    )  # fmt: skip
    EventRecordings(**good)
    with pytest.raises(ValueError, match=message):
        EventRecordings(**{**good, **change})


def test_a_sensor_without_polarities():
    recordings = EventRecordings(np.arange(3), np.array([0, 5, 3]), np.array([0, 1, 3]), np.array([1, 2]), (3, 2), 1)
    assert (recordings.n_addresses, recordings.shape, recordings.image_shape) == (6, (2, 6), (3, 2))
    assert recordings[[1]].polarities == 1 and recordings[[1]].n_addresses == 6
    with pytest.raises(ValueError, match=r"takes 0 to 5"):
        EventRecordings(np.arange(1), np.array([6]), np.array([0, 1]), np.array([1]), (3, 2), 1)
