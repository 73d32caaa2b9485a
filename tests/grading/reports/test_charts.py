"""The charts of the class report."""

import pytest

from coursekit.grading.reports.charts import ticks


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0, 89, [0, 20, 40, 60, 89]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (35, 89, [35, 60, 89]),
        (0, 0.9, [0, 0.2, 0.4, 0.6, 0.9]),
        (0, 3, [0, 1, 2, 3]),
        (0, 12.5, [0, 5, 12.5]),
        (5, 5, [5]),
    ],
)
def test_an_axis_has_its_ends_and_round_numbers_between(low, high, found):
    assert ticks(low, high) == found
