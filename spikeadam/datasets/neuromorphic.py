"""N-MNIST: MNIST as an event camera sees it, read from the official files."""

import re
from pathlib import Path

import numpy as np

from .archive import find_archives, open_archive
from .checks import check_count
from .dataset import RecordingDataset
from .events import EventRecordings

HOME = "https://www.garrickorchard.com/datasets/n-mnist"
SENSOR_SHAPE = (34, 34)
EVENT_BYTES = 5
# The recordings' own reader takes an event in this row as the mark of an overflow of the camera's clock.
OVERFLOW_ROW = 240
OVERFLOW_US = 2**13


def nmnist(n_train: int | None = None, n_test: int | None = None) -> RecordingDataset:
    """N-MNIST: MNIST shown to an event camera of 34 x 34 pixels that makes three small saccades.

    Each recording lasts about 300 ms and has some 4,000 events. ``Train.zip`` and ``Test.zip``, or the
    folders that they unpack to, are looked for in the sub-folders ``nmnist`` (the full set, 60,000 and
    10,000 recordings) and ``nmnist-subset`` of the folder that the environment variable
    ``SPIKEADAM_DATA`` names, then of the user's cache folder. They are not downloaded.

    Parameters
    ----------
    n_train, n_test : int, optional
        Number of recordings to read, the first ones in the order of their numbers (that of MNIST, with
        the classes mixed). Default: all; the full set takes about 2.3 GB of memory.

    Returns
    -------
    RecordingDataset
        ``train`` and ``test`` are ``EventRecordings`` with labels from 0 to 9; ``name`` is ``nmnist`` or,
        where only a part was found, ``nmnist_subset``: its figures are not those of the full set.

    Raises
    ------
    FileNotFoundError
        If files are missing; the message names them, their folder and their home page.
    TypeError, ValueError
        If a number is not a whole one from 1 to the recordings that there are, or a file is damaged.

    Notes
    -----
    Source: G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor, Converting static image datasets to spiking
    neuromorphic datasets using saccades, 2015. Licence: CC BY-SA 4.0.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.nmnist(n_train=10, n_test=10)  # doctest: +SKIP
    >>> data.train.n_addresses, data.train[0]  # doctest: +SKIP
    (2312, <EventRecording: 4681 events, label 5>)
    """
    if n_train is not None:
        n_train = check_count("n_train", n_train)
    if n_test is not None:
        n_test = check_count("n_test", n_test)
    folder = find_archives("nmnist", ("nmnist", "nmnist-subset"), ("Train", "Test"), HOME)
    return RecordingDataset(
        name=folder.name.replace("-", "_"),
        train=_read_part(folder / "Train", "n_train", n_train),
        test=_read_part(folder / "Test", "n_test", n_test),
    )


def parse_events(content: bytes, source: str) -> tuple[np.ndarray, ...]:
    """Read the events of one .bin file.

    An event has five bytes: x, y, then 1 bit polarity and 23 bits time in microseconds, big-endian.

    Parameters
    ----------
    content : bytes
        Content of the file.
    source : str
        Its name, for messages.

    Returns
    -------
    x, y, polarity, time_us : arrays of int32, shape (n_events,)
        In order of time.

    Raises
    ------
    ValueError
        If there is half an event or one outside the sensor.
    """
    if len(content) % EVENT_BYTES:
        raise ValueError(
            f"{source} is damaged: it has {len(content)} bytes, and an event takes {EVENT_BYTES}; "
            "replace it with a good copy."
        )
    fields = np.frombuffer(content, dtype=np.uint8).reshape(-1, EVENT_BYTES).T.astype(np.int32)
    x, y, high, middle, low = fields
    polarity = high >> 7
    time_us = (high & 0x7F) << 16 | middle << 8 | low
    is_mark = y == OVERFLOW_ROW
    if is_mark.any():
        time_us += OVERFLOW_US * np.cumsum(is_mark, dtype=np.int32)
        x, y, polarity, time_us = (field[~is_mark] for field in (x, y, polarity, time_us))
    height, width = SENSOR_SHAPE
    if np.any(x >= width) or np.any(y >= height):
        raise ValueError(
            f"{source} is damaged: it has an event at x={x.max()}, y={y.max()}, outside the "
            f"{width} x {height} pixels; replace it with a good copy."
        )
    if np.any(np.diff(time_us) < 0):
        order = np.argsort(time_us, kind="stable")
        x, y, polarity, time_us = (field[order] for field in (x, y, polarity, time_us))
    return x, y, polarity, time_us


def _read_part(stem: Path, argument: str, limit: int | None) -> EventRecordings:
    pattern = re.compile(rf"(?:^|/){stem.name}/([0-9])/([0-9]+)\.bin$")
    with open_archive(stem) as archive:
        matches = filter(None, map(pattern.search, archive.sizes))
        files = sorted((int(m[2]), int(m[1]), m.string) for m in matches)
        if not files:
            raise ValueError(
                f"{archive.path} holds no recordings; they must be called {stem.name}/LABEL/NUMBER.bin."
            )
        if limit is not None and limit > len(files):
            raise ValueError(
                f"{argument} must be at most {len(files)}, the recordings in {archive.path}, got {limit}."
            )
        files = files[:limit]
        # Sizes are known before anything is read: the full set fits into memory once, not twice.
        capacity = sum(archive.sizes[name] // EVENT_BYTES for _, _, name in files)
        time_us = np.empty(capacity, dtype=np.int32)
        address = np.empty(capacity, dtype=np.int32)
        offsets = np.zeros(len(files) + 1, dtype=np.int64)
        height, width = SENSOR_SHAPE
        for index, (_, _, name) in enumerate(files):
            x, y, polarity, times = parse_events(archive.read(name), f"{name} in {archive.path}")
            start, stop = offsets[index], offsets[index] + len(times)
            time_us[start:stop] = times
            address[start:stop] = (polarity * height + y) * width + x
            offsets[index + 1] = stop
    labels = np.array([label for _, label, _ in files], dtype=np.int64)
    n_events = offsets[-1]
    return EventRecordings(time_us[:n_events], address[:n_events], offsets, labels, SENSOR_SHAPE)
