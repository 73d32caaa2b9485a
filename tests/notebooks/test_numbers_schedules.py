"""The worked numbers in the texts of the notebook on schedules, computed."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np

from coursekit.data import digits, train_validation_test_split

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "schedules" / "schedules.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    k = 0.1
    for number in (
        f"\\lfloor 12 / 5 \\rfloor = {12 // 5}",
        f"0.1 \\cdot 0.5^2 = {0.1 * 0.5**2:g}",
        f"e^{{-1}} = {math.exp(-1):.4f}",
        f"\\ln 2 / k = {math.log(2) / k:.2f}",
        f"for $k = 0.1$ that is {math.exp(-k):.4f}",
        f"1/11 = {1 / (1 + k * 100):.4f}",
        f"e^{{-10}} = {math.exp(-k * 100):.6f}",
        f"0.1 + 0.5 \\cdot 0.4 = {0.1 + 0.5 * (0.5 - 0.1):.1f}",
        f"the rates are {', '.join(f'{0.5 * (t + 1) / 4:g}' for t in range(4))}",
        f"the change is {abs(0.499 - 0.5):.3f}, the limit $0.01 \\cdot 0.5 = {0.01 * 0.5:g}$",
        f"{len(digits()[0])} handwritten digits",
    ):
        assert number in text, number


def test_there_are_as_many_updates_as_the_text_says():
    x, y = digits()
    x_train, *_ = train_validation_test_split(x, y, 0.2, 0.2, np.random.default_rng(0))
    assert 800 < 12 * math.ceil(len(x_train) / 16) < 900
