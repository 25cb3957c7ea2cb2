"""Store-recall: a bit is shown, a while passes, and only then is it asked for (after Bellec et al. 2018)."""

import numpy as np

from .checks import check_count, check_seed
from .dataset import RecordingDataset
from .events import EventRecordings

CUE_MS = 100
NEURONS = 10  # of each of the four populations
CUE_HZ, NOISE_HZ = 100, 5


def store_recall(n_train=2000, n_test=500, *, delay_ms=600, seed=0) -> RecordingDataset:
    """Spikes of forty neurons in four populations of ten: cue for bit 0, cue for bit 1, recall cue, noise.

    For 100 ms the population of the bit fires at 100 Hz; after the delay the recall population does, for another
    100 ms. All neurons fire at 5 Hz throughout. Nothing in the input tells the bit from the end of its cue on: a network
    that forgets within the delay is left with chance.

    Parameters
    ----------
    n_train, n_test : int
        Number of trials.
    delay_ms : int
        From the end of the first cue to the start of the recall cue. A trial lasts ``200 + delay_ms``.
    seed : int
        Of bits and spikes.

    Returns
    -------
    RecordingDataset
        ``train`` and ``test`` are ``EventRecordings`` without polarities; the label is the bit.

    Notes
    -----
    Source: G. Bellec and others, Long short-term memory and learning-to-learn in networks of spiking neurons, 2018,
    arXiv 1803.09574. There a trial has several stores and recalls; here it has one of each.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.store_recall(20, 10)
    >>> data.train.n_addresses, sorted(set(data.train.labels.tolist()))
    (40, [0, 1])
    """
    for name, value in (("n_train", n_train), ("n_test", n_test), ("delay_ms", delay_ms)):
        check_count(name, value)
    check_seed("seed", seed)
    rng = np.random.default_rng(seed)
    return RecordingDataset("store_recall", _trials(n_train, delay_ms, rng), _trials(n_test, delay_ms, rng))


def _trials(n, delay_ms, rng):
    bits = rng.integers(2, size=n)
    steps = 2 * CUE_MS + delay_ms
    probability = np.full((n, steps, 4), NOISE_HZ * 1e-3)
    probability[np.arange(n), :CUE_MS, bits] = CUE_HZ * 1e-3
    probability[:, -CUE_MS:, 2] = CUE_HZ * 1e-3
    trial, step, address = np.nonzero(rng.random((n, steps, 4 * NEURONS)) < probability.repeat(NEURONS, axis=2))
    offsets = np.searchsorted(trial, np.arange(n + 1))
    return EventRecordings(1000 * step, address, offsets, bits, (4, NEURONS), polarities=1)
