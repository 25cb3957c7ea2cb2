"""What an optimizer, a feedback scheme and a modulator have in common: they describe a part of a synapse."""

from dataclasses import fields

from brian2 import Equations, NeuronGroup, get_dimensions, second
from brian2.equations.equations import PARAMETER
from brian2.utils.stringtools import get_identifiers, word_substitute

LAST_AT_START = 100
"""Order of what mechanisms do at the start of a step or presentation: after what the group itself does, and its inputs."""


class Mechanism:
    """Strings from which `spikeadam.project` builds Synapses.

    A subclass is a frozen, keyword-only dataclass whose fields are the shared parameters of the Synapses.

    Attributes
    ----------
    synapse_equations : str
        State variables of a synapse, and its shared parameters.
    initial : dict
        Initial values of the state variables that do not start at 0.
    neuron_equations : str
        Variables that all synapses of a neuron share, such as decay factors since its last feedback event.
    neuron_initial : dict
        Initial values of those that do not start at 0.
    on_feedback : str
        Statements that set the neuron variables at a feedback event of the neuron, before its synapses run. They may
        name any variable of the neuron (``elapsed``, ``refresh``) and the parameters of the mechanism.
    on_presentation, on_step : str
        Likewise, at the start of each presentation (of a group that has presentations), and of each time step.
    """

    synapse_equations = ""
    initial = {}
    neuron_equations = ""
    neuron_initial = {}
    on_feedback = ""
    on_presentation = ""
    on_step = ""

    structural = ()
    """Fields that change the equations themselves, and so are not parameters of them."""

    def extend_group(self, group, names):
        """Add to ``group``, once, what the statements above cannot say; ``names``: as `attach` returns them."""

    @property
    def parameters(self):
        """Shared parameters and their values; a change of one needs no compilation."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in self.structural}

    @property
    def neuron_names(self):
        """Names of the variables that this mechanism keeps in the neuron."""
        return list(Equations(self.neuron_equations)) if self.neuron_equations else []


def attach(mechanism, group):
    """Give the neurons of ``group`` what ``mechanism`` keeps there, once for equal mechanisms.

    Returns
    -------
    dict
        Name in the mechanism -> name in the group. They differ only where a group takes two mechanisms of one kind
        with different parameters.
    """
    if not mechanism.neuron_equations:
        return {}
    if not hasattr(group, "_mechanisms"):
        group.add_attribute("_mechanisms")
        group._mechanisms = []
    for known, names in group._mechanisms:
        if known == mechanism:
            return names

    # Brian2 groups take no equations after they are made; a Variables object takes variables at any time.
    equations = Equations(mechanism.neuron_equations)
    used = set().union(*map(get_identifiers, (mechanism.on_feedback, mechanism.on_presentation, mechanism.on_step)))
    dimensions = {name: equations[name].dim for name in equations}
    values = {name: value for name, value in mechanism.parameters.items() if name in used}
    wanted = list(dimensions) + list(values)
    # Brian2 wants the names of synaptic and neuronal variables to differ, and parameters stand in both.
    names = {name: name + ("_learning" if name in values else "") for name in wanted}
    number = 1
    while any(name in group.variables for name in names.values()):
        number += 1
        names = {name: f"{name}_learning_{number}" for name in wanted}
    for name, dimension in dimensions.items():
        group.variables.add_array(names[name], size=len(group), dimensions=dimension)
        if name in mechanism.neuron_initial:
            setattr(group, names[name], mechanism.neuron_initial[name])
    for name, value in values.items():
        dimension = get_dimensions(value)
        group.variables.add_array(names[name], size=1, dimensions=dimension, scalar=True, constant=True)
        setattr(group, names[name], value)
    # Brian2 runs one block of code per event: ours goes below the statements that set sign and elapsed time.
    if mechanism.on_feedback:
        group.event_codes["feedback"] += "\n" + word_substitute(mechanism.on_feedback, names)
    steps = getattr(group, "presentation_steps", None)
    if mechanism.on_presentation and steps is not None:
        code = word_substitute(mechanism.on_presentation, names)
        group.run_regularly(code, dt=steps * group.clock.dt, when="start", order=LAST_AT_START)
    if mechanism.on_step:
        group.run_regularly(word_substitute(mechanism.on_step, names), when="start", order=LAST_AT_START)
    mechanism.extend_group(group, names)
    group._mechanisms.append((mechanism, names))
    return names


TARGET = {"I": 1, "feedback_sign": 1, "elapsed": second, "refresh": 1}
SOURCE = {"x": 1}
SOURCE_OF_FEEDBACK = {"u": 1, "gate": 1}
"""Variables of `spikeadam.neurons`' table, and their units."""


def plastic_interface(group):
    """Names of `spikeadam.neurons`' table that ``group`` lacks to be the target of a plastic projection."""
    if not isinstance(group, NeuronGroup):
        return ["being a NeuronGroup"]
    missing = lacking(group, TARGET)
    if "feedback" not in group.events:
        missing.append("the event feedback")
    elif "feedback" not in group.event_codes:
        missing.append("statements at the event feedback (run_on_event)")
    return missing


def lacking(group, variables):
    """Which of ``variables`` (name: unit) ``group`` lacks, or has in another unit."""
    missing = []
    for name, unit in variables.items():
        if name not in group.variables:
            missing.append(name)
        elif group.variables[name].dim != get_dimensions(unit):
            missing.append(f"{name} in seconds" if unit is second else f"{name} without a unit")
    return missing


def state_names(equations):
    """Names of the parameters in an equations string (state that statements change, and shared parameters)."""
    return [name for name, equation in Equations(equations).items() if equation.type == PARAMETER]
