"""C++ standalone: built once a structure, then run chunk by chunk as a program of its own.

The engine starts the binary itself and exchanges arrays with it as files, so that a cached build needs no code
generation: the manifest beside the binary says under which name each array is read and written.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import numpy as np
from brian2 import Quantity, prefs, second, set_device
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import reset_device

from . import build_cache
from .chunk import Chunk, recorded
from .state import check_feeds, check_state, claim, initial_state, shift_times, state_variables

DURATION = "SPIKEADAM_DURATION"
"""Environment variable that tells a binary how long to run, in seconds."""
THREADS = "devices.cpp_standalone.openmp_threads"


class StandaloneDevice:
    """Builds a circuit with Brian2's C++ standalone mode, or takes the build from the cache, and runs it.

    Parameters
    ----------
    build : callable
        Makes the circuit.
    cache : path, optional
        Folder of the build cache; default: see `build_cache.cache_folder`.
    """

    name = "standalone"

    def __init__(self, build, *, cache=None):
        start = time.perf_counter()
        build_cache.find_compiler()
        # A device of our own: Brian2's belongs to the user's script, which may be in the middle of using it.
        brian2_device = CPPStandaloneDevice()
        set_device(brian2_device, build_on_run=False)
        threads = prefs[THREADS]
        try:
            prefs[THREADS] = 0  # learning gains nothing from OpenMP, and the queues below are those of one thread
            self.circuit = claim(build())
            self.variables = state_variables(self.circuit)
            self.initial_state = initial_state(self.circuit)
            key = build_cache.fingerprint(self.circuit)
            self.folder, self.was_cached = build_cache.get(key, lambda folder: self._generate(brian2_device, folder), cache)
        finally:
            prefs[THREADS] = threads
            reset_device()
        self.manifest = json.loads((self.folder / build_cache.MANIFEST).read_text())
        self.scratch = Path(tempfile.mkdtemp(prefix="spikeadam-"))
        self._remove_scratch = weakref.finalize(self, shutil.rmtree, self.scratch, ignore_errors=True)
        self.build_seconds = time.perf_counter() - start

    def _generate(self, brian2_device, folder):
        """Write the C++ project into ``folder`` and return its manifest."""
        network = self.circuit.network
        network.run(Quantity(1.0, dim=second.dim), namespace={})
        brian2_device.build(directory=str(folder), compile=False, run=False, with_output=False)
        # Brian2 writes the duration into the source; one binary has to serve chunks of any length.
        _replace(folder / "main.cpp", f"{network.name}.run(1.0,", f'{network.name}.run(std::atof(std::getenv("{DURATION}")),')
        # Brian2 takes two clocks for simultaneous if they agree to 1e-14 s, less than a double resolves from t = 64 s
        # on: the start of a presentation and its first time step then fall apart, in either order.
        _replace(folder / "network.cpp", "#define Clock_epsilon 1e-14", "#define Clock_epsilon 1e-9")
        # Brian2 copies the numbers of the synapses to visit twice, into memory that it filled with zeros first: one
        # thread needs one copy, since it has but one queue.
        _replace(
            folder / "brianlib" / "spikequeue.h",
            "homog_queue.resize(cur_homog_queue_size+num_indices);",
            "homog_queue.insert(homog_queue.end(), cur_indices, cur_indices + num_indices); continue;",
        )
        _replace(
            folder / "synapses_classes.h",
            "all_peek.insert(all_peek.end(), queue[_thread]->peek()->begin(), queue[_thread]->peek()->end());",
            "return queue[0]->peek();",
        )
        files = {name: brian2_device.get_array_filename(variable) for name, variable in self.variables.items()}
        records = {
            name: {v: brian2_device.get_array_filename(monitor.variables[v]) for v in recorded(monitor)}
            for name, monitor in self.circuit.monitors.items()
        }
        return {"files": files, "records": records}

    def run(self, state, feeds, duration):
        """Simulate ``duration`` seconds from ``state`` with the arrays ``feeds``; see `Chunk`."""
        start = time.perf_counter()
        build_cache.touch(self.folder)
        state, feeds = check_state(state, self.initial_state), check_feeds(feeds, self.circuit)
        arguments = []
        for name, values in state.items():
            value = repr(values[0].item()) if len(values) == 1 else self._write(name, values)
            arguments.append(f"{name}={value}")
        for name, values in feeds.items():
            # The array has a fixed size; rows past the end of the run are never read.
            padded = np.zeros_like(self.circuit.feeds[name].values)
            padded[: len(values)] = values
            arguments.append(f"{self.circuit.feeds[name].name}.values={self._write(name, padded)}")
        results = self.scratch / "results"
        # What an earlier chunk left must never be read as the result of this one.
        shutil.rmtree(results, ignore_errors=True)
        results.mkdir()
        process = self._start(["--results_dir", f"{results}{os.sep}", *arguments], duration)
        try:
            output, _ = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode or "rror" in output or "Could not" in output:
            raise RuntimeError(f"The compiled network failed with exit status {process.returncode}: {output.strip()}")
        ended = {
            name: self._read(results / self.manifest["files"][name], variable.dtype, len(state[name]))
            for name, variable in self.variables.items()
        }
        records = {}
        for name, files in self.manifest["records"].items():
            variables = self.circuit.monitors[name].variables
            records[name] = {v: self._read(results / file, variables[v].dtype) for v, file in files.items()}
        return Chunk(shift_times(ended, self.variables, duration), records, time.perf_counter() - start)

    def close(self):
        """Remove the files exchanged with the binary; done at the end of the program, too."""
        self._remove_scratch()

    def _start(self, arguments, duration):
        try:
            return subprocess.Popen(
                [str(self.folder / "main"), *arguments],
                cwd=self.folder,
                env={**os.environ, DURATION: repr(float(duration))},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,  # Ctrl-C is ours to handle: the binary would stop in the middle of a chunk
            )
        except FileNotFoundError:
            raise build_cache.CacheError(
                f"The build {self.folder} was removed from the cache while in use; start again to build it anew."
            ) from None

    def _write(self, name, values):
        path = self.scratch / name
        values.tofile(path)
        return path

    @staticmethod
    def _read(path, dtype, size=None):
        values = np.fromfile(path, dtype=dtype)
        if size is not None and len(values) != size:
            raise OSError(f"{path} holds {len(values)} of {size} values: is the disk full?")
        return values


def _replace(path, old, new):
    """Replace the one occurrence of ``old`` in the file at ``path``."""
    text = path.read_text()
    if text.count(old) != 1:
        raise RuntimeError(f"Brian2's generated {path.name} holds {old!r} {text.count(old)} times, expected once.")
    path.write_text(text.replace(old, new))
