"""Recordings of an event camera: at which time which pixel grew brighter or darker.

Other sensors fit in as cameras without polarities: a cochlea is one column of bands. An address numbers the sensor's
outputs, and is the index of the input neuron that an event drives:
address = polarity * height * width + y * width + x, with polarity 1 for brighter and 0 for darker.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class EventRecording:
    """The events of one recording, in order of time.

    Parameters
    ----------
    time_us : array of int, shape (n_events,)
        Time of each event in microseconds.
    address : array of int, shape (n_events,)
        polarity * height * width + y * width + x.
    label : int
        Class of the recording.
    sensor_shape : tuple of two ints
        (height, width) in pixels.
    """

    time_us: np.ndarray
    address: np.ndarray
    label: int
    sensor_shape: tuple[int, int]

    @property
    def x(self) -> np.ndarray:
        """Column of each event, from 0 (left)."""
        return self.address % self.sensor_shape[1]

    @property
    def y(self) -> np.ndarray:
        """Row of each event, from 0 (top)."""
        return self.address // self.sensor_shape[1] % self.sensor_shape[0]

    @property
    def polarity(self) -> np.ndarray:
        """1 where the pixel grew brighter, 0 where it grew darker."""
        return self.address // (self.sensor_shape[0] * self.sensor_shape[1])

    def __len__(self):
        return len(self.time_us)

    def __repr__(self):
        return f"<EventRecording: {len(self)} events, label {self.label}>"


@dataclass(frozen=True, eq=False, repr=False)
class EventRecordings:
    """Recordings of an event camera, kept in flat arrays.

    ``recordings[i]`` is an ``EventRecording``; a slice, a list of indices or a mask gives
    ``EventRecordings``.

    Parameters
    ----------
    time_us : array of int, shape (n_events,)
        Time of each event in microseconds since the start of its recording.
    address : array of int, shape (n_events,)
        polarity * height * width + y * width + x.
    offsets : array of int, shape (n_recordings + 1,)
        Recording i has the events from ``offsets[i]`` up to and without ``offsets[i + 1]``.
    labels : array of int, shape (n_recordings,)
        Class of each recording.
    sensor_shape : tuple of two ints
        (height, width) in pixels.
    polarities : int
        2, or 1 for a sensor whose events have no sign: its addresses are y * width + x.

    Raises
    ------
    ValueError
        If the arrays do not fit together or an address is not one of the sensor's.

    Examples
    --------
    >>> import numpy as np
    >>> import spikeadam as sa
    >>> recordings = sa.datasets.EventRecordings(
    ...     time_us=np.array([10, 20, 5]), address=np.array([0, 7, 3]), offsets=np.array([0, 2, 3]),
    ...     labels=np.array([4, 9]), sensor_shape=(2, 2))
    >>> recordings[0].polarity, recordings[0].y, recordings[0].x
    (array([0, 1]), array([0, 1]), array([0, 1]))
    """

    time_us: np.ndarray
    address: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray
    sensor_shape: tuple[int, int]
    polarities: int = 2

    def __post_init__(self):
        if self.time_us.ndim != 1 or self.time_us.shape != self.address.shape:
            raise ValueError(
                f"time_us has shape {self.time_us.shape} and address has shape {self.address.shape}; "
                "both must be (n_events,)."
            )
        if self.labels.ndim != 1 or self.offsets.shape != (len(self.labels) + 1,):
            raise ValueError(
                f"offsets has shape {self.offsets.shape} and labels has shape {self.labels.shape}; "
                "they must be (n_recordings + 1,) and (n_recordings,)."
            )
        ends = (self.offsets[0], self.offsets[-1])
        if ends != (0, len(self.time_us)) or np.any(np.diff(self.offsets) < 0):
            raise ValueError(
                f"offsets must grow from 0 to the {len(self.time_us)} events of time_us, got "
                f"{ends[0]} to {ends[1]}."
            )
        if self.address.size and not 0 <= self.address.min() <= self.address.max() < self.n_addresses:
            raise ValueError(
                f"address goes from {self.address.min()} to {self.address.max()}; a sensor_shape of "
                f"{self.sensor_shape} takes 0 to {self.n_addresses - 1}."
            )

    @property
    def n_addresses(self) -> int:
        """Number of addresses, polarities * height * width: the size of an input population."""
        return self.polarities * self.sensor_shape[0] * self.sensor_shape[1]

    @property
    def shape(self) -> tuple[int, int]:
        """(number of recordings, number of addresses), as an array with one sample a row has it."""
        return len(self), self.n_addresses

    @property
    def image_shape(self) -> tuple[int, int]:
        """(polarities * height, width): the addresses as an image, pixels grown darker above pixels grown brighter."""
        return self.polarities * self.sensor_shape[0], self.sensor_shape[1]

    def __len__(self):
        return len(self.labels)

    def __iter__(self) -> Iterator[EventRecording]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key):
        chosen = np.arange(len(self))[key]
        if chosen.ndim == 0:
            events = slice(self.offsets[chosen], self.offsets[chosen + 1])
            label = int(self.labels[chosen])
            return EventRecording(
                self.time_us[events], self.address[events], label, self.sensor_shape
            )
        pieces = [slice(self.offsets[i], self.offsets[i + 1]) for i in chosen]
        lengths = np.diff(self.offsets)[chosen]
        return EventRecordings(
            np.concatenate([self.time_us[:0], *(self.time_us[piece] for piece in pieces)]),
            np.concatenate([self.address[:0], *(self.address[piece] for piece in pieces)]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(self.offsets.dtype),
            self.labels[chosen],
            self.sensor_shape,
            self.polarities,
        )

    def __repr__(self):
        return f"<EventRecordings: {len(self)} recordings, {len(self.time_us)} events>"
