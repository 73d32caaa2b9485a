"""The experiments of the chapter on ensembles: that they measure what they say, on cases known beforehand."""

from itertools import pairwise

import numpy as np
import pytest

from coursekit import nn
from coursekit.claims.ensembles import gains, kinds
from coursekit.claims.ensembles.experiments import (
    FEW,
    MANY,
    MEMBERS,
    OTHERS,
    TRIOS,
    USUAL,
    build,
    by_size,
    few_digits,
    fit,
    fit_all,
    mean_correlation,
    members,
    order_of,
    probabilities,
    single,
    summary,
    three,
    wrong_alone,
    wrong_together,
)
from coursekit.claims.record import Verdict
from coursekit.data import digits
from coursekit.training import bootstrap_indices


def test_the_parts_are_disjoint_and_scaled_by_the_training_part() -> None:
    data = few_digits(1)
    assert (len(data.x), len(data.x_test)) == (FEW, 1797 - FEW)
    assert np.abs(data.x.mean(axis=0)).max() < 1e-5
    raw, _ = digits()
    rows = np.random.default_rng(1).permutation(1797)[:FEW]
    wanted = (raw[rows] - raw[rows].mean(axis=0)) / raw[rows].std()  # one number for all pixels
    assert data.x == pytest.approx(wanted, abs=1e-5)
    same = {row.tobytes() for row in data.x} & {row.tobytes() for row in data.x_test}
    assert len(same) < 3  # two digits may look the same


def test_starts_are_one_another_draw_each_and_stacked_nets_are_what_single_ones_are() -> None:
    data = few_digits(0)
    starts = members("starts", 0)
    assert len(starts) == MANY
    alone = fit(build(USUAL, 0, 3), data.x, data.y, order_of(0))
    x = data.x_test[:200]
    assert nn.softmax(starts[3].forward(x)) == pytest.approx(nn.softmax(alone.forward(x)), abs=0.02)  # float32
    assert not np.array_equal(build(USUAL, 0, 1).params, build(USUAL, 0, 2).params)


def test_bags_of_one_start_differ_in_their_sample_alone() -> None:
    data = few_digits(0)
    rows = bootstrap_indices(FEW, np.random.default_rng([0, 3, 4]))
    for kind, start in (("bags", 0), ("bags, starts", 4)):
        (alone,) = fit_all([build(USUAL, 0, start)], data.x, data.y, rows[np.newaxis], [order_of(0)])
        said = nn.softmax(members(kind, 0)[4].forward(data.x_test[:200]))
        assert said == pytest.approx(nn.softmax(alone.forward(data.x_test[:200])), abs=0.02)


def test_other_architectures_are_all_different_and_snapshots_lie_on_one_path() -> None:
    assert len({repr(model) for model in members("others", 0)}) == len(OTHERS) == MEMBERS
    path = [model.params for model in members("snapshots", 0)]
    assert len(path) == MEMBERS
    apart = [np.linalg.norm(a - b) for a, b in pairwise(path[5:])]
    assert max(apart) < 0.3 * np.linalg.norm(members("starts", 0)[0].params - members("starts", 0)[1].params)


def test_alone_together_and_by_vote_on_answers_known_beforehand() -> None:
    probs = np.array([[[0.9, 0.1], [0.1, 0.9]], [[0.4, 0.6], [0.4, 0.6]], [[0.4, 0.6], [0.9, 0.1]]])
    y = np.array([0, 1])
    assert wrong_alone(probs, y).tolist() == [0.0, 0.5, 1.0]
    assert wrong_together(probs, y) == 0.0  # on average 0.567 and 0.533 for the right class
    assert wrong_together(probs, y, "vote") == 0.5
    assert wrong_together(probs[:1], y) == 0.0


def test_the_mean_correlation_leaves_the_diagonal_out() -> None:
    answers = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [1, 0, 1, 0]])
    probs = np.eye(2)[answers]
    assert mean_correlation(probs, np.zeros(4, int)) == pytest.approx((1 - 1 - 1) / 3)


def test_one_member_of_an_ensemble_of_one_is_alone() -> None:
    sizes = by_size("starts", 0, (1, MANY))
    probs, y = probabilities("starts", 0), few_digits(0).y_test
    assert sizes[1] == wrong_together(probs, y)
    assert sizes[0] == pytest.approx(single(0), abs=0.003)
    assert summary("starts", 0)["best"] == wrong_alone(probs[:MEMBERS], y).min()


@pytest.mark.parametrize("how", TRIOS)
def test_the_three_are_of_the_quality_of_the_notes(how: str) -> None:
    for seed in range(5):
        probs, y = three(how, seed)
        right = 1 - wrong_alone(probs, y)
        assert np.all(np.abs(right - [0.90, 0.88, 0.80]) < 0.055)
        assert len(y) == 1797 - (150 if how == "models" else 330)


def numbers(**lists: list[float]) -> dict[str, np.ndarray]:
    return {name.replace("_", " "): np.array(values) for name, values in lists.items()}


def test_a_gain_counts_from_every_run() -> None:
    n = numbers(alone=[0.05, 0.05, 0.05], together=[0.03, 0.03, 0.03])
    assert gains._judge_average(n) is Verdict.HOLDS
    assert gains._judge_average(n | {"together": np.array([0.04, 0.04, 0.04])}) is Verdict.LESS
    assert gains._judge_average(n | {"together": np.array([0.03, 0.05, 0.03])}) is Verdict.NOT_HERE


def test_diminishing_returns_are_told_from_a_straight_line_and_from_a_rise() -> None:
    def judged(*errors: float) -> Verdict:
        return gains._judge_more({f"of {size}": np.array([e]) for size, e in zip(gains.SIZES, errors, strict=True)})

    assert judged(0.10, 0.08, 0.07, 0.065, 0.064) is Verdict.HOLDS
    assert judged(0.10, 0.09, 0.05, 0.04, 0.035) is Verdict.LESS  # the third and fourth bring more than the second
    assert judged(0.10, 0.08, 0.07, 0.065, 0.066) is Verdict.NOT_HERE


def test_a_weak_one_helps_only_if_the_others_are_worse_without_it() -> None:
    names = [f"{how} {what}" for how in TRIOS for what in ("all", "best", "two")]

    def judged(*values: float) -> Verdict:
        return gains._judge_weaker({name: np.array([v, v]) for name, v in zip(names, values, strict=True)})

    assert judged(0.93, 0.90, 0.92, 0.90, 0.90, 0.90) is Verdict.HOLDS
    assert judged(0.93, 0.90, 0.94, 0.90, 0.90, 0.90) is Verdict.LESS
    assert judged(0.90, 0.90, 0.80, 0.89, 0.90, 0.80) is Verdict.NOT_HERE


def test_an_improvement_is_over_the_single_net_on_all_data() -> None:
    n = numbers(single=[0.05, 0.05], bags_together=[0.04, 0.042])
    assert kinds.improves(n, "bags")
    assert not kinds.improves(n | {"bags together": np.array([0.03, 0.051])}, "bags")
    assert not kinds.improves(n | {"bags together": np.array([0.049, 0.049])}, "bags")


def test_rank_correlation_of_orders_known_beforehand() -> None:
    a = np.array([0.1, 0.5, 0.2, 0.9])
    assert kinds.rank_correlation(a, a**3) == pytest.approx(1.0)
    assert kinds.rank_correlation(a, -a) == pytest.approx(-1.0)
    n = {f"{kind} {what}": np.array([0.0]) for kind in kinds.KINDS for what in ("correlation", "alone", "together")}
    for i, kind in enumerate(kinds.KINDS):
        n[f"{kind} correlation"], n[f"{kind} alone"] = np.array([0.1 * i]), np.array([1.0 - 0.1 * i])
    assert kinds.ranks(n) == pytest.approx([-1.0])
