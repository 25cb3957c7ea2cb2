"""GRAPES (Dellaferrera et al. 2022, arXiv 2104.11604): neurons that receive large weights learn more.

    I_j = sum_i |w_ij|          M_j = 2 I_j / max_k I_k          clipped to [lowest, 2]

I_j is the importance of neuron j, over the weights that it receives itself; the maximum is over its layer. The local
form multiplies the weight changes of the neuron by M_j, the propagating form the error that reaches the neuron, which
so passes on to the layers below. The output layer is not modulated.

The maximum is not local: no neuron knows the importance of all others of its layer. The paper has it so, too; in tissue
it would be a signal that all neurons of a layer share. All else is local.
"""

from dataclasses import dataclass

import numpy as np

from ..checks import number, one_of
from .base import Modulator

RECOUNT = 5000
"""Time steps from one count of all weights to the next; the first is in the first step of a run.

Brian2 takes a run that is shorter than 1e-4 times the period of any of its clocks for one of no length.
"""


@dataclass(frozen=True, kw_only=True)
class GRAPES(Modulator):
    """Weight changes, or errors, in proportion to the weights that a neuron receives.

    A neuron counts its weights at each of its own feedback events, which is when they change; all neurons do at the start
    of a run. The factor is renewed at the start of each presentation, so that the target takes a presentation. All
    projections onto a group that have equal modulators count together.

    Parameters
    ----------
    form : {'local', 'propagating'}
        Whether the factor multiplies the weight change that the optimizer asks for (after its normaliser, in which a
        constant factor on the error would cancel), or the error that reaches the neuron.
    lowest : float
        Lower bound of the factor, from 0 to 2. The paper has 1 with backpropagation, to which feedback weights that
        mirror the forward ones come close, and no bound (0) with fixed random feedback.

    Examples
    --------
    >>> import spikeadam as sa
    >>> print(sa.GRAPES())
    GRAPES
    drive *= modulation
    at a feedback event: importance = 0, then each synapse: importance_target += abs(w)
    at the start of a presentation, once a neuron:
    modulation = clip(2*importance/largest, lowest, 2)
    lowest=1.0
    """

    form: str = "local"
    lowest: float = 1.0

    structural = ("form",)
    neuron_equations = """
    importance : 1
    largest : 1
    modulation : 1
    """
    neuron_initial = {"modulation": 1}
    on_feedback = "importance = 0"
    on_change = "importance_target += abs(w)"
    on_presentation = "modulation = clip(2*importance/largest, lowest, 2)"
    output = False

    def __post_init__(self):
        one_of("form", self.form, ("local", "propagating"))
        number("lowest", self.lowest, at_least=0, at_most=2)

    @property
    def drive_factor(self):
        return "modulation" if self.form == "local" else None

    @property
    def error_factor(self):
        return "modulation" if self.form == "propagating" else None

    def extend_group(self, group, names):
        importance, largest = names["importance"], names["largest"]
        group.run_regularly(f"{importance} = 0", dt=RECOUNT * group.clock.dt, when="start", order=2)
        period = group.presentation_steps * group.clock.dt
        # Neurons without any weight have no importance, and divide by no zero.
        group.run_regularly(f"{largest} = clip({importance}, 1e-300, inf)", dt=period, when="start", order=4)
        _spread_maximum(group, largest, period)

    def extend_synapses(self, forward, names):
        # Weights that were set from outside are counted here; those that learning changes, by on_change.
        code = f"{names['importance']}_post += abs(w)"
        forward.run_regularly(code, dt=RECOUNT * forward.target.clock.dt, when="start", order=3)


def _spread_maximum(group, name, period):
    """Replace the variable ``name`` of all neurons of ``group`` by its largest value, exactly and on every device.

    Each neuron asks one that is 1, then 2, 4, 8 ... places further, and keeps the larger of both values: the sum of all
    places leads once around the group. Brian2 knows no maximum over a group that would be one statement.
    """
    size, known = len(group), name
    for number in range((size - 1).bit_length()):
        heard = 2**number
        # Underscores keep what is of no use outside this function out of the state that a chunk hands on.
        here, other, place = (f"_{word}_{heard}_{name}" for word in ("kept", "heard", "place"))
        places = (np.arange(size) + heard) % size
        group.variables.add_array(place, size=size, values=places, dtype=np.int32, constant=True, read_only=True)
        group.variables.add_reference(other, group, known, index=place)
        if 2 * heard < size:
            group.variables.add_array(here, size=size)
        else:
            here = name
        group.run_regularly(f"{here} = clip({known}, {other}, inf)", dt=period, when="start", order=5 + number)
        known = here
