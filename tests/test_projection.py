"""project(): connections, matrices, initial weights, parameters, order of events, and what it refuses."""

import numpy as np
import pytest
from brian2 import EventMonitor, Hz, NeuronGroup, PoissonGroup, StateMonitor, Synapses, ms, second
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import RULES, SCHEMES, SOMA, clock, feed, numpy_code, run, run_circuit, tiny_circuit  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")

RULE = sa.SGD(learning_rate=0.01)


def layers(n_source=4, n_target=3, *, presentation=20 * ms, soma=None, **options):
    step = clock()
    source = sa.neuron_group(n_source, soma or sa.LIF(**SOMA), presentation=presentation, name="source", clock=step)
    target = sa.neuron_group(n_target, sa.LIF(**SOMA), presentation=presentation, name="target", clock=step, **options)
    return source, target


# -- all combinations -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [(4,), (4, 3)], ids=["one hidden layer", "two hidden layers"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_learns_over_every_feedback_scheme(rule, scheme, hidden):
    circuit = tiny_circuit(RULES[rule], SCHEMES[scheme], hidden=hidden, samples=1)
    before = [p.weights() for p in circuit.projections]
    run_circuit(circuit)
    assert all(group.feedback_count[:].sum() > 0 for group in circuit.layers)
    for old, projection in zip(before, circuit.projections):
        new = projection.weights()
        assert np.isfinite(new).all() and (new != old).any()
        if projection.scheme is not None:
            assert np.isfinite(projection.feedback_weights()).all()


# -- order in one step ----------------------------------------------------------------------------------------------


def test_a_feedback_spike_climbs_one_layer_a_step():
    # Weights of 2 between three layers of one neuron, gates held open: the output's spike in step 0 is the middle
    # layer's in step 1 and the first layer's in step 2. theta 2, so that one arrival makes one spike.
    step = clock()
    soma = sa.Soma(equations="I : 1\nx : 1", threshold="False", reset="x += 1", rest="I = 0", gate="1")
    one, two, three = (sa.neuron_group(1, soma, sa.FeedbackCompartment(theta=2), name=n, clock=step) for n in "abc")
    first = sa.project(one, two, rule=RULE, feedback=sa.RandomFeedback(), name="first")
    second_ = sa.project(two, three, rule=RULE, feedback=sa.RandomFeedback(), name="second")
    first.feedback.w = second_.feedback.w = 2
    monitors = [
        EventMonitor(g, "feedback", variables="feedback_sign", when="after_synapses") for g in (one, two, three)
    ]
    three.u = -2
    run(5 * ms, one, two, three, first, second_, *monitors)
    assert [np.round(m.t / ms).tolist() for m in monitors] == [[2], [1], [0]]
    assert [m.feedback_sign[:].tolist() for m in monitors] == [[-1], [-1], [-1]]


def test_learning_reads_the_sign_and_the_trace_of_this_step():
    # x of the source is 2 before the step and decays by exp(-1/20); u of the target gives signs +, -, none.
    source, target = layers(1, 3, presentation=None)
    projection = sa.project(source, target, rule=RULE, feedback=sa.Predisposition(w_max=1e12), weight_scale=0)
    source.x, target.u = 2, [1, -1, 0.5]
    run(1 * ms, source, target, projection)
    step = 0.01 * 2 * np.exp(-1 / 20)
    assert_allclose(projection.weights(), [[step, -step, 0]], rtol=1e-9)
    assert_allclose(projection.feedback_weights(), projection.weights().T, rtol=1e-12)


def test_forward_spikes_of_a_step_arrive_with_the_weights_of_before_its_learning():
    # The spike in step 0 meets w = 0.3; learning in step 0 sees x = 1 (decayed), the spike itself not yet.
    source, target = layers(1, 1, presentation=None)
    projection = sa.project(source, target, rule=RULE, weight_scale=0)
    projection.forward.w = 0.3
    source.v, source.x, target.u = 1.5, 1, 1
    run(1 * ms, source, target, projection)
    assert target.I[0] == 0.3
    assert_allclose(projection.forward.w[0], 0.3 + 0.01 * np.exp(-1 / 20), rtol=1e-12)


def test_feedback_arrives_over_the_weight_of_before_its_learning():
    for scheme in ("Predisposition", "WeightTransport"):
        source, target = layers(1, 1, presentation=None)
        projection = sa.project(
            source, target, rule=sa.SGD(learning_rate=0.5), feedback=SCHEMES[scheme], weight_scale=0
        )
        projection.forward.w = 0.3
        if projection.feedback is not None:
            projection.feedback.w = 0.3
        source.v, source.x, target.u = 0.9, 1, 1
        run(1 * ms, source, target, projection)
        assert source.u[0] == 0.3 and projection.forward.w[0] > 0.5


# -- connections and matrices ---------------------------------------------------------------------------------------

PAIRS = ([3, 0, 1, 0, 2], [0, 2, 0, 0, 1])
"""Source and target of five synapses, in no order."""


def test_sparse_connections():
    source, target = layers()
    projection = sa.project(
        source, target, rule=RULE, feedback=SCHEMES["Predisposition"], connections=PAIRS, random_state=3
    )
    connected = np.zeros((4, 3), dtype=bool)
    connected[PAIRS] = True
    assert_array_equal(projection.weights() != 0, connected)
    assert_array_equal(projection.feedback_weights() != 0, connected.T)
    # The attributes are what Brian2 has.
    assert_array_equal(projection.forward.i, projection.pre)
    assert_array_equal(projection.forward.j, projection.post)
    assert_array_equal(projection.feedback.i[:][projection.partner], projection.post)
    assert_array_equal(projection.feedback.j[:][projection.partner], projection.pre)
    for i, j in zip(*PAIRS):
        assert projection.weights()[i, j] == projection.forward.w[i, j]
        assert projection.feedback_weights()[j, i] == projection.feedback.w[j, i]


def test_sparse_connections_learn():
    source, target = layers(presentation=None)
    projection = sa.project(
        source, target, rule=RULE, feedback=SCHEMES["Predisposition"], connections=PAIRS, weight_scale=0
    )
    source.x, target.u = [1, 2, 3, 4], [1, -1, 0]
    run(1 * ms, source, target, projection)
    expected = np.zeros((4, 3))
    for i, j in zip(*PAIRS):
        expected[i, j] = 0.01 * (i + 1) * np.exp(-1 / 20) * [1, -1, 0][j]
    assert_allclose(projection.weights(), expected, rtol=1e-9)
    assert_allclose(projection.feedback_weights(), expected.T, rtol=1e-9)


def test_all_to_all_is_stored_in_pairs_of_targets_and_feedback_emitter_by_emitter():
    source, target = layers()
    projection = sa.project(source, target, rule=RULE, feedback=SCHEMES["RandomFeedback"])
    assert_array_equal(projection.post, [0, 1] * 4 + [2] * 4)
    assert_array_equal(projection.pre, [0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 2, 3])
    assert_array_equal(projection.feedback.i, np.repeat([0, 1, 2], 4))


def test_matrices_take_values_in_synapse_order():
    source, target = layers()
    projection = sa.project(source, target, rule=RULE, feedback=SCHEMES["Predisposition"], random_state=0, name="up")
    assert_array_equal(projection.weights(np.arange(12)), [[0, 1, 8], [2, 3, 9], [4, 5, 10], [6, 7, 11]])
    values = np.arange(12.0)
    assert_array_equal(projection.feedback_weights(values), [[values[4 * j + i] for i in range(4)] for j in range(3)])
    assert_array_equal(projection.weights(projection.initial["up", "w"]), projection.weights())
    assert_array_equal(
        projection.feedback_weights(projection.initial["up_feedback", "w"]), projection.feedback_weights()
    )


def test_feedback_weights_of_the_controls():
    source, target = layers()
    exact = sa.project(source, target, rule=RULE, feedback=sa.WeightTransport(), random_state=0)
    assert_array_equal(exact.feedback_weights(), exact.weights().T)
    source, target = layers()
    signs = sa.project(source, target, rule=RULE, feedback=sa.SignSymmetric(), random_state=0)
    assert_array_equal(np.sign(signs.feedback_weights()), np.sign(signs.weights().T))
    assert not np.allclose(np.abs(signs.feedback_weights()), np.abs(signs.weights().T))


def test_without_feedback_there_are_no_feedback_weights():
    projection = sa.project(*layers(), rule=RULE)
    assert projection.feedback is None and projection.objects == [projection.forward]
    with pytest.raises(
        ValueError, match=r"^feedback_weights takes a projection with feedback, this one was made with feedback=None\.$"
    ):
        projection.feedback_weights()


# -- initial weights ------------------------------------------------------------------------------------------------


def test_initial_weights_are_normal_with_the_stated_deviation_and_independent():
    source, target = layers(100, 80)
    projection = sa.project(
        source,
        target,
        rule=RULE,
        feedback=SCHEMES["Predisposition"],
        weight_scale=2.0,
        feedback_scale=0.5,
        random_state=1,
    )
    w, b = projection.weights().ravel(), projection.feedback_weights().T.ravel()
    for values, deviation in ((w, 0.2), (b, 0.1)):  # 2/sqrt(100), and half of that
        assert abs(values.mean()) < 4 * deviation / np.sqrt(8000)
        assert values.std() == pytest.approx(deviation, rel=4 / np.sqrt(16000))
        assert 2.7 < (values**4).mean() / (values**2).mean() ** 2 < 3.3
    assert abs(np.corrcoef(w, b)[0, 1]) < 4 / np.sqrt(8000)
    assert 85 < sa.alignment_angle(projection.weights(), projection.feedback_weights()) < 95


def test_the_deviation_counts_the_synapses_of_each_target_neuron():
    # 400 synapses onto target 0, 4 onto target 1.
    source, target = layers(400, 2)
    pairs = np.array([[i, 0] for i in range(400)] + [[i, 1] for i in range(4)]).T
    projections = [
        sa.project(*layers(400, 2), rule=RULE, connections=pairs, weight_scale=1.0, random_state=seed)
        for seed in range(20)
    ]
    weights = np.array([p.weights() for p in projections])
    assert weights[:, :, 0].std() == pytest.approx(1 / 20, rel=0.05)
    assert weights[:, :4, 1].std() == pytest.approx(1 / 2, rel=0.25)


def test_the_same_seed_gives_the_same_weights():
    def weights(seed):
        projection = sa.project(*layers(), rule=RULE, feedback=SCHEMES["Predisposition"], random_state=seed)
        return np.concatenate([projection.weights().ravel(), projection.feedback_weights().ravel()])

    assert_array_equal(weights(5), weights(5))
    assert_array_equal(weights(np.random.default_rng(5)), weights(5))
    assert_array_equal(weights(np.random.SeedSequence(5)), weights(5))
    assert (weights(5) != weights(6)).all()
    assert (weights(None) != weights(None)).all()


@pytest.mark.parametrize(
    "rule, name, value", [("BioAdam", "power", 0.05**2), ("BioAdam continuous", "rho", 2.0), ("Adam", "m", 0)]
)
def test_state_of_the_rule_starts_where_it_says(rule, name, value):
    projection = sa.project(*layers(), rule=RULES[rule], feedback=SCHEMES["Predisposition"])
    for synapses in projection.objects:
        assert_allclose(getattr(synapses, name)[:], value)


# -- parameters -----------------------------------------------------------------------------------------------------


def test_set_parameters_reaches_both_directions_and_the_neurons():
    source, target = layers()
    projection = sa.project(source, target, rule=RULES["BioAdam"], feedback=SCHEMES["Predisposition"], name="up")
    projection.set_parameters(learning_rate=0.5, tau_m=70 * ms, w_max=3)
    for synapses in projection.objects:
        assert synapses.learning_rate == 0.5 and synapses.tau_m == 70 * ms and synapses.w_max == 3
    assert target.tau_m_learning == 70 * ms
    assert [(group.name, name) for group, name in projection.variables_of("tau_m")] == [
        ("up", "tau_m"), ("up_feedback", "tau_m"), ("target", "tau_m_learning"),
    ]  # fmt: skip


def test_a_changed_learning_rate_acts():
    source, target = layers(1, 1, presentation=None)
    projection = sa.project(source, target, rule=RULE, feedback=SCHEMES["RandomFeedback"], weight_scale=0)
    projection.set_parameters(learning_rate=0.25)
    source.x, target.u = 1, 1
    run(1 * ms, source, target, projection)
    assert_allclose(projection.forward.w[0], 0.25 * np.exp(-1 / 20))


def test_an_unknown_parameter_lists_the_known_ones():
    projection = sa.project(*layers(), rule=RULE, feedback=SCHEMES["Predisposition"])
    with pytest.raises(ValueError, match=r"^parameter takes one of learning_rate, w_max, got 'rate'\.$"):
        projection.set_parameters(rate=1)


# -- what is refused ------------------------------------------------------------------------------------------------


def bad(sentence, error=ValueError, **change):
    def attempt():
        source, target = layers()
        arguments = {"source": source, "target": target, "rule": RULE, "feedback": SCHEMES["Predisposition"], **change}
        arguments = {name: value() if callable(value) else value for name, value in arguments.items()}
        sa.project(arguments.pop("source"), arguments.pop("target"), **arguments)

    return attempt, error, sentence


def image():
    return sa.RegularInput(max_rate=200 * Hz).group(4, feed([[1] * 4], 20 * ms), presentation=20 * ms, clock=clock())


BAD = {
    "rule is a string": bad("rule takes an optimizer such as sa.BioAdam(), got 'adam'.", TypeError, rule="adam"),
    "rule is a scheme": bad(
        "rule takes an optimizer such as sa.BioAdam(), got Predisposition(w_max=8.0).",
        TypeError,
        rule=sa.Predisposition(w_max=8.0),
    ),
    "feedback is a rule": bad(
        "feedback takes None or a scheme such as sa.Predisposition(), got SGD(learning_rate=0.01).",
        TypeError,
        feedback=RULE,
    ),
    "source without trace": bad(
        "source takes a group with a spike trace x; it lacks x.", source=lambda: PoissonGroup(4, 10 * Hz)
    ),
    "target without compartment": bad(
        "target takes a group made by sa.neuron_group or its like; "
        "it lacks I, feedback_sign, elapsed, refresh, the event feedback.",
        target=lambda: NeuronGroup(3, "v : 1"),
    ),
    "target is no neuron group": bad(
        "target takes a group made by sa.neuron_group or its like; it lacks being a NeuronGroup.",
        target=lambda: PoissonGroup(3, 10 * Hz),
    ),
    "feedback on an input layer": bad(
        "feedback takes None for a source without a feedback compartment, such as an input layer; "
        "the source lacks u and gate.",
        source=image,
    ),
    "Adam without presentation": bad(
        "rule Adam updates once a presentation: the target takes a presentation, "
        "as in sa.neuron_group(..., presentation=100*ms).",
        rule=sa.Adam(),
        target=lambda: sa.neuron_group(3, clock=clock()),
    ),
    "negative scale": bad("weight_scale takes a finite number of at least 0, got -1.", weight_scale=-1),
    "scale nan": bad("feedback_scale takes a finite number of at least 0, got nan.", feedback_scale=float("nan")),
    "target out of range": bad(
        "connections takes target indices from 0 to 2, got 0 to 3.", connections=([0, 1], [0, 3])
    ),
    "source negative": bad("connections takes source indices from 0 to 3, got -1 to 1.", connections=([-1, 1], [0, 2])),
    "not whole numbers": bad("connections takes source indices", connections=([0.5, 1], [0, 2])),
    "unequal lengths": bad(
        "connections takes two one-dimensional arrays of equal length, got shapes (2,) and (3,).",
        connections=([0, 1], [0, 1, 2]),
    ),
    "none": bad(
        "connections takes two one-dimensional arrays of equal length, got shapes (0,) and (0,).", connections=([], [])
    ),
    "a pair twice": bad(
        "connections takes each pair of neurons once, got a pair twice.", connections=([0, 1, 0], [2, 1, 2])
    ),
    "a matrix": bad(
        "connections takes two integer arrays, source and target of each synapse, got 4 of them.",
        connections=np.ones((4, 3)),
    ),
    "a number": bad("connections takes two integer arrays, source and target of each synapse, got 3.", connections=3),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name):
    attempt, error, sentence = BAD[name]
    with pytest.raises(error) as caught:
        attempt()
    assert str(caught.value).startswith(sentence)


def test_two_clocks_of_one_time_step_tick_together():
    source = sa.neuron_group(2, sa.LIF(**SOMA), clock=clock())
    target = sa.neuron_group(2, sa.LIF(**SOMA), clock=clock())
    projection = sa.project(source, target, rule=RULE, feedback=SCHEMES["Predisposition"])
    source.x, target.u, projection.forward.w = 1, 1, 0
    run(1 * ms, source, target, projection)
    assert_allclose(projection.forward.w, 0.01 * np.exp(-1 / 20), rtol=0.01)


def test_constants_that_both_groups_name_must_agree():
    def group(tau, clock):
        soma = sa.Soma(
            equations="dv/dt = (I - v)/tau : 1\ndI/dt = -I/tau : 1\ndx/dt = -x/tau : 1",
            threshold="v > 1",
            reset="v = 0\nx += 1",
            rest="v = 0\nI = 0",
            gate="int(v*ms/tau > 0.1)",
            namespace={"tau": tau},
        )
        return sa.neuron_group(2, soma, clock=clock, name="fast*" if tau < 10 * ms else "slow*")

    step = clock()
    run(
        1 * ms,
        *(pair := (group(5 * ms, step), group(5 * ms, step))),
        sa.project(*pair, rule=RULE, feedback=SCHEMES["Predisposition"]),
    )
    with pytest.raises(
        ValueError,
        match=r"^source and target take one value for a constant that both name: tau is 5\. \* msecond in fast",
    ):
        sa.project(group(5 * ms, step), group(20 * ms, step), rule=RULE, feedback=SCHEMES["Predisposition"])


# -- plain Brian2 ---------------------------------------------------------------------------------------------------


def test_plain_synapses_come_out():
    projection = sa.project(*layers(), rule=RULE, feedback=SCHEMES["Predisposition"], name="up")
    assert type(projection.forward) is Synapses and type(projection.feedback) is Synapses
    assert (projection.forward.name, projection.feedback.name) == ("up", "up_feedback")
    trace = StateMonitor(projection.forward, "w", record=[0])
    projection.forward.w["i == 1"] = 0.5  # string indexing as Brian2 has it
    assert_array_equal(projection.weights()[1], 0.5)
    assert trace.record is not None


def test_names_of_the_caller_are_not_looked_up():
    # Names that the equations use, with nonsense values: they would be found by a run without a namespace.
    tau_m = elapsed = x = theta = stimulus = teacher = 17 * second  # noqa: F841
    circuit = tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"], samples=2)
    other = tiny_circuit(RULES["BioAdam"], SCHEMES["Predisposition"], samples=2)
    run_circuit(circuit)
    for group in other.layers:
        group.refresh_every = 40
    other.network.run(40 * ms)
    assert_array_equal(circuit.projections[1].weights(), other.projections[1].weights())


def test_set_parameters_refuses_what_the_rule_refuses():
    source, target = sa.neuron_group(3, name="refusing_source"), sa.neuron_group(2, name="refusing_target")
    projection = sa.project(source, target, rule=sa.BioAdam(), feedback=sa.Predisposition(), random_state=0)
    with pytest.raises(ValueError, match="tau_m takes a positive"):
        projection.set_parameters(tau_m=-1 * ms)
    with pytest.raises(ValueError, match="w_max takes a finite number above 0"):
        projection.set_parameters(w_max=0)
    assert projection.forward.w_max[:] == sa.Predisposition().w_max
