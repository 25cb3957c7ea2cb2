"""GRAPES: importance, factor and where it acts, by hand; whole networks are in test_projection_reference."""

import numpy as np
import pytest
from brian2 import StateMonitor, ms
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from circuits import tiny_data, tiny_trainer
from small import RULES, SCHEMES, SOMA, clock, numpy_code, run, tiny_circuit  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")

WEIGHTS = np.array([[1.0, -0.5, 0.0, 0.2], [-2.0, 0.5, 0.0, -0.4]])
"""From two neurons to four of importance 3, 1, 0 and 0.6: two thirds of that are 2, 2/3, 0 and 0.4."""

DECAY = np.exp(-1 / 20)
"""Of a trace in one step."""


def layers(n_source, n_target, **options):
    step = clock()
    options = {"presentation": 20 * ms, "clock": step, **options}
    names = ("source", "target")
    return [sa.neuron_group(n, sa.LIF(**SOMA), name=name, **options) for n, name in zip((n_source, n_target), names)]


def learn(modulator, *, rule=sa.SGD(learning_rate=0.01), feedback=None, weights=WEIGHTS, steps=1, trace=1.0):
    """In each step, every target neuron sends a feedback spike of sign +1, and traces are (n + 1)*trace."""
    source, target = layers(*weights.shape)
    projection = sa.project(source, target, rule=rule, feedback=feedback, modulator=modulator, random_state=0, name="p")
    projection.forward.w = weights[projection.pre, projection.post]
    if projection.feedback is not None:
        projection.feedback.w[projection.partner] = projection.forward.w[:]
    source.namespace["trace"] = trace
    source.run_regularly("x = (1 + i)*trace", when="before_groups")
    target.run_regularly("u = 1", when="before_groups")
    run(steps * ms, source, target, projection)
    return projection, target


@pytest.mark.parametrize("lowest, factor", [(0.0, [2, 2 / 3, 0, 0.4]), (1.0, [2, 1, 1, 1]), (0.5, [2, 2 / 3, 0.5, 0.5])])
def test_the_factor_by_hand(lowest, factor):
    projection, target = learn(sa.GRAPES(lowest=lowest))
    assert_allclose(target.modulation, factor, rtol=1e-12)
    expected = WEIGHTS + 0.01 * DECAY * np.array([[1], [2]]) * factor
    assert_allclose(projection.weights(), expected, rtol=1e-12)
    # counted anew, for the next presentation
    assert_allclose(target.importance, np.abs(expected).sum(axis=0), rtol=1e-12)


def test_the_factor_is_renewed_once_a_presentation():
    # A learning rate of 1 for neuron 1 to overtake neuron 0 within the first presentation of 20 ms.
    source, target = layers(1, 2)
    projection = sa.project(source, target, rule=sa.SGD(learning_rate=1), modulator=sa.GRAPES(lowest=0), name="p")
    projection.forward.w = [1, 0.5]
    source.run_regularly("x = 1", when="before_groups")
    target.run_regularly("u = i", when="before_groups")
    factors = StateMonitor(target, "modulation", record=True, clock=target.clock, when="end")
    run(41 * ms, source, target, projection, factors)
    assert_allclose(factors.modulation[:, :20], np.array([[2.0], [1.0]]) * np.ones(20))
    # 20 feedback spikes at a factor of 1
    grown = 0.5 + 20 * DECAY
    assert_allclose(factors.modulation[:, 20:40], np.array([[2 / grown], [2.0]]) * np.ones(20))
    assert_allclose(factors.modulation[:, 40], [2 / (grown + 40 * DECAY), 2])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 9, 37])
def test_the_maximum_is_that_of_the_layer_whatever_its_size(size):
    weights = np.random.default_rng(size).normal(size=(2, size))
    for place in {0, size // 2, size - 1}:  # wherever the largest is
        _, target = learn(sa.GRAPES(lowest=0), weights=np.roll(weights, place, axis=1))
        importance = np.abs(np.roll(weights, place, axis=1)).sum(axis=0)
        assert_allclose(target.largest, importance.max(), rtol=1e-12)
        assert_allclose(target.modulation, 2 * importance / importance.max(), rtol=1e-12)


def test_without_any_weight_nothing_is_divided_by_zero():
    projection, target = learn(sa.GRAPES(lowest=1), weights=np.zeros((2, 3)))
    assert_array_equal(target.modulation, 1)
    assert_allclose(projection.weights(), 0.01 * DECAY * np.array([[1] * 3, [2] * 3]))


def test_the_local_form_acts_after_the_normaliser():
    # A constant factor of 2 on what the optimizer asks for doubles the change and leaves m and rho alone; on the
    # gradient, it would all but cancel.
    rule = sa.BioAdam(learning_rate=0.01, tau_m=60 * ms, tau_rho=200 * ms, epsilon=1e-6, interval=20 * ms)
    plain, _ = learn(None, rule=rule, steps=30)
    local, _ = learn(sa.GRAPES(lowest=2), rule=rule, steps=30)
    steeper, _ = learn(None, rule=rule, steps=30, trace=2.0)
    change = plain.weights() - WEIGHTS
    assert np.abs(change).min() > 1e-3
    assert_allclose(local.weights() - WEIGHTS, 2 * change, rtol=1e-9)
    for name in ("m", "power"):
        assert_array_equal(local.forward.state(name)[:], plain.forward.state(name)[:])
    assert_allclose(steeper.weights() - WEIGHTS, change, rtol=1e-6)


def test_the_local_form_multiplies_the_rate_of_a_rule_that_is_integrated_in_every_step():
    rule = RULES["BioAdam continuous"]
    plain, _ = learn(None, rule=rule, steps=30)
    local, _ = learn(sa.GRAPES(lowest=2), rule=rule, steps=30)
    assert_allclose(local.weights() - WEIGHTS, 2 * (plain.weights() - WEIGHTS), rtol=1e-9)
    assert np.abs(plain.weights() - WEIGHTS).min() > 1e-6


@pytest.mark.parametrize("rule", RULES)
def test_partners_get_the_same_factor(rule):
    projection, _ = learn(sa.GRAPES(), rule=RULES[rule], feedback=sa.Predisposition(w_max=2.0), steps=25)
    assert np.abs(projection.weights() - WEIGHTS).max() > 1e-4
    assert_array_equal(projection.feedback_weights(), projection.weights().T)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_propagating_form_scales_the_error_that_reaches_the_neuron_and_no_weight_change(scheme):
    source, middle = layers(2, 4)
    top = sa.neuron_group(3, sa.LIF(**SOMA), presentation=20 * ms, name="top", clock=middle.clock)
    below = sa.project(
        source, middle, rule=sa.SGD(learning_rate=0), modulator=sa.GRAPES(form="propagating", lowest=0), name="below"
    )
    above = sa.project(middle, top, rule=sa.SGD(learning_rate=0.01), feedback=SCHEMES[scheme], random_state=1, name="above")
    below.forward.w = WEIGHTS[below.pre, below.post]
    weights, forward = above.feedback_weights(), above.weights()
    middle.theta = 100
    middle.run_regularly("v = 0.9\nx = 1", when="before_groups")
    top.run_regularly("u = 1*int(i == 0) - 1*int(i == 1)", when="before_groups")
    run(1 * ms, source, middle, top, below, above)
    assert_allclose(middle.u, (weights[0] - weights[1]) * [2, 2 / 3, 0, 0.4], rtol=1e-12)
    bound = forward / 2.0 if scheme == "Predisposition" else 0 * forward
    step = 0.01 * DECAY * np.array([1, -1, 0])
    assert_allclose(above.weights() - forward, step - np.abs(step) * bound, atol=1e-12)


def test_projections_onto_one_group_count_together():
    one, target = layers(2, 4)
    two = sa.neuron_group(1, sa.LIF(**SOMA), name="other_source", clock=target.clock)
    rule = {"rule": sa.SGD(learning_rate=0), "modulator": sa.GRAPES(lowest=0)}
    first, second = sa.project(one, target, name="first", **rule), sa.project(two, target, name="second", **rule)
    first.forward.w = WEIGHTS[first.pre, first.post]
    second.forward.w = [0, 0, -4, 0]
    run(1 * ms, one, two, target, first, second)
    assert_allclose(target.modulation, 2 * np.array([3, 1, 4, 0.6]) / 4)


def test_the_output_is_not_modulated():
    for form in ("local", "propagating"):
        circuit = tiny_circuit(RULES["SGD"], SCHEMES["Predisposition"], hidden=(4, 3), modulator=sa.GRAPES(form=form))
        assert ["modulation" in group.variables for group in circuit.layers] == [True, True, False]
        assert [projection.modulator is None for projection in circuit.projections] == [False, False, True]


def test_nothing_changes_while_learning_is_off():
    trainer = tiny_trainer(changes={"modulator": sa.GRAPES(), "hidden": (5, 4)})
    X, y = tiny_data()
    trainer.fit(X, y)
    before = {name: values.copy() for name, values in trainer.state.items()}
    chunk, _ = trainer._run(X[:10], None, learning=0, first_step=0)
    for name in before:
        if name.endswith((".w", ".m", ".power", ".importance")):
            assert_array_equal(chunk.state[name], before[name], err_msg=name)


def test_the_bound_changes_without_compilation():
    source, target = layers(2, 4)
    projection = sa.project(source, target, rule=RULES["SGD"], modulator=sa.GRAPES(lowest=0), name="p")
    projection.forward.w = WEIGHTS[projection.pre, projection.post]
    projection.set_parameters(lowest=0.5)
    run(1 * ms, source, target, projection)
    assert_allclose(target.modulation, [2, 2 / 3, 0.5, 0.5])
    assert projection.variables_of("lowest") == [(target, "lowest_learning")]
    with pytest.raises(ValueError, match="lowest takes a finite number of at least 0 and of at most 2, got 3"):
        projection.set_parameters(lowest=3)


@pytest.mark.parametrize(
    "make, error, sentence",
    [
        (lambda: sa.GRAPES(form="global"), ValueError, "form takes one of local, propagating, got 'global'."),
        (lambda: sa.GRAPES(lowest=-1), ValueError, "lowest takes a finite number of at least 0 and of at most 2, got -1."),
        (lambda: sa.GRAPES(lowest=True), TypeError, "lowest takes a finite number of at least 0"),
        (
            lambda: sa.project(*layers(2, 3, presentation=None), rule=RULES["SGD"], modulator=sa.GRAPES()),
            ValueError,
            "modulator GRAPES updates once a presentation: the target takes a presentation, as in "
            "sa.neuron_group(..., presentation=100*ms).",
        ),
        (
            lambda: sa.project(*layers(2, 3), rule=RULES["SGD"], modulator="grapes"),
            TypeError,
            "modulator takes None or a modulator such as sa.GRAPES(), got 'grapes'.",
        ),
        (
            lambda: tiny_circuit(RULES["SGD"], SCHEMES["Predisposition"], modulator=RULES["SGD"]),
            TypeError,
            "modulator takes None or a modulator such as sa.GRAPES(), got SGD(",
        ),
    ],
)
def test_bad_input(make, error, sentence):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(sentence)


def test_error_must_not_have_been_led_past_the_factor():
    source, middle = layers(2, 4)
    top = sa.neuron_group(3, sa.LIF(**SOMA), name="top", clock=middle.clock)
    sa.project(middle, top, rule=RULES["SGD"], feedback=SCHEMES["Predisposition"])
    sa.project(source, middle, rule=RULES["SGD"], modulator=sa.GRAPES())
    with pytest.raises(ValueError, match="modulator GRAPES scales the error that reaches target: make the projection onto"):
        sa.project(source, middle, rule=RULES["SGD"], modulator=sa.GRAPES(form="propagating"))


def test_print_shows_form_and_equations():
    assert "drive *= modulation" in str(sa.GRAPES()) and "lowest=1.0" in str(sa.GRAPES())
    assert "error that reaches the neuron *= modulation" in str(sa.GRAPES(form="propagating"))
