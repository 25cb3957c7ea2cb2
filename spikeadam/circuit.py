"""A feedforward network as plain Brian2 objects: layers, projections, and the arrays that feed them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from brian2 import Clock, EventMonitor, Network, Quantity, SpikeMonitor, TimedArray, ms, second

from .checks import default_quantity, integer, number, positive_quantity, whole_steps
from .connections import all_but_self
from .inputs import Input, RegularInput
from .modulators import Modulator
from .neurons import LIF, neuron_group
from .projection import project
from .rules import Rule


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
    teacher_onset : Quantity
        When in a presentation the output begins to be taught, and its spikes to count.
    encode : callable
        Turns samples into rows of the feed ``stimulus``, by default one row each: the samples as they are.
    """

    network: Network
    groups: list
    projections: list
    feeds: dict
    monitors: dict
    presentation: Quantity = None
    teacher_onset: Quantity = default_quantity(0 * ms)
    encode: Callable = lambda X: X

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
    modulator=None,
    input=None,
    soma=None,
    output_soma=None,
    compartment=None,
    output_compartment=None,
    presentation=40 * ms,
    teacher_onset=12 * ms,
    samples=1,
    input_scale=3.0,
    weight_scale=0.03,
    feedback_scale=1.0,
    hidden_learning_rate=2.0,
    output_learning_rate=4.0,
    recurrent_scale=None,
    recurrent_learning_rate=1.0,
    connections=None,
    random_state=None,
    record=False,
    dt=1 * ms,
):
    """A feedforward network for samples shown one after the other, its hidden layers recurrent if you like.

    Parameters
    ----------
    n_input, n_output : int
        Number of input and output neurons.
    hidden : sequence of int
        Neurons of each hidden layer; at least one layer.
    rule : Rule
    feedback : Feedback
        On every projection but the first.
    modulator : Modulator, optional
        On every projection, but for `GRAPES`, which leaves the output alone.
    input : input description, optional
        Default: ``RegularInput()``.
    soma, output_soma : LIF or Soma, optional
        Of hidden and output layers. Default: ``LIF()``, and for the output ``LIF(tau_membrane=15*ms)`` without
        homeostasis.
    compartment, output_compartment : FeedbackCompartment, optional
        Of hidden and output layers. Default: ``FeedbackCompartment()``, and for the output that of the hidden layers.
    presentation, teacher_onset : Quantity
        Duration of the presentation of a sample, and when in it the output begins to be taught.
    samples : int
        Presentations that the feeds have room for: those of one chunk.
    input_scale, weight_scale, feedback_scale : float
        Initial weights of the first projection, of the others (see `project`), and of feedback relative to forward.
    hidden_learning_rate, output_learning_rate : float
        Learning rates of the projections between hidden layers and to the output, relative to that of the first
        projection, which is the rule's own.
    recurrent_scale : float, optional
        Initial weights (see `project`) of synapses from each neuron of a hidden layer to all others of that layer. They
        learn from the same feedback spikes as those from below, carry no feedback themselves and take no modulator. None:
        no such synapses.
    recurrent_learning_rate : float
        Learning rate of those, relative to that of the first projection; 0 freezes them.
    connections : sequence, optional
        For each projection from input to output the source and target neurons of its synapses, as `project` and
        `receptive_fields` have them, or None for all to all. Default: all to all everywhere.
    random_state : int or SeedSequence, optional
    record : bool
        Record the forward and feedback spikes of all layers (``NAME_spikes``, ``NAME_feedback``), for rasters.
    dt : Quantity
        Time step.

    Returns
    -------
    Circuit
    """
    integer("n_input", n_input, at_least=1)
    integer("n_output", n_output, at_least=1)
    if isinstance(hidden, str) or not hasattr(hidden, "__len__"):
        raise TypeError(f"hidden takes a sequence of whole numbers, such as (100,), got {hidden!r}.")
    if not len(hidden):
        raise ValueError("hidden takes at least one layer, such as (100,), got none.")
    for size in hidden:
        integer("hidden", size, at_least=1)
    integer("samples", samples, at_least=1)
    positive_quantity("presentation", presentation, second)
    positive_quantity("dt", dt, second)
    number("hidden_learning_rate", hidden_learning_rate, at_least=0)
    number("output_learning_rate", output_learning_rate, at_least=0)
    number("recurrent_learning_rate", recurrent_learning_rate, at_least=0)
    if recurrent_scale is not None:
        number("recurrent_scale", recurrent_scale, at_least=0)
    connections = [None] * (len(hidden) + 1) if connections is None else list(connections)
    if len(connections) != len(hidden) + 1:
        raise ValueError(f"connections takes an entry for each of the {len(hidden) + 1} projections, got {len(connections)}.")
    if not isinstance(rule, Rule):
        raise TypeError(f"rule takes an optimizer such as sa.BioAdam(), got {rule!r}.")
    if modulator is not None and not isinstance(modulator, Modulator):
        raise TypeError(f"modulator takes None or a modulator such as sa.GRAPES(), got {modulator!r}.")
    if input is not None and not isinstance(input, Input):
        raise TypeError(f"input takes a description such as sa.RegularInput(), got {input!r}.")
    input = RegularInput() if input is None else input
    soma = LIF() if soma is None else soma
    output_soma = LIF(tau_membrane=15 * ms, homeostasis_rate=0) if output_soma is None else output_soma
    output_compartment = compartment if output_compartment is None else output_compartment
    recurrent_rule = replace(rule, learning_rate=rule.learning_rate * recurrent_learning_rate)
    common = {"presentation": presentation, "clock": Clock(dt, name="step_clock")}

    steps = whole_steps("presentation", presentation, dt)
    rows = input.rows_per_presentation(presentation, dt)
    stimulus = TimedArray(np.zeros((samples * rows, n_input)), dt=steps // rows * dt, name="stimulus")
    teacher = TimedArray(np.zeros((samples, n_output)), dt=presentation, name="teacher")
    groups = [input.group(n_input, stimulus, name="input", **common)]
    for depth, size in enumerate(hidden, start=1):
        groups.append(neuron_group(size, soma, compartment, name=f"hidden_{depth}", **common))
    groups.append(
        neuron_group(
            n_output,
            output_soma,
            output_compartment,
            teacher=teacher,
            teacher_onset=teacher_onset,
            name="output",
            **common,
        )
    )

    seeds = np.random.SeedSequence(random_state).spawn(len(groups) - 1 + len(hidden))
    relative = [1.0] + [hidden_learning_rate] * (len(hidden) - 1) + [output_learning_rate]
    projections = [
        project(
            source,
            target,
            rule=replace(rule, learning_rate=rule.learning_rate * factor),
            feedback=None if source is groups[0] else feedback,
            modulator=modulator if target is not groups[-1] or modulator is not None and modulator.output else None,
            weight_scale=input_scale if source is groups[0] else weight_scale,
            feedback_scale=feedback_scale,
            connections=pairs,
            random_state=seed,
            name=f"{source.name}_to_{target.name}",
        )
        for source, target, factor, pairs, seed in zip(groups, groups[1:], relative, connections, seeds)
    ]
    if recurrent_scale is not None:
        projections += [
            project(
                layer,
                layer,
                rule=recurrent_rule,
                weight_scale=recurrent_scale,
                connections=all_but_self(len(layer)),
                random_state=seed,
                name=f"{layer.name}_to_itself",
            )
            for layer, seed in zip(groups[1:-1], seeds[len(groups) - 1 :])
        ]
    monitors = [SpikeMonitor(group, name=f"{group.name}_spikes") for group in (groups if record else groups[-1:])]
    for group in groups[1:] if record else []:
        # By default a monitor reads variables before the statements of the event, which set the sign, have run.
        monitors.append(
            EventMonitor(
                group, "feedback", variables="feedback_sign", when="after_synapses", name=f"{group.name}_feedback"
            )
        )
    synapses = [part for projection in projections for part in projection.objects]
    return Circuit(
        Network(*groups, *synapses, *monitors),
        groups,
        projections,
        {"stimulus": stimulus, "teacher": teacher},
        {monitor.name: monitor for monitor in monitors},
        presentation,
        teacher_onset,
        encode=lambda X: input.feed(X, presentation, dt),
    )
