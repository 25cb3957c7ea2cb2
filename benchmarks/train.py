"""Train one network on one task, and write its results, pictures and checkpoint."""

import json
import os
import platform
from pathlib import Path

import brian2
import numpy as np
from matplotlib.figure import Figure

import spikeadam as sa

from .tasks import TASKS


HISTORY = ("samples_seen", "train_accuracy", "test_accuracy", "alignment_angle_deg")
"""What result.json keeps of each entry of the history."""


def train(settings, out=None, *, resume=False, progress=False, test_every=None):
    """Train as ``settings`` say.

    Parameters
    ----------
    settings : Settings
    out : path, optional
        Folder for result.json, pictures and checkpoint.npz; None writes nothing.
    resume : bool
        Go on from the checkpoint in ``out``, if there is one.
    progress : bool
        Show a progress bar.
    test_every : int, optional
        Samples between two measurements of the test accuracy; default: one pass.

    Returns
    -------
    dict or None
        What result.json holds; None if Ctrl-C ended the run.
    """
    X_train, y_train, X_test, y_test, image_shape = settings.data()
    classifier = settings.classifier().set_params(verbose=progress)
    checkpoint = Path(out) / "checkpoint.npz" if out else None
    classifier.fit(
        X_train,
        y_train,
        test=(X_test, y_test),
        test_every=test_every,
        save_to=checkpoint,
        resume_from=checkpoint if resume and checkpoint.exists() else None,
    )
    trainer = classifier.trainer_
    if trainer.interrupted:
        trainer.close()
        return None
    result = describe(settings, classifier, len(X_train), len(X_test))
    if out:
        write_json(Path(out) / "result.json", result)
        draw(classifier, X_test, y_test, image_shape, Path(out))
    trainer.close()
    return result


def train_plain(settings, out, **network):
    """As `train`, but only result.json: for the many runs of a comparison.

    ``network`` are further arguments of `spikeadam.feedforward`, such as connections.
    """
    X_train, y_train, X_test, y_test, _ = settings.data()
    classifier = settings.classifier()
    classifier.network.update(network)
    classifier.fit(X_train, y_train, test=(X_test, y_test))
    write_json(Path(out) / "result.json", describe(settings, classifier, len(X_train), len(X_test)))
    classifier.trainer_.close()


def describe(settings, classifier, train_samples, test_samples):
    """What result.json holds."""
    trainer = classifier.trainer_
    history = trainer.history
    last = history[-1]
    return {
        **describe_settings(settings),
        "hidden": list(np.atleast_1d(classifier.hidden).tolist()),
        "epochs": classifier.epochs,
        "train_samples": train_samples,
        "test_samples": test_samples,
        "test_accuracy": last["test_accuracy"],
        "history": [{name: entry[name] for name in HISTORY} for entry in history],
        "alignment_angle_deg": last["alignment_angle_deg"],
        "spikes_per_sample": last["spikes"],
        "feedback_spikes_per_sample": last["feedback_spikes"],
        "silent_fraction": trainer.silent_fraction(),
        "presentation_ms": round(trainer.presentation * 1e3, 6),
        "build_seconds": round(trainer.device.build_seconds, 3),
        "train_seconds": round(trainer.train_seconds, 6),
        "ms_per_sample": round(1e3 * trainer.train_seconds / trainer.samples_seen, 4),
        "versions": versions(),
    }


def describe_settings(settings):
    """The part of result.json that is known before training."""
    task = TASKS[settings.task]
    return {
        "task": settings.task,
        "rule": settings.rule,
        "feedback": settings.feedback,
        "modulator": settings.modulator,
        "hidden": list(settings.hidden or task.hidden),
        "epochs": settings.epochs or task.epochs,
        "seed": settings.seed,
        "device": settings.device,
        "tested_on": "validation part of the training data" if settings.validation else "test set",
        "dimmed": settings.dimmed,
        "overrides": {name: str(value) for name, value in settings.overrides},
        **({"note": task.note} if task.note else {}),
    }


def versions():
    """Versions of what a result depends on."""
    return {
        "spikeadam": sa.__version__,
        "brian2": brian2.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def write_json(path, content):
    """Write ``content``, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}.{os.getpid()}.part")
    # One line for each entry of a list of records keeps the file short and its changes readable.
    text = ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in content.items())
    work.write_text("{\n" + text + "\n}\n")
    os.replace(work, path)


def _lines(value):
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n " + ",\n ".join(map(json.dumps, value)) + "\n]"
    return json.dumps(value)


def draw(classifier, X, y, image_shape, out):
    """Raster, alignment, learning curve and weights of a trained classifier, as PNG files in ``out``."""
    trainer = classifier.trainer_
    circuit = trainer.circuit
    pairs = [trainer.weights(projection) for projection in circuit.projections]
    aligned = [pair for pair, projection in zip(pairs, circuit.projections) if projection.scheme is not None]
    names = [
        f"{projection.forward.source.name} to {projection.forward.target.name}".replace("_", " ")
        for projection in circuit.projections
    ]

    figure = Figure(figsize=(9, 7), layout="constrained")
    raster(trainer, X[:4], np.searchsorted(classifier.classes_, y[:4]), figure)
    figure.savefig(out / "raster.png", dpi=120)

    figure = Figure(figsize=(9, 4), layout="constrained")
    sa.plot_alignment(
        [entry["samples_seen"] for entry in trainer.history],
        [entry["alignment_angle_deg"] for entry in trainer.history],
        forward=[forward for forward, _ in aligned],
        feedback=[feedback for _, feedback in aligned],
        labels=[name for name, projection in zip(names, circuit.projections) if projection.scheme is not None],
        axes=figure.subplots(1, 2),
    )
    figure.savefig(out / "alignment.png", dpi=120)

    figure = Figure(figsize=(5, 4), layout="constrained")
    sa.plot_learning_curve(trainer.history, ax=figure.subplots())
    figure.savefig(out / "learning_curve.png", dpi=120)

    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots(1, 2 if image_shape else 1)
    sa.plot_weights(
        {name: forward for name, (forward, _) in zip(names, pairs)}, image_shape=image_shape, axes=axes
    )
    figure.savefig(out / "weights.png", dpi=120)


def raster(trainer, X, y, figure):
    """Forward and feedback spikes of every layer while a few samples are shown, one panel a layer."""
    records = trainer.record(X, y)
    groups = trainer.circuit.groups
    heights = [1 + np.log10(len(group)) for group in groups]
    panels = figure.subplots(len(groups), 1, sharex=True, height_ratios=heights[::-1])
    boundaries = np.arange(len(X) + 1) * trainer.presentation * 1e3
    for group, ax in zip(groups, panels[::-1]):
        spikes = records[f"{group.name}_spikes"]
        common = {"boundaries": boundaries, "n_neurons": len(group), "ax": ax}
        sa.plot_raster(spikes["t"] * 1e3, spikes["i"], **common)
        feedback = records.get(f"{group.name}_feedback")
        if feedback is not None:
            sa.plot_raster(feedback["t"] * 1e3, feedback["i"], feedback["feedback_sign"], **common)
        ax.set_ylabel(group.name.replace("_", " "))
        ax.label_outer()
