"""Settings of a training run, as the command line gives them."""

import dataclasses
import inspect
import re
from dataclasses import dataclass

import numpy as np
from brian2 import Hz, Quantity, ms, second

import spikeadam as sa

from .tasks import TASKS

RULES = {"sgd": sa.SGD, "momentum": sa.Momentum, "rmsprop": sa.RMSProp, "adam": sa.Adam, "bio-adam": sa.BioAdam}
FEEDBACKS = {
    "weight-transport": sa.WeightTransport,
    "random": sa.RandomFeedback,
    "sign-symmetric": sa.SignSymmetric,
    "kolen-pollack": sa.KolenPollack,
    "predisposition": sa.Predisposition,
}
MODULATORS = {"none": None, "grapes": sa.GRAPES, "oja": sa.Oja}
INPUTS = {"poisson": sa.PoissonInput, "regular": sa.RegularInput, "latency": sa.LatencyInput, "events": sa.EventInput}
SOMAS = {"soma": sa.LIF, "output_soma": lambda **given: sa.LIF(**{"tau_membrane": 15 * ms, "homeostasis_rate": 0, **given})}
COMPARTMENTS = ("compartment", "output_compartment")
UNITS = {"ms": ms, "s": second, "Hz": Hz}


@dataclass(frozen=True)
class Settings:
    """One training run.

    ``overrides`` changes parameters by name: of the rule, of the feedback scheme, of `spikeadam.feedforward`, of the
    classifier (``chunk``), and with a prefix of the modulator (``modulator.form``), the input (``input.max_rate``) and the
    neurons (``soma.tau_membrane``).
    ``validation`` holds out the last sixth of the training data and tests on that, leaving the test set alone.
    ``dimmed`` divides a random half of the input channels by ten, the same half for every seed.
    """

    task: str
    rule: str = "bio-adam"
    feedback: str = "predisposition"
    modulator: str = "none"
    hidden: tuple = None
    epochs: int = None
    train: int = None
    test: int = None
    seed: int = 0
    device: str = "standalone"
    quick: bool = False
    validation: bool = False
    dimmed: bool = False
    overrides: tuple = ()

    def data(self):
        """X_train, y_train, X_test, y_test and the image shape (None for other data)."""
        task = TASKS[self.task]
        data = task.load()
        X_train, y_train, X_test, y_test = data.X_train, data.y_train, data.X_test, data.y_test
        if self.validation:
            split = len(X_train) - len(X_train) // 6
            X_train, X_test = X_train[:split], X_train[split:]
            y_train, y_test = y_train[:split], y_train[split:]
        if self.dimmed:
            n_features = X_train.shape[1]
            dim = np.random.default_rng(0).permutation(n_features) < n_features // 2
            X_train, X_test = (np.where(dim, X / 10, X) for X in (X_train, X_test))
        most = task.quick_samples if self.quick else None
        train, test = (min(filter(None, (size, most)), default=None) for size in (self.train, self.test))
        return X_train[:train], y_train[:train], X_test[:test], y_test[:test], data.image_shape

    def parameters(self):
        """All parameters that differ from the defaults of the library, those of the task included, by name."""
        return {**dict(TASKS[self.task].overrides), **dict(self.overrides)}

    def classifier(self):
        """The untrained `SpikingClassifier`."""
        task = TASKS[self.task]
        rest = self.parameters()
        rule = self._make(RULES[self.rule], rest)
        feedback = self._make(FEEDBACKS[self.feedback], rest)
        modulate, changes = MODULATORS[self.modulator], self._with_prefix("modulator.", rest)
        if changes and modulate is None:
            raise ValueError(f"modulator.{min(changes)} takes a run with a modulator, got modulator 'none'.")
        input = INPUTS[rest.pop("input", "regular")](**self._with_prefix("input.", rest))
        network = {name: make(**self._with_prefix(name + ".", rest)) for name, make in SOMAS.items()}
        for name in COMPARTMENTS:
            given = self._with_prefix(name + ".", rest)
            network[name] = sa.FeedbackCompartment(**given) if given else None
        classifier = {name: rest.pop(name) for name in ("chunk", "schedule") if name in rest}
        known = inspect.signature(sa.feedforward).parameters
        for name in rest:
            if name not in known:
                raise ValueError(f"--set takes a parameter of the rule, the feedback scheme or the network, got {name!r}.")
        return sa.SpikingClassifier(
            hidden=self.hidden or task.hidden,
            rule=rule,
            feedback=feedback,
            modulator=modulate and modulate(**changes),
            input=input,
            epochs=self.epochs or (1 if self.quick else task.epochs),
            device=self.device,
            random_state=self.seed,
            network={**network, **rest},
            **classifier,
        )

    @staticmethod
    def _make(kind, rest):
        names = {field.name for field in dataclasses.fields(kind)}
        return kind(**{name: rest.pop(name) for name in list(rest) if name in names})

    @staticmethod
    def _with_prefix(prefix, rest):
        return {name.removeprefix(prefix): rest.pop(name) for name in list(rest) if name.startswith(prefix)}


def parse_value(text):
    """A number, a number with a unit such as 40ms, or a word."""
    match = re.fullmatch(r"([-+0-9.eE]+) *(ms|s|Hz)", text)
    if match:
        return Quantity(float(match[1]) * UNITS[match[2]])
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return None if text == "none" else text
