"""A cochlea: sound as the spikes of frequency bands."""

import numpy as np
from scipy.signal import gammatone, lfilter

from .checks import check_count
from .events import EventRecordings
from .speech import AudioRecordings

LOWEST_HZ, HIGHEST_HZ = 100, 3500
COMPRESSION = 0.3  # the ear's loudness: sound pressure to this power


def cochlea(recordings, *, n_bands=40, max_rate=200) -> EventRecordings:
    """Spikes of frequency bands: gammatone filters, rectification, compression, integrate and fire.

    Each band is a gammatone filter of fourth order (`scipy.signal.gammatone`). Its output is rectified, compressed and
    integrated; the band spikes whenever the integral has grown by one. Bands lie evenly on the ear's own scale of
    frequencies. Each recording is set to the same loudest moment, as an ear adapts to a speaker.

    Parameters
    ----------
    recordings : AudioRecordings
    n_bands : int
        Number of bands, and of addresses: 0 is the lowest frequency.
    max_rate : int
        Rate in Hz, about, of the band that is loudest in a recording at its loudest moment.

    Returns
    -------
    EventRecordings
        Without polarities; times since the start of a recording, and its labels.

    Notes
    -----
    Gammatone filters: R. D. Patterson and others, An efficient auditory filterbank based on the gammatone function,
    1987. Bandwidths and scale: B. R. Glasberg and B. C. J. Moore, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> import spikeadam as sa
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(4000) / 8000).astype('float32')
    >>> sound = sa.datasets.AudioRecordings([tone], np.array([0]), np.array(['fork']), 8000)
    >>> events = sa.datasets.cochlea(sound, n_bands=40)
    >>> int(np.bincount(events.address).argmax())  # the loudest band
    11
    """
    if not isinstance(recordings, AudioRecordings):
        raise TypeError(f"recordings takes AudioRecordings, such as sa.datasets.spoken_digits().train, got {recordings!r}.")
    check_count("n_bands", n_bands)
    check_count("max_rate", max_rate)
    rate = recordings.sample_rate
    if rate <= 2 * HIGHEST_HZ:
        raise ValueError(f"recordings takes sound of more than {2 * HIGHEST_HZ} samples a second, got {rate}.")
    filters = [gammatone(frequency, "iir", fs=rate) for frequency in centre_frequencies(n_bands)]
    times, addresses, counts = [], [], []
    for sound in recordings.waveforms:
        response = np.array([lfilter(*coefficients, sound) for coefficients in filters])
        loudness = np.maximum(response, 0) ** COMPRESSION
        # The loudest moment of the loudest band, in a running mean over about 20 ms.
        decay = np.exp(-1 / (0.02 * rate))
        largest = lfilter([1 - decay], [1, -decay], loudness).max() or 1
        drive = max_rate / rate * loudness / largest
        band, sample = np.nonzero(np.diff(np.floor(np.cumsum(drive, axis=1)), prepend=0, axis=1))
        order = np.argsort(sample, kind="stable")
        times.append(np.floor(sample[order] * 1e6 / rate).astype(np.int64))
        addresses.append(band[order])
        counts.append(len(band))
    return EventRecordings(
        np.concatenate(times),
        np.concatenate(addresses),
        np.concatenate([[0], np.cumsum(counts)]),
        recordings.labels,
        (n_bands, 1),
        polarities=1,
    )


def centre_frequencies(n_bands):
    """Centre frequencies of the bands in Hz, evenly spaced on the scale of equivalent rectangular bandwidths."""
    low, high = (np.log1p(frequency / 228.83) for frequency in (LOWEST_HZ, HIGHEST_HZ))
    return 228.83 * np.expm1(np.linspace(low, high, n_bands))
