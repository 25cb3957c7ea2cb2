"""Whether GRAPES and Oja's rule forget less: five tasks in sequence.

Each task is the same 2,000 digits of MNIST with their pixels in another random order, seen once, at a constant learning
rate, by one network 784-100-10 with one output layer for all tasks. After each task, all five are tested. Learning
rates and the parameters of the modulators are chosen on a validation part of the training data, by the mean accuracy
over all five tasks at the end.
"""

import numpy as np
from matplotlib.figure import Figure

from .convergence import COLOURS, LEARNING_RATES, MODULATIONS
from .many import run_many, summarise
from .settings import Settings
from .train import describe, write_json
from .tuning import choose

SEEDS = range(3)
N_TASKS = 5


def run(out, *, quick=False, jobs=None):
    """Choose settings, train all networks, and write result.json, table.txt and forgetting.png to ``out``."""
    rates = {rule: rates[1:2] if quick else rates for rule, rates in LEARNING_RATES.items()}
    modulations = {name: several[:1] if quick else several for name, several in MODULATIONS.items()}
    keys = [(rule, modulator) for rule in rates for modulator in modulations]

    def settings(rule, modulator, overrides, **more):
        size = {"hidden": (20 if quick else 100,), "train": 2_000, "test": 500, "epochs": 1, "quick": quick}
        return Settings("mnist", rule=rule, modulator=modulator, overrides=overrides, **size, **more)

    alternatives = {
        (rule, modulator): [
            [settings(rule, modulator, (("learning_rate", rate), ("chunk", 500), *more))]
            for rate in rates[rule]
            for more in modulations[modulator]
        ]
        for rule, modulator in keys
    }
    chosen, trials = choose(alternatives, out / "trials", jobs=jobs, function=train_tasks)
    runs = [settings(*key, chosen[key], seed=seed) for key in keys for seed in (SEEDS[:1] if quick else SEEDS)]
    results = run_many(runs, out / "runs", jobs=jobs, function=train_tasks)
    rows = summarise(results, lambda r: (r["rule"], r["modulator"]))
    for row in rows:
        members = [r for r in results if (r["rule"], r["modulator"]) == row["key"] and "failed" not in r]
        accuracy = np.array([r["task_accuracy"] for r in members])
        row["task_accuracy"] = np.round(accuracy.mean(axis=0), 4).tolist()
        row["when_learned"] = [float(np.trace(a) / N_TASKS) for a in accuracy]
        row["forgotten"] = [float(np.mean(np.diag(a)[:-1] - a[-1, :-1])) for a in accuracy]
    best = [{"key": list(key), "overrides": {name: str(value) for name, value in chosen[key]}} for key in keys]
    content = {"rows": rows, "chosen": best, "trials": trials, "versions": results[0]["versions"]}
    write_json(out / "result.json", content)
    text = table(rows)
    (out / "table.txt").write_text(text + "\n")
    print(text)
    draw(rows, out / "forgetting.png")


def train_tasks(settings, folder):
    """Learn the tasks one after the other; row n of ``task_accuracy`` is of all tasks after task n."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    orders = [np.random.default_rng([settings.seed, task]).permutation(X_train.shape[1]) for task in range(N_TASKS)]
    classifier = settings.classifier()
    accuracy = []
    for task, order in enumerate(orders):
        classifier.partial_fit(X_train[:, order], y_train, classes=np.unique(y_train))
        if task == N_TASKS - 1 or not settings.validation:
            accuracy.append([classifier.score(X_test[:, other], y_test) for other in orders])
    result = describe(settings, classifier, N_TASKS * len(X_train), len(X_test))
    result.pop("history")
    write_json(folder / "result.json", {**result, "test_accuracy": float(np.mean(accuracy[-1])), "task_accuracy": accuracy})
    classifier.trainer_.close()


def table(rows):
    """One line a method."""
    lines = [f"{'method':18}  runs  all tasks at the end %  range            each when learned %  forgotten since %"]
    for row in rows:
        span = f"{100 * row['low']:.2f} to {100 * row['high']:.2f}"
        learned, forgotten = (100 * np.mean(row[name]) for name in ("when_learned", "forgotten"))
        label = ", ".join(row["key"])
        lines.append(f"{label:18}  {row['runs']:4}  {100 * row['mean']:22.2f}  {span:15}  {learned:19.2f}  {forgotten:17.2f}")
    return "\n".join(lines)


def draw(rows, path):
    """Accuracy on every task after each one, and its mean over the tasks seen so far."""
    found = {tuple(row["key"]): row for row in rows}
    rules = list(dict.fromkeys(key[0] for key in found))
    figure = Figure(figsize=(4.5 * len(rules), 7), layout="constrained")
    panels = figure.subplots(2, len(rules), squeeze=False, sharex=True)
    after = np.arange(1, N_TASKS + 1)
    for column, rule in zip(panels.T, rules):
        for (_, modulator), row in ((key, row) for key, row in found.items() if key[0] == rule):
            accuracy = 100 * np.array(row["task_accuracy"])
            for task in range(N_TASKS):
                label = modulator if task == 0 else None
                column[0].plot(after[task:], accuracy[task:, task], ".-", color=COLOURS[modulator], label=label, alpha=0.8)
            seen = [accuracy[task, : task + 1].mean() for task in range(N_TASKS)]
            column[1].plot(after, seen, "o-", color=COLOURS[modulator])
        column[0].set_title(rule, fontsize="medium")
        column[0].set_ylabel("accuracy on each task (%)")
        column[1].set_ylabel("mean over the tasks seen so far (%)")
        column[1].set_xlabel("tasks learned")
        column[1].set_xticks(after)
        for ax in column:
            ax.set_ylim(0, 100)
            ax.grid(alpha=0.3)
    panels[0, 0].legend(fontsize="small")
    figure.savefig(path, dpi=150)
