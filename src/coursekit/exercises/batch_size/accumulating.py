"""accumulate_gradients."""

from typing import Any

import numpy as np

from coursekit.exercises.batch_size.callbacks import (
    MEAN_PRODUCT,
    least_squares,
    mean_product,
    shown_least_squares,
    small_memory,
)
from coursekit.exercises.cases import Array, Case, Draw, Made, as_float32, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.training import accumulate_gradients


def _cases(draw: Draw) -> list[Case]:
    product = Made(mean_product, shown=MEAN_PRODUCT)

    def case(n: int, d: int, micro_batch: int, about: str = "", group: str = "short", scale: float = 1.0) -> Case:
        args = (product, np.round(scale * draw.array(n, d), 2), draw.array(n), micro_batch)
        return Case(args=args, about=about, group=group, scale=scale)

    def squares(n: int, d: int, micro_batch: int, group: str = "short", about: str = "", units: int = 0) -> Case:
        w = draw.array(d, units) if units else draw.array(d)
        y = draw.array(n, units) if units else draw.array(n)
        made = Made(least_squares, (w,), shown=shown_least_squares(w))
        return Case(args=(made, draw.array(n, d), y, micro_batch), group=group, about=about)

    def typical() -> Case:
        return case(6, draw.size(2, 3), 2)

    def tight(n: int, micro_batch: int) -> Case:
        made = Made(small_memory, (micro_batch,), shown=f"(the same, with memory for {micro_batch} rows)")
        args = (made, draw.array(n, 2), draw.array(n), micro_batch)
        return Case(args=args, group="memory", about=f"grad_fn can take {micro_batch} rows at a time")

    part = draw.size(3, 4)
    cases = [
        case(2, 1, 1, group="even"),
        case(4, 2, 2, group="even"),
        case(part * draw.size(2, 4), 3, part, group="even"),
        squares(6, 2, 3, "even"),
        case(3, 1, 2),
        case(5, 2, 2),
        squares(7, 2, 3),
        case(part * draw.size(2, 4) + 1, draw.size(2, 4), part, "one row is left over"),
        case(1, draw.size(2, 4), draw.size(1, 3), "one row", "edges"),
        case(3 * draw.size(1, 3), 1, 3, "one feature", "edges"),
        case(draw.size(3, 5), 2, draw.size(7, 9), "a part larger than all", "edges"),
        case(draw.size(3, 5), 2, 1, "parts of one row", "edges"),
        squares(4, 2, 2, "edges", "the gradient is (D, H)", units=3),
        case(4, 2, 2, "large entries", "edges", 3e3),
        tight(4, 2),
        tight(3 * draw.size(2, 4), 3),
    ]
    zeros = case(4, 2, 2, "zeros", "edges")
    zeros.args[1][:] = 0.0
    laid_out = with_layouts([*cases, zeros], typical=typical, single=False)
    single = typical()
    single = Case(args=as_float32(single.args), group="float32", about="float32")
    return [*laid_out[:-1], single, laid_out[-1]]


def _loop(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    total: Any = 0
    for start in range(0, len(x), micro_batch):
        x_part, y_part = x[start : start + micro_batch], y[start : start + micro_batch]
        total = total + grad_fn(x_part, y_part) * len(x_part)
    return total / len(x)


def _shares(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    gradient = None
    for start in range(0, len(x), micro_batch):
        rows = np.arange(start, min(start + micro_batch, len(x)))
        share = grad_fn(x[rows], y[rows]) * (len(rows) / len(x))
        gradient = share if gradient is None else gradient + share
    return gradient


def _row_by_row(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return sum(grad_fn(x[i : i + 1], y[i : i + 1]) for i in range(len(x))) / len(x)


def _running_mean(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    seen, mean = 0, None
    while seen < len(x):
        part = grad_fn(x[seen : seen + micro_batch], y[seen : seen + micro_batch])
        size = min(micro_batch, len(x) - seen)
        mean = part if mean is None else mean + (part - mean) * (size / (seen + size))
        seen += size
    return mean


def _parts(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> tuple[list[Any], list[int]]:
    starts = range(0, len(x), micro_batch)
    grads = [grad_fn(x[s : s + micro_batch], y[s : s + micro_batch]) for s in starts]
    return grads, [len(x[s : s + micro_batch]) for s in starts]


def _mean_of_means(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    grads, _ = _parts(grad_fn, x, y, micro_batch)
    total = grads[0]
    for grad in grads[1:]:
        total = total + grad
    return total / len(grads)


def _sum_of_means(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    grads, _ = _parts(grad_fn, x, y, micro_batch)
    return np.sum(grads, axis=0)


def _sum(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return _loop(grad_fn, x, y, micro_batch) * len(x)


def _over_n(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return _sum_of_means(grad_fn, x, y, micro_batch) / len(x)


def _full_weights(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return _sum_of_means(grad_fn, x, y, micro_batch) * micro_batch / len(x)


def _drops_short(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    grads, sizes = _parts(grad_fn, x, y, micro_batch)
    full = [grad for grad, size in zip(grads, sizes, strict=True) if size == micro_batch]
    return np.sum(full, axis=0) / len(full)


def _last_part(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return _parts(grad_fn, x, y, micro_batch)[0][-1]


def _first_part(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    return grad_fn(x[:micro_batch], y[:micro_batch])


def _y_not_cut(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    total: Any = 0
    for start in range(0, len(x), micro_batch):
        x_part = x[start : start + micro_batch]
        total = total + grad_fn(x_part, y) * len(x_part)
    return total / len(x)


def _clears(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    total: Any = 0
    for start in range(0, len(x), micro_batch):
        x_part, y_part = x[start : start + micro_batch], y[start : start + micro_batch]
        total = total + grad_fn(x_part, y_part) * len(x_part)
        x_part[:] = 0
    return total / len(x)


def _weights_in_float64(grad_fn: Any, x: Array, y: Array, micro_batch: int) -> Any:
    grads, sizes = _parts(grad_fn, x, y, micro_batch)
    weights = np.array(sizes) / len(x)
    return np.tensordot(weights, np.array(grads), axes=1)


ACCUMULATE_GRADIENTS = Exercise(
    assignment="batch_size",
    reference=accumulate_gradients,
    task="The batch does not fit into memory. Cut the rows of `x` and `y` into parts of `micro_batch` rows (the last "
    "may be short), get the gradient of each from `grad_fn(x_part, y_part)`, which is the **mean** over the rows of "
    "that part, and put them together. Return the mean gradient of all rows, as `grad_fn(x, y)` would give it; never "
    "hand over more than `micro_batch` rows at once.",
    rule="sum over the parts of (rows in the part) * (its mean gradient), divided by all rows",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            2,
            "Work two parts of equal size out by hand: what is the mean of all rows, given the mean of each half?",
            name="parts of equal size",
            group="even",
        ),
        values(
            3,
            "Three rows in parts of 2 and 1: the last row is a part of its own. How much does one row count in the "
            "mean of all three?",
            name="a short last part",
            group="short",
        ),
        Check(
            name="no more than micro_batch rows at once",
            points=1,
            group="memory",
            hint="How many rows does your code hand to `grad_fn` in one call? It is there because all of them do not "
            "fit.",
        ),
        edges(
            1,
            "How many parts are there here, and how many rows has each? Does your code take the shape of the "
            "gradient for granted?",
        ),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="mean_of_means",
            function=_mean_of_means,
            hint="You take the plain mean over the parts, as dividing each loss by the number of steps does in many "
            "training scripts. A short last part then counts as much as a full one: how much should it?",
        ),
        Misconception(
            id="sum_of_means",
            function=_sum_of_means,
            hint="You add the parts up: with twice as many parts the gradient is twice as long. What turns the sum "
            "into a mean?",
        ),
        Misconception(
            id="sum_over_rows",
            function=_sum,
            hint="You have the sum over all rows. What is asked for is their mean: what is missing at the end?",
        ),
        Misconception(
            id="means_over_n",
            function=_over_n,
            hint="You add the parts' means and divide by the number of rows. A part of two rows stands for two of "
            "them: by what should its mean be multiplied first?",
        ),
        Misconception(
            id="every_part_counts_as_full",
            function=_full_weights,
            hint="You weight every part with `micro_batch` rows. How many rows has the last one?",
        ),
        Misconception(
            id="drops_the_short_part",
            function=_drops_short,
            hint="The rows of a short last part play no role in your result. Are they not in the mean of all rows?",
        ),
        Misconception(
            id="only_the_last_part",
            function=_last_part,
            hint="Your result is the gradient of the last part alone. Where do the earlier ones get lost: is there a "
            "`=` where a sum should grow?",
        ),
        Misconception(
            id="only_the_first_part",
            function=_first_part,
            hint="Your result is the gradient of the first part alone. Is the `return` inside the loop?",
        ),
        Misconception(
            id="all_at_once",
            function=lambda grad_fn, x, y, micro_batch: grad_fn(x, y),
            hint="You hand all rows to `grad_fn` at once. That is the right number on a machine with memory for them: "
            "what if there is only room for `micro_batch`?",
        ),
        Misconception(
            id="y_not_cut",
            function=_y_not_cut,
            hint="You cut `x` into parts but hand over the whole of `y`. Which labels belong to the rows of a part?",
        ),
        in_place(_clears, "x", "A slice of an array is a view: who else sees what you write into it?"),
        float64(_weights_in_float64, "np.array(sizes) / n"),
    ),
    variants={
        "loop": _loop,
        "shares": _shares,
        "row_by_row": _row_by_row,
        "running_mean": _running_mean,
    },
)
