"""The clinic: every fault shows what its words say, its cure heals it, and the buttons say what is seen.

The bounds hold at any start, since a reader can ask for a new one, and on any processor: a run with large weights or a
large rate ends elsewhere where sums are added up in another order. They lie outside what 24 starts gave in five such
orders, and a run without the fault does not meet them.
"""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.nn import SoftmaxCrossEntropy
from coursekit.training import expected_initial_loss
from coursekit.widgets import Try, find
from coursekit.widgets.babysitting.faults import CASES, CURES, FACTOR, FAULTS, KNOBS
from coursekit.widgets.babysitting.patients import HEALTHY, STEPS, Run, build, prepared, run
from coursekit.widgets.figure import Figure, Line, Panel

CLINIC = find("babysitting.clinic")
NUMBERS = {id: number for number, id in CASES.items()}
SEEDS = (0, 1, 2)
LN_10 = expected_initial_loss(10)


def sick(id: str, seed: int = 0) -> Run:
    return run(FAULTS[id].setup, seed)


def gap(result: Run) -> float:
    """Between the last two losses, in units of the training loss."""
    return float(abs(result.val[-1] - result.train[-1]) / result.train[-1])


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def suggestion(label: str) -> Try:
    return next(t for t in CLINIC.tries if t.label == label)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_healthy_run_is_healthy(seed: int) -> None:
    result = sick("healthy", seed)
    assert result.train[0] == pytest.approx(LN_10, abs=0.1)
    assert result.val_right[-1] > 90.0
    assert result.val[-1] - result.train[-1] < 0.3
    assert result.train[6] < 0.25 * result.train[0]  # fast, then slowly


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("id", CURES)
def test_every_fault_hurts_and_its_cure_is_the_healthy_run(id: str, seed: int) -> None:
    healthy, ill = sick("healthy", seed), sick(id, seed)
    healed = run(KNOBS[CURES[id]].turn(FAULTS[id].setup), seed)
    assert ill.val[-1] > healthy.val[-1] + 0.02
    assert ill.val_right[-1] < healthy.val_right[-1] - 0.5
    np.testing.assert_allclose(healed.val, healthy.val, rtol=1e-3)


def test_only_one_thing_differs_and_the_data_are_the_same() -> None:
    for id, fault in FAULTS.items():
        changed = [name for name in vars(HEALTHY) if getattr(fault.setup, name) != getattr(HEALTHY, name)]
        assert len(changed) == (id != "healthy"), id
    x, y, x_val, y_val = prepared(HEALTHY, 0)
    ordered = prepared(replace(HEALTHY, shuffled=False), 0)
    assert np.array_equal(np.sort(x.sum(axis=1)), np.sort(ordered[0].sum(axis=1)))
    assert np.array_equal(np.sort(y), ordered[1])
    assert np.array_equal(x_val, ordered[2])
    assert np.array_equal(y_val, ordered[3])
    shifted = prepared(replace(HEALTHY, paired=False), 0)
    assert np.array_equal(shifted[0], x)
    assert np.array_equal(shifted[1][1:], y[:-1])
    large = build(replace(HEALTHY, scale=10.0), 3)
    assert np.allclose(build(HEALTHY, 3).params * 10, large.params, rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_gives_each_fault_away(seed: int) -> None:
    """What `signs` says, as conditions."""
    healthy = sick("healthy", seed)
    overfits = sick("overfits", seed)
    assert overfits.right[-1] > 99.0
    assert gap(overfits) > 10.0
    assert overfits.right[-1] - overfits.val_right[-1] > 10.0
    assert overfits.val[13:].min() > 0.93 * overfits.val[13]

    low = sick("rate_low", seed)
    assert np.all(np.diff(low.train[1::4]) < 0)
    assert gap(low) < 0.5
    assert low.train[-5] - low.train[-1] > 0.05  # in the last epoch and a bit, and still falling
    assert low.ratio[1] < 0.2 * healthy.ratio[1]

    saw = sick("sorted", seed)
    leaps = np.array([saw.batch[i : i + 8].max() / saw.batch[i : i + 8].min() for i in range(0, 80, 8)])
    assert np.median(leaps) > 10.0  # 2 in shuffled batches
    assert saw.val[1:6].max() > LN_10

    high = sick("rate_high", seed)
    assert high.diverged is not None
    assert high.train[0] == pytest.approx(LN_10, abs=0.1)
    assert high.ratio[1] > 0.1
    assert 0.2 < np.mean(np.diff(high.batch[:60]) < 0) < 0.8  # up and down
    assert high.batch[100:120].mean() > high.batch[:20].mean()

    small, strong = sick("small", seed), sick("penalty", seed)
    for result in (small, strong):
        assert result.train[-1] > 0.5
        assert gap(result) < 0.5
        assert 100.0 - result.val_right[-1] < 2.0 * (100.0 - result.right[-1])
    assert small.penalty < 0.01
    assert strong.penalty > strong.train[0]
    assert strong.grew < 0.6

    labels = sick("labels", seed)
    assert labels.train[-1] < LN_10 - 0.2
    assert labels.val[-1] > LN_10
    assert labels.val_right[-1] < 20.0

    raw = sick("raw", seed)
    assert raw.mean > 50.0
    assert raw.std > 50.0
    assert raw.train[0] > 4.0 * LN_10
    assert raw.dead > 90.0
    assert raw.train[-1] == pytest.approx(LN_10, abs=0.1)

    uphill = sick("uphill", seed)
    assert np.all(np.diff(uphill.train) > 0)
    assert uphill.diverged is not None

    zero = sick("zero", seed)
    assert zero.train[0] == pytest.approx(LN_10, abs=1e-5)  # float32; others are 30 times as far
    assert zero.train[-1] == pytest.approx(LN_10, abs=0.02)
    assert np.isnan(zero.ratio).all()

    piled = sick("piled", seed)
    assert piled.val[1] < healthy.val[1]
    assert piled.val[-1] > 100.0 * piled.val[0]

    large = sick("weights_large", seed)
    assert (large.mean, large.std) == (healthy.mean, healthy.std)
    assert large.train[0] > 4.0 * LN_10
    assert large.right[-1] > 85.0  # it learns


def test_the_rates_are_a_turn_of_the_knob_away() -> None:
    assert FAULTS["rate_high"].setup.lr == pytest.approx(FACTOR * HEALTHY.lr)
    assert KNOBS["faster"].turn(FAULTS["rate_low"].setup).lr == pytest.approx(HEALTHY.lr)


def test_the_losses_are_those_of_the_net_that_is_built() -> None:
    x, y, x_val, y_val = prepared(HEALTHY, 1)
    model, result = build(HEALTHY, 1), run(HEALTHY, 1)
    assert SoftmaxCrossEntropy()(model.forward(x), y)[0] == pytest.approx(result.train[0])
    assert SoftmaxCrossEntropy()(model.forward(x_val), y_val)[0] == pytest.approx(result.val[0])
    assert len(result.batch) == STEPS
    drawn = [m for m in panel(CLINIC.figure({"case": "0", "seed": 1}), "a").marks if isinstance(m, Line)]
    assert np.allclose(drawn[1].y, result.train)
    assert np.allclose(drawn[2].y, result.val)


@pytest.mark.parametrize("id", FAULTS)
def test_a_case_does_not_tell_its_name_before_it_is_named(id: str) -> None:
    figure = CLINIC.figure({"case": NUMBERS[id]})
    words = " ".join([figure.alt, figure.status, *(p.title for p in figure.panels)])
    assert FAULTS[id].name not in words
    assert id == "healthy" or FAULTS[id].short not in words


@pytest.mark.parametrize("id", FAULTS)
def test_right_and_wrong_names_are_told_apart_and_say_why(id: str) -> None:
    right = CLINIC.figure({"case": NUMBERS[id], "named": id})
    assert right.status.startswith(f"Right: {FAULTS[id].name}. ")
    assert "right:" in panel(right, "a").title
    other = "labels" if id != "labels" else "raw"
    wrong = CLINIC.figure({"case": NUMBERS[id], "named": other})
    assert wrong.status.startswith(f"That is not it. {FAULTS[other].would}")
    assert "not it:" in panel(wrong, "a").title


def test_a_knob_that_stands_right_already_says_so() -> None:
    figure = CLINIC.figure({"case": NUMBERS["labels"], "knob": "inputs"})
    assert "changes nothing" in figure.status
    assert "was so already" in panel(figure, "b").title
    a, b = (next(m for m in panel(figure, id).marks if isinstance(m, Line)) for id in ("a", "b"))
    assert np.array_equal(a.y, b.y)


def test_only_the_cure_is_called_one() -> None:
    assert "Healed: " in CLINIC.figure({"case": NUMBERS["raw"], "knob": "inputs"}).status
    assert "Not the cure: " in CLINIC.figure({"case": NUMBERS["raw"], "knob": "slower"}).status


def test_the_buttons_name_their_cases() -> None:
    assert CASES[str(suggestion("First, what health looks like").values["case"])] == "healthy"
    values = suggestion("A cure that is none").values
    assert CASES[str(values["case"])] == values["named"] == "piled"


def test_a_lower_rate_only_slows_the_swings() -> None:
    values = suggestion("A cure that is none").values
    setup = FAULTS["piled"].setup
    slow, fast = run(KNOBS[str(values["knob"])].turn(setup), 0), run(setup, 0)
    assert slow.val.min() < fast.val.min()
    assert slow.val.argmin() > fast.val.argmin()
    assert slow.val[-1] > 10.0 * LN_10


def test_the_larger_net_helps_only_where_the_net_was_too_small() -> None:
    for label, id, helps in (
        ("No gap: a larger net?", "penalty", False),
        ("The same picture, and there it helps", "small", True),
    ):
        values = suggestion(label).values
        assert CASES[str(values["case"])] == id
        before, after = sick(id), run(KNOBS[str(values["knob"])].turn(FAULTS[id].setup), 0)
        assert (after.val[-1] < 0.3 * before.val[-1]) == helps
        assert helps or abs(after.val[-1] - before.val[-1]) < 0.2
        assert ("Healed" in CLINIC.figure(values).status) == helps
