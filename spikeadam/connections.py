"""Which neurons have a synapse between them: pairs of index arrays, as `spikeadam.project` takes them."""

import numpy as np

from .checks import integer


def receptive_fields(shape, field, *, stride=1, features=1):
    """Connections of a locally connected layer: each neuron sees a square patch of the layer below.

    Patches lie ``stride`` apart and are seen by ``features`` neurons each, every one with weights of its own: nothing is
    shared, since no synapse could know of another one. A layer of shape (rows, columns, features) numbers its neurons
    row by row, column by column, feature by feature.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns) of an image or (rows, columns, features) of a layer.
    field : int
        Rows and columns of a patch, which takes all features of the layer below.
    stride : int
        Rows and columns from one patch to the next; the patches must cover the layer below to its edges.
    features : int
        Neurons that see one patch.

    Returns
    -------
    (pre, post) : tuple of two integer arrays
        Source and target neuron of each synapse.
    shape : tuple of int
        (rows, columns, features) of the layer made.

    Examples
    --------
    >>> import spikeadam as sa
    >>> (pre, post), shape = sa.receptive_fields((3, 3), 2)
    >>> shape, pre[post == 0], pre[post == 3]
    ((2, 2, 1), array([0, 1, 3, 4]), array([4, 5, 7, 8]))
    """
    if not isinstance(shape, tuple) or len(shape) not in (2, 3):
        raise TypeError(f"shape takes (rows, columns) or (rows, columns, features), got {shape!r}.")
    rows, columns, depth = (integer("shape", size, at_least=1) for size in (*shape, 1)[:3])
    integer("field", field, at_least=1)
    integer("stride", stride, at_least=1)
    integer("features", features, at_least=1)
    for name, size in (("rows", rows), ("columns", columns)):
        if field > size or (size - field) % stride:
            raise ValueError(
                f"field and stride take patches that cover the {size} {name} of the layer below, got patches of {field}, "
                f"{stride} apart."
            )
    made = (rows - field) // stride + 1, (columns - field) // stride + 1, features
    top, left, _ = np.indices(made).reshape(3, -1, 1) * stride
    down, right, feature = np.indices((field, field, depth)).reshape(3, 1, -1)
    pre = ((top + down) * columns + left + right) * depth + feature
    post = np.repeat(np.arange(len(pre)), pre.shape[1])
    return (pre.ravel(), post), made


def all_but_self(N):
    """Connections of each of ``N`` neurons to all others of its group.

    Examples
    --------
    >>> import spikeadam as sa
    >>> sa.all_but_self(3)
    (array([0, 0, 1, 1, 2, 2]), array([1, 2, 0, 2, 0, 1]))
    """
    integer("N", N, at_least=2)
    pre, post = np.divmod(np.arange(N * N), N)
    return pre[pre != post], post[pre != post]
