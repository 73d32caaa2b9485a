import numpy as np
import pytest

from coursekit.training import halton_points

PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]


def mirrored(i, base):
    """The radical inverse by its definition, digit by digit."""
    value, place = 0.0, 1.0 / base
    while i:
        value += place * (i % base)
        i, place = i // base, place / base
    return value


def test_the_plain_sequence_is_haltons():
    expected = [[mirrored(i, base) for base in PRIMES] for i in range(1, 201)]
    np.testing.assert_allclose(halton_points(200, 10), expected, rtol=1e-11)
    assert halton_points(4, 1).ravel().tolist() == [0.5, 0.25, 0.75, 0.125]


@pytest.mark.parametrize("rng", [None, 0, 1])
@pytest.mark.parametrize(("column", "power"), [(0, 1), (0, 5), (1, 3), (2, 2), (5, 1)])
def test_any_power_of_the_base_in_a_row_fills_as_many_equal_parts(rng, column, power):
    points = halton_points(400, 6, None if rng is None else np.random.default_rng(rng))[:, column]
    parts = PRIMES[column] ** power
    for start in (0, 1, 7, 100):
        cells = np.floor(points[start : start + parts] * parts + 1e-9).astype(int)
        np.testing.assert_array_equal(np.sort(cells), np.arange(parts))


@pytest.mark.parametrize("d", [1, 8, 60])
def test_points_lie_in_the_cube_and_are_the_same_for_a_seed(d):
    points = halton_points(500, d, np.random.default_rng(3))
    assert points.shape == (500, d)
    assert points.min() >= 0
    assert points.max() < 1
    np.testing.assert_array_equal(points, halton_points(500, d, np.random.default_rng(3)))
    assert not np.array_equal(points, halton_points(500, d, np.random.default_rng(4)))


def test_scrambled_points_are_uniform():
    first = np.concatenate([halton_points(1, 20, np.random.default_rng(seed)) for seed in range(60)])
    assert np.abs(first.mean() - 0.5) < 4 * np.sqrt(1 / 12 / first.size)
    assert np.abs(np.mean(first**2) - 1 / 3) < 4 * np.sqrt(4 / 45 / first.size)


def test_they_fill_the_square_more_evenly_than_independent_draws():
    def worst_box(points):
        """The star discrepancy over a grid of boxes at the origin."""
        sides = np.linspace(0.05, 1.0, 20)
        inside = [[np.mean(np.all(points < (a, b), axis=1)) - a * b for a in sides] for b in sides]
        return np.abs(inside).max()

    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert 2 * worst_box(halton_points(256, 2, rng)) < worst_box(rng.random((256, 2)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 2), "halton_points: n must be a whole number, 1 or more, not 0"),
        ((2, 0), "halton_points: d must be a whole number, 1 or more, not 0"),
        ((2, 2, 7), "halton_points: rng must be a numpy.random.Generator"),
    ],
)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message):
        halton_points(*arguments)
