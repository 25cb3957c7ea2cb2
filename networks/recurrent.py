"""
A recurrent layer that keeps a bit in mind
==========================================

Store-recall (after Bellec et al. 2018, arXiv 1803.09574): a cue tells a bit, 600 ms pass, and only then another cue
asks for it. Neurons of the hidden layer have synapses from all others of the layer, with currents of 100 ms. Like the
ones from the input they learn with Bio-Adam (after Li & Yang 2022, arXiv 2212.09440) from the feedback spikes of the
neuron that they end on; their eligibility is the trace x of the presynaptic neuron's spikes, which lasts 300 ms. Errors
come from the output alone, and only while it is asked: no feedback runs through time.

    python networks/recurrent.py                    600 trials
    python networks/recurrent.py --quick            6 trials
    python networks/recurrent.py --frozen           the recurrent synapses stay as they were drawn
"""

import argparse
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, SpikeMonitor, TimedArray, defaultclock, ms, second

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--quick", action="store_true", help="a few trials")
parser.add_argument("--frozen", action="store_true", help="no learning in recurrent synapses")
parser.add_argument("--out", help="write the picture to this file instead of showing it")
given = parser.parse_args()
trials = 6 if given.quick else 600

# --- The data: spikes of two cues, the recall cue and noise; the output is taught while it is asked
defaultclock.dt = 1 * ms
presentation, recall = 800 * ms, 700 * ms
data = sa.datasets.store_recall(n_train=trials, n_test=1, delay_ms=600).train
events = sa.EventInput(tau_trace=300 * ms)
rows = presentation / events.rows_per_presentation(presentation, defaultclock.dt)
spikes_in = TimedArray(events.feed(data, presentation, defaultclock.dt), dt=rows)
teacher = TimedArray(0.5 * np.eye(2)[data.labels], dt=presentation)

# --- The neurons: slow currents and a slow trace in the hidden layer
cue = events.group(40, spikes_in, presentation=presentation, name="cue")
slow = sa.LIF(tau_membrane=20 * ms, tau_synapse=100 * ms, tau_trace=300 * ms)
hidden = sa.neuron_group(100, slow, presentation=presentation, name="hidden")
output = sa.neuron_group(
    2,
    sa.LIF(tau_membrane=15 * ms, homeostasis_rate=0),
    presentation=presentation,
    teacher=teacher,
    teacher_onset=recall,
    name="output",
)

# --- The synapses
seeds = np.random.SeedSequence(101).spawn(3)  # from other starts it may take some more hundred trials
rule = sa.BioAdam(learning_rate=3e-3, tau_m=8 * second, tau_rho=200 * second, interval=presentation)
within_rule = replace(rule, learning_rate=0) if given.frozen else rule
listen = sa.project(cue, hidden, rule=rule, weight_scale=1, random_state=seeds[0], name="listen")
within = sa.project(
    hidden,
    hidden,
    rule=within_rule,
    weight_scale=1.5,
    connections=sa.all_but_self(len(hidden)),
    random_state=seeds[2],
    name="within",
)
answer = sa.project(
    hidden,
    output,
    rule=replace(rule, learning_rate=6e-3),
    feedback=sa.Predisposition(),
    weight_scale=0.04,
    random_state=seeds[1],
    name="answer",
)
before = within.weights()

# --- The run; event-driven weights are brought up to date in its last step
hidden.refresh_every = output.refresh_every = int(trials * presentation / defaultclock.dt + 0.5)
spikes = {group.name: SpikeMonitor(group) for group in (cue, hidden, output)}
synapses = [part for projection in (listen, within, answer) for part in projection.objects]
Network(cue, hidden, output, *synapses, *spikes.values()).run(trials * presentation, report="text")

# --- Which output neuron spikes most while it is asked
trial = np.floor(spikes["output"].t / presentation + 1e-6).astype(int)
asked = spikes["output"].t - trial * presentation >= recall - 1e-6 * second
counts = np.zeros((trials, 2))
np.add.at(counts, (trial[asked], spikes["output"].i[asked]), 1)
right = counts.argmax(axis=1) == data.labels
print(f"accuracy in the last quarter {100 * right[-trials // 4 :].mean():.0f} %")
print(f"root mean square change of the recurrent weights {np.sqrt(np.mean((within.weights() - before) ** 2)):.3f}")
angle = sa.alignment_angle(answer.weights(), answer.feedback_weights())
print(f"angle between forward and feedback weights {angle:.1f} degrees")

# --- The picture: the last trial with each bit, and how the network learned
figure, panels = plt.subplots(3, 2, figsize=(11, 8), sharex=True, layout="constrained", height_ratios=[1, 3, 2])
for bit, column in enumerate(panels.T):
    last = np.flatnonzero(data.labels == bit)[-1]
    for group, ax in zip((output, hidden, cue), column):
        monitor = spikes[group.name]
        shown = np.floor(monitor.t / presentation + 1e-6) == last
        time = monitor.t[shown] - last * presentation
        sa.plot_raster(time, monitor.i[shown], n_neurons=len(group), ax=ax)
        ax.set_ylabel(group.name)
        ax.label_outer()
    column[0].set_title(f"bit {bit}, trial {last + 1}: {'right' if right[last] else 'wrong'}")
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
