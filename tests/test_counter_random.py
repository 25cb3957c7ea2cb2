"""counter_uniform: one function of three counters on every device, and good random numbers."""

import doctest

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, ms
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spikeadam import counter_random
from spikeadam.circuit import Circuit
from spikeadam.counter_random import counter_uniform
from spikeadam.engine import open_device

draw = counter_uniform.pyfunc
MASK = 2**64 - 1


def mix(z):
    """The finaliser of SplitMix64, in Python's exact integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def exact(seed, step, index):
    """The module's recipe in Python's exact integers."""
    z = mix((seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & MASK)
    for counter in (step, index):
        z = mix((z + counter * 0x9E3779B97F4A7C15) & MASK)
    return (z >> 11) / 2**53


def test_the_example_of_the_docstring():
    assert doctest.testmod(counter_random, optionflags=doctest.ELLIPSIS).failed == 0


def test_the_finaliser_is_that_of_splitmix64():
    # The first outputs of SplitMix64 with seed 0, as printed in many places: output n is mix(n*golden).
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]
    golden = np.arange(1, 5, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert counter_random._mix(golden).tolist() == published
    assert [mix(int(z)) for z in golden] == published


GOLDEN = [
    ((0, 0, 0), "0x1.a0d34ff430e92p-1"),
    ((1, 0, 0), "0x1.b4680b0cff2a0p-5"),
    ((0, 1, 0), "0x1.256ae76ba2f30p-5"),
    ((0, 0, 1), "0x1.fa19045ca55f9p-1"),
    ((1, 2, 3), "0x1.e22fe31060f00p-2"),
    ((-1, -1, -1), "0x1.e40f7f197e0b0p-2"),
    ((2**31, 2**40, 2**62), "0x1.96f0348767238p-3"),
    ((12345, 99999, 783), "0x1.3fefde8374fd9p-1"),
]


def test_golden_values():
    # Spike trains of every published result depend on these: they must never change. The first one step by step, once
    # for each counter (0, so that nothing is added), from the seed's constant 0xd1b54a32d192ed03:
    #   z ^ (z >> 30)                d1b54a319747c5c8    8209b482f2cbc913    4e96155f65524946
    #   times 0xBF58476D1CE4E5B9     be413ddf8ce9d588    efbbff65e90e4dbb    e40aa1adbe5a9196
    #   z ^ (z >> 27)                be413dc844ce6e79    efbbff781e71a106    e40aa1b13f0ea421
    #   times 0x94D049BB133111EB     8209b481fefe7213    4e96155ec2263682    d069a7fbb8a7db4b
    #   z ^ (z >> 31)                8209b480faed1b10    4e96155e5f0a1c3f    d069a7fa187494bc
    # and d069a7fa187494bc >> 11 = 1a0d34ff430e92, over 2**53: 0.81411...
    assert draw(0, 0, 0)[0] == 0x1A0D34FF430E92 / 2**53
    for counters, bits in GOLDEN:
        assert draw(*counters)[0] == exact(*counters) == float.fromhex(bits)


@given(*[st.integers(-(2**63), 2**63 - 1)] * 3)
def test_numpy_matches_exact_integers(seed, step, index):
    value = draw(seed, step, index)[0]
    assert value == exact(seed, step, index)
    assert 0 <= value < 1


def test_counters_broadcast():
    values = draw(3, np.arange(4)[:, None], np.arange(5))
    assert values.shape == (4, 5)
    assert values[2, 3] == draw(3, 2, 3)[0]


def circuit():
    """100 neurons that draw in every step, with seeds and steps that no 32 bits hold."""
    group = NeuronGroup(
        100,
        """seed = 1000003*(i % 7) - 3000000 : integer
           small = counter_uniform(seed, t_in_timesteps, i) : 1
           large = counter_uniform(seed, t_in_timesteps*3000000000 - 7, i) : 1""",
        namespace={"counter_uniform": counter_uniform},
        dt=1 * ms,
        name="drawers",
    )
    monitor = StateMonitor(group, ["small", "large"], record=True, dt=1 * ms, name="draws")
    return Circuit(Network(group, monitor), [group], [], {}, {"draws": monitor})


def test_every_device_draws_the_same_bits(device):
    options = dict(device)
    opened = open_device(options.pop("device"), circuit, **options)
    try:
        records = opened.run(opened.initial_state, {}, 0.05).records["draws"]
    finally:
        opened.close()
    step, index = np.arange(50)[:, None], np.arange(100)
    seed = 1000003 * (index % 7) - 3000000
    np.testing.assert_array_equal(records["small"].reshape(50, 100), draw(seed, step, index))
    np.testing.assert_array_equal(records["large"].reshape(50, 100), draw(seed, step * 3000000000 - 7, index))


# Consecutive counters, as a simulation counts, are the hard case for a hash.
AXES = {
    "seeds": lambda n: draw(np.arange(n), 0, 0),
    "steps": lambda n: draw(1, np.arange(n), 0),
    "indices": lambda n: draw(1, 0, np.arange(n)),
}


@pytest.mark.parametrize("axis", AXES)
def test_uniform_along_each_counter(axis):
    values = AXES[axis](100_000)
    assert stats.kstest(values, "uniform").pvalue > 0.01
    observed = np.histogram(values, bins=1000, range=(0, 1))[0]
    assert stats.chisquare(observed).pvalue > 0.01
    # The lowest of the 53 bits, too.
    assert abs(((values * 2**53).astype(np.int64) & 1).mean() - 0.5) < 4 * 0.5 / np.sqrt(100_000)


@pytest.mark.parametrize("axis", AXES)
def test_neighbours_along_each_counter_are_independent(axis):
    values = AXES[axis](100_000)
    for lag in (1, 2, 3, 7, 64, 100, 784):
        correlation = np.corrcoef(values[:-lag], values[lag:])[0, 1]
        assert abs(correlation) < 4.5 / np.sqrt(len(values) - lag), lag
    pairs = np.histogram2d(values[:-1:2], values[1::2], bins=20, range=[(0, 1)] * 2)[0]
    assert stats.chisquare(pairs.ravel()).pvalue > 0.01


@pytest.mark.parametrize("other", [(2, 0, 0), (1, 1, 0), (1, 0, 1), (0, 0, 0), (-1, 0, 0)], ids=str)
def test_streams_of_other_seeds_steps_and_indices_are_independent(other):
    # The seed, the step or the index shifted by one or two against (1, 0, 0), over a block of steps and indices.
    step, index = np.arange(300)[:, None], np.arange(300)
    here, there = (draw(s, step + t, index + i).ravel() for s, t, i in ((1, 0, 0), other))
    assert abs(np.corrcoef(here, there)[0, 1]) < 4.5 / np.sqrt(here.size)
    joint = np.histogram2d(here, there, bins=20, range=[(0, 1)] * 2)[0]
    assert stats.chisquare(joint.ravel()).pvalue > 0.01


def test_steps_and_indices_do_not_stand_in_for_each_other():
    assert draw(1, 2, 3)[0] != draw(1, 3, 2)[0] != draw(2, 1, 3)[0]
    step, index = np.arange(300)[:, None], np.arange(300)
    block = draw(1, step, index)
    assert len(np.unique(block)) == block.size
    pairs = np.triu_indices(300, 1)
    assert abs(np.corrcoef(block[pairs], block.T[pairs])[0, 1]) < 4.5 / np.sqrt(len(pairs[0]))


def test_a_poisson_input_of_many_neurons_has_independent_bernoulli_spikes():
    spikes = draw(5, np.arange(2000)[:, None], np.arange(200)) < 0.1
    per_neuron, per_step = spikes.sum(0), spikes.sum(1)
    # Variances of binomial counts; the variance of a sample of n values varies by about sqrt(2/n) of itself.
    assert per_neuron.var() / (2000 * 0.09) == pytest.approx(1, abs=4.5 * np.sqrt(2 / 200))
    assert per_step.var() / (200 * 0.09) == pytest.approx(1, abs=4.5 * np.sqrt(2 / 2000))
