"""Neurons with two spike streams: a soma (forward spikes) and a feedback compartment (signed feedback spikes).

Soma (`LIF`; dimensionless potential, threshold 1)::

    dv/dt = (I + bias - v)/tau_membrane     dI/dt = -I/tau_synapse     dx/dt = -x/tau_trace
    spike when v > 1:  v -> v - 1,  x -> x + 1

Feedback compartment (an accumulator of error u; s is +1 or -1)::

    feedback spike when |u| >= theta:   s = sign(u),   u -> u - s*theta
    output neuron:   u -> u + 1 for a teacher spike,   u -> u - 1 for its own forward spike
    hidden neuron:   u -> u + s*b*gate on a feedback spike of sign s that arrives over weight b

What a neuron must expose
-------------------------
Any `brian2.NeuronGroup` works as the source or target of `spikeadam.project` if it has

========================  ===========================================================================
``I``                     takes the forward weights (target). Without a unit: the neuron's equations
                          give it theirs, as in ``I*unit_current`` or ``I*unit_conductance*(E - V)``
``x``                     trace of its own forward spikes, read by the synapses (source)
``u``, ``gate``           error accumulator and the factor on what arrives there (source with feedback)
event ``feedback``        its feedback spikes (target), with statements (``run_on_event``) that run
                          ``when='before_synapses'`` and set the next three
``feedback_sign``         +1 or -1 at a feedback spike, 0 at a refresh (target)
``elapsed``               time between the last two feedback events, in seconds (target)
``refresh``               1 if the feedback event is a refresh, else 0 (target)
========================  ===========================================================================

`project` says what a group lacks. `neuron_group` adds everything but ``I`` and ``x`` to a soma of any equations, and
takes the gate from it; ``networks/other_neurons.py`` shows two. A *refresh* is an empty feedback
event (sign 0) of all neurons of a group in the last step of a run: nothing is sent, each synapse only brings
itself up to date, since event-driven weights are current as of the last feedback event.
"""

from dataclasses import dataclass, fields

import numpy as np
from brian2 import NeuronGroup, Quantity, TimedArray, defaultclock, get_dimensions, ms, second
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.utils.stringtools import get_identifiers

from .checks import default_quantity, integer, number, positive_quantity, whole_steps

NEVER = np.iinfo(np.int32).max
"""Value of ``refresh_every`` that means: no refresh."""


@dataclass(frozen=True, kw_only=True)
class LIF:
    """Leaky integrate-and-fire soma with an exponential synaptic current.

    A spike subtracts the threshold from the potential, so that no input is lost. A homeostatic bias current wakes
    neurons that hardly ever spike: synapses of silent neurons can neither learn nor align. At the end of each
    presentation with n spikes of the neuron itself::

        average_count -> average_count + 0.01*(n - average_count)
        bias -> bias + homeostasis_rate*(1 - average_count/homeostasis_target)   while that is positive

    Parameters
    ----------
    tau_membrane, tau_synapse, tau_trace : Quantity
        Time constants of the potential ``v``, the current ``I`` and the spike trace ``x``.
    homeostasis_rate : float
        Step of the bias current per presentation; 0 switches homeostasis off.
    homeostasis_target : float
        Spikes per presentation below which a neuron counts as silent.

    Examples
    --------
    >>> import spikeadam as sa
    >>> print(sa.LIF().threshold)
    v > 1
    """

    tau_membrane: Quantity = default_quantity(8 * ms)
    tau_synapse: Quantity = default_quantity(5 * ms)
    tau_trace: Quantity = default_quantity(50 * ms)
    homeostasis_rate: float = 0.003
    homeostasis_target: float = 0.2

    equations = """
    dv/dt = (I + bias - v)/tau_membrane : 1
    dI/dt = -I/tau_synapse : 1
    dx/dt = -x/tau_trace : 1
    bias : 1
    average_count : 1
    presentation_count : 1
    tau_membrane : second (shared, constant)
    tau_synapse : second (shared, constant)
    tau_trace : second (shared, constant)
    homeostasis_rate : 1 (shared, constant)
    homeostasis_target : 1 (shared, constant)
    """
    threshold = "v > 1"
    reset = """
    v -= 1
    x += 1
    presentation_count += 1
    """
    rest = """
    v = 0
    I = 0
    x = 0
    average_count += int(learning > 0)*0.01*(presentation_count - average_count)
    bias += int(learning > 0)*homeostasis_rate*clip(1 - average_count/homeostasis_target, 0, 1)
    presentation_count = 0
    """
    gate = "int(v > 0.3)"
    method = "exact"

    def __post_init__(self):
        for name in ("tau_membrane", "tau_synapse", "tau_trace"):
            positive_quantity(name, getattr(self, name), second)
        number("homeostasis_rate", self.homeostasis_rate, at_least=0)
        number("homeostasis_target", self.homeostasis_target, above=0)
        if float(self.tau_membrane) == float(self.tau_synapse):
            # Brian2's exact integration divides by the difference of the two rates.
            raise ValueError(f"tau_membrane and tau_synapse must differ, got {self.tau_membrane!r} for both.")

    @property
    def parameters(self):
        """Values of the shared parameters, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self):
        return _describe(self)


@dataclass(frozen=True, kw_only=True)
class Soma:
    """A soma of the user's own equations.

    Parameters
    ----------
    equations, threshold, reset : str
        As `brian2.NeuronGroup` takes them. They must define ``I`` (which forward weights are added to) and ``x``
        (the trace of the neuron's own spikes), both without a unit, and ``reset`` must raise ``x``. Statements stand
        on lines of their own.
    rest : str
        Statements that put the soma to rest; they run before every presentation.
    gate : str
        The surrogate derivative: an expression of the neuron's own variables that multiplies the feedback that
        reaches it. By default it counts while the neuron has been active lately.
    method : str
        Brian2's integration method.
    parameters : dict
        Values of the equations' parameters, by name.
    namespace : dict
        Constants that the equations name.

    Examples
    --------
    >>> import spikeadam as sa
    >>> from brian2 import ms
    >>> soma = sa.Soma(equations='''dv/dt = (I - v)/(10*ms) : 1
    ...                             dI/dt = -I/(5*ms) : 1
    ...                             dx/dt = -x/(10*ms) : 1''',
    ...                threshold='v > 1', reset='v -= 1; x += 1', rest='v = 0; I = 0; x = 0', method='exact')
    >>> sa.neuron_group(3, soma).N
    3
    """

    equations: str
    threshold: str
    reset: str
    rest: str
    gate: str = "int(x > 0.5)"
    method: str = "euler"
    parameters: dict = None
    namespace: dict = None

    def __str__(self):
        return _describe(self)


def _describe(soma):
    return f"{soma.equations.strip()}\nspike when {soma.threshold}: {soma.reset}"


@dataclass(frozen=True, kw_only=True)
class FeedbackCompartment:
    """Accumulates error and emits it as signed feedback spikes.

    Parameters
    ----------
    theta : float
        Error that one feedback spike stands for.

    Examples
    --------
    >>> import spikeadam as sa
    >>> list(sa.FeedbackCompartment(theta=0.5).events)
    ['feedback']
    """

    theta: float = 1.0

    equations = """
    u : 1
    theta : 1 (shared, constant)
    learning : 1 (shared, constant)
    refresh_every : integer (shared, constant)
    feedback_sign : 1
    refresh : 1
    elapsed : second
    last_feedback : second
    spike_count : 1
    feedback_count : 1
    """

    def __post_init__(self):
        number("theta", self.theta, above=0)

    @property
    def events(self):
        """The feedback event. A fresh dict each time: Brian2 changes the one that it is given."""
        return {"feedback": "learning > 0 and (abs(u) >= theta or (t_in_timesteps + 1) % refresh_every == 0)"}

    # Runs before the synapses of the same step, which read what is set here.
    on_feedback = """
    feedback_sign = sign(u)*int(abs(u) >= theta)
    u -= feedback_sign*theta
    feedback_count += abs(feedback_sign)
    refresh = int((t_in_timesteps + 1) % refresh_every == 0)
    elapsed = t - last_feedback
    last_feedback = t
    """


def neuron_group(
    N,
    soma=None,
    compartment=None,
    *,
    presentation=None,
    teacher=None,
    teacher_onset=0 * ms,
    name="neurons*",
    clock=None,
):
    """A `brian2.NeuronGroup` of a soma with a feedback compartment.

    Parameters
    ----------
    N : int
        Number of neurons.
    soma : LIF or Soma
        Default: ``LIF()``.
    compartment : FeedbackCompartment
        Default: ``FeedbackCompartment()``.
    presentation : Quantity, optional
        Put soma and error to rest every so often, at the start of each presentation of a sample.
    teacher : TimedArray, optional
        Makes the group an output layer: ``teacher(t, i)`` is the number of teacher spikes that neuron ``i`` gets
        in a time step (0.5: one every second step). Without it the group is a hidden layer.
    teacher_onset : Quantity
        When in a presentation teacher and own spikes begin to count as error: before, the network has not had the
        time to answer.
    name, clock
        As in Brian2.

    Returns
    -------
    brian2.NeuronGroup
        With ``learning`` set to 1; 0 freezes all that happens through feedback spikes.

    Examples
    --------
    >>> import spikeadam as sa
    >>> from brian2 import ms
    >>> hidden = sa.neuron_group(100, presentation=40*ms)
    >>> sorted(hidden.events)
    ['feedback', 'spike']
    """
    integer("N", N, at_least=1)
    soma = LIF() if soma is None else soma
    compartment = FeedbackCompartment() if compartment is None else compartment
    if not isinstance(soma, (LIF, Soma)):
        raise TypeError(f"soma takes a sa.LIF or a sa.Soma, got {soma!r}.")
    if not isinstance(compartment, FeedbackCompartment):
        raise TypeError(f"compartment takes a sa.FeedbackCompartment, got {compartment!r}.")
    if teacher is not None and not isinstance(teacher, TimedArray):
        raise TypeError(f"teacher takes a TimedArray of teacher spikes per time step, got {teacher!r}.")
    if teacher is not None and (teacher.values.ndim != 2 or teacher.values.shape[1] != N):
        raise ValueError(
            f"teacher takes one column for each of the {N} neurons, got an array of shape {teacher.values.shape}."
        )
    clock = defaultclock if clock is None else clock
    steps = None if presentation is None else whole_steps("presentation", presentation, clock.dt)
    if get_dimensions(teacher_onset) != second.dim or np.ndim(teacher_onset):
        raise TypeError(f"teacher_onset takes a time, such as 12*ms, got {teacher_onset!r}.")
    if not (teacher_onset >= 0 * ms and (presentation is None or teacher_onset < presentation)):
        raise ValueError(f"teacher_onset takes a time within the presentation, got {teacher_onset!s}.")

    equations = soma.equations + compartment.equations + f"gate = {soma.gate} : 1\n"
    reset = soma.reset + "\nspike_count += 1"
    rest = soma.rest + "\nu = 0"
    namespace = dict(getattr(soma, "namespace", None) or {})
    if teacher is not None:
        begun = "1" if steps is None else f"int((t_in_timesteps % {steps})*dt >= teacher_onset)"
        equations += f"""
        teacher_phase : 1
        teacher_onset : second (shared, constant)
        teaching = int(learning > 0)*{begun} : 1 (shared)
        """
        reset += "\nu -= teaching"
        rest += "\nteacher_phase = 0"
        namespace["teacher"] = teacher
    group = NeuronGroup(
        N,
        equations,
        threshold=soma.threshold,
        reset=reset,
        events=compartment.events,
        method=soma.method,
        namespace=namespace,
        name=name,
        clock=clock,
    )
    missing = [variable for variable in ("I", "x") if variable not in group.variables]
    if missing:
        raise ValueError(
            f"soma takes equations that define I and x, but {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not defined."
        )
    unit = [name for name in ("I", "x") if group.variables[name].dim != get_dimensions(1)]
    if unit:
        raise ValueError(
            f"soma takes equations in which I and x have no unit, but {' and '.join(unit)} "
            f"{'has' if len(unit) == 1 else 'have'} one: give the forward weights theirs where they act, as in I*unit_current."
        )
    trace = group.equations["x"]
    # A trace may follow the equations, such as calcium that enters with the potential, or be set from outside.
    follows = {name for name in trace.identifiers & group.equations.names if "constant" not in group.equations[name].flags}
    if trace.type == DIFFERENTIAL_EQUATION and follows == {"x"} and "x" not in get_identifiers(soma.reset):
        raise ValueError(f"soma takes a reset that raises the trace x, such as 'x += 1', got {soma.reset!r}.")
    for parameter, value in (soma.parameters or {}).items():
        setattr(group, parameter, value)
    group.theta = compartment.theta
    group.learning = 1
    group.refresh_every = NEVER

    group.add_attribute("presentation_steps")
    group.presentation_steps = steps
    group.run_on_event("feedback", compartment.on_feedback, when="before_synapses")
    if presentation is not None:
        group.run_regularly(rest, dt=presentation, when="start", order=0)
    if teacher is not None:
        group.teacher_onset = teacher_onset
        # Teacher spikes come at regular intervals: as even as they can be, and the same on every device.
        group.run_regularly(
            """
            teacher_phase += teacher(t, i)*teaching
            u += int(teacher_phase >= 1)
            teacher_phase -= int(teacher_phase >= 1)
            """,
            when="start",
            order=1,
        )
    return group
