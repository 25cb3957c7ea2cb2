"""Weight symmetry: predisposition against every alternative, and under stress.

Networks with one and two hidden layers see the 60,000 samples of MNIST once, with each feedback scheme and three
seeds. Predisposition also starts from large weights (standard deviation 1.5/sqrt(n) in both directions), from feedback
weights 0.1 to 10 times the size of the forward ones, and, after training, with a fifth of its feedback weights redrawn.
The two hard cases run with the defaults and with narrow soft bounds, which trade accuracy for symmetry: differences of
partners decay by exp(-sum of |drive|/w_max), so that what counts is how far a synapse travels relative to w_max.
"""

import numpy as np
from matplotlib.figure import Figure

from .many import run_many, summarise, table
from .settings import FEEDBACKS, Settings
from .train import describe, train_plain, write_json

SEEDS = range(3)
FEEDBACK_SCALES = (0.1, 0.3, 1.0, 3.0, 10.0)
CHUNK = ("chunk", 1000)
NARROW = (("w_max", 2.0),)
NARROW_AND_FAST = (("w_max", 2.0), ("hidden_learning_rate", 48.0))
RECOVERED = 1.0
"""Degrees within which the angle counts as back where it was before a redraw."""
MOST_PASSES = 8
"""Passes after a redraw in which it has to come back."""


def run(out, *, quick=False, jobs=None):
    """Train all networks and write result.json, table.txt and alignment.png to ``out``."""
    seeds = SEEDS[:1] if quick else SEEDS

    def settings(feedback, hidden, seed, *overrides):
        return Settings(
            "mnist", feedback=feedback, hidden=hidden, epochs=1, seed=seed, quick=quick, overrides=(CHUNK, *overrides)
        )

    networks = ((200,), (200, 200))
    schemes = [settings(name, hidden, seed) for hidden in networks for name in FEEDBACKS for seed in seeds]
    large = [
        settings("predisposition", hidden, seed, ("weight_scale", 1.5), *narrow)
        for hidden in networks
        for narrow in ((), NARROW_AND_FAST)
        for seed in seeds
    ]
    scales = [
        settings("predisposition", (200,), seed, ("feedback_scale", scale)) for scale in FEEDBACK_SCALES for seed in seeds
    ]
    redraws = [
        settings("predisposition", hidden, seed, ("schedule", None), *narrow)
        for hidden, narrow in (((200,), ()), ((200,), NARROW), ((200, 200), NARROW))
        for seed in seeds
    ]
    results = run_many(schemes + large + scales, out / "runs", jobs=jobs, function=train_plain)
    recovered = run_many(redraws, out / "redraw", jobs=jobs, function=train_and_redraw)

    rows = summarise(results, _label)
    text = table(rows, "network, feedback")
    text += "\n\na fifth of the feedback weights redrawn after one pass: samples until the angle is within 1 degree\n"
    for result in recovered:
        text += f"{_label(result)}, seed {result['seed']}: {result['redraw']}\n"
    (out / "table.txt").write_text(text)
    print(text)
    silent = {_label(result): result["silent_fraction"] for result in results}
    write_json(
        out / "result.json",
        {
            "rows": rows,
            "redraw": [{"key": _label(r), "seed": r["seed"], **r["redraw"]} for r in recovered],
            "silent_fraction": silent,
            "versions": results[0]["versions"],
        },
    )
    draw(results, out / "alignment.png")


def train_and_redraw(settings, folder):
    """One pass, then redraw a random fifth of all feedback weights, and go on until the angle is back."""
    X_train, y_train, X_test, y_test, _ = settings.data()
    classifier = settings.classifier()
    classifier.fit(X_train, y_train, test=(X_test, y_test))
    trainer = classifier.trainer_
    result = describe(settings, classifier, len(X_train), len(X_test))
    before = np.array(trainer.alignment_angles())
    rng = np.random.default_rng(settings.seed)
    for projection in trainer.circuit.projections:
        if projection.feedback is not None:
            name = f"{projection.feedback.name}.w"
            weights = trainer.state[name].copy()
            chosen = rng.permutation(len(weights)) < len(weights) // 5
            # As large as the weights that they replace: a change of direction, not of scale.
            weights[chosen] = rng.permutation(weights[chosen]) * rng.choice([-1, 1], chosen.sum())
            trainer.state[name] = weights
    after = np.array(trainer.alignment_angles())
    start, most = trainer.samples_seen, MOST_PASSES * len(X_train)
    order = np.concatenate([rng.permutation(len(X_train)) for _ in range(MOST_PASSES)])
    seen = None
    while seen is None and trainer.samples_seen < start + most:
        chosen = order[trainer.samples_seen - start :][: trainer.chunk]
        entry = trainer.learn(X_train[chosen], y_train[chosen])
        if np.all(np.array(entry["alignment_angle_deg"]) <= before + RECOVERED):
            seen = trainer.samples_seen - start
    result["redraw"] = {
        "angles_before": before.tolist(),
        "angles_after": after.tolist(),
        "angles_at_end": trainer.alignment_angles(),
        "samples_to_recover": seen,
        "samples_watched": most,
    }
    result["history_after_redraw"] = [
        {name: e[name] for name in ("samples_seen", "alignment_angle_deg")} for e in trainer.history if e["samples_seen"] > start
    ]
    write_json(folder / "result.json", result)
    trainer.close()


def _label(result):
    changed = {name: value for name, value in result["overrides"].items() if name not in ("chunk", "schedule")}
    parts = ["-".join(map(str, [784, *result["hidden"], 10])), result["feedback"]]
    return ", ".join(parts + [f"{name}={value}" for name, value in changed.items()])


def draw(results, path):
    """Angle and accuracy against samples seen, one line a scheme, for both networks."""
    figure = Figure(figsize=(10, 7), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True)
    colours = dict(zip(FEEDBACKS, ("#555555", "#d55e00", "#e69f00", "#009e73", "#0072b2")))
    plain = [r for r in results if set(r["overrides"]) == {"chunk"}]
    for column, hidden in zip(panels.T, ([200], [200, 200])):
        for name, colour in colours.items():
            members = [r for r in plain if r["hidden"] == hidden and r["feedback"] == name]
            seen = [entry["samples_seen"] for entry in members[0]["history"]]
            angles = np.array([[e["alignment_angle_deg"] for e in r["history"]] for r in members])
            for index, style in zip(range(angles.shape[2]), ("-", "--")):
                label = name if index == 0 else None
                column[0].plot(seen, angles[:, :, index].mean(axis=0), style, color=colour, label=label)
            accuracy = np.array([[e["train_accuracy"] for e in r["history"][1:]] for r in members])
            column[1].plot(seen[1:], 100 * accuracy.mean(axis=0), color=colour)
        column[0].set_title("-".join(map(str, [784, *hidden, 10])), fontsize="medium")
        column[0].set_yscale("symlog", linthresh=1)
        column[0].set_yticks([0, 1, 3, 10, 30, 90], ["0", "1", "3", "10", "30", "90"])
        column[0].set_ylabel("angle (degrees)")
        column[1].set_ylabel("online training accuracy (%)")
        column[1].set_ylim(80, 100)
        column[1].set_xlabel("samples seen")
    panels[0, 0].legend(fontsize="small")
    figure.savefig(path, dpi=150)
