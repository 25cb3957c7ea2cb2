"""The Free Spoken Digit Dataset: digits from zero to nine, spoken in English, as .wav files."""

import io
import re
import struct
from dataclasses import dataclass

import numpy as np
from scipy.io import wavfile

from .archive import find_archives, open_archive
from .dataset import RecordingDataset

HOME = "https://github.com/Jakobovski/free-spoken-digit-dataset"
SAMPLE_RATE = 8000
N_TEST_INDICES = 5  # of each speaker's 50 recordings of a digit, by the set's own rule


@dataclass(frozen=True, eq=False, repr=False)
class AudioRecordings:
    """Sound recordings of different lengths.

    Parameters
    ----------
    waveforms : list of float32 arrays, shape (n_samples,) each
        Sound pressure in [-1, 1).
    labels : array of int, shape (n_recordings,)
        Class of each recording.
    speakers : array of str, shape (n_recordings,)
        Name of each recording's speaker.
    sample_rate : int
        Samples a second, in Hz.
    """

    waveforms: list[np.ndarray]
    labels: np.ndarray
    speakers: np.ndarray
    sample_rate: int

    def __len__(self):
        return len(self.waveforms)

    def __repr__(self):
        speakers = len(np.unique(self.speakers))
        return (
            f"<AudioRecordings: {len(self)} recordings, {speakers} speakers, {self.sample_rate} Hz>"
        )


def spoken_digits() -> RecordingDataset:
    """Spoken digits: 2,700 training and 300 test recordings by six speakers, 8 kHz, mono.

    ``recordings.zip``, or the folder ``recordings`` with the files ``DIGIT_SPEAKER_INDEX.wav``, is looked
    for in the sub-folder ``fsdd`` of the folder that the environment variable ``SPIKEADAM_DATA`` names,
    then of the user's cache folder. It is not downloaded. The split is the official one: index 0 to 4
    of each speaker and digit for the test, the others for training.

    Returns
    -------
    RecordingDataset
        ``train`` and ``test`` are ``AudioRecordings`` with labels from 0 to 9, ordered by index, then
        speaker, then digit, so the first ones hold every class. A recording lasts 0.14 to 2.3 s.

    Raises
    ------
    FileNotFoundError
        If the files are missing; the message names them, their folder and their home page.
    ValueError
        If a file is damaged, or not 16-bit mono sound at 8 kHz.

    Notes
    -----
    Source: Z. Jackson and others, Free Spoken Digit Dataset, doi 10.5281/zenodo.1342401.
    Licence: CC BY-SA 4.0.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.spoken_digits()  # doctest: +SKIP
    >>> data.test, data.test.labels[:10]  # doctest: +SKIP
    (<AudioRecordings: 300 recordings, 6 speakers, 8000 Hz>, array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    """
    folder = find_archives("spoken_digits", ("fsdd",), ("recordings",), HOME)
    with open_archive(folder / "recordings") as archive:
        pattern = re.compile(r"(?:^|/)recordings/([0-9])_([^/_]+)_([0-9]+)\.wav$")
        matches = filter(None, map(pattern.search, archive.sizes))
        files = sorted((int(m[3]), m[2], int(m[1]), m.string) for m in matches)
        train = [file for file in files if file[0] >= N_TEST_INDICES]
        test = [file for file in files if file[0] < N_TEST_INDICES]
        if not train or not test:
            raise ValueError(
                f"{archive.path} holds {len(train)} training and {len(test)} test recordings; it needs "
                "files called recordings/DIGIT_SPEAKER_INDEX.wav with indices below 5 and above."
            )
        return RecordingDataset("spoken_digits", _read(archive, train), _read(archive, test))


def _read(archive, files):
    return AudioRecordings(
        waveforms=[
            parse_wave(archive.read(name), f"{name} in {archive.path}") for *_, name in files
        ],
        labels=np.array([digit for _, _, digit, _ in files], dtype=np.int64),
        speakers=np.array([speaker for _, speaker, _, _ in files]),
        sample_rate=SAMPLE_RATE,
    )


def parse_wave(content: bytes, source: str) -> np.ndarray:
    """Read a .wav file of 16-bit mono sound at 8 kHz.

    Parameters
    ----------
    content : bytes
        Content of the file.
    source : str
        Its name, for messages.

    Returns
    -------
    array of float32, shape (n_samples,)
        Sound pressure in [-1, 1).

    Raises
    ------
    ValueError
        If the file is cut, damaged, or sound of another kind.
    """
    try:
        # scipy returns what is left of a cut file; the second field of the header is the size to come.
        announced = struct.unpack("<I", content[4:8])[0] + 8
        if len(content) < announced:
            raise ValueError(f"it ends after {len(content)} of {announced} bytes")
        rate, sound = wavfile.read(io.BytesIO(content))
    except (ValueError, EOFError, struct.error) as error:
        raise ValueError(
            f"{source} is not a whole .wav file ({error}); replace it with a good copy."
        ) from None
    if rate != SAMPLE_RATE or sound.ndim != 1 or sound.dtype != np.int16:
        raise ValueError(
            f"{source} is {sound.dtype} sound at {rate} Hz of shape {sound.shape}; expected mono int16 "
            f"at {SAMPLE_RATE} Hz."
        )
    return sound.astype(np.float32) / np.float32(2**15)
