import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

from spikeadam.datasets import digits, iris


def rows(X, y):
    return sorted(tuple(row) for row in np.column_stack([X, y]))


def test_digits():
    data = digits()
    assert (data.name, data.image_shape, data.n_classes) == ("digits", (8, 8), 10)
    assert data.X_train.shape == (1437, 64) and data.X_test.shape == (360, 64)
    assert data.X_train.min() == 0 and data.X_train.max() == 1
    whole = load_digits()
    both = rows(np.vstack([data.X_train, data.X_test]), np.hstack([data.y_train, data.y_test]))
    assert both == rows(whole.data / 16, whole.target)


def test_iris():
    data = iris()
    assert (data.name, data.image_shape) == ("iris", None)
    assert data.class_names == ("setosa", "versicolor", "virginica")
    X = np.vstack([data.X_train, data.X_test])
    assert X.shape == (150, 4) and len(data.X_test) == 30
    assert np.all(X.min(axis=0) == 0) and np.all(X.max(axis=0) == 1)
    raw = load_iris().data
    assert np.allclose(np.sort(X, axis=0) * np.ptp(raw, axis=0) + raw.min(axis=0), np.sort(raw, axis=0))


@pytest.mark.parametrize("load, lowest", [(digits, 0.9), (iris, 0.85)])
def test_split_is_stratified_fixed_and_learnable(load, lowest):
    data = load()
    share = np.bincount(data.y_test) / np.bincount(np.hstack([data.y_train, data.y_test]))
    assert np.all(np.abs(share - 0.2) < 0.01)
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert np.array_equal(load().X_test, data.X_test)
    assert not np.array_equal(load(random_state=1).X_test, data.X_test)
    model = LogisticRegression(max_iter=1000).fit(data.X_train, data.y_train)
    assert model.score(data.X_test, data.y_test) > lowest


@pytest.mark.parametrize("load", [digits, iris])
@pytest.mark.parametrize(
    "seed, error",
    [(-1, ValueError), (2**32, ValueError), (0.5, TypeError), ("a", TypeError), (None, TypeError), (True, TypeError)],
)
def test_bad_seed(load, seed, error):
    with pytest.raises(error, match=r"random_state takes a whole number from 0 to .*, got ") as caught:
        load(random_state=seed)
    assert repr(seed) in str(caught.value)
