"""The multiclass hinge loss: as a plain function, and as a loss object."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import number, takes

Array = NDArray[np.floating]
Labels = NDArray[np.integer]


@takes(scores="array (N, C)", y="labels (N) below C", margin="real [0, inf)")
def hinge(scores: Array, y: Labels, margin: float = 1.0) -> tuple[float, Array]:
    """The support vector machine's loss: what every wrong class lacks to be `margin` below the right one.

    `sum over j != y of max(0, s_j - s_y + margin)` per example, averaged over the batch. `scores` is `(N, C)`, `y`
    holds N labels in 0..C-1. Returns `loss, dscores`: in `dscores` each class within the margin has `1 / N` and the
    right one minus their number over N; at the kink itself a class counts as outside. Raises `ValueError` on other
    shapes or labels, or a negative `margin`. PyTorch's `MultiMarginLoss` divides by C as well. Source: Weston &
    Watkins 1999.

    >>> hinge(np.array([[3.0, 5.0, -2.0]]), np.array([0]))
    (3.0, array([[-1.,  1.,  0.]]))
    """
    rows = np.arange(len(y))
    lack = scores - scores[rows, y][:, np.newaxis] + margin
    lack[rows, y] = 0.0
    loss = float(np.maximum(lack, 0.0).sum(axis=1).mean())
    dscores = (lack > 0).astype(scores.dtype)
    dscores[rows, y] = -dscores.sum(axis=1)
    return loss, dscores / len(y)


class Hinge:
    """The loss object of `hinge` with its `margin`; raises `ValueError` if that is negative."""

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = number("Hinge: margin", margin, "[0, inf)")

    def __call__(self, scores: Array, y: Labels) -> tuple[float, Array]:
        """`loss, dscores`; raises as `hinge` does."""
        return hinge(scores, y, self.margin)

    def __repr__(self) -> str:
        return f"Hinge({self.margin})"
