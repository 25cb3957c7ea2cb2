"""Sign symmetry (Liao, Leibo & Poggio 2016): feedback of random, fixed size with the sign of the forward weight."""

from dataclasses import dataclass

from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class SignSymmetric(Feedback):
    """Feedback weight sign(w)*magnitude, magnitude fixed. Not local: the sign is read off the forward weight."""

    synapse_equations = "magnitude : 1 (constant)"
    transported = "sign(w)*magnitude"
