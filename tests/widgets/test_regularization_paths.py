"""Weight paths: each fit is the least of its loss, and what the buttons say is what is seen."""

from typing import Any

import numpy as np
import pytest

from coursekit import nn
from coursekit.widgets import find
from coursekit.widgets.figure import Bars, Dots, Figure, Line, Panel, Rule, Text
from coursekit.widgets.regularization import linear_paths
from coursekit.widgets.regularization.linear_paths import EXAMPLES, STRENGTHS, TRUE, Path, examples, fit, path
from coursekit.widgets.regularization.paths import NEAR, zeros

ID = "regularization.paths"


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def tried(label: str, **changes: Any) -> tuple[Path, Path, Figure]:
    chosen = next(t for t in find(ID).tries if t.label == label)
    v = find(ID).defaults | dict(chosen.values) | changes
    exact = v["step"] == "exact"
    a = path(v["share"], exact, v["likeness"], v["seed"], v["lam"])
    return a, path(0.0, True, v["likeness"], v["seed"], v["lam"]), find(ID).figure(v)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("likeness", [0.0, 0.9])
def test_the_fit_is_the_least_of_its_loss(share: float, likeness: float) -> None:
    """Where a weight is not 0 the slope is 0; where it is 0, the loss's own slope is less than that of the kink."""
    data, lam = examples(likeness, 1), np.array([0.05, 0.3, 2.0])
    w = fit(data, lam, share, exact=True)
    slope = data.x.T @ (data.x @ w - data.y[:, None]) / EXAMPLES + lam * (1 - share) * w
    kink = lam * share
    on = w != 0
    assert np.abs(slope + kink * np.sign(w))[on].max() < 1e-4
    assert (np.abs(slope) - kink)[~on].max(initial=-1.0) < 1e-4
    assert on.any()
    assert share == 0.1 or not on.all()


def test_l2_is_ridge_regression_in_closed_form() -> None:
    data = examples(0.5, 2)
    w = fit(data, np.array([0.2, 5.0]), 0.0, exact=True)
    for j, lam in enumerate((0.2, 5.0)):
        square = data.x.T @ data.x / EXAMPLES + lam * np.eye(len(TRUE))
        assert np.allclose(w[:, j], np.linalg.solve(square, data.x.T @ data.y / EXAMPLES), atol=1e-6)


def test_the_features_are_standardized_and_the_twins_alike() -> None:
    data = examples(0.9, 0)
    assert np.allclose(data.x.mean(axis=0), 0)
    assert np.allclose(data.x.std(axis=0), 1)
    assert abs(data.y.mean()) < 1e-12
    both = np.vstack([data.x, data.x_new])
    assert np.corrcoef(both[:, 0], both[:, 3])[0, 1] == pytest.approx(0.9, abs=0.03)


def test_lines_bars_and_dots_are_the_fit() -> None:
    figure = find(ID).figure({"lam": 0.3})
    p = path(1.0, True, 0.0, 0, 0.3)
    lines = [m for m in panel(figure, "path_a").marks if isinstance(m, Line)]
    assert sorted(float(np.asarray(line.y)[0]) for line in lines) == pytest.approx(sorted(p.weights[:, 0]))
    assert np.array_equal(lines[0].x, STRENGTHS)
    dots = next(m for m in panel(figure, "path_a").marks if isinstance(m, Dots))
    assert np.array_equal(dots.y, p.here)
    where = panel(figure, "weights_a")
    assert [float(np.asarray(m.heights)[0]) for m in where.marks if isinstance(m, Bars)] == p.here.tolist()
    assert sum(isinstance(m, Text) for m in where.marks) == np.sum(p.here == 0)
    rules = [m.x for m in panel(figure, "errors").marks if isinstance(m, Rule) and m.x is not None]
    assert rules == [0.3]


def test_zeros_are_counted_apart_from_what_is_near() -> None:
    assert zeros(np.array([0.0, -0.0, 0.5 * NEAR, -0.9 * NEAR, 2 * NEAR, 1.0])) == (2, 2)


def test_errors_are_those_of_new_examples() -> None:
    p, data = path(1.0, True, 0.0, 0, 0.3), examples(0.0, 0)
    assert p.error_here == pytest.approx(np.mean((data.x_new @ p.here - data.y_new) ** 2))
    assert p.errors[p.best] == p.errors.min()


# -- the tries -----------------------------------------------------------------------------------------------------


def test_zeros_and_no_zeros() -> None:
    a, b, figure = tried("Zeros, and no zeros")
    gone = np.flatnonzero(a.here == 0)
    assert len(gone) == 5
    assert (TRUE[gone] == 0).all()
    assert (b.here != 0).all()
    assert (b.weights != 0).all()
    assert (a.weights[:, -1] == 0).all()
    assert len({int(np.argmax(row == 0)) for row in a.weights}) > 5  # one path after the other
    assert "5 of 10 weights are 0" in panel(figure, "path_a").title


def test_twins() -> None:
    a, b, _ = tried("Twins")
    assert a.here[0] > 3.0
    assert a.here[3] == 0.0
    assert b.here[0] == pytest.approx(b.here[3], rel=0.1)
    other, _, _ = tried("Twins", seed=1)
    assert other.here[0] == 0.0
    assert other.here[3] > 3.0


def test_elastic_net() -> None:
    a, _, _ = tried("Elastic net")
    assert min(a.here[0], a.here[3]) > 1.0
    assert a.here[0] == pytest.approx(a.here[3], rel=0.2)
    gone = np.flatnonzero(a.here == 0)
    assert len(gone) == 4
    assert (TRUE[gone] == 0).all()


def test_l1_by_plain_gradient_steps() -> None:
    a, _, _ = tried("L1 by plain gradient steps")
    exact, _, _ = tried("Zeros, and no zeros")
    assert (a.here != 0).all()
    data = examples(0.0, 0)
    lr = 1.0 / np.linalg.eigvalsh(data.x.T @ data.x / EXAMPLES).max()
    hop = np.abs(a.here[exact.here == 0])
    assert hop.max() < 2 * lr * 0.3
    assert hop.mean() > 0.2 * lr * 0.3


def test_a_plain_step_is_the_engines_gradient_of_l1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few steps only: later the hops across 0 make much of the last digit."""
    monkeypatch.setattr(linear_paths, "STEPS", 8)
    data = examples(0.0, 0)
    lr = 1.0 / np.linalg.eigvalsh(data.x.T @ data.x / EXAMPLES).max()
    w = np.zeros(len(TRUE))
    for _ in range(8):
        dw = data.x.T @ (data.x @ w - data.y) / EXAMPLES
        w = w - lr * (dw + nn.l1_penalty(w, 0.1)[1])
    assert np.allclose(fit(data, np.array([0.1]), 1.0, exact=False)[:, 0], w, atol=1e-9)
