"""Download of one file: checked, atomic, and with one sentence where it fails.

The file is written under a temporary name beside its destination and renamed once its length and
checksum are right, so a destination is whole or absent, and an earlier file survives a failure.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tqdm import tqdm

TIMEOUT_SECONDS = 30.0
CHUNK_BYTES = 1 << 16


class DownloadError(OSError):
    """A file could not be downloaded; the message says which, from where, and why."""


def fetch(url: str, path: str | os.PathLike, md5: str) -> Path:
    """Download a file, check it and put it at ``path``.

    Parameters
    ----------
    url : str
        Address, starting with http:// or https://.
    path : str or path
        Destination; its folder is made if need be, and an earlier file there is replaced once the new
        one is whole.
    md5 : str
        MD5 checksum that the file must have, 32 hexadecimal digits.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    DownloadError
        If the server cannot be reached, refuses, stops early or sends something else, or if the file
        cannot be written. Nothing is left behind, and an earlier file at ``path`` is untouched.
    ValueError
        If ``url`` or ``md5`` is not what it should be.
    """
    if not re.match("https?://", url):
        raise ValueError(f"url must start with http:// or https://, got {url!r}.")
    if not re.fullmatch("[0-9a-fA-F]{32}", md5):
        raise ValueError(f"md5 must be 32 hexadecimal digits, got {md5!r}.")
    path = Path(path)
    # A name of its own for each call: two processes may want the same file at the same time.
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            received = _copy(url, file)
        if received != md5.lower():
            raise DownloadError(
                f"{url} sent a file with the wrong checksum: expected md5 {md5.lower()}, got {received}"
            )
        os.replace(temporary, path)
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        _remove(temporary)
    return path


def _copy(url: str, file) -> str:
    """Write the body of ``url`` to ``file`` with a progress bar; return its MD5 checksum."""
    digest = hashlib.md5(usedforsecurity=False)
    with _open(url) as response:
        length = response.headers.get("Content-Length")
        total = int(length) if length and length.isdecimal() else None
        with tqdm(
            total=total, desc=Path(file.name).name.split(".")[0], unit="B", unit_scale=True
        ) as bar:
            for chunk in _chunks(response, url):
                file.write(chunk)
                digest.update(chunk)
                bar.update(len(chunk))
            if total is not None and bar.n < total:
                raise DownloadError(
                    f"{url} was cut off after {bar.n} of {total} bytes; try again"
                )
    return digest.hexdigest()


def _open(url: str) -> HTTPResponse:
    try:
        return urlopen(url, timeout=TIMEOUT_SECONDS)
    except HTTPError as error:
        error.close()
        raise DownloadError(f"{url} answered {error.code} {error.reason}") from None
    except URLError as error:
        raise DownloadError(f"cannot reach {url}: {_reason(error.reason)}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise DownloadError(f"cannot reach {url}: {_reason(error)}") from None


def _chunks(response: HTTPResponse, url: str) -> Iterator[bytes]:
    """Read the body in pieces; errors of the network leave as DownloadError, unlike those of the disk."""
    while True:
        try:
            chunk = response.read(CHUNK_BYTES)
        except (OSError, HTTPException) as error:
            raise DownloadError(f"{url} was cut off: {_reason(error)}; try again") from None
        if not chunk:
            return
        yield chunk


def _reason(error) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())[:200]  # it may quote what the server sent


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # its folder could not be made either, and that error is on its way already
