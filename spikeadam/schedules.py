"""Learning-rate schedules: plain functions from samples seen to a factor on the learning rate.

Any function does; these make the usual ones. The factor holds for a chunk of samples and needs no compilation.
"""

from functools import partial

from .checks import integer, number


def _linear(samples_seen, total, final):
    return 1 - (1 - final) * min(samples_seen / total, 1)


def _step(samples_seen, every, factor):
    return factor ** (samples_seen // every)


def _inverse_time(samples_seen, scale):
    return 1 / (1 + samples_seen / scale)


def linear_decay(total, final=0.05):
    """From 1 to ``final`` over ``total`` samples, then constant.

    Examples
    --------
    >>> import spikeadam as sa
    >>> schedule = sa.linear_decay(1000, final=0.1)
    >>> round(schedule(0), 3), round(schedule(500), 3), round(schedule(2000), 3)
    (1.0, 0.55, 0.1)
    """
    return partial(
        _linear, total=integer("total", total, at_least=1), final=number("final", final, at_least=0, at_most=1)
    )


def step_decay(every, factor=0.5):
    """Multiplied by ``factor`` after each ``every`` samples.

    Examples
    --------
    >>> import spikeadam as sa
    >>> sa.step_decay(100)(250)
    0.25
    """
    return partial(_step, every=integer("every", every, at_least=1), factor=number("factor", factor, above=0))


def inverse_time(scale):
    """1/(1 + samples_seen/scale).

    Examples
    --------
    >>> import spikeadam as sa
    >>> sa.inverse_time(100)(100)
    0.5
    """
    return partial(_inverse_time, scale=number("scale", scale, above=0))
