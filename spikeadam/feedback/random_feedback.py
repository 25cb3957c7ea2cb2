"""Feedback alignment (Lillicrap et al. 2016): fixed random feedback weights."""

from dataclasses import dataclass

from .base import Feedback


@dataclass(frozen=True, kw_only=True)
class RandomFeedback(Feedback):
    """Feedback weights that stay as they were drawn."""

    plastic = False
