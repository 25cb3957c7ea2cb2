"""Feedback schemes: how error comes back over a projection."""

from .base import Feedback
from .kolen_pollack import KolenPollack
from .predisposition import Predisposition
from .random_feedback import RandomFeedback
from .sign_symmetric import SignSymmetric
from .weight_transport import WeightTransport

__all__ = ["Feedback", "KolenPollack", "Predisposition", "RandomFeedback", "SignSymmetric", "WeightTransport"]
