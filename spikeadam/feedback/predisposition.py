"""Predisposition: soft bounds by which partners grow into each other's mirror image, after Li & Yang 2022.

    w -> w + drive - |drive|*w/w_max

A strong synapse is predisposed to depression, a weak one to potentiation. Forward and feedback partner get the same
drive from their own pre and post variables, so that their difference e obeys de = -|drive|*e/w_max: symmetry is
established and maintained by learning itself, from independent random starts, with no separate phases.
"""

from dataclasses import dataclass

from ..checks import number
from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class Predisposition(Feedback):
    """Soft-bounded weight changes, the same drive in both directions.

    Parameters
    ----------
    w_max : float
        Soft bound of the weights: at w_max, only depression is left.
    """

    w_max: float = 8.0

    synapse_equations = "w_max : 1 (shared)"
    change = "drive - abs(drive)*w/w_max"

    def __post_init__(self):
        number("w_max", self.w_max, above=0)
