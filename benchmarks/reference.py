"""What the spiking network is held against.

A rate network of the same shape, trained by backpropagation with Adam; for recordings of an event camera, which a rate
network cannot take, a linear model of how many events each address has in a presentation.
"""

import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from spikeadam.datasets import EventRecordings

from .tasks import TASKS
from .train import versions


def train_reference(settings):
    """Train scikit-learn's MLPClassifier on the data, the shape and the number of passes that ``settings`` say.

    On recordings of an event camera its LogisticRegression learns event counts instead.

    Returns
    -------
    dict
        ``task``, ``model``, ``seed``, ``test_accuracy``, ``train_seconds``, ``versions`` and what the model takes.
    """
    X_train, y_train, X_test, y_test, _ = settings.data()
    if isinstance(X_train, EventRecordings):
        return train_on_counts(settings)
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


def train_on_counts(settings, parts=1, *, last=False):
    """Logistic regression on the number of events of each address in each of so many equal parts of a presentation.

    ``last``: in the last of these parts alone.

    Its penalty is the best one for the last sixth of the training data, when it learns from the rest.
    """
    X_train, y_train, X_test, y_test, _ = settings.data()
    duration = float(settings.parameters()["presentation"])
    start = time.perf_counter()
    train, test = (_event_counts(X, duration, parts) for X in (X_train, X_test))
    if last:
        train, test = (counts[:, -X_train.n_addresses :] for counts in (train, test))
    split = len(train) - len(train) // 6

    def model(strength):
        return LogisticRegression(C=strength, max_iter=5000)

    strengths = 10.0 ** np.arange(-4, 0.5, 0.5)
    validated = [model(C).fit(train[:split], y_train[:split]).score(train[split:], y_train[split:]) for C in strengths]
    best = strengths[np.argmax(validated)]
    return {
        "task": settings.task,
        "model": "LogisticRegression on event counts",
        "parts": parts,
        "seed": settings.seed,
        "presentation_ms": round(1e3 * duration, 6),
        "C": float(best),
        "validation_accuracy": max(validated),
        "train_samples": len(train),
        "test_samples": len(test),
        "test_accuracy": float(model(best).fit(train, y_train).score(test, y_test)),
        "train_seconds": round(time.perf_counter() - start, 3),
        "versions": versions(),
    }


def _event_counts(recordings, duration, parts):
    """Events of each recording, part and address up to ``duration`` seconds."""
    recording = np.repeat(np.arange(len(recordings)), np.diff(recordings.offsets))
    part = (recordings.time_us * parts / (1e6 * duration)).astype(int)
    shown = part < parts
    index = (recording[shown] * parts + part[shown]) * recordings.n_addresses + recordings.address[shown]
    counts = np.bincount(index, minlength=len(recordings) * parts * recordings.n_addresses)
    return counts.reshape(len(recordings), -1).astype(float)
