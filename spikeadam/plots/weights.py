"""Distributions of weights, and receptive fields of neurons that look at images."""

import matplotlib
import numpy as np

from ..metrics import weight_matrix
from .canvas import COLOURS, numbers, small_legend, take_axes, whole

BINS = 80


def plot_weights(W, *, image_shape=None, count=25, axes=None):
    """Draw a histogram of weights and, for image input, receptive fields.

    Parameters
    ----------
    W : array_like, shape (n_pre, n_post), or a dict or list of them
        Dimensionless weights, not necessarily of the same shapes; 0 where there is no synapse. The
        keys of a dict name the histograms.
    image_shape : tuple of int (rows, columns), optional
        Shape of the images that the presynaptic neurons encode, in row-major order: adds a panel with
        the incoming weights of single neurons as images. Of several matrices the first is shown.
    count : int, default 25
        How many receptive fields: of neurons as far apart in the layer as can be, which in a locally
        connected one see different places.
    axes : matplotlib.axes.Axes, or two of them with `image_shape`, optional
        Where to draw; the colour bar takes its room from the second. By default a new figure.

    Returns
    -------
    matplotlib.axes.Axes, or ndarray of two Axes with `image_shape`
        Synapses per bin (logarithmic) against weight, and the receptive fields.

    Raises
    ------
    ValueError
        If a matrix is empty, not 2-D or not finite, or does not have rows * columns presynaptic
        neurons.

    Examples
    --------
    >>> import numpy as np
    >>> from spikeadam.plots import plot_weights
    >>> rng = np.random.default_rng(0)
    >>> first, second = rng.normal(size=(64, 20)), rng.normal(size=(20, 10))
    >>> ax = plot_weights({"input to hidden": first, "hidden to output": second})
    >>> histogram, fields = plot_weights(first, image_shape=(8, 8), count=16)
    """
    matrices, labels = _named_matrices(W)
    panels = ["histogram"]
    if image_shape is not None:
        image_shape = _image_shape(image_shape, matrices[0])
        count = whole(count, "count", 1)
        panels.append("receptive fields")

    axes = take_axes(axes, "axes", panels, (4.8 * len(panels), 3.8))
    _draw_histograms(axes[0], matrices, labels)
    if image_shape is None:
        return axes[0]
    _draw_fields(axes[1], matrices[0], image_shape, count)
    return axes


def _draw_histograms(ax, matrices, labels):
    # Common bins, so that heights compare.
    edges = np.histogram_bin_edges([f(W) for W in matrices for f in (np.min, np.max)], BINS)
    for i, (W, label) in enumerate(zip(matrices, labels)):
        # Solid and dashed in turn: outlines that coincide stay visible.
        ax.stairs(np.histogram(W[W != 0], edges)[0], edges, color=COLOURS[i % len(COLOURS)],
                  linestyle="-" if i % 2 == 0 else "--", linewidth=1.2, label=label)
    ax.set_yscale("log")
    # A bin with one synapse stands above the floor.
    ax.set_ylim(bottom=0.5)
    ax.set_xlabel("weight (dimensionless)")
    ax.set_ylabel("synapses per bin")
    if any(label is not None for label in labels):
        small_legend(ax)


def _draw_fields(ax, W, image_shape, count):
    count = min(count, W.shape[1])
    columns = int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    height, width = image_shape
    # One image with a one-pixel border of nan around each field: quick to draw, and drawn in one piece.
    grid = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1), np.nan)
    chosen = np.linspace(0, W.shape[1] - 1, count).astype(int)
    for place, neuron in enumerate(chosen):
        top = place // columns * (height + 1) + 1
        left = place % columns * (width + 1) + 1
        grid[top : top + height, left : left + width] = W[:, neuron].reshape(image_shape)
    # A few outliers would make all other fields pale; the arrows of the colour bar say that they are cut.
    largest = np.nanmax(np.abs(grid))
    limit = np.nanpercentile(np.abs(grid), 99.5) or largest or 1.0
    image = ax.imshow(grid, cmap=matplotlib.colormaps["RdBu_r"].with_extremes(bad="0.6"), vmin=-limit, vmax=limit,
                      interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_xlabel(f"receptive fields of {count} neurons")
    ax.figure.colorbar(image, ax=ax, label="weight (dimensionless)", shrink=0.8,
                       extend="both" if largest > limit else "neither")


def _named_matrices(W):
    if isinstance(W, dict):
        labels, matrices = [str(label) for label in W], list(W.values())
        names = [f"W[{label!r}]" for label in W]
    elif isinstance(W, (list, tuple)) and len(W) and all(np.ndim(entry) == 2 for entry in W):
        labels, matrices = [f"projection {i + 1}" for i in range(len(W))], list(W)
        names = [f"W[{i}]" for i in range(len(W))]
    else:
        labels, matrices, names = [None], [W], ["W"]
    if not matrices:
        raise ValueError("W takes at least one matrix, got an empty dict.")
    return [weight_matrix(matrix, name) for matrix, name in zip(matrices, names)], labels


def _image_shape(image_shape, W):
    shape = numbers(image_shape, "image_shape")
    if shape.shape != (2,) or (shape != np.floor(shape)).any() or shape.min() < 1 or shape.prod() != len(W):
        raise ValueError(
            f"image_shape takes (rows, columns) with rows * columns = {len(W)} presynaptic neurons,"
            f" got {image_shape!r}."
        )
    return tuple(int(side) for side in shape)
