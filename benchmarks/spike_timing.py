"""Given output spike trains from given input spike trains: error against repetitions, three seeds.

Input, target and initial weights of networks/spike_timing.py differ between seeds. Before and after learning both trains
are shown once with the weights at rest.
"""

import time

import numpy as np
from matplotlib.figure import Figure

from networks.spike_timing import draw, hits, learn

from .train import versions, write_json

SMALL = {"n_input": 100, "n_output": 10, "steps": 500, "epochs": 5, "device": "runtime", "target": "numpy"}


def run(out, *, quick=False):
    """Learn and write result.json and, of the first seed, spike_timing.png to ``out``."""
    runs = []
    for seed in range(1 if quick else 3):
        start = time.perf_counter()
        target, outputs, distances = learn(seed=seed, **(SMALL if quick else {}))
        found, right = zip(*(hits(spikes, target) for spikes in (outputs[0], outputs[-1])))
        runs.append(
            {
                "seed": seed,
                "outputs": target.shape[1],
                "target_spikes": int(target.sum()),
                "target_spikes_met_before_and_after": found,
                "output_spikes_right_before_and_after": right,
                "distance": np.round(distances, 4).tolist(),
                "seconds": round(time.perf_counter() - start, 1),
            }
        )
        print(
            f"seed {seed}: {100 * found[1]:.1f} % of {int(target.sum())} target spikes met within 2 ms, "
            f"{100 * right[1]:.1f} % of the output spikes right; distance {distances[0]:.3f} before, {distances[-1]:.3f} after"
        )
        if seed == 0:
            figure = Figure(figsize=(11, 8), layout="constrained")
            draw(target, outputs, distances, figure)
            figure.savefig(out / "spike_timing.png", dpi=120)
    write_json(out / "result.json", {"runs": runs, "versions": versions()})
