"""dropout_backward and dropout_rescale."""

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import dropout_backward, dropout_rescale


def _mask(draw: Draw, n: int, d: int) -> Array:
    """A mask of inverted dropout in which some entries are dropped and some kept, where there are two or more."""
    keep = draw.rng.random((n, d)) < 0.6
    if keep.size > 1:
        first, second = draw.rng.choice(keep.size, 2, replace=False)
        keep.flat[first], keep.flat[second] = True, False
    mask: Array = keep / (1 - float(draw.rng.choice([0.2, 0.36, 0.6, 0.75])))
    return mask


def _backward_cases(draw: Draw) -> list[Case]:
    def case(n: int, d: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(draw.array(n, d), _mask(draw, n, d)), about=about, group=group)

    def typical() -> Case:
        return case(draw.size(2, 4), draw.size(2, 3))

    large = Case(args=(np.array([[-1e4, 1e4, 1e4]]), np.array([[0.0, 4.0, 0.0]])), about="large entries", group="edges")
    return with_layouts(
        [
            case(1, 2),
            case(2, 2),
            typical(),
            case(draw.size(4, 12), draw.size(3, 9)),
            case(1, draw.size(3, 6), "one row", "edges"),
            case(draw.size(3, 6), 1, "one feature", "edges"),
            Case(args=(draw.array(2, 3), np.zeros((2, 3))), about="everything was dropped", group="edges"),
            Case(args=(draw.array(2, 3), np.ones((2, 3))), about="the mask of evaluation", group="edges"),
            Case(args=(np.zeros((1, 3)), _mask(draw, 1, 3)), about="zeros", group="edges"),
            large,
        ],
        typical=typical,
    )


def _backward_loop(dout: Array, mask: Array) -> Array:
    dx = np.zeros_like(dout)
    for i in np.ndindex(dout.shape):
        if mask[i] != 0:
            dx[i] = dout[i] * mask[i]
    return dx


def _backward_copy(dout: Array, mask: Array) -> Array:
    dx = dout.copy()
    dx *= mask
    return dx


def _backward_in_place(dout: Array, mask: Array) -> Array:
    dout *= mask
    return dout


def _mask_in_place(dout: Array, mask: Array) -> Array:
    mask *= dout
    return mask


def _backward_float64(dout: Array, mask: Array) -> Array:
    dx = np.zeros(dout.shape)
    dx += dout * mask
    return dx


def _divided(dout: Array, mask: Array) -> Array:
    return np.where(mask > 0, dout / np.where(mask > 0, mask, 1), 0).astype(dout.dtype)


DROPOUT_BACKWARD = Exercise(
    assignment="regularization",
    reference=dropout_backward,
    task="Write the backward pass of dropout. `dout` is the gradient at its output and `mask` what your forward pass "
    "returned: 0 where an entry was dropped, 1 / (1 - p) where it was kept, all ones in evaluation. Return the "
    "gradient at the input.",
    rule="dx = dout * mask, entry by entry",
    returns=ArrayOf(),
    cases=_backward_cases,
    speed=lambda draw: Case(args=(draw.array(200, 200), _mask(draw, 200, 200))),
    checks=(
        values(2, "The output was x * mask. By how much does it grow when one entry of x grows by 1?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="passes_all",
            function=lambda dout, mask: dout.copy(),
            hint="The gradient passes everywhere. Did an entry that was dropped have a part in the output?",
        ),
        Misconception(
            id="unscaled",
            function=lambda dout, mask: dout * (mask != 0),
            hint="You pass the gradient where the mask is not 0, without its factor. A kept x was multiplied by 1 / "
            "(1 - p) on the way up: by what is its gradient multiplied?",
        ),
        Misconception(
            id="mask_twice",
            function=lambda dout, mask: dout * mask * mask,
            hint="The mask comes in twice. How often was x multiplied by it on the way up?",
        ),
        Misconception(
            id="divided_by_the_mask",
            function=_divided,
            hint="You undo the factor of the forward pass: kept gradients come back divided by it. Does the chain rule "
            "divide by a derivative, or multiply?",
        ),
        Misconception(
            id="dropped_entries_kept",
            function=lambda dout, mask: dout * (mask == 0),
            hint="The gradient passes where the entry was dropped, and stops where it was kept. Which of them was in "
            "the output?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, mask: mask.copy(),
            hint="You return the slopes alone, which is the mask. By what does the chain rule multiply them?",
        ),
        Misconception(
            id="mask_of_dout",
            function=lambda dout, mask: np.where(dout > 0, dout, 0),
            hint="You cut the gradient by its own sign, as if this were a ReLU. Which argument says what was dropped?",
        ),
        in_place(_backward_in_place, "dout"),
        in_place(_mask_in_place, "mask", "Is it needed again?", id="in_place_mask"),
        float64(_backward_float64, "np.zeros(dout.shape)"),
    ),
    variants={
        "loop": _backward_loop,
        "copy": _backward_copy,
        "where": lambda dout, mask: np.where(mask == 0, 0, dout * mask),
        "multiply": lambda dout, mask: np.multiply(mask, dout),
    },
)


def _rescale_cases(draw: Draw) -> list[Case]:
    """No p is near 0.5, where p and 1 - p are the same."""

    def rate() -> float:
        return draw.number(0.1, 0.4) if draw.rng.random() < 0.5 else draw.number(0.6, 0.85)

    def case(w: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(w, rate()), about=about, group=group)

    def typical() -> Case:
        return case(draw.array(draw.size(2, 4), draw.size(2, 3)))

    by_name = Case(args=(draw.array(2, 2),), kwargs={"p": draw.number(0.1, 0.4)}, about="p by name")
    return with_layouts(
        [
            Case(args=(draw.array(1, 1), draw.number(0.1, 0.3))),
            Case(args=(draw.array(2, 2), draw.number(0.1, 0.4))),
            Case(args=(draw.array(2, 2), draw.number(0.6, 0.85))),
            typical(),
            case(draw.array(draw.size(4, 12), draw.size(3, 9))),
            by_name,
            Case(args=(draw.array(2, 2), 0), about="nothing was dropped", group="edges"),
            Case(args=(draw.array(2, 2), 0.5), about="half was dropped", group="edges"),
            case(draw.array(1, draw.size(3, 6)), "one row", "edges"),
            case(draw.array(draw.size(3, 6), 1), "one feature", "edges"),
            case(np.zeros((1, 3)), "zeros", "edges"),
            case(np.array([[-1e4, 1e4]]), "large entries", "edges"),
        ],
        typical=typical,
    )


def _rescale_in_place(w: Array, p: float) -> Array:
    w *= 1 - p
    return w


def _rescale_float64(w: Array, p: float) -> Array:
    out = np.zeros(w.shape)
    out += (1 - p) * w
    return out


def _rescale_loop(w: Array, p: float) -> Array:
    out = np.empty_like(w)
    for i in np.ndindex(w.shape):
        out[i] = w[i] - p * w[i]
    return out


DROPOUT_RESCALE = Exercise(
    assignment="regularization",
    reference=dropout_rescale,
    task="A net was trained with plain dropout: entries were dropped with probability `p`, and the kept ones were NOT "
    "scaled up. At test time nothing is dropped. Return the weights `w`, `(D, H)`, that follow the dropped entries, "
    "scaled so that the sums of the next layer keep the mean that they had in training.",
    rule="at test time w becomes (1 - p) * w, p being the probability to drop",
    returns=ArrayOf(),
    cases=_rescale_cases,
    checks=(
        values(3, "In training which share of the entries was there, on average? At test time all of them are."),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="times_p",
            function=lambda w, p: p * w,
            hint="You scale by p. In the dropout paper p is the probability to KEEP, and some lecture notes took its "
            "'multiply by p' along with p as the dropping rate; the two agree only at 0.5. With p = 0.1 nearly all is "
            "kept: should the weights shrink to a tenth?",
        ),
        Misconception(
            id="divided_by_the_share_kept",
            function=lambda w, p: w / (1 - p),
            hint="You divide by 1 - p, as inverted dropout does while it trains. At test time more entries are there "
            "than in training: must the weights grow or shrink?",
        ),
        Misconception(
            id="divided_by_p",
            function=lambda w, p: w / p if p else w.copy(),
            hint="You divide by p. At test time more entries are there than in training: must the weights grow or "
            "shrink?",
        ),
        Misconception(
            id="unchanged_weights",
            function=lambda w, p: w.copy(),
            hint="Your weights stay as they are. That is right for inverted dropout; what did plain dropout leave "
            "undone?",
        ),
        Misconception(
            id="always_half",
            function=lambda w, p: 0.5 * w,
            hint="You halve the weights whatever p is. For which p is that right?",
        ),
        Misconception(
            id="root",
            function=lambda w, p: np.sqrt(1 - p) * w,
            hint="You scale by the root of 1 - p, which keeps a variance. Which quantity of the next layer's sums "
            "should stay, by the task?",
        ),
        Misconception(
            id="p_subtracted",
            function=lambda w, p: w - p,
            hint="You take p off every weight. A share of each weight is to go: which operation takes a share?",
        ),
        Misconception(
            id="one_plus_p",
            function=lambda w, p: (1 + p) * w,
            hint="Your weights grow. At test time more entries are there than in training: what does that do to the "
            "sums?",
        ),
        Misconception(
            id="kept_twice",
            function=lambda w, p: (1 - p) ** 2 * w,
            hint="1 - p comes in twice. How many times was a product of w and an entry thinned out?",
        ),
        in_place(_rescale_in_place, "w", "Training may go on with them: who still needs the old ones?"),
        float64(_rescale_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _rescale_loop,
        "less_a_share": lambda w, p: w - p * w,
        "copy": lambda w, p: np.multiply(w.copy(), 1.0 - p),
        "divided": lambda w, p: w / (1 / (1 - p)),
    },
)
