"""C++ standalone: the files exchanged with the binary, clocks, and what goes wrong outside."""

import shutil

import numpy as np
import pytest
from brian2 import ms
from circuits import counting_circuit, digits, digits_network
from spikeadam.engine import build_cache, open_device
from spikeadam.engine.standalone import _replace


@pytest.fixture(scope="module")
def counter():
    device = open_device("standalone", counting_circuit)
    yield device
    device.close()


def test_presentations_stay_whole_for_hours(counter):
    # Brian2 takes clocks that differ by more than 1e-14 s for different times: in steps of 1 ms, from 64 s on.
    periods = 40_000
    state = counter.run(counter.initial_state, {}, periods * 0.05).state
    np.testing.assert_array_equal(state["counter.whole"], periods)
    np.testing.assert_array_equal(state["counter.step"], 50)


def test_chunks_of_any_length_run_on_one_build(counter):
    for steps in (1, 49, 51, 1234):
        state = counter.run(counter.initial_state, {}, steps * 1e-3).state
        np.testing.assert_array_equal(state["counter.whole"], steps // 50)
        assert state["counter.last_count"] == pytest.approx(-1e-3)


@pytest.mark.parametrize("value", [0.1, -1e-300, 1.7976931348623157e308, 5e-324, 0.30000000000000004, -0.0])
def test_scalars_pass_the_command_line_bit_for_bit(counter, value):
    state = counter.run({**counter.initial_state, "counter.scale": value}, {}, 1e-3).state
    assert state["counter.scale"].tobytes() == np.array([value]).tobytes()


def test_state_that_does_not_fit_is_refused_before_it_reaches_the_binary(counter):
    with pytest.raises(ValueError, match="state takes 3 values of counter.whole, got 2"):
        counter.run({**counter.initial_state, "counter.whole": np.zeros(2)}, {}, 1e-3)
    with pytest.raises(ValueError, match="state takes finite values of counter.scale, got nan"):
        counter.run({**counter.initial_state, "counter.scale": np.nan}, {}, 1e-3)


def test_files_do_not_pile_up_and_are_removed_at_the_end():
    device = open_device("standalone", digits_network)
    X, _ = digits(20)
    names = []
    for n in (20, 3, 20):
        device.run(device.initial_state, {"stimulus": X[:n]}, n * 0.04)
        names.append(sorted(path.relative_to(device.scratch) for path in device.scratch.rglob("*")))
    assert names[0] == names[1] == names[2]
    device.close()
    assert not device.scratch.exists()
    device.close()


def test_a_device_that_is_dropped_removes_its_files():
    device = open_device("standalone", counting_circuit)
    scratch = device.scratch
    assert scratch.exists()
    del device
    assert not scratch.exists()


def test_results_of_an_earlier_chunk_never_pass_for_those_of_a_failed_one(counter, tmp_path):
    counter.run(counter.initial_state, {}, 1e-3)
    folder, counter.folder = counter.folder, tmp_path
    (tmp_path / "main").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "main").chmod(0o755)
    try:
        with pytest.raises(OSError):
            counter.run(counter.initial_state, {}, 1e-3)
        (tmp_path / "main").write_text("#!/bin/sh\necho Segmentation fault\nexit 139\n")
        with pytest.raises(RuntimeError, match="failed with exit status 139: Segmentation fault"):
            counter.run(counter.initial_state, {}, 1e-3)
    finally:
        counter.folder = folder


def test_a_build_that_was_removed_meanwhile_is_one_sentence(tmp_path):
    device = open_device("standalone", counting_circuit)
    copy = shutil.copytree(device.folder, tmp_path / "copy")
    device.folder = copy
    device.run(device.initial_state, {}, 1e-3)
    shutil.rmtree(copy)
    with pytest.raises(build_cache.CacheError, match="removed from the cache while in use"):
        device.run(device.initial_state, {}, 1e-3)
    device.close()


def test_a_change_of_brian2s_templates_is_noticed(tmp_path):
    (tmp_path / "main.cpp").write_text("network.run(2.0);")
    with pytest.raises(RuntimeError, match="main.cpp holds 'network.run\\(1.0' 0 times, expected once"):
        _replace(tmp_path / "main.cpp", "network.run(1.0", "")


def test_presentations_of_another_length_stay_whole():
    device = open_device("standalone", lambda: counting_circuit(period=30 * ms))
    state = device.run(device.initial_state, {}, 5000 * 0.03).state
    np.testing.assert_array_equal(state["counter.whole"], 5000)
    device.close()
