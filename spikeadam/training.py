"""The training loop: shows samples to a circuit in chunks, online, and watches it."""

import signal
import threading
import warnings
from contextlib import contextmanager

import numpy as np
from tqdm import tqdm

from .checks import number
from .engine import checkpoint, open_device, structure
from .metrics import alignment_angle

TEST_STEP = 2**30
"""First time step of the input generator in evaluation: no training run reaches it."""


class DivergenceError(RuntimeError):
    """A state variable is no longer finite."""


class SilenceError(RuntimeError):
    """A layer sent no spike in two whole chunks in a row."""


class SilenceWarning(UserWarning):
    """A layer sent no spike in a whole chunk."""


class Trainer:
    """Trains and evaluates a circuit, chunk by chunk.

    Parameters
    ----------
    build : callable
        ``build(samples, record)`` makes the `Circuit`, with room for that many samples in its feeds, and recording
        all spikes if ``record``.
    device : {'standalone', 'runtime'}
    chunk : int
        Samples per chunk: the learning rate, the progress bar and the history change once a chunk.
    seed : int
        Of the order of the samples and of the input spikes.
    teacher_rate : float
        Teacher spikes per time step on the right output neuron.
    schedule : callable, optional
        Factor on the learning rate as a function of samples seen.
    **options
        Of the device.

    Attributes
    ----------
    samples_seen : int
    history : list of dict
        The start, then one entry a chunk: ``samples_seen``, ``train_accuracy`` (of the predictions made while
        learning), ``test_accuracy`` (None where it was not measured), ``alignment_angle_deg``, ``spikes`` and
        ``feedback_spikes`` (per sample, by layer).
    state : dict
        All of the circuit's state, by ``group.variable``.
    """

    def __init__(self, build, *, device="standalone", chunk=500, seed=0, teacher_rate=0.5, schedule=None, **options):
        self.build = build
        self.device = open_device(device, lambda: build(chunk, False), **options)
        self.circuit = self.device.circuit
        self.structure = structure.digest(self.circuit)
        self.chunk, self.seed, self.teacher_rate, self.schedule = chunk, seed, teacher_rate, schedule
        self.presentation = float(self.circuit.presentation)
        self.steps = self.circuit.layers[0].presentation_steps
        self.onset_step = round(float(self.circuit.teacher_onset) / self.presentation * self.steps)
        self.state = dict(self.device.initial_state)
        _set(self.state, "input.input_seed", seed % 2**31)  # a 32-bit integer in Brian2
        self.settings = {
            "seed": seed,
            "chunk": chunk,
            "teacher_rate": teacher_rate,
            **{name: values.item() for name, values in sorted(self.state.items()) if len(values) == 1},
        }
        self.learning_rates = {
            name: values.copy() for name, values in self.state.items() if name.endswith("learning_rate")
        }
        self.samples_seen = 0
        self.train_seconds = 0.0
        self.history = [self._entry(None)]
        self.interrupted = False
        self.silent = set()

    # -- learning -----------------------------------------------------------------------------------------------

    def fit(self, X, y, *, epochs=1, test=None, test_every=None, progress=False, save_to=None):
        """Show ``X`` for ``epochs`` passes in a new random order each, going on from ``samples_seen``.

        Parameters
        ----------
        X : array of shape (n_samples, n_input)
            Values in [0, 1]; EventRecordings where the input is an `EventInput`.
        y : integer array of shape (n_samples,)
            Index of the output neuron of each sample.
        epochs : int
        test : tuple of arrays, optional
            Samples and labels whose accuracy enters the history.
        test_every : int, optional
            Samples between two measurements of it; default: at the end of each pass.
        progress : bool
            Show a progress bar.
        save_to : path, optional
            Where to keep a checkpoint after every chunk.

        Returns
        -------
        bool
            False if Ctrl-C ended training after a chunk.
        """
        n, total = len(X), epochs * len(X)
        with _deferred_interrupt() as interrupt, tqdm(
            total=total, initial=self.samples_seen, unit=" samples", disable=not progress
        ) as bar:
            while self.samples_seen < total:
                epoch, position = divmod(self.samples_seen, n)
                order = np.random.default_rng([self.seed, epoch]).permutation(n)
                chosen = order[position : position + self.chunk]
                before = self.samples_seen
                entry = self.learn(X[chosen], y[chosen])
                every = test_every or n
                if test is not None and self.samples_seen // every > before // every:
                    entry["test_accuracy"] = float(np.mean(self.predict(test[0]) == test[1]))
                if save_to is not None:
                    self.save(save_to)
                bar.update(self.samples_seen - before)
                angles = ", ".join(f"{angle:.1f}" for angle in entry["alignment_angle_deg"])
                bar.set_postfix_str(f"accuracy {100 * entry['train_accuracy']:.1f} %, angle {angles} deg")
                if interrupt.is_set():
                    self.interrupted = True
                    return False
        return True

    def learn(self, X, y):
        """Show at most a chunk of samples once, learning; returns the new entry of the history."""
        factor = 1.0 if self.schedule is None else number("schedule", self.schedule(self.samples_seen), at_least=0)
        for name, values in self.learning_rates.items():
            self.state[name] = values * factor
        chunk, counts = self._run(X, self._teacher(y), learning=1, first_step=self.samples_seen * self.steps)
        self.train_seconds += chunk.seconds
        self._check(chunk.state)
        self.state = chunk.state
        self.samples_seen += len(X)
        entry = self._entry(float(np.mean(np.argmax(counts, axis=1) == y)), len(X))
        self.history.append(entry)
        return entry

    # -- evaluation ---------------------------------------------------------------------------------------------

    def scores(self, X):
        """Output spikes of each sample and neuron, ties broken by their timing; nothing learns.

        Returns
        -------
        ndarray of shape (n_samples, n_output)
        """
        results = []
        for start in range(0, len(X), self.chunk):
            part = X[start : start + self.chunk]
            results.append(self._run(part, None, learning=0, first_step=TEST_STEP + start * self.steps)[1])
        return np.concatenate(results)

    def predict(self, X):
        """Index of the output neuron with the most spikes."""
        return np.argmax(self.scores(X), axis=1)

    def alignment_angles(self):
        """Angle between forward and feedback weights of each projection with feedback, in degrees."""
        angles = []
        for projection in self.circuit.projections:
            if projection.scheme is not None:
                angles.append(float(alignment_angle(*self.weights(projection))))
        return angles

    def silent_fraction(self):
        """Share of the neurons of each hidden layer without a spike in the last chunk: their synapses cannot learn."""
        hidden = self.circuit.layers[:-1]
        return {group.name: float(np.mean(self.state[f"{group.name}.spike_count"] == 0)) for group in hidden}

    def weights(self, projection):
        """Forward and feedback weights of ``projection`` in the present state, as matrices (feedback may be None)."""
        own = {
            name.split(".")[1]: values
            for name, values in self.state.items()
            if name.startswith(projection.forward.name + ".")
        }
        forward = projection.weights(own["w"])
        if projection.scheme is None:
            return forward, None
        if projection.feedback is None:
            return forward, projection.weights(projection.transported_weights(own)).T
        return forward, projection.feedback_weights(self.state[projection.feedback.name + ".w"])

    def record(self, X, y):
        """Spikes of all layers while the network learns from a few samples; training itself is not affected.

        Runs on Brian2's runtime with numpy code, whatever the device of the trainer: nothing is compiled.

        Returns
        -------
        dict
            For ``LAYER_spikes`` and ``LAYER_feedback``: arrays ``t`` (seconds), ``i`` and, for feedback,
            ``feedback_sign``.
        """
        device = self.device
        self.device = open_device("runtime", lambda: self.build(len(X), True), target="numpy")
        try:
            return self._run(X, self._teacher(y), learning=1, first_step=TEST_STEP)[0].records
        finally:
            self.device = device

    # -- checkpoints --------------------------------------------------------------------------------------------

    def save(self, path):
        """Write everything that training goes on from to ``path``."""
        description = {
            "samples_seen": self.samples_seen,
            "history": self.history,
            "train_seconds": self.train_seconds,
            "settings": self.settings,
            "structure": self.structure,
        }
        checkpoint.save(path, self.state, description)

    def load(self, path):
        """Go on from the checkpoint at ``path``, bit for bit."""
        arrays, description = checkpoint.load(path)
        expected = {name: (values.shape, values.dtype) for name, values in self.state.items()}
        found = {name: (values.shape, values.dtype) for name, values in arrays.items()}
        if expected != found:
            names = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
            raise checkpoint.CheckpointError(
                f"{path} is a checkpoint of another network: {', '.join(names[:3])} "
                f"{'differ' if len(names) > 1 else 'differs'} ({len(names)} variables in all)."
            )
        for name, value in self.settings.items():
            if description["settings"].get(name) != value:
                raise checkpoint.CheckpointError(
                    f"{path} was trained with {name}={description['settings'].get(name)}, not {name}={value}."
                )
        if description["structure"] != self.structure:
            raise checkpoint.CheckpointError(
                f"{path} is a checkpoint of another network: its sizes are the same, but the equations or connections "
                "are not."
            )
        self.state = arrays
        self.samples_seen = description["samples_seen"]
        self.history = description["history"]
        self.train_seconds = description["train_seconds"]

    def close(self):
        """Remove the device's temporary files."""
        self.device.close()

    # -- inside -------------------------------------------------------------------------------------------------

    def _run(self, X, teacher, *, learning, first_step):
        """Run samples through the device, from the present state; returns the chunk and the scores."""
        self._check_finite(self.state)
        state = dict(self.state)
        _set(state, "input.first_step", first_step)
        for group in self.circuit.groups:
            _set(state, f"{group.name}.spike_count", 0)
        for group in self.circuit.layers:
            _set(state, f"{group.name}.feedback_count", 0)
            _set(state, f"{group.name}.learning", learning)
            if self._refreshes_once(group):
                _set(state, f"{group.name}.refresh_every", len(X) * self.steps)
        n_output = len(self.circuit.layers[-1])
        teacher = np.zeros((len(X), n_output)) if teacher is None else teacher
        feeds = {"stimulus": self.circuit.encode(X), "teacher": teacher}
        chunk = self.device.run(state, feeds, len(X) * self.presentation)
        return chunk, self._scores(chunk.records["output_spikes"], len(X), n_output)

    def _entry(self, train_accuracy, n_samples=1):
        """What the history holds about the present state and the last ``n_samples``."""

        def per_sample(groups, variable):
            return {g.name: float(self.state[f"{g.name}.{variable}"].sum()) / n_samples for g in groups}

        return {
            "samples_seen": self.samples_seen,
            "train_accuracy": train_accuracy,
            "test_accuracy": None,
            "alignment_angle_deg": self.alignment_angles(),
            "spikes": per_sample(self.circuit.groups, "spike_count"),
            "feedback_spikes": per_sample(self.circuit.layers, "feedback_count"),
        }

    def _scores(self, spikes, n_samples, n_output):
        """Spike counts, plus a fraction for the time of the last spike: of two equal counts the later one wins.

        Spikes count from when on the output is taught; before, they answer to the first few input spikes only.
        """
        step = np.round(spikes["t"] / self.presentation * self.steps).astype(int)
        sample, step = np.divmod(step, self.steps)
        counted = step >= self.onset_step
        sample, step, neuron = sample[counted], step[counted], spikes["i"][counted]
        counts, last = np.zeros((n_samples, n_output)), np.zeros((n_samples, n_output))
        np.add.at(counts, (sample, neuron), 1)
        np.maximum.at(last, (sample, neuron), step / self.steps)
        return counts + 0.5 * last

    def _refreshes_once(self, group):
        """Whether a layer's synapses are brought up to date at the end of a chunk, not of each presentation."""
        return all(p.rule.refresh == "run" for p in self.circuit.projections if p.forward.target is group)

    def _teacher(self, y):
        return self.teacher_rate * np.eye(len(self.circuit.layers[-1]))[y]

    def _check_finite(self, state):
        for name, values in state.items():
            if not np.isfinite(values).all():
                raise DivergenceError(
                    f"{name} is not finite after {self.samples_seen} samples: training diverged; take a smaller "
                    "learning_rate, or a larger epsilon."
                )

    def _check(self, state):
        self._check_finite(state)
        silent = {}
        for group in self.circuit.groups:
            if not state[f"{group.name}.spike_count"].any():
                silent[f"Layer {group.name} sent no spike"] = (
                    "take a larger input_scale or weight_scale, or input of a higher max_rate"
                )
        for group in self.circuit.layers:
            if not state[f"{group.name}.feedback_count"].any():
                silent[f"Layer {group.name} sent no feedback spike, and so learned nothing"] = (
                    "take a smaller theta, or a larger feedback_scale or teacher_rate"
                )
        for finding, advice in silent.items():
            where = f"after {self.samples_seen} samples; {advice}."
            if finding in self.silent:
                raise SilenceError(f"{finding}, in two whole chunks in a row, {where}")
            # Homeostasis and learning itself wake many a network that starts with small weights.
            warnings.warn(f"{finding}, in a whole chunk, {where}", SilenceWarning, stacklevel=3)
        self.silent = set(silent)


def _set(state, name, value):
    """Fill a variable of ``state``, without changing the array that was there."""
    state[name] = np.full_like(state[name], value)


@contextmanager
def _deferred_interrupt():
    """Ctrl-C sets a flag instead of stopping in the middle of a chunk; a second one stops at once."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def handle(number, frame):
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, before)
