"""`SpikingClassifier`: a spiking network as a scikit-learn estimator."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from .checks import integer
from .circuit import feedforward
from .feedback import Predisposition
from .inputs import RegularInput
from .rules import BioAdam
from .schedules import linear_decay
from .training import Trainer


class SpikingClassifier(ClassifierMixin, BaseEstimator):
    """A feedforward network of spiking neurons that learns online, sample by sample, with its own synapses.

    Parameters
    ----------
    hidden : sequence of int
        Neurons of each hidden layer.
    rule : Rule, optional
        Optimizer in every synapse. Default: ``BioAdam()``.
    feedback : Feedback, optional
        Default: ``Predisposition()``.
    modulator : Modulator, optional
        What else acts on the weights: ``GRAPES()`` or ``Oja()``.
    epochs : int
        Passes through the training data.
    device : {'standalone', 'runtime'}
        C++ standalone (compiled once for each network structure, then cached), or Brian2's runtime.
    random_state : int
        Seed of the initial weights, the order of the samples and the input spikes.
    input : input description, optional
        Default: ``RegularInput()``.
    schedule : callable, 'linear' or None
        Factor on the learning rate as a function of samples seen. 'linear': to a fiftieth at the end of `fit`.
    chunk : int
        Samples between two changes of the learning rate, two entries of the history, two moves of the progress bar.
    verbose : bool
        Show a progress bar.
    network : dict, optional
        Further arguments of `feedforward`, such as ``presentation``, ``soma`` or ``weight_scale``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    alignment_angle_deg_ : list of float
        Angle between forward and feedback weights, one for each projection with feedback.
    history_ : list of dict
        See `Trainer`.
    trainer_ : Trainer
        The network and its state.

    Examples
    --------
    >>> import spikeadam as sa
    >>> digits = sa.datasets.digits()
    >>> classifier = sa.SpikingClassifier(hidden=(50,), device='runtime', random_state=0, chunk=20)
    >>> classifier.fit(digits.X_train[:40], digits.y_train[:40]).predict(digits.X_test[:5]).shape
    (5,)
    """

    def __init__(
        self,
        hidden=(200,),
        *,
        rule=None,
        feedback=None,
        modulator=None,
        epochs=1,
        device="standalone",
        random_state=0,
        input=None,
        schedule="linear",
        chunk=500,
        verbose=False,
        network=None,
    ):
        self.hidden = hidden
        self.rule = rule
        self.feedback = feedback
        self.modulator = modulator
        self.epochs = epochs
        self.device = device
        self.random_state = random_state
        self.input = input
        self.schedule = schedule
        self.chunk = chunk
        self.verbose = verbose
        self.network = network

    def fit(self, X, y, *, test=None, test_every=None, save_to=None, resume_from=None):
        """Learn from scratch, or go on from a checkpoint.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Values in [0, 1]; EventRecordings where the input is an `EventInput`.
        y : array of shape (n_samples,)
            Labels.
        test : tuple of two arrays, optional
            Samples and labels whose accuracy enters the history; they are not learned from.
        test_every : int, optional
            Samples between two measurements of it; default: one pass.
        save_to : path, optional
            Where to keep a checkpoint, renewed after every chunk.
        resume_from : path, optional
            Checkpoint of an interrupted `fit` with the same arguments and data.

        Returns
        -------
        self
            After Ctrl-C with the training of the last whole chunk; ``trainer_.interrupted`` is then True.
        """
        integer("epochs", self.epochs, at_least=1)
        X = self._check_samples(X)
        y = self._check_labels(y, len(X))
        self.classes_, index = self._classes("y", y), np.unique(y, return_inverse=True)[1]
        if test is not None:
            test = self._check_samples(test[0], X.shape[1]), self._index(self._check_labels(test[1], len(test[0])))
        self._start(X.shape[1], total=self.epochs * len(X))
        if resume_from is not None:
            self.trainer_.load(resume_from)
        self.trainer_.fit(
            X, index, epochs=self.epochs, test=test, test_every=test_every, progress=self.verbose, save_to=save_to
        )
        return self

    def partial_fit(self, X, y, classes=None):
        """Learn from each sample once, in the order given, at a constant learning rate.

        Parameters
        ----------
        X, y
            As in `fit`.
        classes : array, optional
            All labels that will ever come; needed in the first call.
        """
        X = self._check_samples(X)
        y = self._check_labels(y, len(X))
        if not hasattr(self, "trainer_"):
            if classes is None:
                raise ValueError("classes takes all labels that will ever come in the first call of partial_fit, got None.")
            self.classes_ = self._classes("classes", classes)
            self._start(X.shape[1], total=None)
        self._check_samples(X, self.n_features_in_)
        index = self._index(y)
        self.trainer_.schedule = None
        for start in range(0, len(X), self.chunk):
            self.trainer_.learn(X[start : start + self.chunk], index[start : start + self.chunk])
        return self

    def decision_function(self, X):
        """Output spikes of each class, plus a fraction below 1 that breaks ties; shape (n_samples, n_classes)."""
        check_is_fitted(self, "trainer_")
        return self.trainer_.scores(self._check_samples(X, self.n_features_in_))

    def predict(self, X):
        """Class whose output neuron spikes most, for each sample."""
        index = np.argmax(self.decision_function(X), axis=1)
        return self.classes_[index]

    def predict_proba(self, X):
        """Share of each class in the output spikes; equal shares for a silent output."""
        scores = self.decision_function(X)
        total = scores.sum(axis=1, keepdims=True)
        return np.divide(scores, total, out=np.full_like(scores, 1 / scores.shape[1]), where=total > 0)

    @property
    def history_(self):
        check_is_fitted(self, "trainer_")
        return self.trainer_.history

    @property
    def alignment_angle_deg_(self):
        check_is_fitted(self, "trainer_")
        return self.trainer_.alignment_angles()

    def save(self, path):
        """Write the trained state to ``path``, a checkpoint as `fit` keeps them."""
        check_is_fitted(self, "trainer_")
        self.trainer_.save(path)

    def load(self, path, *, classes, n_features):
        """Take the state at ``path``, of a classifier with the same arguments.

        Parameters
        ----------
        path : path
        classes : array
            Labels, in the order of the output neurons.
        n_features : int
        """
        self.classes_ = self._classes("classes", classes)
        self._start(n_features, total=None)
        self.trainer_.load(path)
        return self

    def _start(self, n_features, total):
        integer("chunk", self.chunk, at_least=1)
        integer("random_state", self.random_state, at_least=0)
        hidden, n_classes = tuple(np.atleast_1d(self.hidden).tolist()), len(self.classes_)
        self.n_features_in_ = n_features

        def build(samples, record):
            return feedforward(
                n_features,
                hidden,
                n_classes,
                rule=BioAdam() if self.rule is None else self.rule,
                feedback=Predisposition() if self.feedback is None else self.feedback,
                modulator=self.modulator,
                input=self.input,
                samples=samples,
                record=record,
                random_state=self.random_state,
                **(self.network or {}),
            )

        schedule = self.schedule
        if schedule == "linear":
            schedule = None if total is None else linear_decay(total, final=0.02)
        elif schedule is not None and not callable(schedule):
            raise ValueError(f"schedule takes 'linear', None or a function of samples seen, got {schedule!r}.")
        self.trainer_ = Trainer(build, device=self.device, chunk=self.chunk, seed=self.random_state, schedule=schedule)

    def _check_samples(self, X, n_features=None):
        X = RegularInput().check_samples(X) if self.input is None else self.input.check_samples(X)
        if n_features is not None and X.shape[1] != n_features:
            raise ValueError(f"X takes {n_features} features, got {X.shape[1]}.")
        return X

    @staticmethod
    def _classes(name, labels):
        classes = np.unique(labels)
        if len(classes) < 2:
            raise ValueError(f"{name} takes labels of at least two classes, got only {classes.tolist()}.")
        return classes

    @staticmethod
    def _check_labels(y, n_samples):
        y = column_or_1d(y)
        check_classification_targets(y)  # no fractions, no nan
        if len(y) != n_samples:
            raise ValueError(f"y takes one label for each of the {n_samples} samples in X, got {len(y)}.")
        return y

    def _index(self, y):
        index = np.searchsorted(self.classes_, y)
        index = np.minimum(index, len(self.classes_) - 1)
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"y takes labels among {self.classes_.tolist()}, got {unknown.tolist()}.")
        return index
