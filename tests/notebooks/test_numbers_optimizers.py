"""The worked numbers in the texts of the notebook on optimizers, computed."""

import re
from pathlib import Path

import nbformat
import numpy as np

from coursekit.optim import momentum, path, ravine, rosenbrock, sgd

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "optimizers" / "optimizers.ipynb"


def text():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    return re.sub(r"\s+", " ", " ".join(cell.source for cell in cells if cell.cell_type == "markdown"))


def test_the_numbers_in_the_texts_are_right():
    said = text()
    h = 0.5 * 1 + 0.5 * 3**2
    for number in (
        f"[1 - 1,\\ 2 + 1] = [{1 - 0.1 * 10:.0f}, {2 - 0.1 * -10:.0f}]",
        f"the velocity is $0.45 - 1 = {0.9 * 0.5 - 0.1 * 10:.2f}$, and $w$ becomes ${1 + 0.9 * 0.5 - 0.1 * 10:.2f}$",
        f"ahead is ${1 + 0.9 * 0.5:.2f}$, the gradient there ${2 * 1.45:.1f}$",
        f"$v = 0.45 - {0.1 * 2.9:.2f} = {0.45 - 0.29:.2f}$ and $w = {1 + 0.16:.2f}$",
        f"goes to ${1 + 0.45 - 0.1 * 2:.2f}$",
        f"$h$ becomes {16 + 3**2}, its root is {25**0.5:.0f}",
        f"$w$ becomes $1 - 0.5 \\cdot 3 / 5 = {1 - 0.5 * 3 / 5:.1f}$",
        f"inside, $10^{{-8}}$ acts like $10^{{{np.log10(1e-8**0.5):.0f}}}$ outside",
        f"$h = 0.5 + 4.5 = {h:.0f}$, its root is ${h**0.5:.4f}$, and $w = 1 - 1.5 / 2.2361 = {1 - 1.5 / h**0.5:.4f}$",
        f"$h = 0.75 \\cdot 4 = {0.75 * 4:.0f}$",
        f"$u = \\sqrt{{1}}/\\sqrt{{4}} \\cdot 2 = {1 / 2 * 2:.0f}$, $d = {0.75 * 1}$",
        f"the new weight is $1 - 0.1 \\cdot 0.5 = {1 - 0.1 * 0.5}$",
        f"the weight is multiplied by $1 - {20}\\,\\mathrm{{lr}}$",
    ):
        assert number in said, number


def test_what_the_texts_say_of_the_runs_is_so():
    said = text()

    assert "after a thousand steps its stride is still a quarter too long" in said
    stride = (1 - 0.9**1000) / np.sqrt(1 - 0.999**1000)
    assert 1.2 < stride < 1.3

    assert "In relation to the frequent one it is ten times as large in the end" in said
    assert np.sqrt(1000 / 10) == 10  # the roots of the numbers of gradients of 1 in a thousand steps

    assert "your `sgd` needs ten thousand steps there" in said
    places = path(sgd, rosenbrock.gradient, rosenbrock.start, steps=12_000, lr=0.0015)
    assert 10_000 < np.argmax(rosenbrock.value(*places.T) < 1e-6) < 10_500

    assert "With 0.4 it takes a quarter of the steps" in said
    usual, less = (steps_down_the_ravine(rho) for rho in (0.9, 0.4))
    assert (usual, less) == (85, 20)


def steps_down_the_ravine(rho):
    counts = []
    for lr in 10 ** np.linspace(-3, -1, 9):
        places = path(momentum, ravine.gradient, ravine.start, steps=400, lr=lr, rho=rho)
        above = np.flatnonzero(ravine.value(*places.T) >= 1e-3)
        counts.append(above[-1] + 1)
    return min(counts)
