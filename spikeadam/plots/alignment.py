"""How the feedback weights turn towards the forward weights."""

import numpy as np

from ..metrics import weight_pair
from .canvas import COLOURS, GUIDE, MANY_MARKS, numbers, small_legend, take_axes, vector


def plot_alignment(samples, angles, *, forward=None, feedback=None, labels=None, axes=None):
    """Draw the angle between forward and feedback weights against samples seen.

    With the weights themselves a second panel shows each feedback weight against its forward
    partner: mirror images lie on the diagonal.

    Parameters
    ----------
    samples : array_like, shape (n_points,)
        Samples seen.
    angles : array_like, shape (n_points,) or (n_points, n_projections)
        Angles in degrees, nan or None where unknown; see `spikeadam.alignment_angle`.
    forward : array_like, shape (n_pre, n_post), or a list of them, one a projection, optional
        Forward weights, dimensionless.
    feedback : array_like, shape (n_post, n_pre), or a list of them, one a projection, optional
        Feedback weights of the same projections. At most 20,000 synapses are drawn, chosen at random.
    labels : str or list of str, optional
        Names of the projections. The legend adds the last angle.
    axes : matplotlib.axes.Axes, or two of them with weights, optional
        Where to draw. By default a new figure.

    Returns
    -------
    matplotlib.axes.Axes, or ndarray of two Axes with weights
        Angle in degrees against samples seen, and feedback against forward weights.

    Raises
    ------
    ValueError
        If shapes or numbers of projections do not agree, an angle is outside 0 to 180, or one of
        `forward` and `feedback` is missing.

    Examples
    --------
    >>> from spikeadam.plots import plot_alignment
    >>> ax = plot_alignment([0, 1000, 2000], [90, 12, 4], labels="hidden to output")
    >>> W = [[0.5, -1.0], [2.0, 0.1]]
    >>> B = [[0.6, 1.8], [-1.1, 0.0]]
    >>> angle_axes, weight_axes = plot_alignment([0, 1000, 2000], [90, 12, 4], forward=W, feedback=B)
    """
    samples = vector(samples, "samples")
    angles = _angles(angles, len(samples))
    labels = _labels(labels, angles.shape[1])
    pairs = _pairs(forward, feedback, angles.shape[1])

    axes = take_axes(axes, "axes", ["angle", "weights"] if pairs else ["angle"], (8.5, 3.6) if pairs else (5, 3.6))
    _draw_angles(axes[0], samples, angles, labels)
    if not pairs:
        return axes[0]
    _draw_weights(axes[1], pairs)
    return axes


def _draw_angles(ax, samples, angles, labels):
    for column, label, colour in zip(angles.T, labels, _colours(len(labels))):
        known = np.flatnonzero(np.isfinite(column))
        last = f": {column[known[-1]]:.1f}\N{DEGREE SIGN} at the end" if len(known) else ""
        ax.plot(samples, column, color=colour, marker=".", label=label + last)
    # At least 5 degrees, so that exact transport reads as a line at zero, not as rounding noise.
    ax.set_ylim(0, max(5, 1.05 * np.nanmax(angles, initial=0)))
    ax.yaxis.get_major_locator().set_params(steps=[1, 1.5, 2, 3, 5, 10])
    ax.set_xlabel("samples seen")
    ax.set_ylabel("alignment angle (degrees)")
    small_legend(ax)


def _draw_weights(ax, pairs):
    rng = np.random.default_rng(0)
    share = MANY_MARKS // len(pairs)
    n_synapses = sum(forward.size for forward, _ in pairs)
    largest = 0.0
    for (forward, mirrored), colour in zip(pairs, _colours(len(pairs))):
        x, y = forward.ravel(), mirrored.ravel()
        largest = max(largest, np.abs(x).max(), np.abs(y).max())
        if n_synapses > MANY_MARKS and x.size > share:
            chosen = rng.choice(x.size, share, replace=False)
            x, y = x[chosen], y[chosen]
        ax.scatter(x, y, s=6, color=colour, alpha=0.4, linewidths=0, rasterized=n_synapses > MANY_MARKS)
    ax.axline((0, 0), slope=1, color=GUIDE, linewidth=1, zorder=0)
    limit = 1.05 * largest or 1.0
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.set_xlabel("forward weight $w_{jk}$ (dimensionless)")
    ax.set_ylabel("feedback weight $b_{kj}$ (dimensionless)")


def _colours(count):
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def _angles(angles, n_points):
    angles = numbers(angles, "angles")
    if angles.ndim == 1:
        angles = angles[:, np.newaxis]
    if angles.ndim != 2 or len(angles) != n_points or angles.size == 0:
        raise ValueError(
            "angles takes shape (n_points,) or (n_points, n_projections), none of them 0, with n_points ="
            f" {n_points} as in samples, got shape {angles.shape}."
        )
    wrong = angles[(angles < 0) | (angles > 180)]
    if len(wrong):
        raise ValueError(f"angles takes degrees between 0 and 180 or nan, got {wrong[0]:g}.")
    return angles


def _labels(labels, n_projections):
    if labels is None:
        return ["angle"] if n_projections == 1 else [f"projection {i + 1}" for i in range(n_projections)]
    labels = [labels] if isinstance(labels, str) else list(labels)
    if len(labels) != n_projections:
        raise ValueError(f"labels takes one name for each of the {n_projections} projections, got {len(labels)}.")
    return [str(label) for label in labels]


def _pairs(forward, feedback, n_projections):
    if forward is None and feedback is None:
        return []
    if forward is None or feedback is None:
        missing = "forward" if forward is None else "feedback"
        raise ValueError(f"{missing} takes weights when the other direction is given, got None.")
    forward, feedback = _matrices(forward), _matrices(feedback)
    for name, matrices in (("forward", forward), ("feedback", feedback)):
        if len(matrices) != n_projections:
            raise ValueError(
                f"{name} takes one matrix for each of the {n_projections} projections in angles, got {len(matrices)}."
            )
    if n_projections == 1:
        return [weight_pair(forward[0], feedback[0], ("forward", "feedback"))]
    return [
        weight_pair(W, B, (f"forward[{i}]", f"feedback[{i}]"))
        for i, (W, B) in enumerate(zip(forward, feedback))
    ]


def _matrices(weights):
    # A list of matrices has matrices as entries; anything else is one matrix.
    if isinstance(weights, (list, tuple)) and len(weights) and all(np.ndim(entry) == 2 for entry in weights):
        return list(weights)
    return [weights]
