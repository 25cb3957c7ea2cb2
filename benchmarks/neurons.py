"""Neurons of other equations on digits, beside the library's own: the same network, rule, feedback and passes.

The somas are those of networks/other_neurons.py, in the hidden and in the output layer. Each gets the same few learning
rates, tried once on a validation part of the training data; the best one is run with three seeds on the test set.
"""

from functools import partial

import numpy as np

from networks.other_neurons import ADAPTIVE_EXPONENTIAL, CONDUCTANCE_BASED

from .many import run_many, summarise, table
from .settings import Settings
from .train import describe, write_json

SOMAS = {"LIF": None, "adaptive exponential": ADAPTIVE_EXPONENTIAL, "conductance-based LIF": CONDUCTANCE_BASED}
LEARNING_RATES = (3e-4, 1e-3, 3e-3)
SEEDS = range(3)
TRIAL_SEED = 100  # none of those that are reported


def run(out, *, quick=False, jobs=None):
    """Train digits with each neuron and write result.json and table.txt to ``out``."""
    rates, seeds = (LEARNING_RATES[1:2], SEEDS[:1]) if quick else (LEARNING_RATES, SEEDS)

    def results(name, rates, seeds, **more):
        chosen = [
            Settings("digits", seed=seed, quick=quick, overrides=(("learning_rate", rate), ("chunk", 480)), **more)
            for rate in rates
            for seed in seeds
        ]
        return run_many(chosen, out / name.replace(" ", "_"), jobs=jobs, function=partial(train_with, name=name))

    rows = []
    for name in SOMAS:
        tried = [result.get("test_accuracy", 0.0) for result in results(name, rates, [TRIAL_SEED], validation=True)]
        best = rates[int(np.argmax(tried))]
        finished = results(name, [best], seeds)
        (row,) = summarise(finished, lambda result: name)
        row["learning_rate"] = best
        row["validation_accuracy"] = dict(zip(map(str, rates), tried))
        row["spikes_per_sample"] = [result["spikes_per_sample"] for result in finished]
        rows.append(row)
    write_json(out / "result.json", {"rows": rows, "versions": finished[0]["versions"]})
    text = table(rows, "neuron")
    (out / "table.txt").write_text(text + "\n")
    print(text)


def train_with(settings, folder, name):
    """Train as ``settings`` say, with the neuron ``name`` in the place of the library's own."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    classifier = settings.classifier()
    if SOMAS[name] is not None:
        classifier.network.update(soma=SOMAS[name], output_soma=SOMAS[name])
    classifier.fit(X_train, y_train, test=(X_test, y_test))
    write_json(folder / "result.json", describe(settings, classifier, len(X_train), len(X_test)))
    classifier.trainer_.close()
