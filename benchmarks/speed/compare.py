"""One chunk of one network on Brian2 and on the hand-written program."""

import numpy as np

import spikeadam as sa
from spikeadam.engine.standalone import StandaloneDevice
from spikeadam.neurons import NEVER

from .handwritten import Handwritten


class Comparison:
    """The same network twice: what `spikeadam.feedforward` builds by default, and the hand-written program.

    Parameters
    ----------
    X : array of shape (n_samples, n_input)
        Values in [0, 1].
    y : integer array of shape (n_samples,)
    hidden : int
    device : type
        Of the Brian2 side, made with ``build`` and ``cache``.
    refresh : bool
        Bring all synapses up to date in the last step, as training does.
    """

    def __init__(self, X, y, hidden, *, device=StandaloneDevice, cache=None, refresh=True):
        self.n_samples = len(X)
        self.feeds = {"stimulus": np.ascontiguousarray(X), "teacher": 0.5 * np.eye(10)[y]}
        self.brian2 = device(
            lambda: sa.feedforward(
                X.shape[1],
                (hidden,),
                10,
                rule=sa.BioAdam(),
                feedback=sa.Predisposition(),
                samples=len(X),
                random_state=0,
            ),
            cache=cache,
        )
        self.circuit = self.brian2.circuit
        self.steps = self.circuit.layers[0].presentation_steps
        self.duration = len(X) * float(self.circuit.presentation)
        self.state = dict(self.brian2.initial_state)
        for layer in self.circuit.layers:
            every = len(X) * self.steps if refresh else NEVER
            self.state[f"{layer.name}.refresh_every"] = np.full_like(self.state[f"{layer.name}.refresh_every"], every)
        self.handwritten = Handwritten(self.circuit)
        self.prepared = self.handwritten.prepare(self.state)

    def run_brian2(self):
        """State at the end, output spikes as (step, neuron), seconds of the simulation, and seconds in all."""
        chunk = self.brian2.run(self.state, self.feeds, self.duration)
        simulation = float((self.brian2.scratch / "results" / "last_run_info.txt").read_text().split()[0])
        spikes = chunk.records["output_spikes"]
        step = np.round(spikes["t"] / self.duration * self.n_samples * self.steps).astype(int)
        return chunk.state, np.column_stack([step, spikes["i"]]), simulation, chunk.seconds

    def run_handwritten(self):
        """As `run_brian2`."""
        ended, simulation, whole = self.handwritten.run(self.prepared, self.feeds, self.n_samples, self.steps)
        spikes = np.column_stack([ended.pop("output_spikes.t"), ended.pop("output_spikes.i")]).astype(int)
        return self.handwritten.restore(ended), spikes, simulation, whole

    def difference(self):
        """Largest difference between the ends of both, relative to the largest value of the variable, by variable.

        Raises
        ------
        AssertionError
            If the output spikes differ.
        """
        brian2_state, brian2_spikes, *_ = self.run_brian2()
        own_state, own_spikes, *_ = self.run_handwritten()
        # Within a step, both list the neurons in order.
        assert np.array_equal(brian2_spikes, own_spikes), "The hand-written program sent other output spikes than Brian2."
        differences = {}
        for name, values in own_state.items():
            # Brian2's clock counts from the start of a chunk, and the engine shifts past times to the next one's.
            shift = self.duration if name.endswith("last_feedback") else 0.0
            scale = np.abs(brian2_state[name]).max() or 1.0
            differences[name] = float(np.abs(values - shift - brian2_state[name]).max() / scale)
        return differences

    def work(self):
        """Synapses, and per sample: synaptic transmissions and synaptic updates."""
        state, *_ = self.run_brian2()
        transmitted = updated = synapses = 0
        for projection in self.circuit.projections:
            source, target = projection.forward.source, projection.forward.target
            synapses += len(projection.pre) * len(projection.objects)
            transmitted += state[f"{source.name}.spike_count"].sum() * len(target)
            updated += state[f"{target.name}.feedback_count"].sum() * len(source) * len(projection.objects)
        return synapses, transmitted / self.n_samples, updated / self.n_samples

    def close(self):
        """Remove temporary files."""
        self.brian2.close()
        self.handwritten.close()
