"""Feedback alignment (Lillicrap et al. 2016): fixed random feedback weights."""

from dataclasses import dataclass

from ..checks import number
from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class RandomFeedback(Feedback):
    """Feedback weights that stay as they were drawn.

    Parameters
    ----------
    scale : float
        Their standard deviation is ``scale/sqrt(synapses of a target neuron)``, whatever the forward weights.
    """

    scale: float = 1.5

    structural = ("scale",)
    plastic = False

    def __post_init__(self):
        number("scale", self.scale, at_least=0)
