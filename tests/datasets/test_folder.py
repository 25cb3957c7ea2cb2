from pathlib import Path

import pytest

from spikeadam.datasets.folder import cache_folder, data_folders


def test_only_the_cache_without_the_variable(cache, monkeypatch):
    assert data_folders() == [cache] == [cache_folder()]
    monkeypatch.setenv("SPIKEADAM_DATA", "")
    assert data_folders() == [cache]


def test_the_variable_comes_first(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKEADAM_DATA", str(tmp_path))
    assert data_folders() == [tmp_path, cache]


def test_the_variable_may_start_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("SPIKEADAM_DATA", str(Path("~") / "data"))
    assert data_folders()[0] == tmp_path / "data"


def test_the_variable_must_name_a_folder(tmp_path, monkeypatch):
    wrong = str(tmp_path / "absent")
    monkeypatch.setenv("SPIKEADAM_DATA", wrong)
    with pytest.raises(NotADirectoryError, match="SPIKEADAM_DATA is .* not a folder") as caught:
        data_folders()
    assert wrong in str(caught.value) and "\n" not in str(caught.value)


def test_nothing_is_made(cache):
    data_folders()
    assert not cache.exists()
