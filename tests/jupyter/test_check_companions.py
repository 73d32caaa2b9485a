"""A function that works on another's private result: `batchnorm_backward` on the cache of `batchnorm_train`."""

import numpy as np
import pytest

from coursekit import check
from coursekit.nn import batchnorm_train as engine_s

GRADIENT = "gamma / root * (dout - dout.mean(axis=0) - z * (dout * z).mean(axis=0))"
FROZEN = "gamma / root * dout"


def notebook(*, train: str = "", dx: str = GRADIENT, ddof: int = 0) -> dict:
    """The names of a notebook whose cache is a dict of the student's own."""
    names = {"np": np}
    exec(  # a notebook's cells share their globals, which is where `check` looks
        f"""
def batchnorm_train(x, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-05):
    {train}
    mean, var = x.mean(axis=0), x.var(axis=0, ddof={ddof})
    cache = {{"z": (x - mean) / np.sqrt(var + eps), "gamma": gamma, "root": np.sqrt(var + eps)}}
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return gamma * cache["z"] + beta, cache, running_mean, running_var


def batchnorm_backward(dout, cache):
    z, gamma, root = cache["z"], cache["gamma"], cache["root"]
    return {dx}, (dout * z).sum(axis=0), dout.sum(axis=0)
""",
        names,
    )
    return names


def test_it_is_found_in_the_notebook() -> None:
    names = notebook()
    assert check(names["batchnorm_backward"]).passed
    assert check(names["batchnorm_train"], names["batchnorm_backward"]).passed
    assert check(names["batchnorm_backward"], names["batchnorm_train"]).passed


def test_a_wrong_gradient_is_known_whatever_the_cache() -> None:
    (result,) = check(notebook(dx=FROZEN)["batchnorm_backward"]).results
    assert result.misconception == "frozen_statistics"
    assert result.score == 4


def test_where_it_is_not_written_yet_that_is_said() -> None:
    names = notebook(train='raise NotImplementedError("not written yet")')
    (result,) = check(names["batchnorm_backward"]).results
    assert result.score == 0
    assert (
        "batchnorm_train, whose result it is given, raised NotImplementedError: not written yet" in result.checks[0].got
    )
    assert result.diagnosis.startswith("Your batchnorm_train does not pass its own check yet (out, running_mean, ...)")


def test_where_it_is_missing_that_is_said() -> None:
    names = notebook()
    del names["batchnorm_train"]
    (result,) = check(names["batchnorm_backward"]).results
    assert result.checks[0].got == "it could not be called: there is no function batchnorm_train"


def test_where_it_is_wrong_it_is_to_be_mended_first() -> None:
    (result,) = check(notebook(ddof=1)["batchnorm_backward"]).results
    assert not result.passed
    assert result.misconception is None, "a right gradient of a wrong forward pass is no known mistake"
    assert "What does `check(batchnorm_train)` say?" in result.diagnosis


def test_the_engine_s_is_no_way_round() -> None:
    names = notebook()
    names["batchnorm_train"] = engine_s
    (result,) = check(names["batchnorm_backward"]).results
    assert result.score == 0
    assert "batchnorm_train is the engine's own here" in str(result)


@pytest.mark.parametrize("result", ["None", "(x,)", "x"])
def test_where_it_returns_something_else_that_is_said(result: str) -> None:
    (found,) = check(notebook(train=f"return {result}")["batchnorm_backward"]).results
    assert found.score == 0
    assert "whose result it is given, returned" in found.checks[0].got
