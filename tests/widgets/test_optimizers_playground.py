"""The playground: its paths are the engine's, its titles and suggestions say what is drawn."""

from typing import Any

import numpy as np
import pytest

from coursekit.optim import LANDSCAPES, adadelta, adam, adamw, inverse_time_decay, nesterov, path, sgd
from coursekit.widgets import Checkbox, Point, Slider, find
from coursekit.widgets.figure import Contour, Dots, Figure, Line, Mark, Panel
from coursekit.widgets.optimizers.playground import NEAR
from coursekit.widgets.optimizers.racers import RACERS, STEPS, Walk, walk

WIDGET = find("optimizers.playground")
ALL = {racer.name: True for racer in RACERS}
NONE = {racer.name: False for racer in RACERS}


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def line(figure: Figure, id: str, name: str) -> Any:
    return next(m for m in panel(figure, id).marks if isinstance(m, Line) and m.colour == name)


def tried(label: str) -> tuple[Figure, dict[str, Walk]]:
    """The figure of a suggestion, and the walk of every optimizer with its settings."""
    values = WIDGET.check(next(t for t in WIDGET.tries if t.label == label).values)
    where = values["landscape"]
    walks = {
        r.name: walk(where, values[f"start_{where}"], r, values[f"{r.name}_rate"], values[f"{r.name}_decay"])
        for r in RACERS
    }
    return WIDGET.figure(values), walks


@pytest.mark.parametrize(
    ("name", "values", "rule", "settings"),
    [
        ("sgd", {"sgd_rate": 0.02}, sgd, {"lr": 0.02}),
        ("sgd", {"sgd_decay": 0.02}, sgd, {"lr": lambda t: inverse_time_decay(t, lr0=0.01, k=0.02)}),
        ("nesterov", {"nesterov_decay": 0.5}, nesterov, {"lr": 0.01, "rho": 0.5}),
        ("adadelta", {"adadelta_rate": 1e-2}, adadelta, {"eps": 1e-2, "rho": 0.95}),
        ("adam", {"adam_decay": 0.7}, adam, {"lr": 0.1, "beta1": 0.7}),
        ("adamw", {"adamw_decay": 0.3}, adamw, {"lr": 0.1, "weight_decay": 0.3}),
    ],
)
@pytest.mark.parametrize("landscape", ["ravine", "himmelblau"])
def test_a_path_is_the_one_that_the_engine_takes(
    landscape: str, name: str, values: dict[str, Any], rule: Any, settings: dict[str, Any]
) -> None:
    figure = WIDGET.figure(NONE | {name: True, "landscape": landscape} | values)
    where = LANDSCAPES[landscape]
    places = path(rule, where.gradient, where.start, STEPS, **settings)
    drawn = line(figure, "plane", name)
    assert drawn.x == pytest.approx(places[:, 0], rel=1e-5, abs=1e-6)
    assert drawn.y == pytest.approx(places[:, 1], rel=1e-5, abs=1e-6)
    costs = where.value(*places.T)
    seen = (costs > 1e-5) & (costs < 1e4)
    assert line(figure, "costs", name).y[seen] == pytest.approx(costs[seen], rel=1e-5)


def test_there_is_a_start_on_every_landscape_and_a_tick_a_rate_and_a_decay_for_every_optimizer() -> None:
    controls = {c.name: c for c in WIDGET.controls}
    for name, where in LANDSCAPES.items():
        start = controls[f"start_{name}"]
        assert isinstance(start, Point)
        assert start.value == where.start
    for racer in RACERS:
        tick, *knobs = (c for c in WIDGET.controls if c.group == racer.words)
        assert isinstance(tick, Checkbox)
        assert tick.colour == racer.name
        assert [type(knob) for knob in knobs] == [Slider, Slider]
        assert all(knob.when == {racer.name: (True,)} for knob in knobs)


def test_lines_grow_and_heads_move_with_the_frames_in_half_the_bytes() -> None:
    figure = WIDGET.figure(ALL)
    assert figure.frames is not None
    assert figure.frames.count == STEPS + 1
    for id in ("plane", "costs"):
        for mark in panel(figure, id).marks:
            if isinstance(mark, Line):
                assert mark.grow
                assert len(mark.x) == STEPS + 1
                assert mark.y.dtype == np.float32
    heads = [m for m in panel(figure, "plane").marks if isinstance(m, Dots) and m.frames]
    assert [head.colour for head in heads] == list(ALL)
    for head in heads:
        assert head.x[:, 0].tolist() == line(figure, "plane", head.colour).x.tolist()


def test_a_drag_does_not_compute_the_level_lines_anew() -> None:
    def ground(start: tuple[float, float]) -> Mark:
        return next(m for m in panel(WIDGET.figure({"start_ravine": start}), "plane").marks if isinstance(m, Contour))

    assert ground((1.0, 1.0)) is ground((0.5, 0.25))


@pytest.mark.parametrize("landscape", list(LANDSCAPES))
def test_titles_and_status_count_what_is_there(landscape: str) -> None:
    figure = WIDGET.figure(ALL | {"landscape": landscape})
    where, title = LANDSCAPES[landscape], panel(figure, "plane").title
    runs = {r.name: walk(landscape, where.start, r, r.rate.value, r.decay.value) for r in RACERS}
    for racer in RACERS:
        lost = runs[racer.name].lost
        assert (f"{racer.words} far outside at step {lost}" in figure.status) == (lost is not None)
    if not where.minima:
        assert title.startswith(f"after {STEPS} steps 7 of 8 have left")
        return
    minima = np.array(where.minima)
    ends = [run.places[-1] for run in runs.values() if run.lost is None]
    near = [np.hypot(*(minima - end).T) for end in ends]
    assert title.startswith(f"after {STEPS} steps {sum(d.min() <= NEAR for d in near)} of 8 are at ")


def test_a_path_that_leaves_is_cut_and_without_a_tick_the_landscape_is_still_drawn() -> None:
    figure = WIDGET.figure({"landscape": "rosenbrock"})
    y = line(figure, "plane", "sgd").y
    assert np.isnan(y[-1])
    assert "gradient descent far outside at step 4" in figure.status
    assert np.isfinite(y[:4]).all()
    empty = WIDGET.figure(NONE)
    assert not [m for m in panel(empty, "plane").marks if isinstance(m, Line)]
    assert panel(empty, "plane").title == "tick an optimizer below"


def test_a_suggestion_shows_the_same_whatever_was_set_before() -> None:
    for first in WIDGET.tries:
        for second in WIDGET.tries:
            after = WIDGET.figure(dict(first.values) | dict(second.values))
            assert after.status == WIDGET.figure(second.values).status


# -- the tries -----------------------------------------------------------------------------------------------------


def test_a_ravine_all_eight() -> None:
    _, runs = tried("A ravine, all eight")
    falls, rolls = runs["sgd"], runs["momentum"]
    assert abs(falls.places[10, 1]) < 0.12
    assert falls.places[10, 0] < -2.2  # down, and hardly along
    assert falls.costs[-1] > 1e9 * rolls.costs[-1]
    lengths = np.hypot(*np.diff(runs["rmsprop"].places, axis=0)[-50:].T)
    assert lengths.min() > 0.25 * lengths.max()
    assert runs["rmsprop"].costs[-1] > 1e6 * runs["adam"].costs[-1]
    assert np.hypot(*runs["rmsprop"].places[-1]) < NEAR


def test_off_a_saddle() -> None:
    figure, runs = tried("Off a saddle")
    left = {n: int((~(np.abs(r.places[:, 1]) < 1.0)).argmax()) for n, r in runs.items()}
    assert abs(runs["sgd"].places[-1, 1]) < 1.0
    assert (left["momentum"], left["adagrad"], left["adam"]) == (72, 4, 11)
    assert panel(figure, "costs").title == "first to leave (|y| ≥ 1): AdaGrad, after 4 steps"


def test_round_a_bend() -> None:
    figure, runs = tried("Round a bend")
    assert runs["sgd"].places[-1, 0] < -1.0
    first = {n: int((r.costs <= 0.01 * r.costs[0]).argmax()) for n, r in runs.items()}
    assert (first["momentum"], first["nesterov"]) == (206, 96)
    assert panel(figure, "costs").title == "first to 1 % of the cost: Nesterov, after 96 steps"
    for racer in RACERS[:3]:
        thrown = walk("rosenbrock", (-1.5, 2.0), racer, 0.01, racer.decay.value)
        assert thrown.lost is not None
        assert thrown.lost <= 4


def test_four_minima() -> None:
    figure, runs = tried("Four minima")
    to_three_two = [n for n, r in runs.items() if np.hypot(*(r.places[-1] - (3.0, 2.0))) < NEAR]
    assert sorted(to_three_two) == sorted(set(ALL) - {"momentum"})
    assert np.hypot(*(runs["momentum"].places[-1] - np.array(LANDSCAPES["himmelblau"].minima[1]))) < NEAR
    assert "8 of 8 are at a minimum, at 2 different ones" in panel(figure, "plane").title
    assert np.hypot(*runs["adamw"].places[-1]) < np.hypot(3.0, 2.0) - 0.03
    assert runs["adamw"].costs[-1] > 0.1 > 1e-9 > runs["adam"].costs[-1]
