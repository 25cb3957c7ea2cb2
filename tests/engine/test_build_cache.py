"""The build cache: what is found again, what is built anew, and what a broken or full folder does."""

import errno
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
from brian2 import Hz, ms, second
from circuits import counting_circuit, digits, digits_network
from spikeadam.engine import build_cache, open_device

VALUES = {
    "data": {},
    "initial weights": {"random_state": 7, "weight_scale": 2.5, "feedback_scale": 2.0},
    "learning rate": {"rule": sa.BioAdam(learning_rate=5e-3), "output_learning_rate": 1.0},
    "time constants of the rule": {"rule": sa.BioAdam(tau_m=90 * ms, tau_rho=2 * second, epsilon=0.2, interval=20 * ms)},
    "feedback parameter": {"feedback": sa.Predisposition(w_max=2.0)},
    "time constants of the neurons": {"soma": sa.LIF(tau_membrane=12 * ms, tau_synapse=4 * ms, tau_trace=20 * ms)},
    "threshold of feedback": {"compartment": sa.FeedbackCompartment(theta=0.7)},
    "input rate": {"input": sa.RegularInput(max_rate=150 * Hz, tau_trace=30 * ms)},
    "teacher onset": {"teacher_onset": 5 * ms},
}


@pytest.mark.parametrize("change", VALUES)
def test_values_take_effect_without_compilation(change):
    """The same build, and the numbers of numpy code that was made with the values."""
    open_device("standalone", digits_network).close()
    X, y = digits(45)
    X, y = (X[40:], y[40:]) if change == "data" else (X[:5], y[:5])
    results = []
    for options in ({"name": "standalone"}, {"name": "runtime", "target": "numpy"}):
        device = open_device(build=lambda: digits_network(**VALUES[change]), **options)
        assert getattr(device, "was_cached", True)
        results.append(device.run(device.initial_state, {"stimulus": X, "teacher": 0.5 * np.eye(10)[y]}, 0.2).state)
        device.close()
    for name, values in results[1].items():
        np.testing.assert_allclose(results[0][name], values, rtol=1e-9, atol=1e-12, err_msg=name)
    assert results[1]["hidden_1.feedback_count"].any()


def test_another_structure_is_another_build_and_both_stay(tmp_path):
    first = open_device("standalone", counting_circuit, cache=tmp_path)
    other = open_device("standalone", lambda: counting_circuit(extra="\nmore : 1"), cache=tmp_path)
    again = open_device("standalone", counting_circuit, cache=tmp_path)
    assert [first.was_cached, other.was_cached, again.was_cached] == [False, False, True]
    assert first.folder == again.folder != other.folder
    assert "counter.more" in other.run(other.initial_state, {}, 0.001).state


# -- the folder itself, with a build that costs nothing ----------------------------------------------------------


@pytest.fixture
def builds(tmp_path, monkeypatch):
    """``builds(key, size)`` gets a build from the cache in ``builds.cache``; ``builds.made`` lists what was made."""

    def make(folder):
        (folder / "static_arrays").mkdir()
        (folder / "static_arrays" / "weights").write_bytes(bytes(80))
        (folder / "main").write_bytes(bytes(make.size))
        make.made.append(folder)
        return {"files": {}}

    def get(key, size=100):
        make.size = size
        return build_cache.get(key, make, tmp_path / "cache")

    monkeypatch.setattr(build_cache, "_compile", lambda folder: None)
    make.made, get.cache, get.made = [], tmp_path / "cache", None
    get.made = make.made
    return get


def test_a_build_is_made_once(builds):
    assert [builds("a")[1], builds("a")[1], builds("b")[1], builds("a")[1]] == [False, True, False, True]
    assert len(builds.made) == 2
    assert not list(builds.cache.glob("*.part"))


@pytest.mark.parametrize("file", ["main", "manifest.json", "static_arrays/weights"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "missing"])
def test_a_damaged_build_is_made_again(builds, file, damage):
    folder, _ = builds("a")
    path = folder / file
    content = path.read_bytes()
    path.unlink() if damage == "missing" else path.write_bytes(content[: len(content) // 2 if damage == "truncated" else 0])
    assert not build_cache.is_complete(folder)
    assert builds("a") == (folder, False)
    assert path.stat().st_size == len(content)
    assert builds("a") == (folder, True)


@pytest.mark.parametrize("text", ["[]", "{}", "null", '{"bytes": 3}', '{"bytes": {}}'])
def test_a_manifest_of_something_else_is_no_build(builds, text):
    folder, _ = builds("a")
    (folder / "manifest.json").write_text(text)
    assert not build_cache.is_complete(folder)


def test_a_failed_build_leaves_nothing(builds, monkeypatch):
    monkeypatch.setattr(build_cache, "_compile", lambda folder: (_ for _ in ()).throw(RuntimeError("g++ failed")))
    with pytest.raises(RuntimeError, match="g\\+\\+ failed"):
        builds("a")
    assert not build_cache.entries(builds.cache) and not list(builds.cache.glob("*.part"))


def test_the_builds_used_longest_ago_make_room(builds):
    for age, key in enumerate("dcba"):
        folder, _ = builds(key, size=1000)
        os.utime(folder, (time.time() - 1000 + age,) * 2)
    builds("d")  # used again
    assert [path.name for path, _, _ in build_cache.entries(builds.cache)] == ["d", "a", "b", "c"]
    size = build_cache.entries(builds.cache)[0][1]
    build_cache.trim(builds.cache, max_bytes=2.5 * size)
    assert [path.name for path, _, _ in build_cache.entries(builds.cache)] == ["d", "a"]


def test_a_build_larger_than_the_bound_is_kept_while_it_is_new(builds, monkeypatch):
    monkeypatch.setattr(build_cache.trim, "__kwdefaults__", {"max_bytes": 10, "keep": None})
    folder, _ = builds("a")
    assert build_cache.is_complete(folder)
    builds("b")
    assert [path.name for path, _, _ in build_cache.entries(builds.cache)] == ["b"]


def test_leftovers_of_killed_builds_are_removed_after_an_hour(builds):
    builds("a")
    old, new = builds.cache / "a-x.part", builds.cache / "a-y.part"
    old.mkdir(), new.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    builds("b")
    assert not old.exists() and new.exists()


def test_clear_removes_everything(builds):
    builds("a"), builds("b")
    assert build_cache.clear(builds.cache) == 2
    assert not builds.cache.exists()
    assert build_cache.clear(builds.cache) == 0
    assert builds("a")[1] is False


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(build_cache.CacheError, match="cannot be written .* set SPIKEADAM_CACHE to another folder"):
        build_cache.get("a", None, tmp_path / "file" / "cache")


def test_a_finished_build_takes_no_lock(builds, monkeypatch):
    # So that a read-only folder serves what it has.
    builds("a")
    monkeypatch.setattr(build_cache, "FileLock", None)
    monkeypatch.setattr(os, "utime", lambda *given: (_ for _ in ()).throw(PermissionError()))
    assert builds("a")[1] is True


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path):
    def generate(folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(build_cache.CacheError, match="No space left on device.* cache clear"):
        build_cache.get("a", generate, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.lock"]


def test_a_compiler_on_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    compiler = tmp_path / "compiler"
    compiler.write_text("#!/bin/sh\necho 'fatal error: error writing to x.o: No space left on device' >&2; exit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    with pytest.raises(build_cache.CacheError, match="No space left on device"):
        open_device("standalone", counting_circuit, cache=tmp_path / "cache")


def test_a_compiler_that_fails_is_quoted(tmp_path):
    with pytest.raises(RuntimeError, match="sh -c failed: what it said"):
        build_cache._call(["sh", "-c", "echo what it said >&2; exit 1"], tmp_path)


def test_no_compiler_is_one_sentence_that_offers_the_runtime(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(build_cache.CompilerNotFound, match="g\\+\\+ was not found; .* device='runtime'"):
        open_device("standalone", counting_circuit)


def test_a_compiler_with_arguments_is_found(monkeypatch):
    monkeypatch.setenv("CXX", "g++ -pipe")
    assert build_cache.find_compiler() == "g++ -pipe"
    monkeypatch.setenv("CXX", "no-such-compiler -pipe")
    with pytest.raises(build_cache.CompilerNotFound, match="no-such-compiler was not found"):
        build_cache.find_compiler()


# -- processes ---------------------------------------------------------------------------------------------------

SCRIPT = """
import json, sys
from circuits import counting_circuit
from spikeadam.engine import open_device
device = open_device("standalone", counting_circuit, cache=sys.argv[1])
state = device.run(device.initial_state, {}, 0.12).state
print(json.dumps([device.was_cached, state["counter.whole"].tolist()]))
"""


def start(cache):
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(cache)], env=env, stdout=subprocess.PIPE, text=True)


def test_two_processes_that_build_at_once_and_one_that_is_killed(tmp_path):
    victim = start(tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*.part/code_objects/*.o")) and time.monotonic() < deadline:
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert list(tmp_path.glob("*.part")) and not build_cache.entries(tmp_path)

    pair = [start(tmp_path), start(tmp_path)]
    results = [json.loads(process.communicate(timeout=120)[0]) for process in pair]
    assert sorted(results) == [[False, [2.0, 2.0, 2.0]], [True, [2.0, 2.0, 2.0]]]
    assert len(build_cache.entries(tmp_path)) == 1
