"""Data sets that the networks and benchmarks learn.

``digits``, ``iris``, ``yin_yang`` and ``store_recall`` need no files. ``mnist`` and ``fashion_mnist`` are downloaded
when they are missing. ``nmnist`` and ``spoken_digits`` are put in place by hand. Files are looked for
in the folder that the environment variable ``SPIKEADAM_DATA`` names, then in the user's cache folder.
Nothing is read or downloaded on import.
"""

from .cochlea import cochlea
from .dataset import Dataset, RecordingDataset
from .download import DownloadError, fetch
from .embedded import digits, iris
from .events import EventRecording, EventRecordings
from .images import fashion_mnist, mnist
from .memory import store_recall
from .neuromorphic import nmnist
from .speech import AudioRecordings, spoken_digits
from .yinyang import yin_yang

__all__ = [
    "AudioRecordings",
    "Dataset",
    "DownloadError",
    "EventRecording",
    "EventRecordings",
    "RecordingDataset",
    "cochlea",
    "digits",
    "fashion_mnist",
    "fetch",
    "iris",
    "mnist",
    "nmnist",
    "spoken_digits",
    "store_recall",
    "yin_yang",
]
