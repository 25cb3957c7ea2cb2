"""Plain gradient descent: each feedback spike moves the weight at once.

    dw/dt = -learning_rate * g(t),   g the train of impulses of the feedback spikes
"""

from dataclasses import dataclass

from ..checks import number
from .base import Rule


@dataclass(frozen=True, kw_only=True)
class SGD(Rule):
    """Stochastic gradient descent, spike by spike.

    Parameters
    ----------
    learning_rate : float
        Weight change per unit impulse.

    Examples
    --------
    >>> import spikeadam as sa
    >>> print(sa.SGD(learning_rate=0.01))
    SGD
    learning_rate : 1 (shared)
    at a feedback event, each synapse, with impulse = -feedback_sign*x:
    drive = -learning_rate*impulse
    learning_rate=0.01
    """

    learning_rate: float = 3e-4

    synapse_equations = "learning_rate : 1 (shared)"
    statements = "drive = -learning_rate*impulse"

    def __post_init__(self):
        number("learning_rate", self.learning_rate, at_least=0)
