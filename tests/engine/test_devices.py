"""One engine, two devices: the same numbers, and nothing of the user's is touched."""

import numpy as np
import pytest
from brian2 import NeuronGroup, defaultclock, get_device, ms, prefs, set_device
from brian2.devices.device import reset_device, runtime_device
from circuits import digits, digits_network, digits_trainer, tiny_data, tiny_network, tiny_trainer
from spikeadam.engine import open_device

TARGETS = {
    "numpy": {"device": "runtime", "target": "numpy"},
    "cython": {"device": "runtime", "target": "cython"},
    "standalone": {"device": "standalone"},
}


@pytest.fixture(scope="module")
def runs():
    """20 digits learned on numpy, cython and C++ standalone: trainers, and spikes of the output."""
    found = {}
    X, y = digits(20)
    for name, options in TARGETS.items():
        trainer = digits_trainer(**options)
        chunks = []
        run = trainer.device.run
        trainer.device.run = lambda *given, run=run: chunks.append(run(*given)) or chunks[-1]
        trainer.learn(X, y)
        found[name] = trainer, chunks[0].records["output_spikes"]
        trainer.close()
    return found


@pytest.mark.parametrize("name", ["cython", "standalone"])
def test_same_spikes_and_weights_on_all_devices(runs, name):
    (reference, spikes), (trainer, found) = runs["numpy"], runs[name]
    assert len(spikes["i"]) > 50
    np.testing.assert_array_equal(found["i"], spikes["i"])
    np.testing.assert_allclose(found["t"], spikes["t"], rtol=1e-12)
    assert trainer.state.keys() == reference.state.keys()
    for variable, values in reference.state.items():
        np.testing.assert_allclose(trainer.state[variable], values, rtol=1e-9, atol=1e-12, err_msg=variable)
    assert not np.array_equal(reference.state["input_to_hidden_1.w"], reference.device.initial_state["input_to_hidden_1.w"])


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="device takes one of standalone, runtime, got 'gpu'"):
        open_device("gpu", tiny_network)


@pytest.mark.parametrize("other", [{}, TARGETS["standalone"]], ids=["runtime", "standalone"])
def test_two_networks_in_one_process_are_independent(other):
    """Chunks in turn, of two networks with the same names, equal those of each network alone."""
    (X, y), (Z, z) = tiny_data(20), digits(40)

    def second():
        if not other:
            return tiny_trainer(seed=4, changes={"random_state": 5}), X[::-1], y[::-1]
        return digits_trainer(**other), Z, z

    alone = tiny_trainer()
    alone.fit(X, y)
    other_alone, X2, y2 = second()
    other_alone.fit(X2, y2)

    first, (follower, _, _) = tiny_trainer(), second()
    order = {t: np.random.default_rng([t.seed, 0]).permutation(n) for t, n in ((first, 20), (follower, len(X2)))}
    for step in range(2):
        for trainer, samples, labels in ((first, X, y), (follower, X2, y2)):
            chosen = order[trainer][step * trainer.chunk : (step + 1) * trainer.chunk]
            trainer.learn(samples[chosen], labels[chosen])
    for reference, trainer in ((alone, first), (other_alone, follower)):
        assert trainer.history == reference.history
        assert all(np.array_equal(trainer.state[name], values) for name, values in reference.state.items())


@pytest.fixture
def users_script():
    """A script in the middle of its own standalone simulation, with preferences of its own."""
    target, dt = prefs.codegen.target, defaultclock.dt
    set_device("cpp_standalone", build_on_run=False, directory="somewhere")
    prefs.codegen.target = "cython"
    defaultclock.dt = 0.25 * ms
    group = NeuronGroup(7, "dv/dt = -v/(10*ms) : 1", name="users_group")
    yield group
    reset_device()
    get_device().reinit() if get_device() is not runtime_device else None
    prefs.codegen.target = target
    defaultclock.dt = dt


def snapshot():
    device = get_device()
    return device, device.build_on_run, device.build_options, prefs.codegen.target, float(defaultclock.dt)


@pytest.mark.parametrize("options", [TARGETS["numpy"], TARGETS["standalone"]], ids=["numpy", "standalone"])
def test_the_users_device_preferences_and_clock_are_left_alone(users_script, options):
    before, arrays = snapshot(), dict(get_device().arrays)
    queue = list(get_device().main_queue)
    trainer = digits_trainer(**options)
    assert snapshot() == before
    trainer.learn(*digits(5))
    trainer.predict(digits(5)[0])
    trainer.close()
    assert snapshot() == before
    assert get_device().arrays.items() >= arrays.items() and users_script.variables["v"] in get_device().arrays
    # Brian2 writes down the time step of the default clock once more when it returns to a device; nothing else.
    assert [line for line in get_device().main_queue if "defaultclock" not in str(line)] == [
        line for line in queue if "defaultclock" not in str(line)
    ]


def test_openmp_of_the_users_script_is_neither_used_nor_changed():
    # The engine's spike queues are those of one thread: with more, spikes would be lost without a word.
    name = "devices.cpp_standalone.openmp_threads"
    alone = open_device("standalone", digits_network)
    before = prefs[name]
    prefs[name] = 2
    try:
        device = open_device("standalone", digits_network)
        assert prefs[name] == 2
    finally:
        prefs[name] = before
    assert device.was_cached and device.folder == alone.folder
    device.close(), alone.close()


@pytest.mark.parametrize("name", ["runtime", "standalone"])
def test_everything_is_put_back_after_an_exception(name):
    def build():
        defaultclock.dt  # a build function that fails half way
        raise RuntimeError("half way")

    before = snapshot()
    with pytest.raises(RuntimeError, match="half way"):
        open_device(name, build)
    assert snapshot() == before


def test_an_exception_in_a_run_puts_everything_back(monkeypatch):
    device = open_device("runtime", tiny_network, target="numpy")
    before = snapshot()

    def fail(*given, **more):
        raise RuntimeError("in a run")

    monkeypatch.setattr(device.circuit.network, "run", fail)
    with pytest.raises(RuntimeError, match="in a run"):
        device.run(device.initial_state, {}, 0.01)
    assert snapshot() == before


@pytest.mark.parametrize("options", [TARGETS["numpy"], TARGETS["standalone"]], ids=["numpy", "standalone"])
def test_a_network_that_never_ran_here_is_deleted_without_a_warning_of_brian2(options):
    open_device("standalone", digits_network).close()
    trainer = digits_trainer(**options)
    assert getattr(trainer.device, "was_cached", True)
    assert all(obj._network is not None for obj in trainer.circuit.network.objects)
    trainer.close()
