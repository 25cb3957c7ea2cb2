"""The IDX format of MNIST and its successors: unsigned bytes in an array of any number of dimensions.

Two zero bytes, one byte for the type of the elements (8: unsigned byte), one for the number of
dimensions; the size of each dimension as a big-endian 32-bit integer; the elements, last dimension
fastest. The files come packed with gzip.
"""

import gzip
import os
import zlib
from math import prod

import numpy as np

UNSIGNED_BYTE = 8


def read_idx(path: str | os.PathLike, n_dimensions: int) -> np.ndarray:
    """Read a gzip-packed IDX file of unsigned bytes.

    Parameters
    ----------
    path : str or path
        The file, for example ``train-images-idx3-ubyte.gz``.
    n_dimensions : int
        Number of dimensions that the array must have: 3 for images, 1 for labels.

    Returns
    -------
    array of uint8
        Read-only, with ``n_dimensions`` dimensions.

    Raises
    ------
    ValueError
        If the file is cut, damaged, or not such a file.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, f"gzip cannot unpack it ({error})") from None
    magic = bytes([0, 0, UNSIGNED_BYTE, n_dimensions])
    if content[:4] != magic:
        raise _damaged(path, f"it starts with {content[:4].hex(' ')}, not with {magic.hex(' ')}")
    start = 4 + 4 * n_dimensions
    if len(content) < start:
        raise _damaged(path, f"it ends within its header, after {len(content)} bytes")
    shape = tuple(int(size) for size in np.frombuffer(content[4:start], dtype=">u4"))
    if len(content) - start != prod(shape):
        raise _damaged(
            path, f"its header announces {prod(shape)} values and {len(content) - start} follow"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _damaged(path, reason):
    return ValueError(
        f"{path} is not a whole IDX file of the expected kind: {reason}; delete it to have it "
        "downloaded again, or replace it with a good copy."
    )
