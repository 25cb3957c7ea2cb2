"""Checks of arguments that several data sets share."""

from numbers import Integral


def check_count(name, value):
    """Return ``value`` as an int, or say which argument is not a whole number of at least 1."""
    return _check(name, value, "a whole number of at least 1", 1, None)


def check_seed(name, value):
    """Return ``value`` as an int, or say which argument is not a seed of numpy's."""
    return _check(name, value, "a whole number from 0 to 2**32 - 1", 0, 2**32 - 1)


def _check(name, value, takes, lowest, highest):
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} takes {takes}, got {value!r}.")
    if value < lowest or (highest is not None and value > highest):
        raise ValueError(f"{name} takes {takes}, got {value!r}.")
    return int(value)
