"""
Two layers of neurons that each see a patch
===========================================

Neurons of the visual system see a part of the field of view. Here each neuron of the first hidden layer has synapses
from 4x4 of the 8x8 pixels of a digit, and each neuron of the second one from 3x3 places of the first; output neurons
see all of the second. A convolutional network (LeCun et al. 1989) would share the weights of all patches, which no
synapse could know of: each neuron learns its own, with Bio-Adam (after Li & Yang 2022, arXiv 2212.09440). Sparse
feedback runs backwards over the same pairs of neurons and becomes the mirror image of the forward weights.

    python networks/receptive_fields.py             1500 samples
    python networks/receptive_fields.py --quick     100 samples
"""

import argparse
from math import prod

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, SpikeMonitor, TimedArray, defaultclock, ms

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--quick", action="store_true", help="learn from a few samples")
parser.add_argument("--out", help="write the picture to this file instead of showing it")
given = parser.parse_args()
samples = 100 if given.quick else 1500

# --- The data: one row a presentation; the right output neuron gets a teacher spike every second step
defaultclock.dt = 1 * ms
presentation = 40 * ms
digits = sa.datasets.digits()
shown = np.random.default_rng(1).integers(len(digits.X_train), size=samples)
pixels = TimedArray(digits.X_train[shown], dt=presentation)
teacher = TimedArray(0.5 * np.eye(10)[digits.y_train[shown]], dt=presentation)

# --- Who sees what: pairs of neurons, and the shape (rows, columns, neurons at each place) of each layer
near, first_shape = sa.receptive_fields((8, 8), field=4, stride=1, features=6)
far, second_shape = sa.receptive_fields(first_shape, field=3, stride=1, features=8)

# --- The neurons
common = {"presentation": presentation}
image = sa.RegularInput().group(64, pixels, name="image", **common)
first = sa.neuron_group(prod(first_shape), name="first", **common)
second = sa.neuron_group(prod(second_shape), name="second", **common)
output_soma = sa.LIF(tau_membrane=15 * ms, homeostasis_rate=0)
output = sa.neuron_group(10, output_soma, teacher=teacher, teacher_onset=12 * ms, name="output", **common)

# --- The synapses
rule, feedback = sa.BioAdam(learning_rate=2e-3), sa.Predisposition()
see = sa.project(image, first, rule=rule, connections=near, weight_scale=3, random_state=1, name="see")
join = sa.project(
    first, second, rule=rule, feedback=feedback, connections=far, weight_scale=1.5, random_state=2, name="join"
)
decide = sa.project(second, output, rule=rule, feedback=feedback, weight_scale=1.5, random_state=3, name="decide")
projections = (see, join, decide)
for projection in projections:
    full = prod(projection.shape)
    print(f"{projection.forward.name}: {len(projection.pre)} synapses of {full} all to all")

# --- The run; event-driven weights are brought up to date in its last step
for layer in (first, second, output):
    layer.refresh_every = int(samples * presentation / defaultclock.dt + 0.5)
spikes = SpikeMonitor(output)
network = Network(image, first, second, output, spikes, *(part for p in projections for part in p.objects))
network.run(samples * presentation, report="text")

# --- Each sample is classified before it is learned from a second time
counts = np.zeros((samples, 10))
np.add.at(counts, ((spikes.t / presentation + 1e-6).astype(int), spikes.i[:]), 1)
right = counts.argmax(axis=1) == digits.y_train[shown]
angles = [sa.alignment_angle(p.weights(), p.feedback_weights()) for p in (join, decide)]
print(f"accuracy in the last quarter {100 * right[-samples // 4 :].mean():.1f} %")
print(f"angle between forward and feedback weights {angles[0]:.1f} and {angles[1]:.1f} degrees")

# --- The picture: what each neuron of the first layer sees, where it sees it, and how the network learned
figure, (left, right_side) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained", width_ratios=[3, 2])
rows, columns, features = first_shape
tile = np.full((rows * 9, columns * 9), np.nan)
fields = see.weights().reshape(8, 8, rows, columns, features)
for row, column in np.ndindex(rows, columns):
    tile[row * 9 : row * 9 + 8, column * 9 : column * 9 + 8] = fields[:, :, row, column, 0]
limit = np.nanmax(np.abs(tile))
drawn = left.imshow(tile, cmap="RdBu_r", vmin=-limit, vmax=limit)
left.set(xticks=[], yticks=[], title=f"one neuron of the {features} at each place")
figure.colorbar(drawn, ax=left, label="weight (dimensionless)")
blocks = np.array_split(100 * right, 15)
right_side.plot(np.cumsum([len(block) for block in blocks]), [block.mean() for block in blocks])
right_side.set(xlabel="samples seen", ylabel="online accuracy (%)", ylim=(0, 100))
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
