"""The hand-written program `reference.cpp` behind the interface of an engine device: a state in, a state out."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from spikeadam.counter_random import counter_uniform
from spikeadam.engine.build_cache import FLAGS, find_compiler

SOURCE = Path(__file__).with_name("reference.cpp")
SYNAPTIC = ("w", "m", "power")


class Handwritten:
    """Runs the circuit of `spikeadam.feedforward` with one hidden layer, Bio-Adam and predisposition.

    Parameters
    ----------
    circuit : Circuit
        Its sizes and the order of its synapses; its parameters come with the state.
    """

    def __init__(self, circuit):
        self.circuit = circuit
        self.sizes = [len(group) for group in circuit.groups]
        self.folder = Path(tempfile.mkdtemp(prefix="spikeadam-reference-"))
        (self.folder / "results").mkdir()
        self.program = self.folder / "reference"
        subprocess.run([find_compiler(), *FLAGS, str(SOURCE), "-o", str(self.program)], check=True)

    def prepare(self, state):
        """The state as the program takes it: synapses as matrices, a row a neuron that emits feedback spikes."""
        prepared = dict(state)
        for name, projection, matrix_order, _ in self._synaptic(state):
            prepared[name] = np.ascontiguousarray(projection.weights(state[name][matrix_order]).T)
        prepared["phase"] = counter_uniform.pyfunc(state["input.input_seed"][0], 0, np.arange(self.sizes[0]))
        prepared["dt"] = np.array([float(self.circuit.presentation) / self.circuit.layers[0].presentation_steps])
        return prepared

    def run(self, prepared, feeds, n_samples, steps):
        """Simulate ``n_samples``; returns what changed, seconds of the simulation, and seconds in all."""
        start = time.perf_counter()
        for name, values in {**prepared, **feeds}.items():
            np.asarray(values, dtype=float).tofile(self.folder / name)
        done = subprocess.run(
            [self.program, self.folder, *map(str, [*self.sizes, n_samples, steps])], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"The hand-written program failed: {done.stderr.strip()}")
        ended = {path.name: np.fromfile(path) for path in (self.folder / "results").iterdir()}
        return ended, float(done.stdout), time.perf_counter() - start

    def restore(self, ended):
        """The state that the program returned, with synapses in the circuit's order."""
        restored = dict(ended)
        for name, projection, _, synapse_order in self._synaptic(ended):
            matrix = ended[name].reshape(projection.shape[::-1])
            restored[name] = matrix[projection.post, projection.pre][synapse_order]
        return restored

    def _synaptic(self, state):
        """Name, projection and the two permutations of each variable of the synapses in ``state``."""
        for projection in self.circuit.projections:
            everything = slice(None)
            for synapses in projection.objects:
                backward = synapses is projection.feedback
                to_matrix = projection.partner if backward else everything
                to_synapses = np.argsort(projection.partner) if backward else everything
                for variable in SYNAPTIC:
                    if f"{synapses.name}.{variable}" in state:
                        yield f"{synapses.name}.{variable}", projection, to_matrix, to_synapses

    def close(self):
        """Remove the program and its files."""
        shutil.rmtree(self.folder, ignore_errors=True)
