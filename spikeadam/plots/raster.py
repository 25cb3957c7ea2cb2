"""Spike rasters: forward spikes in black, signed feedback spikes in two colours."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .canvas import COLOURS, GUIDE, MANY_MARKS, small_legend, take_axes, vector, whole

SIGN_COLOURS = {+1: COLOURS[0], -1: COLOURS[1]}
# Short: the legend shares the line above the axes with the user's title.
SIGN_LABELS = {+1: "feedback +1", -1: "\N{MINUS SIGN}1"}


def plot_raster(times, neurons, signs=None, *, boundaries=None, n_neurons=None, offset=0, label=None, ax=None):
    """Draw spikes as ticks, one row a neuron.

    Several populations go into one axes by calls with a growing `offset`; forward and feedback
    spikes of one population by two calls with the same offset. Ten output neurons above hundreds of
    inputs are hard to see: give populations of such different sizes an axes each.

    Parameters
    ----------
    times : array_like, shape (n_spikes,)
        Spike times: plain numbers are milliseconds, a Brian2 quantity such as ``monitor.t`` is
        converted.
    neurons : array_like of int, shape (n_spikes,)
        Index of the neuron that spiked, from 0.
    signs : array_like of -1, 0 or +1, shape (n_spikes,), optional
        Signs of feedback spikes: +1 is blue, -1 is vermilion, 0 is not drawn.
    boundaries : array_like, optional
        Times, as for `times`, at which one sample ends and the next begins: light vertical lines.
    n_neurons : int, optional
        Size of the population, so that silent neurons keep their rows. By default the highest index
        that spiked, plus one.
    offset : int, default 0
        Row of neuron 0: the number of neurons already drawn below.
    label : str, optional
        Name of the population, written to the right of its rows.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Time in ms on x, neuron on y.

    Raises
    ------
    ValueError
        If lengths differ, an index is no whole number in range, a sign is none of -1, 0, +1, or a
        quantity is no time.

    Examples
    --------
    >>> from spikeadam.plots import plot_raster
    >>> ax = plot_raster([1, 4, 9], [0, 2, 1], n_neurons=3, label="input", boundaries=[0, 10])
    >>> ax = plot_raster([2, 5], [0, 1], n_neurons=2, offset=3, label="output", ax=ax)
    >>> ax = plot_raster([3, 6], [0, 1], [+1, -1], n_neurons=2, offset=3, ax=ax)
    """
    times = _milliseconds(times, "times")
    neurons = _indices(neurons, len(times))
    if signs is not None:
        signs = vector(signs, "signs", (len(times), "times"))
        if not np.isin(signs, (-1, 0, 1)).all():
            raise ValueError(f"signs takes -1, 0 and +1, got {signs[~np.isin(signs, (-1, 0, 1))][0]:g}.")
    boundaries = None if boundaries is None else _milliseconds(boundaries, "boundaries")
    offset = whole(offset, "offset", 0)
    highest = int(neurons.max(initial=0))
    n_neurons = highest + 1 if n_neurons is None else whole(n_neurons, "n_neurons", 1)
    if highest >= n_neurons:
        raise ValueError(f"neurons takes indices below n_neurons = {n_neurons}, got {highest}.")

    (ax,) = take_axes(ax, "ax", ["raster"], (7, 4))
    if boundaries is not None:
        # One collection, not a line each: a recording holds hundreds of samples.
        ax.vlines(boundaries, 0, 1, transform=ax.get_xaxis_transform(), colors=GUIDE, linewidths=0.8, zorder=0)
    if signs is None:
        _ticks(ax, times, neurons + offset, "0.1")
    else:
        for sign in (+1, -1):
            chosen = signs == sign
            _ticks(ax, times[chosen], neurons[chosen] + offset, SIGN_COLOURS[sign], linewidth=1.1)
        _sign_legend(ax)
    _frame_rows(ax, offset - 0.5, offset + n_neurons - 0.5)
    if label is not None:
        ax.text(1.01, offset + (n_neurons - 1) / 2, label, transform=ax.get_yaxis_transform(),
                va="center", fontsize="small")
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("neuron")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _ticks(ax, times, rows, colour, linewidth=0.8):
    # Ticks are as high as a row, however many rows are stacked later; the projecting cap keeps them
    # visible where a row is thinner than a pixel.
    # Snapped to pixels, though, most of such ticks would have no length left, and would not be drawn at all.
    ax.vlines(times, rows - 0.4, rows + 0.4, colors=colour, linewidths=linewidth, capstyle="projecting",
              snap=False, rasterized=len(times) > MANY_MARKS)


def _frame_rows(ax, bottom, top):
    if bottom > 0:
        ax.axhline(bottom, color=GUIDE, linewidth=0.5, zorder=0)
    ax.update_datalim([(0, bottom), (0, top)], updatex=False)
    ax.margins(x=0.01, y=0)
    ax.autoscale_view()


def _sign_legend(ax):
    handles = [
        Line2D([], [], linestyle="", marker="|", markeredgewidth=1.5, color=SIGN_COLOURS[sign], label=SIGN_LABELS[sign])
        for sign in (+1, -1)
    ]
    # Above the axes, because spikes may be anywhere inside.
    small_legend(ax, handles=handles, ncols=2, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1,
                 handlelength=0.5, handletextpad=0.4, columnspacing=1)


def _milliseconds(times, name):
    # Brian2 keeps quantities in SI base units. A list of quantities has units on its entries only.
    dims = [times.dim] if hasattr(times, "dim") else []
    if isinstance(times, (list, tuple)):
        dims = [time.dim for time in times if hasattr(time, "dim")]
        if dims and len(dims) < len(times):
            raise ValueError(f"{name} takes either quantities or plain milliseconds, got both.")
    values = vector(times, name)
    if not dims or all(dim.is_dimensionless for dim in dims):
        return values
    if any(repr(dim) != "second" for dim in dims):
        raise ValueError(f"{name} takes times, got a quantity in units of {dims[0]}.")
    return values * 1e3


def _indices(neurons, n_spikes):
    values = vector(neurons, "neurons", (n_spikes, "times"))
    wrong = values[(values < 0) | (values != np.floor(values))]
    if len(wrong):
        raise ValueError(f"neurons takes indices 0, 1, 2, ..., got {wrong[0]:g}.")
    return values.astype(int)
