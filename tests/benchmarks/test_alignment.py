"""What the comparison of feedback schemes does beside training: it redraws feedback weights, and watches them recover."""

import json

import numpy as np
import pytest

from benchmarks import alignment
from benchmarks.settings import Settings

SMALL = {"hidden": (10,), "quick": True, "device": "runtime", "test": 20}


def redraw(folder, train, **overrides):
    settings = Settings("digits", **SMALL, train=train, overrides=(("chunk", 20), ("schedule", None), *overrides.items()))
    alignment.train_and_redraw(settings, folder)
    return json.loads((folder / "result.json").read_text())


def test_a_redraw_turns_a_fifth_of_the_weights_until_learning_has_turned_them_back(tmp_path, monkeypatch):
    monkeypatch.setattr(alignment, "RECOVERED", 25.0)
    result = redraw(tmp_path, 200, learning_rate=0.005, w_max=0.5)
    seen = result["redraw"]
    (before,), (after,), (end,) = seen["angles_before"], seen["angles_after"], seen["angles_at_end"]
    # A fifth of the weights, permuted among themselves with random signs, has no overlap with what it was.
    assert before < 5 and after == pytest.approx(np.degrees(np.arccos(0.8)), abs=8)
    assert end <= before + 25 and end < after
    watched = [(entry["samples_seen"], entry["alignment_angle_deg"][0]) for entry in result["history_after_redraw"]]
    assert [when for when, _ in watched] == list(range(220, 200 + seen["samples_to_recover"] + 1, 20))
    assert all(angle > before + 25 for _, angle in watched[:-1]) and watched[-1][1] == end


def test_what_does_not_come_back_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(alignment, "MOST_PASSES", 1)
    seen = redraw(tmp_path, 60, learning_rate=0.001, w_max=1e6)["redraw"]
    assert seen["samples_to_recover"] is None and seen["samples_watched"] == 60
