"""Compiled networks, kept by the structure of the network.

A build is found again whenever structure, library, compiler, Brian2 and processor are the same, whatever the data, the seed, the
parameters and the initial weights: those are passed to the binary when it starts. Builds are made in a folder of
their own and renamed when they are complete, so that a killed build leaves nothing that could be taken for one.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from functools import lru_cache
from pathlib import Path

import brian2
import numpy as np
import platformdirs
from brian2 import NeuronGroup, Synapses, TimedArray, prefs
from brian2.core.functions import Function
from brian2.groups.group import CodeRunner
from filelock import FileLock

from .state import groups_of

MANIFEST = "manifest.json"
CACHE_VARIABLE = "SPIKEADAM_CACHE"
MAX_BYTES = 500 * 2**20
FLAGS = ["-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++17"]
HEADERS = "cmath ctime iostream fstream climits cstdlib random vector map tuple string set algorithm utility csignal".split()


class CompilerNotFound(RuntimeError):
    """No C++ compiler on this machine."""


def find_compiler():
    """The C++ compiler and make, or one sentence that says what to do without them."""
    for program in (os.environ.get("CXX", "g++"), "make"):
        if shutil.which(program) is None:
            raise CompilerNotFound(
                f"device='standalone' takes a C++ compiler and make, but {program} was not found; install them, or "
                "use device='runtime', which needs neither and is slower."
            )
    return os.environ.get("CXX", "g++")


def cache_folder():
    """Folder of the build cache: the environment variable SPIKEADAM_CACHE, else the user's cache folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_path("spikeadam")) / "builds"


def fingerprint(circuit):
    """A name for the structure of ``circuit``: all that ends up in its C++ source, and with what it is compiled."""
    return hashlib.sha256(json.dumps([_structure(circuit), _toolchain()], sort_keys=True).encode()).hexdigest()[:24]


def _structure(circuit):
    """Names, sizes, equations, code and connections of all objects; no values of parameters and arrays."""
    parts = []
    for obj in circuit.network.sorted_objects:
        part = [type(obj).__name__, obj.name, obj.when, obj.order, float(obj.clock.dt)]
        if isinstance(obj, (NeuronGroup, Synapses)):
            part += [len(obj) if isinstance(obj, NeuronGroup) else 0, str(obj.equations)]
            part += [getattr(getattr(obj, "state_updater", None), "method_choice", None)]
            part += [_namespace(obj.namespace), sorted(name for name in obj.variables if not name.startswith("_"))]
        if isinstance(obj, NeuronGroup):
            part += [sorted(obj.events.items()), sorted(obj.event_codes.items())]
        if isinstance(obj, Synapses):
            part += [obj.source.name, obj.target.name]
            part += [[p.objname, p.prepost, p.event, p.code, p.order] for p in obj._pathways]
        if isinstance(obj, CodeRunner) and hasattr(obj, "abstract_code"):
            part += [str(obj.abstract_code)]
        parts.append(part)
    for projection in circuit.projections:
        pairs = np.ascontiguousarray([projection.pre, projection.post], dtype=np.int64)
        parts.append([projection.forward.name, list(projection.shape), hashlib.sha256(pairs).hexdigest()])
    parts.append([[name, list(feed.values.shape), float(feed.dt)] for name, feed in sorted(circuit.feeds.items())])
    parts.append(str(np.dtype(prefs.core.default_float_dtype)))
    return parts


def _namespace(namespace):
    described = []
    for name, value in sorted((namespace or {}).items()):
        if isinstance(value, TimedArray):
            described.append([name, "TimedArray", list(value.values.shape), float(value.dt)])
        elif isinstance(value, Function):
            described.append([name, "Function"])  # of this library: its sources are part of the toolchain
        else:
            described.append([name, repr(value)])
    return described


@lru_cache
def _toolchain():
    """Versions of all that turns a structure into a binary."""
    compiler = subprocess.run([find_compiler(), "-v"], capture_output=True, text=True).stderr
    library = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        library.update(path.read_bytes())
    processor = platform.processor() + platform.machine()
    if Path("/proc/cpuinfo").exists():  # -march=native: a binary may use what another processor lacks
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor += "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))
    return [brian2.__version__, compiler, library.hexdigest(), processor, FLAGS]


def get(key, generate, folder=None):
    """Folder of the build ``key``, made with ``generate`` if it is not there.

    Parameters
    ----------
    key : str
        From `fingerprint`.
    generate : callable
        Writes the C++ project into the folder that it is given and returns the manifest, a dict.
    folder : path, optional
        Of the cache.

    Returns
    -------
    folder, was_cached : Path, bool
    """
    cache = Path(folder) if folder is not None else cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    final = cache / key
    # Two processes that want the same network: the second one waits and finds the first one's build.
    with FileLock(str(cache / f"{key}.lock")):
        if is_complete(final):
            os.utime(final)
            return final, True
        shutil.rmtree(final, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f"{key}-", suffix=".part", dir=cache))
        try:
            manifest = generate(work)
            _compile(work)
            manifest["binary_bytes"] = (work / "main").stat().st_size
            (work / MANIFEST).write_text(json.dumps(manifest))
            os.rename(work, final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    trim(cache, keep=final)
    return final, False


def is_complete(folder):
    """Whether ``folder`` holds a finished build; a truncated one does not count."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        return (folder / "main").stat().st_size == manifest["binary_bytes"]
    except (OSError, ValueError, KeyError):
        return False


def _compile(folder):
    """Compile the project: a precompiled header, all cores, no dependency files."""
    compiler = find_compiler()
    # Nearly all of the time goes into parsing the same standard headers in some fifty files.
    (folder / "standard.h").write_text("".join(f"#include <{header}>\n" for header in HEADERS))
    _call([compiler, *FLAGS, "-x", "c++-header", "standard.h", "-o", "standard.h.gch"], folder)
    flags = " ".join([*FLAGS, "-include", "standard.h"])
    jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    _call(["make", f"-j{jobs}", f"CXX={compiler}", f"OPTIMISATIONS={flags}", f"DEPS={os.devnull}"], folder)
    for path in [*folder.rglob("*.o"), folder / "standard.h.gch"]:
        path.unlink()


def _call(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-2000:]}")


def entries(folder=None):
    """Complete builds in the cache: (folder, bytes, time of last use), the most recently used first."""
    cache = Path(folder) if folder is not None else cache_folder()
    found = [path for path in cache.glob("*") if is_complete(path)]
    sized = [(path, sum(f.stat().st_size for f in path.rglob("*") if f.is_file()), path.stat().st_mtime) for path in found]
    return sorted(sized, key=lambda entry: -entry[2])


def trim(folder=None, *, max_bytes=MAX_BYTES, keep=None):
    """Remove the builds used longest ago until the rest fits, and what killed builds left behind."""
    cache = Path(folder) if folder is not None else cache_folder()
    for path in cache.glob("*.part"):
        if time.time() - path.stat().st_mtime > 3600:
            shutil.rmtree(path, ignore_errors=True)
    total = 0
    for path, size, _ in entries(cache):
        total += size
        if total > max_bytes and path != keep:
            shutil.rmtree(path, ignore_errors=True)


def clear(folder=None):
    """Remove all builds; returns how many there were."""
    found = entries(folder)
    shutil.rmtree(Path(folder) if folder is not None else cache_folder(), ignore_errors=True)
    return len(found)
