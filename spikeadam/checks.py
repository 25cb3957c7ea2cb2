"""Checks of arguments: one clear sentence that names the argument, what it got and what it takes."""

import math
from dataclasses import field

import numpy as np
from brian2 import Quantity, get_dimensions, have_same_dimensions, second


def number(name, value, *, above=None, at_least=None, below=None, at_most=None):
    """Return ``value`` as a float, or say which finite number ``name`` takes."""
    bounds = [
        text
        for bound, text in (
            (above, f"above {above}"),
            (at_least, f"of at least {at_least}"),
            (below, f"below {below}"),
            (at_most, f"of at most {at_most}"),
        )
        if bound is not None
    ]
    takes = " and ".join(["a finite number " + bounds[0], *bounds[1:]]) if bounds else "a finite number"
    if isinstance(value, (bool, np.bool_, str, bytes)) or np.ndim(value):
        raise TypeError(f"{name} takes {takes}, got {value!r}.")
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} takes {takes}, got {value!r}.") from None
    if not have_same_dimensions(value if isinstance(value, Quantity) else 1, 1):
        raise TypeError(f"{name} takes {takes} without a unit, got {value!r}.")
    fits = (
        math.isfinite(result)
        and (above is None or result > above)
        and (at_least is None or result >= at_least)
        and (below is None or result < below)
        and (at_most is None or result <= at_most)
    )
    if not fits:
        raise ValueError(f"{name} takes {takes}, got {value!r}.")
    return result


def integer(name, value, *, at_least=None):
    """Return ``value`` as an int, or say which whole number ``name`` takes."""
    takes = "a whole number" + ("" if at_least is None else f" of at least {at_least}")
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} takes {takes}, got {value!r}.")
    if at_least is not None and value < at_least:
        raise ValueError(f"{name} takes {takes}, got {value!r}.")
    return int(value)


def positive_quantity(name, value, unit):
    """Return ``value`` if it is a positive scalar with the dimension of ``unit``."""
    takes = f"a positive {unit.dim} quantity, such as 10*{unit}" if unit.dim else "a positive number"
    if isinstance(value, str) or not isinstance(value, (Quantity, int, float, np.number)) or np.ndim(value):
        raise TypeError(f"{name} takes {takes}, got {value!r}.")
    if get_dimensions(value) != unit.dim:
        raise TypeError(f"{name} takes {takes}, got {value!r}.")
    if not (np.isfinite(float(value)) and float(value) > 0):
        raise ValueError(f"{name} takes {takes}, got {value!r}.")
    return value


def whole_steps(name, value, dt):
    """Return how many time steps ``dt`` the duration ``value`` holds, if that is a whole number above 0."""
    steps = float(positive_quantity(name, value, second) / dt)
    if round(steps) < 1 or abs(steps - round(steps)) > 1e-6 * steps:
        raise ValueError(f"{name} takes a multiple of the time step {dt!s}, got {value!s}.")
    return round(steps)


def one_of(name, value, valid):
    """Return ``value`` if it is among ``valid``, or list the valid ones."""
    if value not in valid:
        raise ValueError(f"{name} takes one of {', '.join(map(str, valid))}, got {value!r}.")
    return value


def default_quantity(value):
    """A dataclass field with a quantity as its default (Brian2's quantities count as mutable)."""
    return field(default_factory=lambda: value)
