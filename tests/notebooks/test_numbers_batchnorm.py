"""The worked numbers in the texts of the notebook on batch normalization, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "batchnorm" / "batchnorm.ipynb"


def listed(numbers):
    return ", ".join(f"{number:.3f}" for number in numbers)


def normalized(column):
    return (column - column.mean()) / column.std()


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text).replace(r",\ ", ", ")
    column, dout = np.array([1.0, 3.0, 8.0]), np.array([1.0, 0.0, 0.0])
    mean, var, root, z = column.mean(), column.var(), column.std(), normalized(column)
    dx = (dout - dout.mean() - z * (dout * z).mean()) / root
    assert abs(dx.sum()) < 1e-12
    pictures = np.array([[1.0, 3.0], [5.0, 7.0]])
    assert pictures.mean() == 4
    assert (pictures.var(axis=1) == 1).all()
    scale = 3 / np.sqrt(9)
    for number in (
        f"Its mean is ${mean:.0f}$, its variance is $(9 + 1 + 16) / 3 = {var:.3f}$, the root of that is ${root:.3f}$",
        f"$z = {listed(z)}$",
        f"the layer gives ${listed(2 * z + 10)}$",
        f"becomes ${listed(normalized(np.array([0.0, 0.0, 0.0, 10.0])))}$",
        f"0.9 \\cdot 0 + 0.1 \\cdot 4 = {0.1 * mean:.1f}$",
        f"0.9 + 0.1 \\cdot {var:.3f} = {0.9 + 0.1 * var:.3f}$",
        f"$\\mathtt{{dgamma}} = {(dout * z).sum():.3f}$",
        f"$\\mathtt{{dx}} = {listed(dx)}$",
        f"The naive formula would give ${1 / root:.3f}, 0, 0$",
        f"$(9 + 1 + 1 + 9) / 4 = {pictures.var():.0f}$",
        f"$s = {scale:.0f}$, $w' = {4 * scale:.0f}$, $b' = {(1 - 2) * scale + 0.5}$",
        f"$4 + 1 = 5$, then $3 \\cdot (5 - 2) / 3 + 0.5 = {3 * (5 - 2) / 3 + 0.5}$; the folded",
        f"0.01 \\cdot \\sqrt{{40 / 2}} \\approx {0.01 * np.sqrt(20):.3f}$",
        f"with a momentum of 0.99 and 100 steps it is still ${0.99**100:.2f}$",
    ):
        assert number in text, number
