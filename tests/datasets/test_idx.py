import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from spikeadam.datasets.idx import read_idx


def pack(array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


@pytest.fixture
def write(tmp_path):
    def write(content, packed=True):
        path = tmp_path / "images.gz"
        path.write_bytes(gzip.compress(content) if packed else content)
        return path

    return write


def test_bytes_written_by_hand(write):
    path = write(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 250, 251, 252]))
    assert read_idx(path, 3).tolist() == [[[1, 2, 3]], [[250, 251, 252]]]
    assert read_idx(str(path), 3).dtype == np.uint8


def test_sizes_are_big_endian(write):
    assert read_idx(write(bytes([0, 0, 8, 1, 0, 0, 1, 2]) + bytes(258)), 1).shape == (258,)


def test_round_trip(tmp_path_factory):
    path = tmp_path_factory.mktemp("idx") / "array.gz"

    @given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, min_side=0)))
    def check(array):
        path.write_bytes(gzip.compress(pack(array), 0))
        read = read_idx(path, array.ndim)
        assert read.shape == array.shape and np.array_equal(read, array)

    check()


def test_every_cut_is_noticed(tmp_path_factory):
    path = tmp_path_factory.mktemp("idx") / "array.gz"
    whole = gzip.compress(pack(np.arange(60, dtype=np.uint8).reshape(3, 4, 5)))
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="not a whole IDX file") as caught:
            read_idx(path, 3)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_damaged_byte_is_noticed(tmp_path_factory):
    path = tmp_path_factory.mktemp("idx") / "array.gz"
    array = np.random.default_rng(0).integers(0, 255, (5, 6, 7), dtype=np.uint8)
    whole = gzip.compress(pack(array), mtime=0)

    @given(st.integers(10, len(whole) - 1), st.integers(1, 255))  # 0-9: gzip's own header
    def check(position, change):
        damaged = bytearray(whole)
        damaged[position] ^= change
        path.write_bytes(damaged)
        try:
            assert np.array_equal(read_idx(path, 3), array)  # a bit that gzip does not use
        except ValueError as error:
            assert "not a whole IDX file" in str(error)

    check()


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "it starts with"),
        (b"<html>Not found</html>", "it starts with 3c 68 74 6d, not with 00 00 08 03"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 0]), "it starts with 00 00 08 01"),  # labels, not images
        (bytes([0, 0, 13, 3]) + bytes(12), "it starts with 00 00 0d 03"),  # floats
        (bytes([0, 0, 8, 3, 0, 0, 0, 1]), "ends within its header, after 8 bytes"),
        (bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 2, 2) + bytes(7), "announces 8 values and 7 follow"),
        (bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 2, 2) + bytes(9), "announces 8 values and 9 follow"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "and 0 follow"),
    ],
)
def test_other_content(write, content, reason):
    with pytest.raises(ValueError, match=reason):
        read_idx(write(content), 3)


def test_not_packed(write):
    with pytest.raises(ValueError, match="gzip cannot unpack it"):
        read_idx(write(pack(np.zeros((1, 2, 3), np.uint8)), packed=False), 3)
