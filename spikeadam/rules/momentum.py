"""Momentum: the impulses, low-passed, drive the weight.

    tau_m dm/dt = -m + T0*g          dw/dt = -(learning_rate/T0) * m

In closed form between feedback events, D apart: m decays by exp(-D/tau_m), and the weight travels
-(learning_rate/T0) * m * tau_m*(1 - exp(-D/tau_m)). An impulse g adds T0*g/tau_m to m.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms, second

from ..checks import default_quantity, number, positive_quantity
from .base import Rule


@dataclass(frozen=True, kw_only=True)
class Momentum(Rule):
    """Gradient descent with momentum, in continuous time.

    Parameters
    ----------
    learning_rate : float
        Weight change per ``interval`` and unit m.
    tau_m : Quantity
        Time constant of the momentum.
    interval : Quantity
        Reference interval T0 that makes m dimensionless, such as the duration of one presentation.
    """

    learning_rate: float = 3e-4
    tau_m: Quantity = default_quantity(500 * ms)
    interval: Quantity = default_quantity(40 * ms)

    synapse_equations = """
    m : 1
    learning_rate : 1 (shared)
    tau_m : second (shared)
    interval : second (shared)
    """
    neuron_equations = """
    momentum_decay : 1
    travel : 1
    """
    on_feedback = """
    momentum_decay = exp(-elapsed/tau_m)
    travel = tau_m*(1 - momentum_decay)/interval
    """
    statements = """
    drive = -learning_rate*m*travel
    m = m*momentum_decay + impulse*interval/tau_m
    """

    def __post_init__(self):
        number("learning_rate", self.learning_rate, at_least=0)
        positive_quantity("tau_m", self.tau_m, second)
        positive_quantity("interval", self.interval, second)
