"""Where the files of a data set are looked for, and where they are downloaded to."""

import os
from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder() -> Path:
    """Folder that missing data sets are downloaded into: the user's cache folder for spikeadam."""
    return Path(user_cache_dir("spikeadam"))


def data_folders() -> list[Path]:
    """Folders that hold one sub-folder a data set, in the order in which they are searched.

    The folder that the environment variable ``SPIKEADAM_DATA`` names comes first, where it is set, and
    the user's cache folder last.

    Raises
    ------
    NotADirectoryError
        If ``SPIKEADAM_DATA`` is set to something that is not a folder.
    """
    named = os.environ.get("SPIKEADAM_DATA", "")
    if not named:
        return [cache_folder()]
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError(
            f"SPIKEADAM_DATA is {named!r}, which is not a folder; set it to the folder that holds the "
            f"data sets, or unset it to use {cache_folder()}."
        )
    return [folder, cache_folder()]
