"""The widgets on batch normalization: what they draw is what the engine computes, and what their buttons say is what is
seen."""

import numpy as np
import pytest

from coursekit.nn import batchnorm_train
from coursekit.widgets import Try, Widget, find
from coursekit.widgets.batchnorm.batch_pass import EPS, SHAPES, skewness
from coursekit.widgets.figure import Bars, Dots, Figure, Panel


def suggestion(widget: Widget, label: str) -> Try:
    return next(t for t in widget.tries if t.label == label)


def tried(id: str, label: str) -> Figure:
    return find(id).figure(suggestion(find(id), label).values)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


# -- batch ---------------------------------------------------------------------------------------------------------


def examples(figure: Figure, id: str) -> np.ndarray:
    return np.asarray(next(m for m in panel(figure, id).marks if isinstance(m, Dots)).x)


def heights(figure: Figure, id: str) -> np.ndarray:
    return np.asarray(next(m for m in panel(figure, id).marks if isinstance(m, Bars)).heights)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_dots_are_what_the_engine_makes_of_the_batch(shape: str) -> None:
    figure = find("batchnorm.batch").figure({"shape": shape, "gamma": 0.5, "beta": 3.0, "n": 40, "seed": 3})
    zero, one = np.zeros(1), np.ones(1)
    raw = examples(figure, "raw")[:, None]
    out = batchnorm_train(raw, 0.5 * one, 3.0 * one, zero, one, eps=EPS)[0]
    assert np.allclose(examples(figure, "out"), out[:, 0], rtol=0, atol=1e-12)
    normalized = examples(figure, "normalized")
    assert normalized.mean() == pytest.approx(0.0, abs=1e-9)
    assert normalized.std() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    "values", [{}, {"n": 1}, {"gamma": 0.0}, {"undo": True}, {"n": 256, "gamma": 3.0, "beta": 4.0}]
)
def test_every_example_is_in_a_bar(values: dict[str, object]) -> None:
    figure = find("batchnorm.batch").figure(values)
    for id in ("raw", "normalized", "out"):
        assert heights(figure, id).sum() == pytest.approx(100.0)


def test_two_humps_stay_two_humps() -> None:
    normalized = examples(tried("batchnorm.batch", "Two humps stay two humps"), "normalized")
    assert abs(normalized.mean()) < 1e-9
    assert normalized.std() == pytest.approx(1.0, abs=1e-4)
    in_the_middle = np.mean(np.abs(normalized) < 0.4)
    assert in_the_middle < 0.12  # a Gaussian has 31 % there
    assert 0.3 < np.mean(normalized > 0.4) < 0.7


def test_the_skew_is_the_same_after_normalizing() -> None:
    figure = find("batchnorm.batch").figure({"shape": "skewed", "n": 256})
    before, after = (skewness(examples(figure, id)) for id in ("raw", "normalized"))
    assert before > 1.0
    assert after == pytest.approx(before, rel=1e-9)


def test_gamma_and_beta_undo_it() -> None:
    figure = tried("batchnorm.batch", "Undo it")
    assert np.allclose(examples(figure, "out"), examples(figure, "raw"), rtol=0, atol=1e-9)
    assert "undone" in figure.status
    assert np.array_equal(heights(figure, "out"), heights(figure, "raw"))


def test_a_batch_of_two_is_always_minus_one_and_one() -> None:
    values = dict(suggestion(find("batchnorm.batch"), "A batch of two").values)
    for seed in range(8):
        figure = find("batchnorm.batch").figure(values | {"seed": seed})
        assert np.sort(examples(figure, "normalized")) == pytest.approx([-1.0, 1.0], abs=0.01)


def test_a_single_example_becomes_beta() -> None:
    figure = find("batchnorm.batch").figure({"n": 1, "beta": 2.5})
    assert examples(figure, "normalized") == pytest.approx([0.0], abs=1e-12)
    assert examples(figure, "out") == pytest.approx([2.5], abs=1e-12)


def test_epsilon_counts_where_the_spread_is_small() -> None:
    figure = tried("batchnorm.batch", "Where ε counts")
    raw, normalized = examples(figure, "raw"), examples(figure, "normalized")
    assert raw.var() < EPS
    assert 0.4 < normalized.std() < 0.6
    assert "small beside ε" in figure.status
