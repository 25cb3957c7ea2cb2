"""Store-recall: the cue tells the bit, and nothing after it does."""

import numpy as np
import pytest

import spikeadam as sa


def rates(recordings, first_ms, last_ms):
    """Spikes a second of each population of ten, for trials of bit 0 and of bit 1."""
    table = np.zeros((2, 4))
    for trial in recordings:
        shown = (trial.time_us >= 1000 * first_ms) & (trial.time_us < 1000 * last_ms)
        table[trial.label] += np.bincount(trial.address[shown] // 10, minlength=4)
    trials = np.bincount(recordings.labels, minlength=2)[:, np.newaxis]
    return table / trials / 10 / (last_ms - first_ms) * 1000


def test_the_bit_is_in_the_cue_and_only_there():
    data = sa.datasets.store_recall(400, 5, delay_ms=300, seed=3)
    assert rates(data.train, 0, 100) == pytest.approx(np.array([[100, 5, 5, 5], [5, 100, 5, 5]]), rel=0.1)
    assert rates(data.train, 100, 400) == pytest.approx(np.full((2, 4), 5), rel=0.1)
    assert rates(data.train, 400, 500) == pytest.approx(np.array([[5, 5, 100, 5], [5, 5, 100, 5]]), rel=0.1)
    assert data.train.time_us.max() < 500_000
    assert 0.4 < data.train.labels.mean() < 0.6


def test_seeds_and_sizes():
    one, same, other = (sa.datasets.store_recall(6, 4, seed=seed) for seed in (1, 1, 2))
    assert (len(one.train), len(one.test), one.train.shape) == (6, 4, (6, 40))
    np.testing.assert_array_equal(one.train.time_us, same.train.time_us)
    assert len(one.train.time_us) != len(other.train.time_us)
    with pytest.raises(ValueError, match="^delay_ms takes a whole number of at least 1, got 0"):
        sa.datasets.store_recall(delay_ms=0)
