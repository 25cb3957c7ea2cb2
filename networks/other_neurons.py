"""
Neurons of other equations that learn digits
============================================

Two somas in real units take the place of the leaky integrate-and-fire neuron, with nothing changed but their equations:

- adaptive exponential integrate-and-fire (Brette & Gerstner 2005, J Neurophysiol 94: 3637), with their parameters;
- leaky integrate-and-fire with conductance-based synapses (as in Brunel & Wang 2001, J Comput Neurosci 11: 63): the
  synaptic drive I opens an excitatory conductance where it is positive, an inhibitory one where it is negative.

Forward weights have no unit: they are added to I, and the equations turn I into a current or a conductance. The
feedback compartment comes from the library. In every synapse Bio-Adam (after Li & Yang 2022, arXiv 2212.09440) learns,
and feedback weights become the mirror image of the forward weights (predisposition).

    python networks/other_neurons.py                a few hundred samples
    python networks/other_neurons.py --quick        40 samples
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, SpikeMonitor, StateMonitor, TimedArray, defaultclock, ms, mV, nS, pA, pF

import spikeadam as sa

SYNAPSE_AND_TRACE = """
dI/dt = -I/(5*ms) : 1
dx/dt = -x/(50*ms) : 1
"""

ADAPTIVE_EXPONENTIAL = sa.Soma(
    equations="""
    dV/dt = (g_leak*(E_leak - V) + g_leak*slope*exp((V - V_threshold)/slope) + I*unit_current - adaptation)/C : volt
    dadaptation/dt = (a*(V - E_leak) - adaptation)/tau_adaptation : amp
    """
    + SYNAPSE_AND_TRACE,
    threshold="V > V_threshold + 5*slope",
    reset="V = E_leak\nadaptation += b\nx += 1",
    rest="V = E_leak\nadaptation = 0*pA\nI = 0\nx = 0",
    gate="int(V > E_leak + 0.3*(V_threshold - E_leak))",
    namespace={
        "C": 281 * pF, "g_leak": 30 * nS, "E_leak": -70.6 * mV, "V_threshold": -50.4 * mV, "slope": 2 * mV,
        "a": 4 * nS, "b": 80.5 * pA, "tau_adaptation": 144 * ms, "unit_current": 600 * pA,
    },
)  # fmt: skip

CONDUCTANCE_BASED = sa.Soma(
    equations="""
    dV/dt = (g_leak*(E_leak - V) + unit_conductance*(drive_up*(E_up - V) + drive_down*(E_down - V)))/C : volt
    drive_up = clip(I, 0, inf) : 1
    drive_down = clip(-I, 0, inf) : 1
    """
    + SYNAPSE_AND_TRACE,
    threshold="V > V_threshold",
    reset="V = V_reset\nx += 1",
    rest="V = E_leak\nI = 0\nx = 0",
    gate="int(V > E_leak + 0.3*(V_threshold - E_leak))",
    namespace={
        "C": 200 * pF, "g_leak": 20 * nS, "E_leak": -70 * mV, "V_threshold": -50 * mV, "V_reset": -60 * mV,
        "E_up": 0 * mV, "E_down": -80 * mV, "unit_conductance": 8 * nS,
    },
)  # fmt: skip


def learn_digits(soma, samples, seed=1):
    """A network of such neurons that learns online; its monitors, online accuracy and angle."""
    presentation = 40 * ms
    digits = sa.datasets.digits()
    shown = np.random.default_rng(seed).integers(len(digits.X_train), size=samples)
    labels = digits.y_train[shown]
    pixels = TimedArray(digits.X_train[shown], dt=presentation)
    teacher = TimedArray(0.5 * np.eye(10)[labels], dt=presentation)

    image = sa.RegularInput().group(64, pixels, presentation=presentation, name="image")
    hidden = sa.neuron_group(100, soma, presentation=presentation, name="hidden")
    output = sa.neuron_group(
        10, soma, presentation=presentation, teacher=teacher, teacher_onset=12 * ms, name="output"
    )
    rule = sa.BioAdam(learning_rate=2e-3)
    first = sa.project(image, hidden, rule=rule, weight_scale=3, random_state=seed)
    second = sa.project(
        hidden, output, rule=rule, feedback=sa.Predisposition(), weight_scale=0.2, random_state=seed + 1
    )
    hidden.refresh_every = output.refresh_every = int(samples * presentation / defaultclock.dt + 0.5)
    spikes = [SpikeMonitor(group) for group in (output, hidden)]
    potential = StateMonitor(output, "V", record=labels[-4:])
    network = Network(image, hidden, output, *first.objects, *second.objects, *spikes, potential)
    network.run(samples * presentation, report="text")

    counts = np.zeros((samples, 10))
    np.add.at(counts, ((spikes[0].t / presentation + 1e-6).astype(int), spikes[0].i[:]), 1)
    right = (counts.argmax(axis=1) == labels)[-samples // 4 :].mean()
    angle = sa.alignment_angle(second.weights(), second.feedback_weights())
    return spikes, potential, labels[-4:], right, angle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="learn from 40 samples only")
    parser.add_argument("--out", help="write the picture to this file instead of showing it")
    given = parser.parse_args()
    samples = 40 if given.quick else 400
    defaultclock.dt = 1 * ms

    figure, panels = plt.subplots(
        3, 2, figsize=(11, 8), sharex=True, sharey="row", height_ratios=[3, 2, 2], layout="constrained"
    )
    somas = {"adaptive exponential": ADAPTIVE_EXPONENTIAL, "conductance-based": CONDUCTANCE_BASED}
    for (name, soma), (top, middle, bottom) in zip(somas.items(), panels.T):
        (output, hidden), potential, labels, right, angle = learn_digits(soma, samples)
        print(f"{name}: accuracy in the last quarter {100 * right:.0f} %, angle {angle:.1f} degrees")
        start = (samples - 4) * 40 * ms
        for monitor, ax in ((hidden, top), (output, middle)):
            shown = monitor.t >= start
            sa.plot_raster((monitor.t[shown] - start) / ms, monitor.i[shown], n_neurons=len(monitor.source), ax=ax)
            ax.set_ylabel(monitor.source.name)
        for label in sorted(set(labels)):
            shown = potential.t >= start
            bottom.plot((potential.t[shown] - start) / ms, potential[label].V[shown] / mV, label=f"output {label}")
        bottom.set(xlabel="time (ms)", ylabel="potential (mV)")
        bottom.legend(fontsize="small", loc="lower right")
        top.set_title(f"{name}: digits {', '.join(map(str, labels))} after {samples - 4} others", fontsize="medium")
        for ax in (top, middle, bottom):
            ax.label_outer()
    if given.out:
        figure.savefig(given.out, dpi=120)
    else:
        plt.show()


if __name__ == "__main__":
    main()
