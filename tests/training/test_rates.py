import numpy as np
import pytest

from coursekit.training import lr_range_test

NAN, INF = float("nan"), float("inf")
RATES = [0.001, 0.01, 0.1, 1.0]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([2.0, 1.0, 0.5, 0.4], 1.0),
        ([2.0, 1.0, 4.0, 0.4], 1.0),  # 4 times the best is not above it
        ([2.0, 1.0, 4.1, 0.4], 0.01),
        ([2.0, 1.0, NAN, 0.4], 0.01),
        ([2.0, INF, 1.0, 0.4], 0.001),
        ([2.0, 1.0, 3.9, 4.1], 0.1),  # the best so far, not the last one
        ([NAN, 1.0, 1.0, 1.0], None),
        ([INF, 1.0, 1.0, 1.0], None),
        ([0.0, 0.0, 1e-9, 0.0], 0.01),
    ],
)
def test_the_largest_rate_before_the_loss_blows_up(losses, expected):
    loss_at = dict(zip(RATES, losses, strict=True)).__getitem__
    assert lr_range_test(loss_at, RATES) == expected
    assert lr_range_test(lambda lr: np.float32(loss_at(lr)), np.array(RATES)) == expected


def test_rates_after_the_first_bad_one_are_not_tried():
    asked = []
    lr_range_test(lambda lr: asked.append(lr) or (1.0 if lr < 0.1 else NAN), RATES)
    assert asked == RATES[:3]


def test_one_rate():
    assert lr_range_test(lambda lr: 5.0, [0.1]) == 0.1


@pytest.mark.parametrize(
    ("lrs", "message"),
    [
        ([0.1, 0.01], r"lr_range_test: lrs must rise from each to the next, they are \[0.1  0.01\]"),
        ([0.1, 0.1], "lrs must rise"),
        ([-0.1, 0.1], "lrs must hold numbers of 0 or more"),
        ([], "lrs must not be empty"),
        ([0.1, NAN], "lrs must be finite"),
    ],
)
def test_rates_that_do_not_rise_are_refused(lrs, message):
    with pytest.raises(ValueError, match=message) as caught:
        lr_range_test(abs, lrs)
    assert "\n" not in str(caught.value)
