"""Order of convergence of Bio-Adam's continuous form to its event-driven form.

The continuous form low-passes each impulse by tau_g, so that its weight lags by about tau_g*dw/dt: first order in
tau_g. The time step shrinks with tau_g, dt = tau_g/8; what the integrator adds, (dt/tau_g)**4, lies far below.
"""

from pathlib import Path

import numpy as np
from brian2 import ms
from matplotlib.figure import Figure

import spikeadam as sa

from .train import versions, write_json

STEPS_PER_TAU_G = 8
PARAMETERS = dict(learning_rate=0.1, tau_m=30 * ms, tau_rho=150 * ms, epsilon=1.0, interval=20 * ms)
DURATION = 100 * ms


def run(out, quick=False):
    """Measure the order and write ``out``/result.json and ``out``/order.png.

    Parameters
    ----------
    out : path
        Folder; made if it is not there.
    quick : bool
        Fewer, coarser steps: seconds instead of half a minute.

    Returns
    -------
    dict
        What result.json holds: ``dt_ms``, ``tau_g_ms``, ``error`` of each refinement and the fitted ``order``. An
        error is the largest difference of the two weights over a run, relative to the largest weight.
    """
    time_constants = 2.0 / 2.0 ** np.arange(4 if quick else 6)
    rng = np.random.default_rng(0)
    times = np.sort(rng.choice(np.arange(0, 80, 2), 12, replace=False)) * ms
    gradients = rng.normal(0.3, 1, len(times))
    errors = [_error(times, gradients, tau_g * ms) for tau_g in time_constants]
    order = np.polyfit(np.log(time_constants), np.log(errors), 1)[0]
    result = {
        "task": "order",
        "dt_ms": (time_constants / STEPS_PER_TAU_G).tolist(),
        "tau_g_ms": time_constants.tolist(),
        "error": errors,
        "order": float(order),
        "versions": versions(),
    }
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "result.json", result)
    _plot(result).savefig(out / "order.png", dpi=150)
    print(f"order {order:.3f}; relative error from {errors[0]:.2g} to {errors[-1]:.2g}")
    return result


def _error(times, gradients, tau_g):
    rules = sa.BioAdam(form="continuous", tau_g=tau_g, **PARAMETERS), sa.BioAdam(**PARAMETERS)
    continuous, event_driven = (
        sa.probe_rule(rule, times, gradients, DURATION, dt=tau_g / STEPS_PER_TAU_G).w for rule in rules
    )
    return float(np.abs(continuous - event_driven).max() / np.abs(event_driven).max())


def _plot(result):
    figure = Figure(figsize=(4.5, 3.6), layout="constrained")
    ax = figure.subplots()
    dt, error = np.array(result["dt_ms"]), np.array(result["error"])
    ax.loglog(dt, error, "o-", color="C0", label=f"measured, order {result['order']:.2f}")
    ax.loglog(dt, error[-1] * dt / dt[-1], "--", color="0.6", label="order 1")
    ax.set(xlabel="time step dt = tau_g/8 (ms)", ylabel="relative error of w")
    ax.set_title("Continuous against event-driven Bio-Adam", fontsize="medium")
    ax.legend(frameon=False)
    return figure
