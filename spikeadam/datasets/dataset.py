"""What a data set looks like once it is loaded: training and test samples with integer labels."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Feature vectors with integer labels, split into training and test samples.

    Parameters
    ----------
    name : str
        Name of the data set.
    X_train, X_test : array of float, shape (n_samples, n_features)
        Features in [0, 1], one sample a row.
    y_train, y_test : array of int, shape (n_samples,)
        Class of each sample; ``class_names[y]`` is its name.
    class_names : tuple of str
        One name a class.
    image_shape : tuple of two ints, optional
        (height, width) of the images that the rows are, with height * width = n_features; None where
        the features are not pixels.

    Raises
    ------
    ValueError
        If shapes disagree, a feature lies outside [0, 1] or a label names no class.
    """

    name: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    image_shape: tuple[int, int] | None = None

    def __post_init__(self):
        for part in ("train", "test"):
            self._check(part, getattr(self, f"X_{part}"), getattr(self, f"y_{part}"))
        if self.X_train.shape[1] != self.X_test.shape[1]:
            raise ValueError(
                f"X_train has {self.X_train.shape[1]} features and X_test has "
                f"{self.X_test.shape[1]}; both must have the same number."
            )
        if self.image_shape is not None and prod(self.image_shape) != self.n_features:
            raise ValueError(
                f"image_shape={self.image_shape} does not hold the {self.n_features} features of X_train."
            )

    def _check(self, part, X, y):
        if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
            raise ValueError(
                f"X_{part} has shape {X.shape} and y_{part} has shape {y.shape}; they must be "
                "(n_samples, n_features) and (n_samples,)."
            )
        if X.size and not (X.min() >= 0 and X.max() <= 1):
            raise ValueError(
                f"X_{part} goes from {X.min()} to {X.max()}; features must lie in [0, 1]."
            )
        if y.dtype.kind not in "iu" or (y.size and not 0 <= y.min() <= y.max() < self.n_classes):
            raise ValueError(
                f"y_{part} must hold integers from 0 to {self.n_classes - 1}, one a class in class_names."
            )

    @property
    def n_features(self) -> int:
        """Number of features of a sample."""
        return self.X_train.shape[1]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def __repr__(self):
        return (
            f"<Dataset {self.name}: {len(self.X_train)} training and {len(self.X_test)} test samples, "
            f"{self.n_features} features, {self.n_classes} classes>"
        )


@dataclass(frozen=True, eq=False, repr=False)
class RecordingDataset:
    """Recordings of different lengths, split into training and test recordings.

    Parameters
    ----------
    name : str
        Name of the data set.
    train, test : EventRecordings or AudioRecordings
        The recordings; both have ``labels`` and a length.
    """

    name: str
    train: Any
    test: Any

    @property
    def X_train(self) -> Any:
        """``train``, under the name that `Dataset` has for it."""
        return self.train

    @property
    def y_train(self) -> np.ndarray:
        """Class of each training recording."""
        return self.train.labels

    @property
    def X_test(self) -> Any:
        """``test``, under the name that `Dataset` has for it."""
        return self.test

    @property
    def y_test(self) -> np.ndarray:
        """Class of each test recording."""
        return self.test.labels

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """(height, width) of the image that the input neurons form, where they do."""
        return getattr(self.train, "image_shape", None)

    def __repr__(self):
        return (
            f"<RecordingDataset {self.name}: {len(self.train)} training and {len(self.test)} test "
            "recordings>"
        )
