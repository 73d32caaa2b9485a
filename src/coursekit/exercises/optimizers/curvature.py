"""newton_step."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import newton_step


def _hessian(draw: Draw, curvatures: Array) -> Array:
    """A symmetric matrix with these curvatures along turned axes, its entries away from 0 and of two decimals."""
    size = len(curvatures)
    while True:
        axes = np.linalg.qr(draw.rng.standard_normal((size, size)))[0]
        hessian: Array = np.round(axes @ np.diag(curvatures) @ axes.T, 2)
        hessian = (hessian + hessian.T) / 2
        off = hessian[~np.eye(size, dtype=bool)]
        if (abs(hessian) > 0.05).all() and np.linalg.cond(hessian) < 30 and (size == 1 or abs(off).max() > 0.3):
            return hessian


def _cases(draw: Draw) -> list[Case]:
    def upward(size: int) -> Array:
        return np.linspace(1.0, 5.0, size) + draw.rng.uniform(0.0, 1.0, size)  # apart, or no axis would be special

    def case(hessian: Array, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        size = len(hessian)
        return Case(args=(draw.array(size), scale * draw.array(size), hessian), about=about, group=group)

    diagonal = np.diag([2.0, draw.number(5.0, 9.0)])
    down = upward(3)
    down[0] *= -1
    cases = [
        case(np.array([[draw.number(1.5, 4.0)]])),
        case(diagonal, "a diagonal Hessian"),
        case(_hessian(draw, upward(2))),
        case(_hessian(draw, upward(3))),
        case(_hessian(draw, upward(draw.size(4, 8)))),
        case(_hessian(draw, down), "one direction curves down: a saddle", "edges"),
        case(_hessian(draw, -upward(2)), "a hilltop", "edges"),
        case(1e4 * _hessian(draw, upward(2)), "a steep valley", "edges", 1e4 / 3),
        case(_hessian(draw, upward(2)), "large gradients", "edges", 1e4 / 3),
        Case(
            args=(draw.array(3), np.zeros(3), _hessian(draw, upward(3))),
            about="a gradient of 0",
            group="edges",
        ),
    ]
    return with_layouts(cases, typical=lambda: case(_hessian(draw, upward(draw.size(2, 4)))))


def _elimination(w: Array, grad: Array, hessian: Array) -> Array:
    a, b = hessian.copy(), grad.copy()
    size = len(b)
    for k in range(size):
        pivot = k + int(np.argmax(np.abs(a[k:, k])))
        a[[k, pivot]], b[[k, pivot]] = a[[pivot, k]], b[[pivot, k]]
        for i in range(k + 1, size):
            factor = a[i, k] / a[k, k]
            a[i] -= factor * a[k]
            b[i] -= factor * b[k]
    step = np.zeros_like(b)
    for k in reversed(range(size)):
        step[k] = (b[k] - a[k, k + 1 :] @ step[k + 1 :]) / a[k, k]
    return w - step


def _along_axes(w: Array, grad: Array, hessian: Array) -> Any:
    curvature, axes = np.linalg.eigh(hessian)
    return w - axes @ ((axes.T @ grad) / curvature)


def _in_place(w: Array, grad: Array, hessian: Array) -> Array:
    w -= np.linalg.solve(hessian, grad)
    return w


def _float64(w: Array, grad: Array, hessian: Array) -> Any:
    return w - np.linalg.solve(hessian, grad).astype(np.float64)


def _saddle_free(w: Array, grad: Array, hessian: Array) -> Any:
    curvature, axes = np.linalg.eigh(hessian)
    return w - axes @ ((axes.T @ grad) / np.abs(curvature))


NEWTON_STEP = Exercise(
    assignment="optimizers",
    reference=newton_step,
    task="Write one step of Newton's method. `w` and `grad` are `(D,)`, `hessian` is the symmetric `(D, D)` matrix of "
    "second derivatives. Return the new `w`, `(D,)`. No inverse is needed: `np.linalg.solve(a, b)` gives the x with "
    "`a @ x = b`.",
    rule="newton_step(w, grad, hessian) = w - s, where hessian @ s = grad",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            3,
            "Multiply the Hessian by the step that your code takes. Is the result the gradient?",
        ),
        edges(
            1, "What is special about this input? Does your code take a curvature for positive, or a size for granted?"
        ),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="multiplied",
            function=lambda w, grad, hessian: w - hessian @ grad,
            hint="You multiply by the Hessian. Where the slope changes fast, should the step be longer or shorter?",
        ),
        Misconception(
            id="uphill",
            function=lambda w, grad, hessian: w + np.linalg.solve(hessian, grad),
            hint="You add the step. With a Hessian of 1 and a positive gradient, which way is the minimum?",
        ),
        Misconception(
            id="diagonal_only",
            function=lambda w, grad, hessian: w - grad / np.diag(hessian),
            hint="You divide each slope by its own entry of the diagonal. What do the entries beside the diagonal say "
            "about the weights, and where do they come in?",
        ),
        Misconception(
            id="gradient_and_weights_swapped",
            function=lambda w, grad, hessian: grad - np.linalg.solve(hessian, w),
            hint="You take the step from the gradient and solve with w. In newton_step(w, grad, hessian), which of "
            "the two is to move?",
        ),
        Misconception(
            id="no_hessian",
            function=lambda w, grad, hessian: w - grad,
            hint="Your step is the gradient itself. Where does the Hessian come in?",
        ),
        Misconception(
            id="only_the_step",
            function=lambda w, grad, hessian: -np.linalg.solve(hessian, grad),
            hint="You return how far to go. From where is that step taken?",
        ),
        Misconception(
            id="reciprocal_entries",
            function=lambda w, grad, hessian: w - (1 / hessian) @ grad,
            hint="You take one over each entry. Is that the inverse of a matrix?",
        ),
        Misconception(
            id="divided_by_matrix",
            function=lambda w, grad, hessian: w - grad / hessian,
            hint="`grad / hessian` divides entry by entry and gives a whole matrix. How is a matrix 'divided' out of "
            "a vector?",
        ),
        Misconception(
            id="star_for_at",
            function=lambda w, grad, hessian: w - np.linalg.inv(hessian) * grad,
            hint="`*` works entry by entry, so your result is a matrix. Which sign is the product of a matrix and a "
            "vector?",
        ),
        Misconception(
            id="column",
            function=lambda w, grad, hessian: w - np.linalg.solve(hessian, grad[:, None]),
            hint="Your step is a column, and a row minus a column spreads into a matrix. Which shape has the step to "
            "have?",
        ),
        Misconception(
            id="half_a_step",
            function=lambda w, grad, hessian: w - 0.5 * np.linalg.solve(hessian, grad),
            hint="You go half of the way. On a parabola, where does the whole step end?",
        ),
        Misconception(
            id="saddle_free",
            function=_saddle_free,
            hint="You take every curvature for positive, which turns the step round where the surface curves down. "
            "That is a method of its own; where does Newton's end, at a minimum or wherever the slope is 0?",
        ),
        in_place(_in_place, "w", "What does `w -= ...` do to the array that the caller holds?"),
        float64(_float64, "your step"),
    ),
    variants={
        "inverse": lambda w, grad, hessian: w - np.linalg.inv(hessian) @ grad,
        "negative": lambda w, grad, hessian: w + np.linalg.solve(-hessian, grad),
        "elimination": _elimination,
        "along_axes": _along_axes,
        "least_squares": lambda w, grad, hessian: w - np.linalg.lstsq(hessian, grad, rcond=None)[0],
        "whole_system": lambda w, grad, hessian: np.linalg.solve(hessian, hessian @ w - grad),
    },
)
