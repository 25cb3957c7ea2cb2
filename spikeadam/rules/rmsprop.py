"""RMSProp (Tieleman & Hinton 2012), once a presentation, with an optional first moment.

The impulses of a presentation add up to its gradient G. At the end of the presentation

    m = beta1*m + (1 - beta1)*G        v = beta2*v + (1 - beta2)*G**2
    w = w - learning_rate * m/(sqrt(v) + epsilon)

A textbook control, not a model of a synapse: it takes a root, divides, and waits for the end of a presentation.
"""

from dataclasses import dataclass

from ..checks import number
from .base import Rule


@dataclass(frozen=True, kw_only=True)
class RMSProp(Rule):
    """Textbook RMSProp: one update a presentation, no bias correction.

    Parameters
    ----------
    learning_rate : float
        Size of an update whose gradient is as large as usual.
    beta1 : float
        Decay of the first moment per presentation; 0, the default, is RMSProp proper.
    beta2 : float
        Decay of the second moment per presentation.
    epsilon : float
        Added to the root of the second moment.
    """

    learning_rate: float = 1e-3
    beta1: float = 0.0
    beta2: float = 0.999
    epsilon: float = 1e-8

    synapse_equations = """
    gradient : 1
    m : 1
    power : 1
    rho = 1/(sqrt(power) + epsilon) : 1
    learning_rate : 1 (shared)
    beta1 : 1 (shared)
    beta2 : 1 (shared)
    epsilon : 1 (shared)
    """
    refresh = "presentation"
    neuron_equations = "update : 1"
    on_feedback = "update = refresh"  # 1 at the end of a presentation, 0 at every other feedback event
    statements = """
    gradient += impulse
    m += update*(1 - beta1)*(gradient - m)
    power += update*(1 - beta2)*(gradient**2 - power)
    drive = -update*learning_rate*m/(sqrt(power) + epsilon)
    gradient *= 1 - update
    """

    def __post_init__(self):
        number("learning_rate", self.learning_rate, at_least=0)
        number("beta1", self.beta1, at_least=0, below=1)
        number("beta2", self.beta2, at_least=0, below=1)
        number("epsilon", self.epsilon, above=0)
