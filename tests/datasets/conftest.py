"""Isolation: an empty cache folder, no SPIKEADAM_DATA unless a test asks for it, loopback only."""

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from spikeadam.datasets import folder

REAL_DATA = os.environ.get("SPIKEADAM_DATA", "")
CONTENT = bytes(range(256)) * 1024  # 256 KiB: several chunks


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """The user's cache folder of this test, not made yet; real hosts are out of reach."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(folder, "user_cache_dir", lambda name: str(cache / name))
    monkeypatch.delenv("SPIKEADAM_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def connect_locally(self, address):
        assert address[0] == "127.0.0.1", f"a test tried to connect to {address}"
        return connect(self, address)

    def resolve_locally(host, *args, **kwargs):
        assert host == "127.0.0.1", f"a test tried to resolve {host}"
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)
    monkeypatch.setattr(socket, "getaddrinfo", resolve_locally)
    return cache / "spikeadam"


@pytest.fixture
def real_data(monkeypatch):
    """Point the loaders at the real data and return one set's folder, or skip."""

    def need(*subfolders):
        for subfolder in subfolders:
            if REAL_DATA and (Path(REAL_DATA) / subfolder).is_dir():
                monkeypatch.setenv("SPIKEADAM_DATA", REAL_DATA)
                return Path(REAL_DATA) / subfolder
        pytest.skip(f"needs SPIKEADAM_DATA to name a folder with {' or '.join(subfolders)}")

    return need


@pytest.fixture
def closed_url():
    """Address of a local port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.requests.append(self.path)
        name = self.path.lstrip("/")
        if name in self.server.files:
            self._send(self.server.files[name])
        elif name == "moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif name == "cut":
            self._send(CONTENT[: len(CONTENT) // 2], length=len(CONTENT))
        elif name == "cut-chunked":
            self.protocol_version = "HTTP/1.1"
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"1000\r\n" + CONTENT[:100])
            self.close_connection = True
        elif name == "no-length":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT)
        elif name == "nonsense":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
        elif name == "stalled":
            self._send(CONTENT[: len(CONTENT) // 2], length=len(CONTENT))
            self.wfile.flush()
            self.server.released.wait(60)
        else:
            self.send_error(404)

    def _send(self, content, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server():
    """A local HTTP server: .url, .files (served as they are), .requests, .close()."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}/"
    server.files = {"good": CONTENT}
    server.requests = []
    server.released = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()

    def close():
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()

    server.close = close
    yield server
    if thread.is_alive():
        close()
