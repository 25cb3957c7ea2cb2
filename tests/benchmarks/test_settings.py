"""Settings of a benchmark run: from words of the command line to a classifier."""

import inspect

import numpy as np
import pytest
from brian2 import Hz, ms, second

import spikeadam as sa
from benchmarks.settings import FEEDBACKS, INPUTS, MODULATORS, RULES, Settings, parse_value
from benchmarks.tasks import TASKS


@pytest.mark.parametrize(
    "text, value",
    [
        ("3", 3),
        ("-2", -2),
        ("0.5", 0.5),
        ("1e-3", 1e-3),
        ("40ms", 40 * ms),
        ("1.5 s", 1.5 * second),
        ("2e2Hz", 200 * Hz),
        ("none", None),
        ("continuous", "continuous"),
    ],
)
def test_values(text, value):
    parsed = parse_value(text)
    assert parsed == value and isinstance(parsed, type(value))


def kinds(base):
    """Names of the classes of the library that derive from ``base``."""
    found = (kind for kind in vars(sa).values() if inspect.isclass(kind) and issubclass(kind, base))
    return {kind.__name__ for kind in found} - {base.__name__}


def test_rules_and_schemes_are_those_of_the_library():
    assert {kind.__name__ for kind in RULES.values()} == kinds(sa.Rule)
    assert {kind.__name__ for name, kind in MODULATORS.items() if name != "none"} == kinds(sa.Modulator)
    assert {kind.__name__ for kind in FEEDBACKS.values()} == kinds(sa.Feedback)
    assert set(INPUTS) >= {"poisson", "regular", "latency"}


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_classifier_with_its_defaults(task):
    model = Settings(task=task).classifier()
    assert model.hidden == TASKS[task].hidden and model.epochs == TASKS[task].epochs
    assert type(model.rule) is sa.BioAdam and type(model.feedback) is sa.Predisposition
    assert model.device == "standalone" and model.random_state == 0


def test_settings_reach_the_classifier():
    model = Settings(
        task="digits", rule="momentum", feedback="kolen-pollack", hidden=(20, 10), epochs=3, seed=5, device="runtime"
    ).classifier()
    assert type(model.rule) is sa.Momentum and type(model.feedback) is sa.KolenPollack
    assert (model.hidden, model.epochs, model.random_state, model.device) == ((20, 10), 3, 5, "runtime")
    assert Settings(task="digits", quick=True).classifier().epochs == 1


def test_overrides_reach_what_they_name():
    model = Settings(
        task="digits",
        overrides=(
            ("learning_rate", 0.5),
            ("w_max", 3.0),
            ("chunk", 100),
            ("presentation", 30 * ms),
            ("input", "poisson"),
            ("input.max_rate", 300 * Hz),
            ("soma.tau_membrane", 11 * ms),
            ("output_soma.tau_trace", 12 * ms),
            ("output_compartment.theta", 1.5),
        ),
    ).classifier()
    assert model.rule.learning_rate == 0.5 and model.feedback.w_max == 3.0 and model.chunk == 100
    assert model.input == sa.PoissonInput(max_rate=300 * Hz)
    assert model.network["presentation"] == 30 * ms
    assert model.network["soma"] == sa.LIF(tau_membrane=11 * ms)
    assert model.network["output_soma"].tau_trace == 12 * ms
    assert model.network["output_compartment"] == sa.FeedbackCompartment(theta=1.5)
    assert model.network["compartment"] is None


def test_a_modulator_takes_overrides_with_its_prefix():
    assert Settings(task="digits").classifier().modulator is None
    given = {"task": "digits", "overrides": (("modulator.form", "propagating"), ("form", "continuous"))}
    model = Settings(modulator="grapes", **given).classifier()
    assert model.modulator == sa.GRAPES(form="propagating") and model.rule.form == "continuous"
    with pytest.raises(ValueError, match="^modulator.form takes a run with a modulator, got modulator 'none'.$"):
        Settings(**given).classifier()


@pytest.mark.parametrize(
    "overrides, named",
    [
        ((("learning_speed", 1),), "'learning_speed'"),
        ((("w_max", 1),), "'w_max'"),  # a parameter, but not of random feedback
        ((("soma.tau", 1),), "tau"),
        ((("input.rate", 1),), "rate"),
        ((("learning_rate", "fast"),), "learning_rate"),
    ],
)
def test_bad_overrides_are_named(overrides, named):
    with pytest.raises((ValueError, TypeError), match=named):
        Settings(task="digits", feedback="random", overrides=overrides).classifier()


def test_data_of_a_quick_run_and_of_given_sizes():
    full = Settings(task="digits").data()
    assert full[0].shape == (1437, 64) and full[2].shape == (360, 64) and full[4] == (8, 8)
    quick = Settings(task="digits", quick=True).data()
    assert len(quick[0]) == len(quick[1]) == TASKS["digits"].quick_samples
    some = Settings(task="digits", quick=True, train=30, test=7).data()
    assert [len(part) for part in some[:4]] == [30, 30, 7, 7]
    np.testing.assert_array_equal(some[0], full[0][:30])


def test_validation_holds_out_training_data_and_leaves_the_test_set_alone():
    full, held_out = Settings(task="digits").data(), Settings(task="digits", validation=True).data()
    np.testing.assert_array_equal(np.concatenate([held_out[0], held_out[2]]), full[0])
    np.testing.assert_array_equal(np.concatenate([held_out[1], held_out[3]]), full[1])
    assert len(held_out[2]) == 1437 // 6
