"""The worked numbers in the texts of the notebook on the training loop, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "loop" / "loop.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    x, w, dout = np.array([1.0, 2.0]), np.array([[3.0, -1.0], [0.5, 1.0]]), np.array([10.0, -1.0])
    e = np.exp([2.0, 1.0, 0.0])
    p = e / e.sum()
    error = [1.0 * 2 - 4]
    weights = [1.0, 1.0 - 0.1 * error[0] * 2]
    error.append(weights[1] * 2 - 4)
    weights.append(weights[1] - 0.1 * error[1] * 2)
    for number in (
        f"1 \\cdot 3 + 2 \\cdot 0.5 + 0.1 = {x @ w[:, 0] + 0.1:.1f}",
        f"and the bias $0$ it is ${x @ w[:, 1]:g}$",
        f"10 \\cdot 3 + (-1) \\cdot (-1) = {dout @ w[0]:g}",
        f"e^2 = {e[0]:.3f}$, $e^1 = {e[1]:.3f}$, $e^0 = 1$, together ${e.sum():.3f}",
        f"[{p[0]:.3f}, {p[1]:.3f}, {p[2]:.3f}]",
        f"-\\ln {p[0]:.3f} = {-np.log(p[0]):.3f}",
        f"-\\ln 0.090 = {-np.log(p[2]):.3f}",
        f"\\ln 3 = {np.log(3):.3f}",
        f"\\ln 10 = {np.log(10):.3f}",
        f"[{p[0]:.3f} - 1,\\ {p[1]:.3f},\\ {p[2]:.3f}] = [{p[0] - 1:.3f},\\ {p[1]:.3f},\\ {p[2]:.3f}]",
        f"returns {-np.log(1e-12):.1f}",
        f"(1 - 1/100)^{{100}} = {(1 - 1 / 100) ** 100:.3f}",
        f"the loss $2$, the gradient $-4$, so $w$ becomes ${weights[1]:.1f}$",
        f"the error is ${error[1]:.1f}$, the loss ${error[1] ** 2 / 2:.2f}$, the gradient ${error[1] * 2:.1f}$",
        f"becomes ${weights[2]:.2f}$",
    ):
        assert number in text, number
