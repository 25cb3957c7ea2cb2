"""Accuracy as learning goes on."""

import numpy as np
from matplotlib.lines import Line2D

from .canvas import COLOURS, small_legend, take_axes

# Labels by which a later call on the same axes finds these artists; the underscore keeps them out of legends.
FINAL = "_final test accuracy"
TRAIN = "_train accuracy"


def plot_learning_curve(history, *, ax=None, label=None):
    """Draw training and test accuracy against samples seen.

    Calls on the same axes take a new colour each, to compare rules.

    Parameters
    ----------
    history : list of dict
        As `SpikingClassifier.history_`: ``samples_seen``, and ``train_accuracy`` and ``test_accuracy``
        as fractions from 0 to 1, each of which may be missing, None or nan. Other keys are ignored.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure.
    label : str, optional
        Name of the run in the legend.

    Returns
    -------
    matplotlib.axes.Axes
        Accuracy in % against samples seen: test solid with its last value beside it, training dashed.

    Raises
    ------
    ValueError
        If `history` is no list of such dicts, holds no accuracy, or holds one outside 0 to 1.

    Examples
    --------
    >>> from spikeadam.plots import plot_learning_curve
    >>> ax = plot_learning_curve([
    ...     {"samples_seen": 1000, "train_accuracy": 0.71, "test_accuracy": None},
    ...     {"samples_seen": 2000, "train_accuracy": 0.90, "test_accuracy": 0.88},
    ... ])
    """
    points = _points(history)
    train, test = _curve(points, "train_accuracy"), _curve(points, "test_accuracy")
    if not len(train) and not len(test):
        raise ValueError("history takes at least one train_accuracy or test_accuracy, got none.")

    (ax,) = take_axes(ax, "ax", ["learning curve"], (5.5, 3.6))
    colour = _next_colour(ax)
    if len(test):
        ax.plot(*test.T, color=colour, marker=".", label=label or "test")
        x, y = test[-1]
        ax.annotate(f"{y:.1f} %", (x, y), xytext=(6, 0), textcoords="offset points", va="center",
                    color=colour, fontsize="small", label=FINAL)
    if len(train):
        ax.plot(*train.T, color=colour, linestyle="--", linewidth=1, label=TRAIN if len(test) or not label else label)
    if ax.get_ylim()[1] > 100.5:
        ax.set_ylim(top=100.5, auto=None)
    _spread_finals(ax)
    # The last value stands where the right spine would be.
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("samples seen")
    ax.set_ylabel("accuracy (%)")
    _legend(ax)
    return ax


def _legend(ax):
    """One entry a run, and one for all dashed lines."""
    handles, _ = ax.get_legend_handles_labels()
    dashed = [line for line in ax.lines if line.get_label() == TRAIN]
    if dashed:
        colour = dashed[0].get_color() if len(dashed) == 1 else "0.4"
        handles.append(Line2D([], [], color=colour, linestyle="--", linewidth=1, label="train"))
    small_legend(ax, handles=handles)


def _points(history):
    if not isinstance(history, (list, tuple)):
        raise ValueError(f"history takes a list of dicts, got {type(history).__name__}.")
    for i, point in enumerate(history):
        if not isinstance(point, dict):
            raise ValueError(f"history[{i}] takes a dict with samples_seen, got {type(point).__name__}.")
        if not _is_number(point.get("samples_seen")):
            raise ValueError(
                f"history[{i}]['samples_seen'] takes a number of samples, got {point.get('samples_seen')!r}."
            )
    return history


def _curve(points, key):
    curve = []
    for i, point in enumerate(points):
        accuracy = point.get(key)
        if accuracy is None:
            continue
        if not _is_number(accuracy, allow_nan=True):
            raise ValueError(f"history[{i}][{key!r}] takes a fraction from 0 to 1 or None, got {accuracy!r}.")
        if accuracy < 0 or accuracy > 1:
            raise ValueError(f"history[{i}][{key!r}] takes a fraction from 0 to 1 or None, got {accuracy:g}.")
        if accuracy == accuracy:
            curve.append((point["samples_seen"], 100 * accuracy))
    return np.array(curve, dtype=float)


def _is_number(value, allow_nan=False):
    return isinstance(value, (int, float, np.integer, np.floating)) and (allow_nan or np.isfinite(value))


def _next_colour(ax):
    used = [str(line.get_color()) for line in ax.lines]
    free = [colour for colour in COLOURS if colour not in used]
    return free[0] if free else COLOURS[len(ax.lines) % len(COLOURS)]


def _spread_finals(ax, gap=10):
    """Move the last values of several runs at least `gap` points apart, in order and below the top."""
    finals = sorted((text for text in ax.texts if text.get_label() == FINAL), key=lambda text: text.xy[1])
    points_per_pixel = 72 / ax.figure.dpi
    heights = [ax.transData.transform(text.xy)[1] * points_per_pixel for text in finals]
    placed, below = [], -np.inf
    for height in heights:
        below = max(height, below + gap)
        placed.append(below)
    above = ax.bbox.y1 * points_per_pixel + gap
    for i in reversed(range(len(finals))):
        above = min(placed[i], above - gap)
        finals[i].set_position((6, above - heights[i]))
