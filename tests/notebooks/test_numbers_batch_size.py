"""The worked numbers in the texts of the notebook on the batch size, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "batch_size" / "batch_size.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    grads, grown = np.array([0.0, 2.0]), [7 * 1.5**k for k in range(3)]
    spread = grads.var(ddof=1)
    for number in (
        f"50000 / 128 = {50000 / 128:.1f}",
        f"there are {-(-50000 // 128)}",
        f"leaves the short batch out and makes {50000 // 128} of it. Then {50000 % 128} examples",
        f"2 - 1}} = {spread:.0f}$",
        f"\\frac{{2}}{{1}}\\left(1 - \\frac12\\right) = {spread / 2:.0f}$",
        f"the first says {0.1 * 1024 / 256:g}, the second {0.1 * np.sqrt(1024 / 256):g}",
        f"\\frac{{2 \\cdot 2 + 1 \\cdot 8}}{{3}} = {np.mean([1, 3, 8]):.0f}",
        f"The plain mean of the two means is {np.mean([2, 8]):.0f}",
        f"B_\\mathrm{{noise}} = 2 / 4 = {np.var([1, 3], ddof=1) / np.mean([1, 3]) ** 2:g}",
        f"the sizes are {grown[0]:g}, {grown[1]:g}, {grown[2]:g}, of which 7, 10 and 15 are left",
        f"takes {1024 / 1437:.0%}".replace("%", " %") + " of the examples",
    ):
        assert number in text, number
    assert 1 / 4 / 100 == 0.0025
    assert f"{1 / 4 / 300:.5f}" in text
