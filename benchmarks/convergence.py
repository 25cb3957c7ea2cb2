"""Whether GRAPES and Oja's rule learn faster, end higher and saturate less with depth.

Networks with one, two and four hidden layers of 100 neurons see the first 20,000 samples of MNIST once, with SGD and
Bio-Adam, each alone, with GRAPES and with Oja's rule. Learning rates and the parameters of the modulators are chosen for
each of these networks on a validation part of the training data, with 2,500 samples a hidden layer; only Bio-Adam takes
those of two hidden layers with four, which SGD's leave silent. Initial weights after
the first projection are ten times the default, from which four hidden layers hardly begin to learn. What GRAPES costs is
measured on 784-200-10.
"""

import resource

import numpy as np
from matplotlib.figure import Figure

import spikeadam as sa

from .many import run_many, summarise
from .settings import Settings
from .train import describe, train_plain, write_json
from .tuning import choose

SEEDS = range(3)
DEPTHS = (1, 2, 4)
WIDTH = 100
CHUNK = 500
TESTS = (500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000, 12_000, 16_000, 20_000)
"""Samples after which the first 500 test samples are asked; accuracy while learning counts what a sample teaches itself."""
LEARNING_RATES = {"sgd": (3e-4, 1e-3, 3e-3), "bio-adam": (2.5e-4, 5e-4, 1e-3)}
MODULATIONS = {
    "none": [()],
    "grapes": [(("modulator.form", form),) for form in ("local", "propagating")],
    "oja": [
        (("modulator.form", form), ("modulator.norm", norm), ("modulator.oja_learning_rate", rate))
        for form, norm, rate in (("single", 1.0, 1e-6), ("subspace", 0.3, 1e-6))
    ],
}
COLOURS = {"none": "#555555", "grapes": "#d55e00", "oja": "#0072b2"}


def run(out, *, quick=False, jobs=None):
    """Choose settings, train all networks, and write result.json, table.txt and convergence.png to ``out``."""
    rates = {rule: rates[1:2] if quick else rates for rule, rates in LEARNING_RATES.items()}
    modulations = {name: several[:1] if quick else several for name, several in MODULATIONS.items()}
    depths, seeds = (DEPTHS[:1], SEEDS[:1]) if quick else (DEPTHS, SEEDS)

    def settings(depth, rule, modulator, overrides, **more):
        hidden, size = (20 if quick else WIDTH,) * depth, {"epochs": 1, "quick": quick}
        return Settings("mnist", rule=rule, modulator=modulator, hidden=hidden, overrides=overrides, **size, **more)

    keys = [(depth, rule, modulator) for depth in depths for rule in rates for modulator in modulations]
    common = (("chunk", CHUNK), ("weight_scale", 0.3))
    alternatives = {
        key: [
            [settings(*key, (("learning_rate", rate), *common, *more), train=2_500 * key[0], test=2_000)]
            for rate in rates[key[1]]
            for more in modulations[key[2]]
        ]
        for key in keys
        if key[:2] != (4, "bio-adam")
    }
    chosen, trials = choose(alternatives, out / "trials", jobs=jobs, function=train_plain)
    chosen |= {key: chosen[2, *key[1:]] for key in keys if key not in chosen}
    runs = [settings(*key, chosen[key], train=20_000, test=4_000, seed=seed) for key in keys for seed in seeds]
    results = run_many(runs, out / "runs", jobs=jobs, function=train_watched)
    rows = []
    for row in summarise(results, lambda r: (len(r["hidden"]), r["rule"], r["modulator"])):
        members = [r for r in results if (len(r["hidden"]), r["rule"], r["modulator"]) == row["key"] and "failed" not in r]
        curves = [[0.1, *r["watched"]] for r in members]  # before any sample, that of guessing
        curve = np.round(np.mean(curves, axis=0), 4).tolist() if curves else []
        rows.append({**row, "samples_to_90_percent": [samples_to(c, 0.9) for c in curves], "curve": curve})
    best = [{"key": list(key), "overrides": {name: str(value) for name, value in chosen[key]}} for key in keys]
    content = {"hidden_width": runs[0].hidden[0], "tests_after": TESTS, "rows": rows, "chosen": best, "trials": trials}
    content["grapes_cost"] = cost(20 if quick else 200, 100 if quick else 2_000)
    write_json(out / "result.json", {**content, "versions": results[0]["versions"]})
    text = table(rows)
    (out / "table.txt").write_text(text + "\n")
    print(text)
    print(f"GRAPES takes {content['grapes_cost']['ratio']:.3f} times the processor time")
    draw(rows, out / "convergence.png")


def cost(width, samples, repeats=15):
    """Processor time of learning with GRAPES over that without, the median of several pairs of runs.

    With its factor held at 2 and the learning rate of the modulated projection halved, both do exactly the same.
    """
    X, y, *_ = Settings("mnist", train=samples).data()
    rate, relative = sa.BioAdam().learning_rate, 4.0
    trainers = []
    for modulator, half in ((None, 1), (sa.GRAPES(lowest=2.0), 2)):
        given = {"rule": sa.BioAdam(learning_rate=rate / half), "network": {"output_learning_rate": relative * half}}
        classifier = sa.SpikingClassifier((width,), modulator=modulator, chunk=samples, **given)
        trainers.append(classifier.partial_fit(X, y, classes=np.arange(10)).trainer_)
    seconds = [[], []]
    for _ in range(repeats):
        for trainer, measured in zip(trainers, seconds):
            before = _processor_seconds()
            trainer.learn(X, y)
            measured.append(_processor_seconds() - before)
    spikes = [trainer.history[-1]["spikes"] for trainer in trainers]
    ratio = float(np.median(np.divide(seconds[1], seconds[0])))
    return {"network": [784, width, 10], "samples": samples, "ratio": ratio, "seconds": seconds, "spikes": spikes}


def _processor_seconds():
    """Of the programs that have ended so far: a chunk is one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def train_watched(settings, folder):
    """Train, testing on some of the test samples all the while, and on all of them at the end."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    order = np.random.default_rng(settings.seed).permutation(len(X_train))
    X_train, y_train = X_train[order], y_train[order]
    classifier = settings.classifier().set_params(schedule=sa.linear_decay(len(X_train), final=0.02))
    classifier.fit(X_train[:CHUNK], y_train[:CHUNK])
    trainer, accuracy = classifier.trainer_, []
    while True:
        if trainer.samples_seen in TESTS:
            accuracy.append(classifier.score(X_test[:500], y_test[:500]))
        chosen = slice(trainer.samples_seen, trainer.samples_seen + CHUNK)
        if not len(X_train[chosen]):
            break
        trainer.learn(X_train[chosen], y_train[chosen])
    result = describe(settings, classifier, len(X_train), len(X_test))
    write_json(folder / "result.json", {**result, "test_accuracy": classifier.score(X_test, y_test), "watched": accuracy})
    trainer.close()


def samples_to(accuracy, share):
    """Samples until the accuracy, of guessing and at `TESTS`, first is ``share`` of its last, on a line between two tests."""
    seen = (0, *TESTS)
    wanted = share * accuracy[-1]
    after = next(n for n, value in enumerate(accuracy) if value >= wanted)
    if after == 0:
        return 0
    part = (wanted - accuracy[after - 1]) / (accuracy[after] - accuracy[after - 1])
    return round(seen[after - 1] + part * (seen[after] - seen[after - 1]))


def table(rows):
    """One line a network and method."""
    lines = [f"{'hidden layers, method':28}  runs  accuracy %  range            samples to 90 % of it"]
    for row in rows:
        depth, rule, modulator = row["key"]
        label = f"{depth}, {rule}, {modulator}"
        span = f"{100 * row['low']:.2f} to {100 * row['high']:.2f}"
        seen = ", ".join(map(str, row["samples_to_90_percent"]))
        note = f"  {row['failed']} fell silent" if row["failed"] else ""
        lines.append(f"{label:28}  {row['runs']:4}  {100 * row['mean']:10.2f}  {span:15}  {seen}{note}")
    return "\n".join(lines)


def draw(rows, path):
    """Error against samples seen, one panel a depth and rule, and the final test accuracy against depth."""
    found = {tuple(row["key"]): row for row in rows}
    depths, rules, modulators = (list(dict.fromkeys(key[n] for key in found)) for n in range(3))
    figure = Figure(figsize=(4 * len(depths) + 3.5, 3.6 * len(rules)), layout="constrained")
    panels = figure.subplots(len(rules), len(depths) + 1, squeeze=False)
    for line, rule in zip(panels, rules):
        for ax, depth in zip(line, depths):
            for modulator in modulators:
                row = found[depth, rule, modulator]
                accuracy = np.array(row["curve"])
                ax.plot((0, *TESTS)[: len(accuracy)], 100 * accuracy, color=COLOURS[modulator], label=modulator)
                if row["runs"]:
                    reached = np.mean(row["samples_to_90_percent"])
                    ax.plot(reached, 90 * accuracy[-1], "o", color=COLOURS[modulator])
            ax.set_xlabel("samples seen")
            ax.set_ylim(0, 100)
            ax.set_title(f"{rule}, {depth} hidden layer{'s' * (depth > 1)}", fontsize="medium")
        line[0].set_ylabel("accuracy on 500 test samples (%)")
        for place, modulator in enumerate(modulators):
            chosen = [found[depth, rule, modulator] for depth in depths]
            mean, low, high = (100 * np.array([row[name] for row in chosen]) for name in ("mean", "low", "high"))
            mean[[row["runs"] == 0 for row in chosen]] = np.nan  # all silent
            where = np.arange(len(depths)) + 0.12 * (place - 1)
            line[-1].errorbar(where, mean, [mean - low, high - mean], fmt="o", capsize=3, color=COLOURS[modulator])
        line[-1].set_xticks(range(len(depths)), depths)
        line[-1].set_xlabel("hidden layers")
        line[-1].set_ylabel("test accuracy (%)")
        line[-1].grid(axis="y", alpha=0.3)
        line[-1].set_title(f"{rule}, at the end", fontsize="medium")
    panels[0, 0].legend(fontsize="small", title="dots: 90 % of the final accuracy", title_fontsize="x-small")
    figure.savefig(path, dpi=150)
