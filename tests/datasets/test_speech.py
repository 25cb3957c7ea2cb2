import io
import wave
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikeadam.datasets import spoken_digits
from spikeadam.datasets.speech import parse_wave


def pack(samples, rate=8000, channels=1, width=2):
    """A .wav file written by Python's own module."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return file.getvalue()


FILES = {
    "3_ann_0.wav": pack([0, 16384, -32768]),
    "1_ann_0.wav": pack([1]),
    "1_bob_4.wav": pack([2]),
    "1_bob_5.wav": pack([3, 4]),
    "9_ann_49.wav": pack([5]),
}


def put(folder, files, packed, prefix=""):
    folder.mkdir(parents=True, exist_ok=True)
    if packed:
        with zipfile.ZipFile(folder / "recordings.zip", "w") as opened:
            for name, content in files.items():
                opened.writestr(f"{prefix}recordings/{name}", content)
    else:
        (folder / "recordings").mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / "recordings" / name).write_bytes(content)


@given(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1))
def test_round_trip(samples):
    waveform = parse_wave(pack(samples), "a.wav")
    assert waveform.dtype == np.float32 and np.array_equal(waveform * 2**15, samples)
    assert np.all(np.abs(waveform) <= 1)


def test_every_cut_is_noticed():
    whole = pack(range(20))
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"a.wav is not a whole .wav file") as caught:
            parse_wave(whole[:length], "a.wav")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"<html>" * 20, "a.wav is not a whole .wav file"),
        (pack([1, 2], rate=16000), "int16 sound at 16000 Hz"),
        (pack([1, 2], channels=2), r"of shape \(1, 2\); expected mono int16 at 8000 Hz"),
        (pack([1, 2], width=1), "uint8 sound"),
    ],
)
def test_other_sound(content, message):
    with pytest.raises(ValueError, match=message):
        parse_wave(content, "a.wav")


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_official_layout_and_split(cache, packed):
    put(cache / "fsdd", FILES, packed)
    data = spoken_digits()
    assert data.name == "spoken_digits"
    assert data.test.labels.tolist() == [1, 3, 1]
    assert data.test.speakers.tolist() == ["ann", "ann", "bob"]
    assert data.train.labels.tolist() == [1, 9] and data.train.speakers.tolist() == ["bob", "ann"]
    assert data.test.waveforms[1].tolist() == [0, 0.5, -1]
    assert data.train.sample_rate == 8000 and len(data.train) == 2
    assert repr(data.test) == "<AudioRecordings: 3 recordings, 2 speakers, 8000 Hz>"


def test_other_files_are_passed_over(cache):
    put(cache / "fsdd", {**FILES, "notes.txt": b"", "._1_ann_7.wav": b""}, packed=True, prefix="fsdd-1.0/")
    assert len(spoken_digits().train) == 2


def test_missing_is_one_sentence(cache):
    with pytest.raises(FileNotFoundError) as caught:
        spoken_digits()
    text = str(caught.value)
    assert "\n" not in text
    for part in ("recordings.zip", str(cache / "fsdd"), "free-spoken-digit-dataset", "SPIKEADAM_DATA"):
        assert part in text


def test_only_one_half(cache):
    put(cache / "fsdd", {"1_ann_0.wav": pack([1])}, packed=True)
    with pytest.raises(ValueError, match="holds 0 training and 1 test recordings"):
        spoken_digits()


def test_damaged_recording_is_named(cache):
    put(cache / "fsdd", {**FILES, "9_ann_49.wav": pack([5, 6, 7])[:-2]}, packed=True)
    with pytest.raises(ValueError, match=r"recordings/9_ann_49.wav in .*recordings.zip is not a whole"):
        spoken_digits()


def test_damaged_zip(cache):
    put(cache / "fsdd", FILES, packed=True)
    path = cache / "fsdd" / "recordings.zip"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="recordings.zip is damaged"):
        spoken_digits()


def test_real_recordings(real_data):
    real_data("fsdd")
    data = spoken_digits()
    assert len(data.train) == 2700 and len(data.test) == 300
    assert np.bincount(data.train.labels).tolist() == [270] * 10
    assert np.bincount(data.test.labels).tolist() == [30] * 10
    assert data.test.labels[:10].tolist() == list(range(10))
    speakers = {"george", "jackson", "lucas", "nicolas", "theo", "yweweler"}
    assert set(data.train.speakers) == set(data.test.speakers) == speakers
    lengths = [len(waveform) for waveform in data.train.waveforms + data.test.waveforms]
    assert (min(lengths), max(lengths), sum(lengths)) == (1148, 18262, 10498424)
    assert all(np.abs(waveform).max() <= 1 for waveform in data.train.waveforms)
