// The network of the benchmark by hand: input - hidden - output, Bio-Adam and predisposition, one thread.
//
//     reference FOLDER n_input n_hidden n_output samples steps
//
// reads the state and the stimuli from FOLDER (raw doubles, a file an array), simulates, writes the state back to
// FOLDER/results and prints the seconds that the simulation took. Same model, same order of events in a step and
// same inputs as the Brian2 network, but written for speed: the forward weights lie source by source, so that a
// spike adds one contiguous row; momentum and power lie target by target, so that a feedback spike updates one
// contiguous row; active pixels are listed once a sample.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using Array = std::vector<double>;

static std::string folder;

static Array read(const std::string &name, size_t size) {
    Array values(size);
    std::ifstream file(folder + "/" + name, std::ios::binary);
    file.read(reinterpret_cast<char *>(values.data()), size * sizeof(double));
    if (!file || file.peek() != EOF) {
        std::cerr << "error: " << name << " does not hold " << size << " doubles\n";
        std::exit(1);
    }
    return values;
}

static double read(const std::string &name) { return read(name, 1)[0]; }

static void write(const std::string &name, const Array &values) {
    std::ofstream file(folder + "/results/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(double));
    if (!file.flush()) {
        std::cerr << "error: could not write " << name << "\n";
        std::exit(1);
    }
}

static Array transposed(const Array &values, size_t rows, size_t columns) {
    Array result(values.size());
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c];
    return result;
}

// A layer of LIF neurons with feedback compartments.
struct Layer {
    std::string name;
    size_t n;
    Array v, I, x, bias, average_count, presentation_count, u, last_feedback, spike_count;
    double decay_v, decay_I, decay_x, I_to_v, homeostasis_rate, homeostasis_target, theta, learning;
    double tau_m, tau_rho, interval;
    size_t refresh_every;
    std::vector<int> spikes, events;
    // Of the feedback events of a step, by position in `events`.
    Array sign, momentum_decay, power_decay, travel;

    Layer(const std::string &name, size_t n, double dt) : name(name), n(n) {
        for (auto [values, variable] : state()) *values = read(name + "." + variable, n);
        const double tau_v = read(name + ".tau_membrane"), tau_I = read(name + ".tau_synapse");
        decay_v = std::exp(-dt / tau_v);
        decay_I = std::exp(-dt / tau_I);
        decay_x = std::exp(-dt / read(name + ".tau_trace"));
        I_to_v = tau_I * (decay_I - decay_v) / (tau_I - tau_v);
        homeostasis_rate = read(name + ".homeostasis_rate");
        homeostasis_target = read(name + ".homeostasis_target");
        theta = read(name + ".theta");
        learning = read(name + ".learning");
        refresh_every = read(name + ".refresh_every");
        tau_m = read(name + ".tau_m_learning");
        tau_rho = read(name + ".tau_rho_learning");
        interval = read(name + ".interval_learning");
        sign = momentum_decay = power_decay = travel = Array(n);
    }

    std::vector<std::pair<Array *, std::string>> state() {
        return {{&v, "v"}, {&I, "I"}, {&x, "x"}, {&bias, "bias"}, {&average_count, "average_count"},
                {&presentation_count, "presentation_count"}, {&u, "u"}, {&last_feedback, "last_feedback"},
                {&spike_count, "spike_count"}};
    }

    void rest() {
        for (size_t j = 0; j < n; j++) {
            v[j] = I[j] = x[j] = u[j] = 0;
            if (learning > 0) {
                average_count[j] += 0.01 * (presentation_count[j] - average_count[j]);
                const double lack = 1 - average_count[j] / homeostasis_target;
                bias[j] += homeostasis_rate * (lack < 0 ? 0 : lack > 1 ? 1 : lack);
            }
            presentation_count[j] = 0;
        }
    }

    void integrate() {
        double *__restrict v = this->v.data(), *__restrict I = this->I.data(), *__restrict x = this->x.data();
        const double *__restrict bias = this->bias.data();
        for (size_t j = 0; j < n; j++) {
            v[j] = bias[j] + I_to_v * I[j] + decay_v * v[j] - decay_v * bias[j];
            I[j] *= decay_I;
            x[j] *= decay_x;
        }
    }

    void find_spikes() {
        spikes.clear();
        for (size_t j = 0; j < n; j++)
            if (v[j] > 1) spikes.push_back(j);
    }

    void find_events(size_t next_step) {
        const bool refresh = next_step % refresh_every == 0;
        events.clear();
        if (learning > 0)
            for (size_t j = 0; j < n; j++)
                if (std::fabs(u[j]) >= theta || refresh) events.push_back(j);
    }

    void emit(double t) {
        const double L = 1 / tau_m - 0.5 / tau_rho;
        for (size_t e = 0; e < events.size(); e++) {
            const int j = events[e];
            sign[e] = std::fabs(u[j]) >= theta ? (u[j] > 0) - (u[j] < 0) : 0;
            u[j] -= sign[e] * theta;
            const double elapsed = t - last_feedback[j];
            last_feedback[j] = t;
            momentum_decay[e] = std::exp(-elapsed / tau_m);
            power_decay[e] = std::exp(-elapsed / tau_rho);
            travel[e] = -std::expm1(-L * elapsed) / L / interval;
        }
    }

    void reset(double teaching) {
        for (int j : spikes) {
            v[j] -= 1;
            x[j] += 1;
            presentation_count[j] += 1;
            spike_count[j] += 1;
            u[j] -= teaching;
        }
    }

    void save() {
        for (auto [values, variable] : state()) write(name + "." + variable, *values);
    }
};

// The optimizer of the synapses between two layers; rows belong to neurons that emit feedback spikes.
struct Optimizer {
    std::string name;
    size_t rows, columns;
    Array m, power, drive;
    double learning_rate, epsilon, per_tau_m, per_tau_rho;

    Optimizer(const std::string &name, size_t rows, size_t columns)
        : name(name), rows(rows), columns(columns), m(read(name + ".m", rows * columns)),
          power(read(name + ".power", rows * columns)), drive(columns), learning_rate(read(name + ".learning_rate")),
          epsilon(read(name + ".epsilon")) {
        const double interval = read(name + ".interval");
        per_tau_m = interval / read(name + ".tau_m");
        per_tau_rho = interval / read(name + ".tau_rho");
    }

    // Drive of the weights of one row for event e, and its momentum and power brought up to date.
    const double *step(const Layer &layer, size_t e, const Array &trace) {
        const size_t row = layer.events[e];
        double *__restrict m = &this->m[row * columns], *__restrict power = &this->power[row * columns];
        double *__restrict drive = this->drive.data();
        const double *__restrict x = trace.data();
        const double sign = layer.sign[e], momentum_decay = layer.momentum_decay[e], power_decay = layer.power_decay[e];
        const double rate = -learning_rate * layer.travel[e], floor = epsilon * epsilon;
        for (size_t i = 0; i < columns; i++) {
            const double impulse = -sign * x[i];
            drive[i] = rate * m[i] / std::sqrt(power[i]);
            m[i] = m[i] * momentum_decay + impulse * per_tau_m;
            power[i] = floor + (power[i] - floor) * power_decay + impulse * impulse * per_tau_rho;
        }
        return drive;
    }

    void save() {
        write(name + ".m", m);
        write(name + ".power", power);
    }
};

// Adds the rows of `w` (source by source) whose source has spiked to the current of the target.
static void transmit(const std::vector<int> &spikes, const Array &w, Array &current) {
    const size_t n = current.size();
    double *__restrict I = current.data();
    for (int i : spikes) {
        const double *__restrict row = &w[i * n];
        for (size_t j = 0; j < n; j++) I[j] += row[j];
    }
}

int main(int count, char **arguments) {
    if (count != 7) {
        std::cerr << "usage: reference FOLDER n_input n_hidden n_output samples steps\n";
        return 2;
    }
    folder = arguments[1];
    const size_t n_input = std::atoi(arguments[2]), n_hidden = std::atoi(arguments[3]), n_output = std::atoi(arguments[4]);
    const size_t samples = std::atoi(arguments[5]), steps = std::atoi(arguments[6]);
    const double dt = read("dt");
    const std::string first = "input_to_hidden_1", second = "hidden_1_to_output", back = second + "_feedback";

    Layer hidden("hidden_1", n_hidden, dt), output("output", n_output, dt);
    Optimizer first_optimizer(first, n_hidden, n_input), second_optimizer(second, n_output, n_hidden),
        back_optimizer(back, n_output, n_hidden);
    Array w_first = transposed(read(first + ".w", n_hidden * n_input), n_hidden, n_input);
    Array w_second = transposed(read(second + ".w", n_output * n_hidden), n_output, n_hidden);
    Array w_back = read(back + ".w", n_output * n_hidden);
    const double w_max = read(second + ".w_max"), w_max_back = read(back + ".w_max");
    const Array stimulus = read("stimulus", samples * n_input), teacher = read("teacher", samples * n_output);
    const Array phase = read("phase", n_input);
    Array x(n_input), spike_count(n_input), teacher_phase(n_output), spacing(n_input), due(n_input);
    std::vector<int> active, spikes, answer_time, answer_neuron;
    const double decay_x = std::exp(-dt / read("input.tau_trace")), max_rate = read("input.max_rate");
    const double teacher_onset = read("output.teacher_onset");

    const std::clock_t start = std::clock();  // as Brian2 measures
    for (size_t sample = 0; sample < samples; sample++) {
        hidden.rest();
        output.rest();
        active.clear();
        for (size_t i = 0; i < n_input; i++) {
            x[i] = 0;
            const double rate = stimulus[sample * n_input + i] * (max_rate * dt);
            if (rate > 0) {
                spacing[active.size()] = 1 / std::min(std::max(rate, 1e-9), 1.0);
                due[active.size()] = (1 - phase[i]) * spacing[active.size()];
                active.push_back(i);
            }
        }
        std::fill(teacher_phase.begin(), teacher_phase.end(), 0.0);

        for (size_t step = 0; step < steps; step++) {
            const size_t time = sample * steps + step;
            const double teaching = output.learning > 0 && step * dt >= teacher_onset;
            for (size_t k = 0; k < n_output; k++) {
                teacher_phase[k] += teacher[sample * n_output + k] * teaching;
                if (teacher_phase[k] >= 1) {
                    output.u[k] += 1;
                    teacher_phase[k] -= 1;
                }
            }

            hidden.integrate();
            output.integrate();
            for (size_t i = 0; i < n_input; i++) x[i] *= decay_x;

            hidden.find_spikes();
            output.find_spikes();
            spikes.clear();
            for (size_t a = 0; a < active.size(); a++)
                if (double(step + 1) >= due[a]) {
                    spikes.push_back(active[a]);
                    due[a] += spacing[a];
                }
            for (int k : output.spikes) {
                answer_time.push_back(time);
                answer_neuron.push_back(k);
            }
            hidden.find_events(time + 1);
            output.find_events(time + 1);
            hidden.emit(time * dt);
            output.emit(time * dt);

            transmit(hidden.spikes, w_second, output.I);
            transmit(spikes, w_first, hidden.I);

            for (size_t e = 0; e < output.events.size(); e++) {
                const size_t k = output.events[e];
                double *__restrict w = &w_back[k * n_hidden];
                for (size_t j = 0; j < n_hidden; j++) hidden.u[j] += hidden.v[j] > 0.3 ? output.sign[e] * w[j] : 0.0;
                const double *__restrict drive = back_optimizer.step(output, e, hidden.x);
                for (size_t j = 0; j < n_hidden; j++) w[j] += drive[j] - std::fabs(drive[j]) * w[j] / w_max_back;
                drive = second_optimizer.step(output, e, hidden.x);
                for (size_t j = 0; j < n_hidden; j++) {
                    double &w = w_second[j * n_output + k];
                    w += drive[j] - std::fabs(drive[j]) * w / w_max;
                }
            }
            for (size_t e = 0; e < hidden.events.size(); e++) {
                const double *__restrict drive = first_optimizer.step(hidden, e, x);
                double *__restrict w = &w_first[hidden.events[e]];
                for (size_t i = 0; i < n_input; i++) w[i * n_hidden] += drive[i];
            }

            hidden.reset(0);
            output.reset(teaching);
            for (int i : spikes) {
                x[i] += 1;
                spike_count[i] += 1;
            }
        }
    }
    const double elapsed = double(std::clock() - start) / CLOCKS_PER_SEC;

    hidden.save();
    output.save();
    first_optimizer.save();
    second_optimizer.save();
    back_optimizer.save();
    write(first + ".w", transposed(w_first, n_input, n_hidden));
    write(second + ".w", transposed(w_second, n_hidden, n_output));
    write(back + ".w", w_back);
    write("input.spike_count", spike_count);
    write("output_spikes.t", Array(answer_time.begin(), answer_time.end()));
    write("output_spikes.i", Array(answer_neuron.begin(), answer_neuron.end()));
    std::printf("%.9f\n", elapsed);
}
