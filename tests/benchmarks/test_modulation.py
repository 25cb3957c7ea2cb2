"""The benchmarks of GRAPES and Oja's rule: how settings are chosen, and what is made of the runs; nothing long is trained."""

import importlib
import json

import numpy as np
import pytest
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from matplotlib.image import imread

from benchmarks import convergence, forgetting, initialisation, readme
from benchmarks.settings import Settings
from benchmarks.tuning import TRIAL_SEED, choose

LIVELY = (("chunk", 20), ("input_scale", 6.0), ("weight_scale", 4.0))


@pytest.fixture
def numpy_code(monkeypatch):
    monkeypatch.setattr(importlib.import_module("brian2.devices.device"), "_auto_target", NumpyCodeObject)


def score_by_rate(settings, folder):
    """Stands for a training run: best at a learning rate of 0.3, diverges at 9."""
    rate = dict(settings.overrides)["learning_rate"]
    assert settings.validation and settings.seed == TRIAL_SEED
    folder.mkdir(parents=True)
    result = {"failed": "diverged"} if rate == 9 else {"test_accuracy": 1 - abs(rate - 0.3)}
    (folder / "result.json").write_text(json.dumps(result))


def test_the_best_alternative_is_chosen_by_its_mean_over_its_runs(tmp_path):
    def run(rule, rate, scale=1.0):
        return Settings("digits", rule=rule, overrides=(("learning_rate", rate), ("input_scale", scale)))

    alternatives = {
        ("sgd",): [[run("sgd", rate)] for rate in (0.1, 0.3, 9)],
        # two runs each: the mean of 1 and 0 is less than that of 0.9 and 0.9
        ("bio-adam",): [[run("bio-adam", 0.3), run("bio-adam", 9)], [run("bio-adam", 0.2), run("bio-adam", 0.2, 2.0)]],
    }
    chosen, trials = choose(alternatives, tmp_path, jobs=1, function=score_by_rate)
    assert {key: dict(overrides)["learning_rate"] for key, overrides in chosen.items()} == {("sgd",): 0.3, ("bio-adam",): 0.2}
    assert [round(trial["validation_accuracy"], 9) for trial in trials] == [0.8, 1.0, 0.0, 0.5, 0.9]


def test_samples_to_a_share_of_the_accuracy_at_the_end():
    # 90 % of 0.8 is 0.72: between 0.6 at 500 and 0.8 at 1000 samples, 0.6 of the way.
    assert convergence.TESTS[:3] == (500, 1000, 1500)
    assert convergence.samples_to([0.1, 0.6, 0.8, 0.8], 0.9) == 800
    # A network that learned nothing was there from the start.
    assert convergence.samples_to([0.1, 0.1], 0.9) == 0


def test_tasks_in_sequence_are_tested_after_each(numpy_code, tmp_path, monkeypatch):
    monkeypatch.setattr(forgetting, "N_TASKS", 2)
    settings = Settings("digits", hidden=(5,), train=4, test=3, device="runtime", epochs=1, overrides=LIVELY)
    forgetting.train_tasks(settings, tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    accuracy = np.array(result["task_accuracy"])
    assert accuracy.shape == (2, 2) and result["test_accuracy"] == pytest.approx(accuracy[-1].mean())
    assert np.isin(np.round(accuracy * 3), [0, 1, 2, 3]).all()


def test_few_samples_are_the_beginning_of_many(numpy_code, tmp_path, monkeypatch):
    monkeypatch.setattr(initialisation, "SAMPLES", (2, 5, 8))
    settings = Settings("digits", hidden=(5,), train=8, test=3, device="runtime", epochs=1, overrides=LIVELY)
    initialisation.train_online(settings, tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    assert len(result["accuracy"]) == 3 and result["test_accuracy"] == result["accuracy"][-1]


def test_pictures_and_tables_of_the_committed_results(tmp_path):
    for module in (convergence, initialisation, forgetting):
        name = module.__name__.split(".")[-1]
        content = json.loads((readme.RESULTS / name / "result.json").read_text())
        assert module.table(content["rows"]) + "\n" == (readme.RESULTS / name / "table.txt").read_text()
        module.draw(content["rows"], tmp_path / f"{name}.png")
        pixels = imread(tmp_path / f"{name}.png")[..., :3]
        assert min(pixels.shape[:2]) > 300 and 0.005 < (pixels < 0.9).any(axis=2).mean()


def test_verdicts():
    assert readme._verdict([True, True]) == "**held**" and readme._verdict([False]) == "**did not hold**"
    assert readme._verdict([True, False, False]) == "**held in 1 of 3**"
