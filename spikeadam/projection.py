"""Plastic projections: `project` connects two groups with forward Synapses and, for feedback, their partners."""

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Synapses
from brian2.utils.stringtools import get_identifiers, word_substitute

from .checks import number
from .feedback import Feedback
from .mechanism import SOURCE, SOURCE_OF_FEEDBACK, attach, lacking, plastic_interface, state_names
from .modulators import Modulator
from .rules import Rule


@dataclass(frozen=True, eq=False)
class Projection:
    """Forward and feedback Synapses between two groups; made by `project`.

    Attributes
    ----------
    forward : brian2.Synapses
        From source to target, weight ``w``. Pathway ``transmit`` carries forward spikes, ``learn`` runs at the
        target's feedback events.
    feedback : brian2.Synapses or None
        From target to source, weight ``w``; None where feedback is not carried by synapses of its own.
    rule, scheme, modulator
        The optimizer, the feedback scheme (None: no feedback over this projection) and the modulator (or None).
    pre, post : ndarray
        Source and target neuron of each forward synapse, in the order of ``forward.w``. The feedback synapse
        number ``partner[n]`` is the partner of forward synapse ``n``.
    initial : dict
        Initial state, by (Synapses name, variable).
    """

    forward: Synapses
    feedback: Synapses
    rule: Rule
    scheme: Feedback
    shape: tuple
    pre: np.ndarray
    post: np.ndarray
    partner: np.ndarray
    initial: dict
    parameter_variables: dict
    modulator: Modulator = None

    @property
    def objects(self):
        """The Brian2 objects, to be added to a `brian2.Network`."""
        return [synapses for synapses in (self.forward, self.feedback) if synapses is not None]

    def weights(self, values=None):
        """Forward weights as a matrix of shape (n_pre, n_post); 0 where there is no synapse.

        ``values`` are weights in synapse order; default: those of ``forward``.
        """
        return self._matrix(self.forward.w[:] if values is None else values)

    def feedback_weights(self, values=None):
        """Feedback weights as a matrix of shape (n_post, n_pre), as `alignment_angle` takes it."""
        if self.scheme is None:
            raise ValueError("feedback_weights takes a projection with feedback, this one was made with feedback=None.")
        if self.feedback is not None:
            values = self.feedback.w[:] if values is None else values
            return self._matrix(np.asarray(values)[self.partner]).T
        state = {name: self.forward.state(name)[:] for name in ("w", *state_names(self.scheme.synapse_equations))}
        return self._matrix(self.transported_weights(state)).T

    def transported_weights(self, state):
        """Feedback weights of a scheme without synapses of its own, from the forward synapses' ``state``."""
        # The expression is the library's own, one line of arithmetic that reads the same in Python.
        return eval(self.scheme.transported, {"sign": np.sign}, state)  # noqa: S307

    def set_parameters(self, **values):
        """Change parameters of rule, feedback scheme or modulator, in both directions and in the neurons."""
        holders = {name: self.variables_of(name) for name in values}
        for mechanism in (self.rule, self.scheme, self.modulator):
            if mechanism is not None:
                own = {name: value for name, value in values.items() if name in mechanism.parameters}
                replace(mechanism, **own)  # refuses what the mechanism does not take
        for name, value in values.items():
            for group, variable in holders[name]:
                setattr(group, variable, value)

    def variables_of(self, name):
        """The (group, variable) pairs that hold the parameter ``name``."""
        if name not in self.parameter_variables:
            raise ValueError(f"parameter takes one of {', '.join(self.parameter_variables)}, got {name!r}.")
        return self.parameter_variables[name]

    def _matrix(self, values):
        matrix = np.zeros(self.shape)
        matrix[self.pre, self.post] = values
        return matrix


def project(
    source,
    target,
    *,
    rule,
    feedback=None,
    modulator=None,
    weight_scale=1.5,
    feedback_scale=1.0,
    connections=None,
    random_state=None,
    name="projection*",
):
    """Connect two groups with synapses that learn from the target's feedback spikes.

    Parameters
    ----------
    source, target : brian2.NeuronGroup
        Layers as `neuron_group` or an input description makes them, or any groups with the variables that
        `spikeadam.neurons` lists.
    rule : Rule
        The optimizer in every synapse.
    feedback : Feedback, optional
        How the target's feedback spikes reach the source. None (an input projection): they do not.
    modulator : Modulator, optional
        What else acts on the weights, such as ``GRAPES()`` or ``Oja()``.
    weight_scale : float
        Initial forward weights are normal with standard deviation ``weight_scale/sqrt(synapses of a target neuron)``.
    feedback_scale : float
        Standard deviation of the initial feedback weights, relative to the forward ones or, for schemes whose feedback
        weights never grow, to what the scheme says; drawn independently.
    connections : tuple of two integer arrays, optional
        Source and target neuron of each synapse. Default: all to all.
    random_state : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Seed of the initial weights.
    name : str
        Name of the forward Synapses; those of feedback are called ``name_feedback``.

    Returns
    -------
    Projection

    Raises
    ------
    TypeError, ValueError
        For a group that lacks a variable (the message names it) or a presentation that a mechanism needs, a bad scale,
        or connections out of range.

    Examples
    --------
    >>> import spikeadam as sa
    >>> from brian2 import ms
    >>> hidden, output = sa.neuron_group(20, name='a'), sa.neuron_group(3, name='b')
    >>> projection = sa.project(hidden, output, rule=sa.BioAdam(), feedback=sa.Predisposition(), random_state=1)
    >>> projection.weights().shape, projection.feedback_weights().shape
    ((20, 3), (3, 20))
    """
    _check(source, target, rule, feedback, modulator)
    number("weight_scale", weight_scale, at_least=0)
    number("feedback_scale", feedback_scale, at_least=0)
    rng = np.random.default_rng(random_state)
    pre, post = _connections(connections, len(source), len(target))
    # Emitter by emitter: the order in which feedback spikes visit the feedback synapses, and weights are drawn.
    order = np.lexsort((pre, post))
    rank = np.argsort(order)
    fan_in = np.bincount(post, minlength=len(target))[post]
    deviation = weight_scale / np.sqrt(fan_in)

    scheme = feedback if feedback is not None else Feedback()
    extra = modulator if modulator is not None else Modulator()
    names = {**attach(rule, target), **attach(scheme, target), **attach(extra, target)}
    source_names = attach(extra.at_source, source) if extra.at_source is not None else {}
    mechanisms = [mechanism for mechanism in (rule, feedback, modulator) if mechanism is not None]
    parameters = {name: value for mechanism in mechanisms for name, value in mechanism.parameters.items()}

    def learning(neuron, other):
        """Statements of a synapse whose emitting neuron has the suffix ``neuron``."""
        own = {variable: names[variable] + neuron for variable in rule.neuron_names + scheme.neuron_names}
        lines = [f"impulse = -feedback_sign{neuron}*x{other}", word_substitute(rule.statements, own)]
        if rule.rate is None:
            if extra.drive_factor:
                lines.append(f"drive *= {names[extra.drive_factor]}{neuron}")
            lines.append("w += " + word_substitute(scheme.change, own))
        return "\n".join(line.strip() for part in lines for line in part.splitlines() if line.strip())

    def plastic_model(neuron):
        """Equations of a synapse whose emitting neuron has the suffix ``neuron``."""
        # Events stop where learning is off; a weight that moves in every step has to be told.
        weight = "w : 1"
        if rule.rate is not None:
            factor = f"{names[extra.drive_factor]}{neuron}*" if extra.drive_factor else ""
            weight = f"dw/dt = {on(neuron)}({scheme.change_rate(factor + rule.rate)}) : 1 (clock-driven)"
        return "\n".join([weight, rule.synapse_equations, scheme.synapse_equations, extra.synapse_equations])

    def on(neuron):
        return f"learning{neuron}*" if "learning" in target.variables else ""

    def sided(code, target_side, source_side):
        """``NAME_target`` and ``NAME_source`` as the variables of a synapse whose ends have these suffixes."""
        for side, suffix, own in (("_target", target_side, names), ("_source", source_side, source_names)):
            ends = {word for word in get_identifiers(code) if word.endswith(side)}
            stems = {word: word.removesuffix(side) for word in ends}
            code = word_substitute(code, {word: own.get(stem, stem) + suffix for word, stem in stems.items()})
        return code

    def spiking(target_side, source_side):
        """Statement of a synapse at a forward spike of the target."""
        return f"w += {on(target_side)}{sided(extra.spike_change, target_side, source_side)}"

    learn = "\n".join([learning("_post", "_pre"), sided(extra.on_change, "_post", "_pre")]).strip()
    if scheme.transported is not None:
        learn = f"u_pre += feedback_sign_post*{scheme.transported}*gate_pre{_error_factor(source, '_pre')}\n" + learn
    spike = {"modulate": spiking("_post", "_pre")} if extra.spike_change else {}
    if extra.on_spike:
        spike["follow"] = sided(extra.on_spike, "_post", "_pre")
    method = None if rule.rate is None else "rk4"
    namespace = _shared_namespace(source, target)
    forward = Synapses(
        source,
        target,
        plastic_model("_post"),
        on_pre={"transmit": "I_post += w"},
        on_post={"learn": learn, **spike},
        on_event={"transmit": "spike", "learn": "feedback", **dict.fromkeys(spike, "spike")},
        method=method,
        clock=target.clock,
        namespace=namespace,
        name=name,
    )
    # What arrives in a step counts before what is learned in it, and what all read before it is written.
    for place, pathway in enumerate(("transmit", "learn", *spike)):
        getattr(forward, pathway).order = place
    forward.connect(i=pre, j=post)
    feedback_deviation = feedback_scale * (deviation if scheme.scale is None else scheme.scale / np.sqrt(fan_in))
    initial = {(forward.name, "w"): rng.normal(size=len(pre))[rank] * deviation}
    if "magnitude" in forward.variables:
        initial[forward.name, "magnitude"] = np.abs(rng.normal(size=len(pre))[rank] * feedback_deviation)

    backward, partner = None, None
    if feedback is not None and scheme.transported is None:
        deliver = "u_post += feedback_sign_pre*w*gate_post" + _error_factor(source, "_post")
        spike = {"modulate": spiking("_pre", "_post")} if extra.spike_change and scheme.plastic else {}
        backward = Synapses(
            target,
            source,
            plastic_model("_pre") if scheme.plastic else "w : 1",
            on_pre={"learn": deliver + ("\n" + learning("_pre", "_post") if scheme.plastic else ""), **spike},
            on_event={"learn": "feedback", **dict.fromkeys(spike, "spike")},
            method=method if scheme.plastic else None,
            clock=target.clock,
            namespace=namespace,
            name=forward.name + "_feedback",
        )
        for place, pathway in enumerate(("learn", *spike), start=1):
            getattr(backward, pathway).order = place
        partner = rank
        backward.connect(i=post[order], j=pre[order])
        initial[backward.name, "w"] = rng.normal(size=len(pre)) * feedback_deviation[order]

    learners = [forward] + ([backward] if backward is not None and scheme.plastic else [])
    for synapses in learners:
        for variable, value in rule.initial.items():
            initial[synapses.name, variable] = np.full(len(pre), float(value))
        for parameter, value in parameters.items():
            if parameter in synapses.variables:
                setattr(synapses, parameter, value)
    for synapses in (forward, backward):
        for (owner, variable), values in initial.items():
            if synapses is not None and owner == synapses.name:
                setattr(synapses, variable, values)
    holders = {
        parameter: [(synapses, parameter) for synapses in learners if parameter in synapses.variables]
        + [(group, own[parameter]) for group, own in ((target, names), (source, source_names)) if parameter in own]
        for parameter in parameters
    }
    if rule.refresh == "presentation":
        target.refresh_every = target.presentation_steps
    if feedback is not None and not hasattr(source, "_receives_error"):
        source.add_attribute("_receives_error")
        source._receives_error = True
    extra.extend_synapses(forward, names)
    shape = (len(source), len(target))
    return Projection(forward, backward, rule, feedback, shape, pre, post, partner, initial, holders, modulator)


def _error_factor(group, suffix):
    """Factors of the modulators of ``group`` on the error that reaches it, as the end of a product."""
    attached = getattr(group, "_mechanisms", [])
    factors = [names[m.error_factor] for m, names in attached if isinstance(m, Modulator) and m.error_factor]
    return "".join(f"*{factor}{suffix}" for factor in factors)


def _check(source, target, rule, feedback, modulator):
    if not isinstance(rule, Rule):
        raise TypeError(f"rule takes an optimizer such as sa.BioAdam(), got {rule!r}.")
    if feedback is not None and not isinstance(feedback, Feedback):
        raise TypeError(f"feedback takes None or a scheme such as sa.Predisposition(), got {feedback!r}.")
    if modulator is not None and not isinstance(modulator, Modulator):
        raise TypeError(f"modulator takes None or a modulator such as sa.GRAPES(), got {modulator!r}.")
    missing = plastic_interface(target)
    if missing:
        raise ValueError(f"target takes a group made by sa.neuron_group or its like; it lacks {', '.join(missing)}.")
    missing = lacking(source, SOURCE)
    if missing:
        raise ValueError(f"source takes a group with a spike trace x; it lacks {missing[0]}.")
    missing = lacking(source, SOURCE_OF_FEEDBACK)
    if feedback is not None and missing:
        raise ValueError(
            f"feedback takes None for a source without a feedback compartment, such as an input layer; the source "
            f"lacks {' and '.join(missing)}."
        )
    kinds = [("rule", rule)] if rule.refresh == "presentation" else []
    kinds += [("modulator", modulator)] if modulator is not None and modulator.on_presentation else []
    for kind, mechanism in kinds:
        if getattr(target, "presentation_steps", None) is None:
            raise ValueError(
                f"{kind} {type(mechanism).__name__} updates once a presentation: the target takes a presentation, as in "
                "sa.neuron_group(..., presentation=100*ms)."
            )
    if modulator is not None and modulator.error_factor and hasattr(target, "_receives_error"):
        raise ValueError(
            f"modulator {type(modulator).__name__} scales the error that reaches {target.name}: make the projection onto a "
            "group before those that bring feedback to it."
        )


def _shared_namespace(source, target):
    """Constants of both groups: synapses that read a subexpression, such as a gate, resolve its names themselves."""
    namespace = dict(source.namespace or {})
    for name, value in (target.namespace or {}).items():
        if name in namespace and namespace[name] is not value and not np.array_equal(namespace[name], value):
            raise ValueError(
                f"source and target take one value for a constant that both name: {name} is {namespace[name]!r} in "
                f"{source.name} and {value!r} in {target.name}."
            )
        namespace[name] = value
    return namespace


def _connections(connections, n_pre, n_post):
    if connections is None:
        post, pre = np.divmod(np.arange(n_pre * n_post), n_pre)
        return _stored(pre, post)
    if not hasattr(connections, "__len__") or len(connections) != 2:
        found = f"{len(connections)} of them" if hasattr(connections, "__len__") else repr(connections)
        raise ValueError(f"connections takes two integer arrays, source and target of each synapse, got {found}.")
    pre, post = (np.asarray(part) for part in connections)
    if pre.shape != post.shape or pre.ndim != 1 or not len(pre):
        raise ValueError(
            f"connections takes two one-dimensional arrays of equal length, got shapes {pre.shape} and {post.shape}."
        )
    for side, indices, size in (("source", pre, n_pre), ("target", post, n_post)):
        if not np.issubdtype(indices.dtype, np.integer) or indices.min() < 0 or indices.max() >= size:
            raise ValueError(f"connections takes {side} indices from 0 to {size - 1}, got {indices.min()} to {indices.max()}.")
    if len(np.unique(pre * n_post + post)) != len(pre):
        raise ValueError("connections takes each pair of neurons once, got a pair twice.")
    return _stored(pre, post)


def _stored(pre, post):
    """The order of forward synapses in memory: pairs of targets, source by source.

    Feedback spikes visit the synapses of one target, forward spikes those of one source; stored target by target, the
    synapses of a source lie far apart. Pairs of targets are the fastest compromise that was measured.
    """
    order = np.lexsort((post, pre, post // 2))
    return pre[order], post[order]
