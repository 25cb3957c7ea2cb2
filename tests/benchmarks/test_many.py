"""Many runs side by side: each once, in order, resumed where it was cut, on joblib and on a Dask cluster."""

import json
import re

import pytest

from benchmarks.__main__ import main
from benchmarks.many import folder_name, run_many, summarise, table
from benchmarks.settings import Settings
from benchmarks.train import train_plain
from spikeadam import SilenceError

QUICK = {"hidden": (20,), "quick": True, "device": "runtime", "train": 60, "test": 20, "overrides": (("chunk", 20),)}


def record_only(settings, folder):
    """Stands for a training run: writes what it was told, and counts how often it ran."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "calls", "a") as file:
        file.write("x")
    (folder / "result.json").write_text(json.dumps({"seed": settings.seed}))


def test_results_come_in_the_order_of_the_settings(tmp_path):
    settings = [Settings("digits", seed=seed) for seed in (3, 1, 2)]
    results = run_many(settings, tmp_path, jobs=2, function=record_only)
    assert [result["seed"] for result in results] == [3, 1, 2]


def test_what_is_finished_is_not_run_again(tmp_path):
    first = [Settings("digits", seed=seed) for seed in (0, 1)]
    run_many(first, tmp_path, jobs=1, function=record_only)
    run_many([*first, Settings("digits", seed=2)], tmp_path, jobs=1, function=record_only)
    calls = {path.parent.name[-5:]: path.read_text() for path in tmp_path.glob("*/calls")}
    assert calls == {"seed0": "x", "seed1": "x", "seed2": "x"}


def fail_for_seed_one(settings, folder):
    if settings.seed == 1:
        raise SilenceError("Layer hidden_1 sent no spike.")
    train_plain(settings, folder)


def test_a_silent_network_does_not_end_the_others(tmp_path):
    settings = [Settings("digits", seed=seed, **QUICK) for seed in (0, 1)]
    results = run_many(settings, tmp_path, jobs=1, function=fail_for_seed_one)
    assert results[1]["failed"] == "Layer hidden_1 sent no spike."
    (row,) = summarise(results, lambda result: result["task"])
    assert (row["runs"], row["failed"], row["mean"]) == (1, 1, results[0]["test_accuracy"])
    assert "1 failed" in table([row])


def test_equal_settings_are_refused(tmp_path):
    with pytest.raises(ValueError, match="settings takes runs that differ"):
        run_many([Settings("digits"), Settings("digits")], tmp_path, function=record_only)


def test_folder_names_tell_all_settings_apart():
    variants = [
        Settings("digits"),
        Settings("digits", seed=1),
        Settings("digits", rule="sgd"),
        Settings("digits", feedback="random"),
        Settings("digits", hidden=(20, 20)),
        Settings("digits", epochs=2),
        Settings("digits", train=10),
        Settings("digits", test=10),
        Settings("digits", validation=True),
        Settings("digits", dimmed=True),
        Settings("digits", quick=True),
        Settings("digits", device="runtime"),
        Settings("digits", overrides=(("learning_rate", 0.1),)),
    ]
    assert len({folder_name(settings) for settings in variants}) == len(variants)


def test_real_runs_side_by_side_equal_runs_alone(tmp_path):
    settings = [Settings("digits", seed=seed, **QUICK) for seed in (0, 1)]
    together = run_many(settings, tmp_path / "together", jobs=2, function=train_plain)
    train_plain(settings[1], tmp_path / "alone")
    alone = json.loads((tmp_path / "alone" / "result.json").read_text())
    assert together[1]["history"] == alone["history"]
    assert together[0]["history"] != together[1]["history"]


def test_dask_cluster_of_two_workers(tmp_path):
    from distributed import LocalCluster

    settings = [Settings("digits", seed=seed) for seed in range(4)]
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        results = run_many(settings, tmp_path, dask=cluster.scheduler_address, function=record_only)
    assert [result["seed"] for result in results] == [0, 1, 2, 3]


def test_summary_by_hand():
    def result(name, accuracy, angle):
        return {"name": name, "test_accuracy": accuracy, "alignment_angle_deg": [angle], "ms_per_sample": 1.0}

    rows = summarise([result("a", 0.9, 2), result("b", 0.5, 1), result("a", 0.8, 4)], lambda r: r["name"])
    assert [row["key"] for row in rows] == ["a", "b"]
    assert rows[0]["mean"] == pytest.approx(0.85)
    assert (rows[0]["low"], rows[0]["high"], rows[0]["runs"]) == (0.8, 0.9, 2)
    assert (rows[0]["angles"], rows[0]["worst_angles"]) == ([3], [4])
    assert "85.00" in table(rows) and "80.00 to 90.00" in table(rows)


def test_sweep_prints_a_table_of_all_combinations(tmp_path, capsys):
    arguments = ["sweep", "digits", "--quick", "--device", "runtime", "--hidden", "20", "--train", "60", "--test", "20"]
    arguments += ["--seeds", "0-1", "--set", "learning_rate=1e-4,1e-3", "--jobs", "2", "--out", str(tmp_path), "--validation"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "learning_rate=0.0001" in printed and "learning_rate=0.001" in printed
    assert "validation part" in printed
    assert len(list(tmp_path.glob("*/result.json"))) == 4
    kept = json.loads((tmp_path / "sweep.json").read_text())
    assert kept["tried"] == {"learning_rate": ["0.0001", "0.001"]} and kept["seeds"] == [0, 1]
    assert [row["key"] for row in kept["rows"]] == re.findall(r"^learning_rate=\S+", printed, flags=re.M)
