"""What a device returns for one chunk of a simulation."""

from dataclasses import dataclass

from brian2 import StateMonitor


@dataclass(frozen=True, eq=False)
class Chunk:
    """State at the end of a chunk and what was recorded in it.

    Attributes
    ----------
    state : dict
        Arrays by ``group.variable``.
    records : dict
        For each monitor of the circuit, arrays by variable: ``t`` in seconds since the start of the chunk and ``i``
        of spikes, or ``t`` and the recorded variables, one row a step.
    seconds : float
        Wall time that the chunk took.
    """

    state: dict
    records: dict
    seconds: float


def recorded(monitor):
    """Names of the arrays that a monitor fills."""
    if isinstance(monitor, StateMonitor):
        return ["t", *monitor.record_variables]
    return ["t", "i", *sorted(monitor.record_variables - {"t", "i"})]
