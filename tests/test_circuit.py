"""The feedforward circuit: its parts, their order, its seeds, and what it refuses."""

import numpy as np
import pytest
from brian2 import EventMonitor, Hz, Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, defaultclock, ms
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import RULES, SCHEMES, SOMA, numpy_code, run_circuit, tiny_circuit  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")


def circuit(hidden=(4,), **options):
    arguments = {"rule": RULES["SGD"], "feedback": SCHEMES["Predisposition"], **options}
    return sa.feedforward(arguments.pop("n_input", 3), hidden, arguments.pop("n_output", 2), **arguments)


def test_layers_and_projections():
    made = circuit((5, 4), random_state=0)
    assert [group.name for group in made.groups] == ["input", "hidden_1", "hidden_2", "output"]
    assert [len(group) for group in made.groups] == [3, 5, 4, 2]
    assert made.layers == made.groups[1:]
    assert [p.forward.name for p in made.projections] == [
        "input_to_hidden_1",
        "hidden_1_to_hidden_2",
        "hidden_2_to_output",
    ]
    assert [p.weights().shape for p in made.projections] == [(3, 5), (5, 4), (4, 2)]
    assert [p.scheme for p in made.projections] == [None, SCHEMES["Predisposition"], SCHEMES["Predisposition"]]
    assert made.projections[0].feedback is None and made.projections[2].feedback is not None


def test_everything_is_plain_brian2_in_a_network_of_its_own():
    made = circuit()
    assert type(made.network) is Network
    assert all(type(group) is NeuronGroup for group in made.groups)
    assert all(type(synapses) is Synapses for p in made.projections for synapses in p.objects)
    inside = {obj.name for obj in made.network.objects}
    assert {
        "input",
        "hidden_1",
        "output",
        "input_to_hidden_1",
        "hidden_1_to_output",
        "hidden_1_to_output_feedback",
    } <= inside


def test_feeds_and_monitors():
    made = circuit(samples=7, presentation=30 * ms, teacher_onset=10 * ms)
    assert made.feeds["stimulus"].values.shape == (7, 3) and made.feeds["teacher"].values.shape == (7, 2)
    assert made.presentation == 30 * ms and made.teacher_onset == 10 * ms
    assert made.layers[0].presentation_steps == 30
    assert set(made.monitors) == {"output_spikes"}
    recorded = circuit(record=True)
    assert set(recorded.monitors) == {
        "input_spikes",
        "hidden_1_spikes",
        "output_spikes",
        "hidden_1_feedback",
        "output_feedback",
    }
    assert type(recorded.monitors["output_spikes"]) is SpikeMonitor
    assert type(recorded.monitors["output_feedback"]) is EventMonitor


def test_recorded_feedback_has_the_signs_of_its_own_step():
    made = tiny_circuit(RULES["SGD"], SCHEMES["RandomFeedback"], record=True)
    run_circuit(made)
    for group in made.layers:
        monitor = made.monitors[f"{group.name}_feedback"]
        signs = np.array(monitor.feedback_sign)
        # a refresh in the last step has sign 0
        assert np.abs(signs).sum() == group.feedback_count[:].sum()
        assert (signs[np.round(monitor.t / ms) < 59] != 0).all()


def test_the_scale_of_the_first_projection_is_its_own():
    made = circuit(
        (200,), n_input=100, n_output=100, input_scale=5.0, weight_scale=2.0, feedback_scale=0.5, random_state=0
    )
    first, second = made.projections
    assert first.weights().std() == pytest.approx(5 / 10, rel=0.03)
    assert second.weights().std() == pytest.approx(2 / np.sqrt(200), rel=0.03)
    assert second.feedback_weights().std() == pytest.approx(1 / np.sqrt(200), rel=0.03)


def test_layers_learn_at_rates_of_their_own():
    made = circuit((4, 4, 4), rule=sa.SGD(learning_rate=0.1), hidden_learning_rate=2.0, output_learning_rate=3.0)
    rates = [0.1, 0.2, 0.2, 0.3]
    assert [p.rule.learning_rate for p in made.projections] == pytest.approx(rates)
    assert_allclose([p.forward.learning_rate[:] for p in made.projections], rates)
    assert_allclose([p.feedback.learning_rate[:] for p in made.projections[1:]], rates[1:])


def test_the_seed_decides_the_weights():
    def weights(seed):
        made = circuit((4, 3), random_state=seed)
        return [p.weights() for p in made.projections] + [p.feedback_weights() for p in made.projections[1:]]

    for one, same, other in zip(weights(1), weights(1), weights(2)):
        assert_array_equal(one, same)
        assert (one != other).all()
    # No projection repeats the numbers of another.
    values = np.concatenate([matrix.ravel() for matrix in weights(1)])
    assert len(np.unique(values)) == len(values)


def test_descriptions_reach_the_layers():
    made = circuit(
        (4, 3),
        soma=sa.LIF(**{**SOMA, "tau_membrane": 11 * ms}),
        output_soma=sa.LIF(**{**SOMA, "tau_membrane": 17 * ms}),
        compartment=sa.FeedbackCompartment(theta=0.7),
        output_compartment=sa.FeedbackCompartment(theta=0.9),
        input=sa.PoissonInput(max_rate=123 * Hz),
    )
    assert [float(group.tau_membrane[:] / ms) for group in made.layers] == pytest.approx([11, 11, 17])
    assert [float(group.theta[:]) for group in made.layers] == [0.7, 0.7, 0.9]
    assert made.groups[0].max_rate == 123 * Hz
    assert "teacher" not in made.layers[0].namespace and "teacher_phase" in made.layers[-1].variables


def test_one_compartment_is_that_of_all_layers():
    made = circuit((4,), compartment=sa.FeedbackCompartment(theta=0.7))
    assert [float(group.theta[:]) for group in made.layers] == [0.7, 0.7]


def test_a_finer_time_step():
    before = defaultclock.dt
    made = tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"], samples=2, dt=0.5 * ms)
    assert made.layers[0].presentation_steps == 40
    run_circuit(made)
    assert {float(obj.clock.dt / ms) for obj in made.groups} == {0.5}
    assert made.groups[0].spike_count[:].sum() > 0 and made.layers[-1].feedback_count[:].sum() > 0
    assert defaultclock.dt == before


def test_two_circuits_do_not_disturb_each_other():
    alone = tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"])
    run_circuit(alone)
    one, two = (tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"], seed=seed) for seed in (7, 8))
    run_circuit(one)
    run_circuit(two)
    for p, q, r in zip(alone.projections, one.projections, two.projections):
        assert_array_equal(p.weights(), q.weights())
        assert (q.weights() != r.weights()).any()


@pytest.mark.parametrize(
    "options, error, sentence",
    [
        ({"hidden": ()}, ValueError, "hidden takes at least one layer, such as (100,), got none."),
        ({"hidden": (4, 0)}, ValueError, "hidden takes a whole number of at least 1, got 0."),
        ({"hidden": (4.5,)}, TypeError, "hidden takes a whole number of at least 1, got 4.5."),
        ({"hidden": 4}, TypeError, "hidden takes a sequence of whole numbers, such as (100,), got 4."),
        ({"n_input": 0}, ValueError, "n_input takes a whole number of at least 1, got 0."),
        ({"n_output": "two"}, TypeError, "n_output takes a whole number of at least 1, got 'two'."),
        ({"presentation": 40}, TypeError, "presentation takes a positive"),
        ({"presentation": 10 * ms, "teacher_onset": 12 * ms}, ValueError, "teacher_onset takes a time within"),
        ({"samples": 0}, ValueError, "samples takes a whole number of at least 1, got 0."),
        ({"rule": "adam"}, TypeError, "rule takes an optimizer such as sa.BioAdam(), got 'adam'."),
        (
            {"feedback": "mirror"},
            TypeError,
            "feedback takes None or a scheme such as sa.Predisposition(), got 'mirror'.",
        ),
        ({"input": "poisson"}, TypeError, "input takes a description such as sa.RegularInput(), got 'poisson'."),
        ({"hidden_learning_rate": -1}, ValueError, "hidden_learning_rate takes a finite number of at least 0, got -1."),
        ({"output_learning_rate": -1}, ValueError, "output_learning_rate takes a finite number of at least 0, got -1."),
        ({"hidden": "100"}, TypeError, "hidden takes a sequence of whole numbers, such as (100,), got '100'."),
        ({"dt": 0 * ms}, ValueError, "dt takes a positive"),
        ({"connections": [None]}, ValueError, "connections takes an entry for each of the 2 projections, got 1."),
        ({"connections": [([0], [4]), None]}, ValueError, "connections takes target indices from 0 to 3, got 4 to 4."),
        ({"recurrent_scale": -1}, ValueError, "recurrent_scale takes a finite number of at least 0, got -1."),
        ({"recurrent_learning_rate": -1}, ValueError, "recurrent_learning_rate takes a finite number of at least 0"),
    ],
)
def test_bad_arguments(options, error, sentence):
    with pytest.raises(error) as caught:
        circuit(**options)
    assert str(caught.value).startswith(sentence)


def test_connections_of_each_projection():
    fields, shape = sa.receptive_fields((3, 3), 2, features=2)
    made = circuit((8, 5), n_input=9, connections=[fields, None, ([0, 4], [1, 0])], random_state=0)
    assert shape == (2, 2, 2)
    assert [len(p.pre) for p in made.projections] == [32, 40, 2]
    seen = np.zeros((9, 8), bool)
    seen[fields] = True
    assert_array_equal(made.projections[0].weights() != 0, seen)
    forward, feedback = made.projections[2].weights(), made.projections[2].feedback_weights()
    assert_array_equal(np.argwhere(forward), [[0, 1], [4, 0]])
    assert_array_equal(feedback != 0, forward.T != 0)
    # Synapses that are not there have no part in the angle.
    pairs = np.array([[forward[0, 1], forward[4, 0]]]), np.array([[feedback[1, 0]], [feedback[0, 4]]])
    assert sa.alignment_angle(forward, feedback) == pytest.approx(sa.alignment_angle(*pairs))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sparse_connections_learn_and_stay_sparse(scheme):
    connections = [([0, 1, 2, 2], [0, 1, 2, 3]), ([0, 1, 2, 3], [0, 0, 1, 1])]
    made = tiny_circuit(RULES["BioAdam"], SCHEMES[scheme], connections=connections)
    before = [p.weights() for p in made.projections]
    run_circuit(made)
    for old, projection in zip(before, made.projections):
        assert ((projection.weights() != 0) == (old != 0)).all()
        assert (projection.weights() != old).any()


def test_recurrent_hidden_layers():
    made = circuit((5, 4), recurrent_scale=2.0, random_state=0)
    names = [p.forward.name for p in made.projections]
    assert names[3:] == ["hidden_1_to_itself", "hidden_2_to_itself"]
    for projection, layer in zip(made.projections[3:], made.layers):
        assert projection.forward.source is layer and projection.forward.target is layer
        assert projection.scheme is None and projection.feedback is None
        assert_array_equal(projection.weights() == 0, np.eye(len(layer)))
    # What a network has without recurrence it has with it.
    for one, other in zip(made.projections, circuit((5, 4), random_state=0).projections):
        assert_array_equal(one.weights(), other.weights())


def test_recurrent_synapses_learn_as_those_from_below():
    """The change by plain gradient descent: at each feedback spike of the target, by the trace of the source."""
    made = tiny_circuit(RULES["SGD"], SCHEMES["RandomFeedback"], recurrent_scale=1.0, samples=2)
    hidden = made.layers[0]
    recurrent = made.projections[2]
    before = recurrent.weights()
    feedback = EventMonitor(hidden, "feedback", variables="feedback_sign", when="after_synapses")
    # The trace that the synapses read: that of the spikes before this step.
    trace = StateMonitor(hidden, "x", record=True, when="before_synapses")
    run_circuit(made, feedback, trace)
    expected = np.zeros((4, 4))
    for t, i, sign in zip(feedback.t / ms, feedback.i, feedback.feedback_sign):
        expected[:, i] += 0.01 * sign * trace.x[:, round(t)]
    assert np.count_nonzero(expected) > 4
    assert_allclose(recurrent.weights() - before, expected * (1 - np.eye(4)), rtol=1e-6, atol=1e-12)


def test_frozen_recurrent_synapses():
    made = tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"], recurrent_scale=1.0, recurrent_learning_rate=0.0)
    before = [p.weights() for p in made.projections]
    run_circuit(made)
    changed = [(p.weights() != old).any() for p, old in zip(made.projections, before)]
    assert changed == [True, True, False]
