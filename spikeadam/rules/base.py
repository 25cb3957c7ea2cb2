"""What every optimizer describes."""

from ..mechanism import Mechanism


class Rule(Mechanism):
    """An optimizer as the dynamics of one synapse.

    At every feedback event of the neuron that the forward synapse ends on, both partners, the forward and the
    feedback synapse, run the same ``statements``: from ``impulse`` (the gradient impulse g = -s*x) to ``drive``, the
    weight change that the optimizer asks for. A new optimizer is one file like its neighbours.

    Attributes
    ----------
    statements : str
        From ``impulse`` to ``drive``, in the variables of the synapse and the neuron variables of the mechanism.
    rate : str or None
        For an optimizer whose weight is integrated in every step: the drive per unit time, an expression.
        ``statements`` then say only what an impulse does.
    refresh : {'run', 'presentation'}
        How often every synapse must be visited: at the end of a run, to bring it up to date, or at the end of each
        presentation, for optimizers that update then.
    """

    statements = ""
    rate = None
    refresh = "run"

    def __str__(self):
        parts = [f"{type(self).__name__}", self.synapse_equations]
        if self.on_feedback:
            parts += ["at a feedback event, once a neuron:", self.on_feedback]
        parts += ["at a feedback event, each synapse, with impulse = -feedback_sign*x:", self.statements]
        if self.rate:
            parts += [f"drive per unit time: {self.rate}"]
        lines = [line.strip() for part in parts for line in part.splitlines() if line.strip()]
        return "\n".join(lines + [", ".join(f"{name}={value!s}" for name, value in self.parameters.items())])
