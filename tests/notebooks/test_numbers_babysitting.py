"""The worked numbers in the texts of the notebook on looking after a run, computed."""

import re
from math import hypot, log
from pathlib import Path

import nbformat

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "babysitting" / "babysitting.ipynb"


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    above, below, one_sided = 2.1**3, 1.9**3, (2.1**3 - 8) / 0.1
    both_sides = (above - below) / 0.2
    assert 60 < (one_sided - 12) / (both_sides - 12) < 62, "sixty times closer"
    for number in (
        f"-\\ln 0.1 = {-log(0.1):.4f}",
        f"({above:.3f} - 8) / 0.1 = {one_sided:.2f}",
        f"({above:.3f} - {below:.3f}) / 0.2 = {both_sides:.2f}",
        f"$2/4 = {2 / 4}$ and $0.2/{100 + 100.2:.1f} = {0.2 / 200.2:.3f}$",
        f"which gives ${2 / 3:.3f}$ here",
        f"which gives ${hypot(2, 0.2) / (hypot(3, 100) + hypot(1, 100.2)):.3f}$",
        f"$0.01 / {hypot(3, 4):.0f} = {0.01 / 5:.3f}$",
        f"between ${log(0.0001):.4f}$ and ${log(1):.0f}$",
        f"$u = {log(0.01):.4f}$",
        f"the last training loss is {0.4 / 2.3:.2f} times the first",
        f"above $1.2 \\cdot 1.4 = {1.2 * 1.4:.2f}$",
        f"$1.1 < 4 \\cdot 0.6 = {4 * 0.6:.1f}$",
    ):
        assert number in text, number
