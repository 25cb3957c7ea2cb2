"""The state of a circuit as plain arrays, named ``group.variable``.

Both devices start every chunk at time 0 from such a state and return the state at its end, so that a chunk is a
function: what is not in the state does not exist.
"""

import numpy as np
from brian2 import NeuronGroup, Synapses, second
from brian2.core.variables import ArrayVariable

NOT_STATE = {"i", "j", "t", "dt", "N", "lastspike", "not_refractory"}


def claim(circuit):
    """Mark all objects as part of their network: Brian2 warns of each that is deleted without a run in this process."""
    for obj in circuit.network.objects:
        obj._network = circuit.network.id
    return circuit


def groups_of(circuit):
    """The groups whose variables are the state of the circuit."""
    return [obj for obj in circuit.network.objects if isinstance(obj, (NeuronGroup, Synapses))]


def state_variables(circuit):
    """Brian2 variables of the state, by ``group.variable``."""
    found = {}
    for group in groups_of(circuit):
        for name, variable in group.variables.items():
            own = isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", None) == group.name
            if own and not variable.read_only and not name.startswith("_") and name not in NOT_STATE:
                found[f"{group.name}.{name}"] = variable
    return dict(sorted(found.items()))


def initial_state(circuit):
    """State of a circuit that has not run, without asking the device for what it cannot know yet."""
    drawn = {f"{owner}.{name}": values for p in circuit.projections for (owner, name), values in p.initial.items()}
    sizes = {synapses.name: len(p.pre) for p in circuit.projections for synapses in p.objects}
    state = {}
    for name, variable in state_variables(circuit).items():
        if name in drawn:
            values = drawn[name]
        elif not variable.scalar and variable.owner.name in sizes:
            values = np.zeros(sizes[variable.owner.name])
        else:
            values = variable.get_value()
        state[name] = np.array(values, dtype=variable.dtype).reshape(-1)
    return state


def check_state(state, initial):
    """The arrays of ``state`` with the types of ``initial``, or one sentence about what does not fit.

    In standalone, an array of the wrong length is reported on stderr only while the old values stay, and a scalar that
    is not finite is taken for the name of a file.
    """
    for problem, names in (("lacks", initial.keys() - state.keys()), ("has", state.keys() - initial.keys())):
        if names:
            raise ValueError(f"state takes the variables of the circuit, no more and no less; it {problem} {min(names)}.")
    checked = {}
    for name, like in initial.items():
        values = np.ascontiguousarray(state[name], dtype=like.dtype).reshape(-1)
        if len(values) != len(like):
            raise ValueError(f"state takes {len(like)} values of {name}, got {len(values)}.")
        finite = np.isfinite(values)
        if not finite.all():
            raise ValueError(f"state takes finite values of {name}, got {values[np.argmin(finite)]}.")
        checked[name] = values
    return checked


def check_feeds(feeds, circuit):
    """The arrays of ``feeds`` as floats, or one sentence about what does not fit into the circuit's."""
    checked = {}
    for name, values in feeds.items():
        if name not in circuit.feeds:
            raise ValueError(f"feeds takes {', '.join(circuit.feeds)}, got {name!r}.")
        room = circuit.feeds[name].values.shape
        values = np.asarray(values, dtype=float)
        if values.shape[1:] != room[1:] or not 0 < len(values) <= room[0]:
            raise ValueError(f"{name} takes 1 to {room[0]} rows of shape {room[1:]}, got an array of shape {values.shape}.")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} takes finite values, got nan or infinity.")
        checked[name] = values
    return checked


def shift_times(state, variables, duration):
    """Move times of past events (``last_...``) to where the next chunk, which starts at 0, sees them."""
    for name, variable in variables.items():
        if name.split(".")[1].startswith("last_") and variable.dim == second.dim:
            state[name] = state[name] - duration
    return state
