"""
Recordings of an event camera, learned as the spikes that they are
===================================================================

N-MNIST (Orchard et al. 2015) is MNIST seen by an event camera that makes small saccades: each pixel reports the times
at which it grows brighter or darker. Here every event is one spike of the input neuron that has its address; no frames
are made. One recording is shown before and after a network of leaky integrate-and-fire neurons has learned a few dozen
others of three digits online, with Bio-Adam (after Li & Yang 2022, arXiv 2212.09440) in every synapse.

    python networks/event_camera.py                 120 recordings of three digits
    python networks/event_camera.py --quick         24 recordings

The recordings are looked for in the folder that the environment variable SPIKEADAM_DATA names.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, SpikeMonitor, TimedArray, defaultclock, ms

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--quick", action="store_true", help="learn from fewer recordings")
parser.add_argument("--out", help="write the picture to this file instead of showing it")
given = parser.parse_args()
try:
    data = sa.datasets.nmnist(n_train=400, n_test=20)
except FileNotFoundError as error:
    print(f"Skipped, for want of data: {error}")
    raise SystemExit

# --- The data: an unseen recording, those to learn from, and the unseen one again
defaultclock.dt = 1 * ms
presentation = 100 * ms  # the first of three saccades
n_digits = 3
samples = 24 if given.quick else 120
unseen = data.test[data.test.labels < n_digits][:1]
learned = data.train[data.train.labels < n_digits][:samples]
events = sa.EventInput()


def rows(recordings):
    """Rows of spikes, each a few dozen time steps packed into one number a neuron."""
    return events.feed(recordings, presentation, defaultclock.dt)


row_duration = presentation / events.rows_per_presentation(presentation, defaultclock.dt)
spikes_in = TimedArray(np.concatenate([rows(unseen), rows(learned), rows(unseen)]), dt=row_duration)
labels = np.concatenate([unseen.labels, learned.labels, unseen.labels])
teacher = TimedArray(0.5 * np.eye(n_digits)[labels], dt=presentation)

# --- Neurons and synapses
camera = events.group(data.train.n_addresses, spikes_in, presentation=presentation, name="camera")
hidden = sa.neuron_group(60, presentation=presentation, name="hidden")
output = sa.neuron_group(
    n_digits,
    sa.LIF(tau_membrane=15 * ms, homeostasis_rate=0),
    presentation=presentation,
    teacher=teacher,
    teacher_onset=12 * ms,
    name="output",
)
rule = sa.BioAdam(learning_rate=2e-3)
first = sa.project(camera, hidden, rule=rule, weight_scale=6, random_state=1, name="first")
second = sa.project(
    hidden, output, rule=rule, feedback=sa.Predisposition(), weight_scale=0.2, random_state=2, name="second"
)

# --- The run; learning is on for the recordings in between only, and all synapses are up to date at its end
monitors = [SpikeMonitor(group) for group in (output, hidden, camera)]
network = Network(camera, hidden, output, *first.objects, *second.objects, *monitors)
hidden.refresh_every = output.refresh_every = int((samples + 1) * presentation / defaultclock.dt + 0.5)
for count, plastic in ((1, 0), (samples, 1), (1, 0)):
    hidden.learning = output.learning = plastic
    network.run(count * presentation, report="text" if plastic else None)

# --- Which output neuron spikes most
counts = np.zeros((len(labels), n_digits))
np.add.at(counts, ((monitors[0].t / presentation + 1e-6).astype(int), monitors[0].i[:]), 1)
right = counts.argmax(axis=1) == labels
print(f"accuracy in the last quarter of the recordings {100 * right[1:-1][-samples // 4 :].mean():.0f} %")
for when, count in (("before", counts[0]), ("after", counts[-1])):
    print(f"output spikes for an unseen {labels[0]} {when} learning: {count.astype(int).tolist()}")
angle = sa.alignment_angle(second.weights(), second.feedback_weights())
print(f"angle between forward and feedback weights {angle:.1f} degrees")

# --- The picture: one column before learning, one after; output, hidden layer and camera from top to bottom
figure, panels = plt.subplots(
    3, 2, figsize=(10, 8), sharex=True, sharey="row", height_ratios=[1, 2, 3], layout="constrained"
)
for column, (when, start) in enumerate((("before", 0), ("after", samples + 1))):
    for monitor, ax in zip(monitors, panels[:, column]):
        shown = np.floor(monitor.t / presentation + 1e-6) == start
        time = monitor.t[shown] - start * presentation
        sa.plot_raster(time, monitor.i[shown], n_neurons=len(monitor.source), ax=ax)
        ax.set_ylabel(monitor.source.name)
        ax.label_outer()
    panels[0, column].set_title(f"a digit {labels[0]} {when} learning from {samples} recordings")
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
