"""Modulators: what acts on the weights beside optimizer and feedback scheme."""

from .base import Modulator
from .grapes import GRAPES
from .oja import Oja

__all__ = ["GRAPES", "Modulator", "Oja"]
