"""Two locally connected layers beside a fully connected network of as many synapses, on MNIST and Fashion-MNIST.

Each neuron of the first hidden layer sees a patch of 8x8 pixels, each neuron of the second one a patch of 4x4 places of
the first layer; the output sees all. No weights are shared. The sizes were chosen on validation data. Beside it stands
the network with one hidden layer, all to all, that has at least as many synapses. Both see the 60,000 samples once, in
the same presentation, three seeds each.
"""

import numpy as np
from matplotlib.figure import Figure

from .many import run_many, summarise, table
from .settings import Settings
from .tasks import LOCAL_LAYERS, local_network
from .train import train_plain, write_json

SEEDS = range(3)
DATA = ("mnist", "fashion_mnist")


def full_network(synapses, n_input=784, n_output=10):
    """The hidden layer of the smallest all-to-all network with that many synapses."""
    return (-(-synapses // (n_input + n_output)),)


def train_local(settings, out):
    """As `train_plain`, with the connections of `local_network`."""
    train_plain(settings, out, connections=local_network()[1])


def run(out, *, quick=False, jobs=None):
    """Train all networks and write result.json, table.txt and fields.png to ``out``."""
    seeds = SEEDS[:1] if quick else SEEDS
    local, _, synapses = local_network()

    def settings(hidden):
        return [
            Settings(task, hidden=hidden, epochs=1, seed=seed, quick=quick, overrides=(("chunk", 1000),))
            for task in DATA
            for seed in seeds
        ]

    full = run_many(settings(full_network(synapses)), out / "all_to_all", jobs=jobs, function=train_plain)
    patches = run_many(settings(local), out / "local", jobs=jobs, function=train_local)
    results = sorted(full + patches, key=lambda r: DATA.index(r["task"]))

    def label(result):
        kind = "locally connected" if result["hidden"] == list(local) else "all to all"
        return f"{result['task']}, {'-'.join(map(str, [784, *result['hidden'], 10]))}, {kind}"

    rows = summarise(results, label)
    for row in rows:
        (member, *_) = (result for result in results if label(result) == row["key"])
        row["synapses"] = synapses if member["hidden"] == list(local) else 794 * member["hidden"][0]
        row["spikes_per_sample"] = member["spikes_per_sample"]
    text = table(rows, "network")
    (out / "table.txt").write_text(text + "\n")
    print(text)
    write_json(out / "result.json", {"rows": rows, "layers": list(LOCAL_LAYERS), "versions": results[0]["versions"]})
    draw(results, label, out / "fields.png")


def draw(results, label, path):
    """Online accuracy against samples seen, mean over seeds, one panel a task."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for task, ax in zip(DATA, figure.subplots(1, 2)):
        keys = dict.fromkeys(label(result) for result in results if result["task"] == task)
        for key, colour in zip(keys, ("#e69f00", "#0072b2")):
            members = [result for result in results if label(result) == key]
            seen = [entry["samples_seen"] for entry in members[0]["history"][1:]]
            accuracy = np.array([[e["train_accuracy"] for e in member["history"][1:]] for member in members])
            tested = np.mean([member["test_accuracy"] for member in members])
            name = f"{key.split(', ', 1)[1]}: test {100 * tested:.2f} %"
            ax.plot(seen, 100 * accuracy.mean(axis=0), color=colour, label=name)
        ax.set_title(task, fontsize="medium")
        ax.set_xlabel("samples seen")
        ax.set_ylabel("online training accuracy (%)")
        ax.set_ylim(60, 100)
        ax.legend(fontsize="small", loc="lower right")
    figure.savefig(path, dpi=150)
