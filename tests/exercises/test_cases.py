import numpy as np
import pytest

from coursekit.exercises.cases import Case, Draw, Seeded, arrays_in, as_float32, fresh, unchanged, with_layouts


def test_a_view_is_not_contiguous_and_holds_the_same() -> None:
    given = np.arange(6.0).reshape(2, 3)
    view = fresh(given, view=True)
    assert not view.flags.c_contiguous
    assert not view.flags.f_contiguous
    assert view.base is not None
    np.testing.assert_array_equal(view, given)
    assert unchanged(given, view)


def test_fresh_copies_everything_inside() -> None:
    nest = ([np.ones(2)], {"w": np.ones(2)}, 3)
    copy = fresh(nest)
    for array in arrays_in(copy):
        array[:] = 9
    assert all((array == 1).all() for array in arrays_in(nest))
    assert not unchanged(nest, copy)
    assert unchanged(nest, fresh(nest))


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.fill(2),
        lambda x: setattr(x, "shape", (4,)),
        lambda x: setattr(x, "dtype", np.int64),
        lambda x: x.__setitem__((0, 0), -0.0),
        lambda x: x.__setitem__((0, 0), np.nan),
    ],
)
def test_every_change_is_seen(change) -> None:
    before = np.zeros((2, 2))
    after = fresh(before)
    change(after)
    assert not unchanged(before, after)


def test_changes_of_containers_are_seen() -> None:
    assert not unchanged({"a": 1.0}, {"a": 1.0, "b": np.ones(1)})
    assert not unchanged([np.ones(1)], [])
    assert unchanged((1, "a"), (1, "a"))
    assert not unchanged([2.0, 1.0], [1.0, 2.0]), "sorted in place"
    assert not unchanged([2.0, None], [2, None])
    assert unchanged([1.0, float("nan"), None], [1.0, float("nan"), None])


def test_a_generator_is_made_anew_for_every_call() -> None:
    one, other = fresh(Seeded(3)), fresh(Seeded(3))
    assert one is not other
    assert one.random() == other.random()


def test_float32_spares_whole_numbers() -> None:
    a, b = as_float32((np.ones(2), np.arange(2)))
    assert a.dtype == np.float32
    assert b.dtype.kind == "i"
    assert Case(args=(a, b)).single
    assert not Case(args=(np.ones(2),)).single


def test_drawn_numbers_stay_away_from_zero_and_have_both_signs() -> None:
    for seed in range(50):
        drawn = Draw("any", seed).array(2, 2)
        assert np.abs(drawn).min() >= 0.1
        assert drawn.min() < 0 < drawn.max()


def test_the_layouts_that_every_exercise_has() -> None:
    first = Case(args=(np.ones((1, 1)),))
    cases = with_layouts([first], typical=lambda: Case(args=(np.ones((2, 2)),)))
    assert cases[0] is first
    assert [case.about for case in cases[1:]] == ["a view into a larger array", "float32", "the first input once more"]
    assert cases[-1].args is first.args
