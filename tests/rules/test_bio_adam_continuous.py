"""Bio-Adam's continuous form: what its equations are made of, and its convergence to the event-driven form."""

import ast

import numpy as np
import pytest
from brian2 import Equations, Quantity, ms, second
from numpy.testing import assert_allclose

import spikeadam as sa


def offences(expression, dynamic):
    """Parts of ``expression`` that are neither sums nor products nor whole powers of the ``dynamic`` variables."""
    found = []
    for node in ast.walk(ast.parse(expression.strip())):
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if isinstance(node, ast.Call):
            found.append(ast.unparse(node))
        elif isinstance(node, (ast.BinOp, ast.AugAssign)):
            sides = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
            divisor = {part.id for part in ast.walk(sides[1]) if isinstance(part, ast.Name)}
            if isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod)) and divisor & dynamic:
                found.append(ast.unparse(node))
            whole = isinstance(sides[1], ast.Constant) and isinstance(sides[1].value, int)
            if isinstance(node.op, ast.Pow) and names & dynamic and not whole:
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "expression",
    "sqrt(rho); m/rho; tau_m/(1 + rho**2); rho**-0.5; rho**0.5; rho**(-1); tau_m**rho; m // rho; m /= rho".split("; "),
)
def test_roots_and_divisions_are_found(expression):
    assert offences(expression, {"m", "rho"})


def test_continuous_form_has_no_root_and_no_division_by_a_variable():
    rule = sa.BioAdam(form="continuous")
    equations = Equations(rule.synapse_equations)
    dynamic = set(equations.diff_eq_names)
    assert dynamic == {"c", "m", "rho"}
    assert not equations.subexpr_names
    expressions = [str(equations[name].expr.code) for name in dynamic] + [rule.rate, rule.statements]
    assert len(expressions) == 5
    for expression in expressions:
        assert offences(expression, dynamic | {"w", "impulse"}) == []
    assert rule.on_feedback == rule.neuron_equations == ""


SMOOTH = dict(learning_rate=0.1, tau_m=30 * ms, tau_rho=150 * ms, epsilon=1.0, interval=20 * ms)


def test_continuous_form_converges_to_the_event_driven_one_in_first_order():
    # The trace c delays each impulse by tau_g, so w lags by about tau_g*dw/dt: first order in tau_g. Steps of
    # tau_g/8 leave what Runge-Kutta adds, (dt/tau_g)**4, far below that.
    rng = np.random.default_rng(0)
    times = np.sort(rng.choice(np.arange(0, 80, 2), 12, replace=False)) * ms
    gradients = rng.normal(0.3, 1, 12)
    time_constants = np.array([2, 1, 0.5, 0.25, 0.125])
    errors, momentum_errors = [], []
    for tau_g in time_constants * ms:
        runs = [
            sa.probe_rule(rule, times, gradients, 100 * ms, dt=tau_g / 8, target="numpy")
            for rule in (sa.BioAdam(form="continuous", tau_g=tau_g, **SMOOTH), sa.BioAdam(**SMOOTH))
        ]
        continuous, event = runs
        errors.append(np.abs(continuous.w - event.w).max() / np.abs(event.w).max())
        momentum_errors.append(continuous.m[-1] / event.m[-1] - 1)
    order = np.polyfit(np.log(time_constants), np.log(errors), 1)[0]
    assert order == pytest.approx(1, abs=0.05)
    assert np.log2(errors[-2] / errors[-1]) == pytest.approx(1, abs=0.05)
    assert errors[-1] < 0.006
    # Long after the last impulse the filtered one is larger by the factor tau_m/(tau_m - tau_g).
    assert_allclose(momentum_errors, time_constants / (30 - time_constants), rtol=1e-3)


def test_impulses_far_apart_carry_the_same_power_in_both_forms():
    # The integral of q = 2*tau_g*T0*c**2 over one impulse g is T0*g**2.
    slow = {**SMOOTH, "tau_rho": 1e6 * second}
    runs = [
        sa.probe_rule(rule, [10, 210, 410] * ms, [1.0, -2.0, 3.0], 600 * ms, target="numpy")
        for rule in (sa.BioAdam(form="continuous", tau_g=10 * ms, **slow), sa.BioAdam(**slow))
    ]
    gained = [run.rho[-1] ** -2 - 1 for run in runs]
    assert_allclose(gained[0], gained[1], rtol=1e-4)


@pytest.mark.parametrize("ratio", [2, 5, 20])
@pytest.mark.parametrize("epsilon", [0.01, 1])
def test_steps_within_the_stated_bound_keep_rho_positive(ratio, epsilon):
    # dt = tau_g/ratio is the bound tau_g*(tau_rho/T0)*(epsilon/g)**2 for this g.
    gradient = epsilon * np.sqrt(ratio * 150 / 20)
    rule = sa.BioAdam(form="continuous", tau_g=10 * ms, **{**SMOOTH, "epsilon": epsilon})
    probe = sa.probe_rule(rule, [20] * ms, [gradient], 200 * ms, dt=10 * ms / ratio, target="numpy")
    assert 0 < probe.rho.min() < 0.7 / epsilon
    assert probe.rho.max() <= (1 + 1e-12) / epsilon


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_steps_that_diverge_are_an_error_that_says_so():
    rule = sa.BioAdam(form="continuous", tau_g=Quantity(0.005, dim=second.dim), **{**SMOOTH, "epsilon": 0.01})
    message = r"not finite from step 1\d on: gradients of up to 3 are too large for BioAdam.* in time steps of 1. ms"
    with pytest.raises(FloatingPointError, match=message):
        sa.probe_rule(rule, [10] * ms, [-3.0], 50 * ms, target="numpy")
