"""A cochlea hears each tone where it belongs, loud and soft alike, and when it sounds."""

import numpy as np
import pytest

import spikeadam as sa
from spikeadam.datasets.cochlea import centre_frequencies

RATE = 8000


def sound(*waveforms):
    return sa.datasets.AudioRecordings(list(waveforms), np.arange(len(waveforms)), np.array(["x"] * len(waveforms)), RATE)


def tone(frequency, duration=0.3):
    return np.sin(2 * np.pi * frequency * np.arange(round(duration * RATE)) / RATE).astype(np.float32)


def test_a_tone_excites_its_band_most():
    centres = centre_frequencies(20)
    spikes = sa.datasets.cochlea(sound(*(tone(centres[band]) for band in (2, 9, 15))), n_bands=20)
    assert (spikes.n_addresses, spikes.polarities, spikes.labels.tolist()) == (20, 1, [0, 1, 2])
    for band, recording in zip((2, 9, 15), spikes):
        counts = np.bincount(recording.address, minlength=20)
        assert counts.argmax() == band
        assert counts[band] > 1.5 * counts[max(0, band - 3)]


def test_the_loudest_band_fires_at_the_rate_given_whatever_the_volume():
    centre = centre_frequencies(20)[9]
    for rate in (100, 200):
        spikes = sa.datasets.cochlea(sound(tone(centre), 0.01 * tone(centre)), n_bands=20, max_rate=rate)
        loud, soft = (np.bincount(recording.address, minlength=20)[9] for recording in spikes)
        assert loud == pytest.approx(0.3 * rate, rel=0.15)
        assert abs(loud - soft) <= 1


def test_spikes_come_when_it_sounds_in_order_and_silence_has_none():
    silence = np.zeros(RATE // 2, np.float32)
    spikes = sa.datasets.cochlea(sound(np.concatenate([silence, tone(500)]), silence), n_bands=10)
    heard, unheard = spikes
    assert len(heard) > 50 and len(unheard) == 0
    assert heard.time_us.min() >= 500_000 and heard.time_us.max() < 800_000
    assert (np.diff(heard.time_us) >= 0).all()


def test_bad_arguments():
    with pytest.raises(TypeError, match="^recordings takes AudioRecordings"):
        sa.datasets.cochlea([tone(500)])
    with pytest.raises(ValueError, match="^n_bands takes a whole number of at least 1, got 0"):
        sa.datasets.cochlea(sound(tone(500)), n_bands=0)
    slow = sa.datasets.AudioRecordings([tone(500)], np.array([0]), np.array(["x"]), 4000)
    with pytest.raises(ValueError, match="^recordings takes sound of more than 7000 samples a second, got 4000"):
        sa.datasets.cochlea(slow)
