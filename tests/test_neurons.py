"""Soma and feedback compartment: trajectories worked out by hand."""

from math import exp

import numpy as np
import pytest
from brian2 import EventMonitor, NeuronGroup, StateMonitor, Synapses, mV, ms, nS, pA, pF, volt
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import SOMA, clock, feed, numpy_code, run  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")

STILL = {**SOMA, "homeostasis_rate": 0.0}


def trajectory(group, names, steps, **initial):
    """Values at the end of each step, one array a name; shape (n_steps,) or (n_steps, N)."""
    for name, value in initial.items():
        setattr(group, name, value)
    monitor = StateMonitor(group, names, record=True, clock=group.clock, when="end")
    run(steps * ms, group, monitor)
    values = {name: np.array(getattr(monitor, name)).T.squeeze() for name in names}
    return [values[name] for name in names]


# -- the soma -----------------------------------------------------------------------------------------------------


def test_soma_follows_the_exact_exponentials():
    # tau_membrane 8 ms, tau_synapse 5 ms, tau_trace 20 ms. With I = 0.6*exp(-t/5), the particular solution of
    # 8*v' = I - v is A*exp(-t/5), A = 0.6/(1 - 8/5) = -1; with v(0) = 0.2: v = 1.2*exp(-t/8) - exp(-t/5).
    group = sa.neuron_group(1, sa.LIF(**STILL), clock=clock())
    v, I, x = trajectory(group, ["v", "I", "x"], 4, v=0.2, I=0.6, x=2)
    assert_allclose(I, [0.6 * exp(-t / 5) for t in (1, 2, 3, 4)], rtol=1e-14)
    assert_allclose(x, [2 * exp(-t / 20) for t in (1, 2, 3, 4)], rtol=1e-14)
    assert_allclose(v, [1.2 * exp(-t / 8) - exp(-t / 5) for t in (1, 2, 3, 4)], rtol=1e-13)
    # in numbers, for the eye: 0.2403, 0.2642, 0.2759, 0.2785
    assert_allclose(v, [0.24026553, 0.26424089, 0.27593550, 0.27850783], atol=1e-8)


def test_a_spike_subtracts_the_threshold_and_raises_the_trace():
    # bias 2, I 0, v(0) 0.9: v = 2 - 1.1*exp(-1/8) = 1.0292 > 1, so v -> 0.0292.
    # Next step: 2 - (2 - 0.0292)*exp(-1/8) = 0.2608, no spike. x: 1, then exp(-1/20).
    group = sa.neuron_group(1, sa.LIF(**STILL), clock=clock())
    v, x, count = trajectory(group, ["v", "x", "spike_count"], 2, v=0.9, bias=2)
    first = 2 - 1.1 * exp(-1 / 8) - 1
    assert_allclose(v, [first, 2 - (2 - first) * exp(-1 / 8)], rtol=1e-12)
    assert_allclose(x, [1, exp(-1 / 20)], rtol=1e-14)
    assert_array_equal(count, [1, 1])


def test_a_potential_far_above_threshold_loses_one_threshold_a_step():
    # v(0) = 3.5, no current: 3.5*exp(-1/8) - 1 = 2.0887, 2.0887*exp(-1/8) - 1 = 0.8433, then no spike.
    group = sa.neuron_group(1, sa.LIF(**STILL), clock=clock())
    v, count = trajectory(group, ["v", "spike_count"], 3, v=3.5)
    decay = exp(-1 / 8)
    assert_allclose(v, [3.5 * decay - 1, (3.5 * decay - 1) * decay - 1, ((3.5 * decay - 1) * decay - 1) * decay])
    assert_array_equal(count, [1, 2, 2])


def test_homeostasis_raises_the_bias_of_silent_neurons_only():
    # rate 0.01, target 4. Five presentations of 2 ms each; the formula runs at the start of each, on what came before.
    # Neuron 0 never spikes: average_count stays 0, and bias grows by 0.01 at every start: 0.01*(start number).
    # Neuron 1 starts with average_count 6 and 3 spikes in presentation_count: average 6 + 0.01*(3 - 6) = 5.97, then
    # 5.97*0.99 and so on: above target, no bias.
    # Neuron 2 starts at 2: 2*0.99 = 1.98, bias 0.01*(1 - 1.98/4) = 0.00505, then 1.9602: + 0.01*(1 - 0.49005) ...
    group = sa.neuron_group(3, sa.LIF(**SOMA), presentation=2 * ms, clock=clock())
    bias, average, count = trajectory(
        group,
        ["bias", "average_count", "presentation_count"],
        10,
        average_count=[0, 6, 2],
        presentation_count=[0, 3, 0],
    )
    assert_allclose(bias[::2, 0], [0.01, 0.02, 0.03, 0.04, 0.05])
    assert_allclose(average[::2, 1], [5.97, 5.97 * 0.99, 5.97 * 0.99**2, 5.97 * 0.99**3, 5.97 * 0.99**4])
    assert_array_equal(bias[:, 1], 0)
    assert_allclose(average[::2, 2], 2 * 0.99 ** np.arange(1, 6))
    assert_allclose(bias[::2, 2], np.cumsum(0.01 * (1 - 2 * 0.99 ** np.arange(1, 6) / 4)))
    assert_array_equal(count, 0)


def test_homeostasis_rate_of_zero_switches_it_off():
    group = sa.neuron_group(1, sa.LIF(**STILL), presentation=2 * ms, clock=clock())
    (bias,) = trajectory(group, ["bias"], 10)
    assert_array_equal(bias, 0)


def test_a_presentation_starts_from_rest():
    group = sa.neuron_group(1, sa.LIF(**STILL), presentation=3 * ms, clock=clock())
    v, I, x, u = trajectory(group, ["v", "I", "x", "u"], 4, v=0.5, I=0.5, x=0.5, u=0.5)
    # The first presentation starts at 0, so that nothing of what was set is left.
    for values in (v, I, x, u):
        assert_array_equal(values, 0)
    # A push in step 0 lasts until step 3, the start of the next presentation.
    group = sa.neuron_group(1, sa.LIF(**STILL), presentation=3 * ms, clock=clock())
    group.run_regularly("v += 0.3; I += 0.1; x += 1; u += 0.2", dt=4 * ms, when="before_groups")
    v, I, x, u = trajectory(group, ["v", "I", "x", "u"], 4)
    for values in (v, I, x, u):
        assert (values[:3] > 0).all() and values[3] == 0


def test_equal_time_constants_are_refused_because_exact_integration_divides_by_their_difference():
    with pytest.raises(ValueError, match=r"^tau_membrane and tau_synapse must differ, got 5\. \* msecond for both\.$"):
        sa.LIF(tau_membrane=5 * ms, tau_synapse=5 * ms)


@pytest.mark.parametrize(
    "options, error, sentence",
    [
        ({"tau_membrane": 5}, TypeError, "tau_membrane takes a positive"),
        ({"tau_synapse": 0 * ms}, ValueError, "tau_synapse takes a positive"),
        ({"tau_trace": 3 * mV}, TypeError, "tau_trace takes a positive"),
        ({"homeostasis_rate": -0.1}, ValueError, "homeostasis_rate takes a finite number of at least 0, got -0.1."),
        ({"homeostasis_target": 0}, ValueError, "homeostasis_target takes a finite number above 0, got 0."),
    ],
)
def test_bad_time_constants_and_rates(options, error, sentence):
    with pytest.raises(error, match=f"^{sentence}"):
        sa.LIF(**options)


def test_descriptions_are_frozen_compare_by_value_and_print_their_equations():
    soma = sa.LIF(tau_trace=7 * ms)
    assert soma == sa.LIF(tau_trace=7 * ms) and soma != sa.LIF(tau_trace=8 * ms)
    with pytest.raises(AttributeError):
        soma.tau_trace = 1 * ms
    assert "dv/dt = (I + bias - v)/tau_membrane : 1" in str(soma)
    assert "spike when v > 1" in str(soma)


# -- the feedback compartment ---------------------------------------------------------------------------------------


def test_feedback_spikes_carry_a_sign_and_subtract_theta():
    # theta 0.5. u = 0.5 -> spike +, u 0; u = -0.5 -> spike -, u 0; u = 0.4999 -> none; u = -1.3 -> spike - twice.
    group = sa.neuron_group(4, sa.LIF(**STILL), sa.FeedbackCompartment(theta=0.5), clock=clock())
    monitor = EventMonitor(group, "feedback", variables="feedback_sign", when="after_synapses")
    group.u = [0.5, -0.5, 0.4999, -1.3]
    run(4 * ms, group, monitor)
    assert_array_equal(monitor.i, [0, 1, 3, 3])
    assert_array_equal(np.round(monitor.t / ms), [0, 0, 0, 1])
    assert_array_equal(monitor.feedback_sign, [1, -1, -1, -1])
    assert_allclose(group.u, [0, 0, 0.4999, -0.3])
    assert_array_equal(group.feedback_count, [1, 1, 0, 2])


def test_feedback_spikes_are_level_triggered_one_a_step_while_the_error_lasts():
    # u = 3.2, theta 1: spikes in steps 0, 1 and 2, and 0.2 is left.
    group = sa.neuron_group(1, sa.LIF(**STILL), sa.FeedbackCompartment(theta=1), clock=clock())
    u, count, elapsed = trajectory(group, ["u", "feedback_count", "elapsed"], 5, u=3.2, last_feedback=-4 * ms)
    assert_allclose(u, [2.2, 1.2, 0.2, 0.2, 0.2])
    assert_array_equal(count, [1, 2, 3, 3, 3])
    # Time since the feedback event before: 4 ms before the start, then every step.
    assert_allclose(elapsed / 1e-3, [4, 1, 1, 1, 1])


def test_a_monitor_of_the_event_reads_a_stale_sign_unless_it_reads_after_the_synapses():
    # The trap: statements of the event run after the monitor's default time (after_thresholds).
    group = sa.neuron_group(1, sa.LIF(**STILL), sa.FeedbackCompartment(theta=1), clock=clock())
    early = EventMonitor(group, "feedback", variables="feedback_sign")
    late = EventMonitor(group, "feedback", variables="feedback_sign", when="after_synapses")
    group.u = -2
    run(3 * ms, group, early, late)
    assert_array_equal(early.feedback_sign, [0, -1])  # the signs of the event before
    assert_array_equal(late.feedback_sign, [-1, -1])


def test_synapses_read_the_sign_of_the_same_step():
    group = sa.neuron_group(2, sa.LIF(**STILL), sa.FeedbackCompartment(theta=1), clock=clock())
    read = Synapses(
        group,
        group,
        "seen : 1",
        on_pre={"look": "seen += feedback_sign_pre"},
        on_event={"look": "feedback"},
        clock=group.clock,
    )
    read.connect(j="i")
    group.u = [1, -2]
    run(1 * ms, group, read)
    assert_array_equal(read.seen, [1, -1])


def test_groups_do_not_share_the_dict_of_events():
    # Brian2 writes into the dict that it is given: one dict for two groups breaks the second.
    compartment = sa.FeedbackCompartment()
    assert compartment.events is not compartment.events
    groups = [sa.neuron_group(2, compartment=compartment, clock=clock()) for _ in range(2)]
    assert groups[0].events is not groups[1].events
    assert sorted(groups[1].events) == ["feedback", "spike"]


def test_theta_must_be_positive():
    with pytest.raises(ValueError, match=r"^theta takes a finite number above 0, got 0\.$"):
        sa.FeedbackCompartment(theta=0)


# -- the output layer -----------------------------------------------------------------------------------------------


def output(rates, *, presentation=None, onset=0 * ms, theta=100.0, **soma):
    """An output layer whose error only accumulates, since theta is out of reach."""
    rates = np.atleast_2d(np.asarray(rates, dtype=float))
    return sa.neuron_group(
        rates.shape[1],
        sa.LIF(**{**STILL, **soma}),
        sa.FeedbackCompartment(theta=theta),
        presentation=presentation,
        teacher=feed(rates, 1 * ms if presentation is None else presentation),
        teacher_onset=onset,
        clock=clock(),
    )


def test_teacher_spikes_add_one_and_own_spikes_subtract_one():
    # Teacher: 0.5 a step on neuron 0: spikes in the second, fourth, ... step. 0 on neuron 1. 1 on neuron 2.
    # Neuron 1 starts with v = 1.5: 1.5*exp(-1/8) = 1.32 > 1 in the first step only.
    # Neuron 2: teacher spikes in all four, own spikes (v = 3.5) in the first two.
    group = output([[0.5, 0, 1]])
    (u,) = trajectory(group, ["u"], 4, v=[0, 1.5, 3.5])
    assert_array_equal(u, [[0, -1, 0], [1, -1, 0], [1, -1, 1], [2, -1, 2]])


def test_teacher_spikes_are_as_even_as_they_can_be():
    # 0.375 a step: the sum passes 1, 2 and 3 in steps 3, 6 and 8 (1.125, 2.25, 3).
    group = output([[0.375]])
    (u,) = trajectory(group, ["u"], 10)
    assert_array_equal(np.flatnonzero(np.diff(np.concatenate([[0], u]))) + 1, [3, 6, 8])


def test_a_teacher_spike_leaves_as_a_feedback_spike_in_the_same_step():
    group = output([[1, 0]], theta=1.0)
    monitor = EventMonitor(group, "feedback", variables="feedback_sign", when="after_synapses")
    group.v = [0, 1.5]
    run(2 * ms, group, monitor)
    # Neuron 1: its own spike comes in step 0, after the test for feedback spikes, so that the error leaves in step 1.
    assert_array_equal(monitor.i, [0, 0, 1])
    assert_array_equal(np.round(monitor.t / ms), [0, 1, 1])
    assert_array_equal(monitor.feedback_sign, [1, 1, -1])


def test_before_the_onset_neither_teacher_nor_own_spikes_count():
    # Presentations of 5 steps, onset at step 2. Teacher 1 a step: u is 1, 2, 3 in steps 2, 3, 4, and the next
    # presentation starts at 0 again. The neuron of column 1 spikes in every step (bias 20) and has no teacher.
    group = output([[1, 0], [1, 0]], presentation=5 * ms, onset=2 * ms)
    u, count = trajectory(group, ["u", "spike_count"], 10, bias=[0, 20])
    assert_array_equal(u[:, 0], [0, 0, 1, 2, 3] * 2)
    assert_array_equal(u[:, 1], [0, 0, -1, -2, -3] * 2)
    assert_array_equal(count[:, 1], np.arange(1, 11))


def test_each_presentation_has_a_teacher_of_its_own():
    group = output([[1, 0], [0, 1]], presentation=3 * ms)
    (u,) = trajectory(group, ["u"], 6)
    assert_array_equal(u, [[1, 0], [2, 0], [3, 0], [0, 1], [0, 2], [0, 3]])


@pytest.mark.parametrize("steps", [2.4, 3.7])
def test_an_onset_between_two_steps_waits_for_the_next(steps):
    group = output([[1]], presentation=6 * ms, onset=steps * ms)
    (u,) = trajectory(group, ["u"], 6)
    assert_array_equal(u > 0, np.arange(6) >= steps)


def test_learning_switched_off_freezes_error_and_homeostasis():
    group = sa.neuron_group(
        2,
        sa.LIF(**SOMA),
        sa.FeedbackCompartment(theta=1),
        presentation=5 * ms,
        teacher=feed([[1, 0]] * 4, 5 * ms),
        clock=clock(),
    )
    group.learning = 0
    group.refresh_every = 5
    u, bias, average, count = trajectory(
        group, ["u", "bias", "average_count", "feedback_count"], 20, bias=[0.1, 20], average_count=0.5
    )
    assert_array_equal(u, 0)
    assert_array_equal(bias, np.broadcast_to([0.1, 20], bias.shape))
    assert_array_equal(average, 0.5)
    assert_array_equal(count, 0)
    assert group.spike_count[1] == 20  # forward spikes go on


def test_a_refresh_is_a_feedback_event_of_all_neurons_with_sign_zero():
    # u of neuron 1 is over theta in the step of the refresh: its event is a refresh and a spike at once.
    group = sa.neuron_group(3, sa.LIF(**STILL), sa.FeedbackCompartment(theta=1), clock=clock())
    monitor = EventMonitor(group, "feedback", variables=["feedback_sign", "refresh", "elapsed"], when="after_synapses")
    group.refresh_every = 4
    group.u = [0.9, 4.5, -1]
    run(8 * ms, group, monitor)
    step = np.round(monitor.t / ms).astype(int)
    assert_array_equal(step, [0, 0, 1, 2, 3, 3, 3, 7, 7, 7])
    assert_array_equal(monitor.i, [1, 2, 1, 1, 0, 1, 2, 0, 1, 2])
    assert_array_equal(monitor.feedback_sign, [1, -1, 1, 1, 0, 1, 0, 0, 0, 0])
    assert_array_equal(monitor.refresh, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    assert_allclose(group.u, [0.9, 0.5, 0])
    assert_array_equal(group.feedback_count, [0, 4, 1])
    assert_allclose(monitor.elapsed[7:] / ms, 4)


def test_without_being_asked_no_refresh_comes():
    group = sa.neuron_group(1, clock=clock())
    monitor = EventMonitor(group, "feedback")
    run(50 * ms, group, monitor)
    assert monitor.num_events == 0


# -- somas of other equations ---------------------------------------------------------------------------------------

ADAPTIVE_EXPONENTIAL = sa.Soma(
    equations="""
    dV/dt = (g_leak*(E_leak - V) + g_leak*slope*exp((V - V_threshold)/slope) + I*unit_current - adaptation)/C : volt
    dadaptation/dt = (a*(V - E_leak) - adaptation)/tau_w : amp
    dI/dt = -I/tau_synapse : 1
    dx/dt = -x/tau_trace : 1
    tau_synapse : second (shared, constant)
    """,
    threshold="V > V_threshold + 5*slope",
    reset="V = E_leak\nadaptation += b\nx += 1",
    rest="V = E_leak\nadaptation = 0*amp\nI = 0\nx = 0",
    gate="int(V > V_threshold - 5*mV)",
    method="euler",
    parameters={"tau_synapse": 6 * ms},
    namespace={
        "g_leak": 30 * nS,
        "C": 281 * pF,
        "E_leak": -70.6 * mV,
        "V_threshold": -50.4 * mV,
        "slope": 2 * mV,
        "tau_w": 144 * ms,
        "a": 4 * nS,
        "b": 80 * pA,
        "unit_current": 1000 * pA,
        "tau_trace": 20 * ms,
        "amp": 1e12 * pA,
    },
)

CONDUCTANCE_BASED = sa.Soma(
    equations="""
    dV/dt = ((E_leak - V) + I*(0*mV - V))/(20*ms) : volt
    dI/dt = -I/(5*ms) : 1
    dx/dt = -x/(20*ms) : 1
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV; x += 1",
    rest="V = E_leak; I = 0; x = 0",
    method="exponential_euler",
    namespace={"E_leak": -65 * mV},
)


@pytest.mark.parametrize("soma", [ADAPTIVE_EXPONENTIAL, CONDUCTANCE_BASED], ids=["AdEx", "conductance"])
def test_a_soma_of_the_users_equations_learns(soma):
    # Input -> two of these layers with feedback between them: forward spikes, feedback spikes and learning all happen.
    step = clock()
    source = sa.RegularInput(max_rate=sa.RegularInput().max_rate * 2).group(
        5, feed([[1] * 5] * 4, 50 * ms), presentation=50 * ms, clock=step
    )
    hidden = sa.neuron_group(6, soma, presentation=50 * ms, clock=step)
    out = sa.neuron_group(2, soma, presentation=50 * ms, teacher=feed([[0.5, 0]] * 4, 50 * ms), clock=step)
    rule = sa.SGD(learning_rate=0.01)
    first = sa.project(source, hidden, rule=rule, weight_scale=4, random_state=0)
    second = sa.project(hidden, out, rule=rule, feedback=sa.Predisposition(w_max=4), weight_scale=4, random_state=1)
    before = [p.weights() for p in (first, second)] + [second.feedback_weights()]
    run(200 * ms, source, hidden, out, first, second)
    assert hidden.spike_count[:].sum() > 0
    assert hidden.feedback_count[:].sum() > 0 and out.feedback_count[:].sum() > 0
    for old, new in zip(before, [first.weights(), second.weights(), second.feedback_weights()]):
        assert np.isfinite(new).all() and (old != new).any()


def test_parameters_and_namespace_of_a_soma_reach_the_group():
    group = sa.neuron_group(2, ADAPTIVE_EXPONENTIAL, clock=clock())
    assert group.tau_synapse == 6 * ms
    assert group.V.dim == volt.dim
    run(1 * ms, group)  # with an empty namespace: the constants are the group's


@pytest.mark.parametrize(
    "left_out, sentence",
    [
        (("I",), "soma takes equations that define I and x, but I is not defined."),
        (("x",), "soma takes equations that define I and x, but x is not defined."),
        (("I", "x"), "soma takes equations that define I and x, but I and x are not defined."),
    ],
)
def test_a_soma_without_what_synapses_need(left_out, sentence):
    lines = {"v": "dv/dt = -v/(10*ms) : 1", "I": "dI/dt = -I/(5*ms) : 1", "x": "dx/dt = -x/(10*ms) : 1"}
    soma = sa.Soma(
        equations="\n".join(line for name, line in lines.items() if name not in left_out),
        threshold="v > 1",
        reset="v = 0",
        rest="v = 0",
        gate="1",
        method="exact",
    )
    with pytest.raises(ValueError) as caught:
        sa.neuron_group(2, soma)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("trace", ["dx/dt = (I - x)/(10*ms) : 1", "x = 2*I : 1", "x : 1"])
def test_a_trace_may_follow_the_equations_or_be_set_from_outside(trace):
    soma = sa.Soma(equations="dI/dt = -I/(5*ms) : 1\n" + trace, threshold="I > 1", reset="I = 0", rest="I = 0", gate="1")
    assert "x" in sa.neuron_group(2, soma).variables


@pytest.mark.parametrize(
    "change, sentence",
    [
        (
            {"equations": "dI/dt = -I/(5*ms) : amp\ndx/dt = -x/(10*ms) : 1"},
            "soma takes equations in which I and x have no unit, but I has one: "
            "give the forward weights theirs where they act, as in I*unit_current.",
        ),
        ({"reset": "I = 0"}, "soma takes a reset that raises the trace x, such as 'x += 1', got 'I = 0'."),
    ],
)
def test_a_soma_whose_synapses_would_fail_or_never_learn(change, sentence):
    given = {"equations": "dI/dt = -I/(5*ms) : 1\ndx/dt = -x/(10*ms) : 1", "reset": "x += 1", **change}
    with pytest.raises(ValueError) as caught:
        sa.neuron_group(2, sa.Soma(threshold="I > 1", rest="I = 0*I", gate="1", **given))
    assert str(caught.value) == sentence


# -- arguments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, error, sentence",
    [
        ({"N": 0}, ValueError, "N takes a whole number of at least 1, got 0."),
        ({"N": 2.0}, TypeError, "N takes a whole number of at least 1, got 2.0."),
        ({"presentation": 40}, TypeError, "presentation takes a positive"),
        ({"teacher": [[1, 0]]}, TypeError, "teacher takes a TimedArray of teacher spikes per time step, got [[1, 0]]."),
        (
            {"teacher": feed([[1, 0, 0]])},
            ValueError,
            "teacher takes one column for each of the 2 neurons, got an array of shape (1, 3).",
        ),
        ({"soma": "LIF"}, TypeError, "soma takes a sa.LIF or a sa.Soma, got 'LIF'."),
        ({"compartment": 1.0}, TypeError, "compartment takes a sa.FeedbackCompartment, got 1.0."),
        (
            {"teacher": feed([[1, 0]]), "teacher_onset": 5},
            TypeError,
            "teacher_onset takes a time, such as 12*ms, got 5.",
        ),
        ({"presentation": 0.2 * ms}, ValueError, "presentation takes a multiple of the time step 1. ms, got 200. us."),
        ({"presentation": 2.5 * ms}, ValueError, "presentation takes a multiple of the time step 1. ms, got 2.5 ms."),
        ({"teacher_onset": -1 * ms}, ValueError, "teacher_onset takes a time within the presentation, got -1. ms."),
        (
            {"presentation": 5 * ms, "teacher_onset": 5 * ms},
            ValueError,
            "teacher_onset takes a time within the presentation, got 5. ms.",
        ),
    ],
)
def test_bad_arguments_of_neuron_group(options, error, sentence):
    with pytest.raises(error) as caught:
        sa.neuron_group(**{"N": 2, "clock": clock(), **options})
    assert str(caught.value).startswith(sentence)


def test_a_plain_neurongroup_comes_out():
    group = sa.neuron_group(3, presentation=20 * ms, name="layer", clock=clock())
    assert type(group) is NeuronGroup and len(group) == 3 and group.name == "layer"
    assert group.learning == 1
