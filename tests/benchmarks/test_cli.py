"""python -m benchmarks: what it lists, writes, and says to users who err."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from matplotlib.image import imread

from benchmarks.__main__ import main
from benchmarks.settings import FEEDBACKS, RULES
from benchmarks.tasks import TASKS

ROOT = Path(__file__).parents[2]

FIELDS = {
    "task", "rule", "feedback", "modulator", "hidden", "epochs", "seed", "train_samples", "test_samples",
    "test_accuracy", "history", "alignment_angle_deg", "build_seconds", "train_seconds", "ms_per_sample", "device",
    "versions",
}  # fmt: skip
HISTORY = {"samples_seen", "train_accuracy", "test_accuracy", "alignment_angle_deg"}
PICTURES = ("raster.png", "alignment.png", "learning_curve.png", "weights.png")


@pytest.fixture(autouse=True)
def numpy_code(monkeypatch):
    """The runtime device picks its code generation target itself; let it pick numpy, which compiles nothing."""
    monkeypatch.setattr(importlib.import_module("brian2.devices.device"), "_auto_target", NumpyCodeObject)


def call(*arguments):
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def refused(capsys, *arguments):
    """Exit status and last line on stderr; nothing may look like a traceback."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as stop:  # argparse
        status = stop.code
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return status, error.strip().splitlines()


def check_result(folder, **expected):
    result = json.loads((folder / "result.json").read_text())
    assert FIELDS <= set(result)
    for name, value in expected.items():
        assert result[name] == value, name
    assert 0 <= result["test_accuracy"] <= 1
    assert all(set(entry) >= HISTORY for entry in result["history"])
    assert result["history"][0]["samples_seen"] == 0
    assert result["history"][-1]["samples_seen"] == result["epochs"] * result["train_samples"]
    assert result["history"][-1]["test_accuracy"] == result["test_accuracy"]
    assert len(result["alignment_angle_deg"]) == len(result["hidden"])
    assert all(0 <= angle <= 180 for angle in result["alignment_angle_deg"])
    assert result["train_seconds"] > 0 and result["build_seconds"] >= 0
    trained = 1e3 * result["train_seconds"] / (result["epochs"] * result["train_samples"])
    assert result["ms_per_sample"] == pytest.approx(trained, rel=0.01)
    assert {"brian2", "numpy", "python", "spikeadam"} <= set(result["versions"])
    assert (folder / "checkpoint.npz").stat().st_size > 1000
    for picture in PICTURES:
        pixels = imread(folder / picture)[..., :3]
        assert min(pixels.shape[:2]) > 200, picture
        colours = np.unique((pixels.reshape(-1, 3) * 255).astype(int), axis=0)
        assert len(colours) > 20, picture
        inked = (pixels < 0.9).any(axis=2)
        assert 0.005 < inked.mean(), picture
        # not just a frame at one end: ink in every quarter
        halves = [half for rows in np.array_split(inked, 2) for half in np.array_split(rows, 2, axis=1)]
        assert all(half.any() for half in halves), picture
    return result


def test_list():
    done = call("list")
    assert done.returncode == 0 and done.stderr == ""
    for name in (*TASKS, *RULES, *FEEDBACKS):
        assert name in done.stdout


def test_a_quick_run_on_the_runtime_device(tmp_path, capsys):
    given = ["run", "digits", "--quick", "--device", "runtime", "--hidden", "20,15", "--train", 40, "--test", 10]
    given += ["--rule", "momentum", "--feedback", "kolen-pollack", "--seed", 3, "--out", tmp_path]
    given += ["--set", "chunk=20", "--set", "weight_scale=4", "--set", "input_scale=6"]
    assert main([str(argument) for argument in given]) == 0
    result = check_result(
        tmp_path,
        task="digits",
        rule="momentum",
        feedback="kolen-pollack",
        modulator="none",
        hidden=[20, 15],
        epochs=1,
        seed=3,
        train_samples=40,
        test_samples=10,
        device="runtime",
    )
    assert [entry["samples_seen"] for entry in result["history"]] == [0, 20, 40]
    printed = capsys.readouterr().out
    for word in ("test accuracy", "alignment angle", "training", str(tmp_path)):
        assert word in printed
    # A finished run that is resumed has nothing left to do, and says the same.
    assert main([str(argument) for argument in [*given, "--resume"]]) == 0
    again = check_result(tmp_path)
    assert again["history"] == result["history"]


def test_a_quick_run_on_standalone(tmp_path):
    done = call("run", "digits", "--quick", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    result = check_result(
        tmp_path,
        task="digits",
        rule="bio-adam",
        feedback="predisposition",
        modulator="none",
        hidden=[100],
        epochs=1,
        seed=0,
        train_samples=200,
        test_samples=200,
        device="standalone",
    )
    assert result["test_accuracy"] > 0.5  # chance is 0.1


@pytest.mark.parametrize(
    "arguments, named",
    [
        (("run", "cifar"), TASKS),
        (("run", "digits", "--rule", "adamw"), RULES),
        (("run", "digits", "--feedback", "mirror"), FEEDBACKS),
        (("run", "digits", "--modulator", "dopamine"), ["none"]),
        (("run", "digits", "--device", "gpu"), ["standalone", "runtime"]),
    ],
)
def test_unknown_names_list_the_valid_ones(capsys, arguments, named):
    status, lines = refused(capsys, *arguments)
    assert status == 2
    assert arguments[-1] in lines[-1]
    for name in named:
        assert name in lines[-1]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (
            ("--set", "learning_speed=1"),
            "error: --set takes a parameter of the rule, the feedback scheme or the network",
        ),
        (("--set", "learning_rate=fast"), "error: learning_rate takes a finite number of at least 0, got 'fast'."),
        (("--set", "learning_rate=-1"), "error: learning_rate takes a finite number of at least 0, got -1."),
        (("--set", "presentation=40"), "error: presentation takes a positive"),
        (("--set", "chunk=0"), "error: chunk takes a whole number of at least 1, got 0."),
        (("--set", "input.max_rate=5000Hz"), "error: max_rate takes at most one spike a time step"),
        (("--seed", "-1"), "error: random_state takes a whole number of at least 0, got -1."),
    ],
)
def test_bad_values_are_one_line(capsys, tmp_path, arguments, sentence):
    status, lines = refused(capsys, "run", "digits", "--quick", "--device", "runtime", "--out", tmp_path, *arguments)
    assert status == 2
    assert len(lines) == 1 and lines[0].startswith(sentence)


@pytest.mark.parametrize(
    "arguments, word",
    [
        (("--set", "learning_rate"), "takes NAME=VALUE, got 'learning_rate'"),
        (("--epochs", "0"), "takes a whole number of at least 1, got 0"),
        (("--hidden", "20,0"), "takes a whole number of at least 1, got 0"),
        (("--hidden", "many"), "many"),
        (("--train", "all"), "all"),
    ],
)
def test_bad_options_say_which(capsys, arguments, word):
    status, lines = refused(capsys, "run", "digits", *arguments)
    assert status == 2
    assert arguments[0] in lines[-1] and word in lines[-1]


def test_a_folder_that_cannot_be_written_is_one_line(capsys, tmp_path):
    (tmp_path / "taken").write_text("a file")
    status, lines = refused(
        capsys, "run", "iris", "--quick", "--device", "runtime", "--train", 10, "--test", 5, "--out", tmp_path / "taken"
    )
    assert status == 2 and lines[-1].startswith("error: ")


def test_a_missing_data_set_is_one_line(tmp_path, monkeypatch, capsys):
    for variable in ("SPIKEADAM_DATA", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    # No network: as good as any reason why a download fails.
    monkeypatch.setattr("urllib.request.urlopen", lambda *a, **k: (_ for _ in ()).throw(OSError("no network")))
    status, lines = refused(capsys, "run", "mnist", "--quick")
    assert status == 2 and lines[-1].startswith("error: train-images")
    assert str(tmp_path) in lines[-1] and "SPIKEADAM_DATA" in lines[-1]


def test_user_errors_leave_no_traceback_in_a_process_either():
    done = call("run", "digits", "--set", "learning_speed=1")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: ") and len(done.stderr.strip().splitlines()) == 1
