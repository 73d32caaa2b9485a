"""The worked numbers in the texts of the notebook on preprocessing, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

from coursekit.data import class_weights, digits, iris, pca, train_test_split, whiten, zero_center

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "preprocessing" / "preprocessing.ipynb"


def condition(x):
    inputs = np.column_stack([x, np.ones(len(x))])
    curvatures = np.linalg.eigvalsh(inputs.T @ inputs)
    return curvatures[-1] / curvatures[0]


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    flowers, labels = iris()
    pixels, _ = digits()
    constant = int(np.sum(pixels.max(axis=0) == pixels.min(axis=0)))
    in_mm = flowers * np.array([10, 1, 10, 1])
    x_train, _, x_test, _ = train_test_split(in_mm, labels, 0.3, np.random.default_rng(0), stratify=True)
    projected, off_the_line = pca(np.array([[2.0, 1.0], [5.0, 5.0], [8.0, 9.0]]), np.array([[6.0, 5.0]]), 1)
    cross = np.array([[6.0, 8.0], [-6.0, -8.0], [-4.0, 3.0], [4.0, -3.0]])
    frequent, rare = class_weights(np.array([0, 0, 0, 1]), 2)
    assert np.allclose(abs(projected.ravel()), [5, 0, 5])
    assert np.allclose(abs(whiten(cross, cross)[0]).max(axis=0), 10 / np.sqrt(50))
    assert np.isclose(10 / np.sqrt(50), 5 / np.sqrt(12.5))
    assert 1 / 350 < np.sqrt(150 / 149) - 1 < 1 / 290, "a third of a percent"
    for number in (
        f"$[{', '.join(map(str, flowers[0]))}]$, would lose {flowers[0].mean():.2f}",
        f"the {len(flowers)} irises with their {flowers.shape[1]} features",
        f"of the {pixels.shape[1]} pixels of the bundled digits, {constant} are 0",
        f"$\\sigma = {np.std([1, 3], ddof=1):.4f}$",
        f"$(1, 0) \\cdot (0.6, 0.8) = {abs(off_the_line[0, 0]):.1f}$",
        f"$200 / 4 = {200 // 4}$",
        f"$10 / \\sqrt{{50}} = {10 / np.sqrt(50):.4f}$",
        f"$4 / (2 \\cdot 3) = {frequent:.4f}$",
        f"$4 / (2 \\cdot 1) = {rare:.0f}$",
        f"from {round(condition(x_train), -3):,.0f} to {round(condition(zero_center(x_train, x_test)[0]), -3):,.0f}",
        f"{np.corrcoef(flowers.T)[2, 3]:.2f} between petal length and petal width",
    ):
        assert number in text, number
