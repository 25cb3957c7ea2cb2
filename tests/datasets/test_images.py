import gzip
import hashlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from spikeadam import datasets
from spikeadam.datasets import images

NAMES = list(images.MNIST.md5)


def pack(array):
    array = np.asarray(array, dtype=np.uint8)
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def small():
    """Contents of four small files: six training and four test images."""
    random = np.random.default_rng(1)
    return {
        "train-images-idx3-ubyte.gz": pack(random.integers(0, 256, (6, 28, 28))),
        "train-labels-idx1-ubyte.gz": pack([3, 1, 4, 1, 5, 9]),
        "t10k-images-idx3-ubyte.gz": pack(random.integers(0, 256, (4, 28, 28))),
        "t10k-labels-idx1-ubyte.gz": pack([2, 7, 1, 8]),
    }


@pytest.fixture
def home(monkeypatch, small):
    """Let mnist() take the small files for the official ones, from another home."""

    def home(url):
        md5 = {name: hashlib.md5(content).hexdigest() for name, content in small.items()}
        monkeypatch.setattr(images, "MNIST", replace(images.MNIST, home=url, md5=md5))

    return home


def put(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_downloads_once_into_the_cache(server, home, small, cache):
    home(server.url)
    server.files.update(small)
    data = datasets.mnist()
    assert sorted(server.requests) == sorted("/" + name for name in NAMES)
    assert {p.name: p.read_bytes() for p in (cache / "mnist").iterdir()} == small
    server.close()
    again = datasets.mnist()
    assert np.array_equal(again.X_train, data.X_train)
    assert again.y_train.tolist() == [3, 1, 4, 1, 5, 9] and again.y_test.tolist() == [2, 7, 1, 8]


def test_pixels_keep_their_place_and_scale(cache, small):
    pixels = np.zeros((6, 28, 28))
    pixels[2, 5, 9] = 255
    pixels[2, 5, 10] = 51
    small["train-images-idx3-ubyte.gz"] = pack(pixels)
    put(cache / "mnist", small)
    data = datasets.mnist()
    assert data.X_train.dtype == np.float32
    image = data.X_train[2].reshape(data.image_shape)
    assert image[5, 9] == 1 and image[5, 10] == np.float32(0.2) and np.count_nonzero(data.X_train) == 2


def test_spikeadam_data_comes_first_and_the_cache_fills_in(tmp_path, monkeypatch, cache, small, home, server):
    named = tmp_path / "named"
    monkeypatch.setenv("SPIKEADAM_DATA", str(named))
    home(server.url)
    server.files.update(small)
    put(named / "mnist", {NAMES[1]: pack([9, 9, 9, 9, 9, 9])})
    put(cache / "mnist", {name: small[name] for name in NAMES[1:3]})
    data = datasets.mnist()
    assert data.y_train.tolist() == [9] * 6
    assert sorted(server.requests) == sorted("/" + name for name in (NAMES[0], NAMES[3]))
    assert [p.name for p in (named / "mnist").iterdir()] == [NAMES[1]]


def test_no_network_is_one_sentence(home, closed_url, cache):
    home(closed_url)
    with pytest.raises(FileNotFoundError) as caught:
        datasets.mnist()
    text = str(caught.value)
    assert "\n" not in text and caught.value.__suppress_context__
    for part in (*NAMES, str(cache / "mnist"), closed_url, "refused", "SPIKEADAM_DATA"):
        assert part in text
    assert list((cache / "mnist").iterdir()) == []


def test_no_network_names_only_what_is_missing(home, closed_url, cache, small):
    home(closed_url)
    put(cache / "mnist", {name: small[name] for name in NAMES[:3]})
    with pytest.raises(FileNotFoundError) as caught:
        datasets.mnist()
    assert NAMES[3] in str(caught.value)
    assert not any(name in str(caught.value) for name in NAMES[:3])


def test_failure_halfway_keeps_what_came(home, server, cache, small):
    home(server.url)
    server.files.update({name: small[name] for name in NAMES[:2]})
    with pytest.raises(FileNotFoundError, match="404") as caught:
        datasets.mnist()
    assert str(caught.value).startswith(f"{NAMES[2]}, {NAMES[3]} missing")
    assert sorted(p.name for p in (cache / "mnist").iterdir()) == sorted(NAMES[:2])
    server.files.update(small)
    assert len(datasets.mnist().X_train) == 6


def test_wrong_checksum_is_not_kept(home, server, cache, small):
    home(server.url)
    server.files.update(small)
    server.files[NAMES[0]] = b"<html>Please log in</html>"
    with pytest.raises(FileNotFoundError, match="wrong checksum"):
        datasets.mnist()
    assert list((cache / "mnist").iterdir()) == []


def test_cache_folder_that_cannot_be_made(home, server, cache, small):
    home(server.url)
    server.files.update(small)
    cache.parent.mkdir()
    cache.write_bytes(b"a file where the folder should be")
    with pytest.raises(FileNotFoundError, match="cannot write") as caught:
        datasets.mnist()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name, content, message",
    [
        (NAMES[0], b"garbage", "not a whole IDX file"),
        (NAMES[0], pack([1, 2, 3]), "not a whole IDX file of the expected kind"),
        (NAMES[0], pack(np.zeros((6, 20, 20))), r"images of \(20, 20\) pixels, not \(28, 28\)"),
        (NAMES[0], pack(np.zeros((5, 28, 28))), "5 images and .* 6 labels"),
        (NAMES[3], pack([2, 7, 10, 8]), "the label 10; labels go from 0 to 9"),
    ],
)
def test_corrupt_local_file(cache, small, name, content, message):
    put(cache / "mnist", {**small, name: content})
    with pytest.raises(ValueError, match=message) as caught:
        datasets.mnist()
    assert name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("files", [images.MNIST, images.FASHION_MNIST], ids=lambda files: files.name)
def test_published_checksums(files, real_data):
    folder = real_data(files.folder)
    for name, md5 in files.md5.items():
        assert hashlib.md5((folder / name).read_bytes()).hexdigest() == md5


def test_real_mnist(real_data):
    real_data("mnist")
    data = datasets.mnist()
    assert (data.name, data.n_classes, data.image_shape) == ("mnist", 10, (28, 28))
    assert data.X_train.shape == (60000, 784) and data.X_test.shape == (10000, 784)
    assert data.X_train.dtype == np.float32
    assert (data.X_train.min(), data.X_train.max()) == (0, 1)
    assert data.X_train.mean(dtype=float) == pytest.approx(0.1307, abs=1e-4)
    assert data.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.y_train).tolist() == counts


def test_real_fashion_mnist(real_data):
    real_data("fashion-mnist")
    data = datasets.fashion_mnist()
    assert (data.name, data.n_classes, data.image_shape) == ("fashion_mnist", 10, (28, 28))
    assert data.X_train.shape == (60000, 784) and data.X_test.shape == (10000, 784)
    assert (data.X_train.min(), data.X_train.max()) == (0, 1)
    assert data.X_train.mean(dtype=float) == pytest.approx(0.2860, abs=1e-4)
    assert data.y_train[:5].tolist() == [9, 0, 0, 3, 0] and data.y_test[0] == 9
    assert np.bincount(data.y_train).tolist() == [6000] * 10
    assert np.bincount(data.y_test).tolist() == [1000] * 10
    assert data.class_names[9] == "Ankle boot"
