"""What locally connected and recurrent networks are held against."""

import numpy as np
from numpy.testing import assert_array_equal

from benchmarks.receptive_fields import full_network
from benchmarks.reference import _event_counts, train_on_counts
from benchmarks.settings import Settings
from benchmarks.tasks import local_network
from spikeadam.datasets import EventRecordings


def test_events_are_counted_in_equal_parts():
    # Two recordings of three bands; the event at 100 ms lies outside of the presentation.
    events = EventRecordings(
        1000 * np.array([0, 49, 50, 99, 100, 10]), np.array([0, 1, 1, 2, 2, 2]), np.array([0, 5, 6]), np.array([0, 1]), (3, 1), 1
    )
    assert_array_equal(_event_counts(events, 0.1, 1), [[1, 2, 1], [0, 0, 1]])
    assert_array_equal(_event_counts(events, 0.1, 2), [[1, 1, 0, 0, 1, 1], [0, 0, 1, 0, 0, 0]])


def test_a_linear_model_tells_the_bit_from_its_cue_and_not_while_it_is_asked_for():
    settings = Settings("store_recall", train=200, test=200)
    assert train_on_counts(settings)["test_accuracy"] == 1
    assert 0.35 < train_on_counts(settings, 8, last=True)["test_accuracy"] < 0.65


def test_the_network_beside_has_at_least_as_many_synapses():
    hidden, connections, synapses = local_network()
    assert synapses == sum(len(pre) for pre, _ in connections[:-1]) + 10 * hidden[-1]
    (size,) = full_network(synapses)
    assert 794 * (size - 1) < synapses <= 794 * size
