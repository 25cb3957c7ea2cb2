"""Receptive fields, worked out by hand and counted, and recurrence without self-connections."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import spikeadam as sa


def test_a_field_by_hand():
    # 4x4 pixels, patches of 2x2 side by side, two neurons each: neurons 6 and 7 see the lower right corner.
    (pre, post), shape = sa.receptive_fields((4, 4), 2, stride=2, features=2)
    assert shape == (2, 2, 2)
    for neuron, patch in ((0, [0, 1, 4, 5]), (1, [0, 1, 4, 5]), (3, [2, 3, 6, 7]), (4, [8, 9, 12, 13]), (7, [10, 11, 14, 15])):
        assert_array_equal(pre[post == neuron], patch)


@pytest.mark.parametrize("shape, field, stride, features", [((28, 28), 8, 4, 16), ((6, 6, 3), 3, 1, 5), ((5, 9, 2), 3, 2, 1)])
def test_fields_are_the_patches_of_the_layer_below(shape, field, stride, features):
    (pre, post), made = sa.receptive_fields(shape, field, stride=stride, features=features)
    layer = np.arange(np.prod(shape)).reshape((*shape, 1)[:3])
    neuron = 0
    for top in range(0, shape[0] - field + 1, stride):
        for left in range(0, shape[1] - field + 1, stride):
            for _ in range(features):
                assert_array_equal(pre[post == neuron], layer[top : top + field, left : left + field].ravel())
                neuron += 1
    assert neuron == np.prod(made) == post.max() + 1
    assert set(pre) == set(layer.ravel())  # all of the layer below is seen


@pytest.mark.parametrize(
    "arguments, error, sentence",
    [
        (((28,), 3), TypeError, "shape takes (rows, columns) or (rows, columns, features), got (28,)."),
        ((784, 3), TypeError, "shape takes (rows, columns) or (rows, columns, features), got 784."),
        (((8, 8), 0), ValueError, "field takes a whole number of at least 1, got 0."),
        (((8, 8), 9), ValueError, "field and stride take patches that cover the 8 rows of the layer below, got patches of 9"),
        (((9, 8), 3, 2), ValueError, "field and stride take patches that cover the 8 columns of the layer below"),
        (((8, 8), 2, 0), ValueError, "stride takes a whole number of at least 1, got 0."),
        (((8, 8), 2, 1, 0), ValueError, "features takes a whole number of at least 1, got 0."),
    ],
)
def test_bad_fields(arguments, error, sentence):
    shape, field, *rest = arguments
    with pytest.raises(error) as caught:
        sa.receptive_fields(shape, field, **dict(zip(("stride", "features"), rest)))
    assert str(caught.value).startswith(sentence)


def test_all_but_self():
    pre, post = sa.all_but_self(4)
    matrix = np.zeros((4, 4), int)
    np.add.at(matrix, (pre, post), 1)
    assert_array_equal(matrix, 1 - np.eye(4))
    with pytest.raises(ValueError, match="^N takes a whole number of at least 2, got 1"):
        sa.all_but_self(1)
