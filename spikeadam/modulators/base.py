"""What every modulator describes."""

from ..mechanism import Mechanism


class Modulator(Mechanism):
    """What acts on a projection's weights beside its optimizer and its feedback scheme; combines with all of them.

    Attributes
    ----------
    drive_factor : str or None
        Variable of the target neuron that multiplies the weight change that the optimizer asks for, after its normaliser.
    error_factor : str or None
        Variable of the target neuron that multiplies the error that reaches it from above.
    on_change : str
        Statements of a forward synapse when its weight has changed at a feedback event; ``NAME_target`` is a variable
        of the target neuron.
    spike_change : str or None
        What is added to a weight ``w`` (of either direction) at a forward spike of the neuron that the forward synapse
        ends on, while learning is on. ``NAME_source`` and ``NAME_target`` are variables of the neurons that the forward
        synapse comes from and ends on.
    on_spike : str
        Statements of a forward synapse at such a spike, when the weights have changed.
    at_source : Mechanism or None
        What the neurons keep that the forward synapse comes from.
    output : bool
        Whether `spikeadam.feedforward` modulates the projection to the output, too.
    """

    drive_factor = None
    error_factor = None
    on_change = ""
    spike_change = None
    on_spike = ""
    at_source = None
    output = True

    def extend_synapses(self, forward, names):
        """Add what runs beside the pathways of the Synapses ``forward``; ``names``: as `mechanism.attach` returns them."""

    def __str__(self):
        parts = [f"{type(self).__name__}"]
        if self.drive_factor:
            parts.append(f"drive *= {self.drive_factor}")
        if self.error_factor:
            parts.append(f"error that reaches the neuron *= {self.error_factor}")
        if self.on_change:
            parts.append(f"at a feedback event: {self.on_feedback}, then each synapse: {self.on_change}")
        if self.on_presentation:
            parts += ["at the start of a presentation, once a neuron:", self.on_presentation]
        if self.spike_change:
            parts.append(f"at a forward spike of the target: w += {self.spike_change}")
        parts += [self.on_spike, ", ".join(f"{name}={value!s}" for name, value in self.parameters.items())]
        return "\n".join(line.strip() for part in parts for line in part.splitlines() if line.strip())
