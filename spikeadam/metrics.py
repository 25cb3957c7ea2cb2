"""How alike forward and feedback weights are.

Forward weights come as W with shape (n_pre, n_post), feedback weights as B with shape
(n_post, n_pre): W[j, k] is the synapse from hidden neuron j to neuron k above it, B[k, j] is the
synapse that carries the error of neuron k back to neuron j. Weight symmetry means B = W.T.

The angle is the one that feedback-alignment papers report (Lillicrap et al. 2016) and that BioTorch
measures,

    angle = arccos( <W, B.T> / (|W| |B|) ),

computed as 2 atan2(|w - b|, |w + b|) of the normalised weights w and b: arccos loses every angle
below 1e-6 degrees to rounding, this form does not, and it gives exactly 0 for B = W.T.
"""

import numpy as np

__all__ = ["alignment_angle", "norm_ratio", "sign_agreement"]


def alignment_angle(W, B, per_neuron=False):
    """Angle between forward weights and transposed feedback weights, in degrees.

    Parameters
    ----------
    W : array_like, shape (n_pre, n_post)
        Forward weights.
    B : array_like, shape (n_post, n_pre)
        Feedback weights.
    per_neuron : bool, default False
        If true, one angle for each neuron of the pre side: between its outgoing forward weights
        ``W[j, :]`` and the feedback weights ``B[:, j]`` that it receives.

    Returns
    -------
    float, or ndarray of shape (n_pre,) if `per_neuron`
        0 where the weights are mirror images up to a positive factor, near 90 where they are
        unrelated, 180 where they are opposite. nan where all weights of one side are zero: a zero
        vector has no direction.

    Raises
    ------
    ValueError
        If a matrix is empty, not 2-D or not finite, or if the two shapes do not belong together.

    Examples
    --------
    >>> from spikeadam.metrics import alignment_angle
    >>> W = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> B = [[2.0, 0.0, 1.0], [0.0, -1.0, 1.0]]
    >>> round(alignment_angle(W, B), 1)
    55.5
    >>> alignment_angle(W, B, per_neuron=True)
    array([  0., 180.,   0.])
    """
    forward, mirrored = weight_pair(W, B)
    if per_neuron:
        return _row_angles(forward, mirrored)
    return float(_row_angles(forward.reshape(1, -1), mirrored.reshape(1, -1))[0])


def norm_ratio(W, B):
    """Length of the feedback weights relative to the forward weights, ``|B| / |W|``.

    Parameters
    ----------
    W : array_like, shape (n_pre, n_post)
        Forward weights.
    B : array_like, shape (n_post, n_pre)
        Feedback weights.

    Returns
    -------
    float
        Ratio of the Frobenius norms, 1 for mirror images. inf where only W is all zeros, nan where
        both are.

    Raises
    ------
    ValueError
        If a matrix is empty, not 2-D or not finite, or if the two shapes do not belong together.

    Examples
    --------
    >>> from spikeadam.metrics import norm_ratio
    >>> norm_ratio([[1.0, 2.0]], [[0.5], [1.0]])
    0.5
    """
    forward, mirrored = weight_pair(W, B)
    # A common scale keeps the squares in range for any finite weights.
    scale = max(np.abs(forward).max(), np.abs(mirrored).max())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return float(np.linalg.norm(mirrored / scale) / np.linalg.norm(forward / scale))


def sign_agreement(W, B):
    """Fraction of synapse pairs whose forward and feedback weights have the same sign.

    Parameters
    ----------
    W : array_like, shape (n_pre, n_post)
        Forward weights.
    B : array_like, shape (n_post, n_pre)
        Feedback weights.

    Returns
    -------
    float
        Between 0 and 1, near 0.5 for unrelated weights. Zero counts as a sign of its own: two zeros
        agree, a zero and a nonzero weight do not.

    Raises
    ------
    ValueError
        If a matrix is empty, not 2-D or not finite, or if the two shapes do not belong together.

    Examples
    --------
    >>> from spikeadam.metrics import sign_agreement
    >>> sign_agreement([[1.0, -2.0], [0.0, 3.0]], [[0.1, 0.0], [2.0, 0.1]])
    0.75
    """
    forward, mirrored = weight_pair(W, B)
    return float(np.mean(np.sign(forward) == np.sign(mirrored)))


def weight_matrix(value, name, shape="(n_pre, n_post)"):
    """`value` as a float matrix, or a ValueError that calls it `name`."""
    try:
        matrix = np.asarray(value).astype(float, casting="same_kind")
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} takes a matrix of real numbers with shape {shape}, got {type(value).__name__}"
            " that does not convert to one."
        ) from None
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(
            f"{name} takes a matrix with shape {shape} and at least one weight, got shape {matrix.shape}."
        )
    unusable = np.count_nonzero(~np.isfinite(matrix))
    if unusable:
        raise ValueError(
            f"{name} takes finite weights, got NaN or infinity in {unusable} of {matrix.size}."
        )
    return matrix


def weight_pair(W, B, names=("W", "B")):
    """Forward weights and transposed feedback weights, both (n_pre, n_post) and in the same memory order."""
    forward = weight_matrix(W, names[0])
    feedback = weight_matrix(B, names[1], "(n_post, n_pre)")
    n_pre, n_post = forward.shape
    if feedback.shape != (n_post, n_pre):
        raise ValueError(
            f"{names[1]} takes shape (n_post, n_pre) = ({n_post}, {n_pre}) to go with {names[0]} of shape"
            f" {forward.shape}, got {feedback.shape}."
        )
    return np.ascontiguousarray(forward), np.ascontiguousarray(feedback.T)


def _row_angles(a, b):
    a, b = _directions(a), _directions(b)
    return np.degrees(2 * np.arctan2(np.linalg.norm(a - b, axis=1), np.linalg.norm(a + b, axis=1)))


def _directions(rows):
    # Dividing by the largest entry first keeps the squares in range; 0/0 gives the nan of a zero vector.
    with np.errstate(invalid="ignore"):
        rows = rows / np.abs(rows).max(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
