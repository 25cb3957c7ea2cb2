"""Checkpoints: whole or not at all, whatever happens."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from spikeadam.engine import checkpoint
from spikeadam.engine.checkpoint import CheckpointError, load, save

ARRAYS = {"a.w": np.array([0.1, -0.0, 5e-324]), "a.n": np.array([3], dtype=np.int32), "b.empty": np.zeros(0)}


def test_what_is_saved_comes_back_bit_for_bit(tmp_path):
    path = tmp_path / "new folder" / "c.npz"
    description = {"history": [{"x": 0.1 + 0.2, "y": None}], "name": "µ"}
    save(path, ARRAYS, description)
    arrays, found = load(path)
    assert found == description
    assert arrays.keys() == ARRAYS.keys()
    for name, values in ARRAYS.items():
        assert arrays[name].dtype == values.dtype and arrays[name].tobytes() == values.tobytes()
    assert [file.name for file in path.parent.iterdir()] == ["c.npz"]


def test_no_pickle_is_read(tmp_path):
    np.savez(tmp_path / "c.npz", **{checkpoint.TEXT: np.array([{"format": 2}], dtype=object)})
    with pytest.raises(CheckpointError, match="is not a checkpoint, or is damaged"):
        load(tmp_path / "c.npz")


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(CheckpointError, match="There is no checkpoint at .*c.npz"):
        load(tmp_path / "c.npz")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 but no more", None])
def test_a_damaged_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "c.npz"
    save(path, ARRAYS, {})
    path.write_bytes(path.read_bytes()[:-40] if content is None else content)
    with pytest.raises(CheckpointError, match="is not a checkpoint, or is damaged"):
        load(path)


def test_flipped_bits_are_noticed(tmp_path):
    path = tmp_path / "c.npz"
    save(path, {"w": np.zeros(1000)}, {})
    content = bytearray(path.read_bytes())
    content[content.index(bytes(800)) + 400] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        load(path)


def test_other_files_are_no_checkpoints(tmp_path):
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "arrays.npz", w=np.zeros(3))
    for name in ("array.npy", "arrays.npz", "."):
        with pytest.raises(CheckpointError):
            load(tmp_path / name)


def test_a_checkpoint_of_another_version_is_refused(tmp_path):
    text = np.frombuffer(json.dumps({"format": 999}).encode(), dtype=np.uint8)
    np.savez(tmp_path / "c.npz", **{checkpoint.TEXT: text})
    with pytest.raises(CheckpointError, match="of another version of spikeadam"):
        load(tmp_path / "c.npz")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="c.npz could not be written .*an earlier one is untouched"):
        save(tmp_path / "file" / "c.npz", ARRAYS, {})


def test_a_read_only_device_is_one_sentence():
    with pytest.raises(CheckpointError, match="could not be written"):
        save("/proc/c.npz", ARRAYS, {})


def test_a_full_disk_is_one_sentence_and_keeps_the_earlier_checkpoint(tmp_path):
    path = tmp_path / "c.npz"
    save(path, {"w": np.ones(10)}, {"n": 1})
    pid = os.fork()
    if not pid:  # a process that may not write more than 100 KB to a file
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
            save(path, {"w": np.ones(100_000)}, {"n": 2})
        except CheckpointError as error:
            status = 0 if "could not be written (File too large); an earlier one is untouched" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert load(path)[1] == {"n": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["c.npz"]


LOOP = """
import importlib.util, sys
import numpy as np
spec = importlib.util.spec_from_file_location("checkpoint", sys.argv[1])
checkpoint = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checkpoint)
for n in range(10**9):
    checkpoint.save(sys.argv[2], {"w": np.full(20_000, float(n))}, {"n": n})
    if not n:
        print("saving", flush=True)
"""


def test_kill_9_at_any_moment_leaves_the_last_good_checkpoint(tmp_path):
    path, draw = tmp_path / "c.npz", random.Random(1)
    last = []
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP, checkpoint.__file__, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "saving\n"
        time.sleep(draw.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        arrays, description = load(path)
        assert (arrays["w"] == description["n"]).all() and len(arrays["w"]) == 20_000
        last.append(description["n"])
    assert max(last) > 3


def test_leftovers_of_killed_processes_are_removed_after_an_hour(tmp_path):
    path = tmp_path / "c.npz"
    old, new = tmp_path / ".c.npz.1.part", tmp_path / ".c.npz.2.part"
    old.touch(), new.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    save(path, ARRAYS, {})
    assert not old.exists() and new.exists()
    assert Path(path).exists()
