"""The Yin-Yang set: three classes in the plane that a linear classifier cannot tell apart.

A disc of radius 1/2 is divided, as in the symbol, by an S-shaped line into yin and yang, and each half
holds a dot of radius 1/10 on the horizontal diameter; both dots make the third class. A point comes with
its mirror image, (x, y, 1 - x, 1 - y), so that networks without bias can learn it.
"""

from math import hypot

import numpy as np

from .checks import check_count, check_seed
from .dataset import Dataset

RADIUS = 0.5
DOT_RADIUS = 0.1
CLASS_NAMES = ("yin", "yang", "dot")


def yin_yang(
    n_train: int = 5000, n_test: int = 1000, *, train_seed: int = 42, test_seed: int = 40
) -> Dataset:
    """Yin-Yang: points in a disc, to be told apart as yin, yang or dot.

    Drawn in the order of the authors' program, so the same seeds give the same samples as there; the
    default sizes and seeds are the published ones.

    Parameters
    ----------
    n_train, n_test : int
        Number of training and of test samples.
    train_seed, test_seed : int
        Seeds; they must differ, because one seed gives one sequence of samples.

    Returns
    -------
    Dataset
        ``X_train`` (n_train, 4) and ``X_test`` (n_test, 4), float64 in [0, 1]: x, y, 1 - x, 1 - y;
        labels 0 (yin), 1 (yang) and 2 (dot), a third each on average.

    Raises
    ------
    TypeError, ValueError
        If a number is not a whole one of at least 1, a seed not one from 0 to 2**32 - 1, or the seeds
        are equal.

    Notes
    -----
    Source: L. Kriener, J. Goeltz, M. A. Petrovici, The Yin-Yang dataset, 2021, arXiv 2102.08211,
    github.com/lkriener/yin_yang_data_set (MIT). Their reference figures: 98.7 % for a network with 120
    hidden units, 64.3 % without a hidden layer.

    Examples
    --------
    >>> import spikeadam as sa
    >>> data = sa.datasets.yin_yang()
    >>> data.X_train[0].round(3), data.class_names[data.y_train[0]]
    (array([0.68, 0.45, 0.32, 0.55]), 'dot')
    """
    n_train = check_count("n_train", n_train)
    n_test = check_count("n_test", n_test)
    train_seed = check_seed("train_seed", train_seed)
    test_seed = check_seed("test_seed", test_seed)
    if train_seed == test_seed:
        raise ValueError(
            f"test_seed must differ from train_seed, got {test_seed} for both; the test samples would "
            "be training samples."
        )
    X_train, y_train = _draw(n_train, train_seed)
    X_test, y_test = _draw(n_test, test_seed)
    return Dataset("yin_yang", X_train, y_train, X_test, y_test, CLASS_NAMES)


def _draw(n_samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pick a class, then points of the square until one lies in the disc and in that class."""
    # The legacy generator: its streams are frozen, and it is the one behind the published samples.
    random = np.random.RandomState(seed)
    points = np.empty((n_samples, 2))
    labels = np.empty(n_samples, dtype=np.int64)
    for sample in range(n_samples):
        wanted = random.randint(3)
        while True:
            x, y = random.random_sample(2) * (2 * RADIUS)
            if hypot(x - RADIUS, y - RADIUS) <= RADIUS and _class_of(x, y) == wanted:
                break
        points[sample] = x, y
        labels[sample] = wanted
    return np.hstack([points, 1 - points]), labels


def _class_of(x: float, y: float) -> int:
    """Class of a point of the disc: its dots, the half discs around them, else upper or lower half."""
    to_left_dot = hypot(x - 0.5 * RADIUS, y - RADIUS)
    to_right_dot = hypot(x - 1.5 * RADIUS, y - RADIUS)
    if min(to_left_dot, to_right_dot) < DOT_RADIUS:
        return 2
    if to_left_dot <= 0.5 * RADIUS:
        return 1
    return int(y > RADIUS and to_right_dot > 0.5 * RADIUS)
