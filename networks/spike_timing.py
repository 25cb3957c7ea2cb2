"""
Output neurons that learn to spike at given times
=================================================

200 input neurons repeat the same two seconds of random spikes (Poisson, 10 Hz, frozen). Each of 200 output neurons has
a target: random spikes too (Poisson, 5 Hz, at least 20 ms apart), drawn once and without regard to the input. That is
the task of Memmesheimer, Rubin, Olveczky & Sompolinsky 2014 (Neuron 82: 925); SuperSpike has its frozen input (Zenke &
Ganguli 2018, Neural Comput 30: 1514). A teacher spike adds 1 to the neuron's error, its own spike subtracts 1, and each
leaves at once as a feedback spike of that sign: with SGD in the synapses that is their rule, or ReSuMe (Ponulak &
Kasinski 2010, Neural Comput 22: 467). Here every synapse holds Bio-Adam (after Li & Yang 2022, arXiv 2212.09440), and
the trace x of the input's spikes, as short as a postsynaptic potential, says which of them came in time.

    python networks/spike_timing.py                 200 inputs, 200 outputs, 60 repetitions, C++ standalone
    python networks/spike_timing.py --quick         100 inputs, 10 outputs, 30 repetitions of 0.5 s, numpy code
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Clock, Network, NeuronGroup, SpikeMonitor, TimedArray, ms
from spikeadam.engine import open_device

import spikeadam as sa

TAU_DISTANCE = 10.0  # ms, of the van Rossum distance


def trains(n_input, n_output, steps, seed):
    """Spikes of the input and of the target, 1 in a time step of 1 ms with a spike; shape (steps, neurons)."""
    random = np.random.default_rng(seed)
    spikes_in = (random.random((steps, n_input)) < 0.010).astype(float)
    target = (random.random((steps, n_output)) < 0.005).astype(float)
    target[:50] = 0  # before the input can have had an effect
    for step in range(50, steps):
        target[step, target[step - 20 : step].any(axis=0)] = 0
    return spikes_in, target


def network(n_input, n_output, steps, seed, rule):
    """One projection from input to output, which starts from rest with every repetition."""
    clock, presentation = Clock(1 * ms, name="step_clock"), steps * ms
    spikes_in = TimedArray(np.zeros((steps, n_input)), dt=1 * ms, name="spikes_in")
    target = TimedArray(np.zeros((steps, n_output)), dt=1 * ms, name="target")
    source = NeuronGroup(
        n_input,
        "dx/dt = -x/(10*ms) : 1",
        threshold="spikes_in(t, i) > 0",
        reset="x += 1",
        method="exact",
        namespace={"spikes_in": spikes_in},
        clock=clock,
        name="input",
    )
    source.run_regularly("x = 0", dt=presentation, when="start")
    soma = sa.LIF(tau_membrane=10 * ms, homeostasis_rate=0)
    output = sa.neuron_group(n_output, soma, presentation=presentation, teacher=target, clock=clock, name="output")
    output.refresh_every = steps
    projection = sa.project(source, output, rule=rule, weight_scale=5, random_state=seed, name="weights")
    spikes = SpikeMonitor(output, name="output_spikes")
    return sa.Circuit(
        Network(source, output, *projection.objects, spikes),
        [source, output],
        [projection],
        {"spikes_in": spikes_in, "target": target},
        {"output_spikes": spikes},
        presentation,
    )


def filtered(spikes):
    """Spike trains (steps, neurons) low-passed by an exponential."""
    trace, decay = np.zeros_like(spikes), np.exp(-1 / TAU_DISTANCE)
    for step in range(len(spikes)):
        trace[step] = spikes[step] + (trace[step - 1] * decay if step else 0)
    return trace


def distance(spikes, target):
    """Squared van Rossum distance, as a fraction of that between the target and silence."""
    return float(np.sum(filtered(spikes - target) ** 2) / np.sum(filtered(target) ** 2))


def hits(spikes, target, within=2):
    """Share of target spikes that have an output spike within so many ms, and of output spikes that have a target."""

    def share(these, those):
        near = sum(np.roll(those, shift, axis=0) for shift in range(-within, within + 1)) > 0
        return float(near[these > 0].mean()) if these.any() else 0.0

    return share(target, spikes), share(spikes, target)


def learn(n_input=200, n_output=200, steps=2000, epochs=60, seed=0, device="standalone", **options):
    """Repeat the two trains, once before and once after learning too.

    Returns the target, the output's spikes in each repetition, and its distance from the target in each.
    """
    rule = sa.BioAdam(learning_rate=0.01, tau_m=500 * ms, tau_rho=20000 * ms, interval=100 * ms)
    spikes_in, target = trains(n_input, n_output, steps, seed)
    simulator = open_device(device, lambda: network(n_input, n_output, steps, seed, rule), **options)
    state, outputs = dict(simulator.initial_state), []
    for rate in [0.0, *rule.learning_rate * np.linspace(1, 0, epochs, endpoint=False), 0.0]:
        state["weights.learning_rate"], state["output.learning"] = np.array([rate]), np.array([float(rate > 0)])
        chunk = simulator.run(state, {"spikes_in": spikes_in, "target": target}, steps / 1000)
        state, records = chunk.state, chunk.records["output_spikes"]
        spikes = np.zeros_like(target)
        spikes[np.round(records["t"] * 1000).astype(int), records["i"]] = 1
        outputs.append(spikes)
    simulator.close()
    return target, outputs, [distance(spikes, target) for spikes in outputs]


def draw(target, outputs, distances, figure):
    """Target, output before and after learning, and the distance against repetitions."""
    upper, lower = figure.subfigures(2, 1, height_ratios=[3, 1])
    panels = upper.subplots(1, 3, sharex=True, sharey=True)
    titles = ("target", "output before", "output after learning")
    for ax, title, spikes in zip(panels, titles, (target, outputs[0], outputs[-1])):
        times, neurons = np.nonzero(spikes)
        sa.plot_raster(times, neurons, n_neurons=target.shape[1], ax=ax)
        ax.set_title(title, fontsize="medium")
        ax.label_outer()
    panels[0].set_ylabel("output neuron")
    ax = lower.subplots()
    ax.plot(distances, color="#0072b2")
    ax.set(xlabel="repetition", ylabel="distance to target", ylim=(0, None))
    ax.axhline(1, color="0.6", linestyle=":")
    ax.text(len(distances), 1, "silence", ha="right", va="bottom", fontsize="small", color="0.4")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small network, with nothing to compile")
    parser.add_argument("--out", help="write the picture to this file instead of showing it")
    given = parser.parse_args()
    small = {"n_input": 100, "n_output": 10, "steps": 500, "epochs": 30, "device": "runtime", "target": "numpy"}
    target, outputs, distances = learn(**small if given.quick else {})
    for when, spikes, away in (("before", outputs[0], distances[0]), ("after", outputs[-1], distances[-1])):
        found, _ = hits(spikes, target)
        print(f"{when} learning: {100 * found:.1f} % of the target spikes met, distance {away:.3f}")
    figure = plt.figure(figsize=(11, 8), layout="constrained")
    draw(target, outputs, distances, figure)
    figure.savefig(given.out, dpi=120) if given.out else plt.show()


if __name__ == "__main__":
    main()
