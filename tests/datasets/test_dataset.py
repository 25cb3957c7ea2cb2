from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from spikeadam.datasets import Dataset, RecordingDataset


@pytest.fixture
def data():
    return Dataset(
        name="toy",
        X_train=np.array([[0.0, 0.5, 1.0, 0.2]] * 3),
        y_train=np.array([0, 1, 0]),
        X_test=np.array([[0.0, 0.5, 1.0, 0.2]]),
        y_test=np.array([1]),
        class_names=("a", "b"),
        image_shape=(2, 2),
    )


def test_says_what_it_is(data):
    assert data.n_features == 4 and data.n_classes == 2
    assert repr(data) == (
        "<Dataset toy: 3 training and 1 test samples, 4 features, 2 classes>"
    )
    recordings = RecordingDataset("toy", train=[1, 2], test=[3])
    assert repr(recordings) == "<RecordingDataset toy: 2 training and 1 test recordings>"


def test_is_frozen(data):
    with pytest.raises(FrozenInstanceError):
        data.X_train = None


@pytest.mark.parametrize(
    "change, message",
    [
        ({"X_train": np.zeros(3)}, r"X_train has shape \(3,\)"),
        ({"y_train": np.zeros(2, int)}, r"y_train has shape \(2,\)"),
        ({"y_test": np.zeros((1, 1), int)}, r"y_test has shape \(1, 1\)"),
        ({"X_test": np.zeros((1, 3))}, "X_train has 4 features and X_test has 3"),
        ({"image_shape": (2, 3)}, r"image_shape=\(2, 3\)"),
        ({"X_train": np.full((3, 4), 1.5)}, "X_train goes from 1.5 to 1.5"),
        ({"X_train": np.full((3, 4), -0.5)}, "features must lie in"),
        ({"X_test": np.full((1, 4), np.nan)}, "X_test goes from nan"),
        ({"y_test": np.array([2])}, "y_test must hold integers from 0 to 1"),
        ({"y_test": np.array([-1])}, "y_test must hold integers"),
        ({"y_test": np.array([1.0])}, "y_test must hold integers"),
    ],
)
def test_says_what_does_not_fit(data, change, message):
    with pytest.raises(ValueError, match=message):
        replace(data, **change)
