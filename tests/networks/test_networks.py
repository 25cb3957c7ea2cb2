"""The scripts that users copy from: short, and they run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spikeadam as sa
from matplotlib.image import imread

FOLDER = Path(__file__).parents[2] / "networks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py"))


def call(name, *arguments, cwd):
    """Run a script in an empty folder, without a display."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return done.stdout


def test_there_are_scripts():
    assert "feedforward.py" in SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_short_and_say_what_they_show(name):
    text = (FOLDER / name).read_text()
    assert len(text.splitlines()) < 150
    assert max(map(len, text.splitlines())) <= 120
    title = text.lstrip('"\n').splitlines()
    assert title[0] and set(title[1]) == {"="}, "a title, underlined, as in Brian2's examples"
    assert re.search(r"python networks/" + re.escape(name), text), "how to run it"


def picture(path):
    pixels = imread(path)[..., :3]
    assert min(pixels.shape[:2]) > 200 and pixels.std() > 0.05


def test_feedforward_on_the_runtime_device(tmp_path):
    # numpy code by preference file: nothing to compile for a few samples
    (tmp_path / "brian_preferences").write_text("codegen.target = 'numpy'\n")
    printed = call("feedforward.py", "--samples", 40, "--out", tmp_path / "network.png", cwd=tmp_path)
    picture(tmp_path / "network.png")
    assert "accuracy in the last quarter" in printed
    before, after = map(float, re.search(r"weights ([\d.]+) degrees before, ([\d.]+) after", printed).groups())
    assert 75 < before < 105 and after < before


@pytest.mark.skipif(shutil.which("g++") is None, reason="standalone needs a C++ compiler")
def test_feedforward_on_standalone(tmp_path):
    # Less optimisation, a shorter build: the network is small.
    (tmp_path / "brian_preferences").write_text("codegen.cpp.extra_compile_args_gcc = ['-w', '-O1', '-std=c++17']\n")
    printed = call(
        "feedforward.py", "--standalone", "--samples", 1500, "--directory", tmp_path / "build", "--out",
        tmp_path / "network.png", cwd=tmp_path,
    )  # fmt: skip
    picture(tmp_path / "network.png")
    accuracy = float(re.search(r"accuracy in the last quarter ([\d.]+) %", printed).group(1))
    before, after = map(float, re.search(r"weights ([\d.]+) degrees before, ([\d.]+) after", printed).groups())
    assert accuracy > 75 and 75 < before < 105 and after < 45
    assert (tmp_path / "build" / "main.cpp").exists()


def test_event_camera_says_what_data_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEADAM_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    printed = call("event_camera.py", "--quick", "--out", tmp_path / "camera.png", cwd=tmp_path)
    assert re.search(r"Skipped, for want of data: nmnist needs Train\.zip and Test\.zip", printed)
    assert not (tmp_path / "camera.png").exists()


def test_event_camera(tmp_path):
    try:
        sa.datasets.nmnist(n_train=1, n_test=1)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    (tmp_path / "brian_preferences").write_text("codegen.target = 'numpy'\n")
    printed = call("event_camera.py", "--quick", "--out", tmp_path / "camera.png", cwd=tmp_path)
    picture(tmp_path / "camera.png")
    assert re.search(r"accuracy in the last quarter of the recordings [\d]+ %", printed)
    assert float(re.search(r"weights ([\d.]+) degrees", printed).group(1)) < 60


def test_other_neurons(tmp_path):
    (tmp_path / "brian_preferences").write_text("codegen.target = 'numpy'\n")
    printed = call("other_neurons.py", "--quick", "--out", tmp_path / "neurons.png", cwd=tmp_path)
    picture(tmp_path / "neurons.png")
    for name in ("adaptive exponential", "conductance-based"):
        found = re.search(name + r": accuracy in the last quarter (\d+) %, angle ([\d.]+) degrees", printed)
        assert float(found.group(2)) < 60


def test_spike_timing(tmp_path):
    printed = call("spike_timing.py", "--quick", "--out", tmp_path / "timing.png", cwd=tmp_path)
    picture(tmp_path / "timing.png")
    distances = [float(found) for found in re.findall(r"distance ([\d.]+)", printed)]
    assert distances[0] > 0.9 and distances[1] < 0.5
    met = re.findall(r"learning: ([\d.]+) % of the target spikes", printed)
    assert float(met[0]) < 20 and float(met[1]) > 70


def test_measures_of_spike_timing(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER.parent))
    from networks.spike_timing import distance, filtered, hits

    # One target spike in step 10 of neuron 0, and in step 10 of neuron 1; own spikes in steps 12 and 13.
    target, spikes = np.zeros((200, 2)), np.zeros((200, 2))
    target[10], spikes[12, 0], spikes[13, 1] = 1, 1, 1
    assert hits(spikes, target) == (0.5, 0.5)
    assert hits(np.zeros((200, 2)), target) == (0, 0)
    assert np.allclose(filtered(target)[[9, 10, 20]], [[0] * 2, [1] * 2, [np.exp(-1)] * 2])
    # Two unit exponentials a shift D apart: relative to one of them, 2*(1 - exp(-D/tau)).
    assert distance(np.zeros((200, 2)), target) == 1 and distance(target, target) == 0
    expected = np.mean([2 * (1 - np.exp(-shift / 10)) for shift in (2, 3)])
    assert np.isclose(distance(spikes, target), expected, atol=1e-6)


def test_deep(tmp_path):
    printed = call("deep.py", "--quick", "--out", tmp_path / "deep.png", cwd=tmp_path)
    picture(tmp_path / "deep.png")
    angles = re.search(r"feedback weights ([\d., ]+) degrees", printed).group(1).split(", ")
    assert len(angles) == 3 and max(map(float, angles)) < 60


def test_receptive_fields(tmp_path):
    (tmp_path / "brian_preferences").write_text("codegen.target = 'numpy'\n")
    printed = call("receptive_fields.py", "--quick", "--out", tmp_path / "fields.png", cwd=tmp_path)
    picture(tmp_path / "fields.png")
    assert "see: 2400 synapses of 9600 all to all" in printed and "join: 3888 synapses of 10800" in printed
    assert "accuracy in the last quarter" in printed
    near, far = re.search(r"weights ([\d.]+) and ([\d.]+) degrees", printed).groups()
    assert float(near) < 85 and float(far) < 85  # from 90 at the start


@pytest.mark.parametrize("options", [[], ["--frozen"]])
def test_recurrent(tmp_path, options):
    (tmp_path / "brian_preferences").write_text("codegen.target = 'numpy'\n")
    printed = call("recurrent.py", "--quick", *options, "--out", tmp_path / "recurrent.png", cwd=tmp_path)
    picture(tmp_path / "recurrent.png")
    change = float(re.search(r"change of the recurrent weights ([\d.]+)", printed).group(1))
    assert change == 0 if options else change > 0
    assert re.search(r"accuracy in the last quarter \d+ %", printed)
