"""Arguments: what is taken, and the sentence for what is not."""

import math
from fractions import Fraction

import numpy as np
import pytest
from brian2 import Hz, ms, mV, second, volt

from spikeadam.checks import integer, number, one_of, positive_quantity


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2), np.array(2.0), Fraction(2)])
def test_number_takes_any_real_scalar(value):
    result = number("theta", value, above=0)
    assert result == 2 and type(result) is float


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0, -1])
def test_number_says_what_is_out_of_bounds(value):
    with pytest.raises(ValueError, match=rf"^theta takes a finite number above 0, got {value!r}\.$"):
        number("theta", value, above=0)


@pytest.mark.parametrize("value", ["2", True, None, [2], np.array([2.0]), 2j, {}])
def test_number_says_what_is_no_number(value):
    with pytest.raises(TypeError, match=r"^theta takes a finite number, got .*\.$"):
        number("theta", value)


def test_number_refuses_a_unit():
    with pytest.raises(TypeError, match=r"^theta takes a finite number without a unit, got 2\. \* msecond\.$"):
        number("theta", 2 * ms)


def test_number_names_both_bounds():
    assert number("beta1", 0, at_least=0, below=1) == 0
    assert number("final", 1, at_least=0, at_most=1) == 1
    for bad in (-0.1, 1):
        with pytest.raises(ValueError, match=r"^beta1 takes a finite number of at least 0 and below 1, got"):
            number("beta1", bad, at_least=0, below=1)
    with pytest.raises(ValueError, match=r"^final takes a finite number of at least 0 and of at most 1, got 1\.5\.$"):
        number("final", 1.5, at_least=0, at_most=1)


def test_integer():
    assert integer("N", 3, at_least=1) == 3
    assert type(integer("N", np.int32(3))) is int
    with pytest.raises(ValueError, match=r"^N takes a whole number of at least 1, got 0\.$"):
        integer("N", 0, at_least=1)
    for bad in (3.0, True, "3", None):
        with pytest.raises(TypeError, match=r"^N takes a whole number, got "):
            integer("N", bad)


def test_positive_quantity():
    assert positive_quantity("tau", 5 * ms, second) == 5 * ms
    assert positive_quantity("tau", np.float64(5) * ms, second) == 5 * ms
    for bad in (5, 5 * mV, 5 * Hz, "5 ms", [1, 2] * ms, None):
        with pytest.raises(TypeError, match=r"^tau takes a positive s quantity, such as 10\*s(econd)?, got "):
            positive_quantity("tau", bad, second)
    for bad in (0 * ms, -1 * ms, math.nan * second, math.inf * second):
        with pytest.raises(ValueError, match=r"^tau takes a positive s quantity"):
            positive_quantity("tau", bad, second)
    with pytest.raises(TypeError, match=r"^v takes a positive "):
        positive_quantity("v", 5 * ms, volt)


def test_one_of_lists_what_is_valid():
    assert one_of("device", "runtime", ("standalone", "runtime")) == "runtime"
    with pytest.raises(ValueError, match=r"^device takes one of standalone, runtime, got 'gpu'\.$"):
        one_of("device", "gpu", ("standalone", "runtime"))
