"""Recordings by the thousand: the files inside a .zip, or inside the folder that it unpacks to."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .folder import data_folders


@dataclass(frozen=True)
class Archive:
    """Files below ``path``: the size in bytes of each by name, and a function that reads one."""

    path: Path
    sizes: dict[str, int]
    read: Callable[[str], bytes]


def find_archives(
    set_name: str, subfolders: tuple[str, ...], stems: tuple[str, ...], home: str
) -> Path:
    """Return the folder in which every ``stem`` is there, as ``stem.zip`` or as a folder ``stem``.

    Raises
    ------
    FileNotFoundError
        If there is none; the message names the files, the folder and the home page of the set.
    """
    candidates = [folder / name for folder in data_folders() for name in subfolders]
    best = min(candidates, key=lambda folder: len(_missing(folder, stems)))
    missing = _missing(best, stems)
    if missing:
        files = " and ".join(f"{stem}.zip" for stem in missing)
        raise FileNotFoundError(
            f"{set_name} needs {files} (or the unpacked {' and '.join(missing)}) in {best}; get it from "
            f"{home} by hand, or set SPIKEADAM_DATA to a folder that holds it in its sub-folder "
            f"{best.name}."
        )
    return best


@contextmanager
def open_archive(stem: Path) -> Iterator[Archive]:
    """Open ``stem.zip``, else the folder ``stem``; names inside start with what the .zip unpacks to.

    The .zip wins where both are there: an unpacking that was interrupted leaves half a folder.
    """
    zipped = _zipped(stem)
    if not zipped.is_file():
        paths = {
            path.relative_to(stem.parent).as_posix(): path
            for path in stem.rglob("*")
            if path.is_file()
        }
        sizes = {name: path.stat().st_size for name, path in paths.items()}
        yield Archive(stem, sizes, lambda name: paths[name].read_bytes())
        return
    try:
        opened = zipfile.ZipFile(zipped)
    except zipfile.BadZipFile as error:
        raise _damaged(zipped, error) from None

    def read(name):
        try:
            return opened.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise _damaged(zipped, error) from None

    with opened:
        sizes = {info.filename: info.file_size for info in opened.infolist() if not info.is_dir()}
        yield Archive(zipped, sizes, read)


def _missing(folder, stems):
    return [s for s in stems if not (_zipped(folder / s).is_file() or (folder / s).is_dir())]


def _zipped(stem):
    return stem.with_name(f"{stem.name}.zip")


def _damaged(path, error):
    return ValueError(f"{path} is damaged ({error}); replace it with a good copy.")
