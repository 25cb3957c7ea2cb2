"""
A spiking network that learns digits with its own synapses
==========================================================

Leaky integrate-and-fire neurons carry forward spikes and, separately, signed feedback spikes. An output neuron's
feedback compartment counts teacher spikes minus its own spikes, and sends the difference down as feedback spikes; a
hidden neuron's compartment adds up what arrives over feedback weights. In every synapse the Bio-Adam optimizer (after
Li & Yang 2022, arXiv 2212.09440) turns the feedback spikes of the neuron that it ends on into weight changes.
Feedback weights start independent of the forward weights and become their mirror image (predisposition).

    python networks/feedforward.py                  numpy or cython code, a few hundred samples
    python networks/feedforward.py --standalone     C++ standalone, three passes
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import EventMonitor, Network, SpikeMonitor, TimedArray, defaultclock, device, ms, set_device

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--standalone", action="store_true", help="compile to C++ standalone")
parser.add_argument("--samples", type=int, help="presentations (default: 400, standalone 4000)")
parser.add_argument("--directory", default="output", help="folder of the standalone code")
parser.add_argument("--out", help="write the picture to this file instead of showing it")
given = parser.parse_args()
samples = given.samples or (4000 if given.standalone else 400)
if given.standalone:
    set_device("cpp_standalone", directory=given.directory)

# --- The data: one row a presentation; the right output neuron gets a teacher spike every second step.
defaultclock.dt = 1 * ms
presentation = 40 * ms
digits = sa.datasets.digits()
shown = np.random.default_rng(1).integers(len(digits.X_train), size=samples)
pixels = TimedArray(digits.X_train[shown], dt=presentation)
teacher = TimedArray(0.5 * np.eye(10)[digits.y_train[shown]], dt=presentation)

# --- The neurons
image = sa.RegularInput().group(64, pixels, presentation=presentation, name="image")
hidden = sa.neuron_group(100, sa.LIF(), presentation=presentation, name="hidden")
output = sa.neuron_group(
    10,
    sa.LIF(tau_membrane=15 * ms, homeostasis_rate=0),
    presentation=presentation,
    teacher=teacher,
    teacher_onset=12 * ms,
    name="output",
)

# --- The synapses
rule = sa.BioAdam(learning_rate=1e-3)
first = sa.project(image, hidden, rule=rule, weight_scale=3, random_state=1, name="first")
second = sa.project(
    hidden, output, rule=rule, feedback=sa.Predisposition(), weight_scale=0.2, random_state=2, name="second"
)
initial = second.initial
angle_before = sa.alignment_angle(
    second.weights(initial["second", "w"]), second.feedback_weights(initial["second_feedback", "w"])
)
print(f"Synapses from image to hidden layer, {len(first.pre)} of them\n{first.forward.equations}")
print(f"At each feedback spike of a hidden neuron\n{first.forward.learn.code}")

# Event-driven weights are current as of the last feedback spike: bring all of them up to date in the last step.
hidden.refresh_every = output.refresh_every = int(samples * presentation / defaultclock.dt)

# --- The run
hidden_spikes = SpikeMonitor(hidden)
output_spikes = SpikeMonitor(output)
# The sign is set by the statements of the event: read it after them.
hidden_feedback = EventMonitor(hidden, "feedback", variables="feedback_sign", when="after_synapses")
output_feedback = EventMonitor(output, "feedback", variables="feedback_sign", when="after_synapses")
network = Network(image, hidden, output, *first.objects, *second.objects)
network.add(hidden_spikes, output_spikes, hidden_feedback, output_feedback)
network.run(samples * presentation, report="text")

# --- Online accuracy: each sample is classified before it is learned from a second time.
counts = np.zeros((samples, 10))
np.add.at(counts, ((output_spikes.t / presentation + 1e-6).astype(int), output_spikes.i[:]), 1)
right = counts.argmax(axis=1) == digits.y_train[shown]
angle = sa.alignment_angle(second.weights(), second.feedback_weights())
print(f"accuracy in the last quarter {100 * right[-samples // 4:].mean():.1f} %")
print(f"angle between forward and feedback weights {angle_before:.1f} degrees before, {angle:.1f} after")

# --- The pictures: the last four samples as spikes, and forward against feedback weights
figure = plt.figure(figsize=(11, 6), layout="constrained")
left, right_side = figure.subfigures(1, 2, width_ratios=[3, 2])
panels = left.subplots(2, 1, sharex=True, height_ratios=[1, 2])
start = (samples - 4) * presentation
layers = ((output_spikes, output_feedback, panels[0]), (hidden_spikes, hidden_feedback, panels[1]))
for spikes, feedback, ax in layers:
    last, back = spikes.t >= start, (feedback.t >= start) & (feedback.feedback_sign != 0)
    sa.plot_raster(spikes.t[last], spikes.i[last], n_neurons=len(spikes.source), ax=ax)
    sa.plot_raster(feedback.t[back], feedback.i[back], feedback.feedback_sign[back], ax=ax)
    ax.set_ylabel(spikes.source.name)
    ax.label_outer()
sa.plot_alignment(
    [0, samples],
    [[angle_before], [angle]],
    forward=[second.weights()],
    feedback=[second.feedback_weights()],
    axes=right_side.subplots(2, 1),
)
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
