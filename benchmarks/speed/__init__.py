"""How fast Brian2 runs a learning network, beside the same network written by hand in C++.

    python -m benchmarks run speed [--quick] [--out DIR]

Both simulate the same chunk of MNIST on 784-200-10 (the library's default settings) on one thread, in turn, and must end in the
same weights. DIR/result.json holds all figures, DIR/speed.png shows them.
"""

from pathlib import Path

import numpy as np

import spikeadam as sa

from ..train import versions, write_json
from .compare import Comparison
from .picture import draw
from .profile import ProfiledDevice

SIZES = ((80, 100), (480, 200), (980, 1000), (4980, 2000))
"""Inputs and hidden neurons of networks with 10^4, 10^5, 10^6 and 10^7 synapses, feedback included."""


def run(out, quick=False, *, cache=None):
    """Measure, print, and write result.json and speed.png to the folder ``out``.

    Parameters
    ----------
    out : path
    quick : bool
        A few samples and no networks of 10^6 synapses and more.
    cache : path, optional
        Of builds; default: the library's.

    Returns
    -------
    dict
        What result.json holds.
    """
    data = sa.datasets.mnist()
    n = 100 if quick else 1000
    X, y = data.X_train[:n], data.y_train[:n]
    result = {
        "network": [X.shape[1], 200, 10],
        "samples": n,
        **compare(X, y, repeats=3 if quick else 11, cache=cache),
        "profile_ms": profile(X, y, cache=cache),
        "scaling": [scaling(*size, quick=quick, cache=cache) for size in SIZES[: 2 if quick else None]],
        "versions": versions(),
    }
    simulation, whole = (result["brian2"][key] for key in ("simulation_ms", "chunk_ms"))
    result["profile_ms"]["loop over steps and objects"] = max(simulation - sum(result["profile_ms"].values()), 0.0)
    result["profile_ms"]["process start and file exchange"] = whole - simulation
    out = Path(out)
    write_json(out / "result.json", result)
    draw(result, out / "speed.png")
    print(table(result))
    return result


def compare(X, y, *, repeats, cache=None):
    """Milliseconds a sample of both, medians of ``repeats`` runs in turn, and their ratios."""
    comparison = Comparison(X, y, 200, cache=cache)
    difference = max(comparison.difference().values())
    assert difference < 1e-6, f"Brian2 and the hand-written program differ by {difference:.1e}."
    times = np.array([(comparison.run_brian2()[2:], comparison.run_handwritten()[2:]) for _ in range(repeats)])
    comparison.close()
    brian2, handwritten = 1e3 * np.median(times, axis=0) / len(X)
    named = lambda values: dict(zip(("simulation_ms", "chunk_ms"), values.tolist()))  # noqa: E731
    return {
        "repeats": repeats,
        "relative_difference": difference,
        "brian2": named(brian2),
        "handwritten": named(handwritten),
        "ratio": dict(zip(("simulation", "chunk"), (brian2 / handwritten).tolist())),
    }


def profile(X, y, *, cache=None):
    """Milliseconds a sample of Brian2's simulation, by group of code objects."""
    comparison = Comparison(X, y, 200, device=ProfiledDevice, cache=cache)
    runs = []
    for _ in range(3):
        comparison.run_brian2()
        runs.append(comparison.brian2.profile())
    comparison.close()
    return {group: 1e3 * float(np.median([run[group] for run in runs])) / len(X) for group in runs[0]}


def scaling(n_input, hidden, *, quick=False, cache=None):
    """Cost of a sample for one size of the network, on images of MNIST's brightness."""
    rng = np.random.default_rng(0)
    samples = max(int(3e7 / (n_input * hidden)), 10 if quick else 20)
    samples = min(samples, 20 if quick else 500)
    X = rng.random((samples, n_input)) * (rng.random((samples, n_input)) < 0.2)
    # Without the refresh at the end, which would be a large part of so few samples.
    comparison = Comparison(X, rng.integers(10, size=samples), hidden, cache=cache, refresh=False)
    synapses, transmitted, updated = comparison.work()
    runs = [(comparison.run_brian2()[2], comparison.run_handwritten()[2]) for _ in range(3)]
    comparison.close()
    brian2, handwritten = 1e3 * np.median(runs, axis=0) / samples
    return {
        "network": [n_input, hidden, 10],
        "synapses": synapses,
        "samples": samples,
        "transmissions_per_sample": transmitted,
        "updates_per_sample": updated,
        "brian2_ms": float(brian2),
        "handwritten_ms": float(handwritten),
        "brian2_ns_per_synapse": float(1e6 * brian2 / synapses),
    }


def table(result):
    """The result as text."""
    lines = [f"{'ms a sample':34}{'Brian2':>9}{'by hand':>9}{'ratio':>8}"]
    for name, key in (("simulation", "simulation"), ("with process start and files", "chunk")):
        both = result["brian2"][f"{key}_ms"], result["handwritten"][f"{key}_ms"]
        lines.append(f"{name:34}{both[0]:9.3f}{both[1]:9.3f}{result['ratio'][key]:8.2f}")
    lines.append(f"largest relative difference {result['relative_difference']:.1e}")
    lines.append(f"\n{'where Brian2 spends it':34}{'ms':>9}{'share':>9}")
    whole = result["brian2"]["chunk_ms"]
    for name, ms in result["profile_ms"].items():
        lines.append(f"{name:34}{ms:9.3f}{100 * ms / whole:7.0f} %")
    lines.append(f"\n{'network':18}{'synapses':>10}{'events':>12}{'Brian2 ms':>12}{'by hand ms':>12}{'ns a synapse':>14}")
    for row in result["scaling"]:
        network = "-".join(map(str, row["network"]))
        events = row["transmissions_per_sample"] + row["updates_per_sample"]
        lines.append(
            f"{network:18}{row['synapses']:10.0e}{events:12.0f}{row['brian2_ms']:12.3f}{row['handwritten_ms']:12.3f}"
            f"{row['brian2_ns_per_synapse']:14.2f}"
        )
    return "\n".join(lines)
