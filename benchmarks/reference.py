"""A rate network of the same shape, trained by backpropagation with Adam: what the spiking network is held against."""

import time
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from .tasks import TASKS
from .train import versions


def train_reference(settings):
    """Train scikit-learn's MLPClassifier on the data, the shape and the number of passes that ``settings`` say.

    Returns
    -------
    dict
        ``task``, ``model``, ``hidden``, ``epochs``, ``seed``, ``test_accuracy``, ``train_seconds``, ``versions``.
    """
    X_train, y_train, X_test, y_test, _ = settings.data()
    hidden = settings.hidden or TASKS[settings.task].hidden
    epochs = settings.epochs or TASKS[settings.task].epochs
    model = MLPClassifier(hidden, solver="adam", max_iter=epochs, n_iter_no_change=epochs, random_state=settings.seed)
    start = time.perf_counter()
    with warnings.catch_warnings():
        # It stops after the given number of passes, as the spiking network does, and warns that it might go on.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
    return {
        "task": settings.task,
        "model": "MLPClassifier",
        "hidden": list(hidden),
        "epochs": epochs,
        "seed": settings.seed,
        "train_samples": len(X_train),
        "test_samples": len(X_test),
        "test_accuracy": float(model.score(X_test, y_test)),
        "train_seconds": round(time.perf_counter() - start, 3),
        "versions": versions(),
    }
