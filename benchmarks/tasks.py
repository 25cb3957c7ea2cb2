"""Classification tasks: data, network and passes of each."""

from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Callable

from brian2 import ms, second
from spikeadam import datasets, receptive_fields


@dataclass(frozen=True)
class Task:
    """A data set and the network that learns it by default.

    ``overrides`` are parameters in which it differs from the defaults of the library, named as in `Settings`; ``note``
    goes into the results.
    """

    name: str
    description: str
    load: Callable
    hidden: tuple
    epochs: int
    quick_samples: int = 200
    overrides: tuple = ()
    note: str = ""


LOCAL_LAYERS = ({"field": 8, "stride": 4, "features": 24}, {"field": 4, "stride": 2, "features": 40})
"""Each neuron sees a patch of 8x8 pixels; each of the second layer one of 4x4 places of the first."""


def local_network(shape=(28, 28), n_output=10):
    """Two locally connected layers: their neurons, connections of all projections, and the number of synapses."""
    hidden, connections = [], []
    for layer in LOCAL_LAYERS:
        pairs, shape = receptive_fields(shape, **layer)
        hidden.append(prod(shape))
        connections.append(pairs)
    synapses = sum(len(pre) for pre, _ in connections) + hidden[-1] * n_output
    return tuple(hidden), [*connections, None], synapses


@cache  # half a minute of filtering
def spoken_digit_spikes():
    """The spikes of a cochlea that hears the spoken digits."""
    data = datasets.spoken_digits()
    return datasets.RecordingDataset(data.name, datasets.cochlea(data.train), datasets.cochlea(data.test))


TASKS = {
    task.name: task
    for task in (
        Task("digits", "8x8 digits, embedded in scikit-learn", datasets.digits, (100,), 20),
        Task("mnist", "MNIST, 60,000 / 10,000 handwritten digits", datasets.mnist, (200,), 10),
        Task(
            "mnist_local",
            "MNIST with two locally connected hidden layers",
            datasets.mnist,
            local_network()[0],
            10,
            overrides=(("connections", local_network()[1]),),
        ),
        Task(
            "fashion_mnist",
            "Fashion-MNIST, 60,000 / 10,000 pieces of clothing",
            datasets.fashion_mnist,
            (200,),
            10,
            overrides=(("learning_rate", 3e-4),),
        ),
        Task(
            "yin_yang",
            "Yin-Yang, three classes of points in the plane, by the latency of one spike an input",
            datasets.yin_yang,
            (30,),
            20,
            # Synaptic currents and input traces decay alike, about as fast as the latencies that they tell apart: a trace
            # is then what a weight is multiplied by. Neurons spike often, for the resolution. The output is taught once
            # all inputs have spiked, and tolerates an error of one spike.
            overrides=(
                ("input", "latency"),
                ("presentation", 100 * ms),
                ("teacher_onset", 70 * ms),
                ("input.latest", 64 * ms),
                ("input.tau_trace", 30 * ms),
                ("input_scale", 40.0),
                ("weight_scale", 0.08),
                ("soma.tau_membrane", 2 * ms),
                ("soma.tau_synapse", 30 * ms),
                ("soma.tau_trace", 9 * ms),
                ("soma.homeostasis_rate", 0.0015),
                ("output_soma.tau_membrane", 8.5 * ms),
                ("output_soma.tau_synapse", 8 * ms),
                ("compartment.theta", 0.24),
                ("output_compartment.theta", 1.7),
                ("learning_rate", 0.012),
                ("output_learning_rate", 0.5),
                ("tau_m", 500 * ms),
                ("tau_rho", 8 * second),
                ("epsilon", 0.015),
                ("interval", 100 * ms),
                ("w_max", 190.0),
                ("chunk", 1000),
            ),
        ),
        Task(
            "nmnist",
            "N-MNIST, digits seen by an event camera; a subset of 1,000 / 100 recordings unless all are there",
            datasets.nmnist,
            (200,),
            10,
            quick_samples=20,
            overrides=(
                ("input", "events"),
                ("presentation", 200 * ms),
                ("input_scale", 6.0),
                ("weight_scale", 0.04),
                ("learning_rate", 2e-3),
                ("output_learning_rate", 2.0),
                ("w_max", 4.0),
                ("chunk", 100),
            ),
            note="With 1,000 training and 100 test recordings a subset of the public set: not comparable to figures on "
            "all 70,000, and known to a few percent only.",
        ),
        Task(
            "store_recall",
            "Store-recall: a bit to be told 600 ms after its cue, by a recurrent network",
            datasets.store_recall,
            (100,),
            1,
            quick_samples=20,
            overrides=(
                ("input", "events"),
                ("input.tau_trace", 300 * ms),
                ("presentation", 800 * ms),
                ("teacher_onset", 700 * ms),
                ("soma.tau_membrane", 20 * ms),
                ("soma.tau_synapse", 100 * ms),
                ("soma.tau_trace", 300 * ms),
                ("input_scale", 1.0),
                ("weight_scale", 0.04),
                ("recurrent_scale", 1.5),
                ("learning_rate", 3e-3),
                ("output_learning_rate", 2.0),
                ("tau_m", 8 * second),
                ("tau_rho", 200 * second),
                ("interval", 800 * ms),
                ("w_max", 4.0),
                ("chunk", 50),
            ),
        ),
        Task(
            "spoken_digits",
            "Spoken digits (FSDD) through a cochlea's 40 bands, by a recurrent network",
            spoken_digit_spikes,
            (150,),
            4,
            quick_samples=20,
            overrides=(
                ("input", "events"),
                ("input.tau_trace", 100 * ms),
                ("presentation", 600 * ms),
                ("teacher_onset", 100 * ms),
                ("dt", 2 * ms),
                ("soma.tau_membrane", 20 * ms),
                ("soma.tau_synapse", 30 * ms),
                ("soma.tau_trace", 100 * ms),
                ("input_scale", 2.0),
                ("weight_scale", 0.1),
                ("recurrent_scale", 1.5),
                ("learning_rate", 3e-4),
                ("output_learning_rate", 10.0),
                ("tau_m", 8 * second),
                ("tau_rho", 400 * second),
                ("interval", 600 * ms),
                ("w_max", 8.0),
                ("chunk", 90),
            ),
            note="Speech beyond 600 ms is cut: that of 10 % of the recordings.",
        ),
        Task("iris", "Iris, three kinds of flowers", datasets.iris, (30,), 50),
    )
}
