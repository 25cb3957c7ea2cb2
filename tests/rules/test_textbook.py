"""SGD, Momentum, RMSProp and Adam: against numbers worked out by hand, their textbooks, and PyTorch's."""

import numpy as np
import pytest
from brian2 import ms
from numpy.testing import assert_allclose

import spikeadam as sa

PRESENTATION = 20 * ms

MOMENTUM = sa.Momentum(learning_rate=0.02, tau_m=95 * ms, interval=100 * ms)
RMSPROP = sa.RMSProp(learning_rate=0.02, beta2=0.95, epsilon=1e-3)
RMSPROP_WITH_MOMENTUM = sa.RMSProp(learning_rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-3)
ADAM = sa.Adam(learning_rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-3)


def per_presentation(times, gradients, duration):
    """Gradient of each presentation: the sum of its impulses."""
    total = np.zeros(round(duration / PRESENTATION))
    np.add.at(total, (times / PRESENTATION).astype(int), gradients)
    return total


def ends(probe):
    """Weight, m and rho in the last step of each presentation."""
    every = round(PRESENTATION / ms)
    return probe.w[every - 1 :: every], probe.m[every - 1 :: every], probe.rho[every - 1 :: every]


def test_five_events_of_sgd_by_hand():
    # w -> w - 0.1*g:   0.5 - 0.1 = 0.4   + 0.2 = 0.6   - 0.05 = 0.55   - 0.3 = 0.25   + 0.1 = 0.35
    probe = sa.probe_rule(
        sa.SGD(learning_rate=0.1), [1, 3, 4, 7, 9] * ms, [1, -2, 0.5, 3, -1], 10 * ms, w0=0.5, target="numpy"
    )
    assert_allclose(probe.w, [0.5, 0.4, 0.4, 0.6, 0.55, 0.55, 0.55, 0.25, 0.25, 0.35], rtol=1e-14)
    assert np.isnan(probe.m).all() and np.isnan(probe.rho).all()


def test_five_events_of_momentum_by_hand():
    # 10 ms between events; tau_m such that m halves over them; interval T0 = tau_m: an impulse adds g to m.
    # The weight travels -0.1*m*tau_m*(1 - 1/2)/T0 = -0.05*m, with m from before the event.
    #   g =  1    m = 1                   w =  0
    #   g = -2    m = 0.5 - 2   = -1.5    w =  0 - 0.05*1             = -0.05
    #   g =  0.5  m = -0.75 + 0.5 = -0.25 w = -0.05 + 0.05*1.5        =  0.025
    #   g =  3    m = -0.125 + 3 = 2.875  w =  0.025 + 0.05*0.25      =  0.0375
    #   g = -1    m = 1.4375 - 1 = 0.4375 w =  0.0375 - 0.05*2.875    = -0.10625
    tau_m = 10 * ms / np.log(2)
    rule = sa.Momentum(learning_rate=0.1, tau_m=tau_m, interval=tau_m)
    probe = sa.probe_rule(rule, [0, 10, 20, 30, 40] * ms, [1, -2, 0.5, 3, -1], 50 * ms, dt=10 * ms, target="numpy")
    assert_allclose(probe.m, [1, -1.5, -0.25, 2.875, 0.4375], rtol=1e-13)
    assert_allclose(probe.w, [0, -0.05, 0.025, 0.0375, -0.10625], rtol=1e-12)
    assert np.isnan(probe.rho).all()


# Five gradients, G = 1, -2, 1/2, 3, -1, each from two impulses of a presentation of two steps.
HALVES = dict(
    times=np.arange(10) * 10 * ms,
    gradients=[0.75, 0.25, -3, 1, 0, 0.5, 3.5, -0.5, -1, 0],
    duration=100 * ms,
    dt=10 * ms,
    presentation=20 * ms,
    target="numpy",
)


def test_five_presentations_of_rmsprop_by_hand():
    # beta2 = 3/4, epsilon = 1/4:  v -> 3/4*v + G**2/4,  w -> w - 0.1*G/(sqrt(v) + 1/4)
    #   G =  1    v = 0.25                            0.1/(0.5 + 0.25)         =  0.13333333    w = -0.13333333
    #   G = -2    v = 0.1875 + 1        = 1.1875     -0.2/(1.08972474 + 0.25)  = -0.14928440    w =  0.01595107
    #   G =  1/2  v = 0.890625 + 1/16   = 0.953125    0.05/(0.97628121 + 0.25) =  0.04077368    w = -0.02482261
    #   G =  3    v = 0.71484375 + 9/4  = 2.96484375  0.3/(1.72187216 + 0.25)  =  0.15213968    w = -0.17696229
    #   G = -1    v = 2.22363281 + 1/4  = 2.47363281 -0.1/(1.57277869 + 0.25)  = -0.05486130    w = -0.12210099
    probe = sa.probe_rule(sa.RMSProp(learning_rate=0.1, beta2=0.75, epsilon=0.25), **HALVES)
    assert_allclose(probe.w[1::2], [-0.13333333, 0.01595107, -0.02482261, -0.17696229, -0.12210099], rtol=0, atol=3e-8)
    assert_allclose(probe.w[::2], [0, *probe.w[1:-1:2]])  # nothing moves within a presentation
    assert_allclose(probe.rho[1::2], 1 / (np.sqrt([0.25, 1.1875, 0.953125, 2.96484375, 2.473632813]) + 0.25), rtol=1e-9)


def test_five_presentations_of_adam_by_hand():
    # beta1 = 1/2, beta2 = 3/4, epsilon = 1/4:  m -> m/2 + G/2,  v as in RMSProp above
    #   n  G    m        m/(1 - 2**-n)             v/(1 - 0.75**n)                       step = 0.1*m'/(sqrt(v') + 1/4)
    #   1   1   0.5      0.5/0.5         = 1       0.25/0.25              = 1           0.1/1.25        =  0.08
    #   2  -2  -0.75    -0.75/0.75       = -1      1.1875/0.4375          = 2.71428571 -0.1/1.89750894  = -0.05270067
    #   3  1/2 -0.125   -0.125/0.875     = -1/7    0.953125/0.578125      = 1.64864865 -0.1/7/1.53399714 = -0.00931274
    #   4   3   1.4375   1.4375/0.9375   = 23/15   2.96484375/0.68359375  = 4.33714286  2.3/15/2.33258082 = 0.06573549
    #   5  -1   0.21875  0.21875/0.96875 = 7/31    2.47363281/0.76269531  = 3.24327785  0.7/31/2.05091028 = 0.01101006
    #   w = -0.08, -0.08 + 0.05270067 = -0.02729933, + 0.00931274 = -0.01798659, - 0.06573549 = -0.08372208,
    #       - 0.01101006 = -0.09473214
    probe = sa.probe_rule(sa.Adam(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=0.25), **HALVES)
    assert_allclose(probe.m[1::2], [0.5, -0.75, -0.125, 1.4375, 0.21875], rtol=1e-14)
    assert_allclose(probe.w[1::2], [-0.08, -0.02729933, -0.01798659, -0.08372208, -0.09473214], rtol=0, atol=3e-8)
    assert_allclose(probe.w[::2], [0, *probe.w[1:-1:2]])


def test_random_events_match_gradient_descent(device, impulses):
    times, gradients, duration = impulses
    probe = sa.probe_rule(sa.SGD(learning_rate=0.02), times, gradients, duration, w0=0.3, **device)
    w = np.full(len(probe.w), 0.3)
    for time, gradient in zip(times / ms, gradients):
        w[round(time) :] -= 0.02 * gradient
    assert_allclose(probe.w, w, rtol=1e-9)


def momentum(rule, events, w):
    """Closed form of tau_m*dm/dt = -m + T0*g, dw/dt = -(learning_rate/T0)*m at ``events``: rows of w, m."""
    tau_m, T0 = float(rule.tau_m), float(rule.interval)
    m, last, rows = 0.0, 0.0, []
    for t, g in events:
        w -= rule.learning_rate / T0 * m * tau_m * -np.expm1(-(t - last) / tau_m)
        m = m * np.exp(-(t - last) / tau_m) + T0 * g / tau_m
        rows.append((w, m))
        last = t
    return np.array(rows).T


@pytest.mark.parametrize("sparse", [False, True], ids=["every_step", "events_only"])
def test_random_events_match_momentum(device, impulses, probe_events, sparse):
    times, gradients, duration = impulses
    probe = (probe_events if sparse else sa.probe_rule)(MOMENTUM, times, gradients, duration, w0=0.3, **device)
    # The closed form is exact, so that it does not matter how often a synapse is visited.
    steps = np.round(times / ms).astype(int)
    visited = np.union1d(steps, len(probe.w) - 1)
    w, m = momentum(MOMENTUM, zip(visited * 1e-3, np.bincount(steps, gradients, len(probe.w))[visited]), 0.3)
    assert_allclose(probe.w[visited], w, rtol=1e-9)
    assert_allclose(probe.m[visited], m, rtol=1e-9)


def hinton_rmsprop(rule, gradients, w):
    """Lecture 6e of Hinton's course: the gradient, divided by the root of the running average of its square."""
    m, mean_square, rows = 0.0, 0.0, []
    for gradient in gradients:
        mean_square = rule.beta2 * mean_square + (1 - rule.beta2) * gradient**2
        m = rule.beta1 * m + (1 - rule.beta1) * gradient
        w = w - rule.learning_rate * m / (np.sqrt(mean_square) + rule.epsilon)
        rows.append((w, m, 1 / (np.sqrt(mean_square) + rule.epsilon)))
    return np.array(rows).T


def kingma_and_ba(rule, gradients, theta):
    """Algorithm 1 of Kingma & Ba, line by line."""
    m, v, t, rows = 0.0, 0.0, 0, []
    for g in gradients:
        t = t + 1
        m = rule.beta1 * m + (1 - rule.beta1) * g
        v = rule.beta2 * v + (1 - rule.beta2) * g**2
        m_hat = m / (1 - rule.beta1**t)
        v_hat = v / (1 - rule.beta2**t)
        theta = theta - rule.learning_rate * m_hat / (np.sqrt(v_hat) + rule.epsilon)
        rows.append((theta, m, 1 / (np.sqrt(v) + rule.epsilon)))
    return np.array(rows).T


CASES = [(RMSPROP, hinton_rmsprop), (RMSPROP_WITH_MOMENTUM, hinton_rmsprop), (ADAM, kingma_and_ba)]


@pytest.mark.parametrize("rule, textbook", CASES, ids=["RMSProp", "RMSProp_with_momentum", "Adam"])
def test_random_events_match_the_textbook(device, impulses, rule, textbook):
    probe = sa.probe_rule(rule, *impulses, w0=0.3, presentation=PRESENTATION, **device)
    expected = textbook(rule, per_presentation(*impulses), 0.3)
    assert len(expected[0]) == 150
    for got, want in zip(ends(probe), expected):
        assert_allclose(got, want, rtol=1e-9)


@pytest.mark.parametrize("name, rule", [("SGD", sa.SGD(learning_rate=0.02)), ("RMSprop", RMSPROP), ("Adam", ADAM)])
def test_random_events_match_pytorch(fast_device, impulses, name, rule):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its optimizers are a second opinion")
    weight = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    options = {"RMSprop": {"alpha": 0.95, "eps": 1e-3}, "Adam": {"betas": (0.8, 0.95), "eps": 1e-3}}.get(name, {})
    optimizer = getattr(torch.optim, name)([weight], lr=0.02, **options)
    expected = []
    for gradient in per_presentation(*impulses):
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        expected.append(weight.item())
    probe = sa.probe_rule(rule, *impulses, w0=0.3, presentation=PRESENTATION, **fast_device)
    assert_allclose(ends(probe)[0], expected, rtol=1e-9)


@pytest.mark.parametrize("rule", [RMSPROP, ADAM], ids=["RMSProp", "Adam"])
def test_an_unfinished_presentation_does_not_count(rule):
    probe = sa.probe_rule(rule, [0, 15] * ms, [1.0, 5.0], 19 * ms, presentation=10 * ms, target="numpy")
    assert (probe.w[:9] == 0).all()
    assert (probe.w[9:] == probe.w[9]).all() and probe.w[9] < 0


def test_adam_takes_steps_of_about_the_learning_rate_at_any_scale_of_the_gradient(fast_device):
    rule = sa.Adam(learning_rate=0.02, epsilon=1e-30)
    times = np.arange(0, 3000, 20) * ms
    for scale in (1e-6, 1, 1e6):
        stream = times, np.full(150, scale), 3000 * ms
        probe = sa.probe_rule(rule, *stream, presentation=PRESENTATION, **fast_device)
        assert_allclose(np.diff(ends(probe)[0], prepend=0), -0.02, rtol=1e-9)
