"""
How five optimizers answer the same gradient
============================================

One synapse gets gradient impulses g at Poisson times; their mean flips its sign half way. Then the same impulses once
more, ten times weaker. SGD moves the weight by each impulse, Momentum low-passes them (m), and both move ten times
less on the weak stream. RMSProp and Adam divide by the root of the gradient's power, once a presentation, and answer
both streams alike. So does Bio-Adam, impulse by impulse, without a root and without a division:

    tau_m dm/dt         = -m + T0*g
    2 tau_rho drho/dt   = rho - rho**3 * (T0*g**2 + epsilon**2)
    dw/dt               = -(learning_rate/T0) * rho * m

where an impulse of size G at time s puts G*delta(t - s) in the place of g, and G**2*delta(t - s) in that of g**2.

RMSProp: Tieleman & Hinton 2012. Adam: Kingma & Ba 2014, arXiv 1412.6980. Bio-Adam: after Li & Yang 2022, "Synaptic
Dynamics Realize First-order Adaptive Learning and Weight Symmetry", arXiv 2212.09440.

    python networks/optimizers.py
    python networks/optimizers.py --quick --out optimizers.png
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from brian2 import Hz, ms, second

import spikeadam as sa

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--quick", action="store_true", help="2 s instead of 8 s of simulated time")
parser.add_argument("--out", metavar="FILE", help="write the picture to this file instead of showing it")
given = parser.parse_args()

# --- The gradient: impulses at Poisson times, their sizes normal around a mean that flips its sign
duration = 2 * second if given.quick else 8 * second
rate = 50 * Hz
random = np.random.default_rng(1)
times = np.sort(random.uniform(size=random.poisson(rate * duration))) * (duration - 1 * ms)
mean = np.where(times < duration / 2, 0.5, -0.5)
impulses = random.normal(mean, 0.5)

# --- The optimizers, with the same time constants: a decay of beta per presentation T is tau = -T/log(beta)
presentation = 100 * ms
beta1, beta2 = 0.8, 0.95
tau_m, tau_rho = -presentation / np.log(beta1), -presentation / np.log(beta2)
rules = {
    "SGD": sa.SGD(learning_rate=0.004),
    "Momentum": sa.Momentum(learning_rate=0.004, tau_m=tau_m, interval=presentation),
    "RMSProp": sa.RMSProp(learning_rate=0.01, beta2=beta2),
    "Adam": sa.Adam(learning_rate=0.01, beta1=beta1, beta2=beta2),
    "Bio-Adam": sa.BioAdam(
        learning_rate=0.01, tau_m=tau_m, tau_rho=tau_rho, epsilon=0.003, interval=presentation
    ),
}
print(rules["Bio-Adam"])

# --- The pictures
figure, axes = plt.subplots(2, 3, figsize=(10, 5), sharex=True, layout="constrained")
gradient, *panels = axes.ravel()
gradient.vlines(times / second, 0, impulses, color="0.5", linewidth=0.8)
gradient.set(title="Gradient", ylabel="impulse g")

for ax, (name, rule) in zip(panels, rules.items()):
    for factor, color, style, label in ((1, "C0", "-", "g"), (0.1, "C1", "--", "g/10")):
        probe = sa.probe_rule(rule, times, factor * impulses, duration, presentation=presentation, target="numpy")
        ax.plot(probe.t / second, probe.w, style, color=color, label=label)
    ax.axvline(duration / 2 / second, color="0.85", zorder=0)
    ax.set(title=name, ylabel="weight w")
panels[0].legend(title="gradient", frameon=False)
for ax in axes[1]:
    ax.set_xlabel("time (s)")
if given.out:
    figure.savefig(given.out, dpi=120)
else:
    plt.show()
