import numpy as np
import pytest

from coursekit import data

SETS = {"spiral": 3, "moons": 2, "xor": 2, "circles": 2, "blobs": 3}
every_set = pytest.mark.parametrize("name", SETS)


def make(name, n=300, seed=0, **settings):
    return getattr(data, name)(n, np.random.default_rng(seed), **settings)


def test_the_table_holds_every_toy_set():
    modules = {name: getattr(getattr(data, name), "__module__", "") for name in data.__all__}
    assert set(SETS) == {name for name, module in modules.items() if module == "coursekit.data.toy"}


@every_set
def test_shapes_dtypes_and_balance(name):
    for n in (1, 10, 300):
        x, y = make(name, n)
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((n, 2), np.float64, (n,), np.int64)
        assert np.ptp(np.bincount(y, minlength=SETS[name])) <= 1
        assert np.isfinite(x).all()
        assert np.abs(x).max() < 4


@every_set
def test_the_generator_decides(name):
    x, y = make(name)
    np.testing.assert_array_equal(x, make(name)[0])
    np.testing.assert_array_equal(y, make(name)[1])
    assert not np.array_equal(x, make(name, seed=1)[0])


@every_set
def test_noise_blurs(name):
    clean, blurred = make(name, noise=0.0)[0], make(name, noise=0.5)[0]
    assert not np.array_equal(clean, blurred)


@pytest.mark.parametrize("name", ["spiral", "blobs"])
def test_any_number_of_classes(name):
    assert set(make(name, n_classes=5)[1]) == set(range(5))


def test_xor_is_xor():
    x, y = make("xor")
    np.testing.assert_array_equal(y, (x[:, 0] >= 0) != (x[:, 1] >= 0))


def test_circles_lie_on_their_circles():
    x, y = make("circles", noise=0.0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1.0, 0.5), rtol=1e-14)


def test_moons_are_half_circles_that_interlock():
    x, y = make("moons", noise=0.0)
    np.testing.assert_allclose(np.hypot(*(x[y == 0] + [0.5, 0.25]).T), 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.hypot(*(x[y == 1] - [0.5, 0.25]).T), 1.0, rtol=1e-14)
    assert (x[y == 0, 1] >= -0.25).all()
    assert (x[y == 1, 1] <= 0.25).all()


def test_blobs_have_their_centres_on_the_circle():
    x, y = make("blobs", n=6000)
    for label in range(3):
        assert np.hypot(*x[y == label].mean(axis=0)) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("spiral", {"n": 0}, "spiral: n must be a whole number, 1 or more, not 0"),
        ("moons", {"n": 2.5}, "moons: n must be"),
        ("blobs", {"n_classes": 1}, "blobs: n_classes must be a whole number, 2 or more, not 1"),
        ("circles", {"noise": -0.1}, "circles: noise must be a number, 0 or more, and finite, not -0.1"),
        ("xor", {"noise": float("nan")}, "xor: noise must be"),
    ],
)
def test_bad_arguments_are_refused(name, settings, message):
    with pytest.raises(ValueError, match=message):
        make(name, **settings)


@every_set
def test_the_generator_must_be_one(name):
    with pytest.raises(ValueError, match=f"{name}: rng must be a numpy.random.Generator .*, not 0"):
        getattr(data, name)(10, 0)
