"""Spiking networks in Brian2 that learn with their own synapses.

LIF neurons carry forward spikes and separate, signed feedback spikes. Synapse equations hold an Adam-like optimizer
(Bio-Adam) and predisposition, by which forward and feedback weights grow into each other's mirror image.
"""

from . import datasets
from .circuit import Circuit, feedforward
from .classifier import SpikingClassifier
from .connections import all_but_self, receptive_fields
from .feedback import Feedback, KolenPollack, Predisposition, RandomFeedback, SignSymmetric, WeightTransport
from .event_input import EventInput
from .inputs import Input, LatencyInput, PoissonInput, RegularInput
from .metrics import alignment_angle, norm_ratio, sign_agreement
from .modulators import GRAPES, Modulator, Oja
from .neurons import LIF, FeedbackCompartment, Soma, neuron_group
from .plots import plot_alignment, plot_learning_curve, plot_raster, plot_weights
from .probe import Probe, probe_rule
from .projection import Projection, project
from .rules import SGD, Adam, BioAdam, Momentum, RMSProp, Rule
from .schedules import inverse_time, linear_decay, step_decay
from .training import DivergenceError, SilenceError, SilenceWarning, Trainer

__version__ = "0.1.0"
