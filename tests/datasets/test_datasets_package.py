import ast
import doctest
import importlib
from pathlib import Path

import pytest

from spikeadam import datasets

FOLDER = Path(datasets.__file__).parent
LOADERS = ["digits", "fashion_mnist", "iris", "mnist", "nmnist", "spoken_digits", "yin_yang"]
FILES = {
    "mnist": ("mnist",),
    "fashion_mnist": ("fashion-mnist",),
    "nmnist": ("nmnist", "nmnist-subset"),
    "spoken_digits": ("fsdd",),
}


def test_public_names():
    assert set(LOADERS) < set(datasets.__all__)
    for name in datasets.__all__:
        assert callable(getattr(datasets, name)) and getattr(datasets, name).__doc__


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_stands_on_its_own(path):
    """No Brian2 and nothing else of spikeadam."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1
            imported = [] if node.level else [node.module]
        else:
            continue
        assert not {name.split(".")[0] for name in imported} & {"brian2", "spikeadam"}


@pytest.mark.parametrize("name", [*LOADERS, "EventRecordings"])
def test_examples_run(name, real_data):
    if name in FILES:
        real_data(*FILES[name])
    public = getattr(datasets, name)
    module = importlib.import_module(public.__module__)
    (test,) = (
        test
        for test in doctest.DocTestFinder(recurse=False).find(public, name, module)
        if test.examples
    )
    for example in test.examples:
        example.options.pop(doctest.SKIP, None)  # skipped elsewhere for want of the files
    assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, len(test.examples))


def test_every_set_has_source_and_licence():
    for name in LOADERS:
        text = getattr(datasets, name).__doc__
        assert "Source:" in text and ("Licence:" in text or "(MIT)" in text)
        assert "Returns\n" in text and "Raises\n" in text and "Examples\n" in text
