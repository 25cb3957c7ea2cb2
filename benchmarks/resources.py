"""Memory and disk of a long training run: neither may grow with the number of chunks.

    python -m benchmarks run resources [--quick] [--out DIR]

Trains a small network on digits on both devices. After each chunk: resident memory of this process, and bytes on
disk in the folder of files exchanged with the binary and in the build cache.
"""

import os
from pathlib import Path

import numpy as np

import spikeadam as sa
from spikeadam.engine import build_cache
from spikeadam.training import Trainer

from .train import versions, write_json

DEVICES = {"standalone": {}, "runtime": {"target": "numpy"}}


def run(out=None, quick=False):
    """Measure; writes ``result.json`` into the folder ``out``, if given, and returns its content."""
    chunks, samples = (8, 20) if quick else (50, 50)
    digits = sa.datasets.digits()
    result = {"chunks": chunks, "samples_per_chunk": samples, "versions": versions()}
    for device, options in DEVICES.items():
        result[device] = _measure(digits, chunks, samples, device=device, **options)
        for name, values in result[device].items():
            if name != "growth_after_first_quarter":
                print(f"{device:10}  {name:14}  {values[0] / 2**20:8.2f} MiB to {values[-1] / 2**20:8.2f} MiB")
    if out is not None:
        write_json(Path(out) / "result.json", result)
    return result


def _measure(digits, chunks, samples, **device):
    def build(room, record):
        return sa.feedforward(
            64, (20,), 10, rule=sa.BioAdam(), feedback=sa.Predisposition(), samples=room, record=record, random_state=0
        )

    trainer = Trainer(build, chunk=samples, **device)
    rows = {"memory_bytes": [], "exchange_bytes": [], "cache_bytes": []}
    for number in range(chunks):
        chosen = np.arange(number * samples, (number + 1) * samples) % len(digits.X_train)
        trainer.learn(digits.X_train[chosen], digits.y_train[chosen])
        scratch = getattr(trainer.device, "scratch", None)
        rows["memory_bytes"].append(_resident())
        rows["exchange_bytes"].append(_size(scratch) if scratch else 0)
        rows["cache_bytes"].append(_size(build_cache.cache_folder()))
    trainer.close()
    # What the first chunks load and allocate stays; from then on nothing may be added.
    settled = chunks // 4
    growth = {name: values[-1] - values[settled] for name, values in rows.items()}
    return {**rows, "growth_after_first_quarter": growth}


def _resident():
    """Resident memory of this process in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _size(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
