"""A feedforward network as plain Brian2 objects: layers, projections, and the arrays that feed them."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, SpikeMonitor, TimedArray, defaultclock, ms, second

from .checks import integer, positive_quantity
from .inputs import PoissonInput
from .neurons import neuron_group
from .projection import project


@dataclass(frozen=True, eq=False)
class Circuit:
    """What the engine runs: a `brian2.Network` and the names of its parts.

    Attributes
    ----------
    network : brian2.Network
    groups : list of NeuronGroup
        Layers from input to output.
    projections : list of Projection
    feeds : dict of TimedArray
        Arrays that the engine replaces in every chunk, such as ``stimulus`` and ``teacher``: row 0 is the start of
        the chunk.
    monitors : dict
        Monitors whose records a chunk returns.
    presentation : Quantity or None
        Duration of the presentation of one sample.
    """

    network: Network
    groups: list
    projections: list
    feeds: dict
    monitors: dict
    presentation: Quantity = None

    @property
    def layers(self):
        """The plastic layers, all but the input."""
        return self.groups[1:]


def feedforward(
    n_input,
    hidden,
    n_output,
    *,
    rule,
    feedback,
    input=None,
    soma=None,
    compartment=None,
    presentation=100 * ms,
    samples=1,
    input_scale=6.0,
    weight_scale=1.5,
    feedback_scale=1.0,
    random_state=None,
):
    """A feedforward network, all to all, for samples shown one after the other.

    Parameters
    ----------
    n_input, n_output : int
        Number of input and output neurons.
    hidden : sequence of int
        Neurons of each hidden layer; at least one layer.
    rule : Rule
    feedback : Feedback
        On every projection but the first.
    input : input description, optional
        Default: ``PoissonInput()``.
    soma, compartment : optional
        Of all plastic layers; defaults as in `neuron_group`.
    presentation : Quantity
        Duration of a presentation.
    samples : int
        Presentations that `stimulus` and `teacher` have room for: those of one chunk.
    input_scale, weight_scale, feedback_scale : float
        Initial weights of the first projection, of the others, and of feedback relative to forward.
    random_state : int or SeedSequence, optional

    Returns
    -------
    Circuit
    """
    integer("n_input", n_input, at_least=1)
    integer("n_output", n_output, at_least=1)
    if not len(hidden):
        raise ValueError("hidden takes at least one layer, such as (100,), got none.")
    for size in hidden:
        integer("hidden", size, at_least=1)
    positive_quantity("presentation", presentation, second)
    input = PoissonInput() if input is None else input
    dt = defaultclock.dt

    stimulus = TimedArray(np.zeros((samples, n_input)), dt=presentation, name="stimulus")
    teacher = TimedArray(np.zeros((samples, n_output)), dt=presentation, name="teacher")
    groups = [input.group(n_input, stimulus, presentation=presentation, name="input", dt=dt)]
    for number, size in enumerate(hidden, start=1):
        groups.append(neuron_group(size, soma, compartment, presentation=presentation, name=f"hidden_{number}"))
    groups.append(neuron_group(n_output, soma, compartment, presentation=presentation, teacher=teacher, name="output"))

    seeds = np.random.SeedSequence(random_state).spawn(len(groups) - 1)
    projections = [
        project(
            source,
            target,
            rule=rule,
            feedback=None if source is groups[0] else feedback,
            weight_scale=input_scale if source is groups[0] else weight_scale,
            feedback_scale=feedback_scale,
            random_state=seed,
            name=f"{source.name}_to_{target.name}",
        )
        for source, target, seed in zip(groups, groups[1:], seeds)
    ]
    monitor = SpikeMonitor(groups[-1], name="output_spikes")
    synapses = [part for projection in projections for part in projection.objects]
    return Circuit(
        Network(*groups, *synapses, monitor),
        groups,
        projections,
        {"stimulus": stimulus, "teacher": teacher},
        {"output_spikes": monitor},
        presentation,
    )
