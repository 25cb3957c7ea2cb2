"""MNIST and Fashion-MNIST: 28 x 28 grey images in the official IDX files, downloaded where missing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .dataset import Dataset
from .download import DownloadError, fetch
from .folder import cache_folder, data_folders
from .idx import read_idx

IMAGE_SHAPE = (28, 28)


@dataclass(frozen=True)
class ImageFiles:
    """Four IDX files: the sub-folder that holds them, their public home, their published checksums."""

    name: str
    folder: str
    home: str
    md5: dict[str, str]
    class_names: tuple[str, ...]


MNIST = ImageFiles(
    name="mnist",
    folder="mnist",
    home="https://ossci-datasets.s3.amazonaws.com/mnist/",
    md5={
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    class_names=tuple("0123456789"),
)

FASHION_MNIST = ImageFiles(
    name="fashion_mnist",
    folder="fashion-mnist",
    # Plain http: this host, the set's official one, has no https. The checksums below hold either way.
    home="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    md5={
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)


def mnist() -> Dataset:
    """MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels.

    The four official files are looked for in the sub-folder ``mnist`` of the folder that the environment
    variable ``SPIKEADAM_DATA`` names, then of the user's cache folder, and downloaded (11 MB) into the
    latter where they are missing.

    Returns
    -------
    Dataset
        ``X_train`` (60000, 784) and ``X_test`` (10000, 784), float32 in [0, 1], 220 MB together;
        ``y_train`` and ``y_test`` from 0 to 9, in the official order.

    Raises
    ------
    FileNotFoundError
        If files are missing and cannot be downloaded; the message names them and their folder.
    ValueError
        If a file is damaged.

    Notes
    -----
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits, 1998.
    Licence: CC BY-SA 3.0.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.mnist()  # doctest: +SKIP
    >>> data.X_train[0].reshape(data.image_shape).shape, data.y_train[:5]  # doctest: +SKIP
    ((28, 28), array([5, 0, 4, 1, 9]))
    """
    return _load(MNIST)


def fashion_mnist() -> Dataset:
    """Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 x 28 pixels.

    The four official files are looked for in the sub-folder ``fashion-mnist`` of the folder that the
    environment variable ``SPIKEADAM_DATA`` names, then of the user's cache folder, and downloaded
    (31 MB) into the latter where they are missing.

    Returns
    -------
    Dataset
        ``X_train`` (60000, 784) and ``X_test`` (10000, 784), float32 in [0, 1], 220 MB together;
        ``y_train`` and ``y_test`` from 0 (T-shirt/top) to 9 (Ankle boot), in the official order.

    Raises
    ------
    FileNotFoundError
        If files are missing and cannot be downloaded; the message names them and their folder.
    ValueError
        If a file is damaged.

    Notes
    -----
    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, 2017, arXiv 1708.07747. Licence: MIT.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.fashion_mnist()  # doctest: +SKIP
    >>> data.class_names[data.y_train[0]]  # doctest: +SKIP
    'Ankle boot'
    """
    return _load(FASHION_MNIST)


def _load(files: ImageFiles) -> Dataset:
    paths = _locate(files)
    (X_train, y_train), (X_test, y_test) = (
        _read(paths[f"{part}-images-idx3-ubyte.gz"], paths[f"{part}-labels-idx1-ubyte.gz"])
        for part in ("train", "t10k")
    )
    return Dataset(
        name=files.name,
        X_train=X_train,
        y_train=y_train,
        X_test=X_test,
        y_test=y_test,
        class_names=files.class_names,
        image_shape=IMAGE_SHAPE,
    )


def _read(images_path: Path, labels_path: Path) -> tuple[np.ndarray, np.ndarray]:
    images = read_idx(images_path, 3)
    labels = read_idx(labels_path, 1)
    if images.shape[1:] != IMAGE_SHAPE:
        raise ValueError(f"{images_path} holds images of {images.shape[1:]} pixels, not {IMAGE_SHAPE}.")
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images)} images and {labels_path} {len(labels)} labels; "
            "they do not belong together."
        )
    if labels.size and labels.max() > 9:
        raise ValueError(f"{labels_path} holds the label {labels.max()}; labels go from 0 to 9.")
    X = np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)
    return X, labels.astype(np.int64)


def _locate(files: ImageFiles) -> dict[str, Path]:
    """Path of each file: one that is there already, else one downloaded into the cache folder."""
    candidates = [folder / files.folder for folder in data_folders()]
    found = {}
    for name in files.md5:
        for folder in candidates:
            if (folder / name).is_file():
                found[name] = folder / name
                break
    missing = [name for name in files.md5 if name not in found]
    target = cache_folder() / files.folder
    for position, name in enumerate(missing):
        try:
            found[name] = fetch(files.home + name, target / name, files.md5[name])
        except DownloadError as error:
            raise FileNotFoundError(
                f"{', '.join(missing[position:])} missing in {target}, and the download failed "
                f"({error}); copy the files there from {files.home}, or set SPIKEADAM_DATA to a folder "
                f"that holds them in its sub-folder {files.folder}."
            ) from None
    return found
