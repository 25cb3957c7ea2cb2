"""Many training runs side by side, one core each, with joblib; through it also on a Dask cluster."""

import json
import os
import re
from pathlib import Path

import joblib
import numpy as np
from tqdm import tqdm

from spikeadam import DivergenceError, SilenceError

from .train import describe_settings, train, write_json


def run_many(settings, out, *, jobs=None, dask=None, function=train):
    """Run ``function(settings, folder)`` for each of many settings; what is finished already is not run again.

    Parameters
    ----------
    settings : list of Settings
    out : path
        Each run gets a folder of its own in it, named after its settings.
    jobs : int, optional
        Processes; default: one a core.
    dask : str, optional
        Address of a Dask scheduler whose workers do the runs.
    function : callable
        Must write ``result.json`` into its folder, as `train` does.

    Returns
    -------
    list of dict
        The results, in the order of ``settings``.
    """
    out = Path(out).resolve()
    folders = [out / folder_name(one) for one in settings]
    if len(set(folders)) < len(folders):
        raise ValueError("settings takes runs that differ from each other, got some twice.")
    waiting = [(one, folder) for one, folder in zip(settings, folders) if not (folder / "result.json").exists()]
    if waiting:
        with _backend(dask, min(jobs or os.cpu_count(), len(waiting))) as parallel:
            # All but the first wait for its build, which the cache then gives to all of the same structure.
            done = parallel(joblib.delayed(_attempt)(function, one, folder) for one, folder in waiting)
            for _ in tqdm(done, total=len(waiting), unit=" runs"):
                pass
    return [json.loads((folder / "result.json").read_text()) for folder in folders]


def _attempt(function, settings, folder):
    """Run one of many: settings under which a network falls silent or diverges are a result, not the end of a search."""
    try:
        function(settings, folder)
    except (DivergenceError, SilenceError) as error:
        write_json(folder / "result.json", {**describe_settings(settings), "failed": str(error)})


class _backend:
    """joblib's Parallel over processes of this machine, or over the workers of a Dask cluster."""

    def __init__(self, dask, jobs):
        self.client = None
        options = {"n_jobs": jobs, "inner_max_num_threads": 1}
        if dask:
            from distributed import Client  # an optional dependency

            self.client = Client(dask)
            options = {"n_jobs": -1}
        self.config = joblib.parallel_config(backend="dask" if dask else "loky", **options)

    def __enter__(self):
        self.config.__enter__()
        # Dask's backend returns no generator.
        return joblib.Parallel(return_as="list" if self.client else "generator_unordered")

    def __exit__(self, *error):
        self.config.__exit__(*error)
        if self.client is not None:
            self.client.close()


def folder_name(settings):
    """A readable name for one run: what it was told, in order."""
    hidden = "x".join(map(str, settings.hidden or ())) or "default"
    parts = [settings.task, settings.rule, settings.feedback, settings.modulator, hidden]
    parts += [f"{name}{value}" for name, value in (("epochs", settings.epochs), ("train", settings.train), ("test", settings.test)) if value]
    parts += [f"{name}={value}" for name, value in settings.overrides]
    parts += ["dimmed"] * settings.dimmed + ["runtime"] * (settings.device == "runtime")
    parts += ["quick"] * settings.quick + ["validation"] * settings.validation + [f"seed{settings.seed}"]
    return re.sub(r"[^-+.=\w]", "", "_".join(parts))


def summarise(results, key):
    """Mean and range of the test accuracy and mean angle of runs with an equal ``key(result)``.

    Returns
    -------
    list of dict
        ``key``, ``runs``, ``failed`` (runs that fell silent or diverged, left out of the figures), ``mean``, ``low``,
        ``high`` (fractions, 0 where all failed), ``angles`` and ``worst_angles`` (degrees), ``ms_per_sample``; in order of
        first appearance.
    """
    groups = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    rows = []
    for name, members in groups.items():
        finished = [member for member in members if "failed" not in member]
        accuracy = [member["test_accuracy"] for member in finished] or [0.0]
        angles = np.array([member["alignment_angle_deg"] for member in finished])
        rows.append(
            {
                "key": name,
                "runs": len(finished),
                "failed": len(members) - len(finished),
                "mean": float(np.mean(accuracy)),
                "low": min(accuracy),
                "high": max(accuracy),
                "angles": angles.mean(axis=0).tolist() if finished else [],
                "worst_angles": angles.max(axis=0).tolist() if finished else [],
                "ms_per_sample": float(np.mean([member["ms_per_sample"] for member in finished] or [0.0])),
            }
        )
    return rows


def table(rows, title="run"):
    """The rows of `summarise` as text, one line each."""
    width = max([len(title), *(len(str(row["key"])) for row in rows)])
    lines = [f"{title:{width}}  runs  accuracy %  range            angles (degrees)      ms a sample"]
    for row in rows:
        angles = ", ".join(f"{angle:.2f}" for angle in row["angles"])
        span = f"{100 * row['low']:.2f} to {100 * row['high']:.2f}"
        lines.append(
            f"{row['key']!s:{width}}  {row['runs']:4}  {100 * row['mean']:10.2f}  {span:15}  {angles:20}  {row['ms_per_sample']:.2f}"
            + (f"  {row['failed']} failed" if row["failed"] else "")
        )
    return "\n".join(lines)
