"""The training loop: exact resume, frozen evaluation, parameters that change between chunks, and what it reports."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import spikeadam as sa
from brian2 import ms, second
from circuits import digits, digits_trainer, tiny_data, tiny_trainer
from spikeadam.engine import checkpoint
from spikeadam.engine.checkpoint import CheckpointError

TESTS = Path(__file__).parent


def assert_same(trainer, reference):
    """Weights, momentum, power, feedback weights, neurons and history, bit for bit."""
    assert trainer.history == reference.history
    assert trainer.samples_seen == reference.samples_seen
    assert trainer.state.keys() == reference.state.keys()
    for name, values in reference.state.items():
        assert trainer.state[name].dtype == values.dtype
        assert trainer.state[name].tobytes() == values.tobytes(), name


def python(code, *arguments, **more):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    return subprocess.Popen([sys.executable, *code, *map(str, arguments)], env=environment, text=True, **more)


# -- checkpoints -------------------------------------------------------------------------------------------------

ONE_CHUNK = """
import os, signal, sys
import circuits
make, data = getattr(circuits, sys.argv[1] + "_trainer"), getattr(circuits, sys.argv[1].replace("tiny", "tiny_data"))
trainer = make(**({"device": sys.argv[2]} if sys.argv[1] == "digits" else {}))
X, y = data(40)
trainer.learn(X[: trainer.chunk], y[: trainer.chunk])
trainer.save(sys.argv[3])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("network, device", [("tiny", "runtime"), ("digits", "standalone")])
def test_resume_in_a_new_process_is_exact(tmp_path, network, device):
    make, data = (tiny_trainer, tiny_data) if network == "tiny" else (digits_trainer, digits)
    X, y = data(40)
    whole, resumed = make(), make()
    n = whole.chunk
    whole.learn(X[:n], y[:n])
    whole.learn(X[n : 2 * n], y[n : 2 * n])
    assert python(["-c", ONE_CHUNK], network, device, tmp_path / "c.npz").wait() == -signal.SIGKILL
    resumed.load(tmp_path / "c.npz")
    resumed.learn(X[n : 2 * n], y[n : 2 * n])
    assert_same(resumed, whole)
    whole.close(), resumed.close()


def test_a_checkpoint_moves_between_devices(tmp_path):
    standalone, runtime = digits_trainer(), digits_trainer(device="runtime", target="numpy")
    standalone.learn(*digits(20))
    standalone.save(tmp_path / "c.npz")
    runtime.load(tmp_path / "c.npz")
    assert_same(runtime, standalone)
    X = digits(25)[0][20:]
    np.testing.assert_array_equal(runtime.predict(X), standalone.predict(X))
    standalone.close()


def test_fit_goes_on_in_the_middle_of_a_pass(tmp_path):
    X, y = tiny_data(25)
    test = tiny_data(8, seed=1)
    given = {"schedule": sa.linear_decay(50)}
    whole, first, second_ = tiny_trainer(**given), tiny_trainer(**given), tiny_trainer(**given)
    whole.fit(X, y, epochs=2, test=test)
    first.fit(X, y, epochs=1, test=test, save_to=tmp_path / "c.npz")
    assert [entry["samples_seen"] for entry in first.history] == [0, 10, 20, 25]
    second_.load(tmp_path / "c.npz")
    second_.fit(X, y, epochs=2, test=test)
    assert_same(second_, whole)
    assert [entry["test_accuracy"] is None for entry in whole.history] == [True, True, True, False] + [True, True, False]


SOMA = {
    "equations": "dv/dt = (I - v)/(8*ms) : 1\ndI/dt = -I/(5*ms) : 1\ndx/dt = -x/(50*ms) : 1",
    "threshold": "v > 1",
    "reset": "v -= 1\nx += 1",
    "rest": "v = 0\nI = 0\nx = 0",
    "method": "exact",
}


@pytest.mark.parametrize(
    "saved, loading, message",
    [
        ({}, {"seed": 5}, "trained with seed=0, not seed=5"),
        ({}, {"chunk": 9}, "trained with chunk=10, not chunk=9"),
        ({}, {"teacher_rate": 0.25}, "trained with teacher_rate=0.5, not teacher_rate=0.25"),
        ({}, {"changes": {"hidden": (6,)}}, "of another network"),
        ({}, {"changes": {"rule": sa.SGD()}}, "of another network"),
        ({}, {"changes": {"soma": sa.LIF(tau_membrane=9 * ms)}}, "trained with hidden_1.tau_membrane=0.008, not .*=0.009"),
        ({}, {"changes": {"rule": sa.BioAdam(interval=10 * ms, tau_m=1 * second)}}, "tau_m_learning=0.5, not .*=1.0"),
        (
            {"changes": {"rule": sa.RMSProp(beta1=0.9, epsilon=1e-8)}},
            {"changes": {"rule": sa.RMSProp(beta1=0.9, epsilon=1e-7)}},
            "trained with .*epsilon=1e-08, not .*epsilon=1e-07",
        ),
        (
            {"changes": {"soma": sa.Soma(**SOMA, gate="int(v > 0.3)")}},
            {"changes": {"soma": sa.Soma(**SOMA, gate="int(v > 0.4)")}},
            "its sizes are the same, but the equations or connections are not",
        ),
        ({}, {"changes": {"input": sa.LatencyInput(latest=5 * ms)}}, "of another network"),
    ],
)
def test_a_checkpoint_of_another_network_is_one_sentence(tmp_path, saved, loading, message):
    tiny_trainer(**saved).save(tmp_path / "c.npz")
    other = tiny_trainer(**loading)
    before = dict(other.state)
    with pytest.raises(CheckpointError, match=message) as refusal:
        other.load(tmp_path / "c.npz")
    assert "\n" not in str(refusal.value)
    assert other.state == before or all(other.state[name] is before[name] for name in before)
    same = tiny_trainer(**saved)
    same.load(tmp_path / "c.npz")


def test_a_failed_save_keeps_the_training_and_the_earlier_checkpoint(tmp_path, monkeypatch):
    X, y = tiny_data(20)
    trainer, path = tiny_trainer(), tmp_path / "c.npz"
    trainer.learn(X[:10], y[:10])
    trainer.save(path)
    trainer.learn(X[10:], y[10:])
    monkeypatch.setattr(checkpoint.np, "savez", lambda *given, **arrays: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CheckpointError, match="could not be written .No space left on device."):
        trainer.save(path)
    assert checkpoint.load(path)[1]["samples_seen"] == 10 and trainer.samples_seen == 20


def test_a_large_random_state_is_a_seed_too():
    assert tiny_trainer(seed=2**32 - 1).state["input.input_seed"] == 2**31 - 1


# -- Ctrl-C ------------------------------------------------------------------------------------------------------


def benchmark(out, *more, **given):
    options = "--hidden 20 --train 200 --test 20 --epochs 2 --set chunk=20 --out".split()
    return python(["-m", "benchmarks", "run", "digits", *options], out, *more, cwd=TESTS.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **given)


def test_ctrl_c_saves_and_resume_gives_the_result_of_an_uninterrupted_run(tmp_path):
    whole = benchmark(tmp_path / "whole")
    output, _ = whole.communicate(timeout=300)
    assert whole.returncode == 0, output

    process, path = benchmark(tmp_path / "parts"), tmp_path / "parts" / "checkpoint.npz"
    deadline = time.monotonic() + 120
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert "--resume" in output and "Traceback" not in output
    seen = checkpoint.load(path)[1]["samples_seen"]
    assert 0 < seen < 400 and seen % 20 == 0

    resumed = benchmark(tmp_path / "parts", "--resume")
    output, _ = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, output
    arrays, description = checkpoint.load(path)
    expected_arrays, expected = checkpoint.load(tmp_path / "whole" / "checkpoint.npz")
    assert arrays.keys() == expected_arrays.keys()
    assert all(arrays[name].tobytes() == values.tobytes() for name, values in expected_arrays.items())
    assert description["history"] == expected["history"]
    results = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("whole", "parts")]
    assert results[0]["history"] == results[1]["history"] and results[0]["test_accuracy"] == results[1]["test_accuracy"]


# -- evaluation --------------------------------------------------------------------------------------------------

FROZEN = {
    "bio-adam, predisposition": {"rule": sa.BioAdam(interval=10 * ms), "feedback": sa.Predisposition()},
    "adam, weight transport": {"rule": sa.Adam(), "feedback": sa.WeightTransport()},
    "momentum, kolen-pollack": {"rule": sa.Momentum(), "feedback": sa.KolenPollack()},
    "rmsprop, sign-symmetric": {"rule": sa.RMSProp(), "feedback": sa.SignSymmetric()},
    "sgd, random": {"rule": sa.SGD(), "feedback": sa.RandomFeedback()},
}


def check_frozen(trainer, X, y):
    trainer.learn(X[:10], y[:10])
    state = {name: values.copy() for name, values in trainer.state.items()}
    ended = []
    run = trainer.device.run
    trainer.device.run = lambda *given: ended.append(run(*given)) or ended[-1]
    trainer.predict(X[10:])
    assert all(trainer.state[name].tobytes() == values.tobytes() for name, values in state.items())
    for chunk in ended:
        for projection in trainer.circuit.projections:
            for synapses in projection.objects:
                names = [name for name in state if name.startswith(synapses.name + ".")]
                assert f"{synapses.name}.w" in names
                for name in names:
                    np.testing.assert_array_equal(chunk.state[name], state[name], err_msg=name)
        for layer in trainer.circuit.layers:
            assert not chunk.state[f"{layer.name}.feedback_count"].any()
            assert chunk.state[f"{layer.name}.spike_count"].any()
            for variable in ("bias", "average_count"):
                np.testing.assert_array_equal(chunk.state[f"{layer.name}.{variable}"], state[f"{layer.name}.{variable}"])


@pytest.mark.parametrize("name", FROZEN)
def test_evaluation_changes_no_variable_of_any_synapse(name):
    check_frozen(tiny_trainer(changes=FROZEN[name]), *tiny_data(30))


def test_evaluation_in_standalone_changes_no_variable_of_any_synapse():
    trainer = digits_trainer()
    check_frozen(trainer, *digits(30))
    trainer.close()


def test_evaluation_leaves_training_as_it_was():
    X, y = tiny_data(20)
    plain, tested = tiny_trainer(), tiny_trainer()
    plain.fit(X, y)
    tested.learn(*(part[np.random.default_rng([0, 0]).permutation(20)[:10]] for part in (X, y)))
    tested.predict(X)
    tested.fit(X, y)
    assert_same(tested, plain)


# -- parameters --------------------------------------------------------------------------------------------------


def test_parameters_change_between_chunks_without_compilation():
    """Learn a chunk, change time constants and rate: the same as numpy code of a network that is made with them."""
    X, y = digits(25)
    slow = sa.BioAdam(learning_rate=4e-3, tau_m=80 * ms, tau_rho=2 * second, epsilon=0.05)
    soma = sa.LIF(tau_membrane=12 * ms)
    first = digits_trainer()
    first.learn(X[:20], y[:20])
    made = digits_trainer(device="runtime", target="numpy", changes={"rule": slow, "soma": soma})
    for projection in first.circuit.projections:
        for parameter, value in slow.parameters.items():
            for group, variable in projection.variables_of(parameter):
                first.state[f"{group.name}.{variable}"] = np.array([float(value)])
    first.state["hidden_1.tau_membrane"] = np.array([float(soma.tau_membrane)])
    first.learning_rates = made.learning_rates
    parameters = {name for name, values in first.state.items() if len(values) == 1}
    made.state = {name: made.state[name] if name in parameters else values for name, values in first.state.items()}
    made.samples_seen = first.samples_seen
    first.learn(X[20:], y[20:]), made.learn(X[20:], y[20:])
    for name, values in made.state.items():
        np.testing.assert_allclose(first.state[name], values, rtol=1e-9, atol=1e-12, err_msg=name)
    first.close()


def test_a_schedule_scales_the_learning_rate_of_each_chunk():
    X, y = digits(40)
    scheduled, constant = digits_trainer(schedule=sa.step_decay(20, factor=0.5)), digits_trainer()
    for trainer in (scheduled, constant):
        trainer.learn(X[:20], y[:20])
    constant.learning_rates = {name: 0.5 * values for name, values in constant.learning_rates.items()}
    for trainer in (scheduled, constant):
        trainer.learn(X[20:], y[20:])
        trainer.close()
    assert_same(scheduled, constant)
    name = "input_to_hidden_1.learning_rate"
    assert scheduled.state[name] == 0.5 * scheduled.learning_rates[name] > 0


@pytest.mark.parametrize("factor", [np.nan, np.inf, -1, "fast"])
def test_a_schedule_that_gives_no_factor_is_refused(factor):
    trainer = tiny_trainer(schedule=lambda samples_seen: factor)
    with pytest.raises((ValueError, TypeError), match="schedule takes a finite number of at least 0, got"):
        trainer.learn(*tiny_data(10))


# -- what it reports ---------------------------------------------------------------------------------------------


def test_divergence_is_reported_with_cause_and_argument():
    trainer = tiny_trainer(changes={"rule": sa.SGD(learning_rate=1e307)})
    before = trainer.state
    with np.errstate(all="ignore"), pytest.raises(sa.DivergenceError, match="is not finite after 0 samples.*smaller learning_rate"):
        trainer.learn(*tiny_data(10))
    assert trainer.samples_seen == 0 and trainer.state.keys() == before.keys()
    assert all(np.isfinite(values).all() for values in trainer.state.values())


@pytest.mark.parametrize("make, data", [(tiny_trainer, tiny_data), (digits_trainer, digits)], ids=["numpy", "standalone"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_or_parameter_that_is_not_finite_never_reaches_a_device(make, data, value):
    trainer = make()
    for name in ("hidden_1_to_output.w", "hidden_1.theta"):
        good = trainer.state[name]
        trainer.state[name] = np.full_like(good, value)
        for call in (lambda: trainer.learn(*data(5)), lambda: trainer.predict(data(5)[0])):
            with pytest.raises(sa.DivergenceError, match=f"{name} is not finite after 0 samples"):
                call()
        trainer.state[name] = good
    trainer.close()


def test_divergence_in_standalone_is_reported():
    trainer = digits_trainer(changes={"rule": sa.BioAdam(learning_rate=1e307)})
    with pytest.raises(sa.DivergenceError, match="is not finite"):
        trainer.learn(*digits(20))
    trainer.close()


@pytest.mark.parametrize(
    "change, finding, advice",
    [
        ({"input_scale": 0.0, "soma": sa.LIF(homeostasis_rate=0)}, "Layer hidden_1 sent no spike", "input_scale"),
        ({"weight_scale": 0.0, "compartment": sa.FeedbackCompartment(theta=1e9)}, "Layer output sent no", "weight_scale|theta"),
        ({"feedback_scale": 0.0, "feedback": sa.RandomFeedback()}, "Layer hidden_1 sent no feedback spike", "feedback_scale"),
    ],
)
def test_silence_is_reported_at_once_and_ends_training(change, finding, advice):
    trainer = tiny_trainer(changes=change)
    X, y = tiny_data(20)
    with pytest.warns(UserWarning, match=f"{finding}.*({advice})"):
        trainer.learn(X[:10], y[:10])
    with pytest.raises(sa.SilenceError, match="in two whole chunks in a row"):
        trainer.learn(X[10:], y[10:])


def test_silent_input_is_reported():
    trainer = tiny_trainer()
    with pytest.warns(UserWarning, match="Layer input sent no spike, in a whole chunk, after 0 samples; .*max_rate"):
        trainer.learn(np.zeros((10, 6)), tiny_data(10)[1])
