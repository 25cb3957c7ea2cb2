"""Compiled networks, kept by the structure of the network.

A build is found again whenever structure, library, compiler, Brian2 and processor are the same, whatever the data, the seed, the
parameters and the initial weights: those are passed to the binary when it starts. Builds are made in a folder of
their own and renamed when they are complete, so that a killed build leaves nothing that could be taken for one.
"""

import errno
import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import brian2
import platformdirs
from filelock import FileLock

from . import structure

MANIFEST = "manifest.json"
CACHE_VARIABLE = "SPIKEADAM_CACHE"
MAX_BYTES = 500 * 2**20
FLAGS = ["-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++17"]
HEADERS = "cmath ctime iostream fstream climits cstdlib random vector map tuple string set algorithm utility csignal".split()
RUN_ONCE = ["objects.o main.o", "code_objects/before_run_%.o code_objects/after_run_%.o"]


class CompilerNotFound(RuntimeError):
    """No C++ compiler on this machine."""


class CacheError(OSError):
    """The build cache cannot be used."""


def find_compiler():
    """The command of the C++ compiler, or one sentence that says what to do without it or without make."""
    compiler = os.environ.get("CXX") or "g++"
    for program in (shlex.split(compiler)[0], "make"):
        if shutil.which(program) is None:
            raise CompilerNotFound(
                f"device='standalone' takes a C++ compiler and make, but {program} was not found; install them, or "
                "use device='runtime', which needs neither and is slower."
            )
    return compiler


def cache_folder():
    """Folder of the build cache: the environment variable SPIKEADAM_CACHE, else the user's cache folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_path("spikeadam")) / "builds"


def fingerprint(circuit):
    """A name for the structure of ``circuit`` and for that with which it is compiled."""
    return structure.digest(circuit, _toolchain())


@lru_cache
def _toolchain():
    """Versions of all that turns a structure into a binary."""
    compiler = subprocess.run([*shlex.split(find_compiler()), "-v"], capture_output=True, text=True).stderr
    engine = hashlib.sha256()  # what it changes in the C++ project is part of the result
    for path in sorted(Path(__file__).parent.glob("*.py")):
        engine.update(path.read_bytes())
    processor = platform.processor() + platform.machine()
    if Path("/proc/cpuinfo").exists():  # -march=native: a binary may use what another processor lacks
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor += "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))
    return [brian2.__version__, compiler, engine.hexdigest(), processor]


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

    Raises
    ------
    CacheError
        If the cache cannot be written.
    """
    cache = Path(folder) if folder is not None else cache_folder()
    final = cache / key
    if is_complete(final):  # without the lock: a folder that cannot be written serves what it has
        touch(final)
        return final, True
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # Two processes that want the same network: the second one waits and finds the first one's build.
        with FileLock(str(cache / f"{key}.lock")):
            if is_complete(final):
                return final, True
            _build(final, generate)
    except OSError as error:
        raise CacheError(
            f"The build cache {cache} cannot be written ({error.strerror or error}); set {CACHE_VARIABLE} to another "
            "folder, or make room with python -m spikeadam cache clear."
        ) from error
    trim(cache, keep=final)
    return final, False


def _build(final, generate):
    shutil.rmtree(final, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"{final.name}-", suffix=".part", dir=final.parent))
    try:
        manifest = generate(work)
        _compile(work)
        manifest["bytes"] = {name: (work / name).stat().st_size for name in _needed(work)}
        (work / MANIFEST).write_text(json.dumps(manifest))
        os.rename(work, final)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _needed(folder):
    """Files that a run reads."""
    return ["main", *(f"static_arrays/{path.name}" for path in (folder / "static_arrays").iterdir())]


def is_complete(folder):
    """Whether ``folder`` holds a finished build; one with a truncated file does not count."""
    try:
        sizes = json.loads((folder / MANIFEST).read_text())["bytes"]
        return sizes["main"] > 0 and all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, LookupError, TypeError):
        return False


def touch(folder):
    """Note that the build in ``folder`` is in use: those used longest ago are removed first."""
    with suppress(OSError):
        os.utime(folder)


def _compile(folder):
    """Compile the project: a precompiled header, all cores, no dependency files."""
    compiler = find_compiler()
    # Nearly all of the time goes into parsing the same standard headers in some fifty files.
    (folder / "standard.h").write_text("".join(f"#include <{header}>\n" for header in HEADERS))
    _call([*shlex.split(compiler), *FLAGS, "-x", "c++-header", "standard.h", "-o", "standard.h.gch"], folder)
    # What runs once a chunk is not worth -O3, which takes a fifth of the time.
    with open(folder / "makefile", "a") as makefile:
        makefile.write("\n" + "\n".join(f"{files}: override OPTIMISATIONS += -O1" for files in RUN_ONCE) + "\n")
    flags = " ".join([*FLAGS, "-include", "standard.h"])
    jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    _call(["make", f"-j{jobs}", f"CXX={compiler}", f"OPTIMISATIONS={flags}", f"DEPS={os.devnull}"], folder)
    for path in [*folder.rglob("*.o"), folder / "standard.h.gch"]:
        path.unlink()


def _call(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if "No space left on device" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-2000:]}")


def entries(folder=None):
    """Complete builds in the cache: (folder, bytes, time of last use), the most recently used first."""
    cache = Path(folder) if folder is not None else cache_folder()
    found = []
    for path in cache.glob("*"):
        with suppress(OSError):  # removed by another process meanwhile
            if is_complete(path):
                size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
                found.append((path, size, path.stat().st_mtime))
    return sorted(found, key=lambda entry: -entry[2])


def trim(folder=None, *, max_bytes=MAX_BYTES, keep=None):
    """Remove the builds used longest ago until the rest fits, and what killed builds left behind."""
    cache = Path(folder) if folder is not None else cache_folder()
    for path in cache.glob("*.part"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > 3600:
                shutil.rmtree(path, ignore_errors=True)
    total = 0
    for path, size, _ in entries(cache):
        total += size
        if total > max_bytes and path != keep:
            shutil.rmtree(path, ignore_errors=True)


def clear(folder=None):
    """Remove all builds; returns how many there were."""
    cache = Path(folder) if folder is not None else cache_folder()
    found = entries(cache)
    try:
        if cache.exists():
            shutil.rmtree(cache)
    except OSError as error:
        raise CacheError(f"The build cache {cache} cannot be removed ({error.strerror or error}).") from error
    return len(found)
