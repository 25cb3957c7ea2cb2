"""Whether Oja's rule helps where it is said to: from bad initial weights, with few samples, and with depth.

Networks with one to four hidden layers of 100 neurons, initial weights from 0.1 to 10 times the default, and training
on 250, 1,000 and 4,000 samples of MNIST, each seen once at a constant learning rate; with Bio-Adam, alone and with
Oja's rule. Training on 250 samples is the beginning of training on 4,000. Learning rates and the parameters of Oja's
rule are chosen on a validation part of the training data, with two hidden layers and 1,000 samples, by the mean accuracy
from weights of 0.1, 1 and 10 times the default.
"""

import inspect

import numpy as np
from matplotlib.figure import Figure

import spikeadam as sa

from .convergence import LEARNING_RATES
from .many import run_many
from .settings import Settings
from .train import describe, write_json
from .tuning import choose

RULES = ("bio-adam",)
SEEDS = range(2)
SCALES = (0.1, 1.0, 10.0)
SAMPLES = (250, 1_000, 4_000)
DEPTHS = (1, 2, 3, 4)
MODULATIONS = {
    "none": [()],
    "oja": [
        (("modulator.form", form), ("modulator.norm", norm), ("modulator.oja_learning_rate", rate))
        for form, norm, rate in (("single", 1.0, 1e-6), ("single", 0.3, 1e-5), ("subspace", 0.3, 1e-6), ("subspace", 0.3, 1e-5))
    ],
}
CHANCE = 0.1
CHUNK = 500


def run(out, *, quick=False, jobs=None):
    """Choose settings, train all networks, and write result.json, table.txt and initialisation.png to ``out``."""
    rates = {rule: LEARNING_RATES[rule][1:2] if quick else LEARNING_RATES[rule][1:] for rule in RULES}
    modulations = {name: several[:1] if quick else several for name, several in MODULATIONS.items()}
    scales, depths, seeds = ((1.0,), DEPTHS[:1], SEEDS[:1]) if quick else (SCALES, DEPTHS, SEEDS)
    keys = [(rule, modulator) for rule in rates for modulator in modulations]

    def settings(rule, modulator, overrides, scale, depth, **more):
        initial = tuple((name, round(scale * default(name), 6)) for name in ("input_scale", "weight_scale"))
        given = {"hidden": (20 if quick else 100,) * depth, "test": 500, "epochs": 1, "quick": quick, **more}
        return Settings("mnist", rule=rule, modulator=modulator, overrides=(*overrides, *initial), **given)

    alternatives = {
        (rule, modulator): [
            [
                settings(rule, modulator, (("learning_rate", rate), ("chunk", CHUNK), *more), scale, min(2, max(depths)), train=1_000)
                for scale in sorted({scales[0], 1.0, scales[-1]})
            ]
            for rate in rates[rule]
            for more in modulations[modulator]
        ]
        for rule, modulator in keys
    }
    chosen, trials = choose(alternatives, out / "trials", jobs=jobs, function=train_online)
    chosen = {key: tuple(one for one in overrides if not one[0].endswith("_scale")) for key, overrides in chosen.items()}
    cases = [(*key, depth, scale) for key in keys for depth in depths for scale in scales]
    runs = {
        case: [settings(*case[:2], chosen[case[:2]], case[3], case[2], train=SAMPLES[-1], seed=seed) for seed in seeds]
        for case in cases
    }
    results = iter(run_many([one for several in runs.values() for one in several], out / "runs", jobs=jobs, function=train_online))
    rows, versions = [], None
    for case in cases:
        members = [next(results) for _ in seeds]
        versions = versions or members[0].get("versions")
        # A network that fell silent or diverged answers at chance.
        accuracy = [r.get("accuracy", [CHANCE] * len(SAMPLES)) for r in members]
        rule, modulator, depth, scale = case
        key = {"rule": rule, "modulator": modulator, "depth": depth, "scale": scale}
        failed = sum("failed" in r for r in members)
        rows.append({**key, "failed": failed, "accuracy": np.round(np.mean(accuracy, axis=0), 4).tolist(), "runs": accuracy})
    best = [{"key": list(key), "overrides": {name: str(value) for name, value in chosen[key]}} for key in keys]
    content = {"samples": SAMPLES, "rows": rows, "chosen": best, "trials": trials, "versions": versions}
    write_json(out / "result.json", content)
    text = table(rows)
    (out / "table.txt").write_text(text + "\n")
    print(text)
    draw(rows, out / "initialisation.png")


def default(name):
    """Default of a parameter of the network."""
    return inspect.signature(sa.feedforward).parameters[name].default


def train_online(settings, folder):
    """See each sample once, at a constant rate; ``accuracy`` is that after 250, 1,000 and 4,000 samples."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    classifier = settings.classifier()
    accuracy, start = [], 0
    while start < len(X_train):
        end = min([samples for samples in SAMPLES if samples > start] + [start + CHUNK, len(X_train)])
        if start:
            classifier.trainer_.silent.clear()  # silence from bad weights is what is measured here, not an error
        classifier.partial_fit(X_train[start:end], y_train[start:end], classes=np.arange(10))
        if end == len(X_train) or end in SAMPLES and not settings.validation:
            accuracy.append(classifier.score(X_test, y_test))
        start = end
    accuracy += accuracy[-1:] * (len(SAMPLES) - len(accuracy))  # of a shorter run: what it reached
    result = describe(settings, classifier, len(X_train), len(X_test))
    result.pop("history")
    write_json(folder / "result.json", {**result, "test_accuracy": accuracy[-1], "accuracy": accuracy})
    classifier.trainer_.close()


def gains(rows):
    """Accuracy with Oja's rule less that without, by rule, depth and scale, one a number of samples."""
    found = {(row["rule"], row["modulator"], row["depth"], row["scale"]): np.array(row["accuracy"]) for row in rows}
    return {(r, d, s): found[r, "oja", d, s] - value for (r, m, d, s), value in found.items() if m == "none"}


def table(rows):
    """One line a network and method."""
    header = "".join(f"{samples:>8}" for samples in SAMPLES)
    lines = [f"{'rule, modulator, hidden layers, times initial weights: accuracy % after samples':80}{header}"]
    for row in rows:
        label = f"{row['rule']}, {row['modulator']}, {row['depth']}, {row['scale']:g}"
        note = f"  {row['failed']} failed" if row["failed"] else ""
        lines.append(f"{label:80}" + "".join(f"{100 * value:8.1f}" for value in row["accuracy"]) + note)
    return "\n".join(lines)


def draw(rows, path):
    """Accuracy against the scale of the initial weights, with and without Oja's rule: one panel a depth and rule."""
    rules, depths = (list(dict.fromkeys(row[name] for row in rows)) for name in ("rule", "depth"))
    figure = Figure(figsize=(3.3 * len(depths), 3.3 * len(rules)), layout="constrained")
    panels = figure.subplots(len(rules), len(depths), squeeze=False, sharex=True, sharey=True)
    for line, rule in zip(panels, rules):
        for ax, depth in zip(line, depths):
            for modulator, style in (("none", "o--"), ("oja", "o-")):
                chosen = [row for row in rows if (row["rule"], row["modulator"], row["depth"]) == (rule, modulator, depth)]
                accuracy = 100 * np.array([row["accuracy"] for row in chosen])
                for column, (samples, colour) in enumerate(zip(SAMPLES, ("#e69f00", "#d55e00", "#0072b2"))):
                    label = f"{samples:,} samples{', Oja' if modulator == 'oja' else ''}"
                    scales = [row["scale"] for row in chosen]
                    ax.plot(scales, accuracy[:, column], style, color=colour, label=label, markersize=4)
            ax.set_xscale("log")
            ax.set_ylim(0, 100)
            ax.grid(alpha=0.3)
            ax.set_title(f"{rule}, {depth} hidden layer{'s' * (depth > 1)}", fontsize="medium")
        line[0].set_ylabel("test accuracy (%)")
    for ax in panels[-1]:
        ax.set_xlabel("initial weights / default")
    panels[0, -1].legend(fontsize="x-small", handlelength=3.5)
    figure.savefig(path, dpi=150)
