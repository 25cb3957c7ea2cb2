"""Command line of the benchmarks: ``python -m benchmarks --help``."""

import argparse
import importlib
import inspect
import itertools
import sys
from pathlib import Path

from spikeadam.engine.checkpoint import CheckpointError
from spikeadam.engine.build_cache import CompilerNotFound
from spikeadam.training import DivergenceError, SilenceError

from . import readme as readme_figures
from .many import run_many, summarise, table
from .settings import FEEDBACKS, MODULATORS, RULES, Settings, parse_value
from .tasks import TASKS
from .reference import train_reference
from .train import train, write_json

COMPARISONS = {
    "optimizers": ("optimizers", "five optimizers, each at its best learning rate, with even and with uneven inputs"),
    "alignment": ("alignment", "five feedback schemes: accuracy, and angle between forward and feedback weights"),
    "neurons": ("neurons", "digits with neurons of other equations: adaptive exponential, conductance-based"),
    "fields": ("receptive_fields", "two locally connected layers beside an all-to-all network of as many synapses"),
    "convergence": ("convergence", "speed of learning and final accuracy with depth: none, GRAPES, Oja's rule"),
    "initialisation": ("initialisation", "bad initial weights and few samples, with and without Oja's rule"),
    "forgetting": ("forgetting", "five tasks in sequence: none, GRAPES, Oja's rule"),
    "recurrent": ("recurrent", "recurrent layers, learning or frozen, on store-recall and spoken digits"),
    "order": ("convergence_order", "how Bio-Adam's continuous form converges to the event-driven one"),
    "spike_timing": ("spike_timing", "200 output neurons that learn to spike at given times"),
    "speed": ("speed", "time beside a program written by hand in C++, and where it goes"),
    "resources": ("resources", "memory and disk over fifty chunks"),
}
"""Module of this package with a function ``run(out, ...)``, and description."""

# What a user can cause and mend: one sentence, no traceback.
USER_ERRORS = (ValueError, TypeError, OSError, CheckpointError, CompilerNotFound, DivergenceError, SilenceError)


def main(arguments=None):
    """Run the command line; returns the exit status."""
    given = _parser().parse_args(arguments)
    try:
        return given.command(given)
    except USER_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="tasks, rules and feedback schemes")
    listing.set_defaults(command=_list)

    run = commands.add_parser("run", help="train one network on one task, or run a comparison")
    run.add_argument("task", choices=[*TASKS, *COMPARISONS], metavar="TASK", help=", ".join([*TASKS, *COMPARISONS]))
    _add_settings(run)
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", type=_override, help="change a parameter")
    run.add_argument(
        "--reference", action="store_true", help="train a rate network of the same shape instead, by backpropagation"
    )
    run.add_argument("--resume", action="store_true", help="go on from the checkpoint in DIR")
    run.add_argument("--jobs", type=_positive, help="processes of a comparison (default: one a core)")
    run.add_argument("--out", type=Path, metavar="DIR", help="folder for results (default: results/TASK)")
    run.set_defaults(command=_run)

    readme = commands.add_parser("readme", help="write the README's figures from the committed results")
    readme.set_defaults(command=lambda given: print("changed" if readme_figures.update() else "unchanged") or 0)

    sweep = commands.add_parser("sweep", help="train many networks side by side, one core each")
    sweep.add_argument("task", choices=TASKS, metavar="TASK", help=", ".join(TASKS))
    _add_settings(sweep)
    sweep.add_argument("--seeds", type=_seeds, default=(0,), metavar="0-4", help="seeds, such as 0-4 or 1,3,7")
    sweep.add_argument(
        "--set", action="append", default=[], metavar="NAME=A,B", type=_alternatives, help="try each of several values"
    )
    sweep.add_argument("--jobs", type=_positive, help="processes (default: one a core)")
    sweep.add_argument("--dask", metavar="ADDRESS", help="run on the workers of this Dask scheduler")
    sweep.add_argument("--out", type=Path, metavar="DIR", help="folder for results (default: results/sweep_TASK)")
    sweep.set_defaults(command=_sweep)
    return parser


def _add_settings(parser):
    parser.add_argument("--rule", choices=RULES, default="bio-adam")
    parser.add_argument("--feedback", choices=FEEDBACKS, default="predisposition")
    parser.add_argument("--modulator", choices=MODULATORS, default="none")
    parser.add_argument("--hidden", type=_sizes, metavar="200,200", help="neurons of the hidden layers")
    parser.add_argument("--epochs", type=_positive)
    parser.add_argument("--train", type=_positive, metavar="N", help="only the first N training samples")
    parser.add_argument("--test", type=_positive, metavar="N", help="only the first N test samples")
    parser.add_argument("--device", choices=("standalone", "runtime"), default="standalone")
    parser.add_argument("--quick", action="store_true", help="one pass over a few samples")
    parser.add_argument("--validation", action="store_true", help="hold out training data for the test; for tuning")


def _positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"takes a whole number of at least 1, got {text}")
    return value


def _sizes(text):
    return tuple(_positive(part) for part in text.split(","))


def _override(text):
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"takes NAME=VALUE, got {text!r}")
    return name, parse_value(value)


def _alternatives(text):
    name, sign, values = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"takes NAME=VALUE,VALUE, got {text!r}")
    return name, [parse_value(value) for value in values.split(",")]


def _seeds(text):
    seeds = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return tuple(seeds)


def _settings(given, **more):
    names = ("task", "rule", "feedback", "modulator", "hidden", "epochs", "train", "test", "device", "quick", "validation")
    return Settings(**{name: getattr(given, name) for name in names}, **more)


def _list(given):
    for task in TASKS.values():
        print(f"{task.name:15} {task.description}")
    for name, (_, description) in COMPARISONS.items():
        print(f"{name:15} {description}")
    for title, names in (("rules", RULES), ("feedback", FEEDBACKS), ("modulators", MODULATORS)):
        print(f"{title}: {', '.join(names)}")
    return 0


def _run(given):
    out = given.out or Path("results") / given.task
    if given.task in COMPARISONS:
        out.mkdir(parents=True, exist_ok=True)
        compare = importlib.import_module(f"benchmarks.{COMPARISONS[given.task][0]}").run
        # Only comparisons of many runs can use several processes.
        jobs = {"jobs": given.jobs} if "jobs" in inspect.signature(compare).parameters else {}
        compare(out, quick=given.quick, **jobs)
        return 0
    settings = _settings(given, seed=given.seed, overrides=tuple(given.set))
    if given.reference:
        result = train_reference(settings)
        write_json(out / f"reference_seed{given.seed}.json", result)
        print(f"test accuracy      {100 * result['test_accuracy']:.2f} %  ({result['model']})")
        return 0
    result = train(settings, out, resume=given.resume, progress=True)
    if result is None:
        print(f"interrupted; the checkpoint is in {out}. Go on with the same command and --resume.")
        return 130
    angles = ", ".join(f"{angle:.2f}" for angle in result["alignment_angle_deg"])
    print(f"test accuracy      {100 * result['test_accuracy']:.2f} %  ({result['test_samples']} samples)")
    print(f"alignment angle    {angles} degrees")
    print(f"build              {result['build_seconds']:.1f} s")
    print(f"training           {result['train_seconds']:.1f} s, {result['ms_per_sample']:.2f} ms a sample")
    print(f"written to         {out}")
    return 0


def _sweep(given):
    names = [name for name, _ in given.set]
    combinations = list(itertools.product(*(values for _, values in given.set)))
    settings = [
        _settings(given, seed=seed, overrides=tuple(zip(names, values))) for values in combinations for seed in given.seeds
    ]
    out = given.out or Path("results") / f"sweep_{given.task}"
    results = run_many(settings, out, jobs=given.jobs, dask=given.dask)
    rows = summarise(results, lambda r: " ".join(f"{name}={value}" for name, value in r["overrides"].items()) or r["task"])
    rows.sort(key=lambda row: -row["mean"])
    searched = {
        **{name: results[0][name] for name in ("task", "rule", "feedback", "modulator", "hidden", "epochs", "tested_on")},
        "seeds": list(given.seeds),
        "tried": {name: [str(value) for value in values] for name, values in given.set},
        "rows": rows,
    }
    write_json(out / "sweep.json", searched)
    print(table(rows, "settings"))
    print(f"measured on the {results[0]['tested_on']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
