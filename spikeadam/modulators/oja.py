"""Oja's rule beside error-driven learning (Oja 1982; after Shervani-Tabar, Mirhoseini & Rosenbaum 2024).

At each forward spike of neuron j, with the spike traces x of both neurons of a synapse

    w_ij -> w_ij + oja_learning_rate * (x_i - x_j*w_ij/norm**2)                   single
    w_ij -> w_ij + oja_learning_rate * (x_i - sum_k x_k*w_ik/norm**2)             subspace

which is eta*y_j*(x_i - y_j*w_ij) with y_j as a train of spikes. The feedback partner does the same from its own pre and
post variables, so that forward and feedback weights approach each other by Oja's decay, too.

Units. A trace is about rate*tau_trace spikes: up to 10 for 200 Hz and 50 ms. Where the rate of a neuron is the gain g
times the sum of weight times rate of its inputs, the fixed point is a principal component of the inputs (of their
correlations, means included) with a weight vector of a length of about norm/sqrt(g); without leak, the gain of
`spikeadam.LIF` is tau_synapse/tau_membrane. A weight forgets where it came from within 1/(oja_learning_rate*x_j) spikes.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms, second

from ..checks import default_quantity, number, one_of, positive_quantity
from ..mechanism import Mechanism
from .base import Modulator


@dataclass(frozen=True, kw_only=True)
class Reconstruction(Mechanism):
    """What the neurons of a target make of a source neuron's activity: sum_k x_k*w_ik, kept in the source neuron."""

    tau_reconstruction: Quantity

    neuron_equations = "reconstruction : 1"
    on_step = "reconstruction *= exp(-dt/tau_reconstruction)"
    on_presentation = "reconstruction = 0"


@dataclass(frozen=True, kw_only=True)
class Oja(Modulator):
    """Oja's rule at every forward spike, beside the error-driven weight change.

    It acts while learning is on, adds to the weight at once, and is not divided by the optimizer's normaliser. Rules
    that bring a weight up to date at feedback events only then go on from the weight that Oja's rule has changed.

    Parameters
    ----------
    oja_learning_rate : float
        Weight change a spike and unit trace. A trainer's schedule applies to it as to the optimizer's learning rate.
    norm : float
        Length of the weight vector to which the rule leads a neuron of unit gain.
    form : {'single', 'subspace'}
        Each neuron for itself, strictly local; or the neurons of the target against what they reconstruct of the input
        together. For that, every spike of a target neuron adds its weights to a variable of the source neurons. That is
        not local: a spike would have to go back over the forward synapse. All projections from a group reconstruct
        its activity together.
    tau_reconstruction : Quantity
        Time constant of the reconstruction: that of the target neurons' trace x.

    Examples
    --------
    >>> import spikeadam as sa
    >>> print(sa.Oja())
    Oja
    at a forward spike of the target: w += oja_learning_rate*(x_source - x_target*w/norm**2)
    oja_learning_rate=1e-06, norm=1.0
    """

    oja_learning_rate: float = 1e-6
    norm: float = 1.0
    form: str = "single"
    tau_reconstruction: Quantity = default_quantity(50 * ms)

    synapse_equations = """
    oja_learning_rate : 1 (shared)
    norm : 1 (shared)
    """

    def __post_init__(self):
        number("oja_learning_rate", self.oja_learning_rate, at_least=0)
        number("norm", self.norm, above=0)
        one_of("form", self.form, ("single", "subspace"))
        positive_quantity("tau_reconstruction", self.tau_reconstruction, second)

    @property
    def subspace(self):
        return self.form == "subspace"

    @property
    def structural(self):
        return ("form",) if self.subspace else ("form", "tau_reconstruction")

    @property
    def at_source(self):
        return Reconstruction(tau_reconstruction=self.tau_reconstruction) if self.subspace else None

    @property
    def spike_change(self):
        activity = "reconstruction_source" if self.subspace else "x_target*w"
        return f"oja_learning_rate*(x_source - {activity}/norm**2)"

    @property
    def on_spike(self):
        return "reconstruction_source += w" if self.subspace else ""
