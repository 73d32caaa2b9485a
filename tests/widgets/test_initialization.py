"""The widgets on initialization: what is drawn is what was run, and what the buttons say is what is seen."""

import numpy as np
import pytest

from coursekit.widgets import Widget, find
from coursekit.widgets.figure import Edges, Figure
from coursekit.widgets.initialization.demo import Run, run


def chosen(widget: Widget, label: str) -> dict[str, object]:
    return dict(next(t for t in widget.tries if t.label == label).values)


def try_run(label: str) -> Run:
    values = chosen(find("initialization.demo"), label)
    return run(values["data"], values["start"], values["seed"])


def first(result: Run) -> np.ndarray:
    return np.sqrt(np.mean(np.square(result.gradients[:, :12]), axis=1))


def drawn(figure: Figure) -> Edges:
    return next(m for m in figure.panels[0].marks if isinstance(m, Edges))


# -- demo ----------------------------------------------------------------------------------------------------------


def test_zero_stays_zero() -> None:
    result = try_run("Zero")
    assert not result.weights.any()
    assert not result.gradients.any()
    assert result.accuracy[-1] == 0.5


def test_too_small_stalls() -> None:
    result = try_run("Too small")
    assert 0 < first(result)[0] < 1e-4
    assert result.cost[-1] == pytest.approx(np.log(2), abs=2e-3)


def test_appropriate_learns() -> None:
    result = try_run("Appropriate")
    assert result.accuracy[-1] > 0.9
    assert result.cost[1] < result.cost[0]
    assert result.cost[-1] < 0.2


def test_too_large_begins_with_a_huge_cost_and_gradient() -> None:
    result = try_run("Too large")
    assert 100 < result.cost[0] < 1000
    assert first(result)[0] > 100 * first(try_run("Appropriate"))[0]


@pytest.mark.parametrize(("edges", "array"), [("w", "weights"), ("g", "gradients")])
def test_the_edges_are_the_run_s_and_the_view_does_not_train_again(edges: str, array: str) -> None:
    run.cache_clear()
    find("initialization.demo").figure({"data": "moons"})
    figure = find("initialization.demo").figure({"data": "moons", "edges": edges})
    assert run.cache_info().misses == 1
    np.testing.assert_array_equal(drawn(figure).value, getattr(run("moons", "he", 0), array).astype(np.float32))


def test_every_edge_joins_the_units_of_its_weight() -> None:
    mark = drawn(find("initialization.demo").figure())
    assert mark.value.shape[1] == 2 * 6 + 6 * 6 + 6 * 6 + 6 * 2
    assert np.array_equal(mark.x2, mark.x1 + 1)
    # Weight (i, j) of the first layer, row by row: from input i to unit j.
    assert len(set(mark.y1[0, :6])) == 1
    assert len(set(mark.y2[0, :6])) == 6
