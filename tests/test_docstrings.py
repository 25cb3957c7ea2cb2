"""Examples in docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import matplotlib
import pytest
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject

import spikeadam
from small import numpy_code  # noqa: F401

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(spikeadam.__path__, "spikeadam.")
    if not module.name.endswith("__main__")
)


@pytest.fixture(autouse=True)
def quiet(numpy_code, monkeypatch, tmp_path):
    """Numpy code, no display, and an empty folder to write to."""
    device = importlib.import_module("brian2.devices.device")
    monkeypatch.setattr(device, "_auto_target", NumpyCodeObject)
    monkeypatch.chdir(tmp_path)
    before = matplotlib.get_backend()
    matplotlib.use("Agg")
    yield
    matplotlib.pyplot.close("all")
    matplotlib.use(before)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=flags, verbose=False)
    assert not failed


def test_what_users_import_has_a_docstring():
    for name, thing in vars(spikeadam).items():
        if callable(thing) and not name.startswith("_"):
            assert (thing.__doc__ or "").strip(), name


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test.name for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 15
