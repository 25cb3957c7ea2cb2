"""What every feedback scheme describes."""

from brian2.utils.stringtools import word_substitute

from ..mechanism import Mechanism


class Feedback(Mechanism):
    """How error comes back over a projection, and how forward and feedback weights change.

    Attributes
    ----------
    transported : str or None
        None: feedback has Synapses of its own. Otherwise the feedback weight as an expression of the forward
        synapse's variables, which is not local: only for controls.
    plastic : bool
        Whether the feedback weights learn.
    scale : float or None
        Initial feedback weights have the standard deviation ``scale/sqrt(synapses of a target neuron)``; None:
        that of the forward weights. Weights that never grow must be large enough from the start.
    change : str
        What is added to a weight ``w`` (of either direction) when the optimizer asks for ``drive``.
    """

    transported = None
    plastic = True
    scale = None
    change = "drive"

    def change_rate(self, rate):
        """The change per unit time, for optimizers that are integrated in every step."""
        return word_substitute(self.change, {"drive": f"({rate})"})

    def __str__(self):
        weight = "its own weight w" if self.transported is None else self.transported
        lines = [type(self).__name__, f"feedback over {weight}", f"w += {self.change}", *self.on_feedback.splitlines()]
        lines.append(", ".join(f"{name}={value!s}" for name, value in self.parameters.items()))
        return "\n".join(line.strip() for line in lines if line.strip())
