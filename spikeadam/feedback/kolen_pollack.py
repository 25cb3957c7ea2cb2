"""Kolen-Pollack learning (Kolen & Pollack 1994; Akrout et al. 2019): equal changes and equal decay.

Forward and feedback partner take the same drive and decay alike, so that their difference e obeys
de/dt = -e/tau_decay: it dies out whatever is learned. The decay is decoupled from the optimizer: it is not divided
by its normaliser.
"""

from dataclasses import dataclass

from brian2 import Quantity, second

from ..checks import default_quantity, positive_quantity
from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class KolenPollack(Feedback):
    """Equal weight changes in both directions, and weight decay.

    Parameters
    ----------
    tau_decay : Quantity
        Time constant of the decay of both weights.
    """

    tau_decay: Quantity = default_quantity(1000 * second)

    synapse_equations = "tau_decay : second (shared)"
    neuron_equations = "weight_decay : 1"
    on_feedback = "weight_decay = 1 - exp(-elapsed/tau_decay)"
    change = "drive - w*weight_decay"

    def __post_init__(self):
        positive_quantity("tau_decay", self.tau_decay, second)

    def change_rate(self, rate):
        return f"({rate}) - w/tau_decay"
