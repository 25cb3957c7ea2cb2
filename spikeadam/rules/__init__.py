"""Optimizers as synaptic dynamics."""

from .adam import Adam
from .base import Rule
from .bio_adam import BioAdam
from .momentum import Momentum
from .rmsprop import RMSProp
from .sgd import SGD

__all__ = ["Adam", "BioAdam", "Momentum", "RMSProp", "Rule", "SGD"]
