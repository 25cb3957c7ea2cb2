"""Drive one synapse with given gradient impulses and watch it: `probe_rule`."""

from dataclasses import dataclass

import numpy as np
from brian2 import Clock, Network, NeuronGroup, StateMonitor, TimedArray, have_same_dimensions, ms, second

from .checks import number, positive_quantity, whole_steps
from .circuit import Circuit
from .engine import open_device
from .projection import project
from .rules import Rule

LARGEST_GRADIENT = 1e100
"""The square of a larger one, times the ratio of two time constants, may exceed the largest float."""


@dataclass(frozen=True, eq=False)
class Probe:
    """Trajectory of one synapse, one entry a time step; ``m`` and ``rho`` are nan for rules without them."""

    t: np.ndarray
    w: np.ndarray
    m: np.ndarray
    rho: np.ndarray


def probe_rule(
    rule, times, gradients, duration, *, dt=1 * ms, w0=0.0, presentation=100 * ms, device="runtime", **options
):
    """Drive one synapse with given impulses.

    Parameters
    ----------
    rule : Rule
    times : Quantity, shape (n,)
        When the impulses arrive, rounded to time steps; several in one step add up.
    gradients : array, shape (n,)
        Sizes of the impulses g.
    duration : Quantity
        Of the simulation; a multiple of ``dt``.
    dt : Quantity
        Time step.
    w0 : float
        Initial weight.
    presentation : Quantity
        How often Adam and RMSProp, which update once a presentation, do so; a multiple of ``dt``. All other rules
        are brought up to date in every step.
    device : {'runtime', 'standalone'}
    **options
        Of the device, such as ``target='numpy'``.

    Returns
    -------
    Probe
        Arrays ``t`` (a Quantity), ``w``, ``m`` and ``rho`` of shape (n_steps,): values at the end of each step.

    Raises
    ------
    TypeError, ValueError
        For times outside the duration, arrays of different length, values that are not finite, wrong units.
    FloatingPointError
        If the trajectory leaves the finite numbers, as the continuous form of `BioAdam` does in too long time steps.

    Examples
    --------
    >>> import spikeadam as sa
    >>> from brian2 import ms
    >>> probe = sa.probe_rule(sa.SGD(learning_rate=0.1), [2, 5]*ms, [1, -2], 10*ms, target='numpy')
    >>> probe.w.round(3)
    array([ 0. ,  0. , -0.1, -0.1, -0.1,  0.1,  0.1,  0.1,  0.1,  0.1])
    """
    if not isinstance(rule, Rule):
        raise TypeError(f"rule takes an optimizer such as sa.BioAdam(), got {rule!r}.")
    number("w0", w0)
    for name, value in (("dt", dt), ("presentation", presentation)):
        positive_quantity(name, value, second)
    steps = whole_steps("duration", duration, dt)
    if rule.refresh == "presentation":
        whole_steps("presentation", presentation, dt)
    impulses = _impulses(times, gradients, dt, steps)

    def build():
        return _circuit(rule, steps, dt, presentation)

    opened = open_device(device, build, **options)
    try:
        state = {**opened.initial_state, "probe.w": np.array([float(w0)])}
        record = opened.run(state, {"gradient_impulses": impulses[:, None]}, steps * float(dt)).records["trajectory"]
    finally:
        opened.close()
    unknown = np.full(steps, np.nan)
    values = {name: record[name].reshape(-1) if name in record else unknown for name in ("w", "m", "rho")}
    for name in set(values) & set(record):
        if not np.isfinite(values[name]).all():
            step = int(np.argmin(np.isfinite(values[name])))
            raise FloatingPointError(
                f"{name} is not finite from step {step} on: gradients of up to {np.abs(impulses).max():g} are too "
                f"large for {rule!r} in time steps of {dt!s}."
            )
    return Probe(t=record["t"] * second, **values)


def _impulses(times, gradients, dt, steps):
    """Sum of the impulses of each step."""
    if not have_same_dimensions(gradients, 1):
        raise TypeError(f"gradients takes numbers without a unit, got {gradients!r}.")
    gradients = np.atleast_1d(np.asarray(gradients, dtype=float))
    if not have_same_dimensions(times, second) and np.size(times):
        raise TypeError(f"times takes quantities of time, such as [10, 20]*ms, got {times!r}.")
    index = np.atleast_1d(np.round(np.asarray(times, dtype=float) / float(dt)))
    if gradients.shape != index.shape or gradients.ndim != 1:
        shapes = f"{index.shape} and {gradients.shape}"
        raise ValueError(f"times and gradients take one entry an impulse, got shapes {shapes}.")
    if not np.isfinite(gradients).all():
        raise ValueError("gradients takes finite numbers, got nan or infinity.")
    if not np.isfinite(index).all():
        raise ValueError("times takes finite times, got nan or infinity.")
    if len(index) and (index.min() < 0 or index.max() >= steps):
        raise ValueError(
            f"times takes times from 0 to before duration, {steps} steps; got step {index.min():g} to {index.max():g}."
        )
    impulses = np.zeros(steps)
    with np.errstate(over="ignore"):
        np.add.at(impulses, index.astype(int), gradients)
    if not (np.abs(impulses) <= LARGEST_GRADIENT).all():
        raise ValueError(
            f"gradients takes impulses up to {LARGEST_GRADIENT:g} in a time step, since rules square them; got "
            f"{np.abs(impulses).max():g}."
        )
    return impulses


def _circuit(rule, steps, dt, presentation):
    """One synapse between a trace that is the gradient and a neuron whose every feedback spike says -1."""
    feed = TimedArray(np.zeros((steps, 1)), dt=dt, name="gradient_impulses")
    clock = Clock(dt, name="probe_clock")
    namespace = {"gradient_impulses": feed}
    source = NeuronGroup(
        1,
        "x = gradient_impulses(t, i) : 1",
        threshold="False",
        reset="",
        namespace=namespace,
        clock=clock,
        name="source",
    )
    target = NeuronGroup(
        1,
        """
        I : 1
        feedback_sign : 1
        refresh : 1
        elapsed : second
        last_feedback : second
        refresh_every : integer (shared, constant)
        """,
        events={"feedback": "gradient_impulses(t, i) != 0 or (t_in_timesteps + 1) % refresh_every == 0"},
        namespace=namespace,
        clock=clock,
        name="target",
    )
    target.run_on_event(
        "feedback",
        """
        feedback_sign = -1
        refresh = int((t_in_timesteps + 1) % refresh_every == 0)
        elapsed = t - last_feedback
        last_feedback = t
        """,
        when="before_synapses",
    )
    target.add_attribute("presentation_steps")
    target.presentation_steps = round(float(presentation / dt))
    target.refresh_every = 1
    projection = project(source, target, rule=rule, weight_scale=0, name="probe")
    recorded = [name for name in ("w", "m", "rho") if name in projection.forward.variables]
    monitor = StateMonitor(projection.forward, recorded, record=True, clock=clock, when="end", name="trajectory")
    network = Network(source, target, projection.forward, monitor)
    return Circuit(network, [source, target], [projection], {"gradient_impulses": feed}, {"trajectory": monitor})
