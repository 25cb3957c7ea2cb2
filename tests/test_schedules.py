"""Learning-rate schedules."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spikeadam as sa


def test_linear_decay():
    schedule = sa.linear_decay(200, final=0.2)
    # From 1 to 0.2: 0.8/200 less with each sample.
    assert [schedule(n) for n in (0, 50, 100, 200, 201, 10**9)] == pytest.approx([1, 0.8, 0.6, 0.2, 0.2, 0.2])


def test_step_decay():
    schedule = sa.step_decay(10, factor=0.1)
    assert [schedule(n) for n in (0, 9, 10, 19, 20)] == pytest.approx([1, 1, 0.1, 0.1, 0.01])


def test_inverse_time():
    schedule = sa.inverse_time(50)
    assert [schedule(n) for n in (0, 50, 150)] == pytest.approx([1, 0.5, 0.25])


SCHEDULES = [sa.linear_decay(1000), sa.linear_decay(7, final=1), sa.step_decay(30), sa.inverse_time(0.5)]


@given(st.sampled_from(SCHEDULES), st.integers(0, 10**9), st.integers(0, 10**9))
def test_schedules_start_at_one_and_never_rise(schedule, first, second):
    early, late = sorted((first, second))
    assert schedule(0) == 1
    assert 0 <= schedule(late) <= schedule(early) <= 1


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_can_be_sent_to_other_processes(schedule):
    assert pickle.loads(pickle.dumps(schedule))(123) == schedule(123)


@pytest.mark.parametrize(
    "make, error, sentence",
    [
        (lambda: sa.linear_decay(0), ValueError, "total takes a whole number of at least 1, got 0."),
        (lambda: sa.linear_decay(1e3), TypeError, "total takes a whole number of at least 1, got 1000.0."),
        (
            lambda: sa.linear_decay(10, final=2),
            ValueError,
            "final takes a finite number of at least 0 and of at most 1, got 2.",
        ),
        (lambda: sa.step_decay(0), ValueError, "every takes a whole number of at least 1, got 0."),
        (lambda: sa.step_decay(10, factor=0), ValueError, "factor takes a finite number above 0, got 0."),
        (lambda: sa.inverse_time(-1), ValueError, "scale takes a finite number above 0, got -1."),
        (lambda: sa.inverse_time("slow"), TypeError, "scale takes a finite number above 0, got 'slow'."),
    ],
)
def test_bad_arguments(make, error, sentence):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == sentence
