"""A weight change uses what its synapse, its source and its target know, and nothing else; read off the code itself."""

import numpy as np
import pytest
from brian2 import TimedArray, ms
from brian2.equations.equations import SUBEXPRESSION
from brian2.utils.stringtools import get_identifiers
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import (  # noqa: F401
    CONTROLS,
    LOCAL_MODULATORS,
    LOCAL_SCHEMES,
    MODULATORS,
    RULES,
    SCHEMES,
    clock,
    feed,
    numpy_code,
    run,
    run_circuit,
    tiny_circuit,
)

pytestmark = pytest.mark.usefixtures("numpy_code")

WORDS = {"and", "or", "not", "inf"}
ARITHMETIC = {"abs", "sign", "exp", "exprel", "sqrt", "clip", "int"}
"""All functions that the library needs; a draw of random numbers or a TimedArray is none of them."""

NEURON = {"I", "x", "u", "gate", "feedback_sign"}
"""What a synapse may read of, or write to, any soma; the rest is the bookkeeping of the optimizer, kept per neuron."""


def projection(rule, scheme):
    hidden = sa.neuron_group(4, presentation=20 * ms, name="hidden", clock=clock())
    output = sa.neuron_group(3, presentation=20 * ms, teacher=feed([[0] * 3]), name="output", clock=hidden.clock)
    return sa.project(hidden, output, rule=rule, feedback=scheme, random_state=0, name="up"), hidden, output


def statements(code):
    """(assigned name, operator, names read) of every line."""
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    for line in lines:
        target, expression = line.split("=", 1)
        operator = "=" if target[-1].isalnum() or target[-1] in " _" else target[-1] + "="
        yield target.rstrip(" +-*/"), operator, get_identifiers(expression)


def foreign(synapses, code):
    """Names in the code of a pathway that are none of: own, presynaptic, postsynaptic, local, arithmetic."""
    bookkeeping = {name for known, names in synapses_mechanisms(synapses) for name in names.values()}
    local, found = set(), []
    for target, operator, names in statements(code):
        for name in names | {target}:
            stem, _, side = name.rpartition("_")
            if name in local or name in ARITHMETIC or name in WORDS:
                continue
            if side in ("pre", "post") and stem:
                neuron = synapses.source if side == "pre" else synapses.target
                variable = neuron.variables.get(stem)
                if (
                    variable is not None
                    and getattr(variable, "owner", None) is not None
                    and (stem in NEURON | bookkeeping)
                ):
                    if variable.owner.name == neuron.name:
                        continue
            elif name in synapses.variables and synapses.variables[name].owner.name == synapses.name:
                if name not in ("i", "j", "N", "N_pre", "N_post", "N_incoming", "N_outgoing", "lastupdate"):
                    continue
            elif name == target and operator == "=":
                local.add(name)
                continue
            found.append(name)
    return found


def synapses_mechanisms(synapses):
    return [*getattr(synapses.source, "_mechanisms", []), *getattr(synapses.target, "_mechanisms", [])]


def pathways(synapses):
    return {pathway.objname: pathway for pathway in synapses._pathways}


def test_the_detector_finds_what_is_not_local():
    up, hidden, output = projection(RULES["SGD"], SCHEMES["Predisposition"])
    for code, name in [
        ("w += W_total", "W_total"),
        ("w += rand()", "rand"),
        ("w += v_pre", "v_pre"),
        ("w += stimulus(t, i)", "stimulus"),
        ("w += teacher_phase_post", "teacher_phase_post"),
        ("w += 0.1*t", "t"),
        ("w += i", "i"),
        ("w += later\nlater = 1", "later"),
        ("w += N_incoming", "N_incoming"),
    ]:
        assert name in foreign(up.forward, code), code
    assert foreign(up.forward, "drive = x_pre*feedback_sign_post\nw += drive*learning_rate") == []


@pytest.mark.parametrize("scheme", LOCAL_SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_a_weight_change_names_only_its_synapse_its_source_and_its_target(rule, scheme):
    up, hidden, output = projection(RULES[rule], SCHEMES[scheme])
    assert up.objects == [up.forward, up.feedback]
    for synapses in up.objects:
        assert all(not isinstance(value, TimedArray) for name, value in synapses.namespace.items() if name != "teacher")
        for pathway in pathways(synapses).values():
            assert foreign(synapses, pathway.code) == [], pathway.code
        for name, equation in synapses.equations.items():
            assert "summed" not in equation.flags
            if equation.expr is not None:
                switch = {"learning_post" if synapses is up.forward else "learning_pre"}  # of the target, either way
                assert equation.identifiers <= set(synapses.equations) | ARITHMETIC | switch
        # A gate is a subexpression of the neuron that it belongs to.
        for group in (hidden, output):
            for equation in group.equations.values():
                if equation.type == SUBEXPRESSION and equation.varname == "gate":
                    assert equation.identifiers - ARITHMETIC <= set(group.equations)


@pytest.mark.parametrize("scheme", LOCAL_SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_what_each_pathway_writes(rule, scheme):
    up, _, _ = projection(RULES[rule], SCHEMES[scheme])
    state = {name for name in up.forward.equations if not up.forward.variables[name].scalar}

    def written(pathway):
        local = {"impulse", "drive"}
        return {target for target, _, _ in statements(pathway.code)} - local

    assert set(pathways(up.forward)) == {"transmit", "learn"} and set(pathways(up.feedback)) == {"learn"}
    assert pathways(up.forward)["transmit"].code == "I_post += w"
    assert pathways(up.forward)["transmit"].event == "spike"
    assert pathways(up.forward)["learn"].event == pathways(up.feedback)["learn"].event == "feedback"
    # Learning writes into its own synapse; over a feedback synapse, error arrives and nothing else does.
    assert written(pathways(up.forward)["learn"]) <= state
    assert written(pathways(up.feedback)["learn"]) <= state | {"u_post"}
    into_neuron = [
        line
        for line in pathways(up.feedback)["learn"].code.splitlines()
        if line.split("=")[0].strip().startswith("u_post")
    ]
    assert into_neuron == ["u_post += feedback_sign_pre*w*gate_post"]


@pytest.mark.parametrize("scheme", LOCAL_SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_neurons_compute_their_factors_from_their_own_feedback_events(rule, scheme):
    up, hidden, output = projection(RULES[rule], SCHEMES[scheme])
    own = {"u", "theta", "feedback_sign", "feedback_count", "refresh", "refresh_every", "elapsed", "last_feedback"}
    factors = {name for _, names in getattr(output, "_mechanisms", []) for name in names.values()}
    for target, _, names in statements(output.event_codes["feedback"]):
        assert target in own | factors
        assert names <= own | factors | ARITHMETIC | {"t", "t_in_timesteps", "inf"}, names
    assert not getattr(hidden, "_mechanisms", [])  # the source keeps nothing for the projection


@pytest.mark.parametrize("scheme", LOCAL_SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_both_directions_read_the_same_two_neurons(rule, scheme):
    up, _, _ = projection(RULES[rule], SCHEMES[scheme])
    if not SCHEMES[scheme].plastic:
        assert "w" not in {target for target, _, _ in statements(pathways(up.feedback)["learn"].code)}
        return
    forward = pathways(up.forward)["learn"].code
    backward = "\n".join(pathways(up.feedback)["learn"].code.splitlines()[1:])
    swapped = forward.replace("_post", "_OTHER").replace("_pre", "_post").replace("_OTHER", "_pre")
    assert backward == swapped


@pytest.mark.parametrize("modulator", LOCAL_MODULATORS)
@pytest.mark.parametrize("rule", ["BioAdam", "BioAdam continuous"])
def test_modulated_synapses_know_their_two_neurons_only(rule, modulator):
    circuit = tiny_circuit(RULES[rule], SCHEMES["Predisposition"], hidden=(4, 3), modulator=MODULATORS[modulator])
    for projection in circuit.projections:
        for synapses in projection.objects:
            switch = {"learning_post" if synapses is projection.forward else "learning_pre"}  # of the target, either way
            for pathway in pathways(synapses).values():
                assert set(foreign(synapses, pathway.code)) <= switch, pathway.code
    middle = circuit.projections[1]
    written = {target for pathway in pathways(middle.forward).values() for target, _, _ in statements(pathway.code)}
    own = {name for name in middle.forward.equations if not middle.forward.variables[name].scalar}
    # What a neuron may be told over a forward synapse: current, and how large its weight is.
    assert written - own - {"impulse", "drive"} == {"I_post"} | ({"importance_post"} if "GRAPES" in modulator else set())


def test_what_is_not_local_in_a_modulator_is_said():
    assert "not local" in sa.modulators.grapes.__doc__  # the maximum over a layer
    assert "not local" in " ".join(sa.Oja.__doc__.split())  # the subspace form
    circuit = tiny_circuit(RULES["SGD"], SCHEMES["Predisposition"], modulator=MODULATORS["Oja subspace"])
    assert pathways(circuit.projections[0].forward)["follow"].code == "reconstruction_pre += w"


@pytest.mark.parametrize("scheme", CONTROLS)
def test_the_controls_say_that_they_are_not_local_and_are_not(scheme):
    assert "not local" in SCHEMES[scheme].__doc__.lower()
    up, _, _ = projection(RULES["SGD"], SCHEMES[scheme])
    assert up.feedback is None
    # Feedback goes backwards over the forward weight.
    assert pathways(up.forward)["learn"].code.splitlines()[0].startswith("u_pre += feedback_sign_post*")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_only_the_controls_transport_weights(scheme):
    assert (SCHEMES[scheme].transported is not None) == (scheme in CONTROLS)
    if scheme not in CONTROLS:
        assert "not local" not in SCHEMES[scheme].__doc__.lower()


# -- by running: what does not arrive does not act ------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_without_feedback_spikes_no_weight_changes(rule, scheme):
    # Inputs and hidden neurons spike, the teacher is silent, and the output, cut off, does not spike.
    circuit = tiny_circuit(RULES[rule], SCHEMES[scheme])
    circuit.feeds["teacher"].values[:] = 0
    circuit.projections[1].forward.w = -abs(circuit.projections[1].forward.w[:])
    before = [synapses.w[:].copy() for p in circuit.projections for synapses in p.objects]
    circuit.network.run(60 * ms, namespace={})
    assert circuit.layers[0].spike_count[:].sum() > 10
    assert all(group.feedback_count[:].sum() == 0 and group.learning == 1 for group in circuit.layers)
    # Kolen-Pollack's decay goes on with time: with exp(-t/500 ms) over 60 ms, or up to the last update, which comes in
    # step 59; for rules that act at feedback spikes only, not at all.
    decay = {"RMSProp": np.exp(-59 / 500), "Adam": np.exp(-59 / 500), "BioAdam continuous": np.exp(-60 / 500)}
    after = [synapses.w[:] for p in circuit.projections[:1] for synapses in p.objects]
    for old, new in zip(before, after):
        assert_array_equal(old, new)
    after = [synapses.w[:] for synapses in circuit.projections[1].objects]
    for old, new in zip(before[1:], after):
        if scheme == "KolenPollack" and rule in decay:
            assert_allclose(new, old * decay[rule], rtol=1e-6)
        else:
            assert_array_equal(old, new)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("rule", RULES)
def test_learning_switched_off_changes_no_weight_and_no_bias(rule, scheme):
    circuit = tiny_circuit(RULES[rule], SCHEMES[scheme])
    for group in circuit.layers:
        group.learning = 0
        group.bias = 0.01
    for synapses in [circuit.projections[0].forward, circuit.projections[1].forward, circuit.projections[1].feedback]:
        if synapses is not None and "m" in synapses.variables:
            synapses.m = 0.3  # learning stops in the middle of things
    before = [synapses.w[:].copy() for p in circuit.projections for synapses in p.objects]
    run_circuit(circuit)
    assert all(group.spike_count[:].sum() > 0 for group in circuit.layers)
    for old, new in zip(before, [synapses.w[:] for p in circuit.projections for synapses in p.objects]):
        assert_array_equal(old, new)
    for group in circuit.layers:
        assert_array_equal(group.bias, 0.01)
        assert_array_equal(group.u, 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_feedback_delivers_sign_times_weight_times_gate(scheme):
    # One feedback spike of each sign; hidden neurons 0 and 2 are over the bound of the gate, 1 and 3 are not.
    up, hidden, output = projection(sa.SGD(learning_rate=0), SCHEMES[scheme])
    hidden.theta = 100
    weights = up.feedback_weights()
    hidden.run_regularly("v = 0.9*int(i % 2 == 0) + 0.1*int(i % 2 == 1)", when="before_groups")
    output.run_regularly("u = 1*int(i == 0) - 1*int(i == 1)", when="before_groups")
    run(1 * ms, hidden, output, up)
    assert_array_equal(hidden.u, (weights[0] - weights[1]) * [1, 0, 1, 0])
    assert np.abs(weights[:2, [0, 2]]).min() > 0
