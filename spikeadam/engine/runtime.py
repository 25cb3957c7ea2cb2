"""Brian2's runtime device: no build, slow, every Brian2 object at hand."""

import time

import numpy as np
from brian2 import Network, Quantity, get_device, prefs, second, set_device
from brian2.devices.device import reset_device, runtime_device

from .chunk import Chunk, recorded
from .state import check_feeds, check_state, claim, initial_state, shift_times, state_variables


class RuntimeDevice:
    """Runs a circuit with numpy or cython code in this process.

    Parameters
    ----------
    build : callable
        Makes the circuit.
    target : {'auto', 'cython', 'numpy'}, optional
        Brian2's code generation target. Default: the preference ``codegen.target``, as it is at each run.
    """

    name = "runtime"

    def __init__(self, build, *, target=None):
        self.target = target
        self.build_seconds = 0.0
        with self._in_place():
            self.circuit = claim(build())
            self.variables = state_variables(self.circuit)
            self.initial_state = initial_state(self.circuit)

    def run(self, state, feeds, duration):
        """Simulate ``duration`` seconds from ``state`` with the arrays ``feeds``; see `Chunk`."""
        circuit = self.circuit
        start = time.perf_counter()
        state, feeds = check_state(state, self.initial_state), check_feeds(feeds, circuit)
        with self._in_place():
            for name, variable in self.variables.items():
                variable.set_value(state[name])
            for name, values in feeds.items():
                circuit.feeds[name].values[: len(values)] = values
            for monitor in circuit.monitors.values():
                monitor.resize(0)
                monitor.variables["N"].set_value(0)
            # Every chunk starts at 0, as in standalone, where nothing else is possible.
            circuit.network.t_ = 0.0
            circuit.network.run(Quantity(duration, dim=second.dim), namespace={})
            if Network._globally_stopped:
                # Brian2 answers Ctrl-C by ending the run early; half a chunk must not pass for a whole one.
                raise KeyboardInterrupt
            ended = {
                name: np.array(variable.get_value(), dtype=variable.dtype).reshape(-1)
                for name, variable in self.variables.items()
            }
            records = {
                name: {variable: np.array(monitor.variables[variable].get_value()) for variable in recorded(monitor)}
                for name, monitor in circuit.monitors.items()
            }
        return Chunk(shift_times(ended, self.variables, duration), records, time.perf_counter() - start)

    def close(self):
        """Nothing is kept outside this object."""

    def _in_place(self):
        return _runtime(self.target)


class _runtime:
    """Puts runtime device and code generation target in place, and back."""

    def __init__(self, target):
        self.target = target

    def __enter__(self):
        self.before = prefs.codegen.target
        self.switched = get_device() is not runtime_device
        if self.switched:
            set_device("runtime")
        if self.target is not None:
            prefs.codegen.target = self.target

    def __exit__(self, *error):
        prefs.codegen.target = self.before
        if self.switched:
            reset_device()
