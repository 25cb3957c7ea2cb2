"""A feedforward network that learns, written a second time in plain float64 numpy, step by step.

Independent of the library: it takes numbers, loops over neurons and synapses as the equations in the modules'
docstrings say, and knows nothing of Brian2. Times are in milliseconds, steps of 1 ms.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Layer:
    """State of one plastic layer."""

    n: int
    tau_membrane: float
    tau_synapse: float
    tau_trace: float
    homeostasis_rate: float
    homeostasis_target: float
    theta: float = 1.0
    names: tuple = ("v", "I", "x", "u", "bias", "average_count", "count", "elapsed", "last", "phase")

    def __post_init__(self):
        for name in self.names:
            setattr(self, name, np.zeros(self.n))
        decay = np.exp([-1 / self.tau_membrane, -1 / self.tau_synapse, -1 / self.tau_trace])
        self.v_decay, self.I_decay, self.x_decay = decay
        self.resonance = self.tau_synapse / (self.tau_synapse - self.tau_membrane)

    def rest(self, learning):
        if learning:
            self.average_count = self.average_count + 0.01 * (self.count - self.average_count)
            wanting = np.clip(1 - self.average_count / self.homeostasis_target, 0, 1)
            self.bias = self.bias + self.homeostasis_rate * wanting
        for name in ("v", "I", "x", "u", "count", "phase"):
            setattr(self, name, np.zeros(self.n))

    def advance(self):
        driven = self.I * self.resonance
        self.v = self.bias + (self.v - self.bias - driven) * self.v_decay + driven * self.I_decay
        self.I = self.I * self.I_decay
        self.x = self.x * self.x_decay


@dataclass
class Connection:
    """Forward weights w[i, j] and feedback weights b[i, j] of a projection, with what the optimizer keeps for both."""

    w: np.ndarray
    b: np.ndarray = None
    state: dict = field(default_factory=dict)

    def __post_init__(self):
        for direction in ("w", "b"):
            self.state[direction] = {name: np.zeros(self.w.shape) for name in ("m", "power", "gradient")}


class Network:
    """Input trace, layers and connections; ``rule``, ``scheme`` and ``modulator`` are dicts of numbers with a ``kind``.

    ``connections[n]`` leads to ``layers[n]``, the first one from the input, and carries no feedback.
    """

    def __init__(
        self, layers, connections, rules, scheme, *, input_spikes, input_tau, teacher, steps, onset, learning=True,
        modulator=None,
    ):  # fmt: skip
        self.modulator = modulator or {"kind": "none"}
        self.factors = [np.ones(layer.n) for layer in layers]
        self.reconstructions = [np.zeros(len(connection.w)) for connection in connections]
        self.layers, self.connections, self.rules, self.scheme = layers, connections, rules, scheme
        self.input_spikes, self.input_decay, self.teacher = input_spikes, np.exp(-1 / input_tau), teacher
        self.steps, self.onset, self.learning = steps, onset, learning
        self.updates = 0
        for connection, rule in zip(connections, rules):
            for state in connection.state.values():
                state["power"][:] = rule["epsilon"] ** 2 if rule["kind"] == "BioAdam" else 0
        self.feedback_signs = []

    def run(self):
        total = len(self.input_spikes)
        x_input = np.zeros(self.input_spikes.shape[1])
        for t in range(total):
            position = t % self.steps
            if position == 0:
                x_input = np.zeros_like(x_input)
                for layer in self.layers:
                    layer.rest(self.learning)
                for reconstruction in self.reconstructions:
                    reconstruction[:] = 0
                if self.modulator["kind"] == "GRAPES":
                    for number, connection in enumerate(self.connections[:-1]):
                        importance = np.abs(connection.w).sum(axis=0)
                        self.factors[number] = np.maximum(2 * importance / importance.max(), self.modulator["lowest"])
            if self.modulator["kind"] == "Oja" and self.modulator["form"] == "subspace":
                for reconstruction in self.reconstructions:
                    reconstruction *= np.exp(-1 / self.modulator["tau_reconstruction"])
            out = self.layers[-1]
            teaching = float(position >= self.onset and self.learning)
            out.phase = out.phase + self.teacher[t // self.steps] * teaching
            due = out.phase >= 1
            out.u, out.phase = out.u + due, out.phase - due

            x_input = x_input * self.input_decay
            for layer in self.layers:
                layer.advance()
            spikes = [layer.v > 1 for layer in self.layers]

            # feedback events: over theta, or all neurons in the step of a refresh
            refresh = self._refreshes(t, total)
            signs, events = [], []
            for layer in self.layers:
                over = np.abs(layer.u) >= layer.theta
                sign = np.where(over, np.sign(layer.u), 0.0) * self.learning
                layer.u = layer.u - sign * layer.theta
                event = ((sign != 0) | refresh) & self.learning
                layer.elapsed = np.where(event, t - layer.last, layer.elapsed)
                layer.last = np.where(event, t, layer.last)
                signs.append(sign)
                events.append(event)
            self.updates += bool(refresh)
            self.feedback_signs.append([sign.copy() for sign in signs])

            # forward spikes, then feedback spikes and learning; u, gate and x are those of before the resets
            sources = [self.input_spikes[t].astype(float)] + [s.astype(float) for s in spikes[:-1]]
            for connection, layer, spiked in zip(self.connections, self.layers, sources):
                for i in np.flatnonzero(spiked):
                    layer.I = layer.I + connection.w[i]
            for number, (connection, rule) in enumerate(zip(self.connections, self.rules)):
                x = x_input if number == 0 else self.layers[number - 1].x
                below = None if number == 0 else self.layers[number - 1]
                for k in np.flatnonzero(events[number]):
                    sign = signs[number][k]
                    if below is not None:
                        gate = (below.v > 0.3) * self.error_factor(number - 1)
                        below.u = below.u + sign * self.feedback_weight(connection)[:, k] * gate
                    elapsed = self.layers[number].elapsed[k]
                    for i in range(len(x)):
                        self.learn(connection, rule, i, k, -sign * x[i], elapsed, refresh, below is not None)

            if self.modulator["kind"] == "Oja" and self.learning:
                self.oja(spikes, [x_input] + [layer.x for layer in self.layers])

            x_input = x_input + self.input_spikes[t]
            for layer, spiked in zip(self.layers, spikes):
                layer.v = layer.v - spiked
                layer.x = layer.x + spiked
                layer.count = layer.count + spiked
            out.u = out.u - spikes[-1] * teaching

    def _refreshes(self, t, total):
        if self.rules[0]["kind"] in ("Adam", "RMSProp"):
            return (t + 1) % self.steps == 0
        return t + 1 == total

    def feedback_weight(self, connection):
        kind = self.scheme["kind"]
        if kind == "WeightTransport":
            return connection.w
        if kind == "SignSymmetric":
            return np.sign(connection.w) * connection.b
        return connection.b

    def error_factor(self, number):
        return self.factors[number] if self.modulator.get("form") == "propagating" else 1

    def oja(self, spikes, traces):
        """Every weight onto a neuron that spikes, from the traces and reconstructions of before the spike."""
        for number, connection in enumerate(self.connections):
            plastic = number > 0 and self.scheme["kind"] in ("Predisposition", "KolenPollack")
            for weight in (connection.w, connection.b)[: 1 + plastic]:
                for k in np.flatnonzero(spikes[number]):
                    active = traces[number + 1][k] * weight[:, k]
                    if self.modulator["form"] == "subspace":
                        active = self.reconstructions[number]
                    change = traces[number] - active / self.modulator["norm"] ** 2
                    weight[:, k] += self.modulator["oja_learning_rate"] * change
            for k in np.flatnonzero(spikes[number]):
                self.reconstructions[number] += connection.w[:, k]

    def learn(self, connection, rule, i, k, g, elapsed, refresh, has_feedback):
        directions = {"w": connection.w}
        if has_feedback and self.scheme["kind"] in ("Predisposition", "KolenPollack"):
            directions["b"] = connection.b
        for direction, weight in directions.items():
            state = connection.state[direction]
            drive = self.drive(rule, state, i, k, g, elapsed, refresh)
            if self.modulator.get("form") == "local":
                number = next(n for n, known in enumerate(self.connections) if known is connection)
                drive = drive * self.factors[number][k]
            w = weight[i, k]
            change = drive
            if has_feedback and self.scheme["kind"] == "Predisposition":
                change = drive - abs(drive) * w / self.scheme["w_max"]
            if has_feedback and self.scheme["kind"] == "KolenPollack":
                change = drive - w * (1 - np.exp(-elapsed / self.scheme["tau_decay"]))
            weight[i, k] = w + change

    def drive(self, rule, state, i, k, g, elapsed, refresh):
        m, power, gradient = state["m"], state["power"], state["gradient"]
        eta, kind = rule["learning_rate"], rule["kind"]
        if kind == "SGD":
            return -eta * g
        if kind == "Momentum":
            decay = np.exp(-elapsed / rule["tau_m"])
            drive = -eta / rule["interval"] * m[i, k] * rule["tau_m"] * (1 - decay)
            m[i, k] = m[i, k] * decay + rule["interval"] * g / rule["tau_m"]
            return drive
        if kind == "BioAdam":
            L = 1 / rule["tau_m"] - 1 / (2 * rule["tau_rho"])
            rho = power[i, k] ** -0.5
            drive = -eta / rule["interval"] * rho * m[i, k] * (1 - np.exp(-L * elapsed)) / L
            m[i, k] = m[i, k] * np.exp(-elapsed / rule["tau_m"]) + rule["interval"] * g / rule["tau_m"]
            floor = rule["epsilon"] ** 2
            power[i, k] = floor + (power[i, k] - floor) * np.exp(-elapsed / rule["tau_rho"])
            power[i, k] += rule["interval"] * g**2 / rule["tau_rho"]
            return drive
        # RMSProp and Adam: the gradient of a presentation, used at its end
        gradient[i, k] += g
        if not refresh:
            return 0.0
        b1, b2 = rule["beta1"], rule["beta2"]
        m[i, k] = b1 * m[i, k] + (1 - b1) * gradient[i, k]
        power[i, k] = b2 * power[i, k] + (1 - b2) * gradient[i, k] ** 2
        gradient[i, k] = 0.0
        c1, c2 = (1 - b1**self.updates, 1 - b2**self.updates) if kind == "Adam" else (1, 1)
        return -eta * (m[i, k] / c1) / (np.sqrt(power[i, k] / c2) + rule["epsilon"])
