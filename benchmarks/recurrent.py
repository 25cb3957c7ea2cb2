"""Recurrent hidden layers on two tasks that need memory: store-recall, and spoken digits.

The same network as it is, with the recurrent synapses frozen as they were drawn, and, for store-recall, without any. Beside
them stands logistic regression on spike counts of each input neuron: for store-recall while the bit is asked for, or in
the whole trial, for which it needs no memory of its own; for spoken digits in the whole presentation and in four parts
of it. Spoken digits have the official split, and are reported for each speaker.
"""

import numpy as np
from matplotlib.figure import Figure

from spikeadam import datasets

from .many import run_many, summarise, table
from .reference import train_on_counts
from .settings import Settings
from .train import describe, write_json

SEEDS = range(3)
KINDS = {"learned": (), "frozen": (("recurrent_learning_rate", 0.0),), "none": (("recurrent_scale", None),)}
TASKS = {
    "store_recall": {"counts while the bit is asked for": (8, True), "counts in the whole trial": (1, False)},
    "spoken_digits": {"counts": (1, False), "counts in 4 equal parts": (4, False)},
}
"""What the linear references see, and into how many parts they divide a presentation; whether they see the last alone."""


def run(out, *, quick=False, jobs=None):
    """Train all networks and write result.json, table.txt and recurrent.png to ``out``."""
    seeds = SEEDS[:1] if quick else SEEDS
    keys = [(task, kind) for task in TASKS for kind in KINDS if task == "store_recall" or kind != "none"]
    settings = [Settings(task, seed=seed, quick=quick, overrides=KINDS[kind]) for task, kind in keys for seed in seeds]
    results = run_many(settings, out / "runs", jobs=jobs, function=train_and_group)
    kinds = iter([key for key in keys for _ in seeds])
    for result in results:
        result["key"] = ", ".join(next(kinds))
    rows = summarise(results, lambda result: result["key"])
    for row in rows:
        members = [result for result in results if result["key"] == row["key"] and "failed" not in result]
        if members and "speakers" in members[0]:
            names = members[0]["speakers"]
            row["speakers"] = {name: float(np.mean([member["speakers"][name] for member in members])) for name in names}
    linear = {
        f"{task}, {counts}": train_on_counts(Settings(task, quick=quick), parts, last=last)
        for task, references in TASKS.items()
        for counts, (parts, last) in references.items()
    }
    text = table(rows, "task, recurrent synapses")
    for name, result in linear.items():
        text += f"\n{name}, {result['model']}: {100 * result['test_accuracy']:.2f}"
    (out / "table.txt").write_text(text + "\n")
    print(text)
    write_json(out / "result.json", {"rows": rows, "linear": linear, "versions": results[0]["versions"]})
    draw(results, linear, out / "recurrent.png")


def train_and_group(settings, out):
    """As `train_plain`; for spoken digits with the accuracy of each speaker's test recordings."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    classifier = settings.classifier().fit(X_train, y_train, test=(X_test, y_test))
    result = describe(settings, classifier, len(X_train), len(X_test))
    if settings.task == "spoken_digits":
        right = classifier.predict(X_test) == y_test
        speakers = datasets.spoken_digits().test.speakers[: len(right)]
        result["speakers"] = {name: float(right[speakers == name].mean()) for name in np.unique(speakers)}
    write_json(out / "result.json", result)
    classifier.trainer_.close()


def draw(results, linear, path):
    """Online accuracy against samples seen, mean over seeds, one panel a task; linear references as lines."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for task, ax in zip(TASKS, figure.subplots(1, 2)):
        for kind, colour in zip(KINDS, ("#0072b2", "#e69f00", "#999999")):
            members = [r for r in results if r["key"] == f"{task}, {kind}" and "failed" not in r]
            if not members:
                continue
            seen = [entry["samples_seen"] for entry in members[0]["history"][1:]]
            accuracy = np.array([[entry["train_accuracy"] for entry in member["history"][1:]] for member in members])
            tested = np.mean([member["test_accuracy"] for member in members])
            label = f"recurrent synapses {kind}: test {100 * tested:.1f} %" if kind != "none" else (
                f"no recurrent synapses: test {100 * tested:.1f} %"
            )
            ax.plot(seen, 100 * accuracy.mean(axis=0), color=colour, label=label)
        for counts, style in zip(TASKS[task], (":", "--")):
            tested = 100 * linear[f"{task}, {counts}"]["test_accuracy"]
            ax.axhline(tested, color="0.3", linestyle=style, linewidth=1, label=f"linear, {counts}: test {tested:.1f} %")
        ax.set_title(task, fontsize="medium")
        ax.set_xlabel("samples seen")
        ax.set_ylabel("online training accuracy (%)")
        ax.set_ylim(0, 105)
        ax.legend(fontsize="small", loc="lower right")
    figure.savefig(path, dpi=150)
