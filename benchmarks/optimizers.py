"""The five optimizers on equal terms: which one learns best, and what happens when half of the inputs are dim.

Exact weight transport everywhere, so that only the optimizer differs. Each rule gets the same budget: the same grid
of learning rates, tried once each on a validation part of the training data. The best one is run with five seeds on
the test set. The second part divides a random half of the input channels by ten, where one learning rate for all
synapses hurts.
"""

import numpy as np
from matplotlib.figure import Figure

from .many import run_many, summarise, table
from .settings import RULES, Settings
from .train import train_plain, write_json

LEARNING_RATES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
# The output learns twice as fast with every rule; the default of the library is what suits Bio-Adam.
NETWORK = (("weight_scale", 0.04), ("output_learning_rate", 2.0))
SEEDS = range(5)
TRIAL_SEED = 100  # none of those that are reported


def run(out, *, quick=False, jobs=None):
    """Find each rule's learning rate, train with it, and write result.json, table.txt and optimizers.png to ``out``."""
    cases = [(task, dimmed) for task in ("digits", "mnist") for dimmed in (False, True)]
    rates, seeds = (LEARNING_RATES[3:4], SEEDS[:1]) if quick else (LEARNING_RATES, SEEDS)

    def settings(task, dimmed, rule, rate, **more):
        size = {"train": 20_000, "epochs": 1} if task == "mnist" else {}
        overrides = (*NETWORK, ("learning_rate", rate), ("chunk", 480 if task == "digits" else 1000))
        return Settings(
            task, rule=rule, feedback="weight-transport", dimmed=dimmed, quick=quick, overrides=overrides, **size, **more
        )

    keys = [(task, dimmed, rule) for task, dimmed in cases for rule in RULES]
    trials = [settings(*key, rate, validation=True, seed=TRIAL_SEED) for key in keys for rate in rates]
    tried = run_many(trials, out / "trials", jobs=jobs, function=train_plain)
    accuracy = np.array([result.get("test_accuracy", 0.0) for result in tried]).reshape(len(keys), len(rates))
    best = {key: rates[index] for key, index in zip(keys, accuracy.argmax(axis=1))}

    runs = [settings(*key, best[key], seed=seed) for key in keys for seed in seeds]
    results = run_many(runs, out / "runs", jobs=jobs, function=train_plain)
    rows = summarise(results, lambda r: (r["task"], r["dimmed"], r["rule"]))
    for row, key, tested in zip(rows, keys, accuracy):
        row["learning_rate"] = best[key]
        row["validation_accuracy"] = dict(zip(map(str, rates), tested.tolist()))
    write_json(out / "result.json", {"rows": rows, "versions": results[0]["versions"]})
    text = table([{**row, "key": _label(row)} for row in rows], "task, rule")
    (out / "table.txt").write_text(text + "\n")
    print(text)
    draw(rows, out / "optimizers.png")


def _label(row):
    task, dimmed, rule = row["key"]
    return f"{task}{', half of the inputs dim' if dimmed else ''}: {rule} ({row['learning_rate']:g})"


def draw(rows, path):
    """Test accuracy of each rule, mean and range, one panel a task."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    panels = figure.subplots(1, 2)
    names = list(RULES)
    for ax, task in zip(panels, ("digits", "mnist")):
        for dimmed, marker, colour in ((False, "o", "#0072b2"), (True, "s", "#d55e00")):
            chosen = {row["key"][2]: row for row in rows if row["key"][:2] == (task, dimmed)}
            mean = np.array([100 * chosen[name]["mean"] for name in names])
            low = mean - [100 * chosen[name]["low"] for name in names]
            high = [100 * chosen[name]["high"] for name in names] - mean
            places = np.arange(len(names)) + (0.1 if dimmed else -0.1)
            label = "half of the inputs divided by ten" if dimmed else "all inputs as they are"
            ax.errorbar(places, mean, [low, high], fmt=marker, color=colour, capsize=3, label=label)
        ax.set_xticks(range(len(names)), names)
        ax.set_title(task, fontsize="medium")
        ax.set_ylabel("test accuracy (%)")
        ax.grid(axis="y", alpha=0.3)
    panels[0].legend(fontsize="small")
    figure.savefig(path, dpi=150)
