"""Which names a cell binds."""

import pytest

from coursekit.grading.bindings import names


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("def relu(x):\n    inner = 1\n    return inner", {"relu"}),
        ("async def relu(x): pass\nclass Net:\n    weights = 3", {"relu", "Net"}),
        ("import numpy as np\nfrom math import exp as e, log", {"np", "e", "log"}),
        ("relu, (elu, *rest) = 1, (2, 3)\nmade[0] = other.part = 4", {"relu", "elu", "rest"}),
        ("relu: object = None\ncount += 1", {"relu", "count"}),
        ("if (n := 3):\n    def relu(x): pass\nelse:\n    elu = 1", {"n", "relu", "elu"}),
        ("with open('x') as file:\n    for i in range(3):\n        relu = i", {"file", "i", "relu"}),
        ("try:\n    relu = 1\nexcept OSError:\n    elu = 2", {"relu", "elu"}),
        ("print(relu)", set()),
        ("def relu(x:", set()),
        ("%timeit relu(3)", set()),
        ("(" * 100_000, set()),
    ],
)
def test_what_is_bound(source, bound):
    assert names(source) == bound
