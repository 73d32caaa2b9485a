"""The functions that `accumulate_gradients` is handed."""

from collections.abc import Callable
from typing import Any

import numpy as np

Function = Callable[[Any, Any], Any]


def mean_product() -> Function:
    """The mean over the rows of x times y, `(D,)`: a gradient that can be followed by hand."""

    def grad_fn(x: Any, y: Any) -> Any:
        return (x * y[:, None]).mean(axis=0)

    return grad_fn


def least_squares(w: Any) -> Function:
    """The gradient at `w` of half the mean squared error of a linear model, for `w` `(D,)` or `(D, H)`."""

    def grad_fn(x: Any, y: Any) -> Any:
        return x.T @ (x @ w - y) / len(x)

    return grad_fn


def small_memory(rows: int) -> Function:
    """`mean_product` on a machine that can hold so many rows and no more."""

    def grad_fn(x: Any, y: Any) -> Any:
        if len(x) > rows:
            raise MemoryError(f"{len(x)} rows came, and only {rows} fit into memory")
        return (x * y[:, None]).mean(axis=0)

    return grad_fn


#: As Python text, for the feedback.
MEAN_PRODUCT = "lambda x, y: (x * y[:, None]).mean(axis=0)"


def shown_least_squares(w: Any) -> str:
    """`least_squares(w)` as Python text."""
    return f"lambda x, y: x.T @ (x @ np.array({np.asarray(w, float).tolist()}) - y) / len(x)"
