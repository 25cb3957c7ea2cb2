"""Spiking networks in Brian2 that learn with their own synapses.

LIF neurons carry forward spikes and separate, signed feedback spikes. Synapse equations hold an Adam-like optimizer
(Bio-Adam) and predisposition, by which forward and feedback weights grow into each other's mirror image.
"""

from .circuit import Circuit, feedforward
from .feedback import Feedback, KolenPollack, Predisposition, RandomFeedback, SignSymmetric, WeightTransport
from .inputs import LatencyInput, PoissonInput, RegularInput
from .metrics import alignment_angle, norm_ratio, sign_agreement
from .neurons import LIF, FeedbackCompartment, Soma, neuron_group
from .projection import Projection, project
from .rules import SGD, Adam, BioAdam, Momentum, RMSProp, Rule
