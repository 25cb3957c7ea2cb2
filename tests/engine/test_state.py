"""What counts as state, how it passes from chunk to chunk, and what is refused before a device sees it."""

import numpy as np
import pytest
import spikeadam as sa
from brian2 import ms
from circuits import digits_network, tiny_data, tiny_network, tiny_trainer
from spikeadam.engine import open_device
from spikeadam.engine.state import check_feeds, check_state, shift_times

ADAPTIVE = sa.Soma(
    equations="""
    dv/dt = (I - adaptation - v)/tau_membrane : 1
    dI/dt = -I/(5*ms) : 1
    dx/dt = -x/(20*ms) : 1
    dadaptation/dt = -adaptation/(100*ms) : 1
    last_spike : second
    tau_membrane : second (shared, constant)
    """,
    threshold="v > 1",
    reset="v -= 1\nx += 1\nadaptation += 0.1\nlast_spike = t",
    rest="v = 0\nI = 0\nx = 0",
    parameters={"tau_membrane": 10 * ms},
)


@pytest.fixture(scope="module")
def device():
    return open_device("runtime", tiny_network, target="numpy")


def test_state_holds_what_learning_goes_on_from_and_no_bookkeeping(device):
    names = device.initial_state.keys()
    assert {
        "hidden_1_to_output.w",
        "hidden_1_to_output.m",
        "hidden_1_to_output.power",
        "hidden_1_to_output_feedback.w",
        "hidden_1.last_feedback",
        "hidden_1.bias",
        "hidden_1.tau_membrane",
        "input.input_seed",
    } <= names
    assert not {name for name in names if name.split(".")[1] in ("t", "dt", "i", "j", "N") or "._" in name}
    assert not {name for name in names if name.split(".")[0].endswith(("spikes", "clock"))}


def test_variables_of_a_users_soma_are_state_and_survive_a_chunk():
    trainer = tiny_trainer(changes={"soma": ADAPTIVE})
    X, y = tiny_data(20)
    assert {"hidden_1.adaptation", "hidden_1.last_spike"} <= trainer.state.keys()
    trainer.learn(X[:10], y[:10])
    before = trainer.state["hidden_1.adaptation"].copy()
    assert before.any()
    # Adaptation is not put to rest between samples: the next chunk goes on from it.
    with_it = trainer.device.run(trainer.state, {"stimulus": X[10:]}, 0.1).state
    without = trainer.device.run({**trainer.state, "hidden_1.adaptation": 0 * before}, {"stimulus": X[10:]}, 0.1).state
    assert not np.array_equal(with_it["hidden_1.v"], without["hidden_1.v"])


def test_times_of_past_events_move_with_the_chunk(device):
    state = {"a.last_feedback": np.array([0.3, 0.9]), "a.u": np.array([0.3])}
    variables = {"a.last_feedback": device.variables["hidden_1.last_feedback"], "a.u": device.variables["hidden_1.u"]}
    shifted = shift_times(state, variables, 1.0)
    assert shifted["a.last_feedback"] == pytest.approx([-0.7, -0.1])
    assert shifted["a.u"] == 0.3


def test_two_chunks_equal_one_of_twice_the_length():
    # Momentum's closed form is exact, so that a visit of all synapses at the end of a chunk changes nothing.
    X, y = tiny_data(20)
    changes = {"rule": sa.Momentum(learning_rate=0.01, tau_m=100 * ms, interval=10 * ms), "feedback": sa.RandomFeedback()}
    halves, whole = tiny_trainer(changes=changes), tiny_trainer(changes=changes, chunk=20)
    halves.learn(X[:10], y[:10])
    halves.learn(X[10:], y[10:])
    whole.learn(X, y)
    for name in ("input_to_hidden_1.w", "hidden_1_to_output.w", "hidden_1_to_output.m", "hidden_1.bias", "hidden_1.u"):
        np.testing.assert_allclose(halves.state[name], whole.state[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"hidden_1_to_output.w": np.zeros(14)}, "state takes 15 values of hidden_1_to_output.w, got 14"),
        ({"hidden_1.theta": [1.0, 1.0]}, "state takes 1 values of hidden_1.theta, got 2"),
        ({"hidden_1.theta": np.inf}, "state takes finite values of hidden_1.theta, got inf"),
        ({"hidden_1.theta": -np.inf}, "finite values of hidden_1.theta, got -inf"),
        ({"hidden_1.v": [0, 0, np.nan, 0, 0]}, "finite values of hidden_1.v, got nan"),
        ({"hidden_1.oops": 1.0}, "it has hidden_1.oops"),
    ],
)
def test_state_that_does_not_fit_is_refused(device, change, message):
    with pytest.raises(ValueError, match=message):
        device.run({**device.initial_state, **change}, {}, 0.01)


def test_a_missing_variable_is_named(device):
    state = dict(device.initial_state)
    del state["output.u"]
    with pytest.raises(ValueError, match="it lacks output.u"):
        check_state(state, device.initial_state)


@pytest.mark.parametrize(
    "feeds, message",
    [
        ({"stimulus": np.zeros((11, 6))}, r"stimulus takes 1 to 10 rows of shape \(6,\), got an array of shape \(11, 6\)"),
        ({"stimulus": np.zeros((10, 5))}, "got an array of shape \\(10, 5\\)"),
        ({"stimulus": np.zeros((0, 6))}, "got an array of shape \\(0, 6\\)"),
        ({"stimulus": np.full((1, 6), np.nan)}, "stimulus takes finite values"),
        ({"image": np.zeros((1, 6))}, "feeds takes stimulus, teacher, got 'image'"),
    ],
)
def test_feeds_that_do_not_fit_are_refused(device, feeds, message):
    with pytest.raises(ValueError, match=message):
        check_feeds(feeds, device.circuit)


def test_a_chunk_is_a_function_of_its_state(device):
    X, _ = tiny_data(10)
    given = {name: values.copy() for name, values in device.initial_state.items()}
    first = device.run(given, {"stimulus": X}, 0.1)
    again = device.run(given, {"stimulus": X}, 0.1)
    assert all(np.array_equal(given[name], device.initial_state[name]) for name in given)
    assert all(np.array_equal(first.state[name], again.state[name]) for name in given)


def test_initial_state_is_the_same_on_both_devices():
    runtime = open_device("runtime", digits_network, target="numpy")
    standalone = open_device("standalone", digits_network)
    standalone.close()
    assert runtime.initial_state.keys() == standalone.initial_state.keys()
    for name, values in runtime.initial_state.items():
        assert values.dtype == standalone.initial_state[name].dtype
        np.testing.assert_array_equal(values, standalone.initial_state[name])
