"""Sign symmetry (Liao, Leibo & Poggio 2016): feedback of random, fixed size with the sign of the forward weight."""

from dataclasses import dataclass

from ..checks import number
from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class SignSymmetric(Feedback):
    """Feedback weight sign(w)*magnitude, magnitude fixed. Not local: the sign is read off the forward weight.

    Parameters
    ----------
    scale : float
        Magnitudes are those of normal numbers of standard deviation ``scale/sqrt(synapses of a target neuron)``.
    """

    scale: float = 1.5

    structural = ("scale",)
    synapse_equations = "magnitude : 1 (constant)"
    transported = "sign(w)*magnitude"

    def __post_init__(self):
        number("scale", self.scale, at_least=0)
