"""The remark on loops: measured, for right answers only, and worth no points."""

import numpy as np

from coursekit import check
from coursekit.exercises import assignment

RELU = assignment("activations").exercises["relu"]


def test_a_loop_is_told_how_much_faster_it_could_be() -> None:
    def relu(x):
        out = np.empty_like(x)
        for i in np.ndindex(x.shape):
            out[i] = max(0.0, x[i])
        return out

    report = check(relu)
    assert report.passed
    (note,) = report.results[0].notes
    assert "On 40,000 numbers your function took" in note
    assert "times less" in note


def test_vector_code_is_told_nothing() -> None:
    assert RELU.pace(lambda x: np.maximum(x, 0)) == ""
    assert RELU.pace(lambda x: x * (x > 0)) == ""


def test_nothing_is_said_where_there_is_nothing_to_say_it_of() -> None:
    assert RELU.pace(lambda x: 1 / 0) == ""
    assert assignment("activations").exercises["dead_fraction"].pace(lambda h: 0.0) == ""
