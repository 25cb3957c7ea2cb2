"""Input from an event camera: the spikes of a sample are the events of its recording, and no frame is made.

C++ standalone cannot be given new spike times between two chunks, but new values of a TimedArray. So the spikes of a
neuron are packed into numbers: each number covers a few dozen time steps, and bit k of it, worth 2**k, says whether
the neuron spikes in the k-th of them; 31 bits at most, for Brian2's floor() returns a 32-bit integer.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Quantity, ms, prefs, second

from .checks import default_quantity, positive_quantity, whole_steps
from .datasets import EventRecordings
from .inputs import Input


@dataclass(frozen=True, kw_only=True)
class EventInput(Input):
    """The events of a recording as spikes: address a of the camera is input neuron a.

    A spike falls into the time step that its event's time stamp lies in, counted from 0, the start of the recording.
    Events later than the presentation are cut. Several events of one address in one step become one spike: at 1 ms
    0.13 % of the events of N-MNIST are lost that way.

    A presentation of n time steps is fed in as few rows as can be: n over the largest divisor of n up to 31. One that
    is 30, 100 or 300 steps long takes 1, 4 or 10 rows; a prime number above 31 takes that many rows.

    Parameters
    ----------
    tau_trace : Quantity
        Time constant of the spike trace ``x`` that the synapses read.

    Examples
    --------
    >>> import numpy as np
    >>> import spikeadam as sa
    >>> from brian2 import ms
    >>> recordings = sa.datasets.EventRecordings(
    ...     time_us=np.array([100, 3200, 5900]), address=np.array([0, 1, 1]), offsets=np.array([0, 3]),
    ...     labels=np.array([7]), sensor_shape=(1, 1))
    >>> sa.EventInput().feed(recordings, 30*ms, 1*ms)  # steps 0; 3 and 5
    array([[ 1., 40.]])
    """

    tau_trace: Quantity = default_quantity(50 * ms)

    equations = """
    spike_bits : 1
    step_of_row = t_in_timesteps % row_steps : integer (shared)
    bit = 2.0**(-step_of_row) : 1 (shared)
    """
    # Whole numbers times powers of two are not rounded: the same spikes on every device.
    threshold = "spike_bits > 0 and floor(spike_bits*bit) - 2*floor(0.5*spike_bits*bit) == 1"
    on_row = "spike_bits = stimulus(t, i)"

    def __post_init__(self):
        positive_quantity("tau_trace", self.tau_trace, second)

    @property
    def parameters(self):
        return {"tau_trace": self.tau_trace}

    def _check_steps(self, presentation, dt):
        pass  # any number of steps can hold events

    def check_samples(self, X):
        if not isinstance(X, EventRecordings):
            raise TypeError(
                "X takes EventRecordings, such as sa.datasets.nmnist().train[:10], where the input is sa.EventInput(), "
                f"got {type(X).__name__}."
            )
        if not len(X):
            raise ValueError("X takes at least one recording, got none.")
        return X

    def rows_per_presentation(self, presentation, dt):
        steps = whole_steps("presentation", presentation, dt)
        bits = min(31, np.finfo(prefs.core.default_float_dtype).nmant)
        return next(rows for rows in range(-(-steps // bits), steps + 1) if steps % rows == 0)

    def feed(self, X, presentation, dt):
        X = self.check_samples(X)
        steps = whole_steps("presentation", presentation, dt)
        rows = self.rows_per_presentation(presentation, dt)
        step = np.floor(X.time_us * (1e-6 / float(dt)) + 1e-6).astype(np.int64)
        recording = np.repeat(np.arange(len(X)), np.diff(X.offsets))
        shown = (step >= 0) & (step < steps)
        row, bit = np.divmod(recording[shown] * steps + step[shown], steps // rows)
        spike_bits = np.zeros((len(X) * rows, X.n_addresses), dtype=np.int64)
        np.bitwise_or.at(spike_bits, (row, X.address[shown]), 1 << bit)
        return spike_bits.astype(float)
