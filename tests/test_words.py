"""Numbers in sentences."""

import pytest

from coursekit.words import plain


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0.0, "0"),
        (0.0283, "0.028"),
        (-1.0, "−1.000"),
        (2035.321, "2035"),
        (47.26, "47.3"),
        (0.00005, "5.0 × 10⁻⁵"),
        (-1.234e-12, "−1.2 × 10⁻¹²"),
        (12345.0, "1.2 × 10⁴"),
    ],
)
def test_plain(number: float, said: str) -> None:
    assert plain(number) == said


def test_fewer_decimals_on_request() -> None:
    assert plain(0.5, 1) == "0.5"
    assert plain(-0.01, 2) == "−0.01"
