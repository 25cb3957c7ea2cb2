"""
Three hidden layers, and every feedback projection finds its mirror image
=========================================================================

A network of leaky integrate-and-fire neurons, 784-200-200-200-10, learns MNIST sample by sample. Errors climb down from
layer to layer as signed feedback spikes over feedback weights of their own, which start independent of the forward
weights: 90 degrees apart. Both directions of a pair of neurons see the same feedback spikes and the same trace, and the
soft bound of predisposition lets the difference between them fade away, in the layers next to the output first, since a
layer learns to send useful errors down only once it receives them. Bio-Adam and predisposition after Li & Yang 2022,
"Synaptic Dynamics Realize First-order Adaptive Learning and Weight Symmetry", arXiv 2212.09440.

    python networks/deep.py                         one pass through MNIST, compiled
    python networks/deep.py --quick                 64-50-50-50-10, 120 of scikit-learn's digits, numpy code
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import prefs

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--quick", action="store_true", help="a small network on small images, with nothing to compile")
parser.add_argument("--out", help="write the picture to this file instead of showing it")
given = parser.parse_args()
if given.quick:
    prefs.codegen.target = "numpy"
    data, hidden, train, test = sa.datasets.digits(), (50, 50, 50), 120, 50
    network = {"input_scale": 6.0, "weight_scale": 1.0}
    options = {"device": "runtime", "chunk": 60, "rule": sa.BioAdam(learning_rate=1e-2), "network": network}
else:
    data, hidden, train, test = sa.datasets.mnist(), (200, 200, 200), 60_000, 10_000
    # Larger weights than by default, so that the first samples already reach the output, and smaller steps.
    network = {"weight_scale": 0.5, "hidden_learning_rate": 1.0}
    options = {"device": "standalone", "chunk": 1000, "rule": sa.BioAdam(learning_rate=4e-4), "network": network}

classifier = sa.SpikingClassifier(hidden, feedback=sa.Predisposition(), verbose=True, **options)
classifier.fit(data.X_train[:train], data.y_train[:train])
accuracy = classifier.score(data.X_test[:test], data.y_test[:test])
angles = ", ".join(f"{angle:.2f}" for angle in classifier.alignment_angle_deg_)
print(f"test accuracy {100 * accuracy:.2f} %")
print(f"angles between forward and feedback weights {angles} degrees, from the input's side to the output's")

# --- The picture: the angle of each projection against samples seen, accuracy, and the weights of each pair of neurons
trainer = classifier.trainer_
history = classifier.history_
seen = [entry["samples_seen"] for entry in history]
projections = trainer.circuit.projections[1:]
names = [f"{p.forward.source.name} to {p.forward.target.name}".replace("_", " ") for p in projections]
figure = plt.figure(figsize=(11, 7), layout="constrained")
upper, lower = figure.subfigures(2, 1)
left, right = upper.subplots(1, 2, sharex=True)
for index, name in enumerate(names):
    left.plot(seen, [entry["alignment_angle_deg"][index] for entry in history], label=name)
left.set(xlabel="samples seen", ylabel="angle (degrees)", yscale="symlog", ylim=(0, 100))
left.legend(fontsize="small")
right.plot(seen[1:], [100 * entry["train_accuracy"] for entry in history[1:]], color="0.4")
right.axhline(100 * accuracy, color="0.4", linestyle=":", label="test set")
right.set(xlabel="samples seen", ylabel="accuracy (%), online")
right.legend(fontsize="small")
for ax, projection, name in zip(lower.subplots(1, len(projections)), projections, names):
    forward, feedback = trainer.weights(projection)
    ax.plot(forward.ravel(), feedback.T.ravel(), ".", markersize=1, alpha=0.3)
    most = np.abs(forward).max()
    ax.plot([-most, most], [-most, most], color="0.6", linewidth=0.8, zorder=0)
    ax.set(title=name, xlabel="forward weight", ylabel="feedback weight")
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
