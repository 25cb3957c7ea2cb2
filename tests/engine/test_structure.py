"""What makes another build, and what must not."""

import numpy as np
import pytest
import spikeadam as sa
from brian2 import Function, Hz, Network, TimedArray, ms, second
from circuits import tiny_network
from spikeadam.engine import open_device
from spikeadam.engine.structure import digest

VALUES = {
    "seed": {"random_state": 2},
    "initial weights": {"weight_scale": 1.0, "input_scale": 2.0, "feedback_scale": 0.5},
    "learning rate": {"rule": sa.BioAdam(learning_rate=0.5), "output_learning_rate": 1.0},
    "time constants of the rule": {"rule": sa.BioAdam(tau_m=1 * second, tau_rho=9 * second, epsilon=0.3, interval=7 * ms)},
    "feedback parameter": {"feedback": sa.Predisposition(w_max=3.0)},
    "time constants of the neurons": {"soma": sa.LIF(tau_membrane=9 * ms, tau_synapse=3 * ms, tau_trace=30 * ms)},
    "homeostasis": {"soma": sa.LIF(homeostasis_rate=0.0)},
    "threshold of feedback": {"compartment": sa.FeedbackCompartment(theta=0.5)},
    "input rate": {"input": sa.RegularInput(max_rate=50 * Hz)},
    "teacher onset": {"teacher_onset": 3 * ms},
}


def soma(threshold="v > 1", gate="int(x > 0.5)", reset="v -= 1\nx += 1", tau="10*ms", method="exact", namespace=None):
    return sa.Soma(
        equations=f"dv/dt = (I - v)/({tau}) : 1\ndI/dt = -I/(5*ms) : 1\ndx/dt = -x/(20*ms) : 1",
        threshold=threshold,
        reset=reset,
        rest="v = 0\nI = 0\nx = 0",
        gate=gate,
        method=method,
        namespace=namespace,
    )


def doubling(code):
    function = Function(lambda x: 2 * x, arg_units=[1], return_unit=1)
    function.implementations.add_implementation("cpp", code)
    return function


STRUCTURES = {
    "as it is": {},
    "hidden size": {"hidden": (4,)},
    "hidden layers": {"hidden": (5, 4)},
    "rule": {"rule": sa.SGD()},
    "rule of the same variables": {"rule": sa.RMSProp()},
    "its successor": {"rule": sa.Adam()},
    "form of the rule": {"rule": sa.BioAdam(form="continuous")},
    "feedback": {"feedback": sa.KolenPollack()},
    "fixed feedback": {"feedback": sa.RandomFeedback()},
    "no feedback synapses": {"feedback": sa.WeightTransport()},
    "presentation": {"presentation": 12 * ms},
    "time step": {"dt": 0.5 * ms},
    "room for samples": {"samples": 11},
    "input": {"input": sa.PoissonInput()},
    "recording": {"record": True},
    "equations": {"soma": soma()},
    "a number in them": {"soma": soma(tau="11*ms")},
    "threshold": {"soma": soma(threshold="v > 2")},
    "reset": {"soma": soma(reset="v = 0\nx += 1")},
    "gate": {"soma": soma(gate="int(x > 0.4)")},
    "method": {"soma": soma(method="euler")},
    "constant": {"soma": soma(tau="tau", namespace={"tau": 10 * ms})},
    "value of a constant": {"soma": soma(tau="tau", namespace={"tau": 10.000000000001 * ms})},
    "array": {"soma": soma(threshold="v > bound(t)", namespace={"bound": TimedArray([1.0, 2.0], dt=5 * ms)})},
    "values of an array": {"soma": soma(threshold="v > bound(t)", namespace={"bound": TimedArray([1.0, 3.0], dt=5 * ms)})},
    "function": {"soma": soma(threshold="two(v) > 2", namespace={"two": doubling("double two(double x) {return 2*x;}")})},
    "code of it": {"soma": soma(threshold="two(v) > 2", namespace={"two": doubling("double two(double x) {return x+x;}")})},
}


def structure(**changes):
    return digest(open_device("runtime", lambda: tiny_network(**changes), target="numpy").circuit)


@pytest.fixture(scope="module")
def plain():
    return structure()


@pytest.mark.parametrize("change", VALUES)
def test_values_are_not_structure(plain, change):
    assert structure(**VALUES[change]) == plain


def test_each_structure_has_a_name_of_its_own():
    names = {change: structure(**given) for change, given in STRUCTURES.items()}
    assert len(set(names.values())) == len(names), sorted(names.items(), key=lambda item: item[1])


def test_connections_are_structure():
    def circuit(post):
        source = sa.neuron_group(3, name="source", presentation=10 * ms)
        target = sa.neuron_group(2, name="target", presentation=10 * ms)
        projection = sa.project(
            source, target, rule=sa.SGD(), feedback=sa.RandomFeedback(), connections=([0, 1, 2], post), name="between"
        )
        return sa.Circuit(Network(source, target, *projection.objects), [source, target], [projection], {}, {})

    names = [
        digest(open_device("runtime", lambda: circuit(post), target="numpy").circuit) for post in ([0, 1, 1], [1, 0, 1], [0, 1, 1])
    ]
    assert names[0] == names[2] != names[1]


def test_structure_is_the_same_on_both_devices(plain, monkeypatch):
    seen = []

    def get(key, generate, folder=None):
        raise InterruptedError

    monkeypatch.setattr("spikeadam.engine.build_cache.fingerprint", lambda circuit: seen.append(digest(circuit)))
    monkeypatch.setattr("spikeadam.engine.build_cache.get", get)
    with pytest.raises(InterruptedError):
        open_device("standalone", tiny_network)
    assert seen == [plain]


def test_large_constants_are_compared_in_full():
    # The text of a large array shows its first and last values only.
    def circuit(middle):
        values = np.zeros(3000)
        values[1500] = middle
        return tiny_network(soma=soma(threshold="v > 1", namespace={"unused": values}))

    names = {digest(open_device("runtime", lambda: circuit(middle), target="numpy").circuit) for middle in (0.0, 1.0)}
    assert len(names) == 2
