import numpy as np
import pytest
from matplotlib.path import Path as Outline

from spikeadam.datasets import yin_yang


def arc(center, radius, start, stop):
    angle = np.linspace(start, stop, 20_001) * np.pi
    return np.column_stack([center[0] + radius * np.cos(angle), center[1] + radius * np.sin(angle)])


def classify(points):
    """Class by drawing the symbol: the outline of its second half, and two dots on top."""
    outline = np.vstack([
        arc((0.5, 0.5), 0.5, 0, 1),  # over the top of the disc, right to left
        arc((0.25, 0.5), 0.25, -1, 0),  # below the left small circle, back to the centre
        arc((0.75, 0.5), 0.25, 1, 0),  # above the right small circle
    ])
    labels = Outline(outline).contains_points(points).astype(int)
    dots = np.zeros(len(points), dtype=bool)
    for center in ((0.25, 0.5), (0.75, 0.5)):
        dots |= ((points - center) ** 2).sum(axis=1) < 0.01
    labels[dots] = 2
    return labels


def test_shapes_and_ranges():
    data = yin_yang()
    assert data.X_train.shape == (5000, 4) and data.X_test.shape == (1000, 4)
    assert data.class_names == ("yin", "yang", "dot") and data.image_shape is None
    X = np.vstack([data.X_train, data.X_test])
    assert 0 <= X.min() < 0.01 and 0.99 < X.max() <= 1
    assert np.array_equal(X[:, 2:], 1 - X[:, :2])
    assert np.all(((X[:, :2] - 0.5) ** 2).sum(axis=1) <= 0.25)


@pytest.mark.parametrize("seed", [42, 0, 7])
def test_labels_are_those_of_the_drawing(seed):
    data = yin_yang(4000, train_seed=seed)
    assert np.array_equal(classify(data.X_train[:, :2]), data.y_train)


def test_known_points_of_the_drawing():
    points = np.array([[0.5, 0.9], [0.5, 0.1], [0.25, 0.5], [0.75, 0.55], [0.25, 0.35], [0.75, 0.65]])
    assert classify(points).tolist() == [1, 0, 2, 2, 1, 0]


def test_classes_are_balanced():
    counts = np.bincount(yin_yang(9000).y_train)
    assert len(counts) == 3 and np.all(np.abs(counts - 3000) < 200)


def test_same_samples_as_the_published_program():
    # The first values that the authors' dataset.py gives with its published seeds, 42 and 40.
    data = yin_yang()
    expected = [[0.68030754, 0.45049925], [0.09767211, 0.68423303], [0.75536141, 0.42515587]]
    assert np.allclose(data.X_train[:3, :2], expected, atol=1e-8)
    assert data.y_train[:10].tolist() == [2, 1, 2, 1, 1, 1, 0, 2, 2, 0]
    assert np.bincount(data.y_train).tolist() == [1681, 1702, 1617]
    assert np.allclose(data.X_test[0, :2], [0.23409665, 0.40172498], atol=1e-8)
    assert np.bincount(data.y_test).tolist() == [350, 316, 334]


def test_seeds():
    first = yin_yang(50, 20, train_seed=1, test_seed=2)
    swapped = yin_yang(20, 50, train_seed=2, test_seed=1)
    assert np.array_equal(first.X_train, swapped.X_test)
    assert np.array_equal(yin_yang(20, 1, train_seed=1).X_train, first.X_train[:20])


def test_global_random_state_is_left_alone():
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    yin_yang(10, 10)
    assert np.random.random() == expected


@pytest.mark.parametrize("argument", ["n_train", "n_test"])
@pytest.mark.parametrize(
    "value, error", [(0, ValueError), (-5, ValueError), (2.5, TypeError), ("10", TypeError), (None, TypeError)]
)
def test_bad_numbers(argument, value, error):
    with pytest.raises(error, match=f"{argument} takes a whole number of at least 1, got ") as caught:
        yin_yang(**{argument: value})
    assert repr(value) in str(caught.value)


def test_bad_seeds():
    with pytest.raises(ValueError, match="train_seed takes .* got -1"):
        yin_yang(train_seed=-1)
    with pytest.raises(TypeError, match="test_seed takes .* got None"):
        yin_yang(test_seed=None)
    with pytest.raises(ValueError, match="test_seed must differ from train_seed, got 40"):
        yin_yang(train_seed=40)
