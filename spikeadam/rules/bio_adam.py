"""Bio-Adam: an Adam-like optimizer that needs no root and no division, after Li & Yang 2022 (arXiv 2212.09440).

With g(t) the train of impulses of the feedback spikes, T0 a reference interval, and q the power of the gradient

    tau_m dm/dt         = -m + T0*g
    2 tau_rho drho/dt   = rho - rho**3 * (q + epsilon**2)
    dw/dt               = -(learning_rate/T0) * rho * m

rho = v**(-1/2) turns the second line into RMSProp's tau_rho dv/dt = -v + q + epsilon**2 and nothing else: products
and sums only, one stable state, rho bounded by 1/epsilon, relaxation in tau_rho at every scale of the gradient.
The equations are a derivation that meets the statements of Li & Yang's abstract, not a copy of theirs.

Event-driven form (default): the closed form of the three equations. Between feedback events, D apart,

    m -> m*exp(-D/tau_m)        v -> epsilon**2 + (v - epsilon**2)*exp(-D/tau_rho)
    w -> w - (learning_rate/T0) * rho*m * (1 - exp(-L*D))/L,      L = 1/tau_m - 1/(2*tau_rho)

which is exact for m and v, and for w while epsilon is negligible beside the root of v. An impulse g, q = T0*g**2,
adds T0*g/tau_m to m and T0*g**2/tau_rho to v. Where the code below takes a root or divides, it solves the
polynomial equation of rho numerically; the mechanism has neither.

Continuous form: the three equations as they stand, integrated in every step, with g low-passed by tau_g into a
calcium-like trace c, tau_g dc/dt = -c + g, and q = 2*tau_g*T0*c**2, which has the same integral for impulses that
lie far apart. An impulse of size g that meets rho = 1/epsilon is resolved in time steps well below
tau_g*(tau_rho/T0)*(epsilon/g)**2; longer ones make rho overshoot 0 and diverge, which no closed form can.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms, second

from ..checks import default_quantity, number, one_of, positive_quantity
from .base import Rule

_PARAMETERS = """
    learning_rate : 1 (shared)
    tau_m : second (shared)
    tau_rho : second (shared)
    epsilon : 1 (shared)
    interval : second (shared)
"""


@dataclass(frozen=True, kw_only=True)
class BioAdam(Rule):
    """Bio-Adam, after Li & Yang 2022.

    Parameters
    ----------
    learning_rate : float
        Weight change per ``interval`` and unit rho*m.
    tau_m : Quantity
        Time constant of the momentum m. Adam's beta1 = 0.9 per presentation is 9.5 presentations.
    tau_rho : Quantity
        Time constant of the normaliser rho, above ``tau_m/2``. Adam's beta2 = 0.999 is 1000 presentations.
    epsilon : float
        Bounds rho by 1/epsilon; from 1e-100 to 1e100, so that its square is a float.
    interval : Quantity
        Reference interval T0 that makes m and rho dimensionless, such as the duration of one presentation.
    form : {'event', 'continuous'}
        Closed form at feedback events, or equations integrated in every step.
    tau_g : Quantity
        Time constant of the gradient trace of the continuous form.

    Examples
    --------
    >>> import spikeadam as sa
    >>> print(sa.BioAdam(form='continuous'))
    BioAdam
    ...
    """

    learning_rate: float = 5e-4
    tau_m: Quantity = default_quantity(500 * ms)
    tau_rho: Quantity = default_quantity(30 * second)
    epsilon: float = 0.01
    interval: Quantity = default_quantity(40 * ms)
    form: str = "event"
    tau_g: Quantity = default_quantity(5 * ms)

    def __post_init__(self):
        number("learning_rate", self.learning_rate, at_least=0)
        number("epsilon", self.epsilon, at_least=1e-100, at_most=1e100)
        for name in ("tau_m", "tau_rho", "interval", "tau_g"):
            positive_quantity(name, getattr(self, name), second)
        one_of("form", self.form, ("event", "continuous"))
        if not self.tau_rho > self.tau_m / 2:
            raise ValueError(
                f"tau_rho takes a time above tau_m/2 = {self.tau_m / 2!s}, so that the momentum decays faster than "
                f"the normaliser grows, got {self.tau_rho!s}."
            )

    @property
    def structural(self):
        return ("form",) if self.continuous else ("form", "tau_g")

    @property
    def continuous(self):
        return self.form == "continuous"

    @property
    def initial(self):
        return {"rho": 1 / self.epsilon} if self.continuous else {"power": self.epsilon**2}

    @property
    def synapse_equations(self):
        if self.continuous:
            return f"""
            dc/dt = -c/tau_g : Hz (clock-driven)
            dm/dt = (-m + interval*c)/tau_m : 1 (clock-driven)
            drho/dt = (rho - rho**3*(2*tau_g*interval*c**2 + epsilon**2))/(2*tau_rho) : 1 (clock-driven)
            {_PARAMETERS}
            tau_g : second (shared)
            """
        return f"""
        m : 1
        power : 1
        rho = 1/sqrt(power) : 1
        {_PARAMETERS}
        """

    @property
    def rate(self):
        return "-learning_rate*rho*m/interval" if self.continuous else None

    @property
    def neuron_equations(self):
        return "" if self.continuous else "momentum_decay : 1\npower_decay : 1\ntravel : 1"

    @property
    def on_feedback(self):
        # A few exponentials a neuron and event, none a synapse. exprel(-L*D)*D is (1 - exp(-L*D))/L, and stays
        # exact as L goes to 0.
        return "" if self.continuous else """
        momentum_decay = exp(-elapsed/tau_m)
        power_decay = exp(-elapsed/tau_rho)
        travel = exprel(-elapsed*(1/tau_m - 0.5/tau_rho))*elapsed/interval
        """

    @property
    def statements(self):
        return "c += impulse/tau_g" if self.continuous else """
        drive = -learning_rate*m*travel/sqrt(power)
        m = m*momentum_decay + impulse*interval/tau_m
        power = epsilon**2 + (power - epsilon**2)*power_decay + impulse**2*interval/tau_rho
        """
