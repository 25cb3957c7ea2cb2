"""What rules and schemes keep in the neurons: once for equal mechanisms, apart for different ones."""

import numpy as np
import pytest
from brian2 import NeuronGroup, ms, second
from numpy.testing import assert_allclose, assert_array_equal

import spikeadam as sa
from small import RULES, SOMA, clock, numpy_code, run  # noqa: F401
from spikeadam.mechanism import Mechanism, attach, plastic_interface, state_names

pytestmark = pytest.mark.usefixtures("numpy_code")


def group(n=2, name="layer*", step=None):
    return sa.neuron_group(n, sa.LIF(**SOMA), name=name, presentation=1 * second, clock=step or clock())


def test_equal_mechanisms_are_attached_once():
    target = group()
    names = attach(sa.BioAdam(tau_m=50 * ms), target)
    assert attach(sa.BioAdam(tau_m=50 * ms), target) is names
    assert len(target.event_codes["feedback"].split("momentum_decay")) == 2  # one assignment
    assert names == {
        "momentum_decay": "momentum_decay", "power_decay": "power_decay", "travel": "travel",
        "tau_m": "tau_m_learning", "tau_rho": "tau_rho_learning", "interval": "interval_learning",
    }  # fmt: skip


def test_a_second_mechanism_takes_names_of_its_own():
    target = group()
    first = attach(sa.BioAdam(tau_m=50 * ms), target)
    second_ = attach(sa.BioAdam(tau_m=80 * ms), target)
    third = attach(sa.Momentum(tau_m=50 * ms), target)
    everything = [name for names in (first, second_, third) for name in names.values()]
    assert len(set(everything)) == len(everything)
    assert [getattr(target, names["tau_m"]) for names in (first, second_, third)] == [50 * ms, 80 * ms, 50 * ms]


def test_a_mechanism_without_neuron_variables_leaves_the_group_alone():
    target = group()
    before = dict(target.event_codes), set(target.variables)
    assert attach(sa.SGD(), target) == {}
    assert (dict(target.event_codes), set(target.variables)) == before


def test_values_set_by_the_attached_statements():
    # Feedback events in steps 0, 1 and 2, the first one 30 ms after the last of before.
    target = group(1)
    target.last_feedback = -30 * ms
    fast, slow = (attach(sa.Momentum(tau_m=tau, interval=10 * ms), target) for tau in (20 * ms, 40 * ms))
    target.u = 1
    # The presentation puts u to rest in step 0: push again.
    target.run_regularly("u = 1", when="before_groups")
    run(1 * ms, target)
    for names, tau in ((fast, 20), (slow, 40)):
        decay = np.exp(-30 / tau)
        assert_allclose(target.state(names["momentum_decay"])[:], decay)
        assert_allclose(target.state(names["travel"])[:], tau * (1 - decay) / 10)


def train(rules, together):
    """Weights that two sources learn onto one target, each with a rule of its own; together, or each alone."""
    results = []
    for members in [(0, 1)] if together else [(0,), (1,)]:
        step = clock()
        target = group(3, "target", step)
        sources = [group(2, f"source_{n}", step) for n in members]
        projections = [
            sa.project(
                source,
                target,
                rule=rules[n],
                feedback=sa.KolenPollack(tau_decay=(n + 1) * second),
                weight_scale=0,
                name=f"p{n}",
            )
            for n, source in zip(members, sources)
        ]
        for n, source in zip(members, sources):
            source.run_regularly(f"x = {n + 1}*(1 + i)*0.5", when="before_groups")
        target.run_regularly(
            "u = int(t_in_timesteps % (3 + 2*i) == 0)*(1 - 2*int(t_in_timesteps % 4 == 0))", when="before_groups"
        )
        run(40 * ms, target, *sources, *projections)
        results += [(p.weights(), p.feedback_weights()) for p in projections]
    return results


@pytest.mark.parametrize(
    "rules",
    [
        (sa.BioAdam(learning_rate=0.1, tau_m=10 * ms), sa.BioAdam(learning_rate=0.1, tau_m=60 * ms)),
        (sa.Momentum(learning_rate=0.1, tau_m=10 * ms), sa.Momentum(learning_rate=0.1, tau_m=60 * ms)),
        (sa.BioAdam(learning_rate=0.1, tau_m=10 * ms), sa.Momentum(learning_rate=0.1, tau_m=10 * ms)),
        (RULES["SGD"], RULES["BioAdam"]),
    ],
    ids=["BioAdam twice", "Momentum twice", "BioAdam and Momentum", "SGD and BioAdam"],
)
def test_two_projections_onto_one_target_do_not_disturb_each_other(rules):
    for (w, b), (w_alone, b_alone) in zip(train(rules, together=True), train(rules, together=False)):
        assert np.abs(w).min() > 1e-4
        assert_array_equal(w, w_alone)
        assert_array_equal(b, b_alone)


def test_interface_names_what_is_missing():
    assert plastic_interface(group()) == []
    assert plastic_interface("layer") == ["being a NeuronGroup"]


TABLE = {
    "I": "I : 1",
    "x": "x : 1",
    "u": "u : 1",
    "gate": "gate = 1 : 1",
    "feedback_sign": "feedback_sign : 1",
    "elapsed": "elapsed : second",
    "refresh": "refresh : 1",
}
"""What `spikeadam.neurons` says that a neuron must expose, besides the event."""


def by_hand(left_out=(), event=True, statements=True, **changed):
    """A NeuronGroup that knows nothing of the library, and has what the table lists and no more."""
    lines = [changed.get(name, line) for name, line in TABLE.items() if name not in left_out]
    layer = NeuronGroup(
        2,
        "\n".join(lines),
        threshold="t_in_timesteps % 3 == i",
        reset="x += 1" if lines.count("x : 1") else "",
        events={"feedback": "t_in_timesteps % 2 == i"} if event else {},
        clock=clock(),
    )
    if event and statements:
        layer.run_on_event(
            "feedback", "feedback_sign = 1 - 2*i\nelapsed = 2*ms\nrefresh = 0", when="before_synapses"
        )
    return layer


# Two of them update at the end of a presentation, which this group has none of.
@pytest.mark.parametrize("rule", sorted(set(RULES) - {"RMSProp", "Adam"}))
def test_a_group_with_what_the_table_lists_learns(rule):
    source, target = by_hand(), by_hand()
    projection = sa.project(
        source, target, rule=RULES[rule], feedback=sa.Predisposition(w_max=2.0), weight_scale=1, random_state=0
    )
    before = projection.weights(), projection.feedback_weights()
    run(20 * ms, source, target, projection)
    for old, new in zip(before, (projection.weights(), projection.feedback_weights())):
        assert np.isfinite(new).all() and (old != new).all()
    assert np.abs(target.I).max() > 0 and np.abs(source.u).max() > 0


LIKE_IT = "target takes a group made by sa.neuron_group or its like; it lacks "
NO_COMPARTMENT = (
    "feedback takes None for a source without a feedback compartment, such as an input layer; the source lacks "
)


@pytest.mark.parametrize(
    "source, target, sentence",
    [
        ({}, {"left_out": ["I"]}, LIKE_IT + "I."),
        ({}, {"I": "I : amp"}, LIKE_IT + "I without a unit."),
        ({"left_out": ["x"]}, {}, "source takes a group with a spike trace x; it lacks x."),
        ({"x": "x : second"}, {}, "source takes a group with a spike trace x; it lacks x without a unit."),
        ({"left_out": ["u"]}, {}, NO_COMPARTMENT + "u."),
        ({"left_out": ["gate"]}, {}, NO_COMPARTMENT + "gate."),
        ({"gate": "gate : volt"}, {}, NO_COMPARTMENT + "gate without a unit."),
        ({}, {"event": False}, LIKE_IT + "the event feedback."),
        ({}, {"statements": False}, LIKE_IT + "statements at the event feedback (run_on_event)."),
        ({}, {"left_out": ["feedback_sign"], "statements": False}, LIKE_IT + "feedback_sign, statements at"),
        ({}, {"elapsed": "elapsed : 1"}, LIKE_IT + "elapsed in seconds."),
        ({}, {"left_out": ["refresh"]}, LIKE_IT + "refresh."),
    ],
)
def test_every_line_of_the_table_is_checked(source, target, sentence):
    groups = by_hand(**source), by_hand(**target)
    with pytest.raises(ValueError) as caught:
        sa.project(*groups, rule=sa.SGD(), feedback=sa.Predisposition())
    assert str(caught.value).startswith(sentence)


def test_state_names_are_the_parameters_of_the_equations():
    assert state_names("m : 1\nrho = 1/m : 1\ndc/dt = -c/(5*ms) : 1\ntau : second (shared)") == ["m", "tau"]


def test_a_mechanism_is_its_fields():
    assert Mechanism.on_feedback == "" and sa.SGD(learning_rate=0.5).parameters == {"learning_rate": 0.5}
    assert set(sa.BioAdam().parameters) == {"learning_rate", "tau_m", "tau_rho", "epsilon", "interval"}
    assert "tau_g" in sa.BioAdam(form="continuous").parameters
