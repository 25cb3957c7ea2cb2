"""A build cache of the session's own, and the devices on which the same numbers must come out."""

import shutil

import pytest

from spikeadam.engine.build_cache import CACHE_VARIABLE, find_compiler

OPTIONS = {
    "numpy": {"device": "runtime", "target": "numpy"},
    "cython": {"device": "runtime", "target": "cython"},
    "standalone": {"device": "standalone"},
}


def _compiler():
    try:
        return shutil.which(find_compiler())
    except RuntimeError:
        return None


@pytest.fixture(scope="session", autouse=True)
def build_cache_folder(tmp_path_factory):
    """Tests build into a temporary folder, never into the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        yield folder


@pytest.fixture(params=OPTIONS)
def device(request):
    """Options of `probe_rule` for numpy, cython and C++ standalone in turn."""
    if request.param != "numpy" and not _compiler():
        pytest.skip(f"{request.param} needs a C++ compiler")
    return OPTIONS[request.param]


@pytest.fixture(scope="session")
def fast_device():
    """The device on which a second run of a network is fastest, for tests of many runs."""
    return OPTIONS["standalone" if _compiler() else "numpy"]
