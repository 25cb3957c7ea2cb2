"""Sets that come with scikit-learn: digits and iris, scaled to [0, 1] and split once."""

import numpy as np
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import train_test_split

from .checks import check_seed
from .dataset import Dataset

TEST_SHARE = 0.2


def digits(random_state: int = 0) -> Dataset:
    """Handwritten digits of 8 x 8 pixels: 1,437 training and 360 test images.

    Parameters
    ----------
    random_state : int
        Seed of the stratified split that holds out a fifth of the images for the test.

    Returns
    -------
    Dataset
        ``X_train`` (1437, 64) and ``X_test`` (360, 64), float64 in [0, 1] in steps of 1/16; labels from
        0 to 9.

    Raises
    ------
    TypeError, ValueError
        If ``random_state`` is not a whole number from 0 to 2**32 - 1.

    Notes
    -----
    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998 (its test part), as shipped with scikit-learn. Licence: CC BY 4.0.

    Examples
    --------
    >>> import spikeadam as sa
    >>> sa.datasets.digits()
    <Dataset digits: 1437 training and 360 test samples, 64 features, 10 classes>
    """
    bunch = load_digits()
    return _split("digits", bunch.data / 16, bunch.target, tuple("0123456789"), random_state, (8, 8))


def iris(random_state: int = 0) -> Dataset:
    """Iris flowers: 120 training and 30 test flowers of three species, four lengths each.

    Parameters
    ----------
    random_state : int
        Seed of the stratified split that holds out a fifth of the flowers for the test.

    Returns
    -------
    Dataset
        ``X_train`` (120, 4) and ``X_test`` (30, 4), float64: sepal length, sepal width, petal length and
        petal width, each scaled so that it goes from 0 to 1 over all 150 flowers; labels 0 (setosa),
        1 (versicolor) and 2 (virginica).

    Raises
    ------
    TypeError, ValueError
        If ``random_state`` is not a whole number from 0 to 2**32 - 1.

    Notes
    -----
    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936, UCI Machine
    Learning Repository, as shipped with scikit-learn. Licence: CC BY 4.0.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.iris()
    >>> data.X_train.shape, data.class_names
    ((120, 4), ('setosa', 'versicolor', 'virginica'))
    """
    bunch = load_iris()
    low, high = bunch.data.min(axis=0), bunch.data.max(axis=0)
    class_names = tuple(str(name) for name in bunch.target_names)
    return _split("iris", (bunch.data - low) / (high - low), bunch.target, class_names, random_state)


def _split(name, X, y, class_names, random_state, image_shape=None):
    X_train, X_test, y_train, y_test = train_test_split(
        X,
        y.astype(np.int64),
        test_size=TEST_SHARE,
        stratify=y,
        random_state=check_seed("random_state", random_state),
    )
    return Dataset(name, X_train, y_train, X_test, y_test, class_names, image_shape)
