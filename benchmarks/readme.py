"""Write the README's figures from the committed result files: ``python -m benchmarks readme``.

Everything between the two marks of a block is generated, so that no figure stands in the README that no file holds.
"""

import json
import re
from pathlib import Path

import numpy as np

from .many import summarise

ROOT = Path(__file__).parent
README = ROOT.parent / "README.md"
RESULTS = ROOT / "results"
TITLES = {"grapes": "GRAPES", "oja": "Oja's rule"}


def update(path=README):
    """Replace the generated blocks of the README at ``path``; returns whether anything changed."""
    before = path.read_text()
    after = render(before)
    path.write_text(after)
    return after != before


def render(text):
    """``text`` with the content of each block ``<!-- NAME --> ... <!-- end -->`` made anew."""

    def block(match):
        return f"<!-- {match[1]} -->\n{BLOCKS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->", block, text, flags=re.S)


def _results(name):
    files = sorted((RESULTS / name).glob("*/result.json"))
    return [json.loads(file.read_text()) for file in files]


def _markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def _percent(row):
    return f"{100 * row['mean']:.2f} ({100 * row['low']:.2f} to {100 * row['high']:.2f})"


def _angles(row):
    return ", ".join(f"{angle:.2f}" for angle in row["angles"])


def classification():
    """Test accuracy, symmetry and cost of every committed classification run, over its seeds."""
    rows, notes = [], []
    for folder in sorted(path for path in RESULTS.glob("*") if path.is_dir()):
        results = _results(folder.name)
        if not results or "task" not in results[0]:
            continue
        (row,) = summarise(results, lambda result: result["task"])
        first = results[0]
        if "note" in first:
            notes.append(f"\n\n{first['task']}: {first['note']}")
        hidden = sum(v for layer, v in first["spikes_per_sample"].items() if layer.startswith("hidden"))
        rows.append(
            [
                first["task"],
                "-".join(map(str, first["hidden"])),
                first["epochs"],
                row["runs"],
                _percent(row),
                _reference(folder),
                _angles(row),
                f"{first['presentation_ms']:g} ms",
                f"{first['spikes_per_sample']['input']:.0f}, {hidden:.0f}",
                f"{row['ms_per_sample']:.2f}",
            ]
        )
    header = ["task", "hidden", "passes", "seeds", "test accuracy % (range)", "reference %", "angle (degrees)"]
    return _markdown([*header, "presentation", "spikes a sample: input, hidden", "ms a sample"], rows) + "".join(notes)


def _reference(folder):
    """Mean test accuracy of the reference models in ``folder``."""
    models = [json.loads(file.read_text()) for file in sorted(folder.glob("reference*.json"))]
    if not models:
        return ""
    return f"{100 * np.mean([model['test_accuracy'] for model in models]):.2f} ({models[0]['model']})"


def digits():
    """What the first command of the README prints, over its seeds."""
    results = _results("digits")
    (row,) = summarise(results, lambda result: result["task"])
    seconds = [result["train_seconds"] for result in results]
    start = [result["history"][0]["alignment_angle_deg"][0] for result in results]
    return (
        f"Seeds {', '.join(str(result['seed']) for result in results)}: test accuracy {_percent(row)} % on "
        f"{results[0]['test_samples']} held-out samples; the angle between forward and feedback weights goes from "
        f"{min(start):.0f} to {max(start):.0f} degrees at the start to {_angles(row)} on average at the end, "
        f"{max(row['worst_angles']):.2f} at most; training takes {min(seconds):.0f} to {max(seconds):.0f} s."
    )


def alignment():
    """Accuracy and angle of the feedback schemes on MNIST."""
    content = json.loads((RESULTS / "alignment" / "result.json").read_text())
    rows = [[row["key"], row["runs"], _percent(row), _angles(row)] for row in content["rows"]]
    lines = [_markdown(["network, feedback", "seeds", "test accuracy % (range)", "angle (degrees)"], rows), ""]
    for redraw in content["redraw"]:
        names = ("angles_before", "angles_after", "angles_at_end")
        before, after, end = (", ".join(f"{angle:.1f}" for angle in redraw[name]) for name in names)
        seen = redraw["samples_to_recover"]
        outcome = f"back within 1 degree after {seen:,} samples" if seen else f"{end} after {redraw['samples_watched']:,} samples"
        lines.append(f"- {redraw['key']}, seed {redraw['seed']}: {before} degrees, {after} after the redraw, {outcome}")
    return "\n".join(lines)


def optimizers():
    """Accuracy of the optimizers, each at its best learning rate."""
    content = json.loads((RESULTS / "optimizers" / "result.json").read_text())
    rows = []
    for row in content["rows"]:
        task, dimmed, rule = row["key"]
        rows.append([task, "half divided by ten" if dimmed else "even", rule, f"{row['learning_rate']:g}", _percent(row)])
    return _markdown(["task", "inputs", "rule", "learning rate", "test accuracy % (range)"], rows)


def neurons():
    """Accuracy with neurons of other equations."""
    content = json.loads((RESULTS / "neurons" / "result.json").read_text())
    rows = [[row["key"], row["runs"], f"{row['learning_rate']:g}", _percent(row), _angles(row)] for row in content["rows"]]
    return _markdown(["neuron", "seeds", "learning rate", "test accuracy % (range)", "angle (degrees)"], rows)


PUBLISHED = {"30": "97.6", "30, frozen": "85.5", "120": "98.7"}
"""Test accuracy of rate networks on Yin-Yang in percent (Kriener, Goeltz & Petrovici 2021)."""


def yin_yang():
    """Latency-coded Yin-Yang beside rate networks."""
    rows = []
    for folder, name in (("yin_yang", "30"), ("yin_yang_frozen", "30, frozen"), ("yin_yang_120", "120")):
        files = sorted((RESULTS / folder).glob("seed*/result.json")) or sorted((RESULTS / folder).glob("seed*.json"))
        (row,) = summarise([json.loads(file.read_text()) for file in files], lambda result: name)
        rows.append([name, row["runs"], _percent(row), PUBLISHED[name], _angles(row), f"{row['ms_per_sample']:.2f}"])
    header = ["hidden", "seeds", "test accuracy % (range)", "rate network, published %", "angle (degrees)", "ms a sample"]
    return _markdown(header, rows)


def spike_timing():
    """How many target spikes are met."""
    runs = json.loads((RESULTS / "spike_timing" / "result.json").read_text())["runs"]

    def mean(name, index):
        return np.mean([run[name][index] for run in runs])

    return (
        f"Seeds {', '.join(str(run['seed']) for run in runs)}, after {len(runs[0]['distance']) - 2} repetitions: "
        f"{100 * mean('target_spikes_met_before_and_after', 1):.1f} % of about "
        f"{np.mean([run['target_spikes'] for run in runs]):.0f} target spikes met within 2 ms, "
        f"{100 * mean('output_spikes_right_before_and_after', 1):.1f} % of the output spikes right; van Rossum distance "
        f"(10 ms, silence is 1) from {mean('distance', 0):.2f} to {mean('distance', -1):.2f}."
    )


def convergence():
    """Whether GRAPES and Oja's rule learn faster, end higher and saturate less with depth: one line a claim."""
    content = json.loads((RESULTS / "convergence" / "result.json").read_text())
    found = {tuple(row["key"]): row for row in content["rows"]}
    depths, rules = (list(dict.fromkeys(key[n] for key in found)) for n in (0, 1))
    lines = []
    for modulator, title in TITLES.items():
        for rule in rules:
            pairs = [(found[depth, rule, "none"], found[depth, rule, modulator]) for depth in depths]
            # Where all runs fell silent there is no figure, and any run that did not is better; one that learns next to
            # nothing has learned that soon, and is not.
            faster = [
                max(b["samples_to_90_percent"], default=np.inf) < min(a["samples_to_90_percent"], default=np.inf)
                and not b["failed"]
                and b["mean"] > 0.9 * a["mean"]
                for a, b in pairs
            ]
            seen = _changes(pairs, lambda row: f"{np.mean(row['samples_to_90_percent']):,.0f}")
            lines.append(f"- {title} learns faster, {rule}: {_verdict(faster)}: samples to 90 % of the final accuracy {seen}.")
            higher = [b["low"] > a["high"] and not b["failed"] for a, b in pairs]
            accuracy = _changes(pairs, lambda row: f"{100 * row['mean']:.2f}")
            lines.append(f"- {title} ends higher, {rule}: {_verdict(higher)}: test accuracy {accuracy} %.")
            falls = [a["mean"] - b["mean"] if b["runs"] else np.inf for a, b in zip(pairs[0], pairs[-1])]
            less = falls[1] < falls[0] and higher[-1]
            text = " -> ".join(f"{100 * fall:.2f} points" if np.isfinite(fall) else "silent" for fall in falls)
            lines.append(
                f"- {title} loses less with depth, {rule}: {_verdict([less])}: from {depths[0]} to {depths[-1]} hidden layers "
                f"accuracy falls by {text}."
            )
    cost = content["grapes_cost"]
    lines += [
        "",
        f"Without -> with, for {', '.join(map(str, depths))} hidden layers; silent: no error reached the first layer for 1,000 "
        f"samples in any run, other figures are over the runs in which it did. On {'-'.join(map(str, cost['network']))}, GRAPES "
        f"takes {100 * (cost['ratio'] - 1):.0f} % more processor time.",
    ]
    return "\n".join(lines)


def initialisation():
    """Whether Oja's rule helps from bad initial weights, with few samples and with depth: one line a claim."""
    content = json.loads((RESULTS / "initialisation" / "result.json").read_text())
    samples = content["samples"]
    found = {(row["rule"], row["modulator"], row["depth"], row["scale"]): row for row in content["rows"]}
    rules = list(dict.fromkeys(key[0] for key in found))
    lines = []
    for rule in rules:
        cases = [(depth, scale) for r, modulator, depth, scale in found if (r, modulator) == (rule, "none")]
        gain = np.array([np.subtract(found[rule, "oja", *c]["accuracy"], found[rule, "none", *c]["accuracy"]) for c in cases])
        better = [np.min(found[rule, "oja", *c]["runs"], axis=0) > np.max(found[rule, "none", *c]["runs"], axis=0) for c in cases]
        better = np.array(better)
        depths, scales = (np.array(column) for column in zip(*cases))
        for title, chosen in (
            ("from bad initial weights (0.1 and 10 times the default)", ((scales == 0.1) | (scales == 10))[:, None]),
            (f"with few samples ({samples[0]} and {samples[1]:,})", np.array(samples)[None, :] < samples[-1]),
            (f"with depth ({depths.max()} hidden layers)", (depths == depths.max())[:, None]),
        ):
            chosen = np.broadcast_to(chosen, gain.shape)
            lines.append(
                f"- Oja's rule gains {title}, {rule}: {_verdict(better[chosen])} networks and lengths of training: "
                f"{100 * gain[chosen].mean():+.1f} points on average ({100 * gain[chosen].min():+.1f} to "
                f"{100 * gain[chosen].max():+.1f}); {100 * gain[~chosen].mean():+.1f} over all others."
            )
    return "\n".join(lines)


def forgetting():
    """Whether GRAPES and Oja's rule forget less: one line a claim."""
    content = json.loads((RESULTS / "forgetting" / "result.json").read_text())
    found = {tuple(row["key"]): row for row in content["rows"]}
    lines = []
    for (rule, modulator), row in found.items():
        if modulator == "none":
            continue
        pair = [(found[rule, "none"], row)]
        less = max(row["forgotten"]) < min(found[rule, "none"]["forgotten"])
        forgotten = _changes(pair, lambda one: f"{100 * np.mean(one['forgotten']):.1f}")
        at_end = _changes(pair, lambda one: f"{100 * one['mean']:.1f}")
        learned = _changes(pair, lambda one: f"{100 * np.mean(one['when_learned']):.1f}")
        lines.append(
            f"- {TITLES[modulator]} forgets less, {rule}: {_verdict([less])}: "
            f"{forgotten} points forgotten of a task by the end; accuracy on all tasks at the end {at_end} %, on each when it "
            f"was learned {learned} %."
        )
    return "\n".join(lines)


def _changes(pairs, text):
    """What a figure is without and with a modulator, one pair a network."""

    def one(row):
        return text(row) if row["runs"] else "silent"

    return ", ".join(f"{one(without)} -> {one(with_it)}" for without, with_it in pairs)


def _verdict(cases):
    """Whether every run with is better than every run without, in how many of the cases."""
    held, total = int(np.sum(cases)), len(cases)
    return "**held**" if held == total else "**did not hold**" if not held else f"**held in {held} of {total}**"


def speed():
    """Brian2 beside the hand-written program."""
    content = json.loads((RESULTS / "speed" / "result.json").read_text())
    brian2, by_hand, ratio = content["brian2"], content["handwritten"], content["ratio"]
    return (
        f"{'-'.join(map(str, content['network']))}, {content['samples']} samples of MNIST, medians: simulation "
        f"{brian2['simulation_ms']:.2f} ms a sample in Brian2, {by_hand['simulation_ms']:.2f} by hand, "
        f"**{ratio['simulation']:.2f} times** as long; whole chunk, with process start and files, "
        f"{brian2['chunk_ms']:.2f} and {by_hand['chunk_ms']:.2f}, {ratio['chunk']:.2f} times as long."
    )


def fields():
    """Locally connected layers beside an all-to-all network of as many synapses."""
    content = json.loads((RESULTS / "fields" / "result.json").read_text())
    rows = []
    for row in content["rows"]:
        task, network, kind = row["key"].split(", ")
        rows.append([task, network, kind, f"{row['synapses']:,}", row["runs"], _percent(row), _angles(row)])
    return _markdown(["task", "network", "", "synapses", "seeds", "test accuracy % (range)", "angle (degrees)"], rows)


def recurrent():
    """Recurrent networks, learning and frozen, and linear references."""
    content = json.loads((RESULTS / "recurrent" / "result.json").read_text())
    words = {"learned": "recurrent synapses learn", "frozen": "recurrent synapses frozen", "none": "no recurrent synapses"}
    rows = []
    for row in content["rows"]:
        task, kind = row["key"].split(", ")
        rows.append([task, words[kind], row["runs"], _percent(row)])
    for name, result in content["linear"].items():
        task, counts = name.split(", ")
        rows.append([task, f"linear, {counts}", 1, f"{100 * result['test_accuracy']:.2f}"])
    lines = [_markdown(["task", "network", "seeds", "test accuracy % (range)"], sorted(rows, key=lambda row: row[0])), ""]
    for row in content["rows"]:
        if "speakers" in row:
            each = ", ".join(f"{name} {100 * accuracy:.1f}" for name, accuracy in row["speakers"].items())
            lines.append(f"- {words[row['key'].split(', ')[1]]}, accuracy (%) of each speaker: {each}")
    return "\n".join(lines)


BLOCKS = {
    function.__name__: function
    for function in (
        classification,
        digits,
        alignment,
        optimizers,
        neurons,
        yin_yang,
        spike_timing,
        fields,
        convergence,
        initialisation,
        forgetting,
        recurrent,
        speed,
    )
}
