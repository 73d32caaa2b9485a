"""The worked numbers in the texts of the notebook on regularization, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "regularization" / "regularization.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    w, column, hidden = np.array([3.0, -4.0]), np.array([3.0, 4.0]), 40
    l1, l2 = 0.5 * np.sum(np.abs(w)), 0.5 * 0.1 * np.sum(w**2)
    both = 0.5 * np.sign(w) + 0.1 * w
    for number in (
        f"the squares add up to $9 + 16 = {np.sum(w**2):.0f}$",
        f"$0.5 \\cdot 0.1 \\cdot 25 = {l2:.2f}$",
        f"gradient is $[{0.1 * 3:.1f}, {0.1 * -4:.1f}]$",
        f"the loss is $0.5 \\cdot {np.sum(np.abs(w)):.0f} = {l1:.1f}$",
        f"the loss is ${l1:.1f} + {l2:.2f} = {l1 + l2:.2f}$",
        f"= [{both[0]:.1f}, {both[1]:.1f}]$",
        f"the loss is $0.5 \\cdot 0.5 \\cdot 4 = {0.5 * 0.5 * 2.0**2:.0f}$",
        f"has length {np.linalg.norm(column):.0f} and becomes $[{3 / 5:.1f}, {4 / 5:.1f}]$",
        f"The column $[0.3, 0.4]$ has length {np.linalg.norm(0.1 * column):.1f}",
        f"$1 / 0.8 = {1 / 0.8:.2f}$",
        f"the gradient at `x` is $[{8 * 1.25:.0f}, 0, {8 * 1.25:.0f}]$",
        f"it saw {10 * (1 - 0.2):.0f} on average",
        f"$2^{{10}} = {2**10}$",
        f"about {round(2 * hidden + hidden + hidden**2 + hidden + 2 * hidden + 2, -2):,} parameters",
        f"\\ln 2 = {np.log(2):.2f}",
    ):
        assert number in text, number


def test_the_two_pulls_end_where_the_text_says():
    l1 = 1.02
    path = [l1]
    for _ in range(40):
        l1 -= 0.1 * 0.5 * np.sign(l1)
        path.append(l1)
    assert [round(step, 2) for step in path[19:23]] == [0.07, 0.02, -0.03, 0.02], "0 is crossed at step 21"
    assert (1 - 0.1 * 0.5) == 0.95, "L2 takes 5 % at each step"
