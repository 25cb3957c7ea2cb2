"""``python -m spikeadam cache show`` and ``clear``."""

import pytest
from spikeadam.__main__ import main
from spikeadam.engine import build_cache


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(build_cache.CACHE_VARIABLE, str(tmp_path))
    for name, size in (("one", 3), ("two", 5)):
        folder = tmp_path / "builds" / name
        folder.mkdir(parents=True)
        (folder / "main").write_bytes(bytes(size * 2**20))
        (folder / "manifest.json").write_text(f'{{"bytes": {{"main": {size * 2**20}}}}}')
    return tmp_path / "builds"


def test_show_lists_builds_sizes_and_folder(cache, capsys):
    assert main(["cache", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[:2] for line in lines[:2]) == [["one", "3.0"], ["two", "5.0"]]
    assert lines[2].startswith("2 builds, 8.0 of at most 500 MiB, in ") and lines[2].endswith(str(cache))


def test_clear_removes_all(cache, capsys):
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out.startswith("removed 2 builds")
    assert not cache.exists()
    assert main(["cache", "clear"]) == 0
    assert main(["cache", "show"]) == 0
    assert "0 builds, 0.0 of" in capsys.readouterr().out


def test_a_folder_that_cannot_be_removed_is_one_sentence(cache, capsys, monkeypatch):
    def fail(path, **more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(build_cache.shutil, "rmtree", fail)
    assert main(["cache", "clear"]) == 2
    assert "error: The build cache" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["cache"], ["cache", "burn"], ["other"]])
def test_anything_else_says_what_there_is(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "usage: python -m spikeadam" in capsys.readouterr().err
