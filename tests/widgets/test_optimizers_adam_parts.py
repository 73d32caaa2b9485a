"""Adam's parts: each run is the formula with that part left out, and the suggestions say what happens."""

from typing import Any

import numpy as np
import pytest

from coursekit.optim import LANDSCAPES, adam, path, rmsprop
from coursekit.widgets import find
from coursekit.widgets.figure import Figure, Line
from coursekit.widgets.optimizers.adam_parts import EPS, STEPS, Run, noise, run

WIDGET = find("optimizers.adam_parts")
WHOLE: dict[str, Any] = {"first": True, "second": True, "correction": True, "eps": EPS}
RAVINE = LANDSCAPES["ravine"]


def tried(label: str, **changes: Any) -> tuple[Figure, Run, Run]:
    """The figure of a suggestion, the run of Adam and the run of B."""
    values = WIDGET.check(dict(next(t for t in WIDGET.tries if t.label == label).values) | changes)
    added = noise(values["sigma"], values["seed"])
    parts = {name: values[name] for name in WHOLE}
    return WIDGET.figure(values), run(values["lr"], added, **WHOLE), run(values["lr"], added, **parts)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
@pytest.mark.parametrize("correction", [True, False])
def test_a_run_is_the_formula_without_the_parts_that_are_off(first: bool, second: bool, correction: bool) -> None:
    added, lr, eps = noise(2.0, 3), 0.02, 0.1
    result = run(lr, added, first=first, second=second, correction=correction, eps=eps)
    w, m, v = np.array(RAVINE.start), np.zeros(2), np.zeros(2)
    for t in range(1, 41):
        g = np.array(RAVINE.gradient(*w)) + added[t - 1]
        m = 0.9 * m + 0.1 * g if first else g
        v = 0.999 * v + 0.001 * g * g
        m_hat = m / (1 - 0.9**t) if correction and first else m
        v_hat = v / (1 - 0.999**t) if correction else v
        before, w = w, w - lr * (m_hat / (np.sqrt(v_hat) + eps) if second else m_hat)
        assert result.places[t] == pytest.approx(w, rel=1e-9, abs=1e-9)
        assert result.costs[t] == pytest.approx(RAVINE.value(*w), rel=1e-8, abs=1e-12)
        assert result.lengths[t - 1] == pytest.approx(np.linalg.norm(w - before) / lr, rel=1e-6)


def test_with_all_its_parts_b_is_adam_on_the_engine_s_own_path() -> None:
    figure = WIDGET.figure({"correction": True})
    places = path(adam, RAVINE.gradient, RAVINE.start, STEPS, lr=0.05)
    lines = [m for m in figure.panels[0].marks if isinstance(m, Line)]
    for line in lines:
        assert line.x == pytest.approx(places[:, 0], rel=1e-5, abs=1e-6)
    assert figure.panels[0].title == "B is Adam with all its parts"
    # Without m and correction it is RMSProp with the decay of beta2.
    without = run(0.05, noise(0.0, 0), first=False, second=True, correction=False, eps=EPS)
    assert without.places == pytest.approx(path(rmsprop, RAVINE.gradient, RAVINE.start, STEPS, lr=0.05, decay=0.999))


def test_both_get_the_same_noise_and_the_button_draws_another() -> None:
    assert np.array_equal(noise(2.0, 0), 2.0 * noise(1.0, 0))
    assert not np.array_equal(noise(1.0, 0), noise(1.0, 1))
    assert not noise(0.0, 5).any()


def test_no_bias_correction() -> None:
    figure, whole, part = tried("No bias correction")
    assert part.lengths[0] / whole.lengths[0] == pytest.approx(0.1 / 0.001**0.5, rel=1e-3)
    assert figure.panels[2].title == "B's first step is 3.16 times as long as Adam's"
    assert (part.lengths / whole.lengths)[:12].max() > 5
    assert part.places[:13, 1].min() < -0.5  # thrown across
    assert whole.places[:13, 1].min() > 0


@pytest.mark.parametrize("seed", range(5))
def test_no_first_moment(seed: int) -> None:
    _, whole, part = tried("No first moment", seed=seed)
    assert part.lengths.sum() > 2 * whole.lengths.sum()
    assert np.linalg.norm(part.places[-1] - whole.places[-1]) < 0.5


def test_no_second_moment() -> None:
    figure, whole, part = tried("No second moment")
    assert part.lengths[0] / whole.lengths[0] == pytest.approx(14.3, abs=0.1)
    assert part.lengths[0] == pytest.approx(np.hypot(*RAVINE.gradient(*RAVINE.start)))
    assert part.lengths[-10:].max() < 1e-3
    assert "without √v" in figure.panels[0].title
    _, whole, part = tried("No second moment", lr=0.2)
    assert np.abs(part.places[:, 1]).max() > RAVINE.window[3]
    assert np.abs(whole.places[:, 1]).max() <= 1.0


def test_a_large_eps() -> None:
    _, whole, part = tried("A large ε")
    assert part.lengths.max() < whole.lengths.max()
    assert -1.5 < part.places[-1, 0] < -1.0  # from -2.5
    assert abs(part.places[-1, 1]) < 1e-3
    assert np.linalg.norm(whole.places[-1]) < 1e-3
