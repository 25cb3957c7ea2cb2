"""Adam (Kingma & Ba 2014), algorithm 1, once a presentation.

The impulses of a presentation add up to its gradient G. At the end of presentation number n

    m = beta1*m + (1 - beta1)*G        v = beta2*v + (1 - beta2)*G**2
    w = w - learning_rate * (m/(1 - beta1**n)) / (sqrt(v/(1 - beta2**n)) + epsilon)

A textbook control, not a model of a synapse: it takes a root, divides, counts, and waits for the end of a
presentation.
"""

from dataclasses import dataclass

from .rmsprop import RMSProp


@dataclass(frozen=True, kw_only=True)
class Adam(RMSProp):
    """Textbook Adam: one update a presentation, with bias correction.

    Parameters
    ----------
    learning_rate : float
        Upper bound, about, of the size of an update.
    beta1, beta2 : float
        Decay of the first and second moment per presentation.
    epsilon : float
        Added to the root of the second moment.
    """

    beta1: float = 0.9

    neuron_equations = """
    update : 1
    updates : 1
    correction1 : 1
    correction2 : 1
    """
    # The count is held at 1 or more so that nothing is divided by zero before the first update.
    on_feedback = """
    update = refresh
    updates += refresh
    correction1 = 1 - beta1**clip(updates, 1, inf)
    correction2 = 1 - beta2**clip(updates, 1, inf)
    """
    statements = """
    gradient += impulse
    m += update*(1 - beta1)*(gradient - m)
    power += update*(1 - beta2)*(gradient**2 - power)
    drive = -update*learning_rate*(m/correction1)/(sqrt(power/correction2) + epsilon)
    gradient *= 1 - update
    """
