import hashlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spikeadam import datasets
from spikeadam.datasets import download
from spikeadam.datasets.download import DownloadError, fetch

CONTENT = bytes(range(256)) * 1024  # what the server fixture serves
MD5 = hashlib.md5(CONTENT).hexdigest()
EARLIER = b"an earlier good file"


@pytest.fixture(params=["absent", "earlier"])
def destination(request, tmp_path):
    """A destination without and with an earlier file, and a check that it is as it was."""
    path = tmp_path / "set" / "file.gz"
    if request.param == "earlier":
        path.parent.mkdir()
        path.write_bytes(EARLIER)

    def untouched():
        left = sorted(p.name for p in path.parent.iterdir())
        if request.param == "absent":
            return left == []
        return left == ["file.gz"] and path.read_bytes() == EARLIER

    path_and_check = (path, untouched)
    return path_and_check


def assert_one_sentence(error, *parts):
    text = str(error)
    assert "\n" not in text and len(text) < 500
    for part in parts:
        assert part in text


def test_success_replaces_whatever_was_there(server, destination):
    path, _ = destination
    assert fetch(server.url + "good", path, MD5) == path
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["file.gz"]


def test_path_may_be_text_and_checksum_in_capitals(server, tmp_path):
    path = fetch(server.url + "good", str(tmp_path / "a"), MD5.upper())
    assert path == tmp_path / "a" and path.read_bytes() == CONTENT


def test_redirection_and_missing_length_are_fine(server, tmp_path):
    assert fetch(server.url + "moved", tmp_path / "a", MD5).read_bytes() == CONTENT
    assert fetch(server.url + "no-length", tmp_path / "b", MD5).read_bytes() == CONTENT


def test_shows_progress(server, tmp_path, capsys):
    fetch(server.url + "good", tmp_path / "train-images.gz", MD5)
    shown = capsys.readouterr().err
    assert "train-images" in shown and "100%" in shown


@pytest.mark.skipif(os.name == "nt", reason="POSIX file modes")
def test_file_has_the_users_ordinary_mode(server, tmp_path):
    (tmp_path / "ordinary").touch()
    path = fetch(server.url + "good", tmp_path / "a", MD5)
    assert path.stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_wrong_checksum(server, destination):
    path, untouched = destination
    wrong = "0" * 32
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "good", path, wrong)
    assert_one_sentence(caught.value, server.url + "good", wrong, MD5)
    assert untouched()


@pytest.mark.parametrize("page", ["cut", "cut-chunked"])
def test_cut_transfer(server, destination, page):
    path, untouched = destination
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + page, path, MD5)
    assert_one_sentence(caught.value, server.url + page, "cut off")
    assert untouched()


def test_cut_transfer_says_how_much_came(server, tmp_path):
    with pytest.raises(DownloadError, match=f"{len(CONTENT) // 2} of {len(CONTENT)} bytes"):
        fetch(server.url + "cut", tmp_path / "a", MD5)


def test_stalled_server(server, destination, monkeypatch):
    path, untouched = destination
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "stalled", path, MD5)
    assert_one_sentence(caught.value, server.url + "stalled", "timed out")
    assert untouched()


def test_absent_page(server, destination):
    path, untouched = destination
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "nowhere", path, MD5)
    assert_one_sentence(caught.value, server.url + "nowhere", "404")
    assert untouched()


def test_server_that_talks_nonsense(server, destination):
    path, untouched = destination
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "nonsense", path, MD5)
    assert_one_sentence(caught.value, server.url + "nonsense")
    assert untouched()


def test_no_network(closed_url, destination):
    path, untouched = destination
    with pytest.raises(DownloadError) as caught:
        fetch(closed_url + "good", path, MD5)
    assert_one_sentence(caught.value, "cannot reach", closed_url, "refused")
    assert caught.value.__suppress_context__
    assert untouched()


def test_address_that_urllib_cannot_parse(tmp_path):
    with pytest.raises(DownloadError, match="cannot reach"):
        fetch("http://127.0.0.1:port/good", tmp_path / "a", MD5)
    assert list(tmp_path.iterdir()) == []


def test_unwritable_folder(server, tmp_path):
    (tmp_path / "file").write_bytes(EARLIER)
    path = tmp_path / "file" / "below" / "a.gz"  # not even root can make a folder below a file
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "good", path, MD5)
    assert_one_sentence(caught.value, "cannot write", str(path))
    assert (tmp_path / "file").read_bytes() == EARLIER


def test_read_only_folder(server, tmp_path):
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write into read-only folders")
        with pytest.raises(DownloadError, match="cannot write"):
            fetch(server.url + "good", tmp_path / "a", MD5)
    finally:
        tmp_path.chmod(0o700)


def test_destination_that_is_a_folder(server, tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(DownloadError, match="cannot write"):
        fetch(server.url + "good", tmp_path / "a", MD5)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk(server, destination, monkeypatch):
    path, untouched = destination

    class FullDisk:
        name = "file.gz"

        def write(self, data):
            with open("/dev/full", "wb", buffering=0) as full:
                full.write(data)

    copy = download._copy
    monkeypatch.setattr(download, "_copy", lambda url, file: copy(url, FullDisk()))
    with pytest.raises(DownloadError) as caught:
        fetch(server.url + "good", path, MD5)
    assert_one_sentence(caught.value, "cannot write", "No space left")
    assert untouched()


def test_interruption_inside_the_transfer(server, destination, monkeypatch):
    path, untouched = destination

    def interrupted(response, url):
        yield response.read(1000)
        assert len(list(path.parent.glob("*.part"))) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_chunks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(server.url + "good", path, MD5)
    assert untouched()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_control_c_leaves_no_half_file(server, tmp_path):
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from spikeadam.datasets import fetch\n"
        f"fetch({server.url + 'stalled'!r}, {str(tmp_path / 'set' / 'a')!r}, {MD5!r})\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while not any(p.stat().st_size for p in tmp_path.glob("set/*.part")):
            assert child.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == -signal.SIGINT
    assert list((tmp_path / "set").iterdir()) == []


def test_two_at_once(server, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(fetch, server.url + "good", tmp_path / "a", MD5) for _ in range(8)]
    assert all(call.result() == tmp_path / "a" for call in calls)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "file:///etc/hostname", "a.gz", ""])
def test_url_of_another_kind(url, tmp_path):
    with pytest.raises(ValueError, match="url must start with http") as caught:
        fetch(url, tmp_path / "a", MD5)
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize("md5", ["", "123", "g" * 32, MD5 + "0"])
def test_checksum_of_another_kind(server, md5, tmp_path):
    with pytest.raises(ValueError, match="md5 must be 32 hexadecimal digits"):
        fetch(server.url + "good", tmp_path / "a", md5)
    assert server.requests == []


def test_importing_downloads_nothing(tmp_path):
    program = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise SystemExit('import used the network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "import spikeadam.datasets\n"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    assert not (tmp_path / "cache" / "spikeadam").exists()


def test_is_public():
    assert datasets.fetch is fetch and datasets.DownloadError is DownloadError
    assert issubclass(DownloadError, OSError)
