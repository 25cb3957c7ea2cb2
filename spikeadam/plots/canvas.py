"""What all plots share: colours, axes to draw on, checked number arrays."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

# Okabe & Ito (2008): told apart under every common form of colour blindness. Their yellow is left
# out because thin lines in it vanish on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GUIDE = "0.75"

# Above this many marks a vector file (PDF, SVG) gets slow to open.
MANY_MARKS = 20_000


def take_axes(axes, name, panels, figsize):
    """One Axes for each entry of `panels`: the given ones, or those of a new figure."""
    if axes is None:
        return plt.subplots(1, len(panels), figsize=figsize, layout="constrained", squeeze=False)[1][0]
    given = np.ravel(np.asarray(axes, dtype=object))
    if len(given) != len(panels) or not all(isinstance(ax, Axes) for ax in given):
        got = ", ".join(type(ax).__name__ for ax in given) or "none"
        raise ValueError(f"{name} takes {len(panels)} matplotlib Axes ({', '.join(panels)}), got {got}.")
    return given


def vector(values, name, length=None):
    """`values` as a 1-D float array of finite numbers, or a ValueError that calls it `name`."""
    array = numbers(values, name)
    if array.ndim != 1:
        raise ValueError(f"{name} takes a 1-D array of numbers, got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} takes finite numbers, got NaN or infinity.")
    if length is not None and len(array) != length[0]:
        raise ValueError(
            f"{name} takes one entry for each of the {length[0]} {length[1]}, got {len(array)}."
        )
    return array


def numbers(values, name):
    """`values` as a float array of any shape, None as nan, or a ValueError that calls it `name`."""
    try:
        array = np.asarray(values)
        # Only arrays of objects may hold None, the nan of JSON.
        return array.astype(float, casting="unsafe" if array.dtype == object else "same_kind")
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} takes an array of real numbers, got {type(values).__name__} that does not convert to one."
        ) from None


def whole(value, name, least):
    """`value` as an int of at least `least`, or a ValueError that calls it `name`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} takes a whole number of at least {least}, got {value!r}.")
    return int(value)


def small_legend(ax, **options):
    ax.legend(**{"fontsize": "small", "frameon": False, "handlelength": 1.5, **options})
