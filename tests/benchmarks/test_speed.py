"""The hand-written program of the speed benchmark is the same network: state and spikes agree with Brian2's."""

import shutil

import numpy as np
import pytest

from benchmarks.speed import scaling, table
from benchmarks.speed.compare import Comparison
from benchmarks.speed.profile import GROUPS, ProfiledDevice

pytestmark = pytest.mark.skipif(not (shutil.which("g++") and shutil.which("make")), reason="no C++ compiler")


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(3)
    return rng.random((30, 50)) * (rng.random((30, 50)) < 0.5), rng.integers(10, size=30)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("refresh", [True, False])
def test_both_end_in_the_same_state(samples, cache, refresh):
    comparison = Comparison(*samples, 20, cache=cache, refresh=refresh)
    synapses, transmitted, updated = comparison.work()
    assert synapses == 50 * 20 + 2 * 20 * 10
    assert transmitted > 0 and updated > 0
    differences = comparison.difference()
    assert {name.split(".")[0] for name in differences} == {
        "input", "hidden_1", "output", "input_to_hidden_1", "hidden_1_to_output", "hidden_1_to_output_feedback",
    }  # fmt: skip
    assert max(differences.values()) < 1e-11
    weights = comparison.run_handwritten()[0]["input_to_hidden_1.w"]
    assert np.abs(weights - comparison.state["input_to_hidden_1.w"]).max() > 1e-4, "nothing was learned"
    comparison.close()


def test_profile_sees_every_kind_of_work(samples, cache):
    comparison = Comparison(*samples, 20, device=ProfiledDevice, cache=cache)
    comparison.run_brian2()
    profile = comparison.brian2.profile()
    comparison.close()
    assert list(profile) == list(GROUPS)
    assert all(seconds >= 0 for seconds in profile.values())
    assert profile["forward spikes"] > 0 and profile["learning"] > 0


def test_the_program_names_a_file_that_does_not_fit(samples, cache):
    comparison = Comparison(*samples, 20, cache=cache)
    comparison.prepared["hidden_1.v"] = np.zeros(3)
    with pytest.raises(RuntimeError, match="hidden_1.v does not hold 20 doubles"):
        comparison.run_handwritten()
    comparison.close()


def test_table_holds_times_ratio_and_sizes(cache):
    row = scaling(50, 20, quick=True, cache=cache)
    assert row["synapses"] == 1400 and row["samples"] == 20
    sides = {"simulation_ms": 0.4, "chunk_ms": 0.5}
    text = table(
        {
            "brian2": sides,
            "handwritten": {"simulation_ms": 0.2, "chunk_ms": 0.4},
            "ratio": {"simulation": 2.0, "chunk": 1.25},
            "relative_difference": 2e-15,
            "profile_ms": {"learning": 0.1},
            "scaling": [row],
        }
    )
    assert "2.00" in text and "learning" in text and "50-20-10" in text
