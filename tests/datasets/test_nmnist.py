import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikeadam.datasets import nmnist
from spikeadam.datasets.neuromorphic import parse_events


def pack(*events):
    """x, y, polarity, time of each event, in five bytes, most significant first."""
    return b"".join(
        bytes([x, y]) + (polarity << 23 | time).to_bytes(3, "big") for x, y, polarity, time in events
    )


EVENTS = [(1, 2, 1, 10), (33, 0, 0, 300), (0, 33, 1, 70_000)]
FILES = {
    "Train/5/00001.bin": pack(*EVENTS),
    "Train/0/00002.bin": pack((4, 4, 0, 1)),
    "Train/3/00010.bin": pack((7, 8, 1, 2), (8, 7, 0, 3)),
    "Test/7/60001.bin": pack((9, 9, 1, 5)),
}


def put(folder, files, packed, prefix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("Train", "Test"):
        below = {name: content for name, content in files.items() if name.startswith(part)}
        if packed:
            with zipfile.ZipFile(folder / f"{part}.zip", "w", zipfile.ZIP_DEFLATED) as opened:
                for name, content in below.items():
                    opened.writestr(prefix + name, content)
        else:
            for name, content in below.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)


def test_bytes_written_by_hand():
    # 0x81 0x02 0x03: polarity 1, time 0x010203; 0x7f 0xff 0xff: polarity 0, the latest time there is
    x, y, polarity, time_us = parse_events(bytes([5, 6, 0x81, 2, 3, 33, 0, 0x7F, 255, 255]), "a.bin")
    assert x.tolist() == [5, 33] and y.tolist() == [6, 0]
    assert polarity.tolist() == [1, 0]
    assert time_us.tolist() == [0x010203, 2**23 - 1]


@given(
    st.lists(
        st.tuples(st.integers(0, 33), st.integers(0, 33), st.integers(0, 1), st.integers(0, 2**23 - 1))
    )
)
def test_round_trip_in_order_of_time(events):
    parsed = list(zip(*(field.tolist() for field in parse_events(pack(*events), "a.bin"))))
    assert parsed == sorted(events, key=lambda event: event[3])


def test_overflow_marks_advance_the_clock_and_vanish():
    events = [(1, 1, 0, 8000), (0, 240, 0, 0), (2, 2, 1, 5), (0, 240, 0, 0), (3, 3, 0, 1)]
    x, _, _, time_us = parse_events(pack(*events), "a.bin")
    assert x.tolist() == [1, 2, 3]
    assert time_us.tolist() == [8000, 8192 + 5, 2 * 8192 + 1]


@pytest.mark.parametrize("length", [1, 4, 6, 9])
def test_half_an_event(length):
    with pytest.raises(ValueError, match=f"a.bin is damaged: it has {length} bytes"):
        parse_events(bytes(length), "a.bin")


@pytest.mark.parametrize("event", [(34, 0, 0, 0), (0, 34, 0, 0), (255, 255, 1, 1)])
def test_event_outside_the_sensor(event):
    with pytest.raises(ValueError, match=f"at x={event[0]}, y={event[1]}, outside the 34 x 34"):
        parse_events(pack(event), "a.bin")


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_official_layout(cache, packed):
    put(cache / "nmnist", FILES, packed)
    data = nmnist()
    assert data.name == "nmnist"
    assert data.train.labels.tolist() == [5, 0, 3]  # in the order of the numbers, not of the labels
    assert data.test.labels.tolist() == [7]
    assert data.train.n_addresses == 2 * 34 * 34
    recording = data.train[0]
    assert recording.time_us.tolist() == [10, 300, 70_000]
    assert recording.x.tolist() == [1, 33, 0] and recording.y.tolist() == [2, 0, 33]
    assert recording.polarity.tolist() == [1, 0, 1]
    assert recording.address.tolist() == [1156 + 2 * 34 + 1, 33, 1156 + 33 * 34]


def test_overflow_marks_leave_no_gap(cache):
    marked = pack((1, 1, 0, 8000), (0, 240, 0, 0), (2, 2, 1, 5))
    put(cache / "nmnist", {**FILES, "Train/5/00001.bin": marked}, packed=True)
    train = nmnist().train
    assert train.offsets.tolist() == [0, 2, 3, 5] and len(train.time_us) == 5
    assert train[1].time_us.tolist() == [1]


def test_first_recordings_only(cache):
    put(cache / "nmnist", FILES, packed=True)
    data = nmnist(n_train=2, n_test=1)
    assert data.train.labels.tolist() == [5, 0] and len(data.test) == 1
    with pytest.raises(ValueError, match="n_train must be at most 3, .* got 4"):
        nmnist(n_train=4)
    with pytest.raises(ValueError, match="n_test takes a whole number of at least 1, got 0"):
        nmnist(n_test=0)
    with pytest.raises(TypeError, match="n_train takes a whole number of at least 1, got '3'"):
        nmnist(n_train="3")


def test_other_files_are_passed_over(cache):
    more = {"Train/readme.txt": b"hello", "Train/5/._00001.bin": b"resource", "Train/10/00003.bin": b""}
    put(cache / "nmnist", {**FILES, **more}, packed=True, prefix="N-MNIST/")
    assert len(nmnist().train) == 3


def test_zip_wins_over_a_folder_half_unpacked(cache):
    put(cache / "nmnist", {"Train/5/00001.bin": b"", "Test/1/1.bin": b""}, packed=False)
    put(cache / "nmnist", FILES, packed=True)
    assert len(nmnist().train) == 3


def test_whole_set_comes_before_the_subset_and_each_says_its_name(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEADAM_DATA", str(tmp_path))
    put(tmp_path / "nmnist-subset", FILES, packed=True)
    assert nmnist().name == "nmnist_subset"
    put(tmp_path / "nmnist", FILES, packed=False)
    assert nmnist().name == "nmnist"


def test_parts_of_two_folders_are_not_mixed(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEADAM_DATA", str(tmp_path))
    put(tmp_path / "nmnist", {"Test/1/00001.bin": pack((1, 1, 1, 1))}, packed=False)
    put(tmp_path / "nmnist-subset", FILES, packed=True)
    assert nmnist().name == "nmnist_subset"


def test_missing_is_one_sentence(cache, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError) as caught:
        nmnist()
    text = str(caught.value)
    assert "\n" not in text
    for part in ("Train.zip and Test.zip", str(cache / "nmnist"), "garrickorchard.com", "SPIKEADAM_DATA"):
        assert part in text
    monkeypatch.setenv("SPIKEADAM_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError) as caught:
        nmnist()
    assert str(tmp_path / "nmnist") in str(caught.value)


def test_missing_half_is_named(cache):
    put(cache / "nmnist", FILES, packed=True)
    (cache / "nmnist" / "Test.zip").unlink()
    with pytest.raises(FileNotFoundError, match=r"needs Test\.zip ") as caught:
        nmnist()
    assert "Train.zip" not in str(caught.value)


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_damaged_recording_is_named(cache, packed):
    put(cache / "nmnist", {**FILES, "Train/0/00002.bin": b"1234567"}, packed)
    with pytest.raises(ValueError, match="Train/0/00002.bin in .* is damaged: it has 7 bytes"):
        nmnist()


def test_damaged_zip(cache):
    put(cache / "nmnist", FILES, packed=True)
    path = cache / "nmnist" / "Train.zip"
    whole = path.read_bytes()
    for damaged in (b"", b"not a zip", whole[: len(whole) // 2], whole[:40] + b"\xff" * 10 + whole[50:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="Train.zip is damaged") as caught:
            nmnist()
        assert "\n" not in str(caught.value)


def test_zip_without_recordings(cache):
    put(cache / "nmnist", {"Train/notes.txt": b"", "Test/1/1.bin": b""}, packed=True)
    with pytest.raises(ValueError, match="holds no recordings; they must be called Train/LABEL"):
        nmnist()


def test_real_recordings(real_data):
    folder = real_data("nmnist", "nmnist-subset")
    data = nmnist(n_train=1000, n_test=100)
    assert data.name == folder.name.replace("-", "_")
    assert len(data.train) == 1000 and len(data.test) == 100
    assert data.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # as MNIST
    assert data.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert len(data.train[0]) == 4681
    assert data.train.time_us.dtype == data.train.address.dtype == np.int32
    for recording in data.test:
        assert np.all(np.diff(recording.time_us) >= 0)
        assert 200_000 < recording.time_us[-1] < 400_000
        assert set(recording.polarity) == {0, 1}
        assert np.array_equal(
            (recording.polarity * 34 + recording.y) * 34 + recording.x, recording.address
        )
