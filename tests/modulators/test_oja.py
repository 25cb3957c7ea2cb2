"""Oja's rule: by hand, its fixed point, and how it goes with the rest; whole networks are in test_projection_reference."""

import numpy as np
import pytest
from brian2 import Hz, TimedArray, ms
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from circuits import tiny_data, tiny_trainer
from small import RULES, SCHEMES, clock, feed, numpy_code, run  # noqa: F401

pytestmark = pytest.mark.usefixtures("numpy_code")

STILL = sa.SGD(learning_rate=0)


def spiking(spikes, traces, w, *, modulator, rule=STILL, feedback=None, learning=1):
    """Two sources of given traces, two targets that spike in given steps, and traces of the targets 10 and 20.

    ``spikes`` is (steps, 2), ``traces`` (steps, 2), ``w`` (2, 2); returns the projection and its source.
    """
    step = clock()
    rows = {name: TimedArray(np.asarray(values, dtype=float), dt=1 * ms) for name, values in (("a", traces), ("b", spikes))}
    common = {"reset": "at_spike = x", "rest": "", "gate": "1"}  # traces are given, spikes do not raise them
    lower = sa.Soma(equations="I : 1\nat_spike : 1\nx = a(t, i) : 1", threshold="False", namespace={"a": rows["a"]}, **common)
    equations = "I : 1\nat_spike : 1\nx = 10.0*(i + 1) : 1"
    upper = sa.Soma(equations=equations, threshold="b(t, i) > 0", namespace={"b": rows["b"]}, **common)
    source, target = sa.neuron_group(2, lower, name="lower", clock=step), sa.neuron_group(2, upper, name="upper", clock=step)
    projection = sa.project(source, target, rule=rule, feedback=feedback, modulator=modulator, name="up")
    projection.forward.w = np.asarray(w, dtype=float)[projection.pre, projection.post]
    if projection.feedback is not None:
        projection.feedback.w[projection.partner] = projection.forward.w[:]
    target.learning = learning
    run(len(spikes) * ms, source, target, projection)
    return projection, source


def test_the_single_form_by_hand():
    # eta 0.1, norm 2, traces of the targets 10 and 20. Step 0: target 0 spikes on traces 1, 3; step 1: none; step 2:
    # both on traces 2, 0.
    #   w00:  0.4 + 0.1*(1 - 10*0.4/4) = 0.4      0.4 + 0.1*(2 - 10*0.4/4) = 0.5
    #   w10: -0.2 + 0.1*(3 + 10*0.2/4) = 0.15     0.15 + 0.1*(0 - 10*0.15/4) = 0.1125
    #   w01:  0.1                                 0.1 + 0.1*(2 - 20*0.1/4) = 0.25
    #   w11: -1                                   -1 + 0.1*(0 + 20/4) = -0.5
    modulator = sa.Oja(oja_learning_rate=0.1, norm=2)
    projection, _ = spiking([[1, 0], [0, 0], [1, 1]], [[1, 3], [9, 9], [2, 0]], [[0.4, 0.1], [-0.2, -1]], modulator=modulator)
    assert_allclose(projection.weights(), [[0.5, 0.25], [0.1125, -0.5]], rtol=1e-12)


def test_the_subspace_form_by_hand():
    # eta 0.1, norm 1, tau_reconstruction 1/ln(2) ms: the reconstruction halves in each step. Step 0: target 0 spikes on
    # traces 1, 3 and finds no reconstruction; step 1: both spike on traces 2, 0, and find the same, since each adds its
    # weights only when both have learned.
    #   step 0: w.0 = 0.4, -0.2 -> 0.5, 0.1      reconstruction 0.5, 0.1
    #   step 1: reconstruction 0.25, 0.05; change 0.1*(2 - 0.25) = 0.175 and 0.1*(0 - 0.05) = -0.005 for both targets
    #           w.0 = 0.675, 0.095, w.1 = 0.1 + 0.175, -1 - 0.005; reconstruction 0.25 + 0.675 + 0.275, 0.05 + 0.095 - 1.005
    modulator = sa.Oja(oja_learning_rate=0.1, form="subspace", tau_reconstruction=1 / np.log(2) * ms)
    projection, source = spiking([[1, 0], [1, 1]], [[1, 3], [2, 0]], [[0.4, 0.1], [-0.2, -1]], modulator=modulator)
    assert_allclose(projection.weights(), [[0.675, 0.275], [0.095, -1.005]], rtol=1e-12)
    assert_allclose(source.state("reconstruction")[:], [1.2, -0.86], rtol=1e-12)


@pytest.mark.parametrize("form", ["single", "subspace"])
@pytest.mark.parametrize("scheme", ["Predisposition", "KolenPollack"])
def test_partners_change_alike(scheme, form):
    rng = np.random.default_rng(0)
    modulator = sa.Oja(oja_learning_rate=0.01, form=form)
    given = rng.random((30, 2)) < 0.4, rng.uniform(0, 3, (30, 2)), rng.normal(size=(2, 2))
    projection, _ = spiking(*given, modulator=modulator, feedback=SCHEMES[scheme])
    assert np.abs(projection.weights() - given[2]).min() > 0.01
    assert_array_equal(projection.feedback_weights(), projection.weights().T)


def test_fixed_feedback_weights_stay_fixed():
    projection, _ = spiking(
        np.ones((5, 2)), np.ones((5, 2)), np.eye(2), modulator=sa.Oja(oja_learning_rate=0.01), feedback=sa.RandomFeedback()
    )
    assert_array_equal(projection.feedback_weights(), np.eye(2))
    assert (projection.weights() != np.eye(2)).all()


@pytest.mark.parametrize("form", ["single", "subspace"])
def test_nothing_changes_while_learning_is_off(form):
    modulator = sa.Oja(oja_learning_rate=0.1, form=form)
    projection, _ = spiking(np.ones((5, 2)), np.ones((5, 2)), np.eye(2), modulator=modulator, learning=0)
    assert_array_equal(projection.weights(), np.eye(2))
    trainer = tiny_trainer(changes={"modulator": modulator, "hidden": (5, 4)})
    X, y = tiny_data()
    trainer.fit(X[:10], y[:10])
    chunk, _ = trainer._run(X[:10], None, learning=0, first_step=0)
    for name in trainer.state:
        if name.endswith(".w"):
            assert_array_equal(chunk.state[name], trainer.state[name], err_msg=name)


def test_what_an_optimizer_has_pending_is_neither_lost_nor_doubled():
    # Momentum goes on while Oja's rule changes the weight; without feedback their changes add up.
    rule, modulator = RULES["Momentum"], sa.Oja(oja_learning_rate=0.01)

    def weights(rule, modulator):
        step = clock()
        source, target = (sa.neuron_group(1, sa.LIF(homeostasis_rate=0), name=n, clock=step) for n in ("below", "above"))
        projection = sa.project(source, target, rule=rule, modulator=modulator, weight_scale=0, name="up")
        source.run_regularly("x = 2", when="before_groups")
        target.run_regularly("x = 0\nv = 2*int(t_in_timesteps % 7 == 3)", when="before_groups")
        target.run_regularly("u = int(t_in_timesteps % 10 == 0)", when="before_groups")
        target.refresh_every = 55
        run(55 * ms, source, target, projection)
        return projection.weights().item()

    alone = weights(rule, None), weights(STILL, modulator)
    assert min(map(abs, alone)) > 1e-3
    assert weights(rule, modulator) == pytest.approx(sum(alone), rel=1e-9)


# -- what it finds --------------------------------------------------------------------------------------------------


def angle(a, b):
    return np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


def alone_on(X, modulator, soma, w):
    """Weights of neurons that see samples ``X`` for 40 ms each, and learn by Oja's rule only."""
    step = clock()
    input = sa.RegularInput(max_rate=400 * Hz, tau_trace=20 * ms)
    pixels = input.group(X.shape[1], feed(X, 40 * ms), presentation=40 * ms, clock=step)
    neurons = sa.neuron_group(w.shape[1], soma, presentation=40 * ms, clock=step)
    projection = sa.project(pixels, neurons, rule=STILL, modulator=modulator, name="up")
    projection.forward.w = w[projection.pre, projection.post]
    run(len(X) * 40 * ms, pixels, neurons, projection)
    assert (neurons.spike_count > 10).all()
    return projection.weights()


@pytest.mark.parametrize("seed", range(3))
def test_the_single_form_finds_the_first_principal_component(seed):
    # Two patterns that share a pixel, the one often and faint, the other seldom and bright: their mean is not the first
    # principal component of their correlations.
    rng = np.random.default_rng(seed)
    often, seldom = np.array([[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1]])
    faint = rng.random((250, 1)) < 0.7
    X = np.where(faint, rng.uniform(0.1, 0.4, (250, 1)) * often, rng.uniform(0.5, 1, (250, 1)) * seldom)
    first = np.abs(np.linalg.eigh(X.T @ X)[1][:, -1])
    w = np.abs(rng.normal(size=(8, 1)))
    w *= 1.5 / np.linalg.norm(w)
    assert angle(X.mean(axis=0), first) > 15 and angle(w[:, 0], first) > 20
    soma = sa.LIF(homeostasis_rate=0, tau_trace=20 * ms)
    assert angle(alone_on(X, sa.Oja(oja_learning_rate=0.003), soma, w)[:, 0], first) < 5


def test_the_length_of_the_weight_vector_is_norm_over_the_root_of_the_gain():
    # Without leak, a spike takes the charge of 10/5 = 2 input spikes of weight 1: the gain is 1/2. A neuron that spikes
    # finds its own trace at its lowest, half a spike below the mean, which makes its weights somewhat longer.
    soma = sa.Soma(
        equations="dv/dt = I/(10*ms) : 1\ndI/dt = -I/(5*ms) : 1\ndx/dt = -x/(20*ms) : 1",
        threshold="v > 1",
        reset="v -= 1\nx += 1",
        rest="v = 0\nI = 0\nx = 0",
        method="euler",
    )
    X = np.tile([[0.9, 0.6, 0.3]], (300, 1))
    w = alone_on(X, sa.Oja(oja_learning_rate=0.003, norm=0.8), soma, np.array([[0.2], [0.6], [0.6]]))[:, 0]
    assert angle(w, X[0]) < 3
    assert np.linalg.norm(w) == pytest.approx(0.8 / np.sqrt(0.5), rel=0.25)


def test_the_subspace_form_spans_the_first_two_components_where_single_neurons_find_the_first():
    rng = np.random.default_rng(0)
    patterns = np.array([[1, 1, 1, 0, 0, 0, 0.2, 0.2], [0, 0, 0, 1, 1, 1, 0.2, 0.2]])
    X = np.where(rng.random((400, 1)) < 0.6, patterns[0], patterns[1]) * rng.uniform(0.3, 0.9, (400, 1))
    _, vectors = np.linalg.eigh(X.T @ X)
    w = np.abs(rng.normal(size=(8, 2)))

    def angles(form):
        """The largest angle between both neurons' weights and the span of both components, and that between the neurons."""
        found = alone_on(X, sa.Oja(oja_learning_rate=0.002, form=form, tau_reconstruction=20 * ms), soma, w)
        cosines = np.linalg.svd(vectors[:, -2:].T @ np.linalg.qr(found)[0])[1]
        return np.degrees(np.arccos(np.clip(cosines.min(), -1, 1))), angle(found[:, 0], found[:, 1])

    soma = sa.LIF(homeostasis_rate=0, tau_trace=20 * ms)
    outside, apart = angles("single")
    assert outside > 15 and apart < 1
    outside, apart = angles("subspace")
    assert outside < 6 and apart > 60


# -- in a network ---------------------------------------------------------------------------------------------------


def test_a_schedule_applies_to_both_learning_rates():
    trainer = tiny_trainer(changes={"modulator": sa.Oja(oja_learning_rate=0.01)}, schedule=lambda seen: 0.5)
    before = {name: values.item() for name, values in trainer.state.items() if name.endswith("learning_rate")}
    X, y = tiny_data()
    trainer.fit(X, y)
    assert sum("oja" in name for name in before) == 3 == len(before) / 2  # two projections, and one feedback
    for name, rate in before.items():
        assert trainer.state[name].item() == pytest.approx(rate / 2), name


def test_parameters_change_without_compilation():
    given = np.ones((5, 2)), np.ones((5, 2)), [[0.3, 0.2], [0.1, 0.4]]
    expected, _ = spiking(*given, modulator=sa.Oja(oja_learning_rate=0.05, norm=3))
    projection, source = spiking(np.zeros((1, 2)), np.zeros((1, 2)), given[2], modulator=sa.Oja(form="subspace"))
    projection.set_parameters(oja_learning_rate=0.05, norm=3, tau_reconstruction=7 * ms)
    assert projection.forward.oja_learning_rate == 0.05 and projection.forward.norm == 3
    assert source.state("tau_reconstruction_learning") == 7 * ms
    with pytest.raises(ValueError, match="norm takes a finite number above 0, got 0"):
        projection.set_parameters(norm=0)


@pytest.mark.parametrize(
    "given, error, sentence",
    [
        ({"oja_learning_rate": -1}, ValueError, "oja_learning_rate takes a finite number of at least 0, got -1."),
        ({"norm": 0}, ValueError, "norm takes a finite number above 0, got 0."),
        ({"form": "triple"}, ValueError, "form takes one of single, subspace, got 'triple'."),
        ({"tau_reconstruction": 5}, TypeError, "tau_reconstruction takes a positive s quantity"),
    ],
)
def test_bad_parameters(given, error, sentence):
    with pytest.raises(error) as caught:
        sa.Oja(**given)
    assert str(caught.value).startswith(sentence)


def test_print_shows_the_change_of_both_forms():
    assert "w += oja_learning_rate*(x_source - x_target*w/norm**2)" in str(sa.Oja())
    shown = str(sa.Oja(form="subspace"))
    assert "w += oja_learning_rate*(x_source - reconstruction_source/norm**2)" in shown
    assert "reconstruction_source += w" in shown and "tau_reconstruction=50. ms" in shown
