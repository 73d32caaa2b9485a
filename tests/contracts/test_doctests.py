"""The examples in the docstrings of the engine are right."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import coursekit.data
import coursekit.nn
import coursekit.optim
import coursekit.training
from coursekit.arguments import takes

ROOMS = [coursekit.nn, coursekit.optim, coursekit.data, coursekit.training]
MODULES = [m.name for room in ROOMS for m in pkgutil.iter_modules(room.__path__, room.__name__ + ".")]
#: The examples may use NumPy and every public name of the engine.
NAMES = {"np": np} | {name: vars(room)[name] for room in ROOMS for name in room.__all__}


class Finder(doctest.DocTestFinder):
    """Finds functions under `takes` too, whose outermost layer belongs to the module that `takes` is in."""

    def _from_module(self, module, object):
        return super()._from_module(module, inspect.unwrap(object))


def examples(module):
    return [test for test in Finder().find(module, extraglobs=NAMES) if test.examples]


def test_examples_of_checked_functions_are_found(monkeypatch):
    module = importlib.import_module("coursekit.optim.rules")
    before = len(examples(module))
    checked = takes(w="array (...)")(module.sgd)
    monkeypatch.setattr(module, "checked", checked, raising=False)
    assert len(examples(module)) == before + 1


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_right(name):
    runner = doctest.DocTestRunner()
    for test in examples(importlib.import_module(name)):
        runner.run(test)
    assert runner.failures == 0


def test_the_tour_of_the_engine_is_right(root):
    result = doctest.testfile(str(root / "docs" / "engine.md"), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 30


def test_there_are_examples():
    assert sum(len(examples(importlib.import_module(name))) for name in MODULES) >= 7


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_every_public_name_is_explained(room):
    for name in room.__all__:
        value = vars(room)[name]
        assert not callable(value) or (value.__doc__ or "").strip(), f"{room.__name__}.{name} has no docstring"
