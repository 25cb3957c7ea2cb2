"""Checkpoints: one .npz with arrays and a JSON text inside, without pickle.

A file is written under a temporary name and renamed, so that whatever happens the last good one stays.
"""

import json
import os
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

FORMAT = 2
TEXT = "description.json"


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written or does not fit."""


def save(path, arrays, description):
    """Write ``arrays`` (by name) and ``description`` (JSON-like) to ``path``, all or nothing.

    Raises
    ------
    CheckpointError
        If the folder cannot be written or the disk is full; an earlier file at ``path`` is untouched.
    """
    path = Path(path)
    work = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = np.frombuffer(json.dumps({"format": FORMAT, **description}).encode(), dtype=np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(work, "wb") as file:
            np.savez(file, **{TEXT: text}, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(work, path)
        _remove_leftovers(path)
    except OSError as error:
        with suppress(OSError):
            work.unlink()
        raise CheckpointError(
            f"The checkpoint {path} could not be written ({error.strerror or error}); an earlier one is untouched."
        ) from error


def _remove_leftovers(path):
    """Remove the temporary files of processes that were killed; one that is younger may be being written."""
    for left in path.parent.glob(f".{path.name}.*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > 3600:
                left.unlink()


def load(path):
    """Arrays and description of the checkpoint at ``path``.

    Raises
    ------
    CheckpointError
        If the file is missing, no checkpoint, damaged, or of another format.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != TEXT}
            description = json.loads(archive[TEXT].tobytes().decode())
    except FileNotFoundError:
        raise CheckpointError(f"There is no checkpoint at {path}.") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path} is not a checkpoint, or is damaged: {error}") from None
    if description.pop("format", None) != FORMAT:
        raise CheckpointError(f"{path} is a checkpoint of another version of spikeadam.")
    return arrays, description
