"""The augmentation gallery: what it draws is what the engine makes, and what its buttons say is what is computed."""

import re

import numpy as np
import pytest

from coursekit.data import elastic_distortion, horizontal_flip, random_flip, vertical_flip
from coursekit.widgets import Choice, Slider, find
from coursekit.widgets.figure import Bars, Dots, Figure, Image, Line, Panel, Rule, Text
from coursekit.widgets.preprocessing.augmented import (
    FLIPS,
    RUNS,
    SIGMA,
    WARPS,
    Looks,
    all_digits,
    augmented,
    errors,
    few_digits,
    looks,
    nearest,
    shown,
    upside_down,
)

WIDGET = find("preprocessing.gallery")
#: Amounts that change nothing.
NOTHING = {"scale": 1.0}
KINDS = list(WARPS)
SEEDS = range(5)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def tried(label: str) -> tuple[np.ndarray, np.ndarray, Looks, Figure]:
    """The errors without and with the augmentation of a suggestion, its looks, and the figure."""
    values = dict(next(t.values for t in WIDGET.tries if t.label == label))
    kind, few = values["kind"], int(values["few"])
    amount = float(values["share"] if kind in FLIPS else values["alpha"])
    before, after = errors(few, None, 0.0, values["seed"]), errors(few, kind, amount, values["seed"])
    return before, after, looks(kind, amount, values["seed"]), WIDGET.figure(values)


def slider(kind: str) -> Slider:
    """The one that sets the amount of an augmentation."""
    return next(c for c in WIDGET.controls if isinstance(c, Slider) and kind in c.when["kind"])


def gain(few: int, kind: str, amount: float, seed: int) -> float:
    return float(np.mean(errors(few, None, 0.0, seed) - errors(few, kind, amount, seed)))


# -- what is done to the digits ------------------------------------------------------------------------------------


def test_every_choice_is_a_warp_and_has_one_slider() -> None:
    assert [list(c.options) for c in WIDGET.controls if isinstance(c, Choice) and c.name == "kind"] == [KINDS]
    for name in KINDS:
        assert sum(name in c.when.get("kind", ()) for c in WIDGET.controls) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_amount_of_nothing_changes_nothing_and_trains_to_the_same_error(kind: str) -> None:
    x = all_digits()[0][:40]
    amount = NOTHING.get(kind, 0.0)
    np.testing.assert_allclose(augmented(x, np.random.default_rng(0), kind, amount), x, atol=1e-5)
    np.testing.assert_allclose(errors(50, kind, amount, 0), errors(50, None, 0.0, 0), atol=0.06)  # one digit of 1747


@pytest.mark.parametrize("kind", KINDS)
def test_more_changes_more(kind: str) -> None:
    x = all_digits()[0][:400]
    low, high = slider(kind).low, slider(kind).high
    at = low + (high - low) * np.array([0.0, 0.35, 1.0])
    moved = [np.abs(augmented(x, np.random.default_rng(0), kind, float(a)) - x).mean() for a in at]
    assert moved[0] < 1e-5 < moved[1] < moved[2]


def test_the_warps_are_the_engines() -> None:
    x = all_digits()[0][:50]
    images = x.reshape(-1, 8, 8, 1)
    expected = {
        ("elastic", 4.0): elastic_distortion(images, np.random.default_rng(3), 4.0, SIGMA),
        ("mirror", 50.0): random_flip(images, np.random.default_rng(3)),
        ("mirror", 100.0): horizontal_flip(images),
        ("topple", 100.0): vertical_flip(images),
        ("turn", 100.0): images[:, ::-1, ::-1],
    }
    for (kind, amount), wanted in expected.items():
        np.testing.assert_array_equal(
            augmented(x, np.random.default_rng(3), kind, amount), wanted.reshape(-1, 64), err_msg=kind
        )
    np.testing.assert_array_equal(upside_down(upside_down(images)), images)


# -- the runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [10, 50, 400])
def test_the_few_digits_are_of_all_classes_and_lie_in_the_larger_sets(few: int) -> None:
    y = all_digits()[1]
    for run in range(3):
        rows = few_digits(few, run)
        assert np.array_equal(np.bincount(y[rows]), np.full(10, few // 10))
        assert len(set(rows.tolist())) == few
        assert set(rows.tolist()) <= set(few_digits(400, run).tolist())
    assert set(few_digits(few, 0).tolist()) != set(few_digits(few, 1).tolist())


def test_the_error_is_on_all_digits_that_were_not_trained_on() -> None:
    wrong = errors(50, None, 0.0, 0) * (1797 - 50) / 100
    np.testing.assert_allclose(wrong, np.round(wrong), atol=1e-6)
    assert np.all(wrong > 0)


def test_more_digits_are_better_without_augmentation() -> None:
    for seed in SEEDS:
        by_size = [errors(few, None, 0.0, seed).mean() for few in (50, 100, 400)]
        assert by_size[0] > by_size[1] + 2.0
        assert by_size[1] > by_size[2] + 2.0


def test_other_presses_are_other_runs() -> None:
    assert len({tuple(errors(50, None, 0.0, seed)) for seed in SEEDS}) == len(SEEDS)
    assert len(set(errors(50, None, 0.0, 0).tolist())) > 1


# -- what they look like -------------------------------------------------------------------------------------------


def test_the_nearest_digit_is_found_as_by_looking_at_every_one() -> None:
    x, y = all_digits()
    rows = np.array([5, 77, 1400])
    images = augmented(x[rows], np.random.default_rng(0), "elastic", 8.0)
    for image, row, label in zip(images, rows, nearest(images, rows), strict=True):
        distances = [np.inf if i == row else float(np.sum((x[i] - image) ** 2)) for i in range(len(x))]
        assert label == y[int(np.argmin(distances))]


def test_real_digits_are_nearest_to_their_own_kind() -> None:
    untouched = looks("elastic", 0.0, 0)
    assert untouched.kept.min() > 90.0
    np.testing.assert_allclose(untouched.table.sum(axis=1), 100.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_which_digits_stay_themselves_in_a_mirror(seed: int) -> None:
    for kind in FLIPS:
        kept = looks(kind, 50.0, seed).kept
        assert kept[0] > 95.0
        assert kept[8] > 60.0
        assert kept[1] > 50.0
        assert kept[[6, 7]].max() < 10.0
    assert looks("mirror", 50.0, seed).kept[3] < 10.0 < 60.0 < looks("topple", 50.0, seed).kept[3]
    turned = looks("turn", 50.0, seed)
    assert (turned.mostly(6), turned.mostly(9), turned.mostly(0)) == (9, 6, None)


def test_the_share_of_a_flip_does_not_change_how_the_flipped_look() -> None:
    few, all_ = looks("mirror", 5.0, 0), looks("mirror", 100.0, 0)
    np.testing.assert_array_equal(few.table, all_.table)
    assert looks("mirror", 0.0, 0).kept.min() > 90.0


# -- the drawing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"kind": "turn", "share": 100, "seed": 2}, {"kind": "noise", "std": 9.0}])
def test_the_tiles_are_the_digits_and_their_versions(values: dict[str, object]) -> None:
    figure = WIDGET.figure(values)
    chosen = WIDGET.check(values)
    kind = chosen["kind"]
    amount = float({"elastic": chosen["alpha"], "turn": chosen["share"], "noise": chosen["std"]}[kind])
    tiles = shown(kind, amount, chosen["seed"], 3)
    marks = panel(figure, "tiles").marks
    sheet = np.asarray(next(m for m in marks if isinstance(m, Image)).pixels)
    for i, images in enumerate([tiles.originals, *tiles.versions]):
        for k, image in enumerate(images):
            drawn = sheet[13 * i : 13 * i + 8, 10 * k + 1 : 10 * k + 9]
            np.testing.assert_array_equal(drawn, np.clip(image.reshape(8, 8), 0, 16))
    texts = [m for m in marks if isinstance(m, Text)]
    assert [t.text for t in texts[:10]] == [str(k) for k in range(10)]
    # Every version that is nearest to another digit says so, below itself: column by x, row by y.
    said = {(round((t.x - 5) / 10), round((52 - 10.5 - t.y) / 13) - 1, int(t.text[1:])) for t in texts[10:]}
    assert said == {(k, i, int(label)) for i, row in enumerate(tiles.seen) for k, label in enumerate(row) if label != k}
    assert f"{len(said)} of 30" in panel(figure, "tiles").title
    assert f"{len(said)} of the 30" in figure.alt


def test_the_originals_are_digits_that_the_first_run_trains_on() -> None:
    x, y = all_digits()
    rows = few_digits(10, 0)
    assert set(rows.tolist()) <= set(few_digits(50, 0).tolist())
    assert y[rows].tolist() == list(range(10))
    np.testing.assert_array_equal(shown("noise", 1.0, 0, 3).originals, x[rows])


@pytest.mark.parametrize("values", [{}, {"kind": "mirror", "few": "100", "seed": 1}, {"kind": "shift", "pixels": 0.0}])
def test_the_errors_drawn_are_those_of_the_runs(values: dict[str, object]) -> None:
    figure = WIDGET.figure(values)
    chosen = WIDGET.check(values)
    kind, few, seed = chosen["kind"], int(chosen["few"]), chosen["seed"]
    amount = float({"elastic": chosen["alpha"], "mirror": chosen["share"], "shift": chosen["pixels"]}[kind])
    before, after = errors(few, None, 0.0, seed), errors(few, kind, amount, seed)
    marks = panel(figure, "errors").marks
    dots = next(m for m in marks if isinstance(m, Dots))
    np.testing.assert_array_equal(dots.x, [*before, *after])
    np.testing.assert_array_equal(dots.group, [0] * RUNS + [1] * RUNS)
    assert [m.x for m in marks if isinstance(m, Rule)] == [before.mean(), after.mean()]
    for k, line in enumerate(m for m in marks if isinstance(m, Line)):
        np.testing.assert_array_equal(line.x, [before[k], after[k]])
    title = panel(figure, "errors").title
    assert f"{before.mean():.1f} → {after.mean():.1f} %" in title
    lower, higher = int((after < before).sum()), int((after > before).sum())
    expected = f"lower in {lower}" if lower >= higher else f"higher in {higher}"
    assert ("the same in every run" if lower == higher == 0 else expected) in title
    low, high = panel(figure, "errors").x.low, panel(figure, "errors").x.high
    assert low is not None
    assert high is not None
    assert np.all((low < np.asarray(dots.x)) & (np.asarray(dots.x) < high))


def test_the_bars_are_the_shares_kept_and_an_arrow_says_what_most_become() -> None:
    figure = WIDGET.figure({"kind": "turn", "share": 30})
    look = looks("turn", 30.0, 0)
    marks = panel(figure, "kept").marks
    np.testing.assert_array_equal(next(m for m in marks if isinstance(m, Bars)).heights, look.kept)
    arrows = {round(m.x): m.text for m in marks if isinstance(m, Text)}
    assert arrows == {k: f"→{look.mostly(k)}" for k in range(10) if look.mostly(k) is not None}
    assert {6: "→9", 9: "→6"}.items() <= arrows.items()
    assert "most 6s to a 9; most 9s to a 6" in figure.status
    assert f"Most flipped {', '.join(f'{k}s' for k in range(10) if look.kept[k] > 50)} are nearest" in figure.status


@pytest.mark.parametrize("kind", KINDS)
def test_words_and_numbers_go_with_every_kind(kind: str) -> None:
    figure = WIDGET.figure({"kind": kind})
    assert re.search(rf"\b{slider(kind).value:g}\b", panel(figure, "tiles").title)
    assert "test error" in figure.status


# -- the suggestions -----------------------------------------------------------------------------------------------


def test_a_little_bending_helps_and_less_so_with_many_digits() -> None:
    before, after, look, figure = tried("Bend them a little")
    assert np.all(after < before)
    assert "lower in 5 of 5 runs" in panel(figure, "errors").title
    assert look.kept.mean() > 90.0
    for seed in SEEDS:
        assert gain(50, "elastic", 4.0, seed) > 1.0
        assert gain(400, "elastic", 4.0, seed) < 0.5 * gain(50, "elastic", 4.0, seed)


def test_too_much_bending_hurts() -> None:
    before, after, look, figure = tried("Bend them too far")
    assert after.min() > 50.0
    assert 100.0 - look.kept.mean() == pytest.approx(80.0, abs=4.0)
    assert "higher in 5 of 5 runs" in panel(figure, "errors").title
    assert np.all(after > before)
    for seed in SEEDS:
        assert gain(50, "elastic", 20.0, seed) < -30.0


def test_mirrored_digits_hurt() -> None:
    before, after, look, figure = tried("Mirror half of them")
    assert np.all(after > before)
    assert look.kept[0] > 95.0
    assert look.kept[[1, 8]].min() > 60.0
    assert look.kept[[3, 6]].max() < 5.0
    assert "higher in 5 of 5 runs" in figure.status
    for seed in SEEDS:
        assert gain(50, "mirror", 50.0, seed) < -1.0


def test_upside_down_a_6_is_a_9() -> None:
    before, after, look, figure = tried("Turn half of them upside down")
    assert np.all(after > before)
    assert (look.mostly(6), look.mostly(9)) == (9, 6)
    assert {"→9", "→8"} <= {m.text for m in panel(figure, "tiles").marks if isinstance(m, Text)}
    for seed in SEEDS:
        assert gain(50, "turn", 50.0, seed) < -1.0


@pytest.mark.parametrize(("kind", "mild", "strong"), [("shift", 0.5, 2.0), ("noise", 4.0, 10.0), ("rotate", 10, 90)])
def test_other_kinds_tell_the_same_story(kind: str, mild: float, strong: float) -> None:
    mild_gains, strong_gains = ([gain(50, kind, float(a), seed) for seed in SEEDS] for a in (mild, strong))
    assert min(mild_gains) > 0.0
    assert max(strong_gains) < min(mild_gains)
