"""Choose settings on validation data: each alternative is tried once, with a seed that no reported run has."""

from dataclasses import replace

from .many import run_many

TRIAL_SEED = 100


def choose(alternatives, out, *, jobs=None, function, score=lambda result: result["test_accuracy"]):
    """Try all alternatives of each key, and keep the best.

    Parameters
    ----------
    alternatives : dict
        Key -> list of lists of `Settings`: each alternative is one run or several, which count by their mean score.
    out, jobs, function
        As in `run_many`.
    score : callable
        Of a result; a run that fell silent or diverged scores 0.

    Returns
    -------
    chosen : dict
        Key -> overrides of the first run of the best alternative.
    trials : list of dict
        ``key``, ``overrides`` and ``validation_accuracy`` of all of them.
    """
    groups = [
        (key, [replace(run, validation=True, seed=TRIAL_SEED) for run in runs])
        for key, several in alternatives.items()
        for runs in several
    ]
    different = list(dict.fromkeys(run for _, runs in groups for run in runs))
    results = dict(zip(different, run_many(different, out, jobs=jobs, function=function)))
    chosen, trials, best = {}, [], {}
    for key, runs in groups:
        mean = sum(0.0 if "failed" in results[run] else score(results[run]) for run in runs) / len(runs)
        overrides = {name: str(value) for name, value in runs[0].overrides}
        trials.append({"key": list(key), "overrides": overrides, "validation_accuracy": mean})
        if mean > best.get(key, -1.0):
            best[key], chosen[key] = mean, runs[0].overrides
    return chosen, trials
