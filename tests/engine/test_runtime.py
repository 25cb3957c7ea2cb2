"""Brian2's runtime: Ctrl-C, and a clock that starts at 0 in every chunk."""

import os
import signal

import numpy as np
import pytest
from brian2 import NetworkOperation, ms, prefs, second
from circuits import counting_circuit, tiny_data, tiny_network, tiny_trainer
from spikeadam.engine import open_device


def interrupting(samples=10, record=False, when=37, **changes):
    """A circuit in whose step number ``when`` the user presses Ctrl-C, once."""
    circuit = tiny_network(samples, record, **changes)
    pressed = []

    def press(t):
        if t >= when * ms and not pressed:
            pressed.append(t)
            os.kill(os.getpid(), signal.SIGINT)

    circuit.network.add(NetworkOperation(press, dt=1 * ms, name="ctrl_c"))
    return circuit


def test_half_a_chunk_never_passes_for_a_whole_one():
    device = open_device("runtime", interrupting, target="numpy")
    X, _ = tiny_data(10)
    with pytest.raises(KeyboardInterrupt):
        device.run(device.initial_state, {"stimulus": X}, 0.1)
    whole = device.run(device.initial_state, {"stimulus": X}, 0.1)  # and the next one is whole
    plain = open_device("runtime", tiny_network, target="numpy")
    for name, values in plain.run(plain.initial_state, {"stimulus": X}, 0.1).state.items():
        np.testing.assert_array_equal(whole.state[name], values)


def test_ctrl_c_in_training_ends_after_the_chunk(tmp_path):
    X, y = tiny_data(30)
    trainer, plain = tiny_trainer(), tiny_trainer()
    trainer.device = open_device("runtime", interrupting, target="numpy")
    before = signal.getsignal(signal.SIGINT)
    assert trainer.fit(X, y, save_to=tmp_path / "c.npz") is False
    assert trainer.interrupted and trainer.samples_seen == 10
    assert signal.getsignal(signal.SIGINT) is before
    resumed = tiny_trainer()
    resumed.load(tmp_path / "c.npz")
    assert resumed.fit(X, y) and plain.fit(X, y)
    assert resumed.history == plain.history
    assert all(np.array_equal(resumed.state[name], values) for name, values in plain.state.items())


def test_a_second_ctrl_c_ends_at_once():
    def twice(*given):
        circuit = interrupting(*given)
        circuit.network.add(NetworkOperation(lambda: os.kill(os.getpid(), signal.SIGINT), dt=1 * ms, name="ctrl_c_again"))
        return circuit

    trainer = tiny_trainer()
    trainer.device = open_device("runtime", twice, target="numpy")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(*tiny_data(30))
    assert signal.getsignal(signal.SIGINT) is before
    assert trainer.samples_seen == 0 and len(trainer.history) == 1


def test_every_chunk_starts_at_0():
    device = open_device("runtime", counting_circuit, target="numpy")
    state = device.initial_state
    for _ in range(3):
        state = device.run(state, {}, 0.12).state
        np.testing.assert_array_equal(state["counter.step"], 20)
        np.testing.assert_allclose(state["counter.last_count"], -1e-3)
    np.testing.assert_array_equal(state["counter.whole"], 6)
    assert device.circuit.network.t == 0.12 * second


@pytest.mark.parametrize("given, expected", [({}, "numpy"), ({"target": "cython"}, "cython")])
def test_the_code_generation_target_is_the_users_unless_one_is_given(monkeypatch, given, expected):
    monkeypatch.setitem(prefs, "codegen.target", "numpy")
    device = open_device("runtime", counting_circuit, **given)
    with device._in_place():
        assert prefs.codegen.target == expected
    assert prefs.codegen.target == "numpy"
