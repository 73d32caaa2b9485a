"""What the claims on activations count, beside their verdicts."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from coursekit import nn
from coursekit.claims import Verdict, claims_of
from coursekit.claims.activations.costs import (
    EXPONENTIALS,
    UNITS,
    array_operations,
    exponential_operations,
    linear_operations,
    operations,
    polynomial_degree,
)

Values = NDArray[np.floating]
EXPENSIVE = next(claim for claim in claims_of("activations") if claim.id == "exp-is-expensive")


def by_polynomial(x: Values, degree: int) -> Values:
    """The exponential as it is counted: reduced, by Horner's rule, and scaled."""
    k = np.round(x / np.log(2.0).astype(x.dtype))
    r = x - k * np.log(2.0).astype(x.dtype)
    value = np.full_like(x, 1.0 / math.factorial(degree))
    for power in range(degree - 1, -1, -1):
        value = value * r + np.asarray(1.0 / math.factorial(power), x.dtype)
    return np.asarray(np.ldexp(value, k.astype(np.int32)))


@pytest.mark.parametrize(("dtype", "degree"), [(np.float64, 13), (np.float32, 7)])
def test_the_counted_polynomial_gives_the_exponential_and_a_shorter_one_does_not(dtype: type, degree: int) -> None:
    assert polynomial_degree(dtype) == degree
    x: Values = np.linspace(-math.log(2.0) / 2.0, math.log(2.0) / 2.0, 2001).astype(dtype)
    exact, last_place = np.exp(x.astype(np.longdouble)), float(np.finfo(dtype).eps)

    def off(degree: int) -> float:
        return float(np.max(np.abs(by_polynomial(x, degree) / exact - 1.0))) / last_place

    assert off(degree) < 1.5
    assert off(degree - 2) > 2.0
    far: Values = np.linspace(-5.0, 5.0, 101).astype(dtype)
    np.testing.assert_allclose(by_polynomial(far, degree), np.exp(far), rtol=20 * last_place)


def test_what_the_layers_do_to_each_number() -> None:
    assert array_operations("relu") == {"larger": 1, "greater": 1, "multiply": 1}
    assert array_operations("tanh") == {"tanh": 1, "multiply": 2, "subtract": 1}
    for unit in UNITS:
        exponentials = sum(n for name, n in array_operations(unit).items() if name in EXPONENTIALS)
        assert exponentials == {"relu": 0, "leaky_relu": 0, "tanh": 1, "sigmoid": 1, "elu": 2}[unit]
    # The functions behind the layer ELU: what is counted is what they compute.
    assert nn.ELU().function.func is nn.elu  # type: ignore[attr-defined]
    assert array_operations("elu")["where"] == 2


def test_an_operation_is_counted_once_and_an_exponential_by_its_polynomial() -> None:
    assert exponential_operations(np.float64) == 5 + 2 * 13
    assert operations("relu") == operations("relu", np.float32) == 3
    assert operations("tanh") == 3 + 4 + exponential_operations(np.float64)
    assert operations("elu") == 9 + 2 * exponential_operations(np.float64)
    assert operations("sigmoid") - operations("sigmoid", np.float32) == 2 * (13 - 7)
    # x @ w, x.T @ dout and dout @ w.T of N examples, over the N * width outputs.
    assert linear_operations(256) == 3 * 2 * 256


def test_no_time_moves_the_verdict_and_the_counts_do() -> None:
    """It is the same on a machine where tanh costs nothing, and on one where it costs a hundred times as much."""
    assert EXPENSIVE.experiment is not None
    assert EXPENSIVE.judge is not None
    numbers = {name: np.array([value]) for name, value in EXPENSIVE.experiment(0).items()}
    timed = [name for name in numbers if name.startswith("time")]
    assert len(timed) == 12
    for time in (1e-3, 1.0, 100.0):
        for name in timed:
            numbers[name] = np.array([time])
        assert EXPENSIVE.judge(numbers) is EXPENSIVE.verdict
    cheap = numbers | {"count_tanh": numbers["count_relu"]}
    assert EXPENSIVE.judge(cheap) is Verdict.NOT_HERE
    dear = numbers | {"count_elu": numbers["count_linear"]}
    assert EXPENSIVE.judge(dear) is Verdict.WRONG


def test_counts_do_not_depend_on_the_seed() -> None:
    assert EXPENSIVE.experiment is not None
    first, second = (EXPENSIVE.experiment(seed) for seed in (0, 1))
    same = [name for name in first if not name.startswith("time")]
    assert {name: first[name] for name in same} == {name: second[name] for name in same}
