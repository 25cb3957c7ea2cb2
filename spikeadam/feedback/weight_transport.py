"""Exact weight transport: feedback over the forward weights themselves, as backpropagation has it."""

from dataclasses import dataclass

from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class WeightTransport(Feedback):
    """Feedback over the forward weight: the control. Not local: no synapse could send over its partner's weight."""

    transported = "w"
