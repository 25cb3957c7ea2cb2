"""Memory and disk do not grow with the number of chunks."""

import json

import pytest
from benchmarks import resources


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("resources")
    found = resources.run(out, quick=True)
    assert json.loads((out / "result.json").read_text()) == found
    return found


@pytest.mark.parametrize("device", resources.DEVICES)
def test_disk_does_not_grow(result, device):
    # The files exchanged hold the spikes of a chunk, of which there are now more, now less.
    for name, room in (("exchange_bytes", 16 * 2**10), ("cache_bytes", 0)):
        values = result[device][name]
        assert max(values) - values[0] <= room, values


@pytest.mark.parametrize("device", resources.DEVICES)
def test_memory_does_not_grow(result, device):
    assert result[device]["growth_after_first_quarter"]["memory_bytes"] < 4 * 2**20


def test_files_are_exchanged_in_standalone_only(result):
    assert result["standalone"]["exchange_bytes"][0] > 0 == result["runtime"]["exchange_bytes"][0]
