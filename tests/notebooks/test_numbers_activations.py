"""The worked numbers in the texts of the notebook on activations, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "activations" / "activations.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    s = 1 / (1 + np.exp(-2.0))
    for number in (
        f"e^{{-2}} = {np.exp(-2):.4f}",
        f"= 1 / {1 + np.exp(-2):.4f} = {s:.4f}",
        f"1 - {s:.4f} = {1 - s:.4f}",
        f"{s:.4f} \\cdot {1 - s:.4f} = {s * (1 - s):.3f}",
        f"it is ${np.exp(-10) / (1 + np.exp(-10)) ** 2:.6f}$",
        f"\\tanh(2) = {np.tanh(2):.4f}",
        f"1 - {np.tanh(2) ** 2:.4f} = {1 - np.tanh(2) ** 2:.4f}",
        f"e^{{-1}} - 1 = {np.expm1(-1):.4f}",
        f"e^{{-1}} = {np.exp(-1):.4f}",
        f"\\ln 3 = {np.log(3):.2f}",
    ):
        assert number in text, number
