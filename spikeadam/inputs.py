"""Input layers: groups that turn the values of a sample into forward spikes.

Those in this module read a two-dimensional `brian2.TimedArray`, one row a presentation, one column a neuron, values in
[0, 1], and draw on `counter_uniform`, so that a spike train is a function of the seed, the step and the neuron.
`Input.feed` turns samples into the rows of that array: each sample is its row, unless a subclass says otherwise.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Hz, NeuronGroup, Quantity, TimedArray, defaultclock, ms, second
from sklearn.utils.validation import check_array

from .checks import default_quantity, integer, number, positive_quantity, whole_steps
from .counter_random import counter_uniform
from .datasets import EventRecordings


class Input:
    """What the input descriptions share: the group around their equations, and samples as rows of its stimulus."""

    on_spike = ""
    on_presentation = ""
    on_row = None
    """Statements at the start of every row, where a presentation may have several."""

    def check_samples(self, X):
        """Return ``X`` as `feed` takes it, of shape (n_samples, N), or say in a sentence what is wrong with it."""
        if isinstance(X, EventRecordings):
            raise TypeError(f"X takes EventRecordings only where the input is sa.EventInput(), got {X!r}.")
        X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
        if X.min() < 0 or X.max() > 1:
            raise ValueError(
                f"X takes values in [0, 1], such as pixels divided by their maximum; got {X.min():g} to {X.max():g}."
            )
        return X

    def rows_per_presentation(self, presentation, dt):
        """How many rows of the stimulus one presentation takes."""
        return 1

    def feed(self, X, presentation, dt):
        """Rows of the stimulus for the samples ``X``, ``rows_per_presentation`` for each.

        Parameters
        ----------
        X : array of shape (n_samples, N)
            Or whatever `check_samples` returns.
        presentation, dt : Quantity
            Duration of a presentation and time step.
        """
        return X

    def group(self, N, stimulus, *, presentation, name="input*", clock=None):
        """The input layer as a `brian2.NeuronGroup`.

        Parameters
        ----------
        N : int
            Number of input neurons.
        stimulus : TimedArray
            Values in [0, 1], one row a presentation, ``N`` columns; or what `feed` returns.
        presentation : Quantity
            Duration of a presentation.
        name, clock
            As in Brian2.
        """
        if not isinstance(stimulus, TimedArray):
            raise TypeError(f"stimulus takes a TimedArray of values in [0, 1], got {stimulus!r}.")
        integer("N", N, at_least=1)
        clock = defaultclock if clock is None else clock
        steps = whole_steps("presentation", presentation, clock.dt)
        if stimulus.values.ndim != 2 or stimulus.values.shape[1] != N:
            raise ValueError(
                f"stimulus takes one column for each of the {N} neurons, got an array of shape {stimulus.values.shape}."
            )
        self._check_steps(presentation, clock.dt)
        namespace = {"stimulus": stimulus, "counter_uniform": counter_uniform, "presentation_steps": steps}
        if self.on_row is not None:
            row_steps = namespace["row_steps"] = steps // self.rows_per_presentation(presentation, clock.dt)
            if abs(stimulus.dt - row_steps * float(clock.dt)) > 1e-6 * stimulus.dt:
                raise ValueError(
                    f"stimulus takes rows of {row_steps * clock.dt!s}, {steps // row_steps} a presentation, got rows of "
                    f"{stimulus.dt * second!s}."
                )
        group = NeuronGroup(
            N,
            self.equations
            + """
            dx/dt = -x/tau_trace : 1
            tau_trace : second (shared, constant)
            input_seed : integer (shared, constant)
            first_step : integer (shared, constant)
            step = first_step + t_in_timesteps : integer (shared)
            spike_count : 1
            """,
            threshold=self.threshold,
            reset="x += 1\nspike_count += 1\n" + self.on_spike,
            method="exact",
            namespace=namespace,
            name=name,
            clock=clock,
        )
        for parameter, value in self.parameters.items():
            setattr(group, parameter, value)
        group.add_attribute("presentation_steps")
        group.presentation_steps = steps
        group.run_regularly("x = 0\n" + self.on_presentation, dt=presentation, when="start", order=0)
        if self.on_row is not None:
            group.run_regularly(self.on_row, dt=row_steps * clock.dt, when="start", order=0)
        return group

    def _check_steps(self, presentation, dt):
        """Whether the time step and the presentation can hold the spikes."""
        if self.max_rate * dt > 1:
            raise ValueError(f"max_rate takes at most one spike a time step, {1 / dt!s}, got {self.max_rate!s}.")


@dataclass(frozen=True, kw_only=True)
class PoissonInput(Input):
    """Bernoulli spikes in each step, the discrete-time Poisson process: rate = max_rate * value.

    Parameters
    ----------
    max_rate : Quantity
        Rate of a neuron whose value is 1.
    tau_trace : Quantity
        Time constant of the spike trace ``x`` that the synapses read.
    """

    max_rate: Quantity = default_quantity(200 * Hz)
    tau_trace: Quantity = default_quantity(50 * ms)

    equations = """
    probability : 1
    max_rate : Hz (shared, constant)
    """
    # The first condition spares the black pixels, most of an image, their random number.
    threshold = "probability > 0 and counter_uniform(input_seed, step, i) < probability"
    on_presentation = "probability = stimulus(t, i)*max_rate*dt"

    def __post_init__(self):
        positive_quantity("max_rate", self.max_rate, Hz)
        positive_quantity("tau_trace", self.tau_trace, second)

    @property
    def parameters(self):
        return {"max_rate": self.max_rate, "tau_trace": self.tau_trace}


@dataclass(frozen=True, kw_only=True)
class RegularInput(Input):
    """Evenly spaced spikes, rate = max_rate * value: the least variance that spikes can have.

    A neuron spikes in steps 1/(rate*dt) apart, the first one a random part of that after the onset: the part is drawn
    once for each neuron, so that a sample always gives the same spikes.

    Parameters
    ----------
    max_rate, tau_trace : Quantity
        As in `PoissonInput`.
    """

    max_rate: Quantity = default_quantity(200 * Hz)
    tau_trace: Quantity = default_quantity(50 * ms)

    equations = """
    spacing : 1
    due : 1
    max_rate : Hz (shared, constant)
    step_of_presentation = t_in_timesteps % presentation_steps : integer (shared)
    """
    # One comparison a neuron and step; the spacing of black pixels is longer than any presentation.
    threshold = "step_of_presentation + 1 >= due"
    on_spike = "due += spacing"
    on_presentation = """
    spacing = 1/clip(stimulus(t, i)*max_rate*dt, 1e-9, 1)
    due = (1 - counter_uniform(input_seed, 0, i))*spacing
    """

    __post_init__ = PoissonInput.__post_init__
    parameters = PoissonInput.parameters


@dataclass(frozen=True, kw_only=True)
class LatencyInput(Input):
    """One spike a presentation, the earlier the larger the value: at (1 - value)*latest; none for a value of 0.

    Parameters
    ----------
    latest : Quantity
        Latency of the smallest value.
    cutoff : float
        Values at or below it stay silent.
    tau_trace : Quantity
        As in `PoissonInput`.
    """

    latest: Quantity = default_quantity(20 * ms)
    cutoff: float = 0.0
    tau_trace: Quantity = default_quantity(50 * ms)

    equations = """
    spike_step : integer
    latest : second (shared, constant)
    cutoff : 1 (shared, constant)
    step_of_presentation = t_in_timesteps % presentation_steps : integer (shared)
    """
    threshold = "step_of_presentation == spike_step"
    on_presentation = (
        "spike_step = int((1 - stimulus(t, i))*latest/dt + 0.5)*int(stimulus(t, i) > cutoff) - int(stimulus(t, i) <= cutoff)"
    )

    def __post_init__(self):
        positive_quantity("latest", self.latest, second)
        positive_quantity("tau_trace", self.tau_trace, second)
        number("cutoff", self.cutoff, at_least=0, below=1)

    def _check_steps(self, presentation, dt):
        if self.latest > presentation - dt:
            raise ValueError(f"latest takes a latency within the presentation of {presentation!s}, got {self.latest!s}.")

    @property
    def parameters(self):
        return {"latest": self.latest, "cutoff": self.cutoff, "tau_trace": self.tau_trace}
