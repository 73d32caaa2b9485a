"""The worked numbers in the texts of the notebook on ensembles, computed."""

import re
from itertools import product
from math import comb, exp, prod
from pathlib import Path

import nbformat

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "ensembles" / "ensembles.ipynb"


def together(shares):
    """How often at least two of three independent members are right."""
    return sum(
        prod(share if right else 1 - share for share, right in zip(shares, outcome, strict=True))
        for outcome in product((True, False), repeat=3)
        if sum(outcome) >= 2
    )


def test_the_numbers_in_the_texts_are_right():
    text = " ".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown")
    text = re.sub(r"\s+", " ", text)
    lost = (10 + 12 + 20) // 2
    p = 0.139  # what the moons' nets err with on average, in the run
    promised = sum(comb(21, k) * p**k * (1 - p) ** (21 - k) for k in range(11, 22))
    assert 3e-5 < promised < 4e-5
    for number in (
        "fewer than 4 in 100 000",
        rf"\frac{{0.9 + 0.4 + 0.4}}{{3}} = {(0.9 + 0.4 + 0.4) / 3:.3f}",
        rf"\frac{{0.1 + 0.6 + 0.6}}{{3}} = {(0.1 + 0.6 + 0.6) / 3:.3f}",
        rf"\frac1e = {exp(-1):.3f}",
        f"$(2/3)^3 = {(2 / 3) ** 3:.3f}$",
        f"about {exp(-1):.0%}".replace("%", " %"),
        rf"$0.5 \cdot 0 + 0.5 \cdot 8 = {0.5 * 8:.0f}$, then $0.5 \cdot 4 + 0.5 \cdot 8 = {0.5 * 4 + 0.5 * 8:.0f}$",
        rf"$3 \cdot 0.04 \cdot 0.8 = {3 * 0.2**2 * 0.8:.3f}$; all three wrong, ${0.2**3:.3f}$.",
        f"Together ${0.096 + 0.008:.3f}$",
        f"= {together((0.9, 0.88, 0.8)):.4f}$",
        f"$10 + 12 + 20 = {10 + 12 + 20}$ of 100",
        f"so up to ${lost}$ are lost: ${100 - lost}$ % right",
    ):
        assert number in text, number
